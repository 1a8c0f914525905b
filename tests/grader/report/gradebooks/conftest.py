"""Thirty students with points, and the course in which a course system knows them."""

import random
from collections.abc import Callable
from decimal import Decimal

import pytest

from grader.report.class_record import ClassRecord, make_class_record
from grader.scoring.grading import Grading
from grader.scoring.handin_record import HandinRecord
from tests.grader.report.gradebooks.lms_imports import OTHER, RIGHT, THIS, Course, User

NAMES = ("王小明", "O'Brien, Seán", "=HYPERLINK(1)", "@SUM(A1)", '"李"', "a;-1", "-2+3", "Ada <b>", "Łukasz")


@pytest.fixture
def results(grading: Grading, hand_in: Callable[..., HandinRecord]) -> ClassRecord:
    """Return the results of thirty, of whom one is excused."""
    chance, one = random.Random(7), hand_in("one", RIGHT)
    made = [
        one.model_copy(
            update={
                "student": f"b099{n:05}",
                "name": NAMES[n % 9],
                "total": Decimal(chance.randrange(5)) * Decimal("0.3"),
            }
        )
        for n in range(30)
    ]
    return make_class_record([*made[:-1], made[-1].model_copy(update={"excused": True})], grading)


@pytest.fixture
def course(results: ClassRecord) -> Course:
    """Return the course of the same students: some have points already, one is not assigned this."""
    users = [User(41_000 + n, one.name, one.student, f"{one.student}@ntu") for n, one in enumerate(results.handins)]
    scores = {user.number: {OTHER: "3.33", THIS: "5.45"} for user in users[:5]}
    return Course(users, {OTHER: "Homework 8", THIS: f"{results.title} 作業九"}, scores)
