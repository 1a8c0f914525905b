"""What helps who writes a bank: a schema for editors, a skeleton, margins that would hold, and a check that watches."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from assignment.course import Course, open_course
from grader.commands.questions.explore.watch import watch
from questions.axes import list_axes
from questions.bank import load_bank, read_bank
from questions.claim import Evaluation
from questions.explore.schema import make_bank_schema
from questions.key import Decision
from questions.proof.rekey import list_margins

Questions = list[dict[str, Any]]


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = make_bank_schema(list_axes(open_course()))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def list_errors(validator: jsonschema.Draft202012Validator, data: object) -> list[str]:
    return [error.message for error in validator.iter_errors(data)]


def test_own_bank_is_valid_by_its_schema(validator: jsonschema.Draft202012Validator) -> None:
    paths = sorted(open_course().bank.glob("*.yaml"))
    assert len(paths) == 8
    for path in paths:
        assert list_errors(validator, yaml.safe_load(path.read_text(encoding="utf-8"))) == [], path.name


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"measure": "probabilty"}, "'probabilty' is not one of"),
        ({"with": {"picture": 1, "lable": 0}}, "Additional properties are not allowed ('lable' was unexpected)"),
        ({"with": {"picture": 10}}, "10 is not one of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"),
        ({"with": {}}, "'picture' is a required property"),
        ({"margin": 0}, "0 is less than or equal to the minimum of 0"),
        ({"above": 0.1, "below": 0.2}, "is valid under each of"),
        ({"above": {"pictur": 1}}, "is not valid under any of the given schemas"),
        ({"measure": "lime_share", "with": {"picture": 1, "region": "foot"}}, "'foot' is not one of ['food'"),
    ],
)
def test_what_is_misspelt_in_a_claim_is_marked(
    validator: jsonschema.Draft202012Validator, questions: Questions, change: dict[str, Any], says: str
) -> None:
    assert list_errors(validator, questions) == []
    claim = {"measure": "probability", "with": {"picture": 1}, "above": 0.5, "margin": 0.1}
    questions[0]["choices"]["a"]["claim"] = claim | change
    assert any(says in message for message in list_errors(validator, questions)), list_errors(validator, questions)


def test_schema_is_written_for_a_course(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bank.schema.json"
    assert run("schema", str(file)) == 0
    assert json.loads(file.read_text("utf-8"))["type"] == "array"
    assert run("schema", str(file / "in a file.json")) == 1
    assert "expected a place that can be written" in capsys.readouterr().err


def test_skeleton_takes_the_free_place_and_parses(
    run: Callable[..., int], tiny: Course, questions: Questions, write: Callable[[object], None]
) -> None:
    write([questions[0], *questions[2:]])
    before = (tiny.bank / "lime.yaml").read_text("utf-8")
    assert run("new", "lime") == 0
    assert (tiny.bank / "lime.yaml").read_text("utf-8").startswith(before.rstrip())
    bank, faults = read_bank(tiny)
    assert faults == []
    assert bank["lime-2"].number == 2
    assert bank["lime-2"].choices["d"].say.en == "FILL IN"


def test_skeleton_where_none_is_missing_or_asked_is_refused(
    run: Callable[..., int], tiny: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (tiny.bank / "lime.yaml").read_bytes()
    assert run("new", "lime") == 1
    assert "lime.yaml: 4 questions, as many as the settings say; expected fewer, or a larger" in capsys.readouterr().err
    assert run("new", "limes") == 1
    assert "ANALYSIS: 'limes'; expected one of lime" in capsys.readouterr().err
    assert (tiny.bank / "lime.yaml").read_bytes() == before


def test_largest_margin_holds_and_where_seeds_disagree_there_is_none() -> None:
    steady = Decision(0.3, {1: Evaluation(0.9, 0.5, 0.4), 2: Evaluation(0.7583, 0.5, 0.2583)})
    torn = Decision(0.1, {1: Evaluation(0.9, 0.5, 0.4), 2: Evaluation(0.4, 0.5, -0.1)})
    first, second = list_margins({("lime-1", "a"): steady, ("lime-1", "b"): torn})
    assert (first.value, first.largest, first.advice) == (0.7583, 0.25, "a smaller margin, or another bound")
    assert (second.largest, second.advice) == (0.0, "another bound: seeds disagree")


def test_margins_that_do_not_hold_are_named(
    run: Callable[..., int],
    tiny: Course,
    questions: Questions,
    write: Callable[[object], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ("rekey", "--from", str(tiny.folder), "--fix-margins")
    assert run(*words) == 0
    capsys.readouterr()
    questions[0]["choices"]["a"]["claim"]["margin"] = 0.45  # the value is 0.9, the bound 0.5
    write(questions)
    assert run(*words) == 1
    said = capsys.readouterr()
    line = next(line for line in said.out.splitlines() if "lime-1 a" in line)
    assert [cell.strip() for cell in line.split("│")[2:6]] == ["0.9", "0.5", "0.45", "0.4"]
    assert "lime-1: choice a: claim: within its margin" in said.err


def test_watch_checks_again_after_each_change_and_ends_by_a_key(
    tiny: Course, questions: Questions, write: Callable[[object], None], capsys: pytest.CaptureFixture[str]
) -> None:
    checked: list[int] = []
    changes = [lambda: None, lambda: write(questions[:3]), lambda: None, lambda: tiny.settings.write_text("[", "utf-8")]

    def wait(_: float) -> None:
        if not changes:
            raise KeyboardInterrupt
        changes.pop(0)()

    def check(course: Course) -> int:
        checked.append(len(load_bank(course).ids))
        return 0

    assert watch(tiny, check, wait) == 1  # the settings are no YAML at the end
    assert checked == [4]
    said = capsys.readouterr()
    assert "changed: lime.yaml" in said.out
    assert "lime.yaml: 3 questions; expected 4" in said.err
    assert "changed: course.yaml" in said.out
    assert "expected well-formed YAML" in said.err
    assert said.out.endswith("ended\n")
