"""Sentences in which a verb agrees with a subject across a noun of either number (the attractor).

"The keys near the cabinet are dirty today." A word of time tells the tense, a participle tells `have`, so that the
sentence determines the verb.
"""

from collections.abc import Callable
from random import Random

from assignment.making.language.sentence import Draft, Sentence
from assignment.making.language.words import ANIMATE, ANIMATE_ADJECTIVES, PREPOSITIONS, THING_ADJECTIVES, THINGS

PRESENT, PAST = ("today", "now", "this week"), ("yesterday", "last night", "last week")
_BE = {(False, False): "is", (True, False): "are", (False, True): "was", (True, True): "were"}  # plural, past
_ANIMATE_PARTICIPLES, _THING_PARTICIPLES = ("arrived", "vanished", "slept"), ("vanished", "fallen", "cracked")
_NEAR_VERBS = ("chased", "followed", "watched", "helped", "ignored")


def write_agreement(random: Random) -> Sentence:
    """Write a sentence of one subject, one attractor and one verb that agrees."""
    draft = Draft()
    random.choice(_FORMS)(draft, random)
    return draft.finish("agreement")


def _add_noun(draft: Draft, random: Random, kinds: dict[str, str]) -> tuple[int, bool]:
    """Add "the" and a noun; return its index and whether it is plural."""
    plural = random.random() < 0.5
    singular = random.choice(tuple(kinds))
    return draft.add(f"the {kinds[singular] if plural else singular}"), plural


def _add_subject(draft: Draft, random: Random) -> tuple[int, bool, bool]:
    """Add a subject with its attractor; return the subject's index, whether it is plural, whether it is alive."""
    alive = random.random() < 0.5
    subject, plural = _add_noun(draft, random, ANIMATE if alive else THINGS)
    draw = random.random()
    if draw < 0.2:
        return subject, plural, alive
    if alive and draw < 0.55:
        draft.add(f"that {random.choice(_NEAR_VERBS)}")
        _add_noun(draft, random, ANIMATE)
    else:
        draft.add(random.choice(PREPOSITIONS))
        _add_noun(draft, random, ANIMATE if random.random() < 0.3 else THINGS)
    return subject, plural, alive


def _add_verb(draft: Draft, subject: int, verb: str) -> None:
    draft.link("agreement", draft.add_target(verb), subject)


def _write_adjective(draft: Draft, random: Random) -> None:
    past, first = random.random() < 0.5, random.random() < 0.4
    time = random.choice(PAST if past else PRESENT)
    if first:
        draft.add(f"{time} ,")
    subject, plural, alive = _add_subject(draft, random)
    _add_verb(draft, subject, _BE[plural, past])
    if random.random() < 0.3:
        draft.add("very")
    draft.add(random.choice(ANIMATE_ADJECTIVES if alive else THING_ADJECTIVES))
    draft.add("." if first else f"{time} .")


def _write_participle(draft: Draft, random: Random) -> None:
    subject, plural, alive = _add_subject(draft, random)
    _add_verb(draft, subject, "have" if plural else "has")
    draft.add(random.choice(_ANIMATE_PARTICIPLES if alive else _THING_PARTICIPLES))
    draft.add(random.choice(("again .", "at last .", ".")))


def _write_negation(draft: Draft, random: Random) -> None:
    subject, plural, alive = _add_subject(draft, random)
    _add_verb(draft, subject, "do" if plural else "does")
    draft.add(f"not {random.choice(('bite', 'smile', 'sleep') if alive else ('shine', 'wobble', 'fit'))} .")


def _write_there(draft: Draft, random: Random) -> None:
    """Here the verb stands before its subject."""
    past = random.random() < 0.5
    time = random.choice(PAST if past else PRESENT)
    draft.add(f"{time} , there")
    verb = draft.add("?")
    plural, singular = random.random() < 0.5, random.choice(tuple(THINGS))
    draft.words[verb] = _BE[plural, past]
    draft.targets.append(verb)
    subject = draft.add(f"some {THINGS[singular]}" if plural else f"a {singular}")
    draft.link("agreement", verb, subject)
    draft.add(random.choice(PREPOSITIONS))
    _add_noun(draft, random, THINGS)
    draft.add(".")


_FORMS: tuple[Callable[[Draft, Random], None], ...] = (
    _write_adjective, _write_adjective, _write_participle, _write_negation, _write_there,
)  # fmt: skip
