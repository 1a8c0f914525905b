"""Wording: a claim as a sentence in both languages, put together from phrases. A person edits it, or keeps it."""

import re
from collections.abc import Sequence

from assignment.assignment import Bilingual
from questions.claim import Claim, fill_in
from questions.explore.drafts.naming import Naming, write
from questions.explore.drafts.phrases import ADJUNCTS, PHRASES
from questions.explore.placements import Placement

_HAN = "\u4e00-\u9fff"
_SIDES = {"above": ("larger", "大於", "above"), "below": ("smaller", "小於", "below")}


def say_claim(claim: Claim, naming: Naming) -> Bilingual:
    """Return what a claim states, as a sentence."""
    one, bound = fill_in(claim.measure, claim.with_), claim.bound
    if not isinstance(bound, dict):
        return _say_number(claim, one, bound, naming)
    two = one | bound
    larger, more, _ = _SIDES[claim.side]
    apart = [name for name in one | two if one.get(name) != two.get(name)]
    told = _list_adjuncts(claim.measure, one)
    shared = [_say_adjunct(claim.measure, name, one, naming) for name in told if name not in apart]
    cores = [_say_core(claim.measure, its, naming) for its in (one, two)]
    if set(apart) <= set(told):
        first, second = (
            [_say_adjunct(claim.measure, name, its, naming) for name in told if name in apart] for its in (one, two)
        )
        en = f"{cores[0].en} is {larger} {_join(first)} than {_join(second)}"
        zh = f"{cores[0].zh}，{_join_zh(first)}{more}{_join_zh(second)}"
    elif len(apart) == 1 and _is_a_name(claim, apart[0], one, naming) and apart[0] not in told:
        first_name, second_name = (_name(claim, apart[0], its, naming) for its in (one, two))
        en = f"{cores[0].en} is {larger} than with {second_name.en} in place of {first_name.en}"
        zh = f"{cores[0].zh}{more}把{first_name.zh}換成{second_name.zh}時"
    else:
        own = [[_say_adjunct(claim.measure, name, its, naming) for name in told if name in apart] for its in (one, two)]
        first_en, second_en = (
            " ".join([core.en, *(adjunct.en for adjunct, _ in its)]) for core, its in zip(cores, own, strict=True)
        )
        first_zh, second_zh = (f"{_join_zh(its)}{core.zh}" for core, its in zip(cores, own, strict=True))
        en, zh = f"{first_en} is {larger} than {second_en}", f"{first_zh}{more}{second_zh}"
    return _say_whole(shared, en, zh)


def _name(claim: Claim, argument: str, placement: Placement, naming: Naming) -> Bilingual:
    return naming.name(claim.measure, argument, placement)


def _is_a_name(claim: Claim, argument: str, placement: Placement, naming: Naming) -> bool:
    return argument != "side" and not _name(claim, argument, placement, naming).en.isdecimal()


def say_why(value: float, bound: float) -> Bilingual:
    """Return why a claim holds or not, as far as a program knows: the two numbers."""
    return Bilingual(
        en=f"The Outputs give {value:.3g} against {bound:.3g}.", zh=f"算出來是 {value:.3g}，比較的對象是 {bound:.3g}。"
    )


def _say_number(claim: Claim, one: Placement, bound: float, naming: Naming) -> Bilingual:
    core = _say_core(claim.measure, one, naming)
    shared = [_say_adjunct(claim.measure, name, one, naming) for name in _list_adjuncts(claim.measure, one)]
    _, more, above = _SIDES[claim.side]
    return _say_whole(shared, f"{core.en} is {above} {write(bound)}", f"{core.zh}{more} {write(bound)}")


def _list_adjuncts(measure: str, placement: Placement) -> list[str]:
    """Return the arguments that stand beside a number's name, in the order in which they are told."""
    phrase = PHRASES[measure]
    return [name for name in ADJUNCTS if placement.get(name) is not None and not re.search(rf"{{{name}\b", phrase.en)]


def _say_core(measure: str, placement: Placement, naming: Naming) -> Bilingual:
    phrase = PHRASES[measure]
    names = re.findall(r"\{(\w+)\}", phrase.en + phrase.zh)
    said = {name: naming.name(measure, name, placement) for name in names}
    return Bilingual(
        en=phrase.en.format_map({name: its.en for name, its in said.items()}),
        zh=phrase.zh.format_map({name: its.zh for name, its in said.items()}),
    )


def _say_adjunct(measure: str, name: str, placement: Placement, naming: Naming) -> tuple[Bilingual, str]:
    en, zh, after = ADJUNCTS[name]
    said = naming.name(measure, name, placement)
    return Bilingual(en=en.format(said.en), zh=zh.format(said.zh)), after


def _join(adjuncts: Sequence[tuple[Bilingual, str]]) -> str:
    return " ".join(its.en for its, _ in adjuncts)


def _join_zh(adjuncts: Sequence[tuple[Bilingual, str]]) -> str:
    return "".join(its.zh for its, _ in adjuncts)


def _say_whole(shared: Sequence[tuple[Bilingual, str]], en: str, zh: str) -> Bilingual:
    front = "".join(f"{its.en}, " for its, _ in shared)
    front_zh = "".join(
        f"{its.zh.rstrip()} {after}，" if its.zh[-1:] == " " else f"{its.zh}{after}，" for its, after in shared
    )
    return Bilingual(en=tidy(front + en) + ".", zh=tidy(front_zh + zh) + "。")


def tidy(text: str) -> str:
    """Return a text with one space between words, and between Chinese and others, but none beside punctuation.

    >>> tidy("in picture 1,  the share"), tidy("圖 6中， hide = mean的結果")
    ('In picture 1, the share', '圖 6 中，hide = mean 的結果')
    """
    text = re.sub(rf"(?<=[{_HAN}])(?=[\w\"`])(?![{_HAN}])|(?<=[\w\"%])(?<![{_HAN}])(?=[{_HAN}])", " ", text)
    text = re.sub(r" ?([，。（）「」、]) ?", r"\1", re.sub(r" {2,}", " ", text).strip())
    return text if re.match(r"\w+ =", text) else text[:1].upper() + text[1:]
