"""`hw9 questions check` fails on every broken bank with exit 1, and says where the fault is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Questions = list[dict[str, Any]]
Break = Callable[[Questions], object]


def claim_of(questions: Questions, letter: str = "a") -> dict[str, Any]:
    claim: dict[str, Any] = questions[0]["choices"][letter]["claim"]
    return claim


def edit_claim(letter: str = "a", **changes: Any) -> Break:
    return lambda questions: claim_of(questions, letter).update(changes)


def replace_claim(**claim: Any) -> Break:
    return lambda questions: questions[0]["choices"]["a"].update(claim=claim)


def edit_question(**changes: Any) -> Break:
    return lambda questions: questions[0].update(changes)


def say(en: str, zh: str) -> Break:
    return lambda questions: questions[0]["choices"]["b"].update(say={"en": en, "zh": zh})


def turn(letters: str, index: int = 0) -> Break:
    """Turn above into below, and below into above, in choices of one question."""

    def turn_claims(questions: Questions) -> None:
        for letter in letters:
            claim = questions[index]["choices"][letter]["claim"]
            side, other = ("above", "below") if "above" in claim else ("below", "above")
            claim[other] = claim.pop(side)

    return turn_claims


def leave_one_right(questions: Questions) -> None:
    for index, letter in enumerate("cded"):
        turn(letter, index)(questions)


A = "bank/lime.yaml: lime-1: choice a: claim: "
BROKEN: dict[str, tuple[Break, str]] = {
    "misspelt measure": (edit_claim(measure="probabilty"), A + "unknown measure 'probabilty'; expected one of "),
    "misspelt argument": (edit_claim(**{"with": {"pictur": 1}}), A + "probability has no argument 'pictur'; expected "),
    "missing argument": (edit_claim(**{"with": {}}), A + "argument of probability: picture: missing"),
    "picture that is not there": (
        edit_claim(**{"with": {"picture": 10}}),
        A + "probability: picture 10; expected 0 to 9",
    ),
    "experiment that is not there": (
        replace_claim(
            measure="scale", **{"with": {"analysis": "saliency", "picture": 0, "array": "lss"}}, above=0, margin=1
        ),
        A + "scale: array 'lss' of saliency; expected one of map, ",
    ),
    "bound of a region that is not there": (
        replace_claim(
            measure="area_inside", **{"with": {"picture": 0, "region": "food"}}, above={"region": "plate"}, margin=1
        ),
        A + "area_inside: region 'plate'; expected one of ",
    ),
    "empty region": (
        replace_claim(measure="area_inside", **{"with": {"picture": 0, "region": "tray"}}, below=0.5, margin=0.1),
        A + "seed 1: area_inside(picture=0, region='tray'): picture 0 has no tray",
    ),
    "argument of another type": (
        edit_claim(**{"with": {"picture": "1"}}),
        A + "argument of probability: picture: '1';",
    ),
    "misspelt bound": (edit_claim("c", above={"lable": 3}), "choice c: claim: probability has no argument 'lable'"),
    "bound like the value": (edit_claim("c", above={"picture": 1}), "is the same measure again"),
    "above and below": (edit_claim(below=0.7), A + "both of above and below; expected exactly one"),
    "no bound": (edit_claim(above=None), A + "neither of above and below; expected exactly one"),
    "bound of no number": (edit_claim(above=float("nan")), A + "above: nan; expected a finite number"),
    "no margin": (edit_claim(margin=0), A + "margin: 0; expected greater than 0"),
    "unknown field": (edit_claim(marign=0.1), A + "marign: unknown field"),
    "within its margin": (edit_claim(above=0.85), A + "within its margin, beyond the bound by +0.05 on seed 1"),
    "wrong within its margin": (edit_claim("d", above=0.05), "choice d: claim: within its margin"),
    "seeds that disagree": (
        replace_claim(measure="lime_largest", **{"with": {"picture": 0}}, above=0.2, margin=0.1),
        A + "the seeds disagree, beyond the bound by +0.3 on seed 1, -0.2 on seed 2",
    ),
    "measure without a number": (
        replace_claim(
            measure="mass_inside",
            **{"with": {"analysis": "saliency", "picture": 0, "region": "background"}},
            above=0,
            margin=1,
        ),
        A + "seed 1: mass_inside(analysis='saliency', picture=0, region='background') is nan; expected a finite number",
    ),
    "array that is not canonical": (
        replace_claim(
            measure="scale", **{"with": {"analysis": "saliency", "picture": 0, "array": "loss"}}, above=0, margin=1
        ),
        A + "seed 1: scale(analysis='saliency', picture=0, array='loss') needs ('saliency', 'loss')",
    ),
    "nothing right": (
        turn("ac"),
        "bank/lime.yaml: lime-1: 0 of 5 choices are right; expected 1 to 4",
    ),
    "everything right": (
        turn("bde"),
        "bank/lime.yaml: lime-1: 5 of 5 choices are right; expected 1 to 4",
    ),
    "one right everywhere": (
        leave_one_right,
        "bank: 0 of 4 questions have two or more right choices; expected at least 3 (60%)",
    ),
    "repeated id": (lambda questions: questions[1].update(id="lime-1", number=1), "id 'lime-1' is there twice"),
    "unknown id": (edit_question(id="lime-9"), "bank/lime.yaml: lime-9: unknown id 'lime-9'; expected one of "),
    "other number": (
        edit_question(number=7),
        "bank/lime.yaml: lime-1: number 7; expected 1, which the slides give lime-1",
    ),
    "missing question": (
        lambda questions: questions.pop(),
        "bank/lime.yaml: 3 questions; expected 4, as the settings say",
    ),
    "gap in the letters": (
        lambda questions: questions[0]["choices"].update(f=questions[0]["choices"].pop("e")),
        "bank/lime.yaml: lime-1: choices a, b, c, d, f; expected a, b, c, d or a, b, c, d, e",
    ),
    "one language": (edit_question(ask={"en": "Which?"}), "bank/lime.yaml: lime-1: ask: zh: missing; expected a value"),
    "no text": (say("", "無"), "bank/lime.yaml: lime-1: choice b: say: en: ''; expected"),
    "languages mixed up": (say("在圖 1", "picture 1"), "choice b: say: the languages are mixed up"),
    "simplified characters": (say("Picture 1.", "图 1 很大。"), "choice b: say: zh: '图' is a simplified character"),
    "other numbers": (
        say("About 20 pieces.", "大約 30 塊。"),
        "choice b: say: en has the numbers 20, zh has 30; expected",
    ),
    "negative wording": (say("It does not move.", "它靜止。"), "choice b: say: en: 'not' is worded negatively"),
    "negative Chinese": (say("It stays.", "它不動。"), "choice b: say: zh: '不' is worded negatively"),
    "absolute word": (say("It always moves.", "它會動。"), "choice b: say: en: 'always' is an absolute word"),
    "summary of the others": (
        say("All of the above.", "以上皆是。"),
        "choice b: say: en: 'All of the above' sums the other",
    ),
    "picture that is not shown": (say("Picture 6 is.", "圖 6 是。"), "picture 6 is not shown beside the question"),
    "no choices": (lambda questions: questions[0].pop("choices"), "lime-1: choices: missing; expected a value"),
    "question that is none": (lambda questions: questions.append(3), "bank/lime.yaml: question 4: 3; expected"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_check_fails_on_a_bank_with(
    name: str,
    questions: Questions,
    write: Callable[[object], None],
    run: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    break_it, expected = BROKEN[name]
    break_it(questions)
    write(questions)
    assert run("check") == 1
    assert expected in capsys.readouterr().err


TEXTS: dict[str, tuple[bytes, str]] = {
    "unclosed bracket": (b"- {id: lime-1", "bank/lime.yaml: line 1: "),
    "bytes that are no text": (b"- id: \xff\xfe", "bank/lime.yaml: byte 6 is not UTF-8"),
    "nothing in it": (b"", "bank/lime.yaml: None; expected a list of questions"),
    "mapping for a list": (b"lime-1: {}", "bank/lime.yaml: {'lime-1': {}}; expected a list of questions"),
    "doubled key": (b"- id: lime-1\n  number: 1\n  number: 2\n", "bank/lime.yaml: line 3: 'number' is there twice"),
    "code": (
        b"- !!python/object/apply:os.system ['true']",
        "bank/lime.yaml: line 1: could not determine a constructor",
    ),
}


@pytest.mark.parametrize("name", TEXTS)
def test_check_fails_on_a_file_with(
    name: str, bank_folder: Path, run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    text, expected = TEXTS[name]
    (bank_folder / "lime.yaml").write_bytes(text)
    assert run("check") == 1
    assert expected in capsys.readouterr().err
