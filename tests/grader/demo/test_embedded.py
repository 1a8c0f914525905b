"""Three of the embedded class, graded whole by the real command: their words, points and pages are those expected."""

import json
import shutil
from pathlib import Path

import pytest

from assignment.course import open_course
from grader.commands.main import main
from grader.demo.outcomes import write_handins
from grader.scoring.grading import load_grading

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]
CHOSEN = ("s01-perfect", "s06-edited", "s13-broken-json")


def test_three_of_the_class_are_graded_as_expected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected = write_handins(tmp_path / "all", load_grading(open_course()))
    handins, runs = tmp_path / "handins", tmp_path / "runs"
    handins.mkdir()
    for student in CHOSEN:
        shutil.copy(tmp_path / "all" / f"{student}.ipynb", handins)
    assert main(["grade", str(handins), str(runs)]) == 1  # two of them need a person
    results = json.loads((runs / "results.json").read_text(encoding="utf-8"))
    found = {one["student"]: one for one in results["handins"]}
    assert set(found) == set(CHOSEN)
    for student in CHOSEN:
        assert set(found[student]["words"]) == expected[student].words
        assert found[student]["total"] == str(expected[student].points)
        assert (runs / student / "report.html").stat().st_size > 10_000
    assert not found["s01-perfect"]["needs_person"]
    assert (runs / "gradebook.csv").read_text(encoding="utf-8-sig").count("\n") == len(CHOSEN) + 1
    before = (runs / "s01-perfect" / "result.json").read_bytes()
    capsys.readouterr()
    assert main(["run", str(handins), str(runs)]) == 0
    assert "2 of 2 notebooks have a result already" in capsys.readouterr().out
    assert (runs / "s01-perfect" / "result.json").read_bytes() == before
