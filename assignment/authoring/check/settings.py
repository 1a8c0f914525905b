"""The check of a course's settings, and of the numbers in them that mean a picture, a category or a file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assignment.analyses import Analyses, FileBaseline, PictureBaseline, Runs
from assignment.assignment import Assignment, load_assignment
from assignment.authoring.check.section import Author, Section, split_faults
from assignment.course import SETTINGS_NAME, find_version_faults
from assignment.fixable import Fault, FixableError, check_all

LABELLED = ("saliency", "smoothgrad", "integrated_gradients")


def check_settings(path: Path, author: Author) -> tuple[Section, Assignment | None]:
    """Return what is wrong with the settings, and what they say; None where they cannot be read."""
    try:
        if path.name == SETTINGS_NAME:
            check_all(find_version_faults(path))
        assignment = load_assignment(path)
    except FixableError as error:
        return Section(title="settings", flaws=author.to_flaws(split_faults(error))), None
    count = sum(group.count for group in assignment.questions.values())
    size = f"pictures of {assignment.size.width} x {assignment.size.height}"
    regions = f"regions {', '.join(assignment.regions)}" if assignment.regions else "no regions"
    says = f"{len(assignment.categories)} categories, {size}, {regions}, {count} questions"
    return Section(title="settings", says=says), assignment


def check_experiments(assignment: Assignment, path: Path, pictures: int, assets: set[str], author: Author) -> Section:
    """Return which numbers of the analyses name a picture, a category or a file that the course does not have."""
    its = assignment.analyses
    faults = [*_find_picture_faults(its, pictures), *_find_label_faults(its, len(assignment.categories))]
    for name, one in its.integrated_gradients.baselines.items():
        if isinstance(one, FileBaseline) and one.file not in assets:
            says = f"{one.file!r}; expected an asset of the manifest (`hw9 course pictures` enters it)"
            faults.append(Fault(("integrated_gradients", "baselines", name, "file"), says))
    beside = sum(len(getattr(its, name).experiments) for name in Analyses.model_fields)
    says = f"{len(Analyses.model_fields)} official runs, {beside} beside them"
    flaws = author.to_flaws(fault.within(str(path), "analyses") for fault in faults)
    return Section(title="experiments", says=says, flaws=flaws)


def _find_picture_faults(analyses: Analyses, count: int) -> Iterator[Fault]:
    filters, baselines = analyses.filters, analyses.integrated_gradients.baselines
    numbers = list[tuple[tuple[str, ...], int]]()
    numbers += ((("filters", "shown", str(place)), number) for place, number in enumerate(filters.shown))
    for name, run in _list_own(filters, "start"):
        if run.start != "noise":
            numbers.append(((*_place("filters", name), "start"), run.start))
    for name, one in baselines.items():
        if isinstance(one, PictureBaseline):
            numbers.append((("integrated_gradients", "baselines", name, "picture"), one.picture))
    for place, number in numbers:
        if number >= count:
            yield Fault(place, f"{number}; expected 0 to {count - 1}, a picture of the course")


def _find_label_faults(analyses: Analyses, count: int) -> Iterator[Fault]:
    for analysis in LABELLED:
        for name, run in _list_own(getattr(analyses, analysis), "label"):
            if isinstance(run.label, int) and run.label >= count:
                says = f"{run.label}; expected truth, runner_up, or 0 to {count - 1}, a category of the settings"
                yield Fault((*_place(analysis, name), "label"), says)


def _list_own(runs: Runs[Any], field: str) -> Iterator[tuple[str, Any]]:
    """Yield the runs that say something of a field themselves: the official one, and those that change it."""
    official = getattr(runs.official, field)
    for name, run in runs.list_runs("official").items():
        if run is runs.official or getattr(run, field) != official:
            yield name, run


def _place(analysis: str, run: str) -> tuple[str, ...]:
    return (analysis, run) if run == "official" else (analysis, "experiments", run)
