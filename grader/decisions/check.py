"""Entries become Decisions where nothing is wrong with them: strictly, each fault with its place, all at once.

A decision that names nobody, no question or no such letters, or that another one contradicts, would be lost silently.
"""

import difflib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from assignment.fixable import Fault, FixableError, show_value, suggest
from assignment.sheet.letters import find_letters
from grader.decisions.decision import BLANK, FIELDS, KINDS, Decision, Kind
from grader.decisions.entries import Entry
from grader.handins.ids import EXPECTED, find_spellings, fold_id, is_student
from questions.bank import Bank
from questions.canvas.cell import list_forms, plain
from questions.moment import require_moment
from questions.table import MOST_FAULTS

LONGEST = {"reason": 1000, "by": 200, "text": 2000}
MOST_NEAR = 3  # ids that are named in place of an unknown one
LONGEST_EXTENSION = timedelta(days=366)
MISSING = {"moment": "a moment", "reading": f"letters, or {BLANK}", "letters": "letters", "letter": "a letter"}
RIVALS = {"void": ("all_right", "accept"), "all_right": ("void",), "accept": ("void",)}


@dataclass(frozen=True)
class Known:
    """What decisions may name. `students` None: nobody knows the class yet, and any id will do."""

    bank: Bank
    deadline: datetime
    students: frozenset[str] | None = None


def check_entries(entries: Iterable[Entry], known: Known) -> tuple[tuple[Decision, ...], list[Fault]]:
    """Return the decisions, with the students' ids as the class has them, and all faults in the order of the file."""
    decisions: list[Decision] = []
    faults: list[Fault] = []
    taken: dict[tuple[str, ...], tuple[str, ...]] = {}
    spellings = find_spellings(known.students or ())
    for entry in entries:
        texts = {name: _fold(name, text) for name, text in entry.texts.items()}
        found = _find_faults(texts, known) if texts or not entry.faults else ()  # of what cannot be read, no more
        its = [*entry.faults, *(fault.within(*entry.place) for fault in found)]
        if not its and texts.get("student") and known.students is not None:
            student = texts["student"]
            texts["student"] = student if student in known.students else spellings.get(fold_id(student), student)
            if texts["student"] not in known.students:
                few = len(faults) < MOST_FAULTS  # names that are near are looked for as long as they are shown
                says = _say_unknown(student, known.students if few else frozenset())
                its.append(Fault((*entry.place, "student"), says))
        if not its:
            one = Decision.model_validate(texts)
            its += _find_rivals(one, entry.place, taken)
            decisions.append(one)
        faults += its
    return tuple(decisions), faults


def _fold(name: str, text: str) -> str:
    """Return a field's text as it is compared: a student's id as Unicode composes it."""
    return unicodedata.normalize("NFC", text) if name == "student" else text


def _find_faults(texts: dict[str, str], known: Known) -> Iterator[Fault]:
    """Yield what is wrong with the fields of one entry, and put letters in order."""
    name = texts.get("decision", "")
    if name not in KINDS:
        yield Fault(("decision",), f"{show_value(name)}; expected {suggest(name, KINDS)}")
        return
    yield from _find_text_faults(texts)
    kind = KINDS[name]
    if kind.student and not is_student(texts.get("student", "")):
        yield Fault(("student",), f"{show_value(texts.get('student', ''))}; {EXPECTED}")
    wants = (kind.student, kind.question, bool(kind.value), kind.value == "letter")
    for field, wanted in zip(("student", "question", "value", "text"), wants, strict=True):
        if texts.get(field) and not wanted:
            yield Fault((field,), f"{show_value(texts[field])}; expected nothing, as `{name}` has none")
    question = texts.get("question", "")
    if kind.question and question not in known.bank.ids:
        yield Fault(("question",), f"{show_value(question)}; expected {suggest(question, known.bank.ids)}")
    elif kind.value and "value" not in texts:
        yield Fault(("value",), f"missing; expected {MISSING[kind.value]}")
    elif kind.value:
        try:
            texts["value"] = _read_value(texts["value"], kind, question, known)
        except FixableError as error:
            yield from error.within("value").faults
        if kind.value == "letter":
            yield from _find_choice_text_faults(texts, question, known)


