"""Drafts: choices and whole questions as the bank has them, from claims that were chosen."""

from collections.abc import Iterable, Sequence
from typing import Any

import yaml

from assignment.assignment import Bilingual
from questions.explore.drafts.choose import Pair
from questions.explore.drafts.families import Member
from questions.explore.drafts.naming import Naming, tell_changes
from questions.explore.drafts.wording import say_claim, say_why, tidy
from questions.themes import Theme

Data = dict[str, Any]
_TITLES = {
    "lime": ("LIME", "LIME"),
    "saliency": ("the saliency maps", "顯著圖"),
    "smoothgrad": ("SmoothGrad", "SmoothGrad"),
    "filters": ("the filters", "濾波器"),
    "integrated_gradients": ("integrated gradients", "積分梯度"),
    "attention": ("attention", "注意力"),
    "embedding_pca": ("the embeddings of the passages", "短文的嵌入"),
    "embedding_distance": ("the embeddings of a word", "單字的嵌入"),
}
_THINGS = {"picture": ("picture", "圖"), "text": ("sentence", "句子"), "passage": ("passage", "短文")}


def draft_choice(member: Member, naming: Naming) -> Data:
    """Return a choice as the bank has it: say, claim, why."""
    claim = member.claim.model_dump(by_alias=True, exclude_none=True)
    its = {name: claim[name] for name in ("measure", "with", "above", "below", "margin") if name in claim}
    return {
        "say": _to_data(say_claim(member.claim, naming)),
        "claim": its,
        "why": _to_data(say_why(member.value, member.bound)),
    }


def draft_question(
    analysis: str, index: int, number: int, theme: Theme, members: Sequence[Member], naming: Naming
) -> Data:
    """Return a question as the bank has it, its choices in the order that is given."""
    pictures = sorted({one.placement["picture"] for one in _list_values(members) if "picture" in one.placement})
    steps = [_to_data(step) for step in list_steps(members, naming)]
    return {
        "id": f"{analysis}-{index}",
        "number": number,
        "asks": "change" if steps else "compare" if any(one.two for one in members) else "look",
        "theme": theme,
        "ask": _to_data(_ask(analysis, members)),
        **({"steps": steps} if steps else {}),
        **({"pictures": pictures} if pictures else {}),
        "choices": {letter: draft_choice(one, naming) for letter, one in zip("abcde", members, strict=False)},
    }


def list_steps(members: Sequence[Member], naming: Naming) -> list[Bilingual]:
    """Return what to change in a scratch cell, one experiment a step."""
    changes: dict[tuple[str, str], dict[str, Any]] = {}
    for member in members:
        for value in (member.one, member.two):
            for name, run in value.placement.items() if value else ():
                group = naming.find_group(member.claim.measure, name, value.placement) if value else None
                if group and isinstance(run, str) and (its := naming.list_changes(group, run)):
                    changes[group, run] = its
    return [_say_step(group, its) for (group, _), its in sorted(changes.items())]


def _say_step(group: str, changes: Data) -> Bilingual:
    told = tell_changes(changes)
    en, zh = _TITLES[group]
    return Bilingual(
        en=f"In the scratch cell of {en} set {told.en}; all else stays as in the official cell.",
        zh=tidy(f"在{zh}的 scratch 儲存格設定 {told.zh}，其餘與 official 儲存格相同。"),
    )


def _ask(analysis: str, members: Sequence[Member]) -> Bilingual:
    """Return what to look at; what the question is about stands in `theme`, and is not told."""
    en, zh = _TITLES[analysis]
    looks = [_name_things(name, members) for name in _THINGS]
    told = [one for one in looks if one is not None]
    if not told:
        look, look_zh = f"Look at the results of {en}", f"觀察{zh}的結果"
    else:
        look = f"In the results of {en}, look at {' and '.join(one.en for one in told)}"
        look_zh = f"在{zh}的結果中觀察{'和'.join(one.zh for one in told)}"
    return Bilingual(en=f"{look}. Which statements hold?", zh=tidy(f"{look_zh}。哪些敘述成立？"))


def _name_things(argument: str, members: Sequence[Member]) -> Bilingual | None:
    numbers = sorted({one.placement[argument] for one in _list_values(members) if argument in one.placement})
    if not numbers:
        return None
    en, zh = _THINGS[argument]
    several = "s" if len(numbers) > 1 else ""
    return Bilingual(en=f"{en}{several} {_join(numbers, ' and ', ', ')}", zh=f"{zh} {_join(numbers, ' 和 ', '、')}")


def _join(numbers: Sequence[int], last: str, comma: str) -> str:
    told = list(map(str, numbers))
    return told[0] if len(told) == 1 else f"{comma.join(told[:-1])}{last}{told[-1]}"


def _list_values(members: Iterable[Member]) -> list[Any]:
    return [value for one in members for value in (one.one, one.two) if value is not None]


def write_pairs(analysis: str, pairs: Sequence[Pair], mistakes: int, naming: Naming) -> str:
    """Return pairs as YAML: of each choice a comment with its truth, figures and mistakes, then what the bank needs."""
    lines = [f"# {analysis}: choices for the bank, in pairs of the same statement: one is true, the other is false."]
    for number, pair in enumerate(pairs, start=1):
        for member in pair:
            word = "true" if member.truth else "false"
            found = f"{len(member.caught)} of {mistakes} mistakes" + "".join(
                f", {one}" for one in sorted(member.caught)
            )
            figures = f"{member.value:.4g} against {member.bound:.4g}, {member.margins:.1f} margins"
            lines.append(f"# pair {number}, {word}: {figures}; tells {found}")
            lines.append(dump([draft_choice(member, naming)]).rstrip())
    return "\n".join(lines) + "\n"


def write_questions(questions: Sequence[Data]) -> str:
    """Return questions as a file of the bank."""
    return "# Drafted by `hw9 questions suggest --questions`: read, edit, check.\n" + dump(questions)


def dump(data: object) -> str:
    """Return data as YAML as a person writes it: in order, no aliases, Chinese as it is."""
    return yaml.dump(data, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=118)


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


def _to_data(text: Bilingual) -> Data:
    return {"en": text.en, "zh": text.zh}
