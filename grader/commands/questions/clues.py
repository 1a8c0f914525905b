"""`hw9 questions clues`: how far the words of the questions tell their key."""

import argparse

from rich.table import Table

from assignment.course import Course
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.progress import show_progress
from grader.commands.terminal.screen import print_faults, say, show_table
from questions.bank import load_bank
from questions.canonical import load_canonicals
from questions.giveaway.clues import Clues, find_clues
from questions.giveaway.trial import make_trials
from questions.key import compute_key

ABOUT = """Guess the key from words alone, as somebody would who never looks. A guesser learns tone, numbers, lengths,
places and turns of phrase in both languages from all questions but one, and tries that one; each single cue is held
against shuffled keys. It exits with 1 where the guesser beats chance, or a cue tells right from wrong.
"""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "clues",
        _start,
        says="guess the key from words alone; exit 1 where that beats chance",
        about=ABOUT,
        examples=("hw9 questions clues", "hw9 questions clues --course ../mine --seed 1"),
    )
    parser.add_argument("--seed", type=int, default=0, help="of the shuffled keys and the interval (default: 0)")


def _start(options: argparse.Namespace) -> int:
    return clues(options.course, options.seed)


def clues(course: Course, seed: int = 0) -> int:
    """Show what the words of a course's bank tell; 1 where that is more than chance."""
    bank = load_bank(course)
    trials = make_trials(bank, compute_key(bank, load_canonicals(course)).letters)
    with show_progress("questions guessed", len(trials.questions)) as tick:
        found = find_clues(trials, tick, seed)
    show_table(to_table(found))
    its = found.guessed
    say(
        f"the guesser: {its.share:.1%} of {len(trials.letters)} choices right, {its.low:.1%} to {its.high:.1%}; "
        f"chance: {its.chance:.1%}"
    )
    return print_faults(found.faults)


def to_table(found: Clues) -> Table:
    """Return a row for each cue, the surest first. score: in deviations of shuffled keys; p: for all cues together."""
    table = Table("cue", "choices with more of it", "right", "score", "p")
    for cue in found.cues:
        table.add_row(cue.name, str(cue.there), str(cue.right), f"{cue.score:+.1f}", f"{cue.p:.3f}")
    return table
