"""`hw9-student.zip`: what a student puts next to the notebook on a laptop or in a hosted notebook.

An allow-list, and the sandbox shows the same: the notebook, the modules of its API with what these import, the data
that they read, and of one course its settings and what its manifest names, in the embedded course's place. So a new
module anywhere in `assignment/` reaches a student only if a module that students have imports it, and nothing of a
bank, a proof or canonical Outputs ever does. The same files give the same bytes.
"""

import ast
import io
import os
import stat
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import assignment
from assignment.agreement.agree import COMPARED_GROUPS
from assignment.course import SETTINGS_NAME, Course
from assignment.fixable import load_file
from assignment.profile import MANIFEST_NAME, PROFILES_FOLDER, check_profile, read_asset
from assignment.selfcheck.known import FOLDER
from grader.files.output import save_output
from grader.files.whole import MOST_BYTES
from grader.release.api import NOTEBOOK_API

BUNDLE_NAME = "hw9-student.zip"
ROOM = Path(assignment.__file__).parent
START = "assignment.selfcheck.__main__"  # what the command starts
NEVER = "assignment.making"
OPEN = stat.S_IROTH | stat.S_IXOTH
COMMAND = ("hw9.py", "selfcheck/hw9.py")  # its name in the bundle, beside the notebook, and its file
DATA = ("explorer/explorer.css", "explorer/explorer.js", "page/hw9-sans-tc.otf")


def list_bundled(course: Course) -> dict[str, Path]:
    """Return the files of a course's bundle by their names in it, sorted; the notebook may not be written yet."""
    paths = [*find_modules(), *(ROOM / name for name in DATA)]
    found = {f"assignment/{path.relative_to(ROOM).as_posix()}": path for path in paths if path.is_file()}
    return dict(sorted({course.notebook.name: course.notebook, **found, **dict(_find_parts(course))}.items()))


def list_places(course: Course) -> dict[str, Path]:
    """Return the same without the notebook, a folder in place of its files where nothing else lies in it.

    A sandbox mounts each of them, and bubblewrap reads the table of all mounts again for every one. A folder that is
    not everybody's to enter stays its files.
    """
    files = {name: path for name, path in list_bundled(course).items() if name.startswith("assignment/")}
    inside = defaultdict[tuple[str, Path], set[str]](set)
    for name, path in files.items():
        folder, _, own = name.rpartition("/")
        inside[folder, path.parent].add(own)
    whole = {folder: place for (folder, place), names in inside.items() if _is_whole(place, names)}
    rest = {name: path for name, path in files.items() if name.rpartition("/")[0] not in whole}
    return dict(sorted({**whole, **rest}.items()))


def _is_whole(place: Path, names: set[str]) -> bool:
    """Tell whether these files are all that lies in a folder, but for what Python keeps of our modules."""
    modules = any(name.endswith(".py") for name in names)
    found = set[str]()
    for one in os.scandir(place):
        if not (modules and one.name == "__pycache__" and one.is_dir(follow_symlinks=False)):
            found.add(one.name if one.is_file(follow_symlinks=False) else "")
    return found == names and place.stat().st_mode & OPEN == OPEN


def write_bundle(folder: Path, course: Course) -> Path:
    """Write a course's bundle into a folder and return its path; FixableError where an asset is not whole."""
    place = folder / BUNDLE_NAME
    save_output(place, pack_bundle(course))
    return place


def pack_bundle(course: Course) -> bytes:
    """Return a course's bundle; without canonical Outputs it has no self-check (`has_outputs`)."""
    check_profile(course.profile)
    paths = list_bundled(course) | {course.notebook.name: course.released}
    files = {name: read_bundled(course, path) for name, path in paths.items()} | dict(_find_selfcheck(course))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name), data, compress_type=zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def read_bundled(course: Course, path: Path) -> bytes:
    """Return the bytes of a file of the bundle; an asset's are those that were compared with the manifest."""
    asset = next((one for one in course.manifest.assets if course.folder / one.path == path), None)
    return read_asset(course.folder, asset) if asset else load_file(path, MOST_BYTES, "a file of the bundle")


def has_outputs(course: Course) -> bool:
    """Tell whether a course has canonical Outputs of every group, with which a self-check compares."""
    return all(any(course.canonical.glob(f"{group}.*npz")) for group in COMPARED_GROUPS)


def _find_selfcheck(course: Course) -> Iterator[tuple[str, bytes]]:
    if has_outputs(course):
        from grader.release.selfcheck import list_files, make_known  # here: the sandbox asks this module, and no bank

        yield COMMAND[0], (ROOM / COMMAND[1]).read_bytes()
        place = f"assignment/{PROFILES_FOLDER.name}/{course.name}/{FOLDER}"
        yield from ((f"{place}/{name}", data) for name, data in list_files(make_known(course), course).items())


@cache
def find_modules(entries: tuple[str, ...] = (*NOTEBOOK_API, START)) -> tuple[Path, ...]:
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


def _find_parts(course: Course) -> Iterator[tuple[str, Path]]:
    """Yield what students get of a course, where it stands in for the embedded one."""
    place = f"assignment/{PROFILES_FOLDER.name}/{course.name}"
    is_folder = course.settings.name == SETTINGS_NAME
    yield f"{place}/{SETTINGS_NAME}" if is_folder else f"assignment/{course.settings.name}", course.settings
    yield f"{place}/{MANIFEST_NAME}", course.folder / MANIFEST_NAME
    yield from ((f"{place}/{asset.path}", course.folder / asset.path) for asset in course.manifest.assets)
