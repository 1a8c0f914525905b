"""Texts that do not survive Canvas: what stays apart without `<`, `>`, `&` and backslashes is read, else refused."""

import random
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations, permutations
from pathlib import Path

import pytest

from assignment.assignment import Bilingual
from assignment.course import open_course
from assignment.fixable import FixableError, check_all
from grader.commands.questions import qti
from questions.bank import Bank
from questions.canvas.apart import find_confused, find_merged
from questions.canvas.assessment import to_assessment
from questions.canvas.cell import Forms, list_forms, parse_answer
from questions.key import Key
from questions.question import Question
from tests.questions.canvas.canvas_model import clear_html, import_text, import_texts, write_cell

LOSSY = (
    ("The share is < 0.5", "The share is > 0.6, R&D", "a <= b && b >= c", "`a<b>c` and `<p>`", "x -> y"),
    (r"It is C:\new\r\n", r"It is C:\new\,table", r"\alpha \, \beta", r"\\server\share", "Tom & Jerry, <both>"),
    ("&lt; as typed", "&#65; as typed", "\"red\", 'green'", "It's 5 &amp; 6", "</p><p>7"),
)
MERGED = (
    ("x<y", "x>y"),
    ("x&y", "xy"),
    (r"a\b", "ab"),
    ("R&D, P", "RD", "P"),
)


def make_question(question: Question, texts: Sequence[str]) -> Question:
    """Return a question with these choices, whose Chinese says the same in full width."""
    model = next(iter(question.choices.values()))
    says = [Bilingual(en=text, zh=f"「{text}」。") for text in texts]
    choices = {letter: model.model_copy(update={"say": say}) for letter, say in zip("abcde", says, strict=False)}
    return question.model_copy(update={"choices": choices, "pictures": ()})


@pytest.fixture
def lossy(own: Bank) -> Bank:
    questions = tuple(make_question(one, texts) for one, texts in zip(own.questions, LOSSY, strict=False))
    return Bank(questions, {one.id: ("lossy.yaml", one.id) for one in questions})


def export(bank: Bank) -> dict[str, list[str]]:
    """Return the texts of the choices that Canvas keeps of a bank's package."""
    key = Key({one.id: frozenset("a") for one in bank.questions}, {})
    points = {one.id: Decimal("0.3") for one in bank.questions}
    return import_texts(to_assessment(Bilingual(en="T", zh="題"), "quiz", bank.questions, points, key, {}))


def choose(texts: Sequence[str]) -> Iterator[tuple[set[str], str]]:
    """Yield every set of choices with its cell, in every order of up to three, since choices are shuffled."""
    pairs = tuple(zip("abcde", texts, strict=False))
    for count in range(len(pairs) + 1):
        for chosen in permutations(pairs, count) if count <= 3 else combinations(pairs, count):
            yield {letter for letter, _ in chosen}, write_cell([text for _, text in chosen])


def test_model_loses_what_canvas_loses() -> None:
    assert [import_text(f"<p>x {sign} y</p>") for sign in ("&lt;", "&gt;", "&amp;")] == ["x y"] * 3
    assert clear_html("say &#34;it&#39;s&#34; &nbsp;so") == 'say "it\'s" so'
    assert import_text(r"C:\new\r\nline") == r"C:\new line"
    assert import_text("<p>&lt;&gt;</p>") == "No answer text provided."
    assert write_cell(["Red, green", "blue"]) == r"Red\, green,blue"


def test_every_set_of_lossy_choices_is_read_back_through_canvas(lossy: Bank) -> None:
    assert list(find_merged(lossy)) == []
    kept = export(lossy)
    assert not any(sign in text for texts in kept.values() for text in texts for sign in "<>&")
    for question in lossy.questions:
        forms = list_forms(question)
        for letters, cell in choose(kept[question.id]):
            answer = parse_answer(cell, forms, "row 2")
            assert (answer.state, set(answer.letters)) == ("read" if letters else "blank", letters), cell


@pytest.mark.parametrize("texts", MERGED)
def test_choices_that_canvas_merges_are_refused_with_place_and_what_is_expected(
    own: Bank, texts: tuple[str, ...]
) -> None:
    question = make_question(own.questions[0], texts)
    bank = Bank((question,), {question.id: ("lime.yaml", question.id)})
    with pytest.raises(FixableError, match="expected texts that stay apart without < > & and backslashes") as caught:
        check_all(find_merged(bank))
    assert caught.value.faults[0].is_in("lime.yaml", "lime-1", "choice a", "say")
    for letters, state, found in read_all(export(bank)["lime-1"], list_forms(question)):
        assert state != "read" or found == letters  # and should such a quiz be given, no answer is taken for another


@pytest.mark.parametrize("text", ["<>", "&", "\\", "< & >"])
def test_choice_of_which_nothing_is_left_is_refused(own: Bank, text: str) -> None:
    question = own.questions[0]
    says = {letter: Bilingual(en=text, zh=text) for letter in "a"} | {"b": Bilingual(en="Red", zh="紅")}
    choices = {letter: question.choices[letter].model_copy(update={"say": say}) for letter, say in says.items()}
    found = list(find_confused(list_forms(question.model_copy(update={"choices": choices}))))
    assert [letter for letter, _ in found] == ["a"]
    assert "nothing is left of it" in found[0][1]


def test_own_bank_stays_apart(own: Bank) -> None:
    assert list(find_merged(own)) == []


def make_texts(chance: random.Random) -> list[str]:
    parts = ("a", "b", "<", ">", "&", "\\", ",", ";", "'", "lt;", "#65;", r"\r\n", " ", "&amp;")
    return ["".join(chance.choices(parts, k=chance.randint(1, 6))) for _ in range(3)]


def read_all(kept: Sequence[str], forms: Forms) -> Iterator[tuple[set[str], str, set[str]]]:
    for letters, cell in choose(kept):
        answer = parse_answer(cell, forms, "row 2")
        yield letters, answer.state, set(answer.letters)


@pytest.mark.slow
def test_whatever_the_texts_no_answer_is_read_as_another_and_what_is_not_refused_is_read(own: Bank) -> None:
    chance, passed = random.Random(19), 0
    for _ in range(300):
        question = make_question(own.questions[0], make_texts(chance))
        forms, kept = list_forms(question), export(Bank((question,), {}))["lime-1"]
        refused = any(find_confused(forms))
        for letters, state, found in read_all(kept, forms):
            assert state != "read" or found == letters, (question.choices, letters)
            assert refused or state == ("read" if letters else "blank"), (question.choices, letters)
        passed += not refused
    assert 50 < passed < 250  # both kinds were there


def test_package_of_merged_choices_is_not_written(own: Bank, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    merged = make_question(own.questions[0], ("x<y", "x>y"))
    bank = Bank((merged, *own.questions[1:]), own.places)
    monkeypatch.setattr(qti, "load_bank", lambda course: bank)
    with pytest.raises(FixableError, match=r"lime-1: choice a: say: .*read as a or b; expected texts"):
        qti.qti(file=tmp_path / "quiz.zip", course=open_course())
    assert not list(tmp_path.iterdir())
