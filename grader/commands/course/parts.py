"""The parts of a course, looked at one after the other: each as a Section, as soon as it is known.

A part waits for those that it is made of, and for no others. Models are looked at by `python -m reference.check`, since
the grader loads none.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from assignment.assignment import Assignment
from assignment.authoring.check.manifest import check_manifest, open_draft
from assignment.authoring.check.pictures import check_masks, check_pictures
from assignment.authoring.check.section import Author, Section
from assignment.authoring.check.settings import check_experiments, check_settings
from assignment.authoring.manifest import Draft
from assignment.course import SETTINGS_NAME, Course, open_course
from assignment.fixable import Fault, FixableError, parse_as
from grader.commands.course.staff import LOOKS, look

Tell = Callable[[str, int, int], None]  # what is looked at, how far, of how many


@dataclass(frozen=True)
class Place:
    """Where a course is checked: the folder of the manifest, the settings, and as which its author names it."""

    folder: Path
    settings: Path
    author: Author


def find_place(folder: Path | None) -> Place:
    """Return where a course lies, whole or not; None for the embedded one. FixableError where there is no folder."""
    if folder is None:
        its = open_course()
        return Place(its.folder, its.settings, Author(None))
    if not folder.is_dir():
        says = f"{'not a' if folder.exists() else 'no such'} folder; expected a course (`hw9 course new DIR` makes one)"
        raise FixableError(Fault((str(folder),), says))
    return Place(folder, folder / SETTINGS_NAME, Author(folder))


def check_course(place: Place, tell: Tell) -> Iterator[Section]:
    """Yield a Section for each part, in the order in which they build on one another; what was said is not repeated."""
    said: dict[Fault, str] = {}
    for section in _check_parts(place, tell):
        left = tuple(flaw for flaw in section.flaws if flaw.fault not in said)
        waits = tuple(dict.fromkeys(said[flaw.fault] for flaw in section.flaws if flaw.fault in said))
        said |= {flaw.fault: section.title for flaw in left}
        yield section.model_copy(update={"flaws": left, "waits": section.waits or (() if left else waits)})


def _check_parts(place: Place, tell: Tell) -> Iterator[Section]:
    settings, assignment = check_settings(place.settings, place.author)
    yield settings
    tell("manifest", 0, 1)
    manifest, draft = check_manifest(place.folder, place.author)
    yield manifest
    yield from _check_material(place, assignment, draft, tell)
    course = None if assignment is None else _open(place)
    for title in LOOKS:
        tell(title, 0, 1)
        needs = "manifest" if assignment else "settings"
        yield _wait(title, needs) if course is None else look(title, course, place.author)


def _open(place: Place) -> Course | None:
    """Return the course; None where something is wrong that its settings' and manifest's Sections say."""
    try:
        return open_course(place.author.folder)
    except FixableError:
        return None


def _wait(title: str, *needs: str) -> Section:
    return Section(title=title, waits=needs)


def _check_material(place: Place, assignment: Assignment | None, draft: Draft | None, tell: Tell) -> Iterator[Section]:
    """Yield what there is to say of pictures, models and texts."""
    titles = ("pictures", "masks", "experiments", "model", "maps", "texts")
    if assignment is None or draft is None:
        yield from (_wait(title, "settings" if assignment is None else "manifest") for title in titles)
        return
    profile = open_draft(draft)
    its = profile.manifest
    if its.pictures:
        pictures = check_pictures(profile, assignment, place.author)
        assets = {one.path for one in its.assets}
        yield pictures
        yield check_masks(profile, assignment, place.author)
        yield check_experiments(assignment, place.settings, len(its.pictures), assets, place.author)
    else:
        pictures = _wait("pictures", "manifest")
        yield from (_wait(title, "manifest") for title in titles[:3])
    parts = [
        name for name, there in (("model", its.classifier), ("maps", its.classifier), ("texts", its.texts)) if there
    ]
    if not pictures.holds and "maps" in parts:
        parts.remove("maps")
    found = {section.title: section for section in _ask_reference(place, parts, tell)}
    for title in titles[3:]:
        needs = ("pictures",) if title == "maps" and its.classifier else ("manifest",)
        yield found.get(title) or _wait(title, *needs)


def _ask_reference(place: Place, parts: Iterable[str], tell: Tell) -> Iterator[Section]:
    """Yield the Sections that `python -m reference.check` gives, and tell how far it is."""
    todo = list(parts)
    if not todo:
        return
    tell(todo[0], 0, 1)
    named = [] if place.author.folder is None else ["--named", str(place.author.folder)]
    words = ["--folder", str(place.folder), "--settings", str(place.settings), *named]
    command = [sys.executable, "-m", "reference.check", *todo, *words]
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            data = json.loads(line)
            if "doing" in data:
                tell(data["doing"], data["done"], data["total"])
            else:
                todo.remove(data["title"])
                yield parse_as(Section, data, "reference.check")
        process.wait()
        errors.seek(0)
        last = errors.read().strip().splitlines()[-1:]
    for title in todo:  # it ended before it came to them
        says = f"looking at it ended with {process.returncode}: {' '.join(last)}; expected an end"
        yield Section(title=title, flaws=place.author.to_flaws([Fault((str(place.folder),), says)]))
