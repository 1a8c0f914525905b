"""`hw9 questions check` names every fault of every file at once: what cannot be read hides nothing of what can."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assignment.course import Course

Questions = list[dict[str, Any]]


@pytest.mark.usefixtures("all_asked")
def test_faults_of_all_files_are_named_at_once(
    bank_folder: Path,
    questions: Questions,
    write: Callable[[object], None],
    run: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    questions[0]["choices"]["a"]["claim"]["measure"] = "probabilty"
    questions[0]["choices"]["b"]["claim"]["margin"] = -1
    questions[2]["number"] = 30
    write(questions)
    (bank_folder / "saliency.yaml").write_text("[", encoding="utf-8")
    (bank_folder / "sailency.yaml").write_text("- {id: lime-2}", encoding="utf-8")
    assert run("check") == 1
    err = capsys.readouterr().err
    assert "lime-1: choice a: claim: unknown measure" in err
    assert "lime-1: choice b: claim: margin: -1" in err
    assert "lime-3: number 30" in err
    assert "bank/saliency.yaml: line 1" in err
    assert "bank/sailency.yaml: unknown analysis 'sailency'" in err
    assert "(the nearest is saliency)" in err


@pytest.mark.usefixtures("all_asked")
def test_question_in_the_file_of_another_analysis_is_a_fault(
    questions: Questions, write: Callable[[object], None], run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    questions[0] |= {"id": "saliency-1", "number": 5}
    write(questions)
    assert run("check") == 1
    assert "a question about saliency; expected it in saliency.yaml" in capsys.readouterr().err


@pytest.mark.usefixtures("all_asked")
def test_fault_of_one_file_hides_no_fault_of_another(
    bank_folder: Path,
    questions: Questions,
    write: Callable[[object], None],
    run: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    questions[0]["choices"]["b"]["claim"]["above"] = 0.05
    questions[0]["choices"]["b"]["say"] = {"en": "It does not move to picture 6.", "zh": "它移到圖 6。"}
    questions[0]["number"] = 7
    questions[1]["choices"]["a"]["claim"]["measure"] = "probabilty"
    write(questions)
    (bank_folder / "saliency.yaml").write_text("[", encoding="utf-8")
    assert run("check") == 1
    err = capsys.readouterr().err
    assert "bank/saliency.yaml: line 1" in err
    assert "lime-1: number 7; expected 1" in err
    assert "lime-2: choice a: claim: unknown measure" in err
    assert "lime-1: choice b: claim: within its margin" in err
    assert "lime-1: choice b: say: en: 'not' is worded negatively" in err
    assert "lime-1: choice b: say: en: picture 6 is not shown" in err
    assert "bank: no question about attention; expected 4" in err
    assert "no question about saliency" not in err  # its file cannot be read, which is said above


def test_course_without_canonical_outputs_hides_no_fault_of_wording(
    questions: Questions,
    write: Callable[[object], None],
    run: Callable[..., int],
    tiny: Course,
    capsys: pytest.CaptureFixture[str],
) -> None:
    questions[0]["choices"]["b"]["say"] = {"en": "It always moves.", "zh": "它會動。"}
    write(questions)
    shutil.rmtree(tiny.canonical)
    assert run("check") == 1
    err = capsys.readouterr().err
    assert f"`hw9 reference --course {tiny.folder} --write` computes" in err
    assert "'always' is an absolute word" in err


def test_points_that_do_not_add_up_are_a_fault(
    run: Callable[..., int], tiny: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tiny.settings.read_text(encoding="utf-8")
    tiny.settings.write_text(text.replace("'2.5'", "'2.4'"), encoding="utf-8")
    assert run("check") == 1
    assert "settings: questions: 9.6 points in all; expected exactly 10" in capsys.readouterr().err


def test_empty_folder_is_a_fault(
    bank_folder: Path, run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    (bank_folder / "lime.yaml").unlink()
    assert run("check") == 1
    out, err = capsys.readouterr()
    assert f"{bank_folder}: no *.yaml file" in err
    assert not out


def test_columns_are_explained_where_no_mutant_ran_too(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    run("check")
    out = capsys.readouterr().out
    for word in ("closest:", "distance:", "margin:", "margins:", "spreads:", "mutants:", "?:"):
        assert word in out


def test_question_is_shown_by_its_number(run: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "2") == 0
    assert capsys.readouterr().out.startswith("2. lime-2")
