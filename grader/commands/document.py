"""The generated parts of the documents: tables of `grader/README.md`, and `results.md` of the report.

The verbs come from the parser, the statuses from `grader/scoring/words.py`, the fields from where they are defined.

python -m grader.commands.document      writes them; tests compare them (`make format` calls it)
"""

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from assignment.fixable import FixableError
from grader.commands.main import PURPOSES, find_verbs, make_parser, to_usage
from grader.report.fields import FIELDS_FILE, describe_results
from grader.scoring.words import AGREEMENT_WORDS, EVIDENCE_WORDS, HANDIN_WORDS, RUN_WORDS, VERDICT_WORDS, WordEntry

HANDBOOK = Path(__file__).parents[1] / "README.md"
SHELVES: dict[str, Mapping[str, WordEntry]] = {
    "the hand-in": HANDIN_WORDS,
    "the run": RUN_WORDS,
    "the evidence": EVIDENCE_WORDS,
    "one saved array": AGREEMENT_WORDS,
    "one question": VERDICT_WORDS,
}


def to_blocks() -> dict[str, str]:
    """Return the tables by the names of their blocks."""
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


if __name__ == "__main__":
    write_blocks(HANDBOOK, to_blocks())
    FIELDS_FILE.write_text(describe_results(), encoding="utf-8")
    print(f"{HANDBOOK}\n{FIELDS_FILE}")
    sys.exit(0)
