"""One line on a class that shared: what was taken, and the commonest reason of those that were executed whole."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from grader.driver.run_job import LOG_FILE, NOT_SHARED
from grader.driver.summary import AGAIN, ASKED, BESIDE, FEW, ON_GPU, summarize_sharing
from grader.handins.submission import Submission
from grader.runs.result import RunResult


def make_result(student: str, shared: tuple[int, ...] = (), **its: Any) -> RunResult:
    seconds = tuple(None if n in shared else 0.5 for n in range(4))
    made = {"word": "ran", "started_at": datetime.now(UTC), "cell_seconds": (*seconds, None)}
    return RunResult(student=student, shared=shared, **{**made, **its})


def test_line_counts_hand_ins_and_the_cells_that_they_took(tmp_path: Path) -> None:
    results = [make_result("a", (0, 1, 2)), make_result("b", (0, 1))]
    submissions = [Submission(student=one.student) for one in results]
    says = "2 of 2 hand-ins shared a run of the released notebook, 5 of their 8 code cells"
    assert summarize_sharing(tmp_path, submissions, results, ()) == says


@pytest.mark.parametrize(
    ("its", "handin", "log", "reason"),
    [
        ({}, {}, f"{NOT_SHARED}no snapshot\nmore", "no snapshot"),
        ({}, {}, "a warning\n", FEW),
        ({}, {}, None, FEW),
        ({"attempt": 2}, {}, None, AGAIN),
        ({"device": "cuda"}, {}, None, ON_GPU),
        ({}, {"beside": "0"}, None, BESIDE),
        ({}, {"student": "asked"}, f"{NOT_SHARED}an earlier time", ASKED),
        ({}, {}, f"{NOT_SHARED}{'x' * 999}", "x" * 160),
    ],
)
def test_commonest_reason_of_those_executed_whole_is_said(
    tmp_path: Path, its: dict[str, Any], handin: dict[str, Any], log: str | None, reason: str
) -> None:
    handins = [Submission(student="other"), *(Submission(**{"student": name, **handin}) for name in ("a", "b"))]
    handins[2] = handins[2].model_copy(update={"student": "asked too" if handin.get("student") else "b"})
    for one in handins[1:]:
        (tmp_path / one.student).mkdir()
        if log is not None:
            (tmp_path / one.student / LOG_FILE).write_text(log)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / LOG_FILE).write_text(f"{NOT_SHARED}something rare")
    results = [make_result("other"), *(make_result(one.student, **its) for one in handins[1:])]
    said = summarize_sharing(tmp_path, handins, results, {"asked", "asked too"})
    says = "0 of 3 hand-ins shared a run of the released notebook; 3 executed whole, 2 of them:"
    assert said == f"{says} {reason}"
