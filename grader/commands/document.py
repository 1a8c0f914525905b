"""Write the generated parts of the documents: blocks of two READMEs, and `results.md` of the report.

The verbs come from the parser, the statuses from `grader/scoring/words.py`, the fields from where they are defined,
what guessing earns from the key, and what was proved of the questions from `questions/proofs`. Tests compare them;
`make format` calls this.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from textwrap import fill

import questions
from assignment.course import Course, open_course
from assignment.fixable import FixableError
from grader.commands.main import PURPOSES, find_verbs, make_parser, to_usage
from grader.commands.questions.explore.blueprint import HEAD, to_cells
from grader.commands.terminal.screen import say
from grader.report.fields import FIELDS_FILE, describe_results
from grader.scoring.words import AGREEMENT_WORDS, EVIDENCE_WORDS, HANDIN_WORDS, RUN_WORDS, VERDICT_WORDS, WordEntry
from questions.bank import Bank, load_bank
from questions.canonical import load_canonicals
from questions.check.bank import count_several
from questions.check.guesses import score_guesses
from questions.explore.blueprint import make_blueprint
from questions.key import compute_key, decide_all
from questions.proof.matrix import Matrix, load_matrix

WIDTH = 100  # of a line of prose
HANDBOOK = Path(__file__).parents[1] / "README.md"
QUESTIONS_GUIDE = Path(questions.__file__).parent / "README.md"
SHELVES: dict[str, Mapping[str, WordEntry]] = {
    "the hand-in": HANDIN_WORDS,
    "the run": RUN_WORDS,
    "the evidence": EVIDENCE_WORDS,
    "one saved array": AGREEMENT_WORDS,
    "one question": VERDICT_WORDS,
}


def to_handbook_blocks() -> dict[str, str]:
    """Return the tables of verbs and of statuses by the names of their blocks."""
    found = {verb.prog.removeprefix("hw9 "): (f"`{to_usage(verb)}`", says) for verb, says in find_verbs(make_parser())}
    verbs = ((purpose, *found[name]) for purpose, names in PURPOSES.items() for name in names)
    words = (
        (about, f"`{name}`", word.label.en, word.says.en)
        for about, shelf in SHELVES.items()
        for name, word in shelf.items()
    )
    return {
        "verbs": to_table(("to", "verb", "does"), verbs),
        "words": to_table(("about", "status", "on the page", "means"), words),
    }


def to_question_blocks() -> dict[str, str]:
    """Return what is proved of the questions, and what guessing earns, by the names of their blocks."""
    course = open_course()
    bank, matrix = load_bank(course), load_matrix(course.proofs)
    decisions, _ = decide_all(bank, load_canonicals(course))
    return {
        "mutants": fill(describe_mutants(matrix, bank), WIDTH) + "\n",
        "guesses": to_guesses(bank, course),
        "blueprint": to_table(HEAD, map(to_cells, make_blueprint(bank, decisions, matrix))),
    }


def describe_mutants(matrix: Matrix, bank: Bank) -> str:
    """Return in a paragraph how many mistakes the questions detect."""
    equal = sum(one.equivalent is not None for one in matrix.mutants)
    least = min(matrix.count_caught(name) for name in bank.ids)
    return (
        f"**Mutation score {matrix.score:.3f}.** Of {len(matrix.mutants)} plausible mistakes, {matrix.caught} are "
        f"detected by a question that gets another key; {equal} are listed as equivalent, with a reason. "
        f"Every question detects {least} or more."
    )


def to_guesses(bank: Bank, course: Course) -> str:
    """Return the table of what guessing earns; it names no letters, since a student may read it."""
    letters = compute_key(bank, load_canonicals(course)).letters
    points = {analysis: Fraction(group.points) for analysis, group in course.assignment.questions.items()}
    total = sum((points[question.analysis] for question in bank.questions), Fraction(0))
    rows = (
        (guess.name.partition(" (")[0], f"{float(guess.score):.2f}", f"{float(guess.limit):.2f}")
        for guess in score_guesses(bank, letters, points)
    )
    several = f"{count_several(letters)} of the {len(letters)} questions have two or more right choices.\n"
    return to_table(("who guesses", f"points, of {float(total):g}", "limit"), rows) + "\n" + several


BLOCKS: Mapping[Path, Callable[[], dict[str, str]]] = {
    HANDBOOK: to_handbook_blocks,
    QUESTIONS_GUIDE: to_question_blocks,
}


def to_table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    r"""Return a table in Markdown.

    >>> print(to_table(("a", "b"), [("1", "x | y")]), end="")
    | a | b |
    |---|---|
    | 1 | x \| y |
    """
    lines = [" | ".join(cell.replace("|", r"\|") for cell in row) for row in (head, *rows)]
    first, *rest = (f"| {line} |\n" for line in lines)
    return "".join([first, "|" + "---|" * len(head) + "\n", *rest])


def write_blocks(path: Path, blocks: Mapping[str, str]) -> None:
    """Put the tables into a document, each between `<!-- name -->` and `<!-- /name -->`."""
    text = path.read_text(encoding="utf-8")
    for name, block in blocks.items():
        found = re.search(rf"(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)", text, re.DOTALL)
        if found is None:
            raise FixableError(f"{path}: no block {name!r}; expected <!-- {name} --> and <!-- /{name} -->, a line each")
        text = text[: found.start()] + block + text[found.end() :]
    path.write_text(text, encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Write everything that is generated, and print where; it takes no arguments but --help."""
    parser = argparse.ArgumentParser(
        prog="python -m grader.commands.document",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args(arguments)
    for path, find_blocks in BLOCKS.items():
        write_blocks(path, find_blocks())
        say(str(path))
    FIELDS_FILE.write_text(describe_results(), encoding="utf-8")
    say(str(FIELDS_FILE))
    return 0


if __name__ == "__main__":
    sys.exit(main())
