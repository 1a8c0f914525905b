"""What a person should know of a whole report, once: that a spreadsheet saved it again, and what could not be read.

A course system writes commas, UTF-8 and the quotes of the questions. Other separators, UTF-16, rounded numbers, turned
quotes and texts that end after 255 characters are a spreadsheet's. A text that no choice has, in a file that is whole
otherwise, is most likely that of a choice that was mended while the quiz ran: then a decision says so.
"""

import codecs
import difflib
import re
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assignment.fixable import show_value
from questions.canvas.cell import Forms, parse_answer, plain
from questions.canvas.heading import ASK_ANEW, Heading
from questions.sheet import Answer
from questions.table import Table

ANEW = "saved again by a spreadsheet: download it anew"
MOST_TEXT = 500  # characters of such a text
ASK_OTHER = "are they of a quiz that another release or course made? then score with that one (--course DIR)"
CUT = 255  # characters after which some spreadsheets end a text
QUOTES = str.maketrans({"\u201c": '"', "\u201d": '"', "\u2018": "'", "\u2019": "'"})
_ROUNDED = re.compile(r"\d(?:\.\d{1,15}[eE]\+?|[eE]\+)\d{1,2}")
_COMMA = re.compile(r"(?<!\\),")


@dataclass(frozen=True)
class UnknownText:
    """A text that no choice has, as it stands there; how many answers hold it, and the choice that is nearest."""

    question: str
    text: str
    answers: int
    nearest: str


@dataclass
class Doubts:
    """What was met while a report was read: how many answers there are, and the cells that could not be read."""

    answers: int = 0
    unread: list[tuple[str, str, Answer]] = field(default_factory=list)  # question, cell, what became of it
    rounded: str = ""  # the first id that a spreadsheet rounded

    def note_answer(self, question: str, cell: str, answer: Answer) -> None:
        """Take one filled cell in."""
        if answer.state != "blank":
            self.answers += 1
        if answer.state == "unreadable":
            self.unread.append((question, cell, answer))

    def note_id(self, cell: str) -> None:
        """Take the id of a row in."""
        if not self.rounded and _ROUNDED.fullmatch(cell):
            self.rounded = cell


def weigh_doubts(
    doubts: Doubts, table: Table, forms: Mapping[str, Forms]
) -> tuple[tuple[str, ...], tuple[UnknownText, ...]]:
    """Return what to say of a whole report; where that is nothing, texts that no choice has, the commonest first."""
    signs, many = list(_list_signs(doubts, table, forms)), len(doubts.unread) * 4 >= doubts.answers > 0
    told = f"{len(doubts.unread)} of {doubts.answers} answers cannot be read"
    if signs:
        return (f"{table.file}: {ANEW} ({'; '.join([*signs, *([told] if doubts.unread else [])])})",), ()
    if many:
        first = doubts.unread[0][2].reason
        asks = ASK_OTHER if len(doubts.unread) == doubts.answers else ASK_ANEW
        return (f"{table.file}: {told}; {asks} (the first: {first.en if first else ''})",), ()
    return (), _find_unknown_texts(doubts, forms)


def list_unused(
    table: Table, heading: Heading, forms: Mapping[str, Forms], texts: Mapping[str, Forms]
) -> Iterator[str]:
    """Yield the decisions (`texts`, which `forms` have too) by which no answer is read otherwise than without them."""
    for name, its in texts.items():
        columns, known = heading.questions.get(name, ()), forms[name]
        cells = {row.cells[at] for row in table.rows if row.fault is None for at in columns}
        for letter, text in ((letter, text) for letter, some in its.items() for text in some):
            form = plain(text)
            without = {**known, letter: tuple(one for one in known[letter] if one != form)}
            holding = (cell for cell in cells if form in plain(cell))
            if all(parse_answer(cell, known, "") == parse_answer(cell, without, "") for cell in holding):
                says = f"by the decision that choice {letter} is {shlex.quote(text)} too no answer is read"
                yield f"{table.file}: {name}: {says}; expected a text as it stands in the report"


def _list_signs(doubts: Doubts, table: Table, forms: Mapping[str, Forms]) -> Iterator[str]:
    """Yield what only a spreadsheet does to such a file."""
    yield from (note.removeprefix(f"{table.file}: ") for note in table.notes)
    if table.data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield "it is in UTF-16"
    if doubts.rounded:
        yield f"the id {show_value(doubts.rounded)} is rounded"
    turned = {
        name
        for name, cell, _ in doubts.unread
        if (straight := cell.translate(QUOTES)) != cell and parse_answer(straight, forms[name], "").state == "read"
    }
    if len(turned) > 1:
        yield f"straight quotes became others in {len(turned)} questions"
    if sum(len(cell) == CUT for _, cell, _ in doubts.unread) > 1:
        yield f"texts end after {CUT} characters"


def _find_unknown_texts(doubts: Doubts, forms: Mapping[str, Forms]) -> tuple[UnknownText, ...]:
    found = Counter[tuple[str, str]]()
    for name, cell, _ in doubts.unread:
        text = find_unknown_text(cell, forms[name])
        found.update([(name, text)] if text else [])
    every = found.most_common()
    return tuple(UnknownText(name, text, count, _find_nearest(text, forms[name])) for (name, text), count in every)


def find_unknown_text(cell: str, forms: Forms) -> str:
    r"""Return the one text of a cell that no choice has, as it stands there; "" where it is not clear which it is.

    >>> find_unknown_text("Blue,Red\\, greenish", {"a": ("Red,green",), "b": ("Blue",)})
    'Red, greenish'
    """
    known = {form for its in forms.values() for form in its}
    pieces = [piece for piece in _COMMA.split(cell) if plain(piece) not in known]
    if len(pieces) != 1 or len(pieces[0]) > MOST_TEXT:
        return ""
    read = parse_answer(cell, {**forms, "": (plain(pieces[0]),)}, "").state == "read"
    return " ".join(pieces[0].replace("\\,", ",").split()) if read else ""


def _find_nearest(text: str, forms: Forms) -> str:
    """Return the letter of the choice whose text is nearest."""
    wanted = plain(text)

    def measure(letter: str) -> float:
        return max(difflib.SequenceMatcher(None, wanted, form).ratio() for form in forms[letter])

    return max(forms, key=measure)


def say_wrong_times(wrong: Sequence[tuple[tuple[str, ...], str]]) -> tuple[tuple[str, ...], str]:
    """Return one place and sentence for all rows whose time cannot be read."""
    (place, cell), more = wrong[0], f" (and in {len(wrong) - 1} more rows)" if len(wrong) > 1 else ""
    expected = "expected a time with its zone, as 2027-05-28 12:00:00 UTC"
    return place, f"{show_value(cell)}{more}; {expected} ({ASK_ANEW})"
