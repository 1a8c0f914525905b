"""`hw9 decide`: keep what the staff decided of a student or a question, show it, or take it back. Scores nothing."""

import argparse
import shlex
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from assignment.assignment import Source
from assignment.course import Course
from assignment.fixable import FixableError, check_all
from grader.collect.record import load_lms_ids
from grader.commands.terminal.options import Verbs, add_verb
from grader.commands.terminal.screen import say
from grader.decisions.check import Known, check_entries
from grader.decisions.decision import KINDS, Decision
from grader.decisions.edit import add_entry, hold_folder, remove_entry
from grader.decisions.entries import Entry, load_bytes, parse_entries
from grader.decisions.file import choose_file, find_folder, load_decisions, parse_decisions
from grader.files.whole import write_whole
from grader.handins.listing import list_handins
from grader.handins.people import load_people
from grader.quiz.kept import load_tables
from grader.quiz.roster import make_roster
from grader.runs.folder import find_handins, load_submissions
from questions.bank import Bank, load_bank

FIELDS = {
    "extension": ("student", "value"),
    "excused": ("student",),
    "reading": ("student", "question", "value"),
    "seen": ("student",),
    "void": ("question",),
    "all_right": ("question",),
    "accept": ("question", "value"),
    "text": ("question", "value", "text"),
}
SHOWN = {"student": "STUDENT", "question": "QUESTION", "text": "TEXT"}
VALUES = {"moment": "MOMENT", "reading": "LETTERS", "letters": "LETTERS", "letter": "LETTER", "": ""}
ABOUT = """Keep what the staff decided, in a file beside HANDINS and named after it: handins.decisions.yaml, or the .csv
that is there. A class without HANDINS has it beside RUNS. Every scoring applies it; students read the reason. A person
can write the file too: comments stay where they are.

  {kinds}
  list                               what was decided, numbered (also when nothing more is given)
  remove N                           take the N-th back

LETTERS are such as ac; `blank` for an answer that is none. TEXT is as `hw9 score` shows it, where it finds a text in
the quiz's report that no choice has. A question that was taken out of the quiz is `void` or `all-right`.
MOMENT has a time zone: 2027-06-01T23:59:59+08:00.
"""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "decide",
        _start,
        says="keep a decision on a student or a question, list them, or take one back",
        about=ABOUT.format(kinds="\n  ".join(_describe_kinds())),
        examples=(
            'hw9 decide handins/ extension b09901001 2027-06-01T23:59:59+08:00 --reason "ill, with a note"',
            'hw9 decide handins/ reading b09901001 lime-1 ac --reason "wrote 1 and 3"',
            'hw9 decide handins/ void lime-2 --reason "two choices said the same" --by "Ada"',
            'hw9 decide runs/ text lime-2 b "The text that the report has." --reason "a typo was mended"',
            "hw9 decide handins/ remove 2",
        ),
    )
    add = parser.add_argument
    add("place", type=Path, metavar="PLACE", help="HANDINS, RUNS, or the file of decisions (.yaml or .csv)")
    add("what", nargs="?", default="list", metavar="WHAT", help="what was decided (default: list)")
    add("words", nargs="*", metavar="WORD", help="of whom or what, as above")
    add("--reason", metavar="TEXT", help="why, in a sentence that students may read; needed for a decision")
    add("--by", default="", metavar="NAME", help="who decided it")
    add("--date", metavar="DATE", help="when it was decided (default: today; for `seen` with the time)")
    parser.set_defaults(wrong=parser.error)


def _describe_kinds() -> list[str]:
    return [f"{_to_usage(name):<34} {KINDS[name].does}" for name in FIELDS]


def _to_usage(name: str) -> str:
    shown = (SHOWN.get(field) or VALUES[KINDS[name].value] for field in FIELDS[name])
    return " ".join([name.replace("_", "-"), *shown])


def _start(options: argparse.Namespace) -> int:
    what, words, wrong = options.what.replace("-", "_"), options.words, options.wrong
    if what == "list" and not words:
        return list_decisions(options.place, options.course)
    if what == "remove" and len(words) == 1 and words[0].isdecimal():
        return remove(options.place, options.course, int(words[0]))
    if what not in FIELDS:
        wrong(f"{what} {' '.join(words)}: expected {', '.join(map(_to_usage, FIELDS))}, list, remove N")
    if len(words) != len(FIELDS[what]):
        wrong(f"{len(words)} words after {options.what}; expected {_to_usage(what)}")
    if not options.reason:
        wrong("--reason is missing; expected why, in a sentence that students may read")
    today = datetime.now().astimezone().isoformat(timespec="seconds") if what == "seen" else date.today().isoformat()
    told = {"decision": what, "reason": options.reason, "date": options.date or today, "by": options.by}
    return decide(options.place, options.course, told | dict(zip(FIELDS[what], words, strict=True)))


