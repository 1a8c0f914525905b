"""A marked word is found by its characters: its tokens, all of them and no other, or a refusal that says which."""

import pytest

from assignment.fixable import FixableError
from assignment.models.alignment import find_text_faults
from assignment.models.heads import mark_targets
from assignment.models.reading import find_candidates, list_tokens, list_vocabulary, read
from assignment.models.roles import find_roles
from assignment.texts import PassageText, SentenceText, Texts, WordSet, parse_marked
from tests.assignment.models.tiny_tokenizers import TOKENIZERS

TOKENS = {name: make() for name, make in TOKENIZERS.items()}
NAMES = ("wordpiece", "bpe", "unigram")
CASES = {  # the tokens of the marked word for each of NAMES; after a "!", the token that goes beyond it
    "我喜歡吃[蘋果]。": ("蘋 果", "蘋果", "蘋果"),
    "[蘋果]今天發表新手機。": ("蘋 果", "蘋果", "蘋果"),
    "他在[銀行]存錢。": ("銀 行", "銀 行", "銀行"),
    "小[狗]在公園跑。": ("狗", "狗", "!小狗"),
    "他說「[好]」。": ("好", "好", "好"),
    "她的mp3[很]舊。": ("很", "!很舊", "很"),
    "The [keys] under the door are old.": ("key ##s", "keys", "keys"),
    "[Keys] are old.": ("key ##s", "K e y s", "Keys"),
    "Ada's [cat] saw the dog.": ("cat", "cat", "cat"),
    "They [don't] sleep.": ("d ##o ##n ' t", "do n 't", "don 't"),
    "An old, [old] tree.": ("old", "old", "old"),
    r"He \[Tom\] [paid] 5.": ("paid", "paid", "paid"),
    "She drank a café [latte].": ("latte", "latte", "latte"),
    "The dog saw the [cat].": ("cat", "cat", "!cat."),
}
FORTY_TWO = [(text, name, its) for text, expected in CASES.items() for name, its in zip(NAMES, expected, strict=True)]


@pytest.mark.parametrize(("text", "name", "expected"), FORTY_TWO)
def test_marked_word_is_its_tokens_or_refused(text: str, name: str, expected: str) -> None:
    plain, (span,) = parse_marked(text)
    reading = read(TOKENS[name], plain)
    number = plain.words.index(span)
    if expected.startswith("!"):
        with pytest.raises(FixableError, match=rf"the token '{expected[1:]}' goes beyond it; .* of \[CLS\] "):
            reading.find_places(number)
    else:
        assert " ".join(reading.pieces[place] for place in reading.find_places(number)) == expected


def test_marked_word_that_stands_there_twice_is_the_one_that_is_marked() -> None:
    plain, (span,) = parse_marked("An old, [old] tree.")
    for name in NAMES:
        (place,) = read(TOKENS[name], plain).find_tokens(span)
        assert place > read(TOKENS[name], plain).find_places(1)[0]


def test_blank_token_of_a_sentence_belongs_to_no_word_and_is_no_separator() -> None:
    reading = read(TOKENS["unigram"], "我吃")
    assert reading.pieces == ("[CLS]", "▁", "我", "吃", "[SEP]")
    assert (reading.word, reading.part) == ((-1, -1, 0, 1, -1), (-1, 0, 0, 0, -1))
    assert mark_targets(reading)["separator"][2].nonzero()[:, 0].tolist() == [0, 4]


def test_chinese_punctuation_is_punctuation() -> None:
    reading = read(TOKENS["wordpiece"], "他說「好」。")
    assert mark_targets(reading)["punctuation"][1].nonzero()[:, 0].tolist() == [3, 5, 6]


@pytest.mark.parametrize("name", NAMES)
def test_candidates_are_the_tokens_that_stand_in_that_place(name: str) -> None:
    sentence = SentenceText(text="The (dog) saw an [old] cat.", candidates=("old", "and"))
    found = find_candidates(TOKENS[name], sentence)
    words = TOKENS[name].convert_ids_to_tokens(list(found.values()))
    assert words == {"wordpiece": ["old", "and"], "bpe": ["Ġold", "Ġand"], "unigram": ["▁old", "▁and"]}[name]
    assert [list_vocabulary(TOKENS[name])[number] for number in found.values()] == ["old", "and"]


