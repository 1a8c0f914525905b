"""A class of hostile hand-ins is graded by ourselves and by an ordinary user: each act comes to what it must.

What uses up processes and memory is in `test_two_classes.py`, which is tried as both too.
"""

import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader.handins.submission import Submission
from grader.runs.doing import CELL_FILE
from grader.runs.folder import load_submissions
from grader.runs.result import RunResult, load_result
from grader.sandbox.cage import MOST_TERMINALS
from tests.grader.driver.hostile_class import (
    EXECUTED,
    FIRST,
    GATE,
    HUGE,
    INNOCENT,
    NAMES,
    PROBE,
    PROBLEMS,
    SAID,
    UNNAMED,
    WAITS,
    WORDS,
    list_acts,
    spoil,
    write_class,
)
from tests.grader.driver.test_two_classes import count_children, ended, start_class
from tests.grader.ordinary import UID, give, to_ordinary
from tests.grader.sandbox.test_filter import ON_X86, TRIED, say
from tests.patience import PATIENCE, wait_until

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]
SECRET = "HW9_TEST_TOKEN"  # a variable of whoever grades
STRANGER = UID + 1  # another account of the machine
SEEN = (json.__file__, shutil.which("prlimit") or "/usr/bin/prlimit")  # files that every cage sees


@dataclass(frozen=True)
class Graded:
    """What was seen of a class: its results, what the cells said, and what another account could do meanwhile."""

    results: dict[str, RunResult]
    cells: dict[str, str]
    outputs: list[str]
    problems: dict[str, Submission]
    open_to_others: list[str]
    stranger: list[str]
    owner: list[str]
    left: list[str]

    def said(self, act: str) -> Any:
        return json.loads(self.cells[act].splitlines()[-1])


@pytest.fixture(scope="module")
def folder(either: list[str]) -> Iterator[Path]:
    """A folder into which everybody may look, where programs write for everybody to read."""
    before = os.umask(0o022)
    with tempfile.TemporaryDirectory(prefix="hw9-hostile-", dir="/tmp", ignore_cleanup_errors=True) as name:
        os.chmod(name, 0o755)
        give(Path(name), either)
        yield Path(name)
    os.umask(before)


@pytest.fixture(scope="module")
def graded(either: list[str], folder: Path) -> Graded:
    """Grade the class while locks are held, hand-ins change and another account looks in."""
    runs = folder / "runs"
    with ExitStack() as held:
        for path in SEEN:
            fcntl.flock(held.enter_context(open(path, "rb")), fcntl.LOCK_EX)
        door = held.enter_context(socket.create_server(("127.0.0.1", 0)))
        write_class(folder, door.getsockname()[1], list(SEEN))
        give(folder, either)
        held.enter_context(pytest.MonkeyPatch.context()).setenv(SECRET, "a token")
        process = start_class(folder, either, "--jobs", "2")
        held.enter_context(ended(process))
        assert wait_until(lambda: list(runs.glob(f"*/{CELL_FILE}"))), (folder / "said").read_text()
        spoil(folder / "handins")
        assert wait_until(lambda: all((runs / one / "result.json").exists() for one in EXECUTED))
        assert wait_until(lambda: (runs / WAITS / CELL_FILE).exists())
        pids = list_descendants(process.pid)
        assert count_children(WAITS)
        left = [one for one in EXECUTED if count_children(one)]
        stranger, owner = probe(folder, to_ordinary(uid=STRANGER), pids), probe(folder, either, pids)
    assert wait_until(lambda: not count_children(WAITS))
    return look_at(folder, stranger, owner, left)


def look_at(folder: Path, stranger: list[str], owner: list[str], left: list[str]) -> Graded:
    """Return what there is to see of a class whose driver is gone."""
    runs = folder / "runs"
    executed = json.loads((runs / INNOCENT / "work" / "executed.ipynb").read_text())
    texts = ("".join(out.get("text", "") for out in cell["outputs"]) for cell in executed["cells"])
    found = {path.parent.name: load_result(path.parent) for path in runs.glob("*/result.json")}
    return Graded(
        results={name: result for name, result in found.items() if result is not None},
        cells=dict(zip(list_acts(folder, 0, []), texts, strict=True)),
        outputs=[path.name for path in (runs / INNOCENT / "work" / "outputs").iterdir()],
        problems={one.student: one for one in load_submissions(runs) if one.problem},
        open_to_others=[str(path) for path in (runs, *runs.rglob("*")) if is_open(path)],
        stranger=stranger,
        owner=owner,
        left=left,
    )


def is_open(path: Path) -> bool:
    """Tell whether others may open it; the list of fonts lies in a closed folder, for the notebook's own user."""
    return bool(path.lstat().st_mode & 0o077) and not path.name.startswith("fontlist-")


def list_descendants(first: int) -> list[int]:
    """Return the processes that a process and its children started."""
    found, todo = [], [first]
    while todo:
        pid = todo.pop()
        found.append(pid)
        for path in Path(f"/proc/{pid}/task").glob("*/children"):
            todo += map(int, path.read_text().split())
    return found