def decide(place: Path, course: Course, texts: dict[str, str]) -> int:
    """Check a decision, beside those that there are, and write it behind them."""
    file, bank = find_decisions(place), load_bank(course)
    known = Known(bank, course.assignment.deadline)
    students = frozenset(list_students(find_folder(place), bank, course.assignment.answers))
    told = Entry((), {name: text.strip() for name, text in texts.items()})
    alone, faults = check_entries([told], replace(known, students=students or None))
    check_all(faults)
    one = replace(told, texts=told.texts | {"student": alone[0].student})  # as the class spells it

    def add(data: bytes) -> tuple[bytes, Decision]:
        before = parse_entries(data, file).each if data else ()
        if before:
            parse_decisions(data, file, bank, known.deadline)
        every, faults = check_entries([*before, one], known)
        check_all(faults)
        return add_entry(data, file, every[-1]), every[-1]

    say(f"{file}: {_show(_change(file, add))}")
    say(_say_next(place))
    return 0


def remove(place: Path, course: Course, number: int) -> int:
    """Take the decision of a number back; what was scored with it stays in RUNS until it is scored again."""
    file, bank, deadline = find_decisions(place), load_bank(course), course.assignment.deadline

    def take(data: bytes) -> tuple[bytes, Decision]:
        new = remove_entry(data, file, number)
        return new, parse_decisions(data, file, bank, deadline).every[number - 1]

    say(f"{file}: taken back: {_show(_change(file, take))}")
    say(_say_next(place))
    return 0


def list_decisions(place: Path, course: Course) -> int:
    """Say what was decided, numbered."""
    file = find_decisions(place)
    there = file == place or file.exists()  # a folder may have none yet, a file that was named is there
    found = load_decisions(file if there else None, load_bank(course), course.assignment.deadline)
    for note in found.notes:
        say(note)
    for number, one in enumerate(found.every, 1):
        say(f"{number}. {_show(one)}")
    say(f"{file}: {len(found.every)} decisions")
    return 0


def _change(file: Path, change: Callable[[bytes], tuple[bytes, Decision]]) -> Decision:
    """Replace the file by what `change` makes of its bytes, whole, while nobody else does; return the decision."""
    with hold_folder(file):
        new, one = change(load_bytes(file) if file.exists() else b"")
        try:
            write_whole(file.resolve(), new)
        except OSError as error:
            raise FixableError(f"{file}: {error.strerror}; expected a place that can be written") from None
    return one


def _say_next(place: Path) -> str:
    """Return which command applies what was decided, with the RUNS of the place where it is one."""
    return f"score again to apply it: hw9 score {shlex.quote(str(place)) if (place / 'runs.json').exists() else 'RUNS'}"


def _show(one: Decision) -> str:
    what = " ".join(
        text for text in (one.decision.replace("_", "-"), one.student, one.question, one.value, one.text) if text
    )
    told = f"{what}: {one.reason} ({', '.join(text for text in (one.date, one.by) if text)})"
    return " ".join(told.split())  # one line each


def find_decisions(place: Path) -> Path:
    """Return the file of decisions of a place; that of RUNS lies beside the HANDINS that it was taken from."""
    return choose_file(place, find_handins(place) if (place / "runs.json").exists() else None)


def list_students(folder: Path | None, bank: Bank, answers: Source) -> list[str]:
    """Return whom HANDINS and its RUNS know, or RUNS and its HANDINS, with the quiz; nobody where there is none."""
    if folder is None or not folder.is_dir():
        return []
    if (folder / "runs.json").exists():
        handins, each = find_handins(folder), [folder]
    else:
        beside = (file.parent for file in folder.resolve().parent.glob("*/runs.json"))
        handins, each = folder, [runs for runs in beside if _is_taken_from(runs, folder)]
    lms_ids = load_lms_ids(handins)
    kept = ((load_submissions(runs), load_tables(runs, bank, None, None)) for runs in each)
    rosters = (make_roster(submissions, tables, answers, lms_ids) for submissions, tables in kept)
    found = [one.student for roster in rosters for one in roster.submissions]
    if handins is not None and handins.is_dir():
        people = load_people(handins)
        found += [*people.rows, *list_handins(handins, people).entries]
    return list(dict.fromkeys(found))


def _is_taken_from(runs: Path, handins: Path) -> bool:
    """Tell whether the class of a RUNS folder was taken from HANDINS; no folder of another version was."""
    try:
        return find_handins(runs) == handins.resolve()
    except FixableError:
        return False
