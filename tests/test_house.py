"""The house: which rooms there are, who may import whom, and how large a file and a folder may grow."""

import ast
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ASSIGNMENT, REFERENCE, QUESTIONS, GRADER = "assignment", "reference", "questions", "grader"
ROOMS = (ASSIGNMENT, REFERENCE, QUESTIONS, GRADER)
MAY_IMPORT: Mapping[str, tuple[str, ...]] = {
    "assignment": ("assignment.files",),
    "assignment.files": (),
    "assignment.agreement": ("assignment",),
    "assignment.authoring": ("assignment", "assignment.files"),
    "assignment.fetch": ("assignment", "assignment.files"),
    "assignment.models": ("assignment",),
    "assignment.cells": ("assignment", "assignment.fetch", "assignment.files", "assignment.models"),
    "assignment.explorer": ("assignment", "assignment.page", "assignment.models"),
    "assignment.sheet": ("assignment", "assignment.files"),
    "assignment.selfcheck": ("assignment", "assignment.agreement", "assignment.sheet"),
    "assignment.page": (),
    "assignment.authoring.models": ("assignment", "assignment.authoring", "assignment.models"),
    "assignment.authoring.check": ("assignment", "assignment.files", "assignment.authoring"),
    "assignment.authoring.pictures": ("assignment", "assignment.files", "assignment.authoring", "assignment.cells"),
    "assignment.making": ("assignment", "assignment.making.drawing"),
    "assignment.making.drawing": (),
    "assignment.making.language": (),
    "assignment.making.cnn": (
        "assignment",
        "assignment.models",
        "assignment.authoring.pictures",
        "assignment.making.drawing",
    ),
    "assignment.making.bert": ("assignment", "assignment.models", "assignment.making.language"),
    "reference": ("assignment", "assignment.models"),
    "reference.produce": ("assignment", "assignment.models", "reference"),
    "reference.check": (
        *("assignment", "assignment.authoring", "assignment.authoring.check", "assignment.models", "reference"),
    ),
    "questions.measures": ("assignment", "assignment.models"),
    "questions": ("assignment", "assignment.files", "assignment.sheet", "questions.measures"),
    "questions.explore": ("assignment", "questions", "questions.measures", "questions.proof"),
    "questions.explore.drafts": (
        *("assignment", "questions", "questions.check", "questions.explore", "questions.measures"),
    ),
    "questions.check": ("assignment", "questions", "questions.canvas", "questions.measures"),
    "questions.giveaway": ("assignment", "questions", "questions.check", "questions.explore", "questions.measures"),
    "questions.proof": ("assignment", "assignment.agreement", "assignment.selfcheck", "questions"),
    "questions.proof.mutants": ("questions.proof",),
    "questions.handout": ("assignment", "assignment.page", "questions"),
    "questions.canvas": ("assignment", "questions", "questions.handout"),
    "grader.files": ("assignment", "assignment.files"),
    "grader.handins": ("assignment", "assignment.sheet", "questions", "grader.files"),
    "grader.decisions": (
        *("assignment", "assignment.sheet", "questions", "questions.canvas", "grader.files", "grader.handins"),
    ),
    "grader.collect": ("assignment", "assignment.files", "questions", "grader.files", "grader.handins"),
    "grader.quiz": (
        *("assignment", "questions", "questions.canvas", "grader.files", "grader.handins", "grader.collect"),
    ),
    "grader.release": (
        *("assignment", "assignment.cells", "assignment.fetch", "assignment.models", "assignment.explorer"),
        *("assignment.agreement", "assignment.selfcheck", "assignment.sheet", "questions.proof"),
        *("questions", "questions.handout", "questions.proof.mutants", "grader.files"),
    ),
    "grader.agreement": ("assignment", "assignment.agreement", "grader.files"),
    "grader.runs": (
        *("assignment", "assignment.files", "assignment.sheet", "grader.files", "grader.handins", "grader.sandbox"),
    ),
    "grader.sandbox": ("assignment", "grader.release"),
    "grader.worker": ("assignment", "grader.files", "grader.handins", "grader.runs", "grader.sandbox"),
    "grader.trunk.state": (),
    "grader.trunk.rule": ("assignment", "grader.trunk.state"),
    "grader.trunk": ("assignment", "grader.sandbox", "grader.trunk.state", "grader.worker"),
    "grader.sharing": (
        *("assignment", "grader.files", "grader.handins", "grader.runs", "grader.sandbox"),
        *("grader.trunk", "grader.trunk.rule"),
        *("grader.worker", "grader.driver"),
    ),
    "grader.driver": (
        *("assignment", "assignment.files", "grader.files", "grader.handins", "grader.runs", "grader.sandbox"),
        "grader.trunk.rule",
    ),
    "grader.cluster": (
        *("assignment", "assignment.files", "grader.files", "grader.handins", "grader.runs", "grader.sandbox"),
        *("grader.driver", "grader.cluster.guard", "grader.worker"),
    ),
    "grader.cluster.guard": (),
    "grader.scoring": (
        *("assignment", "assignment.sheet", "questions", "grader.files", "grader.handins", "grader.decisions"),
        *("grader.quiz", "grader.runs", "grader.agreement", "assignment.agreement"),
    ),
    "grader.analysis": ("assignment", "questions", "grader.scoring"),
    "grader.report": (
        *("assignment", "questions", "questions.handout", "grader.files", "grader.agreement", "grader.scoring"),
        "assignment.agreement",
        *("grader.decisions", "grader.analysis", "grader.report.pictures", "grader.report.texts"),
        *("assignment.page", "grader.collect", "grader.handins", "grader.runs"),
    ),
    "grader.report.gradebooks": (
        *("assignment", "questions", "grader.files", "grader.handins", "grader.collect", "grader.quiz"),
        *("grader.scoring", "grader.report"),
    ),
    "grader.report.pictures": ("assignment", "assignment.agreement", "grader.scoring"),
    "grader.report.texts": (
        *("assignment", "assignment.agreement", "assignment.cells", "grader.scoring", "grader.report.pictures"),
    ),
    "grader.demo": ("assignment", "questions", "grader.scoring"),
    "grader": ("grader.commands",),
}
COMMANDS = "grader.commands"  # may import every package of assignment, questions and grader but the two below
NOT_FOR_COMMANDS = ("assignment.making", "grader.worker")
BLIND = (
    "grader/scoring/verdict.py",
    ("assignment.agreement", "grader.agreement", "grader.scoring", "grader.runs", "grader.worker"),
)
HEAVY = {"torch", "torchvision", "transformers", "lime"}
SPEAKING = {"argparse", "rich", "optparse", "click"}
TOP_FILES = {
    *("pyproject.toml", "MANIFEST.in", "README.md", "CHANGELOG.md", "DECISIONS.md", "Makefile", "constraints.txt"),
    *("LICENSE", "constraints.hashed.txt"),
}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "base", "manager", "context"}
MOST_LINES, MOST_MODULES = 260, 15
Sources = Mapping[str, str]  # path -> text


