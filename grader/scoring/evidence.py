"""Evidence: what the execution of one hand-in showed, read from our files of its Run folder.

It never changes the points. A Run without a result is lost; a hand-in without a Run was not run.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field

from assignment.fixable import parse_as
from assignment.records import Record
from grader.files.whole import load_json
from grader.handins.own_cells import OwnCell
from grader.handins.plan import Plan
from grader.runs.result import RunResult, load_result

RunWord = Literal["ran", "failed", "timed_out", "lost", "not_run"]


class Evidence(Record):
    """What the execution of a hand-in showed."""

    word: RunWord = Field(
        default="not_run", description="`ran`, `failed`, `timed_out`, `lost` (no result) or `not_run`"
    )
    reason: str | None = Field(default=None, description="why it did not run to its end, one word such as `exception`")
    cell: int | None = Field(default=None, description="the cell (from 0, all cells counted) in which it ended")
    detail: str | None = Field(default=None, description="what the notebook said at its end: the student's text")
    kept_going: bool = Field(
        default=False, description="whether it ran on to its end after the cell that failed (`--keep-going`)"
    )
    seconds: float | None = Field(default=None, description="how long it ran")
    peak_memory_mib: float | None = Field(
        default=None, description="the most memory that was counted, or seen where there was no group"
    )
    peak_gpu_memory_mib: float | None = Field(
        default=None,
        description="the most GPU memory that was seen; null where it had a whole GPU to itself",
    )
    device: str | None = Field(default=None, description="`cpu` or `cuda`")
    machine: str | None = Field(default=None, description="the machine on which it ran")
    gpu: str | None = Field(default=None, description="the GPU, or the slice of one, on which it ran")
    gpu_driver: str | None = Field(default=None, description="the version of its driver")
    attempt: int | None = Field(default=None, description="which start this is, from 1: more where it was run again")
    sandbox: bool | None = Field(default=None, description="whether it ran in the sandbox; null when not run or lost")
    memory_group: str | None = Field(
        default=None, description="what limited its memory in all: `v1`, `v2`, `scope`, or `none` (a watcher)"
    )
    edited: tuple[str, ...] = Field(default=(), description="official cells whose source was changed")
    removed: tuple[str, ...] = Field(default=(), description="official cells that are not in the notebook")
    moved: tuple[str, ...] = Field(default=(), description="official cells that stand elsewhere in the order, or twice")
    first_departure: int | None = Field(
        default=None,
        description="the first code cell (from 0, all cells counted) that is not the next released one: a scratch "
        "cell, the answers, or a cell of the student's own, which may change what an official one does",
    )
    own_cells: tuple[OwnCell, ...] | None = Field(
        default=None,
        description="code cells that are neither official nor as released, by where they stand; the answers, where "
        "they belong, are none; null where nobody looked",
    )
    shared: tuple[int, ...] = Field(
        default=(),
        description="cells that stand as released and were not executed: what they gave was taken from a run of the "
        "released notebook (`--share`), their arrays too",
    )
    notebook_sha256: str | None = Field(default=None, description="of the notebook that was run")
    notes: tuple[str, ...] = Field(default=(), description="what the runner noted, one sentence each")

    @property
    def is_edited(self) -> bool:
        """Tell whether the official cells are not all there as they were released."""
        return bool(self.edited or self.removed or self.moved)


def load_evidence(folder: Path) -> Evidence:
    """Return what a Run folder holds, `not_run` where no Run was begun; FixableError where our file is damaged."""
    result, plan = load_result(folder), load_plan(folder)
    if result is None:
        begun = (folder / "attempts").exists() or (folder / "work").exists()
        return _add_plan(Evidence(word="lost" if begun else "not_run"), plan)
    return _add_plan(_to_evidence(result), plan)


def load_plan(folder: Path) -> Plan | None:
    """Return a Run's `plan.json`; None where there is none."""
    path = folder / "plan.json"
    if not path.exists():
        return None
    return parse_as(Plan, load_json(path, "the plan that hw9 run writes"), str(path))


def _to_evidence(result: RunResult) -> Evidence:
    return Evidence(
        word=result.word,
        reason=result.reason,
        cell=result.cell,
        detail=result.detail or None,
        kept_going=result.kept_going,
        seconds=result.seconds,
        peak_memory_mib=result.peak_memory_mib,
        peak_gpu_memory_mib=result.peak_gpu_memory_mib,
        device=result.device,
        machine=result.machine,
        gpu=result.gpu,
        gpu_driver=result.gpu_driver,
        attempt=result.attempt,
        sandbox=result.sandbox,
        shared=result.shared,
        memory_group=result.memory_group if result.sandbox and result.word != "lost" else None,
        notebook_sha256=result.notebook_sha256 or None,
        notes=result.notes,
    )


def _add_plan(evidence: Evidence, plan: Plan | None) -> Evidence:
    if plan is None:
        return evidence
    moved = tuple(dict.fromkeys((*plan.moved, *plan.doubled)))
    return evidence.model_copy(
        update={
            "edited": plan.edited,
            "removed": plan.missing,
            "moved": moved,
            "first_departure": plan.first_departure,
            "own_cells": plan.own,
        }
    )
