"""Several rows of one student become one response, and no row is lost."""

from datetime import UTC, datetime

from questions.canvas.response import Claim, Response, settle, take_last
from questions.sheet import Answer, Sheet


def respond(row: int, letters: str, *, hour: int = 12, lms_id: str = "") -> Response:
    sheet = Sheet({"lime-1": Answer("read", frozenset(letters))})
    moment = datetime(2027, 5, 20, hour, tzinfo=UTC)
    return Response("b09", "Ann", moment, sheet, ("quiz.csv", f"row {row}", "sis_id"), lms_id, ("b09",))


def test_attempt_that_stands_there_twice_with_other_answers_goes_to_a_person() -> None:
    last = take_last([(1, respond(2, "a")), (2, respond(3, "b", hour=13)), (2, respond(4, "c", hour=14))])
    assert last.sheet.answers["lime-1"].letters == {"c"}
    assert [one.en for one in last.reasons] == [
        "Attempt 2 stands in the quiz's report again (quiz.csv: row 3), with other answers; quiz.csv: row 4 counts."
    ]


def test_attempt_that_stands_there_twice_with_the_same_answers_is_one() -> None:
    last = take_last([(1, respond(2, "a")), (1, respond(3, "a"))])
    assert (last.reasons, last.sheet.notes) == ((), ())


def test_of_rows_that_are_as_sure_the_first_counts_and_a_surer_one_before_it() -> None:
    claims = [Claim("b09", 1, respond(2, "a", lms_id="71")), Claim("b09", 0, respond(3, "b", lms_id="72"))]
    assert settle([Claim("b09", 0, one.response) for one in claims])["b09"].sheet.answers["lime-1"].letters == {"a"}
    found = settle(claims)
    assert {name: set(one.sheet.answers["lime-1"].letters) for name, one in found.items()} == {
        "b09": {"b"},
        "71": {"a"},
    }
    assert found["71"].logins == ()  # so that no roster takes it for b09 again
    assert found["71"].student == "71"


def test_row_that_is_put_aside_takes_nobodys_name() -> None:
    claims = [Claim("b09", 0, respond(2, "a", lms_id="71"))] + [
        Claim("b09", 1, respond(n, "b", lms_id="72")) for n in (3, 4)
    ]
    others = [Claim("72", 0, respond(5, "c"))]
    assert set(settle([*claims, *others])) == {"b09", "72", "id-72", "b09+2"}
    assert set(settle([*claims, *others], taken=("id-72",))) == {"b09", "72", "b09+2", "b09+3"}
