"""Identical hand-ins: the same cells beyond the released ones. They go to a person, and change no points.

Outputs do not count, nor white space at line ends. Answers alone say nothing: right ones are alike. Nor do a few lines,
which two people write alike; there the whole file must be the same, saved outputs and all.
"""

import ast
import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from assignment.fixable import FixableError, load_file
from assignment.sheet.notebook import MOST_BYTES, parse_notebook
from assignment.sheet.official import hash_source
from grader.scoring.handin_record import HandinRecord

PARSED = 2**16  # characters of cells that may hold answers alone; a hostile one costs the square of its length
FEW = 100  # characters other than white space, in lines that the released notebook does not have


def digest_content(data: bytes, released: Path) -> str | None:
    """Return a sha256 that only identical hand-ins share; None where a notebook has nothing that could tell.

    released: the released notebook, whose cells are everybody's.
    """
    try:
        cells = parse_notebook(data)["cells"]
    except FixableError:
        return None
    hashes, lines = _read_released(released)
    own = _drop_plain([cell for cell in cells if hash_source(cell) not in hashes])
    if not own:
        return None
    written = (line for cell in own for line in cell["source"].splitlines() if line.strip() not in lines)
    if sum(len("".join(line.split())) for line in written) < FEW:
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha256(json.dumps([hash_source(cell) for cell in own]).encode()).hexdigest()


def mark_identical(records: Iterable[HandinRecord]) -> list[HandinRecord]:
    """Return the records of a class; those of identical hand-ins name each other and need a person."""
    whole = list(records)
    groups: dict[str, list[str]] = {}
    for one in whole:
        if one.content is not None and any(verdict.chosen or verdict.word == "unreadable" for verdict in one.verdicts):
            groups.setdefault(one.content, []).append(one.student)
    others = {name: [it for it in group if it != name] for group in groups.values() for name in group}
    return [_mark(one, tuple(sorted(others.get(one.student, ())))) for one in whole]


def _mark(one: HandinRecord, others: tuple[str, ...]) -> HandinRecord:
    """Return a record with the others' names; those that a person has seen need nobody again."""
    if not (others or one.seen):
        return one
    seen = tuple(
        its if its.identical_to is not None else its.model_copy(update={"identical_to": others}) for its in one.seen
    )
    covered = {name for its in seen for name in its.identical_to or ()}
    needs_person = one.needs_person or (not one.excused and bool(set(others) - covered))
    return one.model_copy(update={"identical_to": others, "seen": seen, "needs_person": needs_person})


@cache
def _read_released(released: Path) -> tuple[frozenset[str], frozenset[str]]:
    """Return the hashes of the released notebook's cells, and its lines."""
    cells = parse_notebook(load_file(released, MOST_BYTES, "the released notebook"))["cells"]
    lines = (line.strip() for cell in cells for line in cell["source"].splitlines())
    return frozenset(map(hash_source, cells)), frozenset(lines)


def _drop_plain(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the cells but for those that are empty, or hold answers or commands of the notebook (`%pip`) alone."""
    own, left = [], PARSED
    for cell in cells:
        source = cell["source"]
        if all(line.lstrip().startswith(("%", "!")) for line in source.splitlines() if line.strip()):
            continue
        may_answer = cell["cell_type"] == "code" and "answers" in source and len(source) <= left
        left -= len(source) if may_answer else 0
        if not (may_answer and _holds_answers(source)):
            own.append(cell)
    return own


def _holds_answers(source: str) -> bool:
    try:
        names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return "answers" in names and names <= {"answers", "dict"}
