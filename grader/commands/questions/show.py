"""`hw9 questions show ID`: one question, its claims, and how every seed decides them."""

import argparse

from assignment.course import Course
from assignment.fixable import FixableError, suggest
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import print_faults, say
from questions.bank import Bank, load_bank
from questions.canonical import load_canonicals
from questions.key import Decision, decide_all
from questions.question import Question


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "show",
        _start,
        says="show a question, its claims and how every seed decides them",
        examples=("hw9 questions show saliency-2", "hw9 questions show 7"),
    )
    parser.add_argument("id", metavar="ID", help="such as lime-1, or its number")


def _start(options: argparse.Namespace) -> int:
    return show(name=options.id, course=options.course)


def show(*, name: str, course: Course) -> int:
    """Show a question by its id or number; 1 where its key has a fault."""
    loaded = load_bank(course)
    question = find_question(name, loaded)
    decisions, faults = decide_all(loaded, load_canonicals(course))
    say(f"{question.number}. {question.id}")
    for place, text in question.list_stem():
        say(f"{place}: {text.en}\n{text.zh}")
    for letter, choice in question.choices.items():
        decision = decisions.get((question.id, letter))
        word = "?" if decision is None else "right" if decision.right else "wrong"
        say(f"\n({letter}) {word}: {choice.say.en}\n    {choice.say.zh}\n    claim: {choice.claim.says}")
        say("\n".join(_seed_lines(decision)) if decision else "    no value")
        say(f"    why: {choice.why.en}\n    {choice.why.zh}")
    return print_faults(fault for fault in faults if fault.is_in(*loaded.places[question.id]))


def find_question(name: str, bank: Bank) -> Question:
    """Return a question by its id or its number; FixableError where there is none."""
    numbered = {str(question.number): question.id for question in bank.questions}
    found = numbered.get(name, name)
    if found not in bank.ids:
        raise FixableError(f"questions show: unknown id {name!r}; expected {suggest(name, bank.ids)}")
    return bank[found]


def _seed_lines(decision: Decision) -> list[str]:
    return [
        f"    seed {seed}: value {item.value:.4g}, bound {item.bound:.4g}, "
        f"distance {item.distance:+.4g} = {item.distance / decision.margin:+.2f} margins"
        for seed, item in decision.evaluated.items()
    ]
