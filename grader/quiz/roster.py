"""The class: its hand-ins, joined with the responses to the quiz and a roster where these were given.

Ids are compared without regard to capitals and width where that is unambiguous. A row that is nobody's of the class is
scored under its own id and goes to a person, as does a student whom it looks like; each names the other.
"""

import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from assignment.assignment import Bilingual, Source
from assignment.fixable import Fault, FixableError, show_value
from grader.collect.rosters import TEST_STUDENTS, Enrolled, Enrolment
from grader.collect.say import list_some
from grader.handins.ids import find_near, find_spellings, fold_id
from grader.handins.submission import Submission
from grader.quiz.kept import Tables
from grader.quiz.respondents import join_rows, say_handins, say_roster
from questions.canvas.response import Response
from questions.canvas.responses import Responses
from questions.sheet import Sheet

MOST_TEXTS = 5  # that no choice has, told one by one


@dataclass(frozen=True)
class Quiz:
    """The answers to the quiz by student. `counts`: they earn the points, in place of the notebooks'.

    alone: no notebook was ever taken in. file, digest: the name of the report and the sha256 of its bytes.
    """

    sheets: Mapping[str, Sheet]
    counts: bool = True
    alone: bool = False
    file: str = ""
    digest: str = ""


@dataclass(frozen=True)
class Roster:
    """Who is scored; `quiz` None: no responses were ever given. absent: questions that the quiz that counts lacks."""

    submissions: tuple[Submission, ...]
    quiz: Quiz | None = None
    notes: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


LmsIds = Mapping[str, str]  # the course system's number of a hand-in's student, as its files were named


def make_roster(
    submissions: tuple[Submission, ...], tables: Tables | None, answers: Source, lms_ids: LmsIds | None = None
) -> Roster:
    """Return the class of the hand-ins that were taken in, of the quiz's rows and of the roster."""
    if tables is None:
        return Roster(submissions)
    responses, enrolment = tables.responses, tables.enrolment
    alone = not submissions
    counts = alone or answers == "quiz"
    rows, left_out = _leave_test_students(responses)
    joined = join_rows(rows, enrolment.people.values() if enrolment else ())
    known = (*submissions, *(_list_absent(submissions, enrolment, lms_ids or {}) if enrolment else ()))
    theirs = join_rows(joined.by_student.values(), _list_people(known, lms_ids or {})) if known else joined
    everyone = _add_rows(known, theirs.by_student, counts=counts)
    if not everyone:
        raise FixableError(Fault((responses.file,), "no row; expected at least one student's responses"))
    quiz = Quiz(
        sheets={student: one.sheet for student, one in theirs.by_student.items()},
        counts=counts,
        alone=alone,
        file=responses.file,
        digest=sha256(responses.data).hexdigest(),
    )
    notes = [
        *responses.notes,
        *left_out,
        *(enrolment.notes if enrolment else ()),
        *([say_roster(joined, responses.file, enrolment)] if enrolment else ()),
        *([say_handins(theirs, responses.file, [one.student for one in known])] if known and not enrolment else ()),
        *_list_notes(tables, quiz, answers),
    ]
    absent = responses.absent if counts else ()
    return Roster(_add_reasons(everyone, known, enrolment), quiz, tuple(notes), absent)


def check_absent(roster: Roster, settled: Collection[str], place: Path) -> None:
    """Raise a FixableError where the quiz that counts lacks a question that no decision settles.

    place: what to call the place of the decisions.
    """
    absent = [name for name in roster.absent if name not in settled]
    lacks = ", ".join(absent)
    if roster.quiz is None or not lacks:
        return
    says = "expected its text with the id in it (is the file whole?). If it was taken out of the quiz, say what becomes"
    one = absent[0] if len(absent) == 1 else "QUESTION"
    command = f"`hw9 decide {shlex.quote(str(place))} void {one} --reason WHY`"
    kinds = f"of it: {command} (it counts for nobody) or `all-right` (for everyone)"
    raise FixableError(Fault((roster.quiz.file, "row 1"), f"no column of {lacks}; {says} {kinds}"))


def list_unknown_texts(responses: Responses, place: Path) -> Iterator[str]:
    """Yield the texts of answers that no choice has, and which decision says what they are.

    place: what to call the place of the decisions.
    """
    for one in responses.unknown[:MOST_TEXTS]:
        text = shlex.quote(one.text)
        command = f"hw9 decide {shlex.quote(str(place))} text {one.question} {one.nearest} {text} --reason WHY"
        yield (
            f"{responses.file}: {one.question}: {one.answers} answers hold {text}, which no choice says; if a choice "
            f"was mended in the quiz, say which: {command}"
        )
    if len(responses.unknown) > MOST_TEXTS:
        yield f"{responses.file}: {len(responses.unknown) - MOST_TEXTS} more texts that no choice says"


