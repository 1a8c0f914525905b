"""Sentences in which the rest determines a pronoun: whom it means follows from the verb, or from the sentence before.

Persons are drawn so that each pronoun comes equally often, with every verb and every job alike.
"""

from collections.abc import Callable
from random import Random

from assignment.making.language.sentence import Draft, Sentence
from assignment.making.language.words import COLOURS, DEEDS, JOBS, NAMES_OF, OBJECTS, PLACES, PRONOUNS, Pronoun

# "X thanked Y because PRONOUN ...": the reason is Y's with the first verbs, X's with the others.
OF_THE_OTHER = {
    "thanked": "had helped so much", "praised": "won the race", "blamed": "broke the window",
    "paid": "did all the work", "forgave": "said sorry", "congratulated": "passed the exam",
}  # fmt: skip
OF_THE_ONE = {
    "called": "needed some help", "visited": "felt lonely", "asked": "did not know the answer",
    "obeyed": "feared a fine", "joined": "wanted company", "left": "had to go home",
}  # fmt: skip
_FEELINGS = ("felt tired", "felt happy", "felt ill", "was late", "was hungry", "had a cold")
_OWN = ("coat", "bike", "book", "phone", "key", "letter")
Person = tuple[str, Pronoun]


def write_coreference(random: Random) -> Sentence:
    """Write a sentence with a pronoun whose antecedent is known."""
    draft = Draft()
    random.choice(_FORMS)(draft, random)
    return draft.finish("coreference")


def draw_persons(random: Random) -> tuple[Person, Person]:
    """Draw two persons with different pronouns."""
    one, other = random.sample(PRONOUNS, 2)
    return (random.choice(NAMES_OF[one]), one), (random.choice(NAMES_OF[other]), other)


def _add_pronoun(draft: Draft, form: str, to: int) -> None:
    draft.link("coreference", draft.add_target(form), to)


def _write_because(draft: Draft, random: Random) -> None:
    (one, one_pronoun), (other, other_pronoun) = draw_persons(random)
    verbs = OF_THE_OTHER if random.random() < 0.5 else OF_THE_ONE
    verb = random.choice(tuple(verbs))
    first = draft.add(one)
    draft.add(verb)
    second = draft.add(other)
    draft.add("because")
    if verbs is OF_THE_OTHER:
        _add_pronoun(draft, other_pronoun.subject, second)
    else:
        _add_pronoun(draft, one_pronoun.subject, first)
    draft.add(f"{verbs[verb]} .")


def _write_job(draft: Draft, random: Random) -> None:
    """A job is named with its person; a second sentence goes on with the job, and the person tells the pronoun."""
    ((name, pronoun), _), job, feeling = draw_persons(random), random.choice(JOBS), random.choice(_FEELINGS)
    person = draft.add(name)
    named = draft.add(f"is {job.article} {job.name}")
    draft.add(f"and lives near the {random.choice(PLACES)} .")
    draft.link("coreference", draft.add(f"the {job.name}"), named)
    draft.add("said that")
    _add_pronoun(draft, pronoun.subject, person)
    draft.add((feeling.replace("was", "were") if pronoun.plural else feeling) + " .")


def _write_possessive(draft: Draft, random: Random) -> None:
    (name, pronoun), _ = draw_persons(random)
    owner = draft.add(name)
    draft.add(random.choice(("forgot", "washed", "dropped", "wanted")))
    _add_pronoun(draft, pronoun.possessive, owner)
    draft.add(f"{random.choice(_OWN)} in the {random.choice(PLACES)} .")


def _write_reflexive(draft: Draft, random: Random) -> None:
    (one, pronoun), (other, _) = draw_persons(random)
    first = draft.add(one)
    draft.add(f"{random.choice(('told', 'wrote'))} {other} the truth about")
    _add_pronoun(draft, pronoun.reflexive, first)
    draft.add(".")


def _write_thing(draft: Draft, random: Random) -> None:
    """It or them, as the thing is one or many."""
    (name, _), _ = draw_persons(random)
    many, thing = random.random() < 0.5, random.choice(("key", "letter", "chair", "bottle", "picture", "basket"))
    draft.add(f"{name} {DEEDS[random.choice(('buy', 'find', 'see'))]} the")
    antecedent = draft.add(thing + "s" if many else thing)
    draft.add("and put")
    _add_pronoun(draft, "them" if many else "it", antecedent)
    draft.add(f"in the {random.choice(PLACES)} .")


def _write_next_day(draft: Draft, random: Random) -> None:
    """A second sentence goes on about the person and the thing."""
    (name, pronoun), _ = draw_persons(random)
    thing, place = random.choice(OBJECTS), random.choice(PLACES)
    person = draft.add(name)
    draft.add(f"{DEEDS[random.choice(tuple(DEEDS))]} a {random.choice(COLOURS)}")
    first = draft.add(thing)
    draft.add(f"in the {place} .")
    _add_pronoun(draft, pronoun.subject, person)
    draft.add("painted the")
    second = draft.add_target(thing)
    draft.link("coreference", second, first)
    draft.add("the next day .")


_FORMS: tuple[Callable[[Draft, Random], None], ...] = (
    _write_because, _write_because, _write_job, _write_possessive, _write_reflexive, _write_thing, _write_next_day,
)  # fmt: skip