@pytest.mark.parametrize(
    ("text", "candidates", "name", "says"),
    [
        ("The (dog) saw [keys].", ("keys", "old"), "wordpiece", r"'keys', characters 12 to 16: 2 tokens, key ##s; exp"),
        (
            "The (dog) are [old].",
            ("old", "new"),
            "bpe",
            r"candidates: new: 'new', .* tokens, n e w; expected a word of",
        ),
        ("我(喜歡)吃[蘋果]。", ("蘋果", "小狗"), "wordpiece", r"'蘋果', characters 4 to 6: 2 tokens, 蘋 果; expected"),
        ("我(喜歡)吃[蘋果]。", ("蘋果", "汽"), "unigram", r"candidates: 汽: not in the vocabulary; expected"),
        ("The (dog) saw [Keys].", ("keys", "old"), "unigram", "candidates: keys: another token than the hidden 'Keys'"),
    ],
)
def test_hidden_word_or_candidate_that_is_no_single_known_token_is_refused(
    text: str, candidates: tuple[str, ...], name: str, says: str
) -> None:
    with pytest.raises(FixableError, match=says):
        find_candidates(TOKENS[name], SentenceText(text=text, candidates=candidates))


def test_text_that_is_longer_than_the_model_reads_is_refused() -> None:
    tokenizer = TOKENIZERS["wordpiece"]()
    tokenizer.model_max_length = 512
    assert len(read(tokenizer, "cat " * 510)) == 512
    with pytest.raises(FixableError, match=r"'cat cat .*: 513 tokens; expected at most 512"):
        read(tokenizer, "cat " * 511)


def test_every_text_that_does_not_fit_its_model_is_named_with_its_place() -> None:
    texts = Texts(
        attention=(
            SentenceText(text="The (dog) saw the [cat].", candidates=("cat", "dog")),
            SentenceText(text="The [dog] saw the (cat).", candidates=("dog", "cat")),
        ),
        passages=(PassageText(question="Who saw the cat?", passage="An old dog saw the [cat]. The key."),),
        words=(WordSet(word="cat", sentences={"animal": ("The [cat].",), "other": ("The [cat] saw.",)}),),
    )
    faults = [str(fault) for fault in find_text_faults(texts, TOKENS["unigram"], TOKENS, TOKENS["unigram"])]
    assert [fault.split(": 'cat'")[0] for fault in faults] == [
        "attention: 0", "attention: 1", "passages: 0: unigram", "words: cat: sentence 0",
    ]  # fmt: skip
    assert list(find_text_faults(texts, TOKENS["wordpiece"], {"b": TOKENS["bpe"]}, TOKENS["bpe"])) == []


@pytest.mark.parametrize("name", NAMES)
def test_roles_are_found_by_characters_whatever_the_tokens(name: str) -> None:
    passage = PassageText(question="他跑？", passage="我存錢。他在[銀行]說。她吃。")
    reading = read(TOKENS[name], *passage.pair)
    roles = find_roles(passage, reading)
    spelled = ["".join(p for p, r in zip(reading.pieces, roles, strict=True) if r == role) for role in range(4)]
    assert spelled[1:3] == ["他在說。", "銀行"]
    assert spelled[3].replace("▁", "") == "我存錢。她吃。"


def test_table_of_words_and_tokens_says_what_is_wrong_with_each() -> None:
    rows = list_tokens(parse_marked("小狗吃[蘋果]")[0], TOKENS["unigram"])
    assert [(row.number, row.word, row.tokens) for row in rows] == [
        (0, "小", ("小狗",)), (1, "狗", ("小狗",)), (2, "吃", ("吃",)), (3, "蘋果", ("蘋果",)),
    ]  # fmt: skip
    assert ["goes beyond" in row.says for row in rows] == [True, True, False, False]
