"""Killed at any moment and typed again, each verb gives what it gives undisturbed, and reads nothing that is half."""

import json
import os
import random
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from assignment.course import open_course
from assignment.fixable import FixableError
from grader.collect.collect import collect
from grader.commands.decide import decide
from grader.commands.report import report
from grader.commands.score import ScoredClass, keep_scored, score_class
from grader.decisions.file import load_decisions
from grader.quiz.kept import load_tables
from grader.report.pages import load_handin_records
from grader.runs.intake import take_in
from grader.scoring.grading import Grading
from grader.scoring.scorings import load_scorings
from questions.bank import Bank, load_bank
from tests.grader.collect.conftest import GRADEBOOK, make_notebook, make_zip
from tests.killed import kill_at_each_step, list_files
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[3]
SEED = 16
ROSTER = "student,name,submitted_at\nann,Ann,\nbob,Bob,\ncyd,Cyd,\n"


def write_answers(path: Path, answers: dict[str, str]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(make_notebook(f"answers = {answers!r}"))


@pytest.fixture
def score(tmp_path: Path, grading: Grading, to_report: Callable[..., bytes]) -> Callable[[Path], ScoredClass]:
    """Return a function that scores three hand-ins, the quiz and one decision as the verb does."""
    handins = tmp_path / "handins"
    for student, letters in (("ann", "bd"), ("bob", "a"), ("cyd", "")):
        write_answers(handins / f"{student}.ipynb", {"lime-1": letters})
    rows = [{"id": str(n), "sis_id": name, "chosen": {"lime-1": "bd"}} for n, name in enumerate(("ann", "bob"))]
    (tmp_path / "quiz.csv").write_bytes(to_report(grading.bank, rows))
    (tmp_path / "roster.csv").write_text(ROSTER)
    void = {"decision": "void", "question": "lime-2", "reason": "No.", "date": "2027-06-01"}
    (tmp_path / "handins.decisions.yaml").write_text(json.dumps([void]))

    def run(runs: Path) -> ScoredClass:
        tables = load_tables(runs, grading.bank, tmp_path / "quiz.csv", tmp_path / "roster.csv")
        scored = score_class(take_in(handins, runs).submissions, runs, grading, tables)
        keep_scored(scored, runs)
        return scored

    return run


def hide_times(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return files without the times of scorings, and without where each RUNS folder is."""
    return {
        name: json.dumps(json.loads(data) | {"at": ""}).encode() if name.startswith("scorings/") else data
        for name, data in files.items()
    }


@pytest.mark.slow
def test_score_killed_at_each_step_shows_nothing_half_and_ends_as_undisturbed(
    tmp_path: Path, score: Callable[[Path], ScoredClass]
) -> None:
    runs, refused = tmp_path / "runs", 0
    score(tmp_path / "whole")
    whole = hide_times(list_files(tmp_path / "whole"))
    for _ in kill_at_each_step(lambda: score(runs)):
        try:
            load_handin_records(runs)
            assert [one.number for one in load_scorings(runs)] == [1]  # whoever reads records reads a whole scoring
        except (FixableError, FileNotFoundError):
            refused += 1
        score(runs)
        assert hide_times(list_files(runs)) == whole
        shutil.rmtree(runs)
    assert refused > len(whole) / 2


@pytest.mark.slow
def test_second_scoring_killed_at_each_step_is_refused_until_it_is_whole(
    tmp_path: Path, score: Callable[[Path], ScoredClass]
) -> None:
    runs, first, said = tmp_path / "runs", tmp_path / "first", list[str]()
    score(first)
    decisions = tmp_path / "handins.decisions.yaml"
    one = {"decision": "all_right", "question": "lime-1", "reason": "Yes.", "date": "2027-06-01"}
    decisions.write_text(json.dumps([*json.loads(decisions.read_text()), one]))
    shutil.copytree(first, runs)
    for _ in kill_at_each_step(lambda: score(runs)):
        try:
            records, scorings = load_handin_records(runs), load_scorings(runs)
            assert {it.scoring for it in records} == {scorings[-1].number}
            assert {it.student: it.total for it in records} == {
                name: its.total for name, its in scorings[-1].students.items()
            }
        except FixableError as error:
            said.append(str(error))
        assert score(runs).scoring.number == 2
        assert [it.number for it in load_scorings(runs)] == [1, 2]
        load_handin_records(runs)
        shutil.rmtree(runs)
        shutil.copytree(first, runs)
    assert len(said) >= 3
    assert all("run `hw9 score` again" in one for one in said)


def test_two_scorings_at_once_never_mix(tmp_path: Path, score: Callable[[Path], ScoredClass], grading: Grading) -> None:
    runs = tmp_path / "runs"
    score(runs)
    submissions = take_in(tmp_path / "handins", runs).submissions
    (tmp_path / "handins.decisions.yaml").write_text("")
    tables = load_tables(runs, grading.bank, None, None)
    slow = score_class(submissions, runs, grading, tables)
    one = {"decision": "all_right", "question": "lime-1", "reason": "Yes.", "date": "2027-06-01"}
    (tmp_path / "handins.decisions.yaml").write_text(json.dumps([one]))
    fast = score(runs)
    assert fast.scoring.number == slow.scoring.number == 2
    with pytest.raises(FixableError, match="another hw9 score ended meanwhile"):
        keep_scored(slow, runs)
    assert load_scorings(runs)[-1] == fast.scoring
    (runs / "scorings" / "0002.json").rename(runs / "scorings" / "0009.json")
    with pytest.raises(FixableError, match=r"0009.json: number: 2; expected the number that its file is called by"):
        load_scorings(runs)
    (runs / "scorings" / "0009.json").rename(runs / "scorings" / "0002.json")
    assert load_handin_records(runs) == fast.records


def test_kept_tables_of_a_scoring_that_was_cut_short_are_refused(
    tmp_path: Path, score: Callable[[Path], ScoredClass], grading: Grading
) -> None:
    runs = tmp_path / "runs"
    score(runs)
    (runs / "roster.csv").write_text(ROSTER.replace("bob", "dan"))
    with pytest.raises(FixableError, match=r"roster.csv: is not what quiz.json names"):
        load_tables(runs, grading.bank, None, None)
    with pytest.raises(FixableError, match=r"roster.csv: is not what quiz.json names"):
        load_tables(runs, grading.bank, tmp_path / "quiz.csv", None)
    assert load_tables(runs, grading.bank, tmp_path / "quiz.csv", tmp_path / "roster.csv")


@pytest.mark.slow
def test_report_and_its_zip_killed_at_each_step_are_whole_the_next_time(
    tmp_path: Path, score: Callable[[Path], ScoredClass], grading: Grading, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = tmp_path / "runs"
    score(runs)
    monkeypatch.setattr("grader.commands.report.load_grading", lambda course: grading)

    def run(out: Path) -> int:
        return report(runs=runs, course=open_course(), show_key=False, out=out)

    run(tmp_path / "whole.zip")
    whole, packed = list_files(runs), (tmp_path / "whole.zip").read_bytes()
    shown = [name for name in whole if name.endswith((".html", "gradebook.csv", "results.json"))]
    for _ in kill_at_each_step(lambda: run(tmp_path / "out.zip")):
        assert {name: data for name, data in list_files(runs).items() if data != whole[name]} == {}
        assert not (tmp_path / "out.zip").exists() or zipfile.ZipFile(tmp_path / "out.zip").testzip() is None
        for name in shown:
            (runs / name).unlink(missing_ok=True)
        (tmp_path / "out.zip").unlink(missing_ok=True)
    assert list_files(runs) == whole
    assert (tmp_path / "out.zip").read_bytes() == packed
    assert list(tmp_path.rglob(".*")) == []  # of what the killed ones left


@pytest.mark.slow
def test_decision_killed_at_each_step_is_kept_once_or_not_at_all(tmp_path: Path) -> None:
    handins = tmp_path / "handins"
    write_answers(handins / "ann.ipynb", {})
    texts = {"decision": "void", "question": "lime-1", "reason": "No.", "date": "2027-06-01"}
    decide(handins, open_course(), texts)
    file, bank = tmp_path / "handins.decisions.yaml", load_bank(open_course())
    before = file.read_bytes()
    texts |= {"question": "lime-2"}
    for _ in kill_at_each_step(lambda: decide(handins, open_course(), texts)):
        kept = load_decisions(file, bank, open_course().assignment.deadline).every
        assert [one.question for one in kept] in (["lime-1"], ["lime-1", "lime-2"])
        assert file.read_bytes().startswith(before)
        file.write_bytes(before)
    assert len(load_decisions(file, bank, open_course().assignment.deadline).every) == 2


def test_collect_killed_at_each_step_gives_the_same_folder_the_next_time(tmp_path: Path) -> None:
    download, roster = tmp_path / "download.zip", tmp_path / "roster.csv"
    roster.write_text(GRADEBOOK)
    files = {f"c{n}_{41000 + n}_{90001 + n}_hw.ipynb": make_notebook(str(n)) for n in range(2)}
    download.write_bytes(make_zip(files))
    handins = tmp_path / "handins"
    collect([download], handins, roster)
    before = list_files(handins)
    download.write_bytes(make_zip(files | {"c2_41002_90003_hw.ipynb": make_notebook("2")}))
    collect([download], tmp_path / "whole", roster)
    whole = list_files(tmp_path / "whole")
    for _ in kill_at_each_step(lambda: collect([download], handins, roster)):
        assert not handins.exists() or list_files(handins) in (before, whole)
        collect([download], handins, roster)
        assert list_files(handins) == whole
        assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
        shutil.rmtree(handins)
        download.write_bytes(make_zip(files))
        collect([download], handins, roster)
        download.write_bytes(make_zip(files | {"c2_41002_90003_hw.ipynb": make_notebook("2")}))


@pytest.mark.nightly
def test_verbs_killed_at_random_moments_by_the_system_end_as_undisturbed(
    tmp_path: Path, own: Bank, to_report: Callable[..., bytes]
) -> None:
    """The same with processes of their own, as typed; `.ci/loaded` before pytest makes it a loaded machine."""
    rows = [{"id": str(n), "sis_id": f"b{n:03}", "chosen": {own.ids[n % 30]: "a"}} for n in range(8)]
    (tmp_path / "quiz.csv").write_bytes(to_report(own, rows))
    runs, whole, moments = tmp_path / "runs", tmp_path / "whole", random.Random(SEED)
    verbs = (["score", "--responses", str(tmp_path / "quiz.csv")], ["report", "--zip", str(tmp_path / "out.zip")])
    for verb in verbs:
        begun = time.monotonic()
        assert type_verb(*verb, str(whole)).wait(PATIENCE) in (0, 1)
        lasts, killed = time.monotonic() - begun, 0
        for _ in range(4):
            process = type_verb(*verb, str(runs))
            try:
                process.wait(moments.uniform(0.5, 1) * lasts)
            except subprocess.TimeoutExpired:
                process.kill()
                killed += 1
            process.wait()
        assert killed
        assert type_verb(*verb, str(runs)).wait(PATIENCE) in (0, 1)
        assert hide_times(list_files(runs)) == hide_times(list_files(whole))


def type_verb(*words: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "grader", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
