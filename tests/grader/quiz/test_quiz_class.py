"""A class that only answered the quiz: thirty rows, no notebook, one command."""

import csv
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from assignment.course import open_course
from grader.commands.main import main
from grader.scoring.handin_record import load_handin_record
from questions.bank import Bank
from questions.canonical import load_canonicals
from questions.key import compute_key

LATE = "2027-05-28 16:00:00 UTC"  # one second after the deadline
IN_TIME = "2027-05-28 15:59:59 UTC"
ROWS = 30


def find_total(right: int) -> str:
    """Return the points of the first questions: twenty of 0.3, ten of 0.4."""
    return str(Decimal("0.3") * min(right, 20) + Decimal("0.4") * max(0, right - 20) + Decimal("0.0"))


@pytest.fixture(scope="module")
def key(own: Bank) -> dict[str, str]:
    return {
        name: "".join(sorted(its)) for name, its in compute_key(own, load_canonicals(open_course())).letters.items()
    }


@pytest.fixture
def quiz(tmp_path: Path, own: Bank, key: dict[str, str], to_report: Callable[..., bytes]) -> Path:
    """Write the report of ROWS students: the n-th has n + 1 questions right, the last one all of them, too late."""
    rows = [
        {
            "id": str(7000 + n),
            "sis_id": f"b0990{n:04}",
            "name": f"王{n}, Ann",
            "submitted": LATE if n == ROWS - 1 else IN_TIME,
            "chosen": {name: key[name] for name in own.ids[: n + 1]},
        }
        for n in range(ROWS)
    ]
    path = tmp_path / "Homework 9 Quiz Student Analysis Report.csv"
    path.write_bytes(to_report(own, rows))
    return path


def write_gradebook(path: Path, students: int) -> Path:
    lines = ["Student,ID,SIS User ID,SIS Login ID,Section"]
    path.write_text("\n".join(lines + [f'"Wang, {n}",{7000 + n},b0990{n:04},b{n}@x.edu,1' for n in range(students)]))
    return path


def read_gradebook(runs: Path) -> dict[str, dict[str, str]]:
    with (runs / "gradebook.csv").open(encoding="utf-8-sig") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


