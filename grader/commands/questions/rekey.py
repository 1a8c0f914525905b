"""`hw9 questions rekey`: what another course's models do to each question."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rich.table import Column, Table

from assignment.course import Course, open_course
from assignment.fixable import Fault
from assignment.outputs import Outputs
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import print_faults, say, show_table
from questions.bank import Bank, load_bank
from questions.canonical import load_canonicals
from questions.check.names import find_named_faults, take_inventory
from questions.check.shown import find_shown_faults, list_shown
from questions.key import compute_key, decide_all
from questions.proof.rekey import KeyChange, list_margins
from questions.proof.rekey import rekey as find_rekeyed

ABOUT = """Compute the key of each question on another course, whose canonical Outputs must be stored, and compare it
with that on its own; say where its words do not meet the pictures and texts there. It exits with 1 where a question
has no key there, or other words.
"""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "rekey",
        _start,
        says="show what another course's models do to each question",
        about=ABOUT,
        examples=("hw9 questions rekey --course ../mine", "hw9 questions rekey --course ../mine --fix-margins"),
    )
    parser.add_argument(
        "--fix-margins",
        action="store_true",
        help="show of each choice value, bound, margin and the largest margin that would hold",
    )
    parser.add_argument(
        "--from",
        dest="before",
        type=Path,
        metavar="DIR",
        help="whose questions these are (default: the embedded course's)",
    )


def _start(options: argparse.Namespace) -> int:
    if options.fix_margins:
        return show_margins(before=open_course(options.before), course=options.course)
    return rekey(before=open_course(options.before), course=options.course)


def rekey(*, before: Course, course: Course) -> int:
    """Show each question of a course under another; 1 where one of them has no key there."""
    questions = load_bank(before)
    letters = compute_key(questions, load_canonicals(before)).letters
    canonicals = load_canonicals(course)
    found = find_rekeyed(questions, letters, canonicals, list(find_wording_faults(questions, course, canonicals)))
    show_table(to_table(found, before.name, course.name))
    valid = sum(one.after is not None for one in found)
    changed = sum(one.changed for one in found if one.after is not None)
    say(f"{valid} of {len(found)} questions are valid on {course.name}, {changed} of them with another key")
    for one in found:
        for fault in (*one.faults, *one.wording):
            say(str(fault))
    return 0 if all(one.after is not None and not one.wording for one in found) else 1


def find_wording_faults(bank: Bank, course: Course, canonicals: Mapping[int, Outputs]) -> Iterator[Fault]:
    """Yield what the words of a bank say that is not so of a course's pictures and texts."""
    outputs = next(iter(canonicals.values()))
    inventory = take_inventory(outputs, course.assignment.categories, course.profile.texts)
    yield from find_named_faults(bank, inventory)
    yield from find_shown_faults(bank, list_shown(course))


def show_margins(*, before: Course, course: Course) -> int:
    """Show of each choice the largest margin that would hold on a course; 1 where a margin is larger, or none holds."""
    questions = load_bank(before)
    decisions, faults = decide_all(questions, load_canonicals(course))
    found = list_margins(decisions)
    table = Table(Column("choice", no_wrap=True), "value", "bound", "margin", "largest", "what to do")
    for one in found:
        largest = f"{one.largest:g}" if one.largest else "none"
        numbers = (f"{one.value:.4g}", f"{one.bound:.4g}", f"{one.margin:g}", largest)
        table.add_row(" ".join(one.place), *numbers, one.advice, style="red" if one.advice else None)
    show_table(table)
    return print_faults(faults)


def to_table(found: Sequence[KeyChange], before: str, after: str) -> Table:
    """Return a row per question: its key on both courses, and how near the closest claim is to tipping over."""
    table = Table("question", f"key on {before}", f"key on {after}", "margins", "what changes")
    for one in found:
        word = "not valid" if one.after is None else "another key" if one.changed else ""
        word = ", ".join(part for part in (word, "its words" if one.wording else "") if part)
        table.add_row(one.question, one.before, one.after or "-", f"{one.ratio:.2f}", word)
    return table