def probe(folder: Path, before: list[str], pids: list[int]) -> list[str]:
    """Return what somebody can do with the processes and folders of a class."""
    names = ("runs.json", f"{INNOCENT}/handin.ipynb", WAITS, f"{WAITS}/work")
    paths = [str(path) for path in (folder / "handins", folder / "runs", *(folder / "runs" / name for name in names))]
    command = [*before, sys.executable, "-S", "-c", PROBE, json.dumps(pids), json.dumps(paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE)
    found: list[str] = json.loads(done.stdout)
    return found


def test_notebook_makes_no_socket_but_unix_ones_and_reaches_nobody(graded: Graded) -> None:
    families = graded.said("families")
    assert families == {str(one): ["made"] * 2 if one == 1 else ["EAFNOSUPPORT"] * 2 for one in TRIED}
    assert set(graded.said("buffers").values()) == {97}  # EAFNOSUPPORT: no buffer is the kernel's
    assert "connected" not in graded.said("reach").values()


def test_no_lock_is_held_that_nobody_counts(graded: Graded) -> None:
    said = graded.said("range locks")
    assert said.pop("whole file") == "locked"
    assert set(said.values()) == {"ENOLCK"}


def test_notebook_takes_the_machines_terminals_and_huge_pages_from_nobody(graded: Graded, tmp_path: Path) -> None:
    """The kernel charges neither to a group: 3,072 terminals, all that there are, held 195 MiB."""
    assert graded.said("huge pages") == {"memory": "ENOMEM", "file": "EINVAL"}
    said = graded.said("terminals")
    if f"max={MOST_TERMINALS}" not in said["mounts"]:
        pytest.skip("this machine allows no mounts but bubblewrap's: terminals are shared, as SECURITY.md says")
    assert (said["number"], said["why"]) == (MOST_TERMINALS, "ENOSPC")
    assert say(tmp_path, HUGE)["file"] == "held"  # the control


def test_lock_that_others_hold_on_a_file_that_every_cage_sees_is_not_felt(graded: Graded) -> None:
    said = graded.said("locks")
    if not said["overlay"]:
        pytest.skip("this machine allows no overlay over /usr: locks are shared, as the README says")
    assert said["found"] == dict.fromkeys(SEEN, "locked")


def test_notebook_reads_no_other_handin_no_key_and_no_account(graded: Graded) -> None:
    assert set(graded.said("secrets").values()) <= {"FileNotFoundError", "PermissionError"}


def test_notebook_ends_nothing_but_its_own_and_its_class_goes_on(graded: Graded) -> None:
    assert graded.said("kill") in ("sent", "ProcessLookupError", "PermissionError")
    assert graded.said("alive") == "alive"
    assert graded.cells["alive"].startswith("/dev/pts/")  # and a shell of its own has a terminal
    assert graded.results[INNOCENT].word == "ran", graded.results[INNOCENT]


def test_of_hostile_names_of_outputs_none_is_kept(graded: Graded) -> None:
    assert graded.outputs == []
    assert f"not taken: {len(NAMES)} entries of outputs/" in " ".join(graded.results[INNOCENT].notes)


@ON_X86
def test_call_by_the_old_gate_ends_its_notebook_at_once_with_a_word(graded: Graded) -> None:
    its = graded.results[GATE]
    assert (its.word, its.reason, its.cell) == ("failed", "kernel_died", 1)
    assert "SIGSYS" in (its.detail or "")


def test_words_of_a_notebook_are_quoted_as_its_own(graded: Graded) -> None:
    its = graded.results[WORDS]
    assert (its.word, its.reason) == ("failed", "kernel_died")
    assert its.detail == f'the kernel ended while the cell ran; its process wrote: "{SAID}"'


def test_entry_that_is_no_notebook_is_a_problem_of_its_own_and_a_made_up_id_nobodys(graded: Graded) -> None:
    found = {name: one.problem for name, one in graded.problems.items()}
    (made,) = found.keys() - PROBLEMS.keys()
    assert found == {**PROBLEMS, made: "bad_name"}
    assert made != INNOCENT
    assert UNNAMED in (graded.problems[made].detail or "")
    assert set(graded.results) == set(EXECUTED)  # whatever became of their files meanwhile


def test_what_is_written_is_its_owners_alone_under_any_umask(graded: Graded) -> None:
    assert graded.open_to_others == []


@pytest.mark.skipif(os.getuid() != 0, reason="nobody but root can be another account")
def test_another_account_gets_at_no_process_and_no_file_of_a_running_class(graded: Graded, folder: Path) -> None:
    assert graded.stranger == [str(folder / "handins")]  # a folder that its owner left open
    assert {"environ of a process", "root/hw9 of a process", str(folder / "runs")} <= set(graded.owner)  # the control


def test_notebook_that_overwrites_the_first_process_of_its_cage_ends_itself_and_leaves_nothing(
    graded: Graded, either: list[str]
) -> None:
    """As root that one is another user's. As an ordinary user it can be written to, and nothing of it is left."""
    its = graded.results[FIRST]
    assert (its.word, its.reason) == (("failed", "kernel_died") if either else ("ran", None)), its
    assert graded.left == []


def test_notebook_reads_no_variable_of_whoever_grades(graded: Graded) -> None:
    found = graded.said("variables")
    assert "HW9_RUN" in found  # the control: its own
    assert SECRET not in found
