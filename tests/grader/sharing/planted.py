"""A host whose rule is unsound: `python -m tests.grader.sharing.planted`; how, says the name of each hand-in.

All else is the real host's: its keeper and its trunk, its branches in their cages, and what decides.
"""

import re
import runpy
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from grader.sharing import host, run_shared
from grader.sharing.released import Released
from grader.trunk.rule.known import Look, Trace, parse_look
from tests.grader.trunk.planted import PLANTED, leave_out, leave_out_of_trace

parse_said, run = run_shared.parse_said, run_shared.run_shared


def to_student(name: str) -> str:
    """Return a made hand-in's name as a student's.

    >>> to_student("%matplotlib inline"), to_student("function's default")
    ('matplotlib-inline', 'function-s-default')
    """
    return re.sub(r"\W+", "-", name).strip("-")


LEFT_OUT: Mapping[str, str] = {to_student(one): one for one in PLANTED}  # student -> what is not looked at


def run_planted(folder: Path, released: Released) -> None:
    """Execute a hand-in as `run_shared` does, by a rule that does not look at one kind of state."""
    what = LEFT_OUT[folder.name]

    def blind(look: Look) -> Look:
        return parse_look(leave_out(look.model_dump(), what))

    def parse(said: str | None) -> Look | None:
        look = parse_said(said)
        return look and blind(look)

    traces = [leave_out_of_trace(Trace.model_validate(one["trace"]), what) for one in released.records]
    records = [{**one, "trace": trace.model_dump()} for one, trace in zip(released.records, traces, strict=True)]
    run_shared.parse_said = parse
    run(folder, replace(released, records=records, looks={at: blind(look) for at, look in released.looks.items()}))


if __name__ == "__main__":
    host.run_shared = run_planted
    runpy.run_module("grader.sharing", run_name="__main__")
