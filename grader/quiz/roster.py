"""The class: its hand-ins, joined with the responses to the quiz and a roster where these were given.

Ids are compared without regard to capitals and width where that is unambiguous. A row that is nobody's of the class is
scored under its own id and goes to a person, as does a student whom it looks like; each names the other.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from assignment.assignment import Bilingual, Source
from assignment.fixable import Fault, FixableError, check_all, show_value
from grader.collect.rosters import Enrolment
from grader.collect.say import list_some
from grader.handins.ids import EXPECTED, find_near, find_spellings, fold_id, is_student
from grader.handins.submission import Submission
from grader.quiz.kept import Tables
from grader.quiz.respondents import Respondents, join_enrolment
from questions.canvas.responses import Response
from questions.sheet import Sheet


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
    """Who is scored; `quiz` None: no responses were ever given."""

    submissions: tuple[Submission, ...]
    quiz: Quiz | None = None
    notes: tuple[str, ...] = ()


def make_roster(submissions: tuple[Submission, ...], tables: Tables | None, answers: Source) -> Roster:
    """Return the class of the hand-ins that were taken in, of the quiz's rows and of the roster.

    FixableError with every row that cannot be a student's, or is a student's second one.
    """
    if tables is None:
        return Roster(submissions)
    responses, enrolment = tables.responses, tables.enrolment
    alone = not submissions
    counts = alone or answers == "quiz"
    joined = Respondents(responses.by_student) if enrolment is None else join_enrolment(responses, enrolment)
    known = (*submissions, *(_list_absent(submissions, enrolment) if enrolment else ()))
    everyone, found = join_responses(known, joined.by_student, counts=counts)
    if not everyone:
        raise FixableError(Fault((responses.file,), "no row; expected at least one student's responses"))
    quiz = Quiz(
        sheets={student: one.sheet for student, one in found.items()},
        counts=counts,
        alone=alone,
        file=responses.file,
        digest=sha256(responses.data).hexdigest(),
    )
    notes = [
        *responses.notes,
        *(enrolment.notes if enrolment else ()),
        *joined.notes,
        *_list_notes(tables, quiz, answers),
    ]
    return Roster(_add_reasons(everyone, known, enrolment), quiz, tuple(notes))


def join_responses(
    submissions: tuple[Submission, ...], by_student: Mapping[str, Response], *, counts: bool = True
) -> tuple[tuple[Submission, ...], Mapping[str, Response]]:
    """Return the class and the Response of each student who answered the quiz, by the id of the hand-in.

    A student without a hand-in is added, one without a row has no Response. Where the quiz counts, so does its time.
    FixableError with every id that cannot be a student's.
    """
    known = {one.student: one for one in submissions}
    spellings = find_spellings(known)
    found: dict[str, Response] = {}
    faults = []
    for student, response in by_student.items():
        name = student if student in known else spellings.get(fold_id(student), student)
        if not is_student(name):
            faults.append(Fault(response.place, f"{show_value(student)}; {EXPECTED}"))
        elif name in found:
            says = f"{show_value(student)} is {name} a second time; expected one student"
            faults.append(Fault(response.place, says))
        found[name] = response
    check_all(faults)
    added = [Submission(student=name, problem="missing") for name in found if name not in known]
    everyone = [_take(one, found.get(one.student), counts) for one in (*submissions, *added)]
    return tuple(sorted(everyone, key=lambda one: one.student)), found


def _take(submission: Submission, response: Response | None, counts: bool) -> Submission:
    if response is None:
        return submission
    its = {"submitted_at": response.submitted_at, "marked_late": False} if counts else {}
    return submission.model_copy(update={"name": submission.name or response.name, **its})


def _list_absent(submissions: tuple[Submission, ...], enrolment: Enrolment) -> Iterator[Submission]:
    """Yield those of a roster who handed no notebook in."""
    known = {one.student for one in submissions}
    spellings = find_spellings(known)
    for student, one in enrolment.people.items():
        if student not in known and fold_id(student) not in spellings:
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
