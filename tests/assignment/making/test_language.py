"""Laws of the grammar: what it says of its sentences is so."""

from collections import Counter
from collections.abc import Collection
from random import Random

import pytest

from assignment.making.language import PHENOMENA, Sentence, is_held_out, write_passage, write_sentence
from assignment.making.language.coreference import OF_THE_ONE, OF_THE_OTHER, write_coreference
from assignment.making.language.passage import QUESTIONS
from assignment.making.language.senses import SENSES
from assignment.making.language.words import ANIMATE, COLOURS, DAYS, JOBS, NAMES, NAMES_OF, PRONOUNS, THINGS
from assignment.making.language.write import join

AMBIGUOUS = tuple(dict.fromkeys(sense.word for sense in SENSES))
PLURALS = {*ANIMATE.values(), *THINGS.values()}


def write_many(phenomenon: str, count: int = 3000) -> list[Sentence]:
    random = Random(5)
    return [PHENOMENA[phenomenon](random) for _ in range(count)]


@pytest.mark.parametrize("phenomenon", PHENOMENA)
def test_same_seed_writes_the_same_sentences_and_another_seed_others(phenomenon: str) -> None:
    write = PHENOMENA[phenomenon]
    first, again, other = ([write(random) for _ in range(20)] for random in (Random(1), Random(1), Random(2)))
    assert first == again != other


@pytest.mark.parametrize("phenomenon", PHENOMENA)
def test_all_marks_are_words_of_the_sentence(phenomenon: str) -> None:
    for sentence in write_many(phenomenon, 500):
        places = [*sentence.targets, *(i for i, _ in sentence.senses)]
        places += [i for link in sentence.links for i in (link.word, link.to)]
        assert all(0 <= i < len(sentence.words) for i in places)
        assert sentence.words[-1] == "."


def test_every_name_has_one_pronoun_and_every_pronoun_as_many_names() -> None:
    assert len({len(names) for names in NAMES_OF.values()}) == 1
    assert sum(len(names) for names in NAMES_OF.values()) == len(NAMES)


def test_no_job_leans_to_a_pronoun() -> None:
    counts = {job.name: Counter[str]() for job in JOBS}
    subjects = {pronoun.subject for pronoun in PRONOUNS}
    for sentence in write_many("coreference", 40000):
        if "said" in sentence.words[8:]:
            (its,) = {word for word in sentence.words if word in counts}
            counts[its][sentence.words[sentence.targets[0]]] += 1
    for job, its in counts.items():
        assert sum(its.values()) > 200, job
        assert all(0.25 < its[subject] / sum(its.values()) < 0.42 for subject in subjects), (job, its)


def test_no_job_leans_to_a_name_of_a_pronoun() -> None:
    counts = {job.name: Counter[str]() for job in JOBS}
    for phenomenon in ("coreference", "relation"):
        for sentence in write_many(phenomenon, 12000):
            words = sentence.words
            for i, word in enumerate(words[:-3]):
                if word in NAMES and words[i + 1] == "is" and words[i + 3] in counts:
                    counts[words[i + 3]][NAMES[word].subject] += 1
    for job, its in counts.items():
        assert all(0.27 < its[pronoun.subject] / sum(its.values()) < 0.40 for pronoun in PRONOUNS), (job, its)


def test_no_verb_leans_to_a_pronoun() -> None:
    counts: dict[str, Counter[str]] = {}
    for sentence in write_many("coreference", 20000):
        if "because" in sentence.words:
            at = sentence.words.index("because")
            counts.setdefault(sentence.words[1], Counter())[sentence.words[at + 1]] += 1
    assert set(counts) == {*OF_THE_ONE, *OF_THE_OTHER}
    for verb, its in counts.items():
        assert all(0.24 < count / sum(its.values()) < 0.43 for count in its.values()), (verb, its)


def test_a_pronoun_is_its_antecedents_and_no_other_person_shares_it() -> None:
    for sentence in write_many("coreference"):
        persons = [word for word in sentence.words if word in NAMES]
        assert len({NAMES[name] for name in persons}) == len(persons)
        for link in sentence.links:
            word, to = sentence.words[link.word], sentence.words[link.to]
            if to in NAMES:
                pronoun = NAMES[to]
                assert word in (pronoun.subject, pronoun.object, pronoun.possessive, pronoun.reflexive)


