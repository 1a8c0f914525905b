"""What `hw9 questions check` prints: the key, what guessing earns, and every fault of the bank."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from assignment.assignment import ASSIGNMENT_FILE, load_assignment
from assignment.fixable import Fault, FixableError
from assignment.outputs import Outputs
from assignment.profile import PROFILES_FOLDER, load_profile
from assignment.texts import Texts
from grader.commands.options import print_faults
from questions.bank import BANK_FOLDER, Bank, read_bank
from questions.canonical import load_canonicals
from questions.check.bank import Checked, check_bank, count_several, find_spread
from questions.check.rules import RULES
from questions.key import Decision, Place
from questions.proof.matrix import PROOF_FOLDER, find_matrix_faults
from questions.proof.stability import Steadiness, find_all_steadiness, find_stability_faults
from questions.proof.stored import Proof, load_proof
from questions.question import Question

LEGEND = """closest: the choice nearest to tipping over; distance: from its value to its bound; margin: the least one
allowed; margins: the one over the other, 1 or more; spreads: the least steady choice's distance over what seeds,
precisions and rounded weights move it by, 1 or more; mutants: how many mistakes the question tells, 2 or more;
?: not known (the last two: by `hw9 questions stability --write` and `mutate --write`)
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `check` takes beside the arguments of every verb."""
    parser.add_argument("--rules", action="store_true", help="list the codes of the lint rules with their sources")
    parser.add_argument(
        "--assignment", type=Path, default=ASSIGNMENT_FILE, help="file of counts and points (default: the project's)"
    )
    parser.add_argument(
        "--proof",
        type=Path,
        metavar="DIR",
        help="what `mutate --write` and `stability --write` stored (default: questions/proofs for the project's bank, "
        "nothing for another one)",
    )


def run_check(args: argparse.Namespace) -> int:
    """Check a bank, print what was found, and return the exit code: 1 where there is a fault."""
    if args.rules:
        _print_rules()
        return 0
    assignment = load_assignment(args.assignment)
    bank, faults = read_bank(args.bank, assignment)
    canonicals, missing = _load_canonicals(args.profile, args.canonical)
    proof = load_proof(args.profile, args.proof or (PROOF_FOLDER if args.bank == BANK_FOLDER else None))
    checked = check_bank(bank, faults, assignment, canonicals, _load_texts(args.profile), proof.flipped)
    steadiness = find_all_steadiness(bank, checked.decisions, proof.stability) if proof.stability else {}
    _print_checked(bank, checked, len(canonicals), proof, steadiness)
    faults = [*missing, *checked.faults, *proof.missing]
    faults += find_matrix_faults(proof.matrix, bank) if proof.matrix else []
    faults += find_stability_faults(bank, steadiness) if proof.stability else []
    return print_faults(faults)


def _load_canonicals(profile: str, folder: Path) -> tuple[dict[int, Outputs], tuple[Fault, ...]]:
    try:
        return load_canonicals(profile, folder), ()
    except FixableError as error:
        return {}, error.faults


def _load_texts(profile: str) -> Texts | None:
    """Return a profile's texts; None where only its canonical Outputs are here."""
    return load_profile(profile).texts if (PROFILES_FOLDER / profile / "manifest.yaml").exists() else None


def _print_rules() -> None:
    for code, rule in RULES.items():
        print(f"{code:<23} {rule.says} [{rule.source}]")


def _print_checked(
    bank: Bank, checked: Checked, seeds: int, proof: Proof, steadiness: Mapping[Place, Steadiness]
) -> None:
    if not bank.ids:
        return
    head = f"{'no':>2}  {'id':<24} {'key':<6} {'closest':<8} {'margins':>7} {'distance':>10} {'margin':>8}"
    print(head + f" {'spreads':>8} {'mutants':>8}")
    for question in bank.questions:
        ratios = [its.ratio for (name, _), its in steadiness.items() if name == question.id]
        spreads = f"{min(ratios):.1f}" if ratios else "?"
        caught = str(proof.matrix.count_caught(question.id)) if proof.matrix else "?"
        print(_row(question, checked.decisions) + f" {spreads:>8} {caught:>8}")
    print(LEGEND)
    if not checked.guesses:
        return
    print(_summary(bank, checked, seeds))
    print(f"\n{'who guesses':<52} {'points':>6} {'limit':>6}")
    for guess in checked.guesses:
        print(f"{guess.name:<52} {float(guess.score):>6.2f} {float(guess.limit):>6.2f}")
    if proof.matrix:
        mutants = proof.matrix.mutants
        equal = sum(one.equivalent is not None for one in mutants)
        score = f"mutation score {proof.matrix.score:.3f}"
        print(f"\n{score}: of {len(mutants)} mutants {proof.matrix.caught} are caught, {equal} are equivalent")


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


def _summary(bank: Bank, checked: Checked, seeds: int) -> str:
    letters = find_spread(bank, checked.letters)
    spread = ", ".join(f"{letter} {right}/{there}" for letter, (right, there) in letters.items())
    valid = "" if checked.faults else " valid"
    chance = "" if checked.letter_p is None else f" (chi-square p = {checked.letter_p:.2f})"
    return (
        f"{len(bank.ids)} questions{valid} on {seeds} seeds; {count_several(checked.letters)} with two or more right "
        f"choices; right by letter: {spread}{chance}; lint findings silenced: {len(checked.silenced)}"
    )
