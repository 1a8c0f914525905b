"""What a person must do, on one screen."""

from collections.abc import Callable, Sequence
from pathlib import Path

from assignment.assignment import Bilingual
from grader.commands.terminal.needed import MOST_LINES, WIDTH, list_needed
from grader.scoring.handin_record import HandinRecord

PAGE = Path("runs/report.html")


def needs(make: Callable[..., HandinRecord], student: str, *whys: str) -> HandinRecord:
    why = tuple(Bilingual(en=one, zh="無") for one in whys)
    return make(student, {}).model_copy(update={"why": why, "needs_person": bool(why)})


def list_counts(lines: Sequence[str]) -> list[int]:
    return [int(line[:3]) for line in lines if line[:3].strip()]


def test_students_with_the_same_reason_stand_together_with_what_is_their_own(
    hand_in: Callable[..., HandinRecord],
) -> None:
    made = [
        needs(hand_in, "a1", "Unreadable answers: lime-1, lime-2."),
        needs(hand_in, "b1", "No notebook was handed in."),
        needs(hand_in, "b2", "The run failed in cell 3 (from 0, texts counted): a cell raised an error."),
        needs(hand_in, "b3", "The run failed in cell 9 (from 0, texts counted): a cell raised an error."),
        needs(hand_in, "c1"),
        needs(hand_in, "a2", "Unreadable answers: saliency-1."),
        needs(hand_in, "a3", "Unreadable answers: saliency-1."),
    ]
    assert list_needed(made, PAGE) == (
        "  3 Unreadable answers: …",
        "      a1 (lime-1, lime-2), a2 (saliency-1), a3 (saliency-1)",
        "  2 The run failed in cell …: a cell raised an error.",
        "      b2 (3), b3 (9)",
        "  1 b1: No notebook was handed in.",
    )


def test_two_hundred_students_fit_on_a_screen_and_none_is_uncounted(hand_in: Callable[..., HandinRecord]) -> None:
    alike = [needs(hand_in, f"b{n:08}", "No notebook was handed in.") for n in range(120)]
    words = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    others = [
        needs(hand_in, f"{word}{n}", f"Look at {one} of {word}: 安全{'安' * 200}\nand more.")
        for n, word in enumerate(words)
        for one in words
    ]
    lines = list_needed([*alike, *others], PAGE)
    assert len(lines) <= MOST_LINES
    assert sum(list_counts(lines)) == len(alike) + len(others)
    assert lines[0] == "120 No notebook was handed in."
    assert lines[3].endswith("and 99 more")
    assert lines[-1].endswith("more for other reasons: see runs/report.html")
    assert all(len(line) <= WIDTH and "\n" not in line for line in lines)
