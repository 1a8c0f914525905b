"""What is kept of an executed notebook: the notebook itself, where it is safe to open, and the arrays that it saved."""

import json
from pathlib import Path
from typing import Any

from assignment.arrays import GROUPS
from assignment.assignment import Limits
from assignment.fixable import FixableError
from grader.files.untrusted import list_untrusted, read_untrusted
from grader.worker.client import MIB
from grader.worker.ending import clean_text
from grader.worker.harmless import make_harmless

OUTPUTS = "outputs"
KNOWN = tuple(f"{group}.npz" for group in GROUPS)  # what an analysis saves; of all else, staff would open it
MOST_FILES = 10_000  # that are looked through for them


def save_outputs(work: Path, limits: Limits, theirs: int) -> tuple[str, ...]:
    """Write the outputs into the Run's work folder; return what was not taken, and why.

    theirs: a descriptor of the notebook's own work folder.
    """
    notes, left = list[str](), limits.work_mib * MIB
    (work / OUTPUTS).mkdir(exist_ok=True)
    names = list_untrusted(theirs, OUTPUTS, MOST_FILES)
    for name in sorted({*names} & {*KNOWN}):
        try:
            data = read_untrusted(theirs, f"{OUTPUTS}/{name}", min(left, limits.file_mib * MIB))
            left -= len(data)
            (work / OUTPUTS / name).write_bytes(data)
        except (FixableError, OSError) as error:
            notes.append(clean_text(f"not taken: {error}", 300))
    if others := len(names) - len({*names} & {*KNOWN}):
        notes.append(f"not taken: {others} entries of {OUTPUTS}/ that no analysis saves; expected {', '.join(KNOWN)}")
    return tuple(notes)


def save_notebook(work: Path, limits: Limits, notebook: Any, handin_bytes: int) -> list[str]:
    """Write the executed notebook, without widgets or outputs where these are too large; return what is to note.

    One output that is shown in a thousand places came once and would be written a thousand times.
    """
    most_outputs = 4 * limits.output_mib * MIB
    most, notes = 2 * handin_bytes + most_outputs, list[str]()
    try:
        shown, left_out = make_harmless(notebook)
        data = dump_notebook(shown, most)
        notes += left_out
    except RecursionError:
        data = None
    if data is None and notebook.metadata.pop("widgets", None) is not None:
        notes.append(f"not kept: what widgets show, more than {most_outputs // MIB} MiB or nested too deeply")
        data = dump_notebook(make_harmless(notebook)[0], most)
    if data is None:
        notes.append(f"not kept: the outputs in the notebook, more than {most_outputs // MIB} MiB or nested too deeply")
        bare = [{**cell, "outputs": []} if cell.cell_type == "code" else cell for cell in notebook.cells]
        data = dump_notebook(make_harmless({**notebook, "cells": bare})[0], most)
    if data is not None:
        (work / "executed.ipynb").write_bytes(data)
    return notes


def dump_notebook(notebook: Any, most: int) -> bytes | None:
    r"""Return a notebook as JSON; None when that is more than `most` bytes, or nested too deeply.

    >>> dump_notebook({"cells": []}, 20), dump_notebook({"cells": []}, 10)
    (b'{\n "cells": []\n}', None)
    """
    data = bytearray()
    try:
        for part in json.JSONEncoder(indent=1).iterencode(notebook):
            data += part.encode("ascii")
            if len(data) > most:
                return None
    except RecursionError:
        return None
    return bytes(data)
