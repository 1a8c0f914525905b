"""What a cell reads from outside, what it binds for certain, and what perhaps."""

import pytest

from grader.trunk.rule.names import find_names
from grader.trunk.state.code import ALL, HANDLES_STATES


@pytest.mark.parametrize(
    ("source", "reads", "binds"),
    [
        ("a = b", "b", "a"),
        ("a = a + 1", "a", "a"),
        ("a += 1", "a", "a"),
        ("a[0] = 1", "a", ""),
        ("a.b = 1", "a", ""),
        ("del a", "a", ""),
        ("a = 1\ndel a", "", ""),
        ("a, (b, *c) = d", "d", "a b c"),
        ("a: int = 1\nb: int", "__annotations__ int", "a"),
        ("import a.b, c as d\nfrom e import f, g as h", "", "a d f h"),
        ("from a import *", "", ""),
        ("def f(x=a):\n    return x + b", "a b", "f"),
        ("b = 1\ndef f():\n    return b", "", "b f"),
        ("def f():\n    global a\n    a = 1", "", "f"),
        ("@a\nclass B(c):\n    d = e", "__name__ a c e", "B"),
        ("[a for a in b if c]", "b c", ""),
        ("{(d := a): b for a in c}", "b c", ""),
        ("lambda a: a + b", "b", ""),
        ("for a in b:\n    c = a\nd = c", "b c", "d"),
        ("while a:\n    b = 1\n    break", "a", ""),
        ("if a:\n    b = c = 1\nelse:\n    b = 2", "a", "b"),
        ("if a:\n    b = 1\nd = b", "a b", "d"),
        ("a and (b := 1)", "a", ""),
        ("with no_grad():\n    a = b", "b no_grad", "a"),
        ("with suppress(a):\n    b = c", "a c suppress", ""),
        ("with open(a) as b:\n    c = b", "a open", "b c"),
        ("try:\n    a = 1\nexcept b as c:\n    pass\nelse:\n    d = a\nfinally:\n    e = 1", "a b", "e"),
        ("match a:\n    case [b]:\n        c = b", "a b", ""),
        ("_, a = b", "b", "_ a"),
        ("a = f'{b!r:{c}}'", "b c", "a"),
        ("await a", "a", ""),
    ],
)
def test_names_of_a_cell(source: str, reads: str, binds: str) -> None:
    its = find_names(source)
    assert (its.reads - {"range"}, its.binds) == ({*reads.split()}, {*binds.split()})
    assert its.binds <= its.perhaps


@pytest.mark.parametrize(
    "source",
    [
        *("exec('a')", "eval('a')", "%matplotlib inline", "!ls", "get_ipython()", "print(_)", "print(Out[3])", "_i7"),
        *(
            "from IPython import get_ipython",
            "import __main__",
            "import sys\nsys.modules['__main__']",
            "def f(): eval('a')",
        ),
        *(
            "import inspect",
            "import sys\nsys._getframe()",
            "f.__globals__",
            "a = (",
            "%%time\na = 1",
            "import builtins",
        ),
    ],
)
def test_cell_that_may_read_any_name_is_said_to(source: str) -> None:
    assert ALL in find_names(source).reads


@pytest.mark.parametrize("source", ["model.eval()", "_, a = b", "for _ in a: pass", "np.stack(a)", "a._i7"])
def test_cell_that_reads_only_what_it_names_is_not(source: str) -> None:
    assert ALL not in find_names(source).reads


@pytest.mark.parametrize(
    "source", ["a = 1\n" * 10_000, "%time a\n" * 60, "(" * 5000, "if a: pass\n" + "elif a: pass\n" * 4000, "\0"]
)
def test_cell_that_would_take_long_to_read_may_read_any_name(source: str) -> None:
    assert find_names(source).reads == {ALL}


def test_cell_that_asks_for_globals_alone_is_told_apart() -> None:
    assert find_names("explain(globals())").reads_globals
    assert not find_names("explain(globals(), eval('a'))").reads_globals
    assert find_names("explain(globals())").named == {"explain", "globals"}


@pytest.mark.parametrize(
    "source", ["answers = {'a': 'b', 'c': -1}", "a = b", "def f(a, b=1):\n    return g(a)", "pass"]
)
def test_plain_cell_runs_nothing_that_could_see_more_than_names(source: str) -> None:
    assert find_names(source).plain


@pytest.mark.parametrize(
    "source",
    ["a()", "a", "b = a.c", "b = a[0]", "b = a + 1", "@a\ndef f(): pass", "def f(a=b()): pass", "import a", "a.b = 1"],
)
def test_cell_that_runs_something_is_not_plain(source: str) -> None:
    assert not find_names(source).plain


def test_what_a_cell_may_leave_or_set_is_told() -> None:
    assert find_names("asyncio.create_task(f())").lasting
    assert find_names("import ctypes").lasting
    assert find_names("np.abs = f").sets
    assert find_names("setattr(np, 'abs', f)").sets
    assert find_names("import wave\nwave.table[0] = 1").sets
    assert not find_names("a[0] = 1").sets
    assert not find_names("a = np.abs(b)\nprint(a.c)").sets
    assert HANDLES_STATES in find_names("with torch.random.fork_rng():\n    a()").reads