def _leave_test_students(responses: Responses) -> tuple[tuple[Response, ...], tuple[str, ...]]:
    """Return the rows of people, and a note of each that is the course system's own; it has no login."""
    odd = [one for one in responses.by_student.values() if one.name.lower() in TEST_STUDENTS and not one.logins]
    notes = (f"{': '.join(one.place[:-1])}: {show_value(one.name)} is the course system's own; left out" for one in odd)
    return tuple(one for one in responses.by_student.values() if one not in odd), tuple(notes)


def _list_people(submissions: Iterable[Submission], lms_ids: LmsIds) -> Iterator[Enrolled]:
    """Yield the hand-ins as people whom rows may be joined to."""
    for one in submissions:
        number = lms_ids.get(one.student)
        yield Enrolled(one.student, one.name, (number,) if number else ())


def _add_rows(
    submissions: Iterable[Submission], found: Mapping[str, Response], *, counts: bool
) -> tuple[Submission, ...]:
    """Return the hand-ins with what their rows say, and the rows without one. Where the quiz counts, so does its time.

    A student without a hand-in is added, one without a row stays as it is.
    """
    known = {one.student: one for one in submissions}
    added = [Submission(student=name, problem="missing") for name in found if name not in known]
    everyone = [_take(one, found.get(one.student), counts) for one in (*known.values(), *added)]
    return tuple(sorted(everyone, key=lambda one: one.student))


def _take(submission: Submission, response: Response | None, counts: bool) -> Submission:
    if response is None:
        return submission
    its = {"submitted_at": response.submitted_at, "marked_late": False} if counts else {}
    told = {"name": submission.name or response.name, "reasons": (*submission.reasons, *response.reasons)}
    return submission.model_copy(update=told | its)


def _list_absent(submissions: tuple[Submission, ...], enrolment: Enrolment, lms_ids: LmsIds) -> Iterator[Submission]:
    """Yield those of a roster who handed no notebook in."""
    known = {one.student for one in submissions}
    numbers = {lms_ids[one.student] for one in submissions if one.student in lms_ids}
    spellings = find_spellings(known)
    for student, one in enrolment.people.items():
        there = student in known or fold_id(student) in spellings or numbers.intersection(one.lms_ids)
        if not there:
            yield Submission(student=student, name=one.name, problem="missing")


def _list_notes(tables: Tables, quiz: Quiz, answers: Source) -> Iterator[str]:
    if tables.kept:
        yield f"{quiz.file}: the quiz's report of an earlier scoring; --responses gives another"
    if quiz.alone and answers != "quiz":
        yield f"no notebook was taken in, so the quiz's answers count, although the assignment says answers: {answers}"


def _add_reasons(
    everyone: tuple[Submission, ...], known: Iterable[Submission], enrolment: Enrolment | None
) -> tuple[Submission, ...]:
    """Return the class with why a person must look at rows that are nobody's, and at students whom they look like."""
    ours = {one.student for one in known}
    alike = find_near((one.student for one in everyone if one.student not in ours), sorted(ours))
    told: dict[str, list[Bilingual]] = {}
    for row, students in alike.items():
        if enrolment is not None or students:
            told.setdefault(row, []).append(_say_stray(row, students, enrolment))
        for student in students:
            says = Bilingual(
                en=f"The quiz's row of {show_value(row)} is nobody's own and looks like this student's.",
                zh=f"測驗中 {show_value(row)} 的作答不屬於任何人，看起來像是這位學生的。",
            )
            told.setdefault(student, []).append(says)
    return tuple(
        one.model_copy(update={"reasons": (*one.reasons, *told[one.student])}) if one.student in told else one
        for one in everyone
    )


def _say_stray(row: str, students: list[str], enrolment: Enrolment | None) -> Bilingual:
    place_en, place_zh = (enrolment.file, enrolment.file) if enrolment else ("The class", "這個班級")
    like_en, like_zh = (f"; it looks like {list_some(students)}", f"；看起來像是 {list_some(students)}")
    return Bilingual(
        en=f"{place_en} has no {show_value(row)}, who answered the quiz{like_en if students else ''}.",
        zh=f"{place_zh} 沒有 {show_value(row)}，但測驗中有其作答{like_zh if students else ''}。",
    )
