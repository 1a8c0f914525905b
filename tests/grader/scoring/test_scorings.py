"""Every scoring is kept, and what differs between two is said with its reason."""

import dataclasses
import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assignment.fixable import FixableError
from grader.commands.score import ScoredClass, keep_scored, score_class, show_changes, show_scored
from grader.decisions.decisions import Decisions
from grader.handins.submission import Submission
from grader.report.pages import load_handin_records, write_reports
from grader.runs.folder import record_class
from grader.scoring import scorings
from grader.scoring.changes import compare_scorings, group_changes, list_key_changes
from grader.scoring.grading import Grading
from grader.scoring.judge import score_runs
from grader.scoring.scorings import FOLDER, Scoring, load_last_scoring, load_scorings, make_scoring
from tests.grader.scoring.test_decisions import make_decision
from tests.grader.scoring.test_score import save_notebook

ANSWERS = {"ann": {"lime-1": "bd", "saliency-1": "ac"}, "bob": {"lime-1": "ab"}}
Make = Callable[..., Scoring]


@pytest.fixture
def submissions(tmp_path: Path) -> tuple[Submission, ...]:
    """A class of two, taken in."""
    runs = tmp_path / "runs"
    made = []
    for student, letters in ANSWERS.items():
        path = save_notebook(runs / student / "handin.ipynb", f"answers = {letters!r}")
        made.append(Submission(student=student, notebook=path))
    record_class(runs, tuple(made))
    return tuple(made)


@pytest.fixture
def make(tmp_path: Path, grading: Grading, submissions: tuple[Submission, ...]) -> Make:
    """Return a function that scores the class, with decisions, a key or an assignment of one's own."""

    def run(*decisions: Any, key: dict[str, str] | None = None, **assignment: Any) -> Scoring:
        its = dataclasses.replace(grading, assignment=grading.assignment.model_copy(update=assignment))
        if key is not None:
            letters = grading.key.letters | {item: frozenset(text) for item, text in key.items()}
            its = dataclasses.replace(its, key=dataclasses.replace(grading.key, letters=letters))
        decided = Decisions(decisions)
        moments = assignment.pop("moments", {})
        handed = [one.model_copy(update={"submitted_at": moments.get(one.student)}) for one in submissions]
        records = score_runs(handed, tmp_path / "runs", its, decisions=decided)
        return make_scoring(records, its, None, decided, None)

    return run


def tell(before: Scoring, after: Scoring) -> list[str]:
    return [f"{', '.join(one.names)}: {one.says.en}" for one in group_changes(compare_scorings(before, after))]


def test_new_key_names_the_students_the_points_and_the_claim(make: Make) -> None:
    before, after = make(), make(key={"lime-1": "ab"})
    assert tell(before, after) == [
        "ann: lime-1 right → wrong -0.3: The key of this question changed.",
        "bob: lime-1 wrong → right +0.3: The key of this question changed.",
    ]
    turned = list_key_changes(before.basis, after.basis)
    assert turned[0] == "lime-1: the key was bd and is ab"
    assert turned[1] == (
        "lime-1: choice a was wrong by made_up() above 0.5, margin 0.1; is right by made_up() above 0.5, margin 0.1"
    )
    assert [line.split()[2] for line in turned[1:]] == ["a", "d"]
    assert before.basis.key_digest != after.basis.key_digest


def test_decisions_come_and_go_with_their_reasons(make: Make) -> None:
    plain = make()
    decided = make(
        make_decision("void", question="saliency-1"),
        make_decision("accept", question="lime-1", value="ab"),
        make_decision("reading", student="ann", question="lime-1", value="c"),
        make_decision("excused", student="bob"),
    )
    there = tell(plain, decided)
    assert there[0].startswith("ann: lime-1 right → wrong -0.3: ")
    assert "The answer to lime-1 is read as c" in there[0]
    assert "void" not in there[0]  # it moved no points
    assert there[1].startswith("bob (0.0 → EX): This student is excused")
    assert "lime-1" not in there[1]  # no question of an excused student counts
    turned = list_key_changes(plain.basis, decided.basis)
    assert turned == (f"the possible points were {plain.basis.possible} and are {decided.basis.possible}",)
    assert decided.basis.possible == plain.basis.possible - plain.basis.key["saliency-1"].worth
    back = tell(decided, plain)
    assert back[0].startswith("ann: lime-1 wrong → right +0.3: ")
    assert "Taken back: The answer to lime-1 is read as c" in back[0]
    assert back[1].startswith("bob (EX → 0.0): Taken back: This student is excused")


