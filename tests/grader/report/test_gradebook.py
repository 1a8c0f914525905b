"""The gradebook and results.json: exact, repeatable, documented, and harmless in a spreadsheet."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from grader.files.cell import guard_cell
from grader.report.class_page import make_bars
from grader.report.class_record import ClassRecord, make_class_record, write_results
from grader.report.fields import FIELDS_FILE, describe_results
from grader.report.gradebook import to_csv, write_gradebook
from grader.scoring.grading import Grading
from grader.scoring.handin_record import HandinRecord

HandIn = Callable[..., HandinRecord]
BEST = {"lime-1": "bd", "lime-2": "a", "saliency-1": "acd", "saliency-2": "c"}


@pytest.fixture
def rows(tmp_path: Path, grading: Grading, hand_in: HandIn) -> list[dict[str, str]]:
    """Return the gradebook of a perfect, a half right, a late and a hostile student."""
    scored = [
        hand_in("zed", {"lime-1": "bd"}, name="=HYPERLINK(1)"),
        hand_in("ann", BEST, name="王小明, Ann"),
        hand_in("bob", BEST, late=True),
    ]
    book = write_gradebook(tmp_path, make_class_record(scored, grading))
    return list(csv.DictReader(io.StringIO(book.read_bytes().decode("utf-8-sig"))))


def test_each_student_has_one_line_with_exact_points_by_topic(rows: list[dict[str, str]]) -> None:
    assert [row["student"] for row in rows] == ["ann", "bob", "zed"]
    assert [row["total"] for row in rows] == ["1.2", "0.0", "0.3"]
    assert (rows[0]["lime"], rows[0]["saliency"], rows[2]["saliency"]) == ("0.6", "0.6", "0.0")
    assert rows[0]["name"] == "王小明, Ann"
    assert rows[1]["words"] == "late not_run"
    assert (rows[1]["lime-1"], rows[2]["lime-2"], rows[0]["needs_person"]) == ("right", "blank", "yes")


def test_both_times_stand_in_the_deadlines_zone_with_seconds(tmp_path: Path, grading: Grading, hand_in: HandIn) -> None:
    moment = (grading.assignment.deadline + timedelta(seconds=4)).astimezone(UTC)
    late = hand_in("bob", BEST, late=True).model_copy(update={"submitted_at": moment, "identical_to": ("ann",)})
    row = next(csv.DictReader(io.StringIO(to_csv(make_class_record([late], grading)))))
    assert row["handed_in"] == "2027-05-29 00:00:03 UTC+08:00"
    assert row["deadline"] == "2027-05-28 23:59:59 UTC+08:00"
    assert row["identical_to"] == "ann"
    assert "identical to those of ann" in row["why"]


def test_names_are_no_formulas(rows: list[dict[str, str]]) -> None:
    assert rows[2]["name"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1"])
def test_every_start_of_a_formula_is_guarded(name: str) -> None:
    assert guard_cell(name).startswith("'")
    assert not set(guard_cell(name)) & {"\t", "\r", "\n"}


@pytest.mark.parametrize("name", ["a;=1+1", "a; @x", "a|+1", 'a";=1', "a;';-1"])
def test_formula_behind_another_separator_is_guarded(name: str) -> None:
    parts = [part.lstrip(' "') for part in re.split("[;|]", guard_cell(name))]
    assert not any(part.startswith(("=", "+", "-", "@")) for part in parts)
    assert guard_cell("王小明; Ann-Marie") == "王小明; Ann-Marie"


def test_results_hold_everything_and_are_the_same_when_written_again(
    tmp_path: Path, grading: Grading, hand_in: HandIn
) -> None:
    scored = [hand_in("ann", BEST), hand_in("bob", {"lime-1": "b"})]
    place = write_results(tmp_path, make_class_record(scored, grading))
    first = place.read_bytes()
    write_results(tmp_path, make_class_record(scored[::-1], grading))
    assert place.read_bytes() == first
    assert ClassRecord.model_validate_json(first).handins == tuple(scored)
    assert json.loads(first)["handins"][0]["total"] == "1.2"


def test_facility_and_the_most_common_wrong_letters(grading: Grading, hand_in: HandIn) -> None:
    scored = [hand_in(f"s{n}", {"lime-1": letters}) for n, letters in enumerate(["bd", "ab", "ab", "c", ""])]
    scored.append(hand_in("gone", {}).model_copy(update={"problem": "missing"}))
    question = make_class_record(scored, grading).questions[0]
    assert (question.sheets, question.right, question.facility) == (5, 1, 0.2)
    assert (question.common_wrong, question.common_wrong_count) == ("ab", 2)


def test_a_class_of_nobody_has_results(grading: Grading) -> None:
    results = make_class_record([], grading)
    assert results.possible == Decimal("1.2")
    assert results.questions[0].facility is None


def test_every_field_is_described_in_the_generated_page() -> None:
    """Mend it with `python -m grader.commands.document`."""
    assert FIELDS_FILE.read_text(encoding="utf-8") == describe_results()
    assert "| None |" not in describe_results()


def test_full_marks_stand_in_the_last_bar_and_none_is_lost() -> None:
    totals = [Decimal(n) * Decimal("0.3") for n in range(10)]
    bars = make_bars(totals, Decimal("2.7"))
    assert bars[-1].count >= 1
    assert sum(bar.count for bar in bars) == len(totals)
