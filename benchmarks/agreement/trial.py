"""Try a variant: run the notebook's official cells with its change, and compare what they saved.

A module of its own, since the processes that try them look for `try_one` by the module's name, and a package's
`__main__` has none for them.
"""

import contextlib
import io
import json
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from assignment.agreement.agree import CANONICAL_SEED, COMPARED_GROUPS, Agreement, GroupArrays, compare_groups
from assignment.assignment import NOTEBOOK_FILE
from assignment.course import open_course
from assignment.outputs import Outputs
from benchmarks.agreement.table import Trial
from benchmarks.agreement.variants import TEXTS, VARIANTS, Variant
from grader.agreement.saved import read_group
from grader.demo.members import write_todo
from questions.canonical import load_canonical

LIME_PICTURES = (2, 6, 8)  # LIME is slow: only these
COSINE = "cosine_similarity"
BUILT_ON = {"embedding_distance": ("embedding_pca", COSINE)}  # cells that a group's own needs
FEWER_PICTURES = {'range(10), desc="LIME"': f'{LIME_PICTURES}, desc="LIME"', "np.full((10, 11": "np.full((3, 11"}


def try_one(number: int) -> Trial:
    """Try one of VARIANTS."""
    begin = time.perf_counter()
    found = try_variant(VARIANTS[number], load_canonical(open_course(), CANONICAL_SEED))
    return Trial(number, tuple(found), time.perf_counter() - begin)


def try_variant(variant: Variant, canonical: Outputs) -> list[Agreement]:
    """Run a variant's cells in a folder of its own and compare what they saved."""
    found: list[Agreement] = []
    with tempfile.TemporaryDirectory() as name:
        with contextlib.chdir(name), contextlib.redirect_stdout(io.StringIO()), variant.arithmetic():
            run_cells(variant)
        for group in variant.groups:
            found += judge(Path(name), group, cut(canonical) if group == "lime" else canonical)
    return found


def run_cells(variant: Variant) -> None:
    """Run the official cells that a variant needs in the current folder."""
    cells = read_cells()
    wanted = [name for group in variant.groups for name in (*BUILT_ON.get(group, ()), group) if group != "pictures"]
    sources = {name: cells[name] for name in wanted}
    if "lime" in sources:
        sources["lime"] = edit(sources["lime"], FEWER_PICTURES)
    names: dict[str, Any] = {"__name__": "__main__"}
    torch.set_num_threads(variant.threads)
    exec(cells["setup"], names)
    names["model"] = variant.prepare(names["model"])
    exec(cells["pictures"], names)
    if set(TEXTS) & set(variant.groups):
        exec(cells["bert"], names)
    for source in edit("\0".join(sources.values()), variant.edits).split("\0"):
        exec(source, names)


def edit(source: str, edits: Mapping[str, str]) -> str:
    """Return a source with its edits made; each must have exactly one place.

    >>> edit("a = 1", {"1": "2"})
    'a = 2'
    """
    for old, new in edits.items():
        if source.count(old) != 1:
            raise ValueError(f"{old!r} stands {source.count(old)} times in the cells; expected once")
        source = source.replace(old, new)
    return source


def read_cells() -> dict[str, str]:
    """Return the source of each official cell of the released notebook, by name, and of the cosine, written."""
    cells = write_todo(json.loads(NOTEBOOK_FILE.read_text(encoding="utf-8")))["cells"]
    official = [cell for cell in cells if cell["metadata"].get("hw9", {}).get("official")]
    found = {cell["metadata"]["hw9"]["name"]: "".join(cell["source"]) for cell in official}
    return found | {COSINE: next(text for cell in cells if f"def {COSINE}(" in (text := "".join(cell["source"])))}


def cut(canonical: Outputs) -> Outputs:
    """Return the canonical arrays of LIME, and of the pictures, of LIME_PICTURES only."""
    rows = list(LIME_PICTURES)
    kept = {name: array[rows] for name, array in canonical.items() if name[0] in ("pictures", "lime")}
    used = ~np.isnan(kept["lime", "weights"]).all(axis=(0, 1))  # the others are pieces that only other pictures have
    return Outputs(kept | {("lime", "weights"): kept["lime", "weights"][:, :, used]})


def judge(folder: Path, group: str, canonical: Outputs) -> list[Agreement]:
    """Return the figures of one group that was saved in a folder."""
    readings = {name: GroupArrays({}, "missing") for name in COMPARED_GROUPS} | {
        group: read_group(folder, group, canonical, most=open_course().assignment.limits.group_bytes)
    }
    return [one for one in compare_groups(readings, canonical) if one.group == group]
