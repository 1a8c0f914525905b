"""`python -m grader.worker`: what is no Run's folder is answered with how the command is typed."""

import runpy
import sys

import pytest


@pytest.mark.parametrize("words", [[], ["--help"], ["run", "another"]])
def test_worker_says_how_it_is_typed(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["worker", *words])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("grader.worker", run_name="__main__")
    assert ended.value.code == "usage: python -m grader.worker RUN"
