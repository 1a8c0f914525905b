"""The rule on made looks: what later cells could see of what differs."""

from collections.abc import Sequence
from typing import Any

import pytest

from assignment.fixable import FixableError
from grader.trunk.rule.decide import Verdict, decide
from grader.trunk.rule.known import Later, Look, Trace, parse_look
from grader.trunk.rule.names import find_names

NAMES = {"a": ("1", (), False), "b": ("2", (), False), "f": ("3", ("g",), False), "g": ("4", ("a",), False)}
KINDS = {"threads": "0", "numpy random": "5", "matplotlib": "6"}
SEEN = Trace(asked=None, opened=())


def make_look(**changed: Any) -> Look:
    plain = {"names": NAMES, "groups": (), "kinds": KINDS, "filters": ("x",), "files": {"/w/a": "1"}, "modules": {}}
    return Look(**{**plain, "loaded": (), **changed})


def judge(branch: Look, *later: str | tuple[str, Trace | None], ran: Sequence[str] = ("a = 1",)) -> Verdict:
    """Return the verdict; a later cell is a released one, or given with its trace."""
    cells = [(one, SEEN) if isinstance(one, str) else one for one in later]
    its = [Later(number, source, find_names(source), trace) for number, (source, trace) in enumerate(cells)]
    return decide(make_look(), branch, map(find_names, ran), its)


OTHER = make_look(names={**NAMES, "a": ("9", (), False)})
DRAWN = make_look(kinds={**KINDS, "numpy random": "9"})
QUIET = make_look(filters=("['ignore', None]", "x"))
ADDED = make_look(files={"/w/a": "1", "/w/own": "2"})
SAVED = make_look(files={"/w/a": "1", "/w/outputs/lime.npz": "2"})


@pytest.mark.parametrize(
    ("branch", "later", "word"),
    [
        (make_look(), "print(a)", "trunk"),
        (SAVED, "print(a)", "end"),
        (make_look(files={"/w/a": "2"}), "b = 1", "end"),
        (OTHER, "print(b)", "trunk"),
        (OTHER, "print(a)", "end"),
        (OTHER, "print(f(b))", "end"),  # f calls g, which reads a
        (OTHER, "a = 3\nprint(a)", "trunk"),
        (OTHER, "exec('a')", "end"),
        (make_look(names={name: its for name, its in NAMES.items() if name != "a"}), "print(a)", "end"),
        (make_look(names={**NAMES, "c": ("7", (), False)}), "print(a)", "trunk"),
        (make_look(names={**NAMES, "len": ("7", (), False)}), "len(b)", "end"),
        (make_look(names={**NAMES, "b": ("2", (), True)}), "print(b)", "end"),  # opaque: in doubt
        (make_look(names={**NAMES, "b": ("2", (), True)}), "print(a)", "trunk"),
        (make_look(groups=((("a", "b"), 1),)), "print(a, b)", "end"),
        (make_look(groups=((("a", "b"), 1),)), "print(a)", "trunk"),
        (DRAWN, "print(b)", "trunk"),
        (DRAWN, ("print(b)", Trace(draws=("numpy random",))), "end"),
        (DRAWN, ("print(b)", Trace(draws=("torch random",))), "trunk"),
        (DRAWN, "with fork_rng():\n    print(b)", "end"),
        (make_look(kinds={**KINDS, "matplotlib": "9"}), "print(b)", "end"),
        (make_look(kinds={**KINDS, "matplotlib": "9"}), "b = 3", "trunk"),
        (make_look(kinds={**KINDS, "threads": "9"}), "b = 3", "end"),
        (make_look(kinds={**KINDS, "new": "9"}), "print(b)", "end"),
        (QUIET, "print(b)", "trunk"),
        (QUIET, ("print(b)", Trace(warned=True)), "end"),
        (make_look(filters=("['error', None]", "x")), "print(b)", "end"),
        (make_look(filters=("x", "['ignore', None]")), "print(b)", "trunk"),
        (make_look(filters=()), "print(b)", "end"),
        (make_look(modules={"numpy.abs": "8"}), "print(b)", "end"),
        (make_look(files={"/w/a": "2"}), "print(b)", "end"),
        (make_look(files={}), "print(b)", "end"),
        (ADDED, "print(b)", "trunk"),
        (ADDED, "print('own')", "end"),
        (ADDED, ("print(b)", Trace()), "end"),  # nobody looked at what it opens
        (ADDED, ("print(b)", Trace(opened=("/w/own",))), "end"),
        (ADDED, ("print(b)", Trace(opened=("/w/b",), listed=("/other",))), "trunk"),
        (ADDED, ("print(b)", Trace(opened=(), listed=("/w",))), "end"),
        (make_look(files={"/w/a": "1", "/w/numpy.py": "2"}), "print(b)", "end"),
        (make_look(files={"/w/a": "1", "/w/.matplotlib/x": "2"}), "print(b)", "end"),
    ],
)
def test_released_cell_that_could_see_what_differs_keeps_the_branch(branch: Look, later: Any, word: str) -> None:
    assert judge(branch, later).word == word


