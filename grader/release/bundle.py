"""`hw9-student.zip`: what a student puts next to the notebook on a laptop or in a hosted notebook.

An allow-list, and the sandbox shows the same: the notebook, the modules of its API with what these import, the data
that they read, and of a profile what its manifest names. So a new module anywhere in `assignment/` reaches a student
only if a module that students have imports it; a new profile's manifest does at once, with its assets. The same files
give the same bytes.
"""

import ast
import io
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import assignment
from assignment.profile import PROFILES_FOLDER, Profile, check_profile, load_profile
from grader.files.output import save_output
from grader.release.api import NOTEBOOK_API

BUNDLE_NAME = "hw9-student.zip"
ROOM = Path(assignment.__file__).parent
NEVER = "assignment.making"
DATA = ("assignment.yaml", "explorer/explorer.css", "explorer/explorer.js", "fonts/hw9-sans-tc.otf")


def list_bundled() -> dict[str, Path]:
    """Return the files of the bundle by their names in it, sorted."""
    paths = [*find_modules(), *(ROOM / name for name in DATA), *_find_profiles()]
    found = {f"assignment/{path.relative_to(ROOM).as_posix()}": path for path in paths if path.is_file()}
    return dict(sorted({"homework.ipynb": ROOM / "homework.ipynb", **found}.items()))


def write_bundle(folder: Path) -> Path:
    """Write the bundle into a folder and return its path; FixableError where an asset of a profile is not whole."""
    for profile in _load_profiles():
        check_profile(profile)
    place, stream = folder / BUNDLE_NAME, io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in list_bundled().items():
            archive.writestr(zipfile.ZipInfo(name), path.read_bytes(), compress_type=zipfile.ZIP_DEFLATED)
    save_output(place, stream.getvalue())
    return place


@cache
def find_modules(entries: tuple[str, ...] = tuple(NOTEBOOK_API)) -> tuple[Path, ...]:
    """Return the files of some modules of `assignment`, of all that they import there, and of the packages around them.

    ValueError where that leads to what is never given to students.
    """
    found: dict[str, Path] = {}
    todo = list(entries)
    while todo:
        name = todo.pop()
        path = _find_file(name)
        if name in found or path is None:
            continue
        if f"{name}.".startswith(f"{NEVER}."):
            raise ValueError(f"{name}: imported by what students get; expected nothing of {NEVER}")
        found[name] = path
        todo += [name.rpartition(".")[0], *_find_imports(path)]
    return tuple(sorted(found.values()))


def _find_file(name: str) -> Path | None:
    """Return the file of a module of `assignment`; None for another room's, and for a name inside a module."""
    first, *rest = name.split(".")
    if first != "assignment":
        return None
    place = ROOM.joinpath(*rest)
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)


def _find_imports(path: Path) -> Iterator[str]:
    """Yield what a file imports: `from a.b import c` may mean the module a.b.c."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _find_profiles() -> Iterator[Path]:
    for profile in _load_profiles():
        yield profile.folder / "manifest.yaml"
        yield from (profile.folder / asset.path for asset in profile.manifest.assets)


def _load_profiles() -> list[Profile]:
    return [load_profile(manifest.parent.name) for manifest in PROFILES_FOLDER.glob("*/manifest.yaml")]
