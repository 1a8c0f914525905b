"""`hw9 course masks`: what was drawn on photographs becomes the masks of the course's pictures."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from assignment.authoring.draft import CourseDraft, open_draft
from assignment.authoring.pictures.levels import parse_values
from assignment.authoring.pictures.masks import Masked, add_masks
from assignment.fixable import FixableError
from grader.commands.course.options import add_course_verb, take_folder
from grader.commands.terminal.options import Verbs
from grader.commands.terminal.screen import say, show_table
from grader.files.output import save_output

SHEET_NAME = "masks.png"  # in the course's folder, for its author alone


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_course_verb(
        verbs,
        "masks",
        _start,
        says="mark regions in the pictures, from polygons or grey PNGs, and draw them to look at",
        examples=(
            "hw9 course masks annotations/*.json",
            "hw9 course masks painted/*.png --values 255=food",
            "hw9 course masks --sheet look.png",
        ),
    )
    add = parser.add_argument
    about = "labelme's or COCO's JSON, YAML (picture number -> list of {region, polygon}), or grey PNGs named as it"
    add("files", type=Path, nargs="*", metavar="FILE", help=about)
    add(
        "--values",
        action="append",
        default=[],
        metavar="N=REGION",
        help="what a grey level of a PNG is, if not N of 1..n",
    )
    add("--licence", help="how they may be used (default: as their picture)")
    add("--source", help="where they are from (default: drawn on their picture)")
    add(
        "--sheet",
        type=Path,
        metavar="FILE.png",
        help=f"where to draw all pictures (default: the course's {SHEET_NAME})",
    )


def _start(options: argparse.Namespace) -> int:
    from assignment.authoring.pictures.overlay import draw_sheet  # here: it draws with matplotlib

    draft = open_draft(take_folder(options))
    if not options.files and options.sheet is None:
        raise FixableError("FILE: none; expected what was drawn, or --sheet FILE.png to look at what there is")
    if options.files:
        values = parse_values(options.values, tuple(draft.settings.regions))
        masked = add_masks(draft, options.files, values, licence=options.licence, source=options.source)
        draft = open_draft(draft.folder)
        _show(masked, draft)
    sheet = options.sheet or draft.folder / SHEET_NAME
    save_output(sheet, draw_sheet(draft))
    say(f"look at {sheet}: are the outlines where they should be?")
    return 0


def _show(masked: Sequence[Masked], draft: CourseDraft) -> None:
    table = Table("picture", "from", *draft.settings.regions, "to know")
    for one in sorted(masked, key=lambda its: its.number):
        shares = (f"{(one.levels == level).mean():.1%}" for level in range(1, len(draft.settings.regions) + 1))
        table.add_row(str(one.number), one.place, *shares, "; ".join(one.notes))
    show_table(table)
    if bare := [str(number) for number, entry in enumerate(draft.pictures) if entry.mask is None]:
        say(f"without a mask: picture {', '.join(bare)}")
