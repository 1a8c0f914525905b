"""The house: which rooms there are, who may import whom, and how large a file may grow."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = {
    "assignment": set(),
    "reference": {"assignment"},
    "questions": {"assignment"},
    "grader": {"assignment", "questions"},
}
TORCHLESS = ("questions", "grader")
TOP_FILES = {
    "pyproject.toml",
    "MANIFEST.in",
    "README.md",
    "CHANGELOG.md",
    "DECISIONS.md",
    "Makefile",
    "constraints.txt",
    "LICENSE",
}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "base", "manager", "context"}


def list_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [Path(line) for line in listed.stdout.splitlines() if (ROOT / line).exists()]


def find_imports(path: Path) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def python_files(room: str) -> list[Path]:
    return [path for path in list_files() if path.parts[0] == room and path.suffix == ".py"]


@pytest.mark.parametrize("room", ROOMS)
def test_room_imports_only_what_the_table_allows(room: str) -> None:
    files = python_files(room)
    assert files, f"no Python file found in {room}: the test would prove nothing"
    others = (set(ROOMS) | {"tests", "benchmarks"}) - ROOMS[room] - {room}
    wrong = {str(path): sorted(find_imports(path) & others) for path in files if find_imports(path) & others}
    assert not wrong


@pytest.mark.parametrize("room", TORCHLESS)
def test_room_computes_without_torch(room: str) -> None:
    heavy = {"torch", "torchvision", "transformers", "lime"}
    wrong = {str(path): sorted(find_imports(path) & heavy) for path in python_files(room) if find_imports(path) & heavy}
    assert not wrong


def test_top_level_holds_the_five_rooms_and_the_named_files_only() -> None:
    tops = {path.parts[0] for path in list_files() if not path.parts[0].startswith(".")}
    assert tops - TOP_FILES - set(ROOMS) == {"tests", "benchmarks"}


def test_every_module_says_what_it_is() -> None:
    files = [path for room in ROOMS for path in python_files(room) if path.name != "homework.py"]
    silent = [
        str(path) for path in files if not ast.get_docstring(ast.parse((ROOT / path).read_text(encoding="utf-8")))
    ]
    assert not silent


def test_no_file_is_named_after_nothing() -> None:
    assert not [str(path) for path in list_files() if path.stem in FORBIDDEN_NAMES]


def test_files_stay_small() -> None:
    long = {}
    for room in ROOMS:
        for path in python_files(room):
            if path.name == "homework.py":  # a notebook grows with its questions
                continue
            count = len((ROOT / path).read_text(encoding="utf-8").splitlines())
            if count > 260:
                long[str(path)] = count
    assert not long


def test_the_forbidden_import_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text("from questions.key import find_key\nimport torch.nn\n")
    assert find_imports(tmp_path / "x.py") == {"questions", "torch"}
