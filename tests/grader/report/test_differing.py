"""What a notebook and the quiz say differently: staff see it, students do not, and no points come of it."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from assignment.assignment import Source
from grader.report.pages import write_reports
from grader.scoring.grading import Grading
from grader.scoring.handin_record import DifferingAnswer, HandinRecord, save_handin_record


@pytest.mark.parametrize(("source", "other"), [("quiz", "notebook"), ("notebook", "quiz")])
def test_class_page_gradebook_and_results_show_it_and_the_students_page_does_not(
    tmp_path: Path, grading: Grading, hand_in: Callable[..., HandinRecord], source: Source, other: str
) -> None:
    differing = (
        DifferingAnswer(item="lime-1", counted="bd", other=""),
        DifferingAnswer(item="lime-2", counted="", other="?"),
    )
    scored = hand_in("ann", {"lime-1": "bd"})
    save_handin_record(tmp_path / "ann", scored.model_copy(update={"source": source, "differing": differing}))
    write_reports(tmp_path, grading)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "2 otherwise" in page
    assert "2 題不同" in page
    assert page.index("<code>lime-1</code>") < page.index("<code>lime-2</code>")
    with (tmp_path / "gradebook.csv").open(encoding="utf-8-sig") as file:
        (row,) = csv.DictReader(file)
    assert (row["differing"], row["total"]) == (f"lime-1: bd, {other} -; lime-2: -, {other} ?", "0.3")
    theirs = (tmp_path / "ann" / "report.html").read_text(encoding="utf-8")
    assert "otherwise" not in theirs
    assert ("the quiz" in theirs) is (source == "quiz")
    assert '"differing"' in (tmp_path / "results.json").read_text()
