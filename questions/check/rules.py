"""Lint rules for multiple-choice questions, after two published lists, and the silences that a bank may carry.

Sources: Haladyna, Downing, Rodriguez, "A review of multiple-choice item-writing guidelines for classroom assessment"
(Applied Measurement in Education 15(3), 2002: 31 guidelines, here `HDR`), and the 19 item-writing flaws of SAQUET
(Moore, Costello, Nguyen, Stamper, "An automatic question usability evaluation toolkit", AIED 2024, here `SAQUET`).

Each rule has a code. A question or a choice may carry `lint: {code: reason}`: the finding stays, and the reason says
why. An unknown code, an empty reason and a silence that silences nothing are faults.

Read by a person, since no program here can decide them: ambiguous wording; trick items; trivial content; logical cues
and convergence (`guesses.py` bounds what they earn); humour; choices that are unlike in kind; whether a long stem is
gratuitous beyond its length; whether both languages mean the same beyond their numbers and names. Not flaws here: more
than one right choice and true-or-false statements are the form of this homework, and `key.py` holds it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from assignment.fixable import Fault, suggest
from questions.bank import Bank
from questions.check import claims, form, words
from questions.check.item import Flaw, Item, in_each
from questions.key import Place
from questions.question import Silences

Needs = Literal["text", "key", "mutants", "leaks"]


@dataclass(frozen=True)
class Rule:
    """What a rule says in one sentence, where it comes from, how it is found, and what it has to know."""

    says: str
    source: str
    find: Callable[[Sequence[Item]], Iterable[Flaw]]
    needs: Needs = "text"


@dataclass(frozen=True)
class Finding:
    """One flaw; `place` is the question's id and the letter of a choice, "" for the stem ("" twice: the bank)."""

    code: str
    place: Place
    says: str


@dataclass(frozen=True)
class LintReport:
    """What stays to be mended, and what was silenced with a reason."""

    faults: tuple[Fault, ...]
    silenced: tuple[Finding, ...]


RULES: dict[str, Rule] = {
    "negative-stem": Rule(
        "The stem is a positive question.",
        "HDR 17; SAQUET negative worded",
        in_each(words.find_negative_stems),
    ),
    "negative-choice": Rule(
        "A choice is a positive statement.",
        "HDR 27; SAQUET negative worded",
        in_each(words.find_negative_choices),
    ),
    "fact-in-stem": Rule(
        "A stem or a step tells no decimal number and no percentage but in code: a fact is `given`, with a claim.",
        "HDR 4; one question answers another",
        in_each(words.find_told_facts),
    ),
    "fact-in-choice": Rule("A choice tells no amount but what it asks.", "HDR 4", in_each(claims.find_told_amounts)),
    "all-or-none": Rule(
        "No choice is all, none or both of the others.",
        "HDR 25, 26; SAQUET all of the above, none of the above",
        in_each(words.find_sums),
    ),
    "combined-choices": Rule(
        "No choice names other choices by letter.",
        "HDR 9; SAQUET complex or K-type",
        in_each(words.find_combined),
    ),
    "absolute-words": Rule(
        "No word without exceptions, such as always.",
        "HDR 28a; SAQUET absolute terms",
        in_each(words.find_absolute_words),
    ),
    "vague-words": Rule(
        "No often or usually in a choice, and no nearly or many without an amount or a comparison beside it.",
        "SAQUET vague terms",
        in_each(words.find_vague_words),
    ),
    "mixed-languages": Rule(
        "English stands under en, Chinese under zh.",
        "two languages",
        in_each(words.find_mixed_languages),
    ),
    "simplified-chinese": Rule(
        "The Chinese is Traditional.",
        "two languages",
        in_each(words.find_simplified),
    ),
    "different-numbers": Rule(
        "Both languages hold the same numbers.",
        "two languages",
        in_each(words.find_different_numbers),
    ),
    "different-names": Rule(
        "Both languages name the same pictures, layers, heads, sentences.",
        "two languages",
        in_each(words.find_different_names),
    ),
    "longest-is-right": Rule(
        f"No right choice is more than {form.LONGER} times as long as every other one, in either language.",
        "HDR 24, 28d; SAQUET longest option correct",
        in_each(form.find_longest_right),
        "key",
    ),
    "repeated-words": Rule(
        "No word of the stem stands in all of several right choices and in no wrong one (function words left out).",
        "HDR 28b; SAQUET word repeats",
        in_each(form.find_repeated_words),
        "key",
    ),
    "long-stem": Rule(
        f"A stem has at most {form.STEM_WORDS} English words and {form.STEM_CHARACTERS} Chinese characters, "
        f"a step {form.STEP_WORDS} and {form.STEP_CHARACTERS}.",
        "HDR 13, 16; SAQUET gratuitous information",
        in_each(form.find_long_stems),
    ),
    "gratuitous-picture": Rule(
        "Every picture shown beside a question is one that a choice speaks of or a claim measures.",
        "HDR 16; SAQUET gratuitous information",
        in_each(form.find_gratuitous),
    ),
    "unfocused-stem": Rule(
        "The stem ends in a question.",
        "HDR 14, 15; SAQUET unfocused stem",
        in_each(form.find_unfocused),
    ),
    "fill-in-gap": Rule("The stem has no gap to fill in.", "SAQUET fill in the blank", in_each(form.find_gaps)),
    "grammatical-cue": Rule(
        "The stem's end fits every choice, and all choices end alike.",
        "HDR 28c; SAQUET grammatical cues",
        in_each(form.find_grammatical_cues),
    ),
    "numeric-order": Rule(
        "Choices that are bare numbers rise.",
        "HDR 21; SAQUET lost sequence",
        in_each(form.find_lost_order),
    ),
    "duplicated-choice": Rule(
        "No two choices of a question have the same text.",
        "HDR 22",
        in_each(form.find_doubled_choices),
    ),
    "merged-choices": Rule(
        "Without < > & and backslashes, which Canvas loses, no choice is another's text, and something is left of it.",
        "Canvas, clear_html",
        in_each(form.find_merged_choices),
    ),
    "overlapping-choices": Rule(
        "No choice decides another of its question: same, opposite, implied or excluded by arguments and bounds.",
        "HDR 22, 28e",
        in_each(claims.find_overlaps),
    ),
    "implausible-distractor": Rule(
        "Every wrong choice is made true by at least one mutant, that is by a mistake that we know of.",
        "HDR 29, 30; SAQUET implausible distractors",
        in_each(claims.find_implausible),
        "mutants",
    ),
    "leak": Rule(
        "No fact of a stem and no other choice settles it (`hw9 questions leaks`).", "HDR 4", lambda _: (), "leaks"
    ),
    "uneven-letters": Rule(
        f"Right choices are spread over the letters as chance would (chi-square, p at least {claims.P_VALUE}; "
        f"not judged where a letter is expected to be right less than {claims.EXPECTED:g} times).",
        "HDR 20",
        claims.find_uneven_letters,
        "key",
    ),
}


