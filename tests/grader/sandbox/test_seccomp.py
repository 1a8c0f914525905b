"""The filter's program; that it holds is shown from inside a cage in `test_cage.py`."""

import builtins
from typing import Any

import pytest

from assignment.fixable import FixableError
from grader.sandbox.seccomp import REFUSED, export_filter


def test_filter_is_a_program_of_whole_instructions() -> None:
    program = export_filter()
    assert len(program) % 8 == 0
    assert len(program) // 8 > len(REFUSED)


def test_missing_library_is_said_with_the_way_to_mend_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refuse(name: str, *arguments: Any, **options: Any) -> Any:
        if name == "pyseccomp":
            raise RuntimeError("Unable to find libseccomp")
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(FixableError, match="apt-get install libseccomp2"):
        export_filter.__wrapped__()
