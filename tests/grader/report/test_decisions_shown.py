"""A student's page tells what was decided, why and by when, in both languages, and no letters of a second key."""

import html
import re
from collections.abc import Callable
from datetime import datetime
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


def test_points_off_what_was_seen_and_an_excuse_are_told(read: Callable[..., str]) -> None:
    text = read(deducted=Decimal("0.5"), seen=(Seen(date="2027-06-02", why=(SAW,)),), seen_why=(SAW,))
    assert "0.5 points are taken off the total" in text
    assert "總分扣 0.5 分" in text
    assert re.search(r"The run failed\..*執行失敗。.*\(seen\)", text)
    assert "<strong>EX</strong>" in read(decide("excused", student="ann"), excused=True)