def list_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return [Path(line) for line in listed.stdout.splitlines() if (ROOT / line).exists()]


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    """Every module of the four rooms; the notebook's source is none."""
    paths = (path for path in list_files() if path.suffix == ".py" and path.parts[0] in ROOMS)
    return {str(path): (ROOT / path).read_text(encoding="utf-8") for path in paths if path.name != "homework.py"}


@cache
def find_imports(text: str) -> set[str]:
    """Return the dotted names that a module imports, at its top or within a function; `from a import b` gives a.b."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def to_package(path: str) -> str:
    return ".".join(Path(path).parent.parts)


def find_package(name: str, packages: Iterable[str], modules: set[str]) -> str | None:
    """Return the package that an imported name belongs to: the folder of its module; None for other libraries'."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        front = ".".join(parts[:length])
        if front in modules:
            return front.rpartition(".")[0]
        if front in packages:
            return front
    return None


def find_arrows(sources: Sources) -> dict[str, set[str]]:
    """Return which package imports which, of all packages that the modules lie in."""
    packages = {to_package(path) for path in sources}
    modules = {path[:-3].replace("/", ".") for path in sources if not path.endswith("__init__.py")}
    arrows: dict[str, set[str]] = {package: set() for package in packages}
    for path, text in sources.items():
        found = {find_package(name, packages, modules) for name in find_imports(text)}
        arrows[to_package(path)] |= {package for package in found if package is not None} - {to_package(path)}
    return arrows


def find_forbidden(sources: Sources) -> dict[str, set[str]]:
    """Return the imports that the table does not allow."""
    wrong = {}
    for package, imported in find_arrows(sources).items():
        if package.startswith(COMMANDS):
            rooms = (ASSIGNMENT, QUESTIONS, GRADER)
            bad = {name for name in imported if name.startswith(NOT_FOR_COMMANDS) or not name.startswith(rooms)}
        else:
            bad = imported - set(MAY_IMPORT.get(package, ()))
        if bad:
            wrong[package] = bad
    return wrong


def find_unused(sources: Sources, table: Mapping[str, tuple[str, ...]] = MAY_IMPORT) -> dict[str, set[str]]:
    """Return what the table allows and nobody imports."""
    arrows = find_arrows(sources)
    unused = {package: set(allowed) - arrows[package] for package, allowed in table.items()}
    return {package: names for package, names in unused.items() if names}


def find_blindness_broken(sources: Sources) -> set[str]:
    """Return what the verdict sees and must not: points follow from Sheet, Key and deadline alone."""
    path, hidden = BLIND
    return {name for name in find_imports(sources[path]) if name.startswith(hidden)}


