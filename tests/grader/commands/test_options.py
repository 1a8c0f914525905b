"""How notebooks are run: what was typed, and the course's limits where nothing was."""

import pytest

from assignment.course import open_course
from assignment.fixable import FixableError
from grader.commands.main import find_verbs, make_parser
from grader.commands.terminal.options import RunOptions, take_run_options
from reference.produce.__main__ import make_parser as make_reference

USUAL = open_course().assignment.limits


def test_nothing_typed_is_the_default() -> None:
    options = make_parser().parse_args(["run", "handins", "runs"])
    assert take_run_options(options) == RunOptions()
    assert RunOptions().to_limits(USUAL) == USUAL


@pytest.mark.parametrize("verb", [["run", "a", "b"], ["grade", "a", "b"], ["demo"]])
def test_what_was_typed_takes_the_place_of_the_courses_limit_alone(verb: list[str]) -> None:
    words = ["--jobs", "3", "--device", "cpu", "--no-sandbox", "--cell-seconds", "7"]
    how = take_run_options(make_parser().parse_args([*verb, *words]))
    assert how == RunOptions(jobs=3, device="cpu", sandbox=False, cell_seconds=7)
    assert how.to_limits(USUAL) == USUAL.model_copy(update={"cell_seconds": 7})


def test_only_verbs_that_grade_a_class_can_keep_going() -> None:
    parser = make_parser()
    assert take_run_options(parser.parse_args(["grade", "a", "b", "--keep-going"])).keep_going
    with pytest.raises(SystemExit):
        parser.parse_args(["demo", "--keep-going"])


def test_whole_notebooks_are_asked_for_where_the_class_shares() -> None:
    parser = make_parser()
    assert take_run_options(parser.parse_args(["run", "a", "--share", "--full", "all", "b"])).full == "all"
    with pytest.raises(FixableError, match="--full: 'alice'; expected --share beside it"):
        take_run_options(parser.parse_args(["grade", "a", "b", "--full", "alice"]))


def test_every_verb_takes_a_course() -> None:
    words = {verb.prog.removeprefix("hw9 "): verb for verb, _ in find_verbs(make_parser())}
    assert len(words) > 15
    readers = {name: verb for name, verb in words.items() if name != "reference"} | {"reference": make_reference()}
    lacking = [name for name, verb in readers.items() if "--course" not in verb.format_help()]
    assert lacking == ["worker", "cluster keys", "course new"]  # it is sent one, needs none, makes one
    assert [name for name, verb in readers.items() if "--profile" in verb.format_help()] == []
