"""Mutation testing: which questions tell which mistakes from the truth, as a matrix of question and mutant.

A question catches a mutant where the mistake's Outputs give it another key: a choice is right that was wrong, or wrong
that was right, or its number cannot be had at all. The mutation score is the share of mutants that are caught by some
question, those left out for which `Mutant.equivalent` says why no question need catch them.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from assignment.fixable import Fault, FixableError, load_yaml, parse_as
from assignment.outputs import Outputs
from assignment.records import Record
from questions.bank import Bank
from questions.claim import digest
from questions.key import Key, Place, decide_all
from questions.proof.mutant import Mutant

LEAST_CAUGHT = 2


class MutantRow(Record):
    """One mutant: what was done wrong, the letters by which each question tells it, and why none need do so."""

    name: str
    mistake: str
    groups: tuple[str, ...]
    flipped: dict[str, str]
    equivalent: str | None = None


class Matrix(Record):
    """Question x mutant, for a course (`profile`). `claims`: of each question's claims, to know when they changed."""

    profile: str
    claims: dict[str, str]
    mutants: tuple[MutantRow, ...]

    @property
    def score(self) -> float:
        """The share of the mutants that are not equivalent which some question catches; 1 where there is none."""
        asked = [mutant for mutant in self.mutants if mutant.equivalent is None]
        return sum(bool(mutant.flipped) for mutant in asked) / len(asked) if asked else 1.0

    @property
    def caught(self) -> int:
        """How many mutants some question catches."""
        return sum(bool(mutant.flipped) for mutant in self.mutants)

    def count_caught(self, question_id: str) -> int:
        """Return how many mutants a question catches."""
        return sum(question_id in mutant.flipped for mutant in self.mutants)

    def count_flipped(self) -> dict[Place, int]:
        """Return for each choice that any mutant turns over how many do."""
        counts: dict[Place, int] = {}
        for mutant in self.mutants:
            for name, letters in mutant.flipped.items():
                for letter in letters:
                    counts[name, letter] = counts.get((name, letter), 0) + 1
        return counts


def find_flipped(bank: Bank, key: Key, outputs: Outputs, seed: int) -> dict[str, str]:
    """Return for each question the letters that these Outputs decide otherwise than the key, or cannot decide."""
    decisions, _ = decide_all(bank, {seed: outputs})
    flipped: dict[str, str] = {}
    for question in bank.questions:
        for letter in question.choices:
            decision = decisions.get((question.id, letter))
            if decision is None or decision.right != (letter in key.letters[question.id]):
                flipped[question.id] = flipped.get(question.id, "") + letter
    return flipped


def make_matrix(profile: str, bank: Bank, mutants: Sequence[Mutant], flipped: Sequence[Mapping[str, str]]) -> Matrix:
    """Return the matrix of what each mutant turned over."""
    rows = (
        MutantRow(name=one.name, mistake=one.mistake, groups=one.groups, flipped=dict(its), equivalent=one.equivalent)
        for one, its in zip(mutants, flipped, strict=True)
    )
    return Matrix(profile=profile, claims=digest_claims(bank), mutants=tuple(rows))


def digest_claims(bank: Bank) -> dict[str, str]:
    """Return a short digest of each question's claims."""
    return {one.id: digest(*(choice.claim for choice in one.choices.values())) for one in bank.questions}


def find_matrix_faults(matrix: Matrix, bank: Bank, least_score: float) -> Iterator[Fault]:
    """Yield what is wrong: a stale matrix, a question that catches too few, mutants that nobody catches, the score.

    least_score: the share of mutants that the course's questions have to catch.
    """
    digests, again = digest_claims(bank), "run `hw9 questions mutate --write`"
    for question in bank.questions:
        place = bank.places[question.id]
        if matrix.claims.get(question.id) != digests[question.id]:
            yield Fault(place, f"its claims changed since the mutants were run; expected the matrix of these: {again}")
        elif (count := matrix.count_caught(question.id)) < LEAST_CAUGHT:
            yield Fault(place, f"tells {count} mutants from the truth; expected {LEAST_CAUGHT} or more")
    for mutant in matrix.mutants:
        if mutant.equivalent and mutant.flipped:
            names = ", ".join(mutant.flipped)
            says = f"called equivalent and caught by {names}; expected one of the two"
            yield Fault((f"mutant {mutant.name}",), says)
    if matrix.score < least_score:
        missed = [mutant.name for mutant in matrix.mutants if not mutant.flipped and mutant.equivalent is None]
        expected = f"{least_score} or more (least_mutation_score of the course)"
        says = f"{matrix.score:.3f} of them are caught, not {', '.join(missed)}; expected {expected}"
        yield Fault(("mutants",), says)


def load_matrix(proofs: Path) -> Matrix:
    """Return the matrix that a course's folder of proofs holds; FixableError where there is none."""
    path = proofs / "mutation.yaml"
    if not path.exists():
        raise FixableError(f"{path}: missing; expected the matrix: run `hw9 questions mutate --write`")
    return parse_as(Matrix, load_yaml(path), str(path))


def save_matrix(matrix: Matrix, bank: Bank, proofs: Path) -> list[Path]:
    """Write `mutation.yaml`, `mutation.csv` and `mutation.md` and return their paths."""
    proofs.mkdir(parents=True, exist_ok=True)
    data = matrix.model_dump(mode="json", exclude_none=True)
    head = (
        "# Which question tells which mistake from the truth. Written by `hw9 questions mutate --write`; do not edit.\n"
    )
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120)
    paths = [proofs / f"mutation.{form}" for form in ("yaml", "csv", "md")]
    paths[0].write_text(head + text, encoding="utf-8")
    paths[1].write_text(to_csv(matrix, bank), encoding="utf-8")
    paths[2].write_text(to_markdown(matrix, bank), encoding="utf-8")
    return paths


def to_csv(matrix: Matrix, bank: Bank) -> str:
    """Return the matrix as CSV: a row per question, a column per mutant, the letters turned over in each cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["question", "caught", *(mutant.name for mutant in matrix.mutants)])
    for name in bank.ids:
        cells = [mutant.flipped.get(name, "") for mutant in matrix.mutants]
        writer.writerow([name, matrix.count_caught(name), *cells])
    return out.getvalue()


def to_markdown(matrix: Matrix, bank: Bank) -> str:
    """Return the matrix for people: a row per mutant with what caught it, then how many mutants each question tells."""
    lines = [
        f"# Mutation tests of the questions, profile {matrix.profile}",
        "",
        f"{matrix.caught} of {len(matrix.mutants)} mistakes are caught; the mutation score is {matrix.score:.3f}.",
        "Written by `hw9 questions mutate --write`; do not edit.",
        "",
        "| mistake | what was done wrong | caught by (choices turned over) |",
        "|---|---|---|",
    ]
    for one in matrix.mutants:
        names = ", ".join(f"{name} ({letters})" for name, letters in one.flipped.items())
        missed = f"*equivalent: {one.equivalent}*" if one.equivalent else "**nobody**"
        lines.append(f"| {one.name} | {one.mistake} | {names or missed} |")
    lines += ["", "| question | mistakes told |", "|---|---|"]
    lines += [
        f"| {question.number} {question.id} | {matrix.count_caught(question.id)} |" for question in bank.questions
    ]
    return "\n".join(lines) + "\n"
