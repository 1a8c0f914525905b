"""`hw9 questions suggest`: claims that stand, drafted as choices in balanced pairs or as whole questions."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from assignment.course import Course
from assignment.fixable import FixableError, suggest
from assignment.outputs import Outputs
from grader.commands.questions.explore.values import load_settings
from grader.commands.terminal.kept import add_kept
from grader.commands.terminal.options import Verbs, add_verb, parse_positive
from grader.commands.terminal.progress import show_progress
from grader.commands.terminal.screen import print_notes, say
from questions.canonical import load_canonicals
from questions.explore.drafts.draft import write_pairs, write_questions
from questions.explore.drafts.naming import Naming
from questions.explore.drafts.suggest import Pool, make_pool, suggest_pairs, suggest_questions
from questions.explore.drafts.themes import list_themes
from questions.explore.settings import Setting, Spoilt, load_spoilt
from questions.measures.registry import MEASURES
from questions.proof.mutants.registry import MUTANTS
from questions.themes import Theme

PAIRS = 5  # without --count
ABOUT = """Draft choices for the bank, as YAML: claims that hold, or fail, by two margins and by more than seeds,
precisions and rounded weights move them, in pairs of which the same statement is true of one picture, layer, head or
word and false of another. Those come first that tell many mistakes from the truth; of the mistakes those count whose
runs are kept in --cache. The words are put together from phrases: a person edits them.
"""


@dataclass(frozen=True)
class Wanted:
    """What is to be drafted: how many pairs or questions, of which theme, drawn by which seed."""

    count: int | None
    seed: int
    theme: Theme | None
    questions: bool


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "suggest",
        _start,
        says="draft choices and questions from claims that stand",
        about=ABOUT,
        examples=("hw9 questions suggest lime --count 8", "hw9 questions suggest saliency --questions --seed 7"),
    )
    parser.add_argument("analysis", metavar="ANALYSIS", nargs="?", help="whose (default: all that the course asks)")
    parser.add_argument("--count", type=parse_positive, help=f"pairs (default: {PAIRS}), or questions (the course's)")
    parser.add_argument("--seed", type=int, default=1, help="by which is drawn; the same gives the same (default: 1)")
    parser.add_argument("--theme", metavar="T", help="about this alone, one of the slides' themes")
    parser.add_argument("--questions", action="store_true", help="whole questions, as a file of the bank has them")
    add_kept(parser)


def _start(options: argparse.Namespace) -> int:
    asked = options.course.assignment.questions
    if options.analysis is not None and options.analysis not in asked:
        raise FixableError(f"ANALYSIS: {options.analysis!r}; expected {suggest(options.analysis, asked)}")
    if options.theme is not None and options.theme not in (known := get_args(Theme)):
        raise FixableError(f"--theme: {options.theme!r}; expected {suggest(options.theme, known)}")
    analyses = [options.analysis] if options.analysis else list(asked)
    if options.theme:
        analyses = [one for one in analyses if options.theme in list_themes(one)]
        if not analyses:
            own = ", ".join(list_themes(options.analysis))
            raise FixableError(f"--theme: {options.theme!r} is none of {options.analysis}; expected one of {own}")
    check_count(options, analyses)
    wanted = Wanted(options.count, options.seed, options.theme, options.questions)
    canonicals = load_canonicals(options.course)
    settings = load_settings(options.course, canonicals, device=options.device, cache=options.cache)
    spoilt = load_mistakes(options.course, canonicals, analyses, device=options.device, cache=options.cache)
    for text in draft_all(options.course, analyses, settings, spoilt, wanted):
        say(text)
    return 0


def check_count(options: argparse.Namespace, analyses: Sequence[str]) -> None:
    """Raise FixableError where more questions are wanted than the course asks about an analysis."""
    most = min(options.course.assignment.questions[one].count for one in analyses)
    if options.questions and options.count is not None and options.count > most:
        raise FixableError(f"--count: {options.count} questions; expected 1 to {most}, as many as the settings say")


def load_mistakes(
    course: Course, canonicals: Mapping[int, Outputs], analyses: Sequence[str], *, device: str, cache: Path
) -> list[Spoilt]:
    """Return the mistakes in some analyses whose runs are kept; a note says how many are not, and what runs them."""
    mutants = [one for one in MUTANTS if one.equivalent is None and set(one.groups) & set(analyses)]
    found, missing = load_spoilt(course, canonicals, mutants, device=device, cache=cache)
    if missing:
        only = " ".join(dict.fromkeys(one.name.partition("-")[0] for one in missing))
        again = f"`hw9 questions mutate{course.option} --device {device} --cache {cache} --only {only}` runs them"
        print_notes([f"{len(missing)} of {len(mutants)} mistakes are not kept in {cache}; {again}"])
    return found


def draft_all(
    course: Course, analyses: Sequence[str], settings: Sequence[Setting], spoilt: Sequence[Spoilt], wanted: Wanted
) -> list[str]:
    """Return the drafts of each analysis, as YAML."""
    with show_progress("measures", len(analyses) * len(MEASURES)) as tick:
        pools = [make_pool(course, one, settings, spoilt, wanted.seed, tick) for one in analyses]
    return [draft(pool, course, wanted) for pool in pools]


def draft(pool: Pool, course: Course, wanted: Wanted) -> str:
    """Return the drafts of one analysis, as YAML."""
    if wanted.questions:
        count = wanted.count or course.assignment.questions[pool.analysis].count
        return write_questions(suggest_questions(pool, course, count, wanted.seed, wanted.theme))
    pairs = suggest_pairs(pool, wanted.count or PAIRS, wanted.seed, wanted.theme)
    return write_pairs(pool.analysis, pairs, pool.mistakes, Naming(course))
