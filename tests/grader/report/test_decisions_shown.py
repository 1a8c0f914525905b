"""A student's page tells what was decided, why and by when, in both languages, and no letters of a second key."""

import html
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from assignment.assignment import Bilingual
from grader.decisions.decision import Decision
from grader.report.pages import write_reports
from grader.scoring.grading import Grading
from grader.scoring.handin_record import HandinRecord, Seen, save_handin_record

OWN = datetime.fromisoformat("2027-06-01T23:59:59+08:00")
SAW = Bilingual(en="The run failed.", zh="執行失敗。")


@pytest.fixture
def read(tmp_path: Path, grading: Grading, hand_in: Callable[..., HandinRecord]) -> Callable[..., str]:
    """Return a function that reports one student with the given fields and returns the text of the page."""

    def report(*decisions: Decision, **fields: object) -> str:
        scored = hand_in("ann", {"lime-1": "bd"})
        save_handin_record(tmp_path / "ann", scored.model_copy(update={"decisions": decisions} | fields))
        write_reports(tmp_path, grading)
        page = (tmp_path / "ann" / "report.html").read_text(encoding="utf-8")
        return html.unescape(re.sub(r"data:image/png;base64,[A-Za-z0-9+/=]+", "", page))

    return report


def decide(kind: str, **fields: str) -> Decision:
    return Decision.model_validate({"decision": kind, "reason": "Ask <Ada>.", "date": "2027-06-02"} | fields)


def test_page_without_decisions_has_no_section_of_them(read: Callable[..., str]) -> None:
    assert "Decisions" not in read()


def test_extension_is_told_with_the_students_own_deadline(read: Callable[..., str]) -> None:
    text = read(decide("extension", student="ann", value=OWN.isoformat()), deadline=OWN)
    assert "The deadline of this student is 2027-06-01 23:59:59 UTC+08:00: Ask <Ada>." in text
    assert "這位學生的期限為 2027-06-01 23:59:59 UTC+08:00：Ask <Ada>." in text
    assert "<time>2027-06-01 23:59" in text
    assert "2027-05-28 23:59" not in text


def test_second_key_is_told_without_its_letters(read: Callable[..., str]) -> None:
    text = read(decide("accept", question="lime-1", value="abcd"))
    assert "For lime-1 a second answer is right too: Ask <Ada>." in text
    assert "abcd" not in text
    assert "a b c d" not in text


@pytest.mark.parametrize(
    ("late", "days", "en", "zh"),
    [
        (timedelta(hours=34, minutes=50), 2, "34 hours late: 2 days begun", "遲交 34 小時：以 2 天計"),
        (timedelta(minutes=1, seconds=1), 1, "1 minute late: 1 day begun", "遲交 1 分鐘：以 1 天計"),
        (timedelta(seconds=0.25), 1, "1 second late: 1 day begun", "遲交 1 秒：以 1 天計"),
    ],
)
def test_points_off_are_told_beside_the_times_with_the_days_begun(
    read: Callable[..., str], late: timedelta, days: int, en: str, zh: str
) -> None:
    text = read(submitted_at=OWN + late, deadline=OWN, late=True, days_late=days, deducted=Decimal("1.0"))
    assert f"{en}, 1.0 points off" in text
    assert f"{zh}，扣 1.0 分" in text
    assert "Decisions" not in text
    assert "points off</span>" not in read(submitted_at=OWN, deadline=OWN)


def test_what_was_seen_and_an_excuse_are_told(read: Callable[..., str]) -> None:
    text = read(seen=(Seen(date="2027-06-02", why=(SAW,)),), seen_why=(SAW,))
    assert re.search(r"The run failed\..*執行失敗。.*\(seen\)", text)
    assert "<strong>EX</strong>" in read(decide("excused", student="ann"), excused=True)
