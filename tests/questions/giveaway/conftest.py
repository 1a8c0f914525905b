"""Claims on the embedded course's Outputs, and small banks of them, for tests that plant leaks and clues."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from assignment.course import open_course
from assignment.outputs import Outputs
from questions.bank import Bank
from questions.canonical import load_canonicals
from questions.check.form import compute_width
from questions.claim import Claim
from questions.giveaway.fact import Fact, list_facts
from questions.giveaway.leaks import LeakReport, find_leaks
from questions.key import decide_all
from questions.question import parse_question


@pytest.fixture(scope="session")
def mini() -> Mapping[int, Outputs]:
    """The embedded course's canonical Outputs, which no bank changes."""
    return load_canonicals(open_course())


def claim(measure: str, *, above: Any = None, below: Any = None, **arguments: Any) -> dict[str, Any]:
    side = {"above": above} if above is not None else {"below": below}
    return {"measure": measure, "with": arguments, **side, "margin": 1e-6}


def fact(letter: str, holds: bool = True, question: str = "lime-1", **written: Any) -> Fact:
    return Fact((question, letter), Claim(**claim(**written)), holds)


def ask(name: str, choices: Mapping[str, dict[str, Any]], **more: Any) -> dict[str, Any]:
    """Return a question as the bank has it; the words of its choices are all alike."""
    said = {
        letter: {
            "say": {"en": f"Statement {letter}.", "zh": f"敘述 {letter}。"},
            "claim": its,
            "why": {"en": "So.", "zh": "是。"},
        }
        | more.get("lint_of", {}).get(letter, {})
        for letter, its in choices.items()
    }
    data = {"id": name, "number": 1, "ask": {"en": "Which hold?", "zh": "哪些成立？"}, "choices": said}
    return data | {key: value for key, value in more.items() if key != "lint_of"}


def given(its: dict[str, Any]) -> dict[str, Any]:
    return {"say": {"en": "It is so.", "zh": "如此。"}, "claim": its}


def make_bank(*questions: dict[str, Any]) -> Bank:
    parsed = tuple(parse_question(one) for one in questions)
    return Bank(parsed, {one.id: (f"bank/{one.analysis}.yaml", one.id) for one in parsed})


def find_all(bank: Bank, canonicals: Mapping[int, Outputs]) -> LeakReport:
    decisions, _ = decide_all(bank, canonicals)
    return find_leaks(list(list_facts(bank, decisions)), bank, canonicals)


def rewrite(bank: Bank, places: Mapping[str, str], change: Callable[[str, str, float], tuple[str, str]]) -> Bank:
    """Return a bank with one choice of some questions changed: its texts, and how wide the widest one beside it is."""
    questions = []
    for question in bank.questions:
        choices = dict(question.choices)
        if letter := places.get(question.id):
            say = choices[letter].say
            widest = max(compute_width(one.say.en) for one in choices.values())
            en, zh = change(say.en, say.zh, widest)
            choices[letter] = choices[letter].model_copy(update={"say": say.model_copy(update={"en": en, "zh": zh})})
        questions.append(question.model_copy(update={"choices": choices}))
    return Bank(tuple(questions), bank.places)


def lengthen(en: str, zh: str, widest: float) -> tuple[str, str]:
    while compute_width(en) <= 1.3 * widest:
        en, zh = en[:-1] + " as it is drawn.", zh[:-1] + "，如圖所畫。"
    return en, zh


def add_reason(en: str, zh: str, _: float) -> tuple[str, str]:
    return en[:-1] + ", because it is so.", zh[:-1] + "，因為如此。"
