"""A fault is a value: it is moved, sorted and grouped by its place, and joined where it is printed."""

import itertools
import pickle
from itertools import groupby
from pathlib import Path

import pytest

from assignment.fixable import Fault, FixableError, check_all, load_yaml, parse_as
from assignment.records import Record

ONE = Fault(("bank/lime.yaml", "lime-1", "choice a", "claim"), "margin: 0; expected more")
PLACES = ("a", "a: b", "b", "")


class Pair(Record):
    """A record with a field of fields."""

    name: str
    inner: dict[str, int]


def test_fault_is_printed_place_by_place_and_then_what_it_says() -> None:
    assert str(ONE) == "bank/lime.yaml: lime-1: choice a: claim: margin: 0; expected more"
    assert str(Fault((), "no place; expected one")) == "no place; expected one"


def test_fault_seen_from_outside_has_the_outer_places_first() -> None:
    inner = Fault(("claim",), "x")
    assert inner.within() == inner
    assert inner.within("bank", "lime-1") == inner.within("lime-1").within("bank")
    assert str(inner.within("bank", "lime-1")) == f"bank: lime-1: {inner}"


def test_fault_is_in_its_own_place_and_all_around_it_and_in_no_other() -> None:
    assert all(ONE.is_in(*ONE.place[:count]) for count in range(len(ONE.place) + 1))
    assert not ONE.is_in("bank/lime.yaml", "lime-10")
    assert not ONE.is_in("bank/lime.yaml", "lime")
    assert not ONE.is_in(*ONE.place, "margin")


def test_faults_that_print_alike_are_equal_only_where_their_places_are() -> None:
    assert Fault(("a", "b"), "c") == Fault(("a", "b"), "c")
    assert Fault(("a", "b"), "c") != Fault(("a: b",), "c")
    assert len({Fault((place,), "c") for place in PLACES} | {Fault(("a",), "c")}) == len(PLACES)


def test_faults_of_one_place_stand_together_when_they_are_sorted() -> None:
    faults = [Fault((first, second), says) for says in "yx" for first in PLACES for second in ("q", "p")]
    ordered = sorted(faults)
    assert len([place for place, _ in groupby(ordered, key=lambda fault: fault.place)]) == 2 * len(PLACES)
    assert ordered[0] == Fault(("", "p"), "x")


def test_error_prints_a_line_a_fault_and_takes_a_text_as_a_fault_without_a_place() -> None:
    error = FixableError("--jobs: 0; expected 1 or more", ONE)
    assert error.faults == (Fault((), "--jobs: 0; expected 1 or more"), ONE)
    assert str(error) == f"--jobs: 0; expected 1 or more\n{ONE}"
    assert error.within("top").faults == tuple(fault.within("top") for fault in error.faults)


def test_error_that_came_from_another_process_has_the_same_faults() -> None:
    again = pickle.loads(pickle.dumps(FixableError(ONE, "x")))
    assert (type(again), again.faults, str(again)) == (FixableError, (ONE, Fault((), "x")), f"{ONE}\nx")


def test_no_fault_raises_nothing_and_any_raises_all() -> None:
    check_all([])
    with pytest.raises(FixableError) as caught:
        check_all(iter([ONE, "x"]))
    assert caught.value.faults == (ONE, Fault((), "x"))


def test_complaints_about_a_model_lead_to_the_field() -> None:
    with pytest.raises(FixableError) as caught:
        parse_as(Pair, {"inner": {"x": "many"}, "more": 1}, "file.yaml", "line 3")
    assert caught.value.faults == (
        Fault(("file.yaml", "line 3", "name"), "missing; expected a value"),
        Fault(
            ("file.yaml", "line 3", "inner", "x"),
            "'many'; expected a valid integer, unable to parse string as an integer",
        ),
        Fault(("file.yaml", "line 3", "more"), "unknown field; expected only the documented ones"),
    )


def test_line_of_broken_yaml_is_a_place(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("a: [b\nc: d\n")
    with pytest.raises(FixableError) as caught:
        load_yaml(tmp_path / "x.yaml", place="bank/x.yaml")
    (fault,) = caught.value.faults
    assert fault.place == ("bank/x.yaml", "line 2")
    assert fault.says.endswith("; expected well-formed YAML")


def test_record_is_never_changed() -> None:
    pair = Pair(name="a", inner={})
    with pytest.raises(ValueError, match="frozen"):
        pair.name = "b"  # type: ignore[misc]


@pytest.mark.parametrize("text", ["a: 2027-06-31", 'a: "\\UFFFFFFFF"', 'a: "\\U00110000"', "[" * 100_000])
def test_yaml_that_its_reader_cannot_build_is_a_fault_and_no_traceback(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.yaml").write_text(text)
    with pytest.raises(FixableError, match=r"x.yaml: .*expected well-formed YAML"):
        load_yaml(tmp_path / "x.yaml")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("b: 1\na: !!bool x", "'x' is no bool"),
        ("b: 1\na: !!int ''", "'' is no int"),
        ("b: 1\na: !!float ''", "'' is no float"),
        ("b: 1\na: !!timestamp soon", "'soon' is no timestamp"),
        ("b: 1\na: 2027-06-31", "'2027-06-31' is no timestamp"),
        ("b: 1\na: [0b]", None),  # a text, as YAML has it
    ],
)
def test_value_that_its_tag_does_not_fit_is_a_fault_with_its_line(tmp_path: Path, text: str, says: str | None) -> None:
    (tmp_path / "x.yaml").write_text(text)
    if says is None:
        assert load_yaml(tmp_path / "x.yaml") == {"b": 1, "a": ["0b"]}
        return
    with pytest.raises(FixableError) as caught:
        load_yaml(tmp_path / "x.yaml", place="x.yaml")
    assert str(caught.value) == f"x.yaml: line 2: {says}; expected well-formed YAML"


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in itertools.pairwise("abcdefghi")
)
MERGED = "a: &a {x: 1}\n" + "".join(
    f"{new}: &{new} {{<<: [*{old}, *{old}]}}\n" for old, new in itertools.pairwise("abcdefghijklmnopqrstuvwx")
)


@pytest.mark.parametrize("text", [BOMB, MERGED, "a: &a [*a]", "a: &a\n  b: *a"])
def test_few_lines_that_mean_more_than_memory_holds_are_refused_at_once(tmp_path: Path, text: str) -> None:
    (tmp_path / "course.yaml").write_text(text)
    with pytest.raises(FixableError, match=r"course\.yaml: more than 1000000 values, aliases written out; expected"):
        load_yaml(tmp_path / "course.yaml")


def test_aliases_of_an_honest_file_are_read(tmp_path: Path) -> None:
    (tmp_path / "course.yaml").write_text("a: &a {x: 1}\nb: *a\nc: {<<: *a, y: 2}\n")
    assert load_yaml(tmp_path / "course.yaml") == {"a": {"x": 1}, "b": {"x": 1}, "c": {"x": 1, "y": 2}}
