"""Saved arrays beside the canonical ones, group by group: agreement in the grader's limits, and likely mistakes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assignment.agreement.agree import (
    COMPARED_GROUPS,
    Agreement,
    AgreementWord,
    GroupArrays,
    compare_group,
    find_worst_word,
    group_path,
    take_group,
)
from assignment.course import Course
from assignment.fixable import load_file
from assignment.selfcheck.known import Known
from assignment.selfcheck.mistakes import Mistake, find_mistakes

WORDS = {"agrees": "一致", "differs": "不同", "missing": "沒有存檔", "unreadable": "無法讀取"}
ITEMS = {  # of an Agreement, what names its worst item
    "picture": ("picture", "圖"),
    "layer": ("layer", "層"),
    "filter": ("filter", "濾波器"),
    "text": ("sentence", "句子"),
    "reader": ("model", "模型"),
    "passage": ("passage", "短文"),
    "shared_word": ("word", "詞"),
}


@dataclass(frozen=True)
class GroupCheck:
    """What is to say of one group: its word, its figures, and the mistakes that it looks like."""

    group: str
    word: AgreementWord
    agreements: tuple[Agreement, ...]
    mistakes: tuple[Mistake, ...] = ()

    @property
    def worst(self) -> Agreement:
        """The figure that is farthest beyond its limit."""
        return max((one for one in self.agreements if one.word == self.word), key=_measure_excess)


def check_outputs(work: Path, known: Known, course: Course) -> tuple[GroupCheck, ...]:
    """Compare what a notebook saved below its working folder; raises nothing on what is there."""
    return tuple(_check_group(work, group, known, course) for group in COMPARED_GROUPS)


def _check_group(work: Path, group: str, known: Known, course: Course) -> GroupCheck:
    settings = course.assignment
    reading = _read(work, group, known, most=settings.limits.group_bytes)
    agreements = compare_group(group, reading, known.official, settings.wider_agreement.get(group))
    mistakes = find_mistakes(group, reading, agreements, known.official, known.mistakes)
    return GroupCheck(group, find_worst_word(agreements) or "agrees", agreements, mistakes)


def _read(work: Path, group: str, known: Known, *, most: int) -> GroupArrays:
    path = work / group_path(group)
    if not path.exists():
        return GroupArrays({}, "missing")

    return take_group(lambda: _load(path, most), group, known.official, most=most)


def _load(path: Path, most: int) -> bytes:
    """Return the bytes of a file, at most as many as the grader reads; a pipe would never end."""
    place = f"outputs/{path.name}"
    return load_file(path, most, "a file that numpy wrote", place=place)


def describe_checks(checks: Sequence[GroupCheck]) -> Iterator[str]:
    """Yield a line for each group, in both languages, and below it what helps to mend what does not agree."""
    width = max(len(one.group) for one in checks)
    for one in checks:
        yield f"{one.group:<{width}}  {one.word} {WORDS[one.word]}"
        if one.word != "agrees":
            yield from (f"{' ' * width}  {line}" for line in _describe(one))


def _describe(check: GroupCheck) -> Iterator[str]:
    worst = check.worst
    if worst.detail is not None:
        yield worst.detail
    elif worst.word == "differs":
        figure = "none 無" if worst.figure is None else f"{worst.figure:.3g}"
        bound = ("at most", "最多") if worst.at_most else ("at least", "至少")
        items = [(en, zh, getattr(worst, name)) for name, (en, zh) in ITEMS.items() if getattr(worst, name) is not None]
        where, where_zh = (" ".join(f"{item[column]} {item[2]}" for item in items) for column in (0, 1))
        yield f"{worst.measure}: {figure}, expected {bound[0]} {worst.limit:g}{f' ({where})' if items else ''}"
        yield f"{worst.measure_zh}：{figure}，應{bound[1]}為 {worst.limit:g}{f'（{where_zh}）' if items else ''}"
        yield from _describe_mistakes(check.mistakes)


def _describe_mistakes(mistakes: Iterable[Mistake]) -> Iterator[str]:
    told = tuple(mistakes)
    if told:
        yield f"It looks {', or '.join(one.says.en for one in told)}."
        yield f"看起來{'，或'.join(one.says.zh for one in told)}。"


def _measure_excess(one: Agreement) -> float:
    """Return how far a figure is from what equal arrays give, in units of its limit; infinite where there is none."""
    if one.figure is None:
        return float("inf")
    far, room = (one.figure, one.limit) if one.at_most else (1 - one.figure, 1 - one.limit)
    return far / room if room > 0 else float("inf")
