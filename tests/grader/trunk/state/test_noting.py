"""What is asked for is noted."""

from grader.trunk.state.code import ALL
from grader.trunk.state.noting import NotingHistory, NotingNames


def test_names_that_are_asked_for_are_noted_and_all_where_they_are_listed() -> None:
    names = NotingNames({"a": 1, "b": 2})
    assert (names["a"], names.get("c"), "b" in names, names.asked) == (1, None, True, {"a", "b", "c"})
    assert dict(names) == {**names} == {"a": 1, "b": 2}
    assert ALL in names.asked
    by_code = NotingNames({"a": 1})
    exec("(lambda: a)()", by_code)
    assert "a" in by_code.asked


def test_history_notes_that_it_is_looked_at() -> None:
    history = NotingHistory(["a"])
    history.append("b")
    assert not history.looked
    assert list(history) == ["a", "b"]
    assert history.looked