def test_name_is_clean_after_a_released_cell_that_binds_it_and_stays_dirty_after_an_own_one() -> None:
    assert judge(OTHER, "a = b", "print(a)").word == "trunk"
    assert judge(OTHER, ("a = b", None), "print(a)").word == "end"


def test_what_only_own_cells_could_see_keeps_the_branch_until_the_last_of_them() -> None:
    verdict = judge(OTHER, "print(b)", ("print(a)", None), "print(b)", ("print(f)", None), "print(b)")
    assert (verdict.word, verdict.until) == ("branch", 3)
    assert verdict.seen == ((1, ("a",)), (3, ("a",)))


def test_own_cell_could_see_all_that_is_no_name_unless_it_is_plain() -> None:
    assert judge(DRAWN, ("print(b)", None)).word == "branch"
    assert judge(DRAWN, ("answers = {'a': 'b'}", None)).word == "trunk"
    assert judge(ADDED, ("print(b)", None)).word == "branch"


def test_what_a_cell_asked_of_globals_is_all_that_it_reads() -> None:
    assert judge(OTHER, ("show(globals())", Trace(asked=("b",), opened=()))).word == "trunk"
    assert judge(OTHER, ("show(globals())", Trace(asked=("f",), opened=()))).word == "end"
    assert judge(OTHER, ("show(globals())", Trace(asked=None, opened=()))).word == "end"


def test_cell_that_may_leave_what_nobody_finds_keeps_the_branch() -> None:
    assert judge(make_look(), "print(b)", ran=["asyncio.create_task(f())"]).word == "end"


def test_module_that_came_later_is_in_doubt_only_where_attributes_were_set() -> None:
    came = make_look(loaded=("wave",))
    assert judge(came, "print(b)", ran=["import wave"]).word == "trunk"
    assert judge(came, "print(b)", ran=["import wave\nwave.x = 1"]).word == "end"


MANY = {f"/tmp/{number}": "1" for number in range(301)}


@pytest.mark.parametrize("wrong", [None, [], {"names": 3}, {"names": {"a": ["1"]}}, {"files": MANY}])
def test_what_is_no_look_is_refused_with_its_place(wrong: Any) -> None:
    with pytest.raises(FixableError, match=r"^look: .*; expected what a branch says of its state$"):
        parse_look(wrong)


def test_functions_that_use_more_than_can_be_followed_soon_are_no_look() -> None:
    its = make_look().model_dump()
    few, many = ({f"f{n}": ("1", ("x",) * 100, False) for n in range(count)} for count in (200, 201))
    assert len(parse_look(its | {"names": few}).names) == 200
    with pytest.raises(FixableError, match="look: names: functions use more than 20000; expected what a branch says"):
        parse_look(its | {"names": many})
