"""The check of a course's settings, and of the numbers in them that mean a picture, a category or a file."""

from pathlib import Path

from assignment.analyses import Analyses, find_run_faults
from assignment.assignment import Assignment, load_assignment
from assignment.authoring.check.section import Author, Section, split_faults
from assignment.course import SETTINGS_NAME, find_version_faults
from assignment.fixable import FixableError, check_all


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
    its, labels = assignment.analyses, len(assignment.categories)
    faults = find_run_faults(its, pictures=pictures, labels=labels, files=assets)
    beside = sum(len(getattr(its, name).experiments) for name in Analyses.model_fields)
    says = f"{len(Analyses.model_fields)} official runs, {beside} beside them"
    flaws = author.to_flaws(fault.within(str(path)) for fault in faults)
    return Section(title="experiments", says=says, flaws=flaws)
