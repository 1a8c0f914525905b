"""`hw9 reference`: recompute the canonical Outputs in float64, compare with what is stored, or store (--write)."""

import argparse
import json
import os
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text

from assignment.analyses import find_run_faults
from assignment.arrays import GROUPS
from assignment.course import ROOMS, Course, find_course
from assignment.fixable import Fault, FixableError, check_all, show_line
from assignment.outputs import Outputs, load_group, save_group
from assignment.provenance import digest_sources, list_classifier, name_code, name_packages, save_provenance
from reference.device import prepare_device
from reference.produce.bench import Arrays, Bench
from reference.produce.compare import Difference, compare_group
from reference.produce.parts import Store
from reference.produce.registry import SEEDS, find_producer
from reference.produce.schedule import Schedule, TimeLeft, WorkBar, plan, to_words

CACHE_VARIABLE = "HW9_CACHE"
PRECISIONS = {"float64": torch.float64, "float32": torch.float32}
EXAMPLE = """examples:
  hw9 reference                                     recompute everything and compare with what is stored
  hw9 reference --analysis saliency --threads 1     one analysis, on one thread
  hw9 reference --out /tmp/a --threads 1 --batch 3  keep the float64 arrays
  hw9 reference --against /tmp/a                    compare with those instead, to 1e-9
  hw9 reference --write                             store what was computed
  hw9 reference --out /tmp/b --dtype float32 --seeds 1 --weights bfloat16
                                                    less exact: what the questions' stability is measured with
"""


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of `hw9 reference`."""
    parser = argparse.ArgumentParser(
        prog="hw9 reference", description=__doc__, epilog=EXAMPLE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--course", type=Path, metavar="DIR",
                        help="folder of the course (default: HW9_COURSE, else the embedded one)")  # fmt: skip
    parser.add_argument("--analysis", nargs="+", choices=list(GROUPS), default=list(GROUPS), metavar="NAME",
                        help=f"only these: {', '.join(GROUPS)}")  # fmt: skip
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda (default: %(default)s)")
    parser.add_argument("--threads", type=_positive, help="CPU threads (default: all cores)")
    parser.add_argument("--batch", type=_positive, help="pictures at once (default: `limits` of the course)")
    parser.add_argument("--seeds", nargs="+", type=_positive, default=list(SEEDS), metavar="SEED",
                        help="the random seeds (default: 1 2 3); others than these need --out")  # fmt: skip
    parser.add_argument("--dtype", choices=list(PRECISIONS), default="float64",
                        help="precision (default: %(default)s); another one needs --out")  # fmt: skip
    parser.add_argument("--weights", choices=["stored", "bfloat16"], default="stored",
                        help="bfloat16: round the models' weights to it; needs --out")  # fmt: skip
    parser.add_argument("--quiet", action="store_true", help="do not measure and say how long it will take, no bar")
    parser.add_argument("--fresh", action="store_true",
                        help="compute everything anew, keep no parts (default: use what is kept)")  # fmt: skip
    target = parser.add_mutually_exclusive_group()
    target.add_argument("--write", action="store_true", help="store the arrays (float32) as canonical")
    target.add_argument("--out", type=Path, metavar="DIR", help="write the arrays as computed to DIR, compare nothing")
    target.add_argument("--forecast", action="store_true",
                        help="only measure how long each analysis would take, and print that as JSON")  # fmt: skip
    target.add_argument("--against", type=Path, metavar="DIR", help="compare with an earlier --out DIR, to 1e-9")
    return parser


def _positive(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text}: expected a whole number from 1")
    return number


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit code: 0 fine, 1 differs or fixable, 2 usage, 3 our bug."""
    options = make_parser().parse_args(arguments)
    console = Console(markup=False, emoji=False)
    try:
        return run(options, console)
    except FixableError as error:
        Console(stderr=True).print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        return 1
    except Exception:
        traceback.print_exc()
        return 3


def run(options: argparse.Namespace, console: Console) -> int:
    """Produce, and then store or compare."""
    check_exact(options)
    seeds = tuple(sorted(set(options.seeds)))
    course = find_course(options.course)
    device = prepare_device(options.device, threads=options.threads)
    folder = options.out or options.against or course.canonical
    rounding = None if options.weights == "stored" else torch.bfloat16
    batch = options.batch or course.assignment.limits.batch
    store = None if options.fresh else open_store(course, device, options.dtype, options.weights)
    bench = Bench(course.profile, course.assignment, device, PRECISIONS[options.dtype], batch, rounding, store)
    check_all(find_course_faults(course))
    if options.forecast:
        print(json.dumps(forecast(bench, course, options.analysis, seeds)))
        return 0
    schedule = say_plan(bench, course, options, seeds, console)
    columns = (
        TextColumn("{task.description}", markup=False),
        WorkBar(schedule),
        TimeElapsedColumn(),
        TimeLeft(schedule),
    )
    differences: list[Difference] = []
    with Progress(*columns, console=console, disable=options.quiet) as progress:
        task = progress.add_task("", total=len(options.analysis))
        for group in options.analysis:
            schedule.start(group)
            progress.update(task, description=f"{show_line(course.name)} on {device.type}: {group}")
            for seed, arrays in find_producer(group)(bench, seeds).items():
                if options.write and is_stored(folder, group, seed, arrays):
                    path = find_path(folder, group, seed)
                    save_provenance(folder, {path.name: digest_sources(course, group)})
                    progress.console.print(show_line(f"the same is in {path}"), highlight=False, soft_wrap=True)
                elif options.write or options.out:
                    path = save_group(folder, group, arrays, seed=seed, exact=bool(options.out), official=False)
                    progress.console.print(show_line(f"wrote {path}"), highlight=False, soft_wrap=True)
                    if options.write:
                        save_provenance(folder, {path.name: digest_sources(course, group)})
                else:
                    differences += compare(folder, group, seed, arrays)
            schedule.finish()
            progress.advance(task)
    if store:
        store.tidy()
        if every := store.found + store.computed:
            console.print(f"{store.computed} of {every} parts computed anew", highlight=False)
    return show(differences, console)


