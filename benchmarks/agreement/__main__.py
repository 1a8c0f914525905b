"""Show that the limits of `assignment/agreement/comparisons.py` lie between honest float32 runs and wrong ones.

Runs the notebook's own official cells, as they are or changed in one place or with other arithmetic below them, and
gives what they save to the grader, which compares it with the canonical Outputs. Writes
`agreement.md`, or for a GPU `agreement-cuda.md`, in `benchmarks/results`; exits with 1 where an honest run differs or
a wrong one agrees.

    python -m benchmarks.agreement                       everything (about 3 minutes on two cores)
    python -m benchmarks.agreement --only ascent --out /tmp/ascent.md
    python -m benchmarks.agreement --device cuda         the same on a GPU, with its own TF32
"""

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.agreement.table import Trial, to_markdown
from benchmarks.agreement.trial import LIME_PICTURES, try_one
from benchmarks.agreement.variants import VARIANTS
from benchmarks.machine import describe_machine

RESULTS = {"cpu": "agreement.md", "cuda": "agreement-cuda.md"}


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
    machine = describe_machine(options.device)
    report = to_markdown(trials, machine, ", ".join(map(str, LIME_PICTURES)), seconds)
    options.out.parent.mkdir(exist_ok=True)
    options.out.write_text(report, encoding="utf-8")
    surprises = [sentence for trial in trials for sentence in trial.find_surprises()]
    print("\n".join(surprises) or f"as expected: {len(trials)} variants in {seconds:.0f} s, {options.out}")
    return 1 if surprises else 0


if __name__ == "__main__":
    sys.exit(main())
