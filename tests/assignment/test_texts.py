"""The texts of the BERTs: marks become spans of characters, and what the tokenizer makes of the words agrees."""

from pathlib import Path

import pytest

from assignment.course import open_course
from assignment.fixable import FixableError
from assignment.making.language.write import is_held_out
from assignment.models.bert import load_bert
from assignment.models.reading import read
from assignment.models.roles import find_roles
from assignment.texts import load_texts, parse_marked, split_words

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
    assert (passage.answer, passage.support) == ((11, 15), (10, 22))
    assert words.rows == [("The bat flew.", 1, 0), ("A bat broke.", 1, 1)]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[are] old", "are old", r"attention: 0: text: .*expected \[one word or more\], once"),
        ("(keys)", "keys", r"attention: 0: .*expected \(one word or more\), once"),
        ("[are, is]", "[is, are]", r"attention: 0: candidates: 'is'; expected the hidden word first"),
        ("link: agreement", "link: love", r"attention: 0: link: 'love'; expected 'coreference' or 'agreement'"),
        ("[Anna] slept", "[ ]Anna slept", r"passages: 0: passage: .*nothing between"),
        ("[Anna] slept", "[An]na slept", r"passages: 0: passage: .*\[\] cut 'Anna'; expected whole words"),
        ("[Anna] slept", "[Anna] [slept]", r"expected \[.*\], once; a bracket of the text itself is written \\\["),
        ("The (keys) [are]", "The ([are])", r"attention: 0: text: .*marks within marks; expected \[\] and \(\) apart"),
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
        answer = split_words(passage.pair[1][slice(*passage.answer)])
        assert [reading.pieces[i] for i in (roles == 2).nonzero()[0]] == answer
        assert {reading.part[i] for i in (roles == 0).nonzero()[0]} == {0}


def test_training_left_out_what_is_predicted_and_answered() -> None:
    assert all(is_held_out(tuple(one.words)) for one in TEXTS.attention)
    for one in TEXTS.passages:
        assert is_held_out((*split_words(one.question), *split_words(one.pair[1])))


def test_what_stands_between_marks_is_one_word() -> None:
    plain, (span,) = parse_marked("It was [a white map] in the end.")
    assert plain.words.index(span) == 2
    assert plain[slice(*plain.words[2])] == "a white map"


def test_bracket_of_the_text_itself_is_read(write) -> None:
    text = GOOD.replace("(keys) [are] old.", "(keys) \\\\[of steel\\\\] [are] old \\\\(and 3\\\\).").replace(
        "It rained. [Anna] slept.", "It rained (a lot). [Anna] slept."
    )
    texts = load_texts(write(text))
    assert texts.attention[0].plain == "The keys [of steel] are old (and 3)."
    assert texts.attention[0].words[texts.attention[0].hidden] == "are"
    assert texts.passages[0].pair[1] == "It rained (a lot). Anna slept."


@pytest.mark.parametrize(
    ("passage", "sentence"),
    [
        ("It rained. [Anna] slept", " Anna slept"),
        ("Did it rain? It did! [Anna] slept.", " Anna slept."),
        ('He paid 3.5 coins. "[Anna] slept." It rained.', ' "Anna slept."'),
        ("下雨了。[小美]在家睡覺！爸爸出門。", "小美在家睡覺！"),
    ],
)
def test_sentence_with_the_answer_ends_where_a_sentence_does(write, passage: str, sentence: str) -> None:
    (one,) = load_texts(write(GOOD.replace('"It rained. [Anna] slept."', f"'{passage}'"))).passages
    assert one.pair[1][slice(*one.support)] == sentence
