"""Sentences about who does what where, and about words of one meaning (synonyms)."""

from collections.abc import Callable
from random import Random

from assignment.making.language.sentence import Draft, Sentence
from assignment.making.language.words import DAYS, JOBS, NAMES, SYNONYMS

_FRAMES = {
    "big": ("the ~ dog", "a ~ table"), "small": ("the ~ bird", "a ~ bottle"), "quick": ("the ~ horse", "a ~ runner"),
    "glad": ("the ~ child", "a ~ visitor"),
}  # fmt: skip
_WHOLE = {
    "sofa": ("{name} slept on the ~ after lunch .", "the cat sat on the soft ~ ."),
    "street": ("{name} crossed the busy ~ .", "the buses drive along the ~ ."),
    "stone": ("{name} threw a ~ into the water .", "the ~ was hard and grey ."),
    "gift": ("{name} wrapped the birthday ~ in paper .", "the child opened the birthday ~ ."),
    "began": ("the concert ~ at noon .", "{name} ~ to sing on {day} ."),
    "shut": ("{name} ~ the door behind the cat .", "the shop ~ early on {day} ."),
}


def write_relation(random: Random) -> Sentence:
    """Write a sentence about a job and what belongs to it."""
    draft = Draft()
    random.choice(_FORMS)(draft, random)
    return draft.finish("relation")


def write_synonym(random: Random) -> Sentence:
    """Write a sentence in which one of two synonyms stands; nothing tells which."""
    pair = random.choice(SYNONYMS)
    word, frames = random.choice(pair), _FRAMES.get(pair[0])
    draft = Draft()
    if frames:
        draft.add(random.choice(frames).replace("~", word))
        draft.add(f"slept near the road on {random.choice(DAYS)} ." if random.random() < 0.3 else "came home today .")
    else:
        text = random.choice(_WHOLE[pair[0]]).replace("~", word)
        draft.add(text.format(name=random.choice(tuple(NAMES)), day=random.choice(DAYS)))
    return draft.finish("synonym")


def _write_present(draft: Draft, random: Random) -> None:
    job = random.choice(JOBS)
    draft.add("the")
    draft.add_target(job.name)
    draft.add_target(job.present)
    draft.add_target(job.thing)
    draft.add("in the" if random.random() < 0.7 else "every day in the")
    draft.add_target(job.place)
    draft.add(".")


def _write_past(draft: Draft, random: Random) -> None:
    job = random.choice(JOBS)
    draft.add(f"on {random.choice(DAYS)} the")
    draft.add_target(job.name)
    draft.add_target(job.past)
    draft.add_target(job.thing)
    draft.add(".")


def _write_name(draft: Draft, random: Random) -> None:
    job = random.choice(JOBS)
    draft.add(f"{random.choice(tuple(NAMES))} is {job.article}")
    draft.add_target(job.name)
    draft.add("and works in the")
    draft.add_target(job.place)
    draft.add(".")


_FORMS: tuple[Callable[[Draft, Random], None], ...] = (_write_present, _write_past, _write_name)
