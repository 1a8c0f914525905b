"""Short passages, each with a question whose answer is a span of it.

"Anna bought a red bike at the market on Monday. Ben ... Who bought the red bike?"
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from assignment.making.language.sentence import to_text
from assignment.making.language.words import COLOURS, DAYS, DEEDS, NAMES, OBJECTS, PLACES

FACTS = 3


@dataclass(frozen=True)
class Fact:
    """Somebody did something with a coloured thing, somewhere, on some day."""

    name: str
    deed: str
    colour: str
    thing: str
    place: str
    day: str

    def words(self) -> list[str]:
        """Return the fact as a sentence."""
        return (
            f"{self.name} {DEEDS[self.deed]} a {self.colour} {self.thing} in the {self.place} on {self.day} .".split()
        )


# What is asked, the question, and where in the fact's sentence the answer starts and ends.
QUESTIONS = {
    "who": ("who {past} the {colour} {thing} ?", 0, 0),
    "what": ("what did {name} {deed} ?", 2, 4),
    "colour": ("which colour is the {thing} of {name} ?", 3, 3),
    "where": ("where did {name} {deed} the {thing} ?", 6, 7),
    "when": ("when did {name} {deed} the {thing} ?", 9, 9),
}


@dataclass(frozen=True)
class Passage:
    """A question, a passage, and the answer: words start to end of the passage, both counted in.

    about: what is asked (a key of QUESTIONS). fact: the number of the sentence that answers.
    """

    question: tuple[str, ...]
    words: tuple[str, ...]
    start: int
    end: int
    about: str
    fact: int

    @property
    def answer(self) -> str:
        """The words of the answer."""
        return " ".join(self.words[self.start : self.end + 1])

    @property
    def texts(self) -> tuple[str, str]:
        """The question and the passage as a person writes them."""
        return to_text(self.question), to_text(self.words)


def write_passage(random: Random, *, facts: Sequence[int] = range(FACTS), about: str | None = None) -> Passage:
    """Write a passage of three sentences and a question that one of the sentences numbered `facts` answers."""
    told = _draw_facts(random)
    fact, asked = random.choice(facts), about or random.choice(tuple(QUESTIONS))
    question, first, last = QUESTIONS[asked]
    its = told[fact]
    sentences = [one.words() for one in told]
    before = sum(len(words) for words in sentences[:fact])
    filled = question.format(
        name=its.name, deed=its.deed, past=DEEDS[its.deed], colour=its.colour, thing=its.thing
    )  # fmt: skip
    return Passage(
        question=tuple(filled.split()), words=tuple(word for words in sentences for word in words),
        start=before + first, end=before + last, about=asked, fact=fact,
    )  # fmt: skip


def _draw_facts(random: Random) -> list[Fact]:
    """Draw facts with different persons; half of the time two of them share the thing, in different colours."""
    names, colours = random.sample(tuple(NAMES), FACTS), random.sample(COLOURS, FACTS)
    things, places = random.sample(OBJECTS, FACTS), random.sample(PLACES, FACTS)
    days, deeds = random.sample(DAYS, FACTS), random.sample(tuple(DEEDS), FACTS)
    if random.random() < 0.5:
        one, other = random.sample(range(FACTS), 2)
        things[other], deeds[other] = things[one], deeds[one]
    return [Fact(*row) for row in zip(names, deeds, colours, things, places, days, strict=True)]
