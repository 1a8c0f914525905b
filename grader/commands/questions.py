"""`hw9 questions check` proves the bank on the canonical Outputs; `hw9 questions show ID` explains one question."""

import argparse

from assignment.fixable import FixableError, suggest
from grader.commands import export, prove
from grader.commands.check import add_arguments, run_check
from grader.commands.options import add_sources, print_faults
from questions.bank import load_bank
from questions.canonical import load_canonicals
from questions.claim import Claim
from questions.key import Decision, find_decisions

EPILOG = """examples:
  hw9 questions check
  hw9 questions check --rules
  hw9 questions show saliency-2
  hw9 questions mutate --only saliency
  hw9 questions stability
  hw9 questions recheck
  hw9 questions rekey --profile course
  hw9 questions handout dist/handout
  hw9 questions qti quiz.zip
"""


VERBS = export.VERBS | prove.VERBS


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> argparse.ArgumentParser:
    """Add the verb `questions` to a command line; its arguments go to `main`."""
    parser = commands.add_parser(
        "questions",
        help="check the questions and their computed key",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    check = verbs.add_parser("check", help="compute the key; exit 1 where the bank or the key has a fault")
    add_arguments(check)
    show = verbs.add_parser("show", help="show a question, its claims and how every seed decides them")
    show.add_argument("id", metavar="ID", help="such as lime-1, or its number")
    for verb in (check, show, *prove.add_verbs(verbs)):
        add_sources(verb, "whose canonical Outputs decide")
    export.add_verbs(verbs)
    return parser


def main(args: argparse.Namespace) -> int:
    """Run a verb and return the exit code: 0 fine, 1 where a fault was printed."""
    try:
        if args.verb in VERBS:
            return VERBS[args.verb](args)
        return run_check(args) if args.verb == "check" else _show(args)
    except FixableError as error:
        return print_faults(error.faults)


def _show(args: argparse.Namespace) -> int:
    bank = load_bank(args.bank)
    numbered = {str(question.number): question.id for question in bank.questions}
    name = numbered.get(args.id, args.id)
    if name not in bank.ids:
        raise FixableError(f"questions show: unknown id {args.id!r}; expected {suggest(args.id, bank.ids)}")
    question = bank[name]
    canonicals = load_canonicals(args.profile, args.canonical)
    decisions, faults = find_decisions(bank, canonicals)
    print(f"{question.number}. {question.id}\n{question.ask.en}\n{question.ask.zh}")
    for letter, choice in question.choices.items():
        decision = decisions.get((question.id, letter))
        word = "?" if decision is None else "right" if decision.right else "wrong"
        print(f"\n({letter}) {word}: {choice.say.en}\n    {choice.say.zh}\n    claim: {_write(choice.claim)}")
        print("\n".join(_seed_lines(decision)) if decision else "    no value")
        print(f"    why: {choice.why.en}\n    {choice.why.zh}")
    mine = [fault for fault in faults if fault.is_in(*bank.places[question.id])]
    return print_faults(mine)


def _write(claim: Claim) -> str:
    arguments = ", ".join(f"{name}={value}" for name, value in claim.with_.items())
    return f"{claim.measure}({arguments}) {claim.side} {claim.bound}, margin {claim.margin:g}"


def _seed_lines(decision: Decision) -> list[str]:
    return [
        f"    seed {seed}: value {item.value:.4g}, bound {item.bound:.4g}, "
        f"distance {item.distance:+.4g} = {item.distance / decision.margin:+.2f} margins"
        for seed, item in decision.evaluated.items()
    ]
