"""`hw9 questions leaks`: which choices are settled by what a stem states or another choice says."""

import argparse
from collections.abc import Sequence

from rich.table import Table

from assignment.course import Course
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.progress import show_progress
from grader.commands.terminal.screen import print_faults, say, show_table
from questions.bank import load_bank
from questions.canonical import load_canonicals
from questions.giveaway.fact import list_facts
from questions.giveaway.leaks import Leak, find_leaks
from questions.giveaway.silence import judge, name
from questions.key import decide_all

ABOUT = """Hold every fact that a stem states, and every choice as one who has settled it knows it, against all others:
which choices would nobody have to look at any more? A choice may follow by measure, arguments and bounds; or other
pictures, layers, heads, words or readers are put in both claims, and wherever the fact holds, the choice lies on one
side. Leaks into questions that ask a concept are shown apart and are no fault. It exits with 1 where there is a leak
without a reason: `lint: {leak: reason}` at the choice that is settled.
"""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    add_verb(
        verbs,
        "leaks",
        _start,
        says="show which choices a stem or another choice settles; exit 1 where one does",
        about=ABOUT,
        examples=("hw9 questions leaks", "hw9 questions leaks --course ../mine"),
    )


def _start(options: argparse.Namespace) -> int:
    return leaks(options.course)


def leaks(course: Course) -> int:
    """Show the leaks of a course's bank; 1 where one is not silenced, or a stem states what is not so."""
    bank, canonicals = load_bank(course), load_canonicals(course)
    decisions, undecided = decide_all(bank, canonicals)
    facts = list(list_facts(bank, decisions))
    with show_progress("facts", len(facts)) as tick:
        report = find_leaks(facts, bank, canonicals, tick)
    judged = judge(bank, report)
    for title, its in (
        ("settled, so that nobody has to look", judged.open),
        ("silenced, with a reason", judged.silenced),
        ("of a concept, which theory may settle: no fault", report.concepts),
    ):
        if its:
            show_table(to_table(title, its))
    told = sum(fact.told for fact in facts)
    say(
        f"{len(facts) - told} choices, {told} facts of stems: "
        f"{len(judged.open)} leaks, {len(judged.silenced)} silenced, "
        f"{len(report.concepts)} of concepts (compared {report.compared} times over other worlds)"
    )
    return print_faults([*undecided, *judged.faults])


def to_table(title: str, found: Sequence[Leak]) -> Table:
    """Return a row for each leak: what is settled, its side, by which facts, and how that shows."""
    table = Table("settled", "is", "by", "which", "how", title=title, title_justify="left")
    for leak in found:
        for index, fact in enumerate(leak.by):
            head = (name(leak.settled), _side(leak.right)) if not index else ("", "")
            word = "is told" if fact.told else f"is {_side(fact.holds)}"
            table.add_row(*head, name(fact.place), word, "" if index else leak.says)
    return table


def _side(right: bool) -> str:
    return "right" if right else "wrong"
