"""The generated tables of `grader/README.md`: the verbs from the parser, the statuses from `words.py`.

python -m grader.commands.document      writes them; a test compares the two
"""

import argparse
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import grader
from assignment.fixable import FixableError
from grader.commands.main import make_parser
from grader.scoring.words import AGREEMENT_WORDS, EVIDENCE_WORDS, HANDIN_WORDS, RUN_WORDS, VERDICT_WORDS, Word

HANDBOOK = Path(grader.__file__).with_name("README.md")
SHELVES: dict[str, Mapping[str, Word]] = {
    "the hand-in": HANDIN_WORDS,
    "the run": RUN_WORDS,
    "the evidence": EVIDENCE_WORDS,
    "one saved array": AGREEMENT_WORDS,
    "one question": VERDICT_WORDS,
}


def to_blocks() -> dict[str, str]:
    """Return the tables by the names of their blocks."""
    verbs = ((f"`{usage}`", says) for usage, says in find_verbs(make_parser()))
    words = (
        (about, f"`{name}`", word.label.en, word.says.en)
        for about, shelf in SHELVES.items()
        for name, word in shelf.items()
    )
    return {
        "verbs": to_table(("verb", "does"), verbs),
        "words": to_table(("about", "status", "on the page", "means"), words),
    }


def find_verbs(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    """Yield each verb of a parser, as it is typed, with its help; those of a verb that has verbs of its own instead.

    >>> parser = argparse.ArgumentParser(prog="hw9")
    >>> verbs = parser.add_subparsers()
    >>> _ = verbs.add_parser("run", help="run a class").add_argument("handins", metavar="HANDINS")
    >>> list(find_verbs(parser))
    [('hw9 run HANDINS', 'run a class')]
    """
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for shown in action._choices_actions:
                verb = action.choices[shown.dest]
                within = list(find_verbs(verb))
                yield from within or [(to_usage(verb), (shown.help or "") % {"prog": verb.prog})]


def to_usage(verb: argparse.ArgumentParser) -> str:
    """Return how a verb is typed, without its options."""
    places = [action for action in verb._actions if not action.option_strings]
    named = [str(action.metavar or action.dest.upper()) for action in places]
    forms = {"?": "[{}]", "+": "{}..."}
    shown = [forms.get(str(action.nargs), "{}").format(name) for name, action in zip(named, places, strict=True)]
    return " ".join([verb.prog, *shown])


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
    sys.exit(0)
