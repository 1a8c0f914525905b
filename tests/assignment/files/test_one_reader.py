"""What is not ours is read in one place: nothing else opens a file, but the modules that are listed here with a reason.

Writing is no reading: what is opened with a mode of w, x or a is not looked at.
"""

import ast
from collections.abc import Iterator, Mapping

import pytest

from tests.test_house import ROOMS, ROOT, list_files

OURS = "its own file of the installed package"
PROC = "the kernel's /proc and /sys"
BYTES = "bytes that were read, or members of an archive that is open, each with its limit"
INSIDE = "runs in the trunk's cage or a branch's, and opens what a notebook may"
CHOSEN = "copies what its author chose, which is no link, into the course; what is there is compared when it is used"
MAY_READ: Mapping[str, str] = {
    "assignment/files/foreign.py": "the one reader",
    "assignment/authoring/check/pictures.py": BYTES,
    "assignment/authoring/models/classifier.py": CHOSEN,
    "assignment/authoring/models/pretrained.py": CHOSEN,
    "assignment/authoring/models/trial.py": PROC,
    "assignment/authoring/pictures/levels.py": BYTES,
    "assignment/authoring/pictures/photograph.py": BYTES,
    "assignment/authoring/skeleton.py": OURS,
    "assignment/authoring/workflow.py": OURS,
    "assignment/cells/own_picture.py": BYTES,
    "assignment/explorer/explorer.py": OURS,
    "assignment/fetch/fetch.py": "the cache of its own downloads, whose bytes were compared",
    "assignment/homework.py": "cells of the notebook, which read the bundle that they come with",
    "assignment/making/bert/train.py": "what the training on this machine kept",
    "assignment/making/draw_profile.py": "what was drawn just before",
    "assignment/making/drawing/collect.py": "what was drawn just before",
    "assignment/models/weights.py": "weights, as large as they are, of which a profile compared size and sha256 before",
    "assignment/outputs.py": BYTES,
    "assignment/profile.py": BYTES,
    "assignment/provenance.py": OURS,
    "grader/cluster/errand.py": "the result that a worker of ours has just written",
    "grader/cluster/likeness.py": OURS,
    "grader/cluster/parcel.py": "files that were taken in, piece by piece; the driver's limits hold for what returns",
    "grader/collect/download.py": BYTES,
    "grader/collect/gradescope.py": BYTES,
    "grader/collect/place.py": "copies that it made itself, in a folder of its own",
    "grader/collect/room.py": BYTES,
    "grader/collect/source.py": BYTES,
    "grader/commands/document.py": OURS,
    "grader/decisions/edit.py": "a folder, to lock it",
    "grader/driver/measure.py": f"{PROC}; {BYTES}",
    "grader/driver/run_job.py": "a log that it writes itself",
    "grader/files/whole.py": "a file that it writes itself, and folders to sync them",
    "grader/release/bundle.py": OURS,
    "grader/report/faces.py": OURS,
    "grader/sandbox/cage.py": OURS,
    "grader/sandbox/cgroup.py": PROC,
    "grader/sandbox/check.py": PROC,
    "grader/sandbox/gpu.py": PROC,
    "grader/sandbox/holding.py": PROC,
    "grader/sandbox/leaf.py": PROC,
    "grader/sandbox/orphans.py": PROC,
    "grader/sandbox/private.py": PROC,
    "grader/sandbox/scope.py": PROC,
    "grader/sandbox/user.py": PROC,
    "grader/sharing/host.py": "the lines of our own driver, and a log that it writes itself",
    "grader/sharing/keep.py": PROC,
    "grader/trunk/branch.py": INSIDE,
    "grader/trunk/drop.py": INSIDE,
    "grader/trunk/fork.py": INSIDE,
    "grader/trunk/hazards.py": INSIDE,
    "grader/trunk/joining.py": PROC,
    "grader/trunk/order.py": "the empty device",
    "grader/trunk/packing.py": f"{INSIDE}: what the trunk's own cells left, packed in memory",
    "grader/trunk/process.py": INSIDE,
    "grader/trunk/recorder.py": INSIDE,
    "grader/trunk/released.py": INSIDE,
    "grader/trunk/starting.py": "the empty device",
    "grader/trunk/state/folders.py": INSIDE,
    "grader/trunk/state/process.py": INSIDE,
    "grader/worker/execute.py": PROC,
    "grader/worker/kernel.py": PROC,
    "grader/worker/start.py": f"{PROC}; the folders of a cage; with no sandbox a copy of the files that were taken in",
    "questions/canvas/readback.py": BYTES,
    "questions/handout/environment.py": OURS,
    "questions/proof/rerun.py": OURS,
    "reference/produce/parts.py": "parts that the course's own machines made, of which nothing is unpickled",
}
READERS = {
    *("open", "read_text", "read_bytes", "fdopen", "ZipFile", "FileIO", "mmap", "memmap", "fromfile", "loadtxt"),
    *("genfromtxt", "safe_open", "copyfile", "copyfileobj", "copy2", "copytree", "run_path", "getline"),
}
OF_A_LIBRARY = {  # functions whose name alone says nothing
    *("np.load", "torch.load", "json.load", "yaml.load", "pickle.load", "nbformat.read", "ET.parse", "shutil.copy"),
    *("tarfile.open", "gzip.open", "shutil.move"),
}
WRITING = ("w", "x", "a")


def find_readings(text: str) -> Iterator[str]:
    """Yield what a module calls that opens a file, or a stream, to read it."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        whole = ast.unparse(node.func)
        reads = whole.rpartition(".")[2] in READERS and whole != "read_text" and not _writes(node, whole)
        if whole in OF_A_LIBRARY or reads:
            yield whole


def _writes(node: ast.Call, whole: str) -> bool:
    """Tell whether a call of `open` has a mode that only writes; r+ reads too."""
    if whole.rpartition(".")[2] not in ("open", "ZipFile", "fdopen"):
        return False
    at = 1 if whole in ("open", "os.fdopen", "zipfile.ZipFile") else 0  # a path's own `open` begins with the mode
    values = [*node.args[at : at + 1], *(word.value for word in node.keywords if word.arg == "mode")]
    modes = [one.value for one in values if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return any(mode.rstrip("+bt") in WRITING for mode in modes)


def list_readers() -> dict[str, set[str]]:
    """Return what each module of the rooms calls to read, where it does."""
    paths = (path for path in list_files() if path.suffix == ".py" and path.parts[0] in ROOMS)
    found = {str(path): set(find_readings((ROOT / path).read_text(encoding="utf-8"))) for path in paths}
    return {path: calls for path, calls in found.items() if calls}


def test_files_are_opened_by_the_listed_modules_alone() -> None:
    assert {path: calls for path, calls in list_readers().items() if path not in MAY_READ} == {}


def test_every_listed_module_reads() -> None:
    assert set(MAY_READ) - set(list_readers()) == set()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("open('a')", ["open"]),
        ("path.open('rb')", ["path.open"]),
        ("path.open('r+b')", ["path.open"]),
        ("path.open('wb')", []),
        ("open(path, mode='x')", []),
        ("Path('a').read_bytes()", ["Path('a').read_bytes"]),
        ("np.load(path)", ["np.load"]),
        ("Image.open(path)", ["Image.open"]),
        ("zipfile.ZipFile(path)", ["zipfile.ZipFile"]),
        ("zipfile.ZipFile(file, 'w')", []),
        ("os.open(path, os.O_RDONLY)", ["os.open"]),
        ("load_yaml(path)", []),
    ],
)
def test_call_that_reads_is_seen(line: str, found: list[str]) -> None:
    assert list(find_readings(line)) == found
