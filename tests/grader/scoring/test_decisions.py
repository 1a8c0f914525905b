"""What a person decides changes points to the decimal, says so to the student, and never tells the right letters."""

import dataclasses
import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assignment.late import LatePolicy
from grader.decisions.decision import Decision
from grader.decisions.decisions import Decisions
from grader.handins.submission import Submission
from grader.scoring.grading import Grading
from grader.scoring.handin_record import VERDICTS_FILE, HandinRecord, save_handin_record
from grader.scoring.judge import score_runs

Score = Callable[..., HandinRecord]
BEST = {"lime-1": "bd", "lime-2": "a", "saliency-1": "acd", "saliency-2": "c"}
HALF = {"lime-1": "bd", "saliency-1": "ab"}  # one right, one wrong, two blank


def make_decision(kind: str, **fields: str) -> Decision:
    return Decision.model_validate({"decision": kind, "reason": "It was so.", "date": "2027-06-02"} | fields)


@pytest.fixture
def score(tmp_path: Path, grading: Grading) -> Score:
    """Return a function that scores one hand-in under decisions and, where it is given, another late policy."""

    def run(
        letters: dict[str, str] | None, *decisions: Decision, late: LatePolicy | None = None, **fields: Any
    ) -> HandinRecord:
        its = grading
        if late is not None:
            its = dataclasses.replace(grading, assignment=grading.assignment.model_copy(update={"late": late}))
        if letters is not None:
            cell = {"cell_type": "code", "metadata": {}, "source": f"answers = {letters!r}", "outputs": []}
            notebook = tmp_path / "runs" / "ann" / "handin.ipynb"
            notebook.parent.mkdir(parents=True, exist_ok=True)
            notebook.write_text(json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
            fields["notebook"] = notebook
        submission = Submission(student="ann", **fields)
        (scored,) = score_runs([submission], tmp_path / "runs", its, decisions=Decisions(decisions))
        save_handin_record(tmp_path / "runs" / "ann", scored)
        return scored

    return run


def list_verdicts(scored: HandinRecord) -> str:
    return " ".join(f"{one.word}:{one.points}" for one in scored.verdicts)


def test_without_decisions_nothing_changes_and_the_deadline_is_that_of_everyone(score: Score, grading: Grading) -> None:
    scored = score(HALF)
    assert list_verdicts(scored) == "right:0.3 blank:0.0 wrong:0.0 blank:0.0"
    assert (scored.deadline, scored.decisions, str(scored.deducted)) == (grading.assignment.deadline, (), "0.0")
    assert {one.decided for one in scored.verdicts} == {None}


@pytest.mark.parametrize(
    ("decision", "verdicts", "total", "possible"),
    [
        (make_decision("void", question="lime-1"), "void:0.0 blank:0.0 wrong:0.0 blank:0.0", "0.0", "0.9"),
        (make_decision("void", question="lime-2"), "right:0.3 void:0.0 wrong:0.0 blank:0.0", "0.3", "0.9"),
        (make_decision("all_right", question="saliency-2"), "right:0.3 blank:0.0 wrong:0.0 right:0.3", "0.6", "1.2"),
        (make_decision("all_right", question="lime-1"), "right:0.3 blank:0.0 wrong:0.0 blank:0.0", "0.3", "1.2"),
        (
            make_decision("accept", question="saliency-1", value="ab"),
            "right:0.3 blank:0.0 right:0.3 blank:0.0",
            "0.6",
            "1.2",
        ),
        (
            make_decision("accept", question="saliency-1", value="abc"),
            "right:0.3 blank:0.0 wrong:0.0 blank:0.0",
            "0.3",
            "1.2",
        ),
        (
            make_decision("reading", student="ann", question="lime-2", value="a"),
            "right:0.3 right:0.3 wrong:0.0 blank:0.0",
            "0.6",
            "1.2",
        ),
        (
            make_decision("reading", student="ann", question="lime-1", value="blank"),
            "blank:0.0 blank:0.0 wrong:0.0 blank:0.0",
            "0.0",
            "1.2",
        ),
        (
            make_decision("reading", student="bob", question="lime-2", value="a"),
            "right:0.3 blank:0.0 wrong:0.0 blank:0.0",
            "0.3",
            "1.2",
        ),
    ],
)
def test_each_kind_changes_points_to_the_decimal(
    score: Score, decision: Decision, verdicts: str, total: str, possible: str
) -> None:
    scored = score(HALF, decision)
    assert (list_verdicts(scored), str(scored.total), str(scored.possible)) == (verdicts, total, possible)
    changed = [one.item for one, before in zip(scored.verdicts, score(HALF).verdicts, strict=True) if one != before]
    assert [one.item for one in scored.verdicts if one.decided] == changed


def test_changed_verdict_says_the_reason_in_both_languages_and_no_letters_of_the_second_key(score: Score) -> None:
    verdict = score(HALF, make_decision("accept", question="saliency-1", value="ab", reason="Both fit."))
    decided = verdict.verdicts[2].decided
    assert decided is not None
    assert decided.en == "For saliency-1 a second answer is right too: Both fit."
    assert decided.zh == "saliency-1 另有一組答案也視為正確：Both fit."
    everyone = score({}, make_decision("accept", question="saliency-1", value="ab", reason="Both fit."))
    assert "ab" not in everyone.decisions[0].says.en
    assert everyone.verdicts[2].decided is None


def test_reading_with_an_accepted_key_or_a_void_question_follows_both(score: Score) -> None:
    read = make_decision("reading", student="ann", question="lime-2", value="cd")
    assert (
        list_verdicts(score(HALF, make_decision("accept", question="lime-2", value="cd"), read))[10:19] == "right:0.3"
    )
    assert score(HALF, read, make_decision("void", question="lime-2")).verdicts[1].word == "void"


def test_unreadable_answer_that_a_person_read_is_read_and_no_reason_to_look(score: Score) -> None:
    answers = {"lime-1": "bz", "lime-2": "a"}
    assert any("lime-1" in reason.en for reason in score(answers).why)
    scored = score(answers, make_decision("reading", student="ann", question="lime-1", value="bd"))
    assert (str(scored.total), scored.verdicts[0].word) == ("0.6", "right")
    assert not any("lime-1" in reason.en for reason in scored.why)


@pytest.mark.parametrize(("problem", "word"), [("missing", "blank"), ("broken", "right")])
def test_all_right_is_for_hand_ins_that_are_there(score: Score, problem: str, word: str) -> None:
    scored = score(None, make_decision("all_right", question="lime-1"), problem=problem)
    assert scored.verdicts[0].word == word
    assert scored.verdicts[0].points == (Decimal("0.3") if word == "right" else 0)


def test_all_right_earns_a_late_hand_in_nothing(score: Score, grading: Grading) -> None:
    late = grading.assignment.deadline + timedelta(days=1)
    assert str(score(HALF, make_decision("all_right", question="lime-2"), submitted_at=late).total) == "0.0"


def test_extension_is_the_students_own_deadline_to_the_second(score: Score, grading: Grading) -> None:
    own = grading.assignment.deadline + timedelta(days=3)
    extension = make_decision("extension", student="ann", value=own.isoformat())
    scored = score(BEST, extension, submitted_at=own)
    assert (scored.late, str(scored.total), scored.deadline) == (False, "1.2", own)
    late = score(BEST, extension, submitted_at=own + timedelta(seconds=1))
    assert (late.late, str(late.total)) == (True, "0.0")
    assert "late" in late.words


@pytest.mark.parametrize(
    ("after", "deducted", "total", "word"),
    [
        (timedelta(0), "0.0", "1.2", None),
        (timedelta(minutes=10), "0.0", "1.2", None),
        (timedelta(minutes=11), "0.5", "0.7", "late_accepted"),
        (timedelta(days=1), "0.5", "0.7", "late_accepted"),
        (timedelta(days=1, seconds=1), "1.0", "0.2", "late_accepted"),
        (timedelta(days=9), "1.2", "0.0", "late_accepted"),
    ],
)
def test_points_per_day_come_off_the_total_and_never_below_nothing(
    score: Score, grading: Grading, after: timedelta, deducted: str, total: str, word: str | None
) -> None:
    policy = LatePolicy(grace_seconds=600, points_per_day=Decimal("0.5"), fractions=False)
    scored = score(BEST, late=policy, submitted_at=grading.assignment.deadline + after)
    assert (str(scored.deducted), str(scored.total), scored.late) == (deducted, total, word is not None)
    assert ("late_accepted" in scored.words) == (word is not None)
    assert "late" not in scored.words
    assert list_verdicts(scored) == "right:0.3 right:0.3 right:0.3 right:0.3"


def test_days_of_a_late_hand_in_count_from_the_students_own_deadline(score: Score, grading: Grading) -> None:
    policy = LatePolicy(grace_seconds=0, points_per_day=Decimal("0.5"), fractions=False)
    own = grading.assignment.deadline + timedelta(days=3)
    extension = make_decision("extension", student="ann", value=own.isoformat())
    scored = score(BEST, extension, late=policy, submitted_at=own + timedelta(hours=1))
    assert (str(scored.deducted), str(scored.total), scored.days_late) == ("0.5", "0.7", 1)


def test_hand_in_marked_late_without_a_time_earns_nothing_under_every_policy(score: Score, grading: Grading) -> None:
    policy = LatePolicy(grace_seconds=0, points_per_day=Decimal("0.5"), fractions=False)
    own = (grading.assignment.deadline + timedelta(days=3)).isoformat()
    scored = score(BEST, make_decision("extension", student="ann", value=own), late=policy, marked_late=True)
    assert (scored.late, str(scored.total), str(scored.deducted)) == (True, "0.0", "0.0")


def test_excused_student_has_the_word_and_needs_nobody(score: Score) -> None:
    scored = score(None, make_decision("excused", student="ann"), problem="missing")
    assert scored.excused
    assert scored.words == ("missing", "excused", "not_run")
    assert (scored.needs_person, bool(scored.why)) == (False, True)


def test_what_a_person_saw_needs_nobody_until_something_new_comes(score: Score, tmp_path: Path) -> None:
    answers, seen = {"lime-1": "bz"}, make_decision("seen", student="ann")
    assert score(answers).needs_person
    first = score(answers, seen)
    assert not first.needs_person
    assert first.why == ()
    assert first.seen_why == first.seen[0].why != ()
    assert not score(answers, seen).needs_person
    more = score(answers | {"lime-2": "yz"}, seen)
    assert [reason.en for reason in more.why] == ["Unreadable answers: lime-1, lime-2."]
    assert more.needs_person
    assert score(answers | {"lime-2": "yz"}, seen).needs_person  # and it stays so
    again = make_decision("seen", student="ann", date="2027-06-03")
    assert not score(answers | {"lime-2": "yz"}, seen, again).needs_person
    assert not score(answers, seen, again).needs_person
    assert score(answers).needs_person  # taken back


def test_seen_covers_nothing_where_the_earlier_verdicts_cannot_be_read(score: Score, tmp_path: Path) -> None:
    answers, seen = {"lime-1": "bz"}, make_decision("seen", student="ann")
    score(answers, seen)
    (tmp_path / "runs" / "ann" / VERDICTS_FILE).write_text("{")
    assert score(answers, seen).needs_person
    assert score(answers, seen).needs_person
    assert not score(answers, seen, make_decision("seen", student="ann", date="2027-06-03")).needs_person