@pytest.mark.slow
def test_thirty_rows_and_no_notebook_are_points_pages_and_a_gradebook_in_one_command(
    tmp_path: Path, quiz: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = tmp_path / "runs"
    assert main(["grade", "--responses", str(quiz), str(runs)]) == 0
    said = capsys.readouterr().out
    assert "no notebook was taken in, so the quiz's answers count" in said
    assert "30 hand-ins scored; 0 need a person" in said
    found = read_gradebook(runs)
    assert {student: row["total"] for student, row in found.items()} == {
        f"b0990{n:04}": find_total(n + 1) if n < ROWS - 1 else "0.0" for n in range(ROWS)
    }
    assert {row["needs_person"] for row in found.values()} == {"no"}
    assert found["b09900029"]["words"] == "late"
    late = load_handin_record(runs / "b09900029")
    assert {verdict.word for verdict in late.verdicts} == {"right"}
    for student in found:
        page = (runs / student / "report.html").read_text(encoding="utf-8")
        assert found[student]["total"] in page
        assert "The notebook was not run." not in page
    assert "王3, Ann" in (runs / "report.html").read_text(encoding="utf-8")
    results = json.loads((runs / "results.json").read_bytes())
    assert results["words"] == {"late": 1}
    assert {one["source"] for one in results["handins"]} == {"quiz"}


@pytest.mark.slow
def test_class_is_scored_again_without_the_files_and_never_by_notebooks_unasked(
    tmp_path: Path, quiz: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs, roster = tmp_path / "runs", write_gradebook(tmp_path / "gradebook.csv", ROWS + 1)
    assert main(["score", "--responses", str(quiz), "--roster", str(roster), str(runs)]) == 1
    said = capsys.readouterr().out
    assert (
        f"{quiz.name} and gradebook.csv: 30 rows: 30 by the course system's id. No row of 1 student: b09900030" in said
    )
    absent = load_handin_record(runs / "b09900030")
    assert (absent.problem, absent.name, absent.needs_person) == ("no_response", "Wang, 30", True)
    before = {path: path.read_bytes() for path in runs.glob("*/verdicts.json")}
    assert len(before) == ROWS + 1
    quiz.unlink()
    roster.unlink()
    assert main(["score", str(runs)]) == 1
    assert f"{quiz.name}: the quiz's report of an earlier scoring" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in runs.glob("*/verdicts.json")} == before
    assert main(["report", str(runs)]) == 0
    assert len(read_gradebook(runs)) == ROWS + 1
    assert main(["grade", str(runs)]) == 1


@pytest.mark.slow
def test_later_report_and_longer_roster_take_the_place_of_the_earlier_ones(
    tmp_path: Path, own: Bank, key: dict[str, str], quiz: Path, to_report: Callable[..., bytes]
) -> None:
    runs = tmp_path / "runs"
    assert main(["score", "--responses", str(quiz), str(runs)]) == 0
    roster = write_gradebook(tmp_path / "gradebook.csv", ROWS + 2)
    assert main(["score", "--roster", str(roster), str(runs)]) == 1
    assert load_handin_record(runs / "b09900031").problem == "no_response"
    later = tmp_path / "later.csv"
    later.write_bytes(to_report(own, [{"sis_id": "b09900031", "id": "7031", "chosen": key}]))
    assert main(["score", "--responses", str(later), str(runs)]) == 1
    assert str(load_handin_record(runs / "b09900031").total) == "10.0"
    assert load_handin_record(runs / "b09900000").problem == "no_response"


@pytest.mark.slow
def test_dry_run_of_a_class_that_is_new_shows_it_and_makes_no_folder(
    tmp_path: Path, quiz: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = tmp_path / "runs"
    assert main(["score", "--dry-run", "--responses", str(quiz), str(runs)]) == 0
    assert "30 hand-ins scored; 0 need a person" in capsys.readouterr().out
    assert not runs.exists()
    assert main(["score", "--responses", str(quiz), str(runs)]) == 0
    before = {path: path.read_bytes() for path in runs.rglob("*") if path.is_file()}
    quiz.write_bytes(quiz.read_bytes().replace(b"16:00:00", b"15:00:00"))
    assert main(["score", "--dry-run", "--responses", str(quiz), str(runs)]) == 0
    assert "the points of 1 of 30 students differ" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in runs.rglob("*") if path.is_file()} == before


@pytest.mark.slow
def test_faults_of_the_files_leave_no_folder_behind(
    tmp_path: Path, quiz: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runs, other = tmp_path / "runs", tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    for arguments, said in [
        (["--responses", str(tmp_path / "gone.csv")], "gone.csv: No such file"),
        (["--responses", str(other)], "other.csv: row 1: no column of any question"),
        (["--responses", str(quiz), "--roster", str(other)], "other.csv: row 1: no columns of a roster"),
        (["--roster", str(other)], "--roster: expected --responses too"),
    ]:
        for verb in ("score", "grade"):
            assert main([verb, *arguments, str(runs)]) == 1
            assert said in capsys.readouterr().err
            assert not runs.exists()


@pytest.mark.slow
def test_folder_with_other_things_becomes_no_runs(
    tmp_path: Path, quiz: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["score", "--responses", str(quiz), str(tmp_path)]) == 1
    assert "a folder with other things; expected a RUNS folder" in capsys.readouterr().err
    assert not (tmp_path / "runs.json").exists()


@pytest.mark.slow
def test_what_the_staff_decided_counts_for_a_class_without_notebooks_too(tmp_path: Path, quiz: Path) -> None:
    runs = tmp_path / "runs"
    assert main(["score", "--responses", str(quiz), str(runs)]) == 0
    late = f"b0990{ROWS - 1:04}"
    assert main(["decide", str(runs), "extension", late, "2027-05-29T23:59:59+08:00", "--reason", "ill"]) == 0
    assert main(["decide", str(runs), "void", "lime-1", "--reason", "two readings"]) == 0
    assert main(["grade", str(runs)]) == 0
    found = read_gradebook(runs)
    assert (found[late]["total"], found["b09900000"]["total"]) == ("9.7", "0.0")
    assert "ill" in found[late]["decisions"]
