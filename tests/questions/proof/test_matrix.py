"""Mutation testing: who is caught, what the matrix says, and what is wrong with it."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from assignment.course import Course, open_course
from assignment.fixable import FixableError
from assignment.outputs import Outputs
from grader.commands.main import main
from questions.bank import Bank, load_bank
from questions.canonical import load_canonicals
from questions.key import Key, compute_key
from questions.proof import forecast, rerun
from questions.proof.matrix import (
    Matrix,
    find_flipped,
    find_matrix_faults,
    load_matrix,
    make_matrix,
    save_matrix,
    to_csv,
    to_markdown,
)
from questions.proof.matrix_picture import save_picture
from questions.proof.mutant import Mutant, as_if
from questions.proof.mutants.registry import MUTANTS
from questions.proof.rerun import Edit, Rerun, find_edit_faults
from questions.proof.stored import Proof

LEAST_SCORE = open_course().assignment.least_mutation_score
EDIT = (Edit("reference/saliency.py", "a", "b"),)
WORDS = as_if("a were b", "a 成了 b")


@pytest.fixture
def canonicals(tiny: Course) -> dict[int, Outputs]:
    return load_canonicals(tiny)


@pytest.fixture
def key(bank: Bank, canonicals: dict[int, Outputs]) -> Key:
    return compute_key(bank, canonicals)


def make_mutants(count: int, *equivalent: int) -> list[Mutant]:
    return [
        Mutant(f"m{i}", ("lime",), f"mistake {i}", WORDS, EDIT, "It changes nothing." if i in equivalent else None)
        for i in range(count)
    ]


Make = Callable[..., Matrix]


@pytest.fixture
def make(bank: Bank) -> Make:
    """Make a matrix of the small bank from what each mutant turns over."""

    def make_from(*flipped: dict[str, str], equivalent: Sequence[int] = ()) -> Matrix:
        return make_matrix("tiny", bank, make_mutants(len(flipped), *equivalent), flipped)

    return make_from


EVERY = {f"lime-{i}": "a" for i in range(1, 5)}


def test_mutant_that_makes_the_cnn_sure_of_another_label_flips_the_choices_about_it(
    bank: Bank, key: Key, canonicals: dict[int, Outputs]
) -> None:
    logits = canonicals[1]["pictures", "logits"].copy()
    logits[:, [0, 3]] = logits[:, [3, 0]]  # label 0 gets what the true label had
    wrong = Outputs(dict(canonicals[1]) | {("pictures", "logits"): logits}, canonicals[1].axes)
    assert find_flipped(bank, key, wrong, 1) == {f"lime-{i}": "abc" for i in range(1, 5)}
    assert find_flipped(bank, key, canonicals[1], 1) == {}


def test_choice_whose_number_cannot_be_had_counts_as_turned_over(
    bank: Bank, key: Key, canonicals: dict[int, Outputs]
) -> None:
    broken = Outputs(dict(canonicals[1]) | {("pictures", "logits"): np.full((10, 11), np.nan)}, canonicals[1].axes)
    assert find_flipped(bank, key, broken, 1) == {f"lime-{i}": "abcde" for i in range(1, 5)}


def test_what_mutants_turn_over_is_not_known_once_a_claim_changed(make: Make, bank: Bank) -> None:
    matrix = make(EVERY, EVERY)
    assert Proof(matrix).count_flipped(bank) == matrix.count_flipped()
    stale = matrix.model_copy(update={"claims": matrix.claims | {"lime-1": "another claim's"}})
    assert Proof(stale).count_flipped(bank) is None


def test_score_leaves_out_the_equivalent_ones(make: Make) -> None:
    assert make(EVERY, EVERY, {}, equivalent=[2]).score == 1.0
    assert make(EVERY, EVERY, {}, {}, equivalent=[2]).score == pytest.approx(2 / 3)


def test_matrix_without_a_fault_has_none(make: Make, bank: Bank) -> None:
    assert list(find_matrix_faults(make(EVERY, EVERY), bank, LEAST_SCORE)) == []


def test_question_that_tells_one_mutant_only_is_a_fault(make: Make, bank: Bank) -> None:
    (fault,) = find_matrix_faults(make(EVERY, {name: "b" for name in EVERY if name != "lime-3"}), bank, LEAST_SCORE)
    assert str(fault) == "bank/lime.yaml: lime-3: tells 1 mutants from the truth; expected 2 or more"


def test_mutant_that_nobody_catches_lowers_the_score_and_is_named(make: Make, bank: Bank) -> None:
    (fault,) = find_matrix_faults(make(EVERY, EVERY, {}), bank, LEAST_SCORE)
    assert "not m2" in fault.says
    assert str(LEAST_SCORE) in fault.says


def test_equivalent_mutant_that_is_caught_is_a_fault(make: Make, bank: Bank) -> None:
    (fault,) = find_matrix_faults(make(EVERY, EVERY, {"lime-1": "a"}, equivalent=[2]), bank, LEAST_SCORE)
    assert "m2: called equivalent and caught by lime-1" in str(fault)


def test_matrix_of_other_claims_is_stale(
    make: Make, tiny: Course, questions: list[dict[str, object]], write: Callable[[object], None]
) -> None:
    matrix = make(EVERY, EVERY)
    questions[1]["choices"]["a"]["claim"]["margin"] = 0.2  # type: ignore[index]
    write(questions)
    (fault,) = find_matrix_faults(matrix, load_bank(tiny), LEAST_SCORE)
    assert str(fault).startswith("bank/lime.yaml: lime-2: its claims changed since the mutants were run")


def test_stored_matrix_is_read_back_and_csv_and_markdown_say_the_same(make: Make, bank: Bank, tmp_path: Path) -> None:
    matrix = make(EVERY, {"lime-2": "bd"}, {}, equivalent=[2])
    paths = save_matrix(matrix, bank, tmp_path)
    assert [path.name for path in paths] == ["mutation.yaml", "mutation.csv", "mutation.md"]
    assert load_matrix(tmp_path) == matrix
    rows = list(csv.DictReader(io.StringIO(to_csv(matrix, bank))))
    assert [(row["question"], row["caught"], row["m0"], row["m1"]) for row in rows[:2]] == [
        ("lime-1", "1", "a", ""), ("lime-2", "2", "a", "bd")
    ]  # fmt: skip
    text = to_markdown(matrix, bank)
    assert "| m1 | mistake 1 | lime-2 (bd) |" in text
    assert "equivalent: It changes nothing." in text


def test_missing_matrix_says_which_command_makes_it(tmp_path: Path) -> None:
    with pytest.raises(FixableError, match="hw9 questions mutate --write"):
        load_matrix(tmp_path)


@pytest.mark.slow
def test_picture_of_the_stored_matrix_is_drawn(tmp_path: Path) -> None:
    path = save_picture(load_matrix(open_course().proofs), load_bank(open_course()), tmp_path)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_edit_that_finds_no_place_or_two_is_a_fault_that_names_it() -> None:
    faults = find_edit_faults(
        [Edit("reference/saliency.py", "no such text", ""), Edit("reference/nothing.py", "a", "b")]
    )
    assert str(faults[0]) == "reference/saliency.py: 'no such text' is there 0 times; expected once"
    assert str(faults[1]).startswith("reference/nothing.py: no such file")
    assert "times" in find_edit_faults([Edit("reference/saliency.py", "labels", "x")])[0].says


def test_own_matrix_is_of_todays_mutants_and_has_no_fault() -> None:
    matrix = load_matrix(open_course().proofs)
    assert [mutant.name for mutant in matrix.mutants] == [mutant.name for mutant in MUTANTS]
    assert [mutant.equivalent for mutant in matrix.mutants] == [mutant.equivalent for mutant in MUTANTS]
    assert list(find_matrix_faults(matrix, load_bank(open_course()), LEAST_SCORE)) == []
    assert matrix.score >= LEAST_SCORE


@pytest.mark.parametrize(
    "words",
    [
        ["mutate", "--cache", "/dev/null/x"],
        ["mutate", "--write", "--out", "/dev/null/x"],
        ["stability", "--write", "--out", "/dev/null/x"],
        ["recheck", "--cache", "/dev/null/x"],
    ],
)
def test_folder_that_cannot_be_written_is_named_before_anything_is_computed(
    words: list[str], run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cache = [] if "--cache" in words else ["--cache", str(tmp_path / "cache")]
    assert run(*words, *cache) == 1
    assert "/dev/null/x: Not a directory; expected a folder that can be written" in capsys.readouterr().err


def test_every_name_that_no_mutant_begins_with_is_named(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("mutate", "--list", "--only", "saliency", "salience", "zzz") == 1
    assert [line[:18] for line in capsys.readouterr().err.splitlines()] == ["--only: 'salience'", "--only: 'zzz': no "]


def test_list_prints_the_words_for_students_in_both_languages_below_each_mutant(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("mutate", "--list", "--only", "attention-next") == 0
    assert capsys.readouterr().out.splitlines() == [
        "attention-next-head: the head's index counts from 1",
        "    as if heads were counted from 1 | 像是頭從 1 開始編號",
        "attention-next-layer: the layer's index counts from 1",
        "    as if layers were counted from 1 | 像是層從 1 開始編號",
    ]


@pytest.mark.slow
def test_mutants_are_not_run_where_the_reference_fails_without_any_mistake(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[Rerun] = []

    def fail(one: Rerun, profile: str, folder: Path) -> None:
        ran.append(one)
        raise FixableError("reference: ended with 1: no GPU; expected cpu")

    monkeypatch.setattr(rerun, "_run", fail)
    nothing = json.dumps({"seconds": dict.fromkeys(rerun.GROUPS, 0.0), "measuring": 0.0})
    monkeypatch.setattr(forecast, "ask_reference", lambda *_: nothing)
    assert main(["questions", "mutate", "--cache", str(tmp_path)]) == 1
    said = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("note: ")]
    assert said == ["reference: ended with 1: no GPU; expected cpu"]
    assert len(ran) < len(MUTANTS)
    assert not any(one.edits for one in ran)
