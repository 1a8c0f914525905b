"""The texts of the BERTs: marks become word numbers, and what the tokenizer makes of the words agrees with them."""

from pathlib import Path

import pytest

from assignment.course import open_course
from assignment.fixable import FixableError
from assignment.making.language.write import is_held_out
from assignment.models.bert import load_bert
from assignment.models.reading import read
from assignment.models.roles import find_roles
from assignment.texts import find_marked, load_texts, split_words

TEXTS = open_course().profile.texts
GOOD = """
attention: [{text: "The (keys) [are] old.", candidates: [are, is], link: agreement}]
passages: [{question: "Who slept?", passage: "It rained. [Anna] slept."}]
words: [{word: bat, sentences: {animal: ["The [bat] flew."], sport: ["A [bat] broke."]}}]
"""


@pytest.fixture
def write(tmp_path: Path):
    def write_texts(text: str) -> Path:
        (tmp_path / "texts.yaml").write_text(text, encoding="utf-8")
        return tmp_path / "texts.yaml"

    return write_texts


def test_marks_become_numbers_and_leave_the_text(write) -> None:
    texts = load_texts(write(GOOD))
    (one,), (passage,), (words,) = texts.attention, texts.passages, texts.words
    assert (one.plain, one.hidden, one.also) == ("The keys are old.", 2, 1)
    assert passage.pair == ("Who slept?", "It rained. Anna slept.")
    assert (passage.answer, passage.support) == ((3, 3), (3, 5))
    assert words.rows == [("The bat flew.", 1, 0), ("A bat broke.", 1, 1)]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[are] old", "are old", r"attention: 0: text: .*expected \[one word or more\], once"),
        ("(keys)", "keys", r"attention: 0: .*expected \(one word or more\), once"),
        ("[are, is]", "[is, are]", r"attention: 0: candidates: 'is'; expected the hidden word first"),
        ("link: agreement", "link: love", r"attention: 0: link: 'love'; expected 'coreference' or 'agreement'"),
        ("[Anna] slept", "[ ]Anna slept", r"passages: 0: passage: .*nothing between"),
    ],
)
def test_fault_is_named_with_its_place(write, old: str, new: str, says: str) -> None:
    with pytest.raises(FixableError, match=says):
        load_texts(write(GOOD.replace(old, new)))


def test_shared_words_have_as_many_sentences_each(write) -> None:
    another = ', {word: seal, sentences: {animal: ["The [seal] swam."]}}]'
    with pytest.raises(FixableError, match="'seal': 1} sentences; expected as many for each word"):
        load_texts(write(GOOD.rstrip().removesuffix("]") + another))


def test_words_are_counted_as_the_tokenizer_counts_them() -> None:
    tokenizer = load_bert(open_course().profile.masked_folder, "masked").tokenizer
    for one in TEXTS.attention:
        reading = read(tokenizer, one.plain)
        assert max(reading.word) + 1 == len(one.words)
        assert tokenizer.decode(reading.ids[0, list(reading.find_places(one.hidden))]) == one.candidates[0]
        known = set(tokenizer.get_vocab())
        assert set(one.candidates) <= known
    for words in TEXTS.words:
        for text, at, _ in words.rows:
            reading = read(tokenizer, text)
            assert [reading.pieces[i] for i in reading.find_places(at)] == [words.word]
    for passage in TEXTS.passages:
        reading = read(tokenizer, *passage.pair)
        roles = find_roles(passage, reading)
        first, last = passage.answer
        assert [reading.word[i] for i in (roles == 2).nonzero()[0]] == list(range(first, last + 1))
        assert {reading.part[i] for i in (roles == 0).nonzero()[0]} == {0}


def test_training_left_out_what_is_predicted_and_answered() -> None:
    assert all(is_held_out(tuple(one.words)) for one in TEXTS.attention)
    for one in TEXTS.passages:
        assert is_held_out((*split_words(one.question), *split_words(one.passage)))


def test_span_of_several_words() -> None:
    assert find_marked("It was [a white map] in the end.") == (2, 4)