def _find_choice_text_faults(texts: Mapping[str, str], question: str, known: Known) -> Iterator[Fault]:
    """Yield what is wrong with the text of a mended choice: it is missing, or another choice's."""
    text = plain(texts.get("text", ""))
    if not text:
        yield Fault(("text",), "missing; expected the text that the quiz's report has")
    forms = list_forms(known.bank[question])
    others = [letter for letter, its in forms.items() if text and text in its]
    if others:
        says = f"{show_value(texts['text'])} is what choice {others[0]} says; expected a text that no choice has"
        yield Fault(("text",), says)


def _find_text_faults(texts: Mapping[str, str]) -> Iterator[Fault]:
    if not texts.get("reason"):
        yield Fault(("reason",), "missing; expected why, in a sentence that the student may read")
    if not _is_day(texts.get("date", "")):
        said = show_value(texts["date"]) if texts.get("date") else "missing"
        yield Fault(("date",), f"{said}; expected when it was decided, as 2027-06-01 or 2027-06-01T09:30:00+08:00")
    for name in FIELDS:
        text = texts.get(name, "")
        if len(text) > LONGEST.get(name, 200):
            yield Fault((name,), f"{len(text)} characters; expected at most {LONGEST.get(name, 200)}")
        if any(unicodedata.category(one) in ("Cc", "Cs") and one != "\n" for one in text):
            yield Fault((name,), f"{show_value(text)} has control characters; expected text")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        try:
            require_moment(text)
        except FixableError:
            return False
    return True


def _read_value(text: str, kind: Kind, question: str, known: Known) -> str:
    """Return the value in the one way that it is kept; FixableError without a place."""
    if kind.value == "moment":
        moment = require_moment(text)
        if not timedelta() < moment - known.deadline <= LONGEST_EXTENSION:
            said = f"expected a moment after the deadline {known.deadline.isoformat()}, by a year at the most"
            raise FixableError(f"{show_value(text)}; {said}")
        return moment.astimezone(known.deadline.tzinfo).isoformat()
    if kind.value == "reading" and text.lower() in ("", BLANK):
        return BLANK
    choices = "".join(known.bank[question].choices)
    letters = find_letters(text, choices)
    if letters and kind.value == "letter" and len(letters) > 1:
        raise FixableError(f"{show_value(text)}; expected one letter of {choices}")
    if not letters:
        blank = f", or {BLANK}" if kind.value == "reading" else ""
        raise FixableError(f"{show_value(text)}; expected letters of {choices}{blank}")
    return "".join(sorted(letters))


def _say_unknown(student: str, students: frozenset[str]) -> str:
    """Say that a student is unknown, and the nearest ids, the nearest first."""
    near = difflib.get_close_matches(student, students, n=max(1, len(students)))
    ranked = sorted(near, key=lambda one: (-difflib.SequenceMatcher(None, one, student).ratio(), one))
    named = f", such as {', '.join(ranked[:MOST_NEAR])}" if near else ""
    return f"{show_value(student)} is not of the class; expected the id of one of its students{named}"


def _find_rivals(
    one: Decision, place: tuple[str, ...], taken: dict[tuple[str, ...], tuple[str, ...]]
) -> Iterator[Fault]:
    """Yield a fault where an earlier decision says the same or the contrary; note this one."""
    also = {"seen": (one.date,), "accept": (one.value,), "text": (plain(one.text),)}.get(one.decision, ())
    about = one.student or one.question
    own = (one.decision, one.student, one.question, *also)
    if own in taken:
        yield Fault(place, f"a second `{one.decision}` of {about}, after {taken[own][-1]}; expected one")
    for rival in RIVALS.get(one.decision, ()):
        contrary = next((where for key, where in taken.items() if key[:3] == (rival, "", one.question)), None)
        if contrary is not None:
            yield Fault(place, f"`{one.decision}` and `{rival}` ({contrary[-1]}) of {about}; expected one of them")
    taken.setdefault(own, place)
