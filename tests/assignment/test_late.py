"""The late policy: which moment is in time, and what each begun day costs, to the second and to the decimal."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from assignment.assignment import ASSIGNMENT_FILE, load_assignment
from assignment.course import open_course
from assignment.fixable import FixableError
from assignment.late import LatePolicy

DEADLINE = datetime.fromisoformat("2027-05-28T23:59:59+08:00")


def judge(after: timedelta, *, grace: int = 0, points: str | None = None, fractions: bool = False) -> tuple[str, str]:
    policy = LatePolicy(
        grace_seconds=grace, points_per_day=None if points is None else Decimal(points), fractions=fractions
    )
    found = policy.judge(DEADLINE + after, DEADLINE)
    return found.word, str(found.points)


@pytest.mark.parametrize(
    ("seconds", "fractions", "word"),
    [
        (-1, False, "in_time"),
        (0, True, "in_time"),
        (0.7, False, "in_time"),
        (0.7, True, "refused"),
        (0.999999, False, "in_time"),
        (0.000001, True, "refused"),
        (1, False, "refused"),
    ],
)
def test_last_second_counts_whole_unless_fractions_count(seconds: float, fractions: bool, word: str) -> None:
    assert judge(timedelta(seconds=seconds), fractions=fractions) == (word, "0.0")


@pytest.mark.parametrize(("seconds", "word"), [(1, "grace"), (300, "grace"), (300.9, "grace"), (301, "refused")])
def test_grace_ends_with_its_last_second(seconds: float, word: str) -> None:
    assert judge(timedelta(seconds=seconds), grace=300)[0] == word


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (timedelta(seconds=300), ("grace", "0.0")),
        (timedelta(seconds=301), ("late", "0.5")),
        (timedelta(hours=24), ("late", "0.5")),
        (timedelta(hours=24, seconds=1), ("late", "1.0")),
        (timedelta(days=30), ("late", "15.0")),
    ],
)
def test_each_begun_day_costs_its_points_and_the_grace_is_part_of_the_first(
    after: timedelta, found: tuple[str, str]
) -> None:
    assert judge(after, grace=300, points="0.5") == found


def test_moments_compare_across_time_zones() -> None:
    policy = open_course().assignment.late
    assert not policy.judge(datetime.fromisoformat("2027-05-28T15:59:59+00:00"), DEADLINE).is_late
    assert policy.judge(datetime.fromisoformat("2027-05-28T16:00:00+00:00"), DEADLINE).is_late


def test_policy_of_the_course_is_that_of_its_slides() -> None:
    assert open_course().assignment.late == LatePolicy(grace_seconds=0, points_per_day=None, fractions=False)


def test_faults_of_the_policy_are_named_with_their_fields(tmp_path: Path) -> None:
    text = ASSIGNMENT_FILE.read_text(encoding="utf-8")
    path = tmp_path / "assignment.yaml"
    broken = text.replace("grace_seconds: 0", "grace_seconds: -1").replace(
        "points_per_day: null", 'points_per_day: "0"'
    )
    path.write_text(broken.replace("fractions: false", "fraction: false"), encoding="utf-8")
    with pytest.raises(FixableError) as caught:
        load_assignment(path)
    assert {fault.place[1:] for fault in caught.value.faults} == {
        ("late", "grace_seconds"),
        ("late", "points_per_day"),
        ("late", "fractions"),
        ("late", "fraction"),
    }


@pytest.mark.parametrize(
    ("grace", "points", "en", "zh"),
    [
        (0, None, "No late submission", "不接受遲交"),
        (
            600,
            None,
            "Up to 10 minutes after the deadline still counts as in time; after that, no late submission",
            "期限後 10 分鐘內仍視為準時；之後不接受遲交",
        ),
        (
            0,
            "1",
            "A late submission loses 1 point for each 24 hours begun after the deadline",
            "遲交者，期限後每 24 小時扣 1 分，未滿 24 小時以 24 小時計",
        ),
        (
            3600,
            "0.5",
            "Up to 1 hour after the deadline still counts as in time; after that, a late submission loses 0.5 points "
            "for each 24 hours begun after the deadline",
            "期限後 1 小時內仍視為準時；之後遲交者，期限後每 24 小時扣 0.5 分，未滿 24 小時以 24 小時計",
        ),
    ],
)
def test_policy_is_said_in_both_languages(grace: int, points: str | None, en: str, zh: str) -> None:
    worth = None if points is None else Decimal(points)
    assert LatePolicy(grace_seconds=grace, points_per_day=worth, fractions=False).describe() == (en, zh)
