"""The Bank: the questions of all YAML files of a folder, one file per analysis, in the order of the slides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import yaml

from assignment.assignment import Assignment
from assignment.course import Course
from assignment.fixable import MOST_YAML, Fault, FixableError, check_all, load_file, load_yaml, show_value, suggest
from questions.axes import Axes, list_axes
from questions.claim import find_misplaced
from questions.question import Question, parse_question

Written = tuple[tuple[str, ...], Question]  # where a question was written, and what it says


@dataclass(frozen=True)
class Bank:
    """Questions by number, and where each was written: its file, its id (for messages)."""

    questions: tuple[Question, ...]
    places: Mapping[str, tuple[str, ...]]

    def __getitem__(self, question_id: str) -> Question:
        return next(question for question in self.questions if question.id == question_id)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids in the order of the slides."""
        return tuple(question.id for question in self.questions)


def load_bank(course: Course) -> Bank:
    """Return the bank of a course; FixableError with every fault of all its files at once."""
    bank, faults = read_bank(course)
    check_all(faults)
    return bank


def read_bank(course: Course) -> tuple[Bank, list[Fault]]:
    """Return the questions of a course that can be read, the first of each id, and every fault of all its files.

    A question that names what the course has not, such as an experiment or a picture, cannot be read.
    """
    paths, axes = sorted(course.bank.glob("*.yaml")), list_axes(course)
    if not paths:
        says = "no *.yaml file; expected a folder with a file for each analysis"
        return Bank((), {}), [Fault((str(course.bank),), says)]
    counts = {analysis: group.count for analysis, group in course.assignment.questions.items()}
    files = [_read_file(path, counts, axes) for path in paths]
    found = [one for written, _ in files for one in written]
    faults = [fault for _, its in files for fault in its] + list(_find_repeats(found))
    first = {question.id: (place, question) for place, question in reversed(found)}
    ordered = sorted(first.values(), key=lambda item: item[1].number)
    return Bank(tuple(question for _, question in ordered), {question.id: place for place, question in ordered}), faults


def list_worth(bank: Bank, assignment: Assignment) -> dict[str, Decimal]:
    """Return what each question of the bank is worth, in its order."""
    return {question.id: assignment.questions[question.analysis].points for question in bank.questions}


def to_number(question_id: str, counts: Mapping[str, int]) -> int | None:
    """Return the number that the slides give a question, None where there is none.

    >>> [to_number(name, {"lime": 4, "saliency": 5}) for name in ("lime-4", "saliency-1", "saliency-6")]
    [4, 5, None]
    """
    analysis, _, index = question_id.rpartition("-")
    if analysis not in counts or not index.isdecimal() or not 1 <= int(index) <= counts[analysis]:
        return None
    before = list(counts)[: list(counts).index(analysis)]
    return sum(counts[name] for name in before) + int(index)


def _read_file(path: Path, counts: Mapping[str, int], axes: Axes) -> tuple[list[Written], list[Fault]]:
    """Return the questions of one file that can be read, and every fault of the file."""
    place = f"{path.parent.name}/{path.name}"
    try:
        items = _load_items(path, place)
    except FixableError as error:
        return [], list(error.faults)
    found: list[Written] = []
    faults: list[Fault] = []
    for index, item in enumerate(items):
        where = (place, _name_question(item, index))
        try:
            question = parse_question(item, *where)
            check_all(_find_misplaced(question, axes, where))
        except FixableError as error:
            faults += error.faults
            continue
        faults += (Fault(where, says) for says in _find_identity_faults(question, path.stem, counts))
        found.append((where, question))
    faults += (Fault((place,), says) for says in _find_count_faults(path.stem, len(items), counts))
    return found, faults


def _find_misplaced(question: Question, axes: Axes, where: tuple[str, ...]) -> Iterable[Fault]:
    """Yield what a question's claims name and the course has not."""
    claims = {f"choice {letter}": choice.claim for letter, choice in question.choices.items()}
    claims |= {f"given {index}": one.claim for index, one in enumerate(question.given)}
    for part, claim in claims.items():
        yield from (Fault((*where, part, "claim", claim.measure), says) for says in find_misplaced(claim, axes))


def _load_items(path: Path, place: str) -> list[object]:
    data = load_yaml(path, place=place)
    text = load_file(path, MOST_YAML, "a bank's file", place=place).decode()
    check_all(_find_doubled_keys(yaml.compose(text), place))
    if not isinstance(data, list) or not data:
        raise FixableError(Fault((place,), f"{show_value(data)}; expected a list of questions"))
    return data


def _name_question(item: object, index: int) -> str:
    name = item.get("id") if isinstance(item, dict) else None
    return name if isinstance(name, str) else f"question {index}"


def _find_doubled_keys(node: yaml.Node | None, place: str) -> Iterable[Fault]:
    """YAML lets the last of two equal keys win in silence; here it is a fault."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                line = f"line {key.start_mark.line + 1}"
                yield Fault((place, line), f"{name!r} is there twice; expected it once")
            seen.add(name)
            yield from _find_doubled_keys(value, place)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _find_doubled_keys(value, place)


def _find_identity_faults(question: Question, stem: str, counts: Mapping[str, int]) -> Iterable[str]:
    number = to_number(question.id, counts)
    if number is None:
        known = [f"{name}-{index}" for name, count in counts.items() for index in range(1, count + 1)]
        yield f"unknown id {question.id!r}; expected {suggest(question.id, known)}"
    elif question.number != number:
        yield f"number {question.number}; expected {number}, which the slides give {question.id}"
    if number is not None and question.analysis != stem:
        yield f"a question about {question.analysis}; expected it in {question.analysis}.yaml"
    if not 4 <= len(question.choices) <= 5 or "".join(question.choices) != "abcde"[: len(question.choices)]:
        yield f"choices {', '.join(question.choices) or 'none'}; expected a, b, c, d or a, b, c, d, e"


def _find_count_faults(stem: str, found: int, counts: Mapping[str, int]) -> Iterable[str]:
    if stem not in counts:
        yield f"unknown analysis {stem!r}; expected {suggest(stem, counts)}"
    elif found != counts[stem]:
        yield f"{found} questions; expected {counts[stem]}, as the settings say"


def _find_repeats(found: Iterable[Written]) -> Iterable[Fault]:
    seen: set[str] = set()
    for where, question in found:
        if question.id in seen:
            yield Fault(where, f"id {question.id!r} is there twice; expected each id once")
        seen.add(question.id)
