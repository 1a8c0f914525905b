"""`hw9 questions values`: every measure at every argument, on every seed, precision and with rounded weights."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from assignment.arrays import GROUPS
from assignment.course import Course
from assignment.fixable import FixableError, suggest
from assignment.outputs import Outputs
from grader.commands.terminal.kept import add_kept, check_folders
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.progress import show_progress
from grader.commands.terminal.screen import print_faults, print_notes, say
from grader.files.output import save_output
from questions.canonical import load_canonicals
from questions.explore.settings import Setting, list_lacking, load_variants, make_settings
from questions.explore.table import find_range_faults, list_lines, to_csv
from questions.explore.values import Gauge, Value, list_chosen
from questions.measures.registry import MEASURES
from questions.proof.rerun import run_all
from questions.proof.stability import make_reruns

ABOUT = """Print every measure at every argument on the course's own Outputs: on all seeds in float64 and, where their
reruns are kept in --cache, in float32 and with weights rounded to bfloat16. A value that is no number says why. All of
the embedded course are some 66,000 lines and take half a minute; each option below leaves some out.
"""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "values",
        _start,
        says="print every measure at every argument on the course's own Outputs",
        about=ABOUT,
        examples=("hw9 questions values --analysis lime --picture 6", "hw9 questions values --csv values.csv"),
    )
    parser.add_argument("--analysis", choices=GROUPS, metavar="A", help=f"of this one alone: {', '.join(GROUPS)}")
    parser.add_argument("--measure", metavar="M", help="this one alone, a name of `hw9 questions measures`")
    parser.add_argument("--picture", type=int, metavar="N", help="at this picture alone, counted from 0")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write them there instead of on the screen")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="draw where each argument's values lie, there")
    parser.add_argument("--recompute", action="store_true", help="compute first what is not kept in --cache (minutes)")
    add_kept(parser)


def _start(options: argparse.Namespace) -> int:
    if options.measure is not None and options.measure not in MEASURES:
        raise FixableError(f"--measure: {options.measure!r}; expected {suggest(options.measure, MEASURES)}")
    pictures = len(options.course.manifest.pictures)
    if options.picture is not None and not 0 <= options.picture < pictures:
        raise FixableError(f"--picture: {options.picture}; expected 0 to {pictures - 1}")
    chosen = {"analysis": options.analysis, "measure": options.measure, "picture": options.picture}
    canonicals = load_canonicals(options.course)
    if options.recompute:
        recompute(options.course, canonicals, device=options.device, cache=options.cache)
    settings = load_settings(options.course, canonicals, device=options.device, cache=options.cache)
    return show_values(look_up(settings, chosen), settings, csv=options.csv, pictures=options.pictures)


def recompute(course: Course, canonicals: Mapping[int, Outputs], *, device: str, cache: Path) -> None:
    """Compute every variant that is not kept."""
    check_folders(cache)
    reruns = [one for ones in make_reruns(tuple(canonicals), device).values() for one in ones]
    with show_progress("variants", len(reruns)) as tick:
        run_all(reruns, course, cache=cache, tick=tick)


def load_settings(course: Course, canonicals: Mapping[int, Outputs], *, device: str, cache: Path) -> list[Setting]:
    """Return every setting that can be had at once; a note says which cannot, and what computes them."""
    lacking = list_lacking(course, tuple(canonicals), device=device, cache=cache)
    again = f"`hw9 questions stability{course.option} --device {device} --cache {cache}` computes them"
    print_notes(f"{variant}: {', '.join(groups)}: not kept in {cache}; {again}" for variant, groups in lacking.items())
    return [*make_settings(canonicals), *load_variants(course, canonicals, device=device, cache=cache)]


def look_up(settings: Sequence[Setting], chosen: Mapping[str, str | int | None]) -> list[Value]:
    """Return the values that were chosen; FixableError where there is none."""
    gauge = Gauge(settings)
    wanted = list(list_chosen(gauge.axes, **chosen))  # type: ignore[arg-type]
    if not wanted:
        said = ", ".join(f"--{name} {value}" for name, value in chosen.items() if value is not None)
        raise FixableError(f"{said}: no measure has these; expected fewer of them (see `hw9 questions measures`)")
    found = []
    with show_progress("values", len(wanted)) as tick:
        for name, placement in wanted:
            found.append(gauge.measure(name, placement))
            tick(1)
    return found


def show_values(
    values: Sequence[Value], settings: Sequence[Setting], *, csv: Path | None, pictures: Path | None
) -> int:
    """Print the values, or write them; 1 where one lies outside the range of its measure."""
    if csv:
        save_output(csv, to_csv(settings, values).encode("utf-8"))
        say(f"wrote {csv}: {len(values)} values")
    if pictures:
        draw(values, pictures)
    if not csv and not pictures:
        for line in list_lines(settings, values):
            say(line)
    return print_faults(find_range_faults(values))


def draw(values: Sequence[Value], folder: Path) -> None:
    """Draw a picture for each measure."""
    from questions.explore.strips import draw_strips  # here: it loads matplotlib

    names = list(dict.fromkeys(value.measure for value in values))
    with show_progress("pictures", len(names)) as tick:
        for name in names:
            its = [value for value in values if value.measure == name]
            save_output(folder / f"{name}.png", draw_strips(name, its))
            tick(1)
    say(f"wrote {len(names)} pictures to {folder}")