def test_a_verb_agrees_with_its_subject_and_attractors_of_the_other_number_occur() -> None:
    plural_verbs, crossed = {"are", "were", "have", "do"}, 0
    for sentence in write_many("agreement"):
        (link,) = sentence.links
        plural = sentence.words[link.to] in PLURALS
        assert (sentence.words[link.word] in plural_verbs) == plural, sentence.text
        others = [w for i, w in enumerate(sentence.words) if w in {*PLURALS, *ANIMATE, *THINGS} and i != link.to]
        crossed += any((other in PLURALS) != plural for other in others)
    assert crossed > 1000


def test_at_least_six_words_have_two_meanings_as_often_one_as_the_other() -> None:
    assert len(AMBIGUOUS) >= 6
    counts = Counter(
        (sentence.words[i], meaning) for sentence in write_many("sense", 10000) for i, meaning in sentence.senses
    )
    for word in AMBIGUOUS:
        meanings = [sense.meaning for sense in SENSES if sense.word == word]
        first, second = (counts[word, meaning] for meaning in meanings)
        assert 0.7 < first / second < 1.4


@pytest.mark.parametrize("word", AMBIGUOUS)
def test_no_clue_belongs_to_two_meanings(word: str) -> None:
    clues = Counter(clue for sense in SENSES for clue in (*sense.does, *sense.done))
    assert all(clues[clue] == 1 for sense in SENSES if sense.word == word for clue in (*sense.does, *sense.done))
    for sense in SENSES:
        assert all(clue.count("~") == 1 for clue in sense.done)
        assert not any("~" in clue for clue in sense.does)


def test_an_ambiguous_word_carries_a_meaning_wherever_it_stands_in_a_sentence_about_it() -> None:
    for sentence in write_many("sense"):
        marked = {i for i, _ in sentence.senses}
        assert {i for i, word in enumerate(sentence.words) if word in AMBIGUOUS} == marked


def test_the_answer_is_what_the_question_asks_for() -> None:
    random = Random(3)
    for _ in range(2000):
        passage = write_passage(random)
        kinds: dict[str, Collection[str]] = {"who": NAMES, "colour": COLOURS, "when": DAYS}
        assert passage.answer in kinds.get(passage.about, (passage.answer,))
        said = [i for i, word in enumerate(passage.words) if word == "."]
        assert passage.fact == sum(i < passage.start for i in said) == sum(i < passage.end for i in said)


def test_a_question_has_one_answer_only() -> None:
    """Whoever is named, or whatever was done with which coloured thing, belongs to one sentence of the passage."""
    random = Random(4)
    for _ in range(2000):
        passage = write_passage(random)
        text = " ".join(passage.words)
        named = [word for word in passage.question if word in NAMES]
        if named:
            assert text.split().count(named[0]) == 1
        else:
            assert text.count(" ".join(passage.question[3:-1])) == 1  # "red bike"


def test_the_answers_lie_in_every_sentence_alike_and_where_they_are_wanted() -> None:
    random = Random(6)
    counts = Counter(write_passage(random).fact for _ in range(3000))
    assert min(counts.values()) > 900
    assert {write_passage(random, facts=(0,)).fact for _ in range(50)} == {0}
    assert {write_passage(random, about="when").about for _ in range(20)} == {"when"}
    assert {write_passage(random).about for _ in range(200)} == set(QUESTIONS)


def test_a_tenth_is_held_out_and_always_the_same() -> None:
    random = Random(7)
    sentences = {write_sentence(random).words for _ in range(4000)}
    share = sum(is_held_out(words) for words in sentences) / len(sentences)
    assert 0.08 < share < 0.12
    assert [is_held_out(words) for words in sentences] == [is_held_out(words) for words in sentences]


def test_joined_sentences_keep_their_marks() -> None:
    random = Random(8)
    for _ in range(200):
        first, second = write_coreference(random), PHENOMENA["sense"](random)
        both = join((first, second))
        assert [both.words[i] for i in both.targets] == [its.words[i] for its in (first, second) for i in its.targets]
        assert [(both.words[i], meaning) for i, meaning in both.senses] == [
            (second.words[i], meaning) for i, meaning in second.senses
        ]
        assert [(both.words[k.word], both.words[k.to]) for k in both.links] == [
            (first.words[k.word], first.words[k.to]) for k in first.links
        ]