def say_plan(
    bench: Bench, course: Course, options: argparse.Namespace, seeds: tuple[int, ...], console: Console
) -> Schedule:
    """Return the schedule, and say what it is; --quiet measures and says nothing."""
    if options.quiet:
        return Schedule(dict.fromkeys(options.analysis, 1.0))
    console.print(f"{show_line(course.name)} on {bench.device.type}: measuring how long it will take", highlight=False)
    with console.status("measuring"):
        schedule = plan(bench, course.assignment.analyses, options.analysis, seeds)
    parts = ", ".join(f"{group} {to_words(said)}" for group, said in schedule.said.items())
    kept = bench.store is not None and any(bench.store.folder.glob("*"))  # perhaps parts of this run
    words = f"{'at most' if kept else 'about'} {to_words(schedule.total)} ({parts})"
    console.print(f"{show_line(course.name)} on {bench.device.type}: {words}", highlight=False, soft_wrap=True)
    return schedule


def forecast(bench: Bench, course: Course, groups: list[str], seeds: tuple[int, ...]) -> dict[str, Any]:
    """Return the seconds that each group would take, and those that measuring it took; imports are not counted."""
    for group in groups:
        find_producer(group)
    begin = time.perf_counter()
    said = plan(bench, course.assignment.analyses, groups, seeds).said
    return {"seconds": dict(said), "measuring": time.perf_counter() - begin}


def check_exact(options: argparse.Namespace) -> None:
    """Raise FixableError where less exact arrays would be stored as canonical or held against them."""
    usual = options.dtype == "float64" and options.weights == "stored" and set(options.seeds) == set(SEEDS)
    if not usual and not (options.out or options.forecast):
        raise FixableError("--dtype, --weights, --seeds: not the canonical ones; expected --out DIR beside them")


def find_course_faults(course: Course) -> Iterator[Fault]:
    """Yield what the settings name that the manifest has not, or that is not what they say."""
    its, settings = course.manifest, course.assignment
    files = {one.path for one in its.assets}
    pictures, labels = len(its.pictures), len(settings.categories)
    for fault in find_run_faults(settings.analyses, pictures=pictures, labels=labels, files=files):
        yield fault.within(str(course.settings))


def open_store(course: Course, device: torch.device, dtype: str, weights: str) -> Store:
    """Return where parts are kept: in `build`, or in the folder that HW9_CACHE names."""
    cache = os.environ.get(CACHE_VARIABLE)
    folder = Path(cache) / "parts" if cache else ROOMS / "build" / "parts"
    by = {"code": name_code(), "packages": name_packages(), "model": list_classifier(course.manifest)}
    return Store(folder, {**by, "device": device.type, "dtype": dtype, "weights": weights})


def find_path(folder: Path, group: str, seed: int | None) -> Path:
    """Return where the arrays of a group lie that a seed changes, or none does."""
    return folder / (f"{group}.npz" if seed is None else f"{group}.{seed}.npz")


def is_stored(folder: Path, group: str, seed: int | None, arrays: Arrays) -> bool:
    """Tell whether just these arrays are stored already, but for rounding: then the file stays as it is."""
    return find_path(folder, group, seed).exists() and all(one.holds for one in compare(folder, group, seed, arrays))


def compare(folder: Path, group: str, seed: int | None, arrays: Arrays) -> list[Difference]:
    """Compare one group with its file in `folder`; FixableError where there is none."""
    path = find_path(folder, group, seed)
    if not path.exists():
        raise FixableError(f"{path}: missing; expected the stored Outputs (hw9 reference --write makes them)")
    stored = Outputs({}).with_group(group, load_group(path))
    return compare_group(path.stem, arrays, {name: stored[group, name] for _, name in stored})


def show(differences: list[Difference], console: Console) -> int:
    """Print one line per array; returns 1 when one of them differs."""
    if not differences:
        return 0
    table = Table(Column("file", no_wrap=True), "array", "difference / maximum", "limit", "")
    for item in differences:
        table.add_row(item.file, item.array, f"{item.size:.1e}" if np.isfinite(item.size) else item.reason,
                      f"{item.tolerance:.0e}", "same" if item.holds else Text("DIFFERS", style="red"))  # fmt: skip
    console.print(table)
    return 0 if all(item.holds for item in differences) else 1


if __name__ == "__main__":
    sys.exit(main())