def test_lateness_is_told_once_for_the_whole_hand_in(make: Make, grading: Grading) -> None:
    deadline = grading.assignment.deadline
    moment = {"ann": deadline + timedelta(hours=1)}
    late, extended = (
        make(moments=moment),
        make(
            make_decision("extension", student="ann", value=(deadline + timedelta(days=1)).isoformat()), moments=moment
        ),
    )
    (change,) = tell(late, extended)
    assert change.startswith("ann (0.0 → 0.3): The deadline of this student is ")
    (moved,) = tell(late, make(moments=moment, deadline=deadline + timedelta(days=1)))
    assert moved == "ann (0.0 → 0.3): The deadline or the late policy changed."
    (earlier,) = tell(late, make(moments={"ann": deadline}))
    assert earlier == "ann (0.0 → 0.3): Another time of handing in is known."


def test_other_answers_and_other_students_are_told(make: Make, tmp_path: Path) -> None:
    before = make()
    save_notebook(tmp_path / "runs" / "bob" / "handin.ipynb", "answers = {'lime-1': 'bd'}")
    after = make()
    assert tell(before, after) == ["bob: lime-1 wrong → right +0.3: Another answer was read."]
    smaller = after.model_copy(update={"students": {"bob": after.students["bob"]}})
    assert tell(after, smaller) == ["ann (0.3 → none): No longer of the class."]
    assert tell(smaller, after) == ["ann (none → 0.3): Not scored before."]
    assert tell(after, after) == []