def lint(bank: Bank, letters: Mapping[str, frozenset[str]], flipped: Mapping[Place, int] | None = None) -> LintReport:
    """Return the findings of a bank, less those that it silences, with the faults of the silences themselves.

    letters: the right ones by question id, of the questions whose key is known; a rule that needs the key is left out
    for the others. flipped: how many mutants make each wrong choice true; None, and the rule that needs it is left out.
    """
    findings = list_findings(bank, letters, flipped)
    silences = dict(_list_silences(bank))
    silenced = tuple(finding for finding in findings if _find_silence(finding, silences))
    faults = [_to_fault(bank, finding) for finding in findings if not _find_silence(finding, silences)]
    used = {(where, finding.code) for finding in silenced for where in _find_silence(finding, silences)}
    for place, codes in silences.items():
        known = _list_known(place, letters, flipped)
        where = (*_find_place(bank, place), "lint")
        faults += (Fault(where, says) for says in _find_silence_faults(place, codes, used, known))
    return LintReport(tuple(faults), silenced)


def list_findings(
    bank: Bank, letters: Mapping[str, frozenset[str]], flipped: Mapping[Place, int] | None = None
) -> tuple[Finding, ...]:
    """Return every finding of every rule in the order of the questions, silenced or not; arguments as of `lint`."""
    items = [Item(one, letters.get(one.id), _take_flipped(one.id, flipped)) for one in bank.questions]
    judged: dict[Needs, list[Item]] = {"text": items, "key": [item for item in items if item.right is not None]}
    judged |= {"mutants": [] if flipped is None else judged["key"], "leaks": []}
    found = [Finding(code, (name, letter), says) for code, rule in RULES.items()
             for name, letter, says in rule.find(judged[rule.needs])]  # fmt: skip
    order = {name: index for index, name in enumerate(bank.ids)}
    return tuple(sorted(found, key=lambda finding: (order.get(finding.place[0], len(order)), finding.place[1])))


def _take_flipped(question_id: str, flipped: Mapping[Place, int] | None) -> dict[str, int] | None:
    if flipped is None:
        return None
    return {letter: count for (name, letter), count in flipped.items() if name == question_id}


def _list_silences(bank: Bank) -> Iterator[tuple[Place, Silences]]:
    for question in bank.questions:
        yield (question.id, ""), question.lint
        yield from (((question.id, letter), choice.lint) for letter, choice in question.choices.items())


def _find_silence(finding: Finding, silences: Mapping[Place, Silences]) -> set[Place]:
    """Return where a finding is silenced: at its choice, or at its question for all choices."""
    places = {finding.place, (finding.place[0], "")}
    return {place for place in places if finding.code in silences.get(place, {})}


def _find_silence_faults(place: Place, codes: Silences, used: set[tuple[Place, str]], known: set[str]) -> Iterator[str]:
    for code, reason in codes.items():
        if code not in RULES:
            yield f"unknown code {code!r}; expected {suggest(code, RULES)}"
        elif not reason.strip():
            yield f"{code}: no reason; expected why the finding stays"
        elif code in known and (place, code) not in used:
            yield f"{code} silences nothing; expected no such line"


def _list_known(place: Place, letters: Mapping[str, frozenset[str]], flipped: Mapping[Place, int] | None) -> set[str]:
    """Return the codes of the rules that have judged a question."""
    needs = {"text"} | ({"key"} if place[0] in letters else set())
    needs |= {"mutants"} if flipped is not None and place[0] in letters else set()
    return {code for code, rule in RULES.items() if rule.needs in needs}


def _to_fault(bank: Bank, finding: Finding) -> Fault:
    return Fault(_find_place(bank, finding.place), f"{finding.says} [{finding.code}]")


def _find_place(bank: Bank, place: Place) -> tuple[str, ...]:
    question_id, letter = place
    where = bank.places[question_id] if question_id else ("bank",)
    return (*where, f"choice {letter}") if letter else where
