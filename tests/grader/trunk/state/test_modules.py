"""What is replaced in modules is found; what they fill in for themselves is none of that."""

import builtins
import sys
import types
from collections.abc import Iterator
from typing import Any

import pytest

from grader.trunk.state.modules import Modules


def find_changed(kept: Modules) -> set[str]:
    """Return what was replaced, hypothesis's own aside: it counts the collections of garbage while tests run."""
    return {place for place in kept.find_changed() if not place.startswith("hypothesis.")}


@pytest.fixture
def module() -> Iterator[Any]:
    made = types.ModuleType("made_up")
    code = (
        "size = 3\nempty = None\ntable = {'a': 1}\nlisted = [1]\ndef f(a=1): return a\nclass A:\n    def g(self): pass"
    )
    exec(code, vars(made))
    sys.modules["made_up"] = made
    yield made
    sys.modules.pop("made_up", None)


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("m.f = len", "made_up.f"),
        ("del m.f", "made_up.f"),
        ("m.size = 4", "made_up.size"),
        ("m.table['a'] = 2", "made_up.table"),
        ("del m.table['a']", "made_up.table"),
        ("m.listed.append(2)", "made_up.listed"),
        ("m.f.__defaults__ = (2,)", "made_up.f"),
        ("m.f.__code__ = (lambda a: 3).__code__", "made_up.f"),
        ("m.A.g = len", "made_up.A.g"),
        ("m.A.h = len", "made_up.A.h"),
        ("m.A.g.__code__ = (lambda self: 3).__code__", "made_up.A.g"),
        ("m.len = print", "made_up.len"),
        ("import sys; del sys.modules['made_up']", "sys.modules.made_up"),
        ("import sys, types; sys.modules['made_up'] = types.ModuleType('made_up')", "sys.modules.made_up"),
    ],
)
def test_what_is_replaced_is_found(module: Any, code: str, place: str) -> None:
    kept = Modules()
    exec(code, {"m": module})
    assert find_changed(kept) == {place}


@pytest.mark.parametrize(
    "code",
    ["m.empty = 3", "m.other = 3", "m.table['b'] = 1", "m.f = type(m.f)(m.f.__code__, vars(m), 'f', m.f.__defaults__)"],
)
def test_what_is_filled_in_or_is_the_same_is_no_change(module: Any, code: str) -> None:
    kept = Modules()
    exec(code, {"m": module})
    assert find_changed(kept) == set()


def test_module_that_came_later_is_listed_until_it_is_taken_in(module: Any) -> None:
    del sys.modules["made_up"]
    kept = Modules()
    sys.modules["made_up"] = module
    assert kept.list_new() == ["made_up"]
    kept.extend()
    module.size = 4
    assert (kept.list_new(), find_changed(kept)) == ([], {"made_up.size"})


def test_function_of_python_itself_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Modules()
    monkeypatch.setattr(builtins, "abs", len)
    assert find_changed(kept) == {"builtins.abs"}
