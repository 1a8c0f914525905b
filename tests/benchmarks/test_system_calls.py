"""What notebooks were seen to call is told from what bubblewrap did before, and written into the list."""

import shutil
from pathlib import Path

import nbformat
import pytest

from benchmarks.system_calls import count_calls, trace, write_seen
from grader.sandbox import calls

TAKE = "prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, {}) = 0\n"


def test_only_what_comes_after_both_filters_is_counted() -> None:
    logs = {
        6: "clone(child_stack=NULL) = 7\nmount(NULL) = 0\n",
        7: f"pivot_root(NULL) = 0\n{TAKE}umount2(NULL) = 0\n{TAKE}execve(NULL) = 0\nread(0) = 1\n",
        8: "read(0) = 1\n+++ exited with 0 +++\n",
    }
    assert count_calls(logs) == {"execve": 1, "read": 2}


def test_what_was_seen_is_added_to_the_list_and_nothing_is_lost(tmp_path: Path) -> None:
    copy = tmp_path / "calls.py"
    copy.write_text(Path(calls.__file__).read_text(encoding="utf-8"), encoding="utf-8")
    write_seen(copy, ["read", "vmsplice"])
    space: dict[str, object] = {}
    exec(copy.read_text(encoding="utf-8"), space)
    assert space["ADMITTED"] == calls.ADMITTED | {"vmsplice"}
    assert max(map(len, copy.read_text(encoding="utf-8").splitlines())) <= 120


@pytest.mark.slow
@pytest.mark.sandbox
@pytest.mark.skipif(not shutil.which("strace"), reason="only who changes the list needs strace")
def test_notebook_under_strace_runs_and_its_calls_are_named(tmp_path: Path) -> None:
    source = "import os; os.sched_yield(); import ctypes; ctypes.CDLL(None).inotify_init1(0)"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    word, found = trace(tmp_path, nbformat.writes(notebook).encode())
    assert word == "ran"
    assert {"sched_yield", "inotify_init1", "clone3"} - found.keys() <= {"clone3"}  # which older C libraries lack
    assert found.keys() - {"inotify_init1", "clone3"} <= calls.ADMITTED
    assert "mount" not in found
