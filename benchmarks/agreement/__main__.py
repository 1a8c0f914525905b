"""Show that the limits of `grader/agreement/comparisons.py` lie between honest float32 runs and wrong ones.

Runs the notebook's own official cells, as they are or changed in one place or with other arithmetic below them, and
gives what they save to the grader, which compares it with the canonical Outputs. Writes
`agreement.md`, or for a GPU `agreement-cuda.md`, in `benchmarks/results`; exits with 1 where an honest run differs or
a wrong one agrees.

    python -m benchmarks.agreement                       everything (about 3 minutes on two cores)
    python -m benchmarks.agreement --only ascent --out /tmp/ascent.md
    python -m benchmarks.agreement --device cuda         the same on a GPU, with its own TF32
"""

import argparse
import contextlib
import io
import json
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from assignment.assignment import NOTEBOOK_FILE
from assignment.course import open_course
from assignment.outputs import Outputs
from benchmarks.agreement.table import Trial, to_markdown
from benchmarks.agreement.variants import TEXTS, VARIANTS, Variant
from benchmarks.machine import describe_machine
from grader.agreement.agree import CANONICAL_SEED, COMPARED_GROUPS, Agreement, GroupArrays, compare_groups, read_group
from grader.demo.members import write_todo
from questions.canonical import load_canonical

RESULTS = {"cpu": "agreement.md", "cuda": "agreement-cuda.md"}
LIME_PICTURES = (2, 6, 8)  # LIME is slow: only these
COSINE = "cosine_similarity"
BUILT_ON = {"embedding_distance": ("embedding_pca", COSINE)}  # cells that a group's own needs
FEWER_PICTURES = {'range(10), desc="LIME"': f'{LIME_PICTURES}, desc="LIME"', "np.full((10, 11": "np.full((3, 11"}


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
    return Outputs(kept | {("lime", "weights"): kept["lime", "weights"][:, :, used]}, canonical.axes)


def judge(folder: Path, group: str, canonical: Outputs) -> list[Agreement]:
    """Return the figures of one group that was saved in a folder."""
    readings = {name: GroupArrays({}, "missing") for name in COMPARED_GROUPS} | {
        group: read_group(folder, group, canonical)
    }
    return [one for one in compare_groups(readings, canonical) if one.group == group]


def try_all(numbers: Sequence[int], device: str) -> list[Trial]:
    """Try some of VARIANTS, two at a time, in processes of one thread (but for the variant with two)."""
    os.environ |= {"HW9_DEVICE": device, "HW9_COURSE": "", "TQDM_DISABLE": "1", "OMP_WAIT_POLICY": "passive"}
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        trials = []
        for trial in pool.imap(try_one, numbers):
            print(f"{trial.seconds:6.1f} s  {trial.variant.name}", flush=True)
            trials.append(trial)
        pool.close()
        pool.join()  # scikit-learn's own locks are put away only by a process that may end by itself
    return trials


def try_one(number: int) -> Trial:
    """Try one of VARIANTS."""
    begin = time.perf_counter()
    found = try_variant(VARIANTS[number], load_canonical(open_course(), CANONICAL_SEED))
    return Trial(number, tuple(found), time.perf_counter() - begin)


def main() -> int:
    """Run the variants, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="a part of the names of the variants to run")
    parser.add_argument("--device", choices=list(RESULTS), default="cpu", help="default: %(default)s")
    parser.add_argument("--out", type=Path, help="default: benchmarks/results")
    options = parser.parse_args()
    options.out = options.out or Path(__file__).parents[1] / "results" / RESULTS[options.device]
    begin, cpu = time.perf_counter(), options.device == "cpu"
    wanted = [number for number, one in enumerate(VARIANTS) if options.only in one.name and not (one.gpu and cpu)]
    trials = try_all(wanted, options.device)
    seconds = time.perf_counter() - begin
    machine = describe_machine() if cpu else f"{torch.cuda.get_device_name()}, torch {torch.__version__}"
    report = to_markdown(trials, machine, ", ".join(map(str, LIME_PICTURES)), seconds)
    options.out.parent.mkdir(exist_ok=True)
    options.out.write_text(report, encoding="utf-8")
    surprises = [sentence for trial in trials for sentence in trial.find_surprises()]
    print("\n".join(surprises) or f"as expected: {len(trials)} variants in {seconds:.0f} s, {options.out}")
    return 1 if surprises else 0


if __name__ == "__main__":
    sys.exit(main())
