"""Measure what classes of hand-ins cost, ours and other graders on the same, in one run in which they take turns.

python -m benchmarks.class_cost                     hours on two quiet cores
python -m benchmarks.class_cost --handins 12 --rivals nbclient=2 --classes a,b=6

What is measured is kept in the folder of --keep and not measured again; the document is of all that is kept there.
The other graders are installed there too, into an environment of their own. Hand-ins run without protection in them.
"""

import argparse
import platform
import sys
from collections.abc import Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from assignment.course import open_course
from assignment.fixable import FixableError
from benchmarks.class_cost.graders import GRADERS, Bench
from benchmarks.class_cost.handins import KINDS
from benchmarks.class_cost.pieces import load_kept, measure_all, plan
from benchmarks.class_cost.rivals import PINNED, install_rivals
from benchmarks.class_cost.table import to_markdown
from benchmarks.machine import describe_machine

RESULTS = Path(__file__).parents[1] / "results" / "class.md"
RIVALS = {"sampled": 40, "whole": 4, "nbclient": 8, "otter": 4, "nbgrader": 4}
INSTALLED = ("otter", "nbgrader")
BESIDE = "b"  # a class that can be made of any course's notebook


def main() -> int:
    """Measure, and write what is known by now."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--handins", type=int, default=40, help="in a class of ours (default: 40)")
    parser.add_argument(
        "--classes", default=",".join(KINDS), help="of a to e, each perhaps with =HANDINS (default: all)"
    )
    parser.add_argument("--rivals", default=",".join(f"{name}={count}" for name, count in RIVALS.items()))
    parser.add_argument("--course", type=Path, help="folder of a course (default: the embedded one)")
    parser.add_argument("--beside", type=Path, help=f"another course, of which class {BESIDE} is measured too")
    parser.add_argument("--keep", type=Path, default=Path(".cache/class_cost"), help="folder of what was measured")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    try:
        kinds = parse_counts(options.classes, KINDS, options.handins)
        rivals = parse_counts(options.rivals, GRADERS.keys() - {"share"}, 2)
        bench = open_bench(options.keep.resolve(), options.course, rivals)
        benches = [(bench, kinds)]
        if options.beside:
            benches.append((replace(bench, course=open_course(options.beside)), {BESIDE: options.handins}))
        for one, its in benches:
            measure_all(one, plan(one.course.read_released(), its, rivals), tell)
    except (FixableError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    versions = ", ".join((f"Python {platform.python_version()}", f"nbclient {version('nbclient')}", *PINNED))
    pieces = [piece for one, _ in benches for piece in load_kept(one)]
    if not pieces:
        print(f"{options.keep}: nothing measured; expected something, see --classes", file=sys.stderr)
        return 1
    options.out.write_text(to_markdown(pieces, describe_machine(), versions), encoding="utf-8")
    tell(f"written: {options.out}")
    return 0


def open_bench(keep: Path, course: Path | None, rivals: Mapping[str, int]) -> Bench:
    """Open what is measured, and install the graders that are asked for."""
    keep.mkdir(parents=True, exist_ok=True)
    wanted = any(rivals.get(name) for name in INSTALLED)
    return Bench(open_course(course), keep, install_rivals(keep / "rivals") if wanted else None)


def parse_counts(text: str, names: Mapping[str, object] | set[str], usual: int) -> dict[str, int]:
    """Return how many hand-ins are asked for by name.

    >>> parse_counts("a,b=6", {"a", "b"}, 40)
    {'a': 40, 'b': 6}
    """
    parts = [part.partition("=") for part in text.split(",") if part]
    wrong = [count for _, sign, count in parts if sign and not (count.isdecimal() and int(count))]
    if wrong:
        raise FixableError(f"{text}: {wrong[0]!r}; expected a number of hand-ins, from 1")
    counts = {name: int(count or usual) for name, _, count in parts}
    unknown = counts.keys() - set(names)
    if unknown:
        raise FixableError(f"{text}: unknown {', '.join(sorted(unknown))}; expected some of {', '.join(sorted(names))}")
    return counts


def tell(text: str) -> None:
    """Say how far it is."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
