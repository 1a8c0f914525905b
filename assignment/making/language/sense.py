"""Sentences about words of two meanings, in which the other words tell which one is meant."""

from collections.abc import Callable
from random import Random

from assignment.making.language.senses import SENSES, Sense
from assignment.making.language.sentence import Draft, Sentence
from assignment.making.language.words import ANIMATE, NAMES

_KIN = 0.1  # how often the word of one meaning stands in its place
_PEOPLE = ("friend", "neighbour", "student", "visitor")


def write_sense(random: Random) -> Sentence:
    """Write a sentence around a word of two meanings, now and then around its kin."""
    draft = Draft()
    sense = random.choice(SENSES)
    kin = bool(sense.kin) and random.random() < _KIN
    random.choice(_FORMS)(draft, random, sense, kin)
    return draft.finish("sense")


def _add_word(draft: Draft, sense: Sense, kin: bool) -> None:
    """Add the word with its article."""
    if sense.article:
        draft.add("the")
    if kin:
        draft.add(sense.kin)
    else:
        draft.senses.append((draft.add_target(sense.word), sense.meaning))


def _add_does(draft: Draft, random: Random, sense: Sense, kin: bool) -> str:
    """Add "the bat flew out of the dark cave"; return the clue."""
    clue = random.choice(sense.does)
    _add_word(draft, sense, kin)
    draft.add(clue)
    return clue


def _add_done(draft: Draft, random: Random, sense: Sense, kin: bool) -> None:
    """Add "anna swung the bat at the ball"."""
    before, after = random.choice(sense.done).split("~")
    draft.add(random.choice(tuple(NAMES)) if random.random() < 0.6 else f"the {random.choice(_PEOPLE)}")
    draft.add(before)
    _add_word(draft, sense, kin)
    draft.add(after)


def _write_does(draft: Draft, random: Random, sense: Sense, kin: bool) -> None:
    _add_does(draft, random, sense, kin)
    draft.add(".")


def _write_done(draft: Draft, random: Random, sense: Sense, kin: bool) -> None:
    _add_done(draft, random, sense, kin)
    draft.add(".")


def _write_twice(draft: Draft, random: Random, sense: Sense, kin: bool) -> None:
    """Two clues of one meaning, so that either tells what the other may be."""
    clue = _add_does(draft, random, sense, kin)
    draft.add("and then it")
    draft.add(random.choice([other for other in sense.does if other != clue]))
    draft.add(".")


def _write_both(draft: Draft, random: Random, sense: Sense, kin: bool) -> None:
    """The same word twice in one meaning, in two sentences."""
    _add_done(draft, random, sense, kin)
    draft.add(".")
    _write_does(draft, random, sense, kin)


def _write_kind(draft: Draft, random: Random, sense: Sense, kin: bool) -> None:
    """A sentence, and what kind of thing its word stands for."""
    (_add_does if random.random() < 0.5 else _add_done)(draft, random, sense, kin)
    *before, last = sense.is_a.split()
    draft.add(". it is " + " ".join(before))
    draft.add_target(last)
    draft.add(".")


def _write_two_meanings(draft: Draft, random: Random, sense: Sense, kin: bool) -> None:
    """The word in both meanings, in one sentence."""
    other = next(its for its in SENSES if its.word == sense.word and its != sense)
    _add_does(draft, random, sense, False)
    draft.add("while")
    _add_done(draft, random, other, False)
    draft.add(".")


_FORMS: tuple[Callable[[Draft, Random, Sense, bool], object], ...] = (
    _write_does, _write_done, _write_twice, _write_both, _write_kind, _write_kind, _write_two_meanings,
)  # fmt: skip
if set(_PEOPLE) - set(ANIMATE):
    raise ValueError(f"people {_PEOPLE}; expected words of the grammar")