def test_thousand_students_of_a_void_question_are_few_lines_and_those_who_lose_nothing_are_one(
    make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    plain, void = make(), make(make_decision("void", question="lime-1"))

    def widen(scoring: Scoring, number: int) -> Scoring:
        each = {f"{name}{n}": one for name, one in scoring.students.items() for n in range(500)}
        return scoring.model_copy(update={"number": number, "students": each})

    before, after = widen(plain, 1), widen(void, 2)
    (lost,) = group_changes(compare_scorings(before, after))
    assert len(lost.names) == 500
    assert lost.says.en.startswith("lime-1 right → void -0.3: lime-1 counts for nobody")
    assert lost.says.zh.startswith("lime-1 正確 → 不計分 -0.3：")
    scored = ScoredClass([], after, before, Decisions(()), None, ())
    show_changes(scored, most=None)
    told = capsys.readouterr().out
    assert told.count("lime-1 right → void") == 1
    assert "ann499" in told
    assert "bob" not in told
    assert "500 others: a word, an answer or a time differs, and no points" in told
    assert "the points of 500 of 1000 students differ" in told
    show_changes(scored, most=10)
    assert len(capsys.readouterr().out.splitlines()) == 7


def test_void_question_read_otherwise_and_an_excused_student_are_not_told(make: Make, tmp_path: Path) -> None:
    decided = make_decision("void", question="lime-1"), make_decision("excused", student="ann")
    before = make(*decided)
    save_notebook(tmp_path / "runs" / "bob" / "handin.ipynb", "answers = {'lime-1': 'bd'}")
    save_notebook(tmp_path / "runs" / "ann" / "handin.ipynb", "answers = {'saliency-1': 'b'}")
    assert compare_scorings(before, make(*decided)) == ()


@pytest.fixture
def score(tmp_path: Path, grading: Grading, submissions: tuple[Submission, ...]) -> Callable[..., ScoredClass]:
    """Return a function that scores the class as `hw9 score` does, and keeps it."""

    def run(letters: str = "bd", *, keep: bool = True) -> ScoredClass:
        key = dataclasses.replace(grading.key, letters=grading.key.letters | {"lime-1": frozenset(letters)})
        scored = score_class(submissions, tmp_path / "runs", dataclasses.replace(grading, key=key))
        if keep:
            keep_scored(scored, tmp_path / "runs")
        return scored

    return run


def test_scorings_are_numbered_kept_and_never_changed(tmp_path: Path, score: Callable[..., ScoredClass]) -> None:
    runs = tmp_path / "runs"
    score()
    first = (runs / FOLDER / "0001.json").read_bytes()
    score()  # nothing differs, so it is the same scoring
    score("ab")
    score("bd")  # and back
    assert [one.number for one in load_scorings(runs)] == [1, 2, 3]
    assert (runs / FOLDER / "0001.json").read_bytes() == first
    kept = json.loads(first)
    assert kept["by"] == scorings.find_user()
    assert len(kept["basis"]["key_digest"]) == 64
    assert {one.scoring for one in load_handin_records(runs)} == {3}


def test_dry_run_says_whose_points_would_change_and_writes_nothing(
    tmp_path: Path, score: Callable[..., ScoredClass], capsys: pytest.CaptureFixture[str]
) -> None:
    runs = tmp_path / "runs"
    score()
    before = {path: path.read_bytes() for path in runs.rglob("*") if path.is_file()}
    capsys.readouterr()
    show_scored(score("ab", keep=False), runs, dry_run=True)
    told = capsys.readouterr().out
    assert "lime-1: the key was bd and is ab" in told
    assert "  1 student: lime-1 wrong → right +0.3: The key of this question changed.\n      bob\n" in told
    assert "since scoring 1 of 20" in told
    assert " UTC+08:00 by " in told
    assert "the points of 2 of 2 students differ" in told
    assert "dry run: nothing was written" in told
    assert {path: path.read_bytes() for path in runs.rglob("*") if path.is_file()} == before


def test_scoring_that_was_cut_short_is_not_reported(
    tmp_path: Path, score: Callable[..., ScoredClass], monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = tmp_path / "runs"
    score()
    with monkeypatch.context() as patched:
        patched.setattr("grader.commands.score.save_scoring", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            score("ab")
    with pytest.raises(
        FixableError, match=r"verdicts of scoring 2, the newest whole one is 1; .*run `hw9 score` again"
    ):
        load_handin_records(runs)
    score("ab")
    assert {str(one.total) for one in load_handin_records(runs)} == {"0.0", "0.3"}
    last = load_last_scoring(runs)
    assert last is not None
    assert last.students["bob"].total == Decimal("0.3")


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_damaged_scoring_names_its_file(tmp_path: Path, score: Callable[..., ScoredClass]) -> None:
    score()
    (tmp_path / "runs" / FOLDER / "0001.json").write_text("{")
    with pytest.raises(FixableError, match=r"scorings/0001\.json: not JSON"):
        score()


@pytest.mark.slow
def test_pages_say_what_differs_from_an_earlier_scoring_and_tell_no_letters(
    tmp_path: Path, score: Callable[..., ScoredClass], grading: Grading
) -> None:
    runs = tmp_path / "runs"
    score()
    score("ab")
    write_reports(runs, grading)
    assert "Since the scoring of" not in (runs / "bob" / "report.html").read_text(encoding="utf-8")
    page = write_reports(runs, grading, since=1).page.read_text(encoding="utf-8")
    theirs = (runs / "bob" / "report.html").read_text(encoding="utf-8")
    section = theirs[theirs.index("Since the scoring of") :][:3000]
    assert "0.0 → 0.3" in section
    assert "本題的標準答案已更改。" in section
    assert "the key was" not in theirs
    assert "lime-1: the key was bd and is ab" in page
    assert "1 student: lime-1 wrong → right +0.3: The key of this question changed." in page
    assert "1 位學生：lime-1 錯誤 → 正確 +0.3：本題的標準答案已更改。" in page
    with pytest.raises(FixableError, match="no scoring 7; expected one of 1, 2"):
        write_reports(runs, grading, since=7)
