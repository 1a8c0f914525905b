"""What honest notebooks do goes on under the filter, and nothing that they ask for is refused unseen."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from assignment.course import open_course
from benchmarks.honest_uses import HONEST_USES

# A worker whose filter ends a process over what it would refuse by name, but for what newer C libraries only try.
STRICT = """
import errno, sys
from pathlib import Path
from grader.sandbox import seccomp
begin = seccomp._begin
def begin_strictly(library, otherwise):
    refusal = library.ERRNO(errno.ENOSYS)
    begun = begin(library, library.KILL_PROCESS if otherwise == refusal else otherwise)
    for name in TRIED if otherwise == refusal else ():
        if library.resolve_syscall(library.Arch.NATIVE, name) >= 0:
            begun.add_rule(refusal, name)
    return begun
seccomp._begin = begin_strictly
from grader.worker.execute import run_worker
run_worker(Path(sys.argv[1]).resolve())
"""
WIDE = {"memory_mib": 3000, "work_mib": 64}
RELEASED = WIDE | {"output_mib": 64}


def strictly(*tried: str) -> tuple[str, str]:
    return "-c", f"TRIED = {tried!r}\n{STRICT}"


@pytest.mark.slow
@pytest.mark.parametrize("sandbox", [True, False])
def test_honest_uses_print_what_they_should(execute: Callable[..., Any], sandbox: bool) -> None:
    """Without a sandbox the kernel's program is the same."""
    seen = execute([use.source for use in HONEST_USES.values()], sandbox=sandbox, **WIDE)
    assert (seen.result.word, seen.result.detail) == ("ran", None)
    lacking = {
        name: [words for words in use.prints if words not in text]
        for (name, use), text in zip(HONEST_USES.items(), seen.texts, strict=True)
    }
    assert {name: words for name, words in lacking.items() if words} == (
        {} if sandbox else {"shell and subprocess": ["student"], "who and where": lacking["who and where"]}
    )


@pytest.mark.slow
def test_honest_uses_ask_for_nothing_that_is_not_admitted(execute: Callable[..., Any]) -> None:
    cells = [use.source for use in HONEST_USES.values()]
    seen = execute(cells, worker=strictly("clone3", "fchmodat2"), **WIDE)
    assert (seen.result.word, seen.result.detail) == ("ran", None)
    words = [words for use, text in zip(HONEST_USES.values(), seen.texts, strict=True) for words in use.prints]
    assert all(any(one in text for text in seen.texts) for one in words)
    control = execute(["import ctypes; ctypes.CDLL(None).inotify_init1(0)"], worker=strictly("clone3", "fchmodat2"))
    assert (control.result.reason, "SIGSYS" in control.result.detail) == ("kernel_died", True)


@pytest.mark.nightly
def test_released_notebook_asks_for_nothing_that_is_not_admitted(execute: Callable[..., Any]) -> None:
    data = open_course().released.read_bytes()
    seen = execute(data, worker=strictly("clone3", "fchmodat2"), **RELEASED)
    assert (seen.result.word, seen.result.detail, seen.result.notes) == ("ran", None, ())
    assert len(json.loads(data)["cells"]) == len(seen.texts)
