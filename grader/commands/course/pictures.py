"""`hw9 course pictures`: photographs become the course's pictures."""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

from PIL import ImageColor
from rich.table import Column, Table

from assignment.assignment import Assignment, Bilingual
from assignment.authoring.draft import open_draft
from assignment.authoring.pictures.picture_list import LIST_NAMES, Wanted, fill, load_list, parse_label
from assignment.authoring.pictures.pictures import Arrived, add_pictures, list_photographs
from assignment.fixable import Fault, FixableError, parse_as
from grader.commands.course.options import add_course_verb, take_folder
from grader.commands.terminal.options import Verbs
from grader.commands.terminal.screen import say, show_table

SHOWN = 3  # names of photographs that a fault shows


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_course_verb(
        verbs,
        "pictures",
        _start,
        says="bring photographs in: upright, cut, resized, without metadata",
        examples=(
            "hw9 course pictures photographs/",
            'hw9 course pictures bread.jpg --label Bread --shows "A loaf." 一條麵包。 --licence CC0-1.0 --source mine',
        ),
    )
    add = parser.add_argument
    names = " or ".join(LIST_NAMES)
    add("files", type=Path, nargs="*", metavar="FILE", help=f"photographs, or a folder of them, its {names} read too")
    add("--list", type=Path, metavar="FILE", help="what is said of each: file, label, shows, licence, source (or CSV)")
    add("--label", action="append", default=[], metavar="N", help="category, by number or name; once for each FILE")
    add("--shows", action="append", nargs=2, default=[], metavar=("EN", "ZH"), help="what it shows; once for each FILE")
    add("--licence", help="how they may be used, such as CC0-1.0, where the list does not say")
    add("--source", help="where they are from, where the list does not say")
    add("--fit", choices=["crop", "pad"], default="crop", help="to the course's shape (default: crop the middle)")
    add("--color", type=_parse_color, default="white", help="what pads, such as white or '#404040' (default: white)")
    add("--replace", action="store_true", help="let a photograph that is a picture already take its place again")


def _parse_color(text: str) -> str:
    try:
        ImageColor.getrgb(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}; expected a colour such as white or #404040") from None
    return text


def _start(options: argparse.Namespace) -> int:
    draft = open_draft(take_folder(options))
    wanted = find_wanted(
        options.files, options.list, draft.settings, labels=options.label, shows=[tuple(one) for one in options.shows]
    )
    if not options.replace:  # which keeps what is not said anew
        _check_listed(wanted)
    wanted = [fill(one, licence=options.licence, source=options.source) for one in wanted]
    arrived = add_pictures(draft, wanted, replace=options.replace, fit=options.fit, color=options.color)
    _show(arrived, draft.settings)
    say(f"wrote {len(arrived)} of {draft.folder / 'pictures'}; next: `hw9 course masks`, or `hw9 course model`")
    return 0


def find_wanted(
    files: Sequence[Path],
    listed: Path | None,
    settings: Assignment,
    *,
    labels: Sequence[str],
    shows: Sequence[tuple[str, str]],
) -> list[Wanted]:
    """Return the photographs that were typed or listed, with what was said of each."""
    inside: list[Path] = []
    listed = listed or _find_list(files)
    said = {one.file.name: one for one in load_list(listed, settings.categories)} if listed else {}
    if len(files) == 1 and files[0].is_dir():
        inside, files = list_photographs(files[0]), ()
    here = {path.name: path for path in inside}
    paths = list(files) or [here.pop(name, one.file) for name, one in said.items()]
    paths += here.values()
    if not paths:
        raise FixableError("FILE: none; expected photographs, a folder of them, or --list FILE")
    for name, values in (("--label", labels), ("--shows", shows)):
        if values and len(values) != len(paths):
            raise FixableError(Fault((name,), f"{len(values)} for {len(paths)} photographs; expected one for each"))
    numbers = [parse_label(one, settings.categories, "--label") for one in labels]
    shown = [parse_as(Bilingual, {"en": en, "zh": zh}, "--shows") for en, zh in shows]
    found = [replace(said.get(path.name, Wanted(path, (str(path),))), file=path) for path in paths]
    return [
        replace(one, label=one.label if label is None else label, shows=its or one.shows)
        for one, label, its in zip_longest(found, numbers, shown)
    ]


def _find_list(files: Sequence[Path]) -> Path | None:
    """Return the list that lies in the folder that was typed, or beside the photographs that were."""
    folders = {path if path.is_dir() else path.parent for path in files}
    places = [folder / name for folder in folders for name in LIST_NAMES] if len(folders) == 1 else []
    return next((path for path in places if path.is_file()), None)


def _check_listed(wanted: Sequence[Wanted]) -> None:
    """Raise FixableError where a list names some of the photographs, and nothing is said of the others."""
    listed = [one.place[0] for one in wanted if len(one.place) > 1]
    more = [one.file for one in wanted if len(one.place) == 1 and one.label is None]
    if listed and more:
        names = ", ".join(path.name for path in more[:SHOWN])
        rest = f" and {len(more) - SHOWN} more" if len(more) > SHOWN else ""
        says = f"{len(more)} of {len(wanted)} photographs are not in {listed[0]}: {names}{rest}"
        expected = f"each listed, or `hw9 course pictures --list {listed[0]}`, which takes what is listed alone"
        raise FixableError(Fault((str(more[0].parent),), f"{says}; expected {expected}"))


def _show(arrived: Sequence[Arrived], settings: Assignment) -> None:
    table = Table(
        "picture",
        Column("photograph", overflow="fold"),
        "pixels",
        *(Column(name, overflow="fold") for name in ("category", "shows", "what was done")),
    )
    for one in arrived:
        its, category = one.preparation.photograph, settings.categories[one.entry.label]
        table.add_row(
            *(str(one.number), one.preparation.file, f"{its.width} x {its.height}"),
            f"{category.en} {category.zh}",
            *(f"{one.entry.shows.en} {one.entry.shows.zh}", "; ".join(one.notes)),
        )
    show_table(table)
