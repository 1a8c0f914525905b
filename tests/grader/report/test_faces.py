"""The letters that pages embed: all that they may say, and of a student's own no more than a page can need."""

from collections.abc import Callable

import pytest

from assignment.page.face import MOST, find_drawn, list_characters
from grader.report.faces import MOST_OWN, make_class_faces
from grader.scoring.grading import Grading
from grader.scoring.handin_record import HandinRecord


@pytest.mark.slow
def test_name_of_thousands_of_letters_costs_its_first_ones_and_no_other_student_any(
    grading: Grading, hand_in: Callable[..., HandinRecord]
) -> None:
    common = make_class_faces([], grading).common
    letters = sorted(list_characters() - common)
    many, name = "".join(letters), "".join(letters[-3:])
    assert len(many) > 5000
    faces = make_class_faces([hand_in("ann", {}, name=many), hand_in("zoe", {}, name=name)], grading)
    assert faces.rest == frozenset(many[:MOST_OWN] + name)
    own = [count_covered(faces.list_faces(body)[1]) for body in (f"<h1>{many}</h1>", f"<h1>{name}</h1>")]
    assert own == [MOST_OWN, 3]


def test_page_of_a_class_embeds_a_bounded_number_of_letters_the_first_of_its_text() -> None:
    letters = sorted(list_characters(), reverse=True)
    text = "class " + "".join(letters) * 2
    assert find_drawn(text) == frozenset(letters[:MOST])
    assert find_drawn(text[: MOST + 6]) == frozenset(letters[:MOST])


def count_covered(face: str) -> int:
    ranges = face.partition("unicode-range: ")[2].partition(";")[0].replace("U+", "").split(",")
    ends = [[int(end, 16) for end in (one if "-" in one else f"{one}-{one}").split("-")] for one in ranges]
    return sum(last - first + 1 for first, last in ends)