def find_speakers(sources: Sources) -> set[str]:
    """Return the modules of questions and grader that print, or parse a command line, outside `commands`."""
    found = set()
    for path, text in sources.items():
        if to_package(path).startswith(COMMANDS) or not path.startswith((QUESTIONS, GRADER)):
            continue
        calls = (node.func for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
        prints = any(isinstance(call, ast.Name) and call.id == "print" for call in calls)
        if prints or {name.split(".")[0] for name in find_imports(text)} & SPEAKING:
            found.add(path)
    return found


def find_circles(arrows: Mapping[str, set[str]]) -> set[str]:
    """Return the packages that import themselves by way of others."""

    def reach(start: str) -> set[str]:
        seen: set[str] = set()
        todo = [start]
        while todo:
            for other in arrows.get(todo.pop(), set()) - seen:
                seen.add(other)
                todo.append(other)
        return seen

    return {package for package in arrows if package in reach(package)}


def test_table_names_every_package(sources: dict[str, str]) -> None:
    packages = {to_package(path) for path in sources}
    assert {package for package in packages if not package.startswith(COMMANDS)} == set(MAY_IMPORT)
    assert set().union(*MAY_IMPORT.values()) <= packages


def test_packages_import_only_what_the_table_allows(sources: dict[str, str]) -> None:
    assert find_forbidden(sources) == {}


def test_table_allows_only_what_is_imported(sources: dict[str, str]) -> None:
    assert find_unused(sources) == {}
    assert find_unused(sources, {"grader.files": ("assignment", "questions")}) == {"grader.files": {"questions"}}


def test_imports_of_packages_draw_no_circle(sources: dict[str, str]) -> None:
    assert find_circles(find_arrows(sources)) == set()
    assert find_circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == {"b", "c"}  # the control


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("grader/driver/drive.py", "from grader.worker.execute import main"),
        ("grader/driver/drive.py", "import grader.worker"),
        ("grader/agreement/saved.py", "    from questions.key import compute_key"),
        ("grader/handins/submission.py", "from grader.scoring import judge"),
        ("questions/key.py", "from grader.files import untrusted"),
        ("assignment/outputs.py", "from assignment.making.drawing import draw_picture"),
        ("reference/lime.py", "from questions.measures import lime"),
    ],
)
def test_planted_import_is_found(sources: dict[str, str], path: str, line: str) -> None:
    planted = f"def late() -> None:\n{line}\n" if line.startswith(" ") else f"{line}\n"
    assert to_package(path) in find_forbidden(sources | {path: sources[path] + planted})


def test_verdict_never_sees_agreement(sources: dict[str, str]) -> None:
    path, _ = BLIND
    assert find_blindness_broken(sources) == set()
    planted = sources | {path: sources[path] + "from assignment.agreement.agree import Agreement\n"}
    assert find_blindness_broken(planted) == {"assignment.agreement.agree.Agreement"}


def test_only_commands_print(sources: dict[str, str]) -> None:
    assert find_speakers(sources) == set()


@pytest.mark.parametrize("line", ["print('x')", "import rich.console", "from argparse import Namespace"])
def test_planted_print_is_found(sources: dict[str, str], line: str) -> None:
    path = "grader/scoring/judge.py"
    assert find_speakers(sources | {path: f"{sources[path]}\n{line}\n"}) == {path}


@pytest.mark.parametrize("room", [QUESTIONS, GRADER])
def test_room_computes_without_torch(sources: dict[str, str], room: str) -> None:
    wrong = {path for path, text in sources.items() if {name.split(".")[0] for name in find_imports(text)} & HEAVY}
    assert not {path for path in wrong if path.startswith(f"{room}/")}
    assert wrong  # elsewhere it is found


def test_top_level_holds_the_five_rooms_and_the_named_files_only() -> None:
    tops = {path.parts[0] for path in list_files() if not path.parts[0].startswith(".")}
    assert tops - TOP_FILES - set(ROOMS) == {"tests", "benchmarks"}


def test_every_module_says_what_it_is(sources: dict[str, str]) -> None:
    assert not [path for path, text in sources.items() if not ast.get_docstring(ast.parse(text))]


def test_no_file_is_named_after_nothing() -> None:
    assert not [str(path) for path in list_files() if path.stem in FORBIDDEN_NAMES]


def test_files_stay_small(sources: dict[str, str]) -> None:
    assert not {path: lines for path, text in sources.items() if (lines := len(text.splitlines())) > MOST_LINES}


def test_folders_stay_small() -> None:
    modules = (path for path in list_files() if path.suffix == ".py" and path.name != "__init__.py")
    counts = Counter(str(path.parent) for path in modules)
    assert not {folder: count for folder, count in counts.items() if count > MOST_MODULES}
