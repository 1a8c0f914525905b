"""Classes of hand-ins made from a released notebook, one for each way in which students change it."""

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from assignment.fixable import FixableError
from assignment.sheet.cell import is_answers_cell

Notebook = Any
COSINE = "    return a @ b / (a.norm() * b.norm())"
SCRATCH = {  # in each scratch cell of the embedded course: one argument, as a question asks for
    "scratch 1": ("samples=250, hide=0.5, seed=1", "samples=100, hide=0.5, seed=1"),
    "scratch 2": ('maps = saliency(inputs, labels, of="logit")', 'maps = saliency(inputs, labels, of="probability")'),
    "scratch 3": ("sigma=0.02, copies=20", "sigma=0.2, copies=20"),
    "scratch 4": ("layer = 1  #", "layer = 4  #"),
    "scratch 5": ('baseline="black", steps=50', 'baseline="white", steps=50'),
    "scratch 6": ("look_at = 0  #", "look_at = 3  #"),
    "scratch 7": ("reader = None  # TODO", 'reader = "reader_a"  # TODO'),
    "scratch 8": ("look_at = 0  #", "look_at = 1  #"),
}
DRAWN = 3  # scratch cells
LETTERS = "abcd"


@dataclass(frozen=True)
class Kind:
    """A kind of class: what its hand-ins change, and how many times less processor time than nbclient is aimed at."""

    says: str
    aim: float
    change: Callable[[Notebook, Random], None]


def _leave(notebook: Notebook, random: Random) -> None:
    """Change nothing more."""


def _write_todo(notebook: Notebook, random: Random) -> None:
    _replace(notebook, "def cosine_similarity", "    # TODO", COSINE)


def _draw_scratch(notebook: Notebook, random: Random) -> None:
    for name in random.sample(sorted(SCRATCH), DRAWN):
        _replace(notebook, f"# {name}:", *SCRATCH[name])


def _change_all_scratch(notebook: Notebook, random: Random) -> None:
    for name, (old, new) in SCRATCH.items():
        _replace(notebook, f"# {name}:", old, new)


def _edit_official(notebook: Notebook, random: Random) -> None:
    _replace(
        notebook,
        "# official: saliency\n",
        "saliency(inputs, labels).cpu()",
        'saliency(inputs, labels, of="loss").cpu()',
    )


KINDS: Mapping[str, Kind] = {
    "a": Kind("only answers differ", 20.0, _leave),
    "b": Kind("answers and `cosine_similarity`, which a later official cell reads", 12.0, _write_todo),
    "c": Kind(f"answers and {DRAWN} scratch cells, drawn", 5.5, _draw_scratch),
    "d": Kind("answers and every scratch cell", 2.5, _change_all_scratch),
    "e": Kind("answers and an official cell, the fourth of eleven", 0.95, _edit_official),
}


def make_handins(released: bytes, kind: str, count: int) -> dict[str, bytes]:
    """Return hand-ins by student; the first ones of a larger class are those of a smaller one.

    FixableError where the released notebook lacks what such a class changes.
    """
    return {f"{kind}{number:03}": _make(json.loads(released), kind, number) for number in range(count)}


def find_number(student: str) -> int:
    """Return the place of a student in the class, from 0.

    >>> find_number("a007")
    7
    """
    return int(student[1:])


def _make(notebook: Notebook, kind: str, number: int) -> bytes:
    random = Random(f"{kind}{number}")
    made = copy.deepcopy(notebook)
    for cell in made["cells"]:
        cell["source"] = "".join(cell["source"])
    for cell in made["cells"]:
        if is_answers_cell(cell["source"]):
            first, *rest = cell["source"].split('""')
            drawn = ["".join(sorted(random.sample(LETTERS, random.randint(1, 3)))) for _ in rest]
            cell["source"] = first + "".join(f'"{letters}"{part}' for letters, part in zip(drawn, rest, strict=True))
    KINDS[kind].change(made, random)
    return json.dumps(made, ensure_ascii=False, indent=1).encode()


def _replace(notebook: Notebook, begins: str, old: str, new: str) -> None:
    """Replace what stands first in the one code cell that has `begins` in it."""
    cells = [one for one in notebook["cells"] if one["cell_type"] == "code" and begins in one["source"]]
    if len(cells) != 1 or old not in cells[0]["source"]:
        raise FixableError(f"released notebook: {len(cells)} cells with {begins!r}; expected one, with {old!r} in it")
    cells[0]["source"] = cells[0]["source"].replace(old, new, 1)
