"""The packages: a wheel holds what git lists, and what is imported is declared, once, with a pinned version."""

import ast
import importlib
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("assignment", "grader", "questions", "reference")
OURS = {*ROOMS, "benchmarks", "tests"}
LEFT_OUT = {"README.md", "DECISIONS.md"}  # of a room: their links lead into the repository
SDIST_FILES = {"pyproject.toml", "MANIFEST.in", "README.md", "CHANGELOG.md", "LICENSE", "constraints.txt"}

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# What a room imports and a user does without: the modules that make what is in the repository already.
TOOLS = {
    "dask": "its settings, for classes on several machines: the extra `cluster`",
    "distributed": "its connections, for the same",
    "jupytext": "builds the released notebook",
    "skia-python": "draws the profile's pictures",
}
# What is declared and imported nowhere.
STARTED = {
    "build": ".ci/build starts it",
    "check-jsonschema": "make workflows starts it",
    "ipykernel": "the sandbox starts it, for each notebook",
    "ipywidgets": "students' notebooks import it: `interact`, `Output`",
    "jupyterlab": "the explorer is tried in it",
    "mypy": "make types starts it",
    "pytest-timeout": "the setting `timeout` is its own",
    "pytest-xdist": "the option -n is its own",
    "ruff": "make style starts it",
    "setuptools": "builds without isolation, so it has to be there",
    "types-pyyaml": "mypy reads it",
    "zizmor": "make workflows starts it",
}


@dataclass(frozen=True)
class Built:
    """The names in the two packages: below the sdist's one folder, and of the wheel."""

    sdist: frozenset[str]
    wheel: frozenset[str]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("dist")
    before = list_rubbish()
    settings = os.environ | {"VENV": sys.prefix}
    done = subprocess.run([ROOT / ".ci" / "build", folder], env=settings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert list_rubbish() == before, "the build left files in the checkout"
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    with tarfile.open(sdist) as archive:
        files = [member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()]
    with zipfile.ZipFile(wheel) as archive:
        return Built(frozenset(files), frozenset(name for name in archive.namelist() if not name.endswith("/")))


def list_rubbish() -> set[Path]:
    patterns = ("build/lib", "build/bdist*", "dist", "*.egg-info", "*.log")  # build itself holds what `recheck` keeps
    return {path for pattern in patterns for path in ROOT.glob(pattern)}


def list_files(*places: str) -> set[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *places]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return {name for name in listed.split("\0") if name and (ROOT / name).exists()}


def find_expected() -> set[str]:
    return {name for name in list_files(*ROOMS) if Path(name).name not in LEFT_OUT}


@pytest.mark.slow
def test_wheel_holds_what_git_lists_in_the_rooms(built: Built) -> None:
    assert {name for name in built.wheel if ".dist-info/" not in name} == find_expected()


@pytest.mark.slow
def test_wheel_brings_the_license_and_the_command(built: Built) -> None:
    assert {"licenses/LICENSE", "entry_points.txt"} <= {name.partition(".dist-info/")[2] for name in built.wheel}


@pytest.mark.slow
def test_sdist_holds_the_rooms_and_what_builds_them(built: Built) -> None:
    written = {"PKG-INFO", "setup.cfg"}  # by setuptools, beside its folder *.egg-info
    names = {name for name in built.sdist if ".egg-info/" not in name} - written
    assert names == find_expected() | SDIST_FILES


def find_imports(paths: set[str]) -> dict[str, str]:
    """Return the distributions that files import, each with one of the files."""
    distributions = packages_distributions()
    found: dict[str, str] = {}
    for path in sorted(paths):
        for module in read_imports((ROOT / path).read_text(encoding="utf-8")) - OURS - set(sys.stdlib_module_names):
            for name in distributions.get(module, [module]):
                found.setdefault(to_name(name), path)
    return found


def read_imports(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import():
                names |= {alias.name for alias in node.names}
            case ast.ImportFrom(module=str(module), level=0):
                names.add(module)
            case ast.Call(func=ast.Attribute(attr="importorskip"), args=[ast.Constant(str(name)), *_]):
                names.add(name)
    return {name.partition(".")[0] for name in names}


def to_name(requirement: str) -> str:
    """Return a distribution's name in its normal form: `PyYAML>=6` and `pyyaml` are one."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s<>=!~\[;]", requirement)[0]).lower()


def list_declared() -> Mapping[str, set[str]]:
    extras = PROJECT["optional-dependencies"]
    return {"": {to_name(one) for one in PROJECT["dependencies"]}} | {
        extra: {to_name(one) for one in requirements} for extra, requirements in extras.items()
    }


def list_python(*places: str) -> set[str]:
    return {name for name in list_files(*places) if name.endswith(".py")}


@pytest.mark.slow
def test_what_a_room_imports_is_declared() -> None:
    found = find_imports(list_python(*ROOMS))
    assert found, "no import found: the test would prove nothing"
    assert {name: path for name, path in found.items() if name not in list_declared()[""] | set(TOOLS)} == {}


def test_what_tests_and_benchmarks_import_is_declared() -> None:
    declared = list_declared()
    found = find_imports(list_python("tests", "benchmarks", ".ci"))
    assert {name: path for name, path in found.items() if name not in declared[""] | declared["dev"]} == {}


@pytest.mark.slow
def test_what_is_declared_is_imported_or_started() -> None:
    used = set(find_imports(list_python())) | set(STARTED)
    unused = {extra: sorted(names - used) for extra, names in list_declared().items() if names - used}
    assert unused == {}


def test_tools_are_for_developers() -> None:
    declared = list_declared()
    assert set(TOOLS) <= declared["dev"] - declared[""]


def test_what_is_declared_has_its_version_in_the_constraints() -> None:
    pinned = read_pins(ROOT / "constraints.txt")
    assert set().union(*list_declared().values()) - set(pinned) == set()


def test_every_pin_but_torchs_has_its_hashes() -> None:
    """`.ci/lock` writes the hashes; torch's build comes from elsewhere on many machines."""
    pins = read_pins(ROOT / "constraints.txt")
    hashed = (ROOT / "constraints.hashed.txt").read_text(encoding="utf-8")
    assert read_pins(ROOT / "constraints.hashed.txt") == {name: pins[name] for name in pins if name != "torch"}
    assert len(re.findall(r"^[\w.-]+==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", hashed, re.MULTILINE)) == len(pins) - 1


def read_pins(path: Path) -> dict[str, str]:
    found = re.findall(r"^([\w.-]+)==([^\s\\]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {to_name(name): version for name, version in found}


def test_an_import_in_any_form_is_found() -> None:
    source = "import a.b\nfrom c.d import e\nfrom . import f\ndef g():\n    pytest.importorskip('h.i')\n"
    assert read_imports(source) == {"a", "c", "h"}


def test_command_says_which_tool_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module, _, function = PROJECT["scripts"]["hw9"].partition(":")
    monkeypatch.setitem(sys.modules, "jupytext", None)
    assert getattr(importlib.import_module(module), function)(["notebook", "--check"]) == 1
    assert capsys.readouterr().err.startswith("jupytext: not installed; expected")
