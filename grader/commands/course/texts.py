"""`hw9 course texts`: bring texts into a course, and show how its models cut them."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from grader.commands.course.options import add_course_verb, take_folder
from grader.commands.terminal.options import Verbs
from grader.commands.terminal.screen import print_faults, say, show_table

if TYPE_CHECKING:
    from assignment.authoring.models.texts import TextTable

SAYS = "bring in the texts, and show each word with its tokens"
EXAMPLES = (
    "hw9 course texts --course bakery ~/texts.yaml --licence CC0-1.0 --source 'written for this course'",
    "hw9 course texts --course bakery",
)


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_course_verb(verbs, "texts", start, says=SAYS, examples=EXAMPLES)
    add = parser.add_argument
    add(
        "file", type=Path, nargs="?", metavar="FILE", help="the texts (default: texts.yaml of the course, as it is now)"
    )
    add("--licence", metavar="L", help="such as CC0-1.0 (default: what the manifest has)")
    add("--source", metavar="S", help="where the texts come from (default: what the manifest has)")
    add("--all", action="store_true", help="show every word, not only those that are asked about or are several tokens")


def start(options: argparse.Namespace) -> int:
    """Show how the texts are cut; store them where nothing is wrong."""
    from assignment.authoring.models.texts import TEXTS_NAME, look_at_texts, store_texts

    folder = take_folder(options)
    file = options.file or folder / TEXTS_NAME
    look = look_at_texts(folder, file)
    for table in look.tables:
        show_words(table, every=options.all)
    for use in look.missing:
        say(f"no {use} model yet, so what it reads is not looked at: `hw9 course model --for {use}` brings one in")
    if look.faults:
        return print_faults(look.faults)
    place = store_texts(folder, file, licence=options.licence, source=options.source)
    say(f"{place}: the course's texts")
    return 0


def show_words(found: "TextTable", *, every: bool) -> None:
    """Print a text's words with their tokens: all, or those that are marked or are not one token each."""
    say(f"{': '.join(found.place)} ({', '.join(found.models)}): {found.count} of {found.limit} tokens")
    table = Table(box=None, show_header=False, padding=(0, 2))
    for row, mark in found.rows:
        if every or row.says or len(row.tokens) > 1 or mark not in ("", "question", "its sentence"):
            cells = str(row.number), row.word, " ".join(row.tokens), mark, "no whole tokens" if row.says else ""
            table.add_row(*cells)
    if table.row_count:
        show_table(table)
