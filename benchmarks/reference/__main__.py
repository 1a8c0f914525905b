"""Time the analyses against the 2021 notebook's way and against the best that the usual packages can do.

One process; the variants of a contest take turns and each keeps its best round, so that a neighbour slows all alike.
Beside each time: how far the result lies from ours in float64. Writes `reference.md`, or for a GPU `reference-cuda.md`,
in `benchmarks/results`.

    python -m benchmarks.reference                      everything (about 15 minutes on two cores)
    python -m benchmarks.reference --model "width 128" resnet18 --threads 2 --seconds 2
    python -m benchmarks.reference --device cuda        the same on a GPU, without TF32
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import torch

from assignment.fixable import FixableError
from benchmarks.machine import describe_machine
from benchmarks.reference.measure import ContestResult, measure, to_array
from benchmarks.reference.rivals import CONTESTS
from benchmarks.reference.stage import NETWORKS, WIDTHS, set_stage
from benchmarks.reference.table import show_rows, to_markdown
from reference.device import prepare_device

RESULTS = {"cpu": "reference.md", "cuda": "reference-cuda.md"}
PRECISIONS = {"float32": torch.float32, "float64": torch.float64}
USUAL = (*WIDTHS, NETWORKS[0])


def run(options: argparse.Namespace) -> Iterator[ContestResult]:
    """Yield the outcome of each contest."""
    for name in options.model:
        for precision in options.precision:
            stage = set_stage(name, PRECISIONS[precision], options.device)
            for contest in (contest for analysis in options.contest for contest in CONTESTS[analysis](stage)):
                exact = to_array(contest.exact())
                for count in options.threads:
                    yield measure(contest, exact, count, options.seconds)


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--seconds", type=float, default=9, help="for each contest and count of threads, at least two rounds"
    )
    parser.add_argument("--contest", nargs="+", choices=list(CONTESTS), default=list(CONTESTS))
    parser.add_argument("--threads", nargs="+", type=int, help="default: 1 2, on a GPU 2")
    parser.add_argument("--model", nargs="+", choices=[*WIDTHS, *NETWORKS], default=list(USUAL))
    parser.add_argument("--precision", nargs="+", choices=list(PRECISIONS), default=list(PRECISIONS))
    parser.add_argument("--device", choices=list(RESULTS), default="cpu", help="default: %(default)s")
    parser.add_argument("--out", type=Path, help="default: benchmarks/results")
    options = parser.parse_args()
    options.threads = options.threads or ([1, 2] if options.device == "cpu" else [2])
    options.out = options.out or Path(__file__).parents[1] / "results" / RESULTS[options.device]
    try:
        prepare_device(options.device)
    except FixableError as error:
        parser.error(str(error))
    outcomes = []
    for outcome in run(options):
        print(show_rows(outcome), end="", flush=True)
        outcomes.append(outcome)
    options.out.parent.mkdir(exist_ok=True)
    options.out.write_text(to_markdown(outcomes, describe_machine(options.device)), encoding="utf-8")


if __name__ == "__main__":
    main()
