"""Digests tell objects apart by what they hold, and by nothing else."""

import io
import threading
from typing import Any

import numpy as np
import pytest
import torch

from grader.trunk.state.objects import digest_names, digest_value


def build(code: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "__main__", "np": np, "torch": torch}
    exec(code, names)
    return names


def digest(code: str) -> str:
    names = build(code)
    return digest_names(names, ["x"])[0]["x"].digest


@pytest.mark.parametrize(
    ("code", "other"),
    [
        ("x = 1", "x = 1.0"),
        ("x = 1", "x = True"),
        ("x = [1, [2]]", "x = [1, [3]]"),
        ("x = {1: 2, 3: 4}", "x = {3: 4, 1: 2}"),
        ("x = 'a'", "x = b'a'"),
        ("x = np.arange(3)", "x = np.arange(3.0)"),
        ("x = np.arange(3)", "x = np.array([0, 1, 3])"),
        ("x = np.ones((2, 3))", "x = np.ones((3, 2))"),
        ("x = np.ones((2, 3))", "x = np.ones((3, 2)).T"),
        ("x = np.zeros(2)", "x = -np.zeros(2)"),
        ("x = torch.ones(2)", "x = torch.ones(2, requires_grad=True)"),
        ("x = torch.ones(2)", "x = torch.ones(2).double()"),
        ("x = torch.nn.Dropout()", "x = torch.nn.Dropout().eval()"),
        ("x = torch.nn.ReLU()", "x = torch.nn.ReLU(); x.register_forward_hook(print)"),
        ("def x(a): return a", "def x(a): return b"),
        ("def x(a): return 1", "def x(a): return True"),
        ("def x(a): return a + 1", "def x(a): return a + 2"),
        ("def x(a=1): pass", "def x(a=2): pass"),
        ("def f(a): return lambda: a\nx = f(1)", "def f(a): return lambda: a\nx = f(2)"),
        ("class A: y = 1\nx = A()", "class A: y = 2\nx = A()"),
        ("class A: pass\nx = A()", "class A: pass\nx = A(); x.y = 1"),
        ("class A:\n    def f(self): return 1\nx = A", "class A:\n    def f(self): return 2\nx = A"),
        ("x = np.abs", "x = np.square"),
        ("x = [].append", "x = [1].append"),
        ("x = np.random.default_rng(1)", "x = np.random.default_rng(1); x.random()"),
        ("x = torch.Generator().manual_seed(1)", "x = torch.Generator().manual_seed(2)"),
        ("y = [1]; x = [y, y]", "x = [[1], [1]]"),
    ],
)
def test_objects_that_differ_have_other_digests(code: str, other: str) -> None:
    assert digest(code) != digest(other)


@pytest.mark.parametrize(
    "code",
    [
        *(
            "x = [1, 'a', {2: (3, None)}]",
            "x = np.arange(6).reshape(2, 3)[:, ::2]",
            "x = torch.nn.Linear(2, 2, device='meta')",
        ),
        *("def x(a):\n    return [b for b in a if b in {1, 2, 'c'}]", "class x:\n    def f(self): return super().f()"),
        *("x = lambda: x", "def f(g):\n    def h(): return h, g\n    return h\nx = f(len)", "x = []; x.append(x)"),
        *(
            "from functools import partial\nx = partial(print, 3)",
            "x = range(3)",
            "x = iter([1, 2])",
            "x = np.float32(3)",
        ),
        *(
            "from pathlib import Path\nx = Path('a')",
            "x = torch.float32",
            "x = np.ma.masked_array([1, 2], [0, 1])",
            "x = np",
        ),
        "x = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2)).requires_grad_(False)\n"
        "for one in x.parameters(): one.data.fill_(1)",
    ],
)
def test_same_objects_made_twice_have_the_same_digest_and_are_not_in_doubt(code: str) -> None:
    first, second = (digest_names(build(code), ["x"])[0]["x"] for _ in range(2))
    assert first == second
    assert not first.opaque


def test_text_counts_by_what_it_says_wherever_it_is_met() -> None:
    one, other = "".join(["a", "bc"]), "".join(["ab", "c"])
    assert one is not other
    assert digest_value([one, one]) == digest_value([one, other])


@pytest.mark.parametrize("made", [(one for one in [1]), io.StringIO("a"), threading.Thread(), memoryview(b"a")])
def test_what_cannot_be_digested_is_in_doubt(made: Any) -> None:
    assert digest_names({"x": made}, ["x"])[0]["x"].opaque


def test_function_tells_which_names_it_uses() -> None:
    names = build("def f(): return g(h)\nx = [f]\ndef wide(): return eval('1')")
    found, _ = digest_names(names, ["x", "wide"])
    assert set(found["x"].uses) == {"g", "h"}
    assert "*" in found["wide"].uses


def test_names_that_share_memory_are_grouped() -> None:
    names = build("a = [1]; b = {2: a}; c = [1]\nd = np.arange(3); e = d[1:]; f = d.copy(); g = torch.from_numpy(d)")
    _, groups = digest_names(names, "abcdefg")
    assert {tuple(its) for its, _ in groups} == {("a", "b"), ("d", "e", "g")}


def test_texts_and_numbers_are_shared_by_nobody() -> None:
    assert digest_names({"a": ("x", 1), "b": ("x", 1), "c": int, "d": int}, "abcd")[1] == []
