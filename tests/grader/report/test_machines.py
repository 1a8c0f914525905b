"""The class page says what each machine did and what was started again, where there is more to say than one machine."""

from collections.abc import Callable
from pathlib import Path

from grader.report.pages import write_reports
from grader.scoring.evidence import Evidence
from grader.scoring.grading import Grading
from grader.scoring.handin_record import HandinRecord

HandIn = Callable[..., HandinRecord]


def ran(machine: str, seconds: float, attempt: int = 1) -> Evidence:
    return Evidence(word="ran", seconds=seconds, machine=machine, gpu="<H200> (GPU-7)", attempt=attempt)


def test_class_page_says_how_long_each_machine_was_busy(tmp_path: Path, grading: Grading, hand_in: HandIn) -> None:
    hand_in("ann", {}, run=ran("gpu1", 100))
    hand_in("bob", {}, run=ran("gpu2", 3600, attempt=3))
    hand_in("cyd", {}, run=ran("gpu2", 20))
    page = write_reports(tmp_path, grading).page.read_text(encoding="utf-8")
    assert "2 notebooks, busy for 1:00:20 (&lt;H200&gt; (GPU-7))" in page
    assert "1 notebook, busy for 0:01:40" in page
    assert page.index("<bdi>gpu2</bdi>") < page.index("<bdi>gpu1</bdi>")
    assert "Started more than once:" in page


def test_one_machine_that_ran_everything_once_is_not_told(tmp_path: Path, grading: Grading, hand_in: HandIn) -> None:
    hand_in("ann", {}, run=ran("gpu1", 100))
    assert "busy for" not in write_reports(tmp_path, grading).page.read_text(encoding="utf-8")
