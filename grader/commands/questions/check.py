"""`hw9 questions check`: the key, what guessing earns, and every fault of the bank."""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass

from assignment.course import Course
from assignment.fixable import Fault, FixableError
from assignment.outputs import Outputs
from assignment.provenance import find_other_makers_of, find_stale_outputs
from grader.commands.questions.explore.watch import watch
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import print_faults, print_notes, say
from questions.bank import Bank, read_bank
from questions.canonical import load_canonicals
from questions.check.bank import CheckReport, check_bank, count_several, count_spread
from questions.check.rules import RULES
from questions.check.shown import list_shown
from questions.key import Decision, Place
from questions.proof.matrix import find_matrix_faults
from questions.proof.stability import (
    Steadiness,
    compute_all_steadiness,
    find_seed_faults,
    find_stability_faults,
)
from questions.proof.stored import Proof, find_stale_proofs, load_proof
from questions.question import Question

LEGEND = """closest: the choice nearest to tipping over; distance: from its value to its bound; margin: the least one
allowed; margins: the one over the other, 1 or more; spreads: the least steady choice's distance over what seeds,
precisions and rounded weights move it by, 1 or more; mutants: how many mistakes the question tells, 2 or more;
?: not known (the last two: by `hw9 questions stability --write` and `mutate --write`)
"""


ABOUT = """Compute the key from the canonical Outputs and check everything: the form of the files, each claim and its
margin on every seed, the wording, what guessing earns, and what `mutate` and `stability` stored. Every fault is a line
on stderr with its place; it exits with 1 where there is one.
"""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "check",
        _start,
        says="compute the key; exit 1 where the bank or the key has a fault",
        about=ABOUT,
        examples=("hw9 questions check", "hw9 questions check --rules", "hw9 questions check --watch"),
    )
    parser.add_argument("--rules", action="store_true", help="list the codes of the lint rules with their sources")
    parser.add_argument("--watch", action="store_true", help="check again after each change (Ctrl-C ends)")


def _start(options: argparse.Namespace) -> int:
    if options.rules:
        return list_rules()
    if options.watch:
        return watch(options.course, check)
    return check(options.course)


def list_rules() -> int:
    """Print the codes of the lint rules with their sources."""
    for code, rule in RULES.items():
        say(f"{code:<23} {rule.says} [{rule.source}]")
    return 0


def check(course: Course) -> int:
    """Check a course's bank and print what was found; 1 where there is a fault. Without proofs none are checked."""
    its = look_at_bank(course)
    _print_checked(its.questions, its.report, its.seeds, its.proof, its.steadiness)
    stale = [*its.proof.missing, *find_stale_outputs(course), *find_stale_proofs(course)]
    print_notes(find_other_makers_of(course))
    return print_faults([*its.missing, *its.report.faults, *stale, *its.disproved])


@dataclass(frozen=True)
class LookedAt:
    """What a bank, its key and its proofs came to. missing: canonical Outputs; disproved: faults by the proofs."""

    questions: Bank
    report: CheckReport
    seeds: int
    proof: Proof
    steadiness: Mapping[Place, Steadiness]
    missing: tuple[Fault, ...]
    disproved: tuple[Fault, ...]


def look_at_bank(course: Course) -> LookedAt:
    """Return what is to be said of a course's bank; what is stale is not in it."""
    questions, unread = read_bank(course)
    canonicals, missing = _load_canonicals(course)
    stored = load_proof(course.proofs)
    shown = list_shown(course)
    flipped = stored.count_flipped(questions)
    report = check_bank(questions, unread, course.assignment, canonicals, course.profile.texts, flipped, shown)
    steadiness = compute_all_steadiness(questions, report.decisions, stored.stability) if stored.stability else {}
    disproved: list[Fault] = []
    if stored.matrix:
        disproved += find_matrix_faults(stored.matrix, questions, course.assignment.least_mutation_score)
    disproved += find_seed_faults(questions, report.decisions, steadiness)
    disproved += find_stability_faults(questions, steadiness) if stored.stability else []
    return LookedAt(questions, report, len(canonicals), stored, steadiness, missing, tuple(disproved))


def _load_canonicals(course: Course) -> tuple[dict[int, Outputs], tuple[Fault, ...]]:
    try:
        return load_canonicals(course), ()
    except FixableError as error:
        return {}, error.faults


def _print_checked(
    bank: Bank, checked: CheckReport, seeds: int, proof: Proof, steadiness: Mapping[Place, Steadiness]
) -> None:
    if not bank.ids:
        return
    head = f"{'no':>2}  {'id':<24} {'key':<6} {'closest':<8} {'margins':>7} {'distance':>10} {'margin':>8}"
    say(head + f" {'spreads':>8} {'mutants':>8}")
    for question in bank.questions:
        ratios = [its.ratio for (name, _), its in steadiness.items() if name == question.id]
        spreads = f"{min(ratios):.1f}" if ratios else "?"
        caught = str(proof.matrix.count_caught(question.id)) if proof.matrix else "?"
        say(_row(question, checked.decisions) + f" {spreads:>8} {caught:>8}")
    say(LEGEND)
    if not checked.guesses:
        return
    say(_summary(bank, checked, seeds))
    say(f"\n{'who guesses':<52} {'points':>6} {'limit':>6}")
    for guess in checked.guesses:
        say(f"{guess.name:<52} {float(guess.score):>6.2f} {float(guess.limit):>6.2f}")
    if proof.matrix:
        mutants = proof.matrix.mutants
        equal = sum(one.equivalent is not None for one in mutants)
        score = f"mutation score {proof.matrix.score:.3f}"
        say(f"\n{score}: of {len(mutants)} mutants {proof.matrix.caught} are caught, {equal} are equivalent")


def _row(question: Question, decisions: Mapping[Place, Decision]) -> str:
    found = {
        letter: decisions[question.id, letter] for letter in question.choices if (question.id, letter) in decisions
    }
    head = f"{question.number:>2}  {question.id:<24} "
    if len(found) < len(question.choices):
        return f"{head}{'?':<6} {'?':<8} {'?':>7} {'?':>10} {'?':>8}"
    letters = "".join(letter for letter, decision in found.items() if decision.right)
    closest = min(found, key=lambda letter: found[letter].ratio)
    decision = found[closest]
    return head + f"{letters:<6} {closest:<8} {decision.ratio:>7.2f} {decision.distance:>10.4g} {decision.margin:>8.3g}"


def _summary(bank: Bank, checked: CheckReport, seeds: int) -> str:
    letters = count_spread(bank, checked.letters)
    spread = ", ".join(f"{letter} {right}/{there}" for letter, (right, there) in letters.items())
    valid = "" if checked.faults else " valid"
    chance = "" if checked.letter_p is None else f" (chi-square p = {checked.letter_p:.2f})"
    return (
        f"{len(bank.ids)} questions{valid} on {seeds} seeds; {count_several(checked.letters)} with two or more right "
        f"choices; right by letter: {spread}{chance}; lint findings silenced: {len(checked.silenced)}"
    )
