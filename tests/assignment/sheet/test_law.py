"""A law: what is read of a notebook is what Python has in `answers` when its cells have run; nothing is guessed."""

import random

import pytest

from assignment.sheet.sheet import read_sheet
from tests.assignment.sheet.ways import ASKED

SEEDS = 40
NAMES = ("answers", "mine", "other")
STEPS = (
    "{a} = {d}",
    "{a} = dict({d})",
    "{a} = {b}",
    "{a} = {{**{b}, {i}}}",
    "{a} = {b} | {d}",
    "{a} = {b}.copy()",
    "{a} = {c} = {d}",
    "{a} |= {d}",
    "{a} |= {b}",
    "{a}.update({d})",
    "{a}.update({b})",
    "{a}.update([({k}, {v})])",
    "{a}[{k}] = {v}",
    "{a}[{k}] = {b}[{k}] = {v}",
    "{a}.setdefault({k}, {v})",
    "{a}.__setitem__({k}, {v})",
    "{a}.clear()",
    "{a}.pop({k}, None)",
    "del {a}",
    "if {a}: {a}[{k}] = {v}",
    "for {c} in [{d}]: pass",
    "with open('/dev/null') as {c}: {a}[{k}] = {v}",
    "{a}, {c} = {b}, {d}",
    "def f(): {a}[{k}] = {v}\nf()",
    "def f({a}): {a}[{k}] = {v}\nf({b})",
    "print({a} := {d})",
    "globals()['{a}'] = {d}",
    "exec('{a} = {{}}')",
    "{a}.__ior__({d})",
    "x = [{a}.update({d})]",
    "{a}[{k}] += {v}",
    "{a} = {{{i}}} if {b} else {d}",
    "%%timeit\n{a} = {d}",
    "%%script false\n{a} = {d}",
)


def make_cell(chance: random.Random) -> str:
    def key() -> str:
        return repr(chance.choice([one.id for one in ASKED]))

    def value() -> str:
        return repr(chance.choice(["", "a", "bc", "d"]))

    def item() -> str:
        return f"{key()}: {value()}"

    names = {name: chance.choice(NAMES) for name in "abc"}
    braces = "{" + ", ".join(item() for _ in range(chance.randint(0, 3))) + "}"
    return chance.choice(STEPS).format(**names, d=braces, i=item(), k=key(), v=value())


def run(cells: list[str]) -> dict[str, str] | None:
    """Run the cells as a notebook would and return the answers, None where a cell raises."""
    names: dict[str, object] = {}
    try:
        for cell in cells:
            exec("" if cell.startswith("%%") else cell, names)
    except Exception:
        return None
    found = names.get("answers")
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_what_is_read_is_what_python_has_in_the_end(seed: int) -> None:
    chance = random.Random(seed)
    decided = 0
    for _ in range(30):
        cells = ["answers = {}; mine = {}; other = {}", *(make_cell(chance) for _ in range(chance.randint(1, 6)))]
        has = run(cells)
        if has is None:
            continue
        sheet = read_sheet({"cells": [{"cell_type": "code", "source": cell} for cell in cells]}, ASKED)
        for name, answer in sheet.answers.items():
            if answer.state != "unreadable":
                decided += answer.state == "read"
                assert "".join(sorted(answer.letters)) == "".join(sorted(set(has.get(name, "")))), (name, cells, sheet)
    assert decided  # or the law was tried on nothing
