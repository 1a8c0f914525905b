"""What arguments are called in both languages on a course: its regions, labels, runs, words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from assignment.arrays import BACKGROUND
from assignment.assignment import Bilingual
from assignment.course import Course
from questions.explore.placements import Placement

_FIXED: Mapping[tuple[str, Any], tuple[str, str]] = {
    ("label", "truth"): ("the true label", "真實類別"),
    ("label", "predicted"): ("the predicted label", "預測的類別"),
    ("label", "runner_up"): ("the runner-up label", "真實類別以外 logit 最大的類別"),
    ("side", "for"): ("for", "支持"),
    ("side", "against"): ("against", "反對"),
    ("region", BACKGROUND): ("the background", "背景"),
    ("region", None): ("the whole picture", "整張圖"),
    ("analysis", "saliency"): ("the saliency map", "顯著圖"),
    ("analysis", "smoothgrad"): ("the SmoothGrad map", "SmoothGrad 圖"),
    ("analysis", "integrated_gradients"): ("the integrated-gradients map without signs", "去掉正負號的積分梯度圖"),
    ("by", "reached"): ("its ascent picture", "自己的梯度上升圖"),
    ("by", "noise"): ("white noise", "白雜訊"),
    ("over", "mean"): ("the largest mean on a picture", "各圖中最大的平均值"),
    ("over", "largest"): ("the largest value on a picture", "各圖中的最大值"),
    ("function", "previous"): ("the previous token", "前一個 token"),
    ("function", "next"): ("the next token", "後一個 token"),
    ("function", "itself"): ("the token itself", "token 自己"),
    ("function", "same_word"): ("the same word elsewhere", "別處的同一個詞"),
    ("function", "separator"): ("separators", "分隔符號"),
    ("function", "punctuation"): ("punctuation", "標點"),
    ("function", "coreference"): ("the one whom a pronoun means", "代名詞所指的對象"),
    ("function", "agreement"): ("the subject of a verb", "動詞的主詞"),
    ("answer", "right"): ("the right answer", "正確答案"),
    ("answer", "given"): ("the answer that the model gives", "模型給的答案"),
    ("array", "euclidean"): ("distance", "距離"),
    ("array", "cosine"): ("cosine similarity", "餘弦相似度"),
    ("array", "prediction"): ("", ""),
    ("array", "prediction_also"): (" with the word that it goes with hidden too", "把相關的詞也遮住時，"),
    ("layer", None): ("any layer", "任何一層"),
}  # fmt: skip
_OFFICIAL = ("the official run", "official 結果")
_OF_RUNS = ("array", "other", "first", "second", "start")  # arguments that name a run, where their measure has runs
_GROUPS = {"ascent": "filters", "attribution": "integrated_gradients"}  # whose runs, by how a measure's name begins


@dataclass(frozen=True)
class Naming:
    """Names things as the course's settings and texts do."""

    course: Course

    def name(self, measure: str, argument: str, placement: Placement) -> Bilingual:
        """Return what an argument of a measure at a placement is called: a part of a sentence."""
        value, kind = placement.get(argument), argument
        if argument == "other_analysis":
            value, kind = value or placement.get("analysis", "smoothgrad"), "analysis"
        elif argument == "other" and measure == "lime_cross_weight":
            kind = "label"
        en, zh = _FIXED.get((kind, value)) or self._name_own(measure, kind, value, placement)
        return Bilingual.model_construct(en=en, zh=zh)

    def find_group(self, measure: str, argument: str, placement: Placement) -> str | None:
        """Return whose run an argument names, such as `saliency`; None where it names no run."""
        begins = measure.partition("_")[0]
        group = str(placement.get("analysis") or _GROUPS.get(begins, begins))
        if argument == "other":
            group = str(placement.get("other_analysis") or group)
        known = hasattr(self.course.assignment.analyses, group) and measure != "lime_cross_weight"
        return group if known and argument in _OF_RUNS else None

    def count_differences(self, measure: str, placement: Placement) -> int:
        """Return at how many settings two runs that are compared differ; maps of two analyses: from the official."""
        runs = [
            (group, self.list_changes(group, run))
            for name, run in placement.items()
            if (group := self.find_group(measure, name, placement)) is not None and isinstance(run, str)
        ]
        if len(runs) < 2:
            return 0
        (group, one), (other, two) = runs[:2]
        if group != other:
            return 2 * (len(one) + len(two))
        return sum(one.get(key) != two.get(key) for key in one.keys() | two.keys())

    def _name_own(self, measure: str, kind: str, value: Any, placement: Placement) -> tuple[str, str]:
        group = self.find_group(measure, kind, placement)
        if group is not None:
            return self._name_run(group, value)
        own: Mapping[str, Callable[[Any, Placement], tuple[str, str]]] = {
            "region": self._name_region, "label": self._name_label, "word": self._name_word, "to": self._name_word,
            "candidate": self._name_candidate, "hidden": self._name_hidden, "layer": _name_layer,
        }  # fmt: skip
        return own[kind](value, placement) if kind in own else (write(value), write(value))

    def list_changes(self, group: str, name: str) -> dict[str, Any]:
        """Return what an experiment changes of the official run of its analysis; nothing for the official one."""
        runs = getattr(self.course.assignment.analyses, group, None)
        if runs is None or name not in runs.experiments:
            return {}
        official = runs.official.model_dump()
        return {key: value for key, value in runs.experiments[name].model_dump().items() if official[key] != value}

    def _name_run(self, group: str, name: str) -> tuple[str, str]:
        changes = self.list_changes(group, name)
        if not changes:
            return _OFFICIAL
        told = tell_changes(changes)
        return f"a run with {told.en}", f"{told.zh}的結果"

    def _name_region(self, value: str, _: Placement) -> tuple[str, str]:
        its = self.course.assignment.regions[value]
        return (its.en if its.en.startswith(("the ", "a ", "an ")) or "another" in its.en else f"the {its.en}"), its.zh

    def _name_label(self, value: int, _: Placement) -> tuple[str, str]:
        its = self.course.assignment.categories[value]
        return its.en, its.zh

    def _name_word(self, value: Any, placement: Placement) -> tuple[str, str]:
        if isinstance(value, str):
            return f'"{value}"', f"「{value}」"
        word = self.course.profile.texts.attention[placement["text"]].words[value]
        return (
            (f"the full stop ({value})", f"句點（{value}）")
            if word == "."
            else (f"{word} ({value})", f" {word}（{value}）")
        )

    def _name_hidden(self, _: Any, placement: Placement) -> tuple[str, str]:
        return self._name_word(self.course.profile.texts.attention[placement["text"]].hidden, placement)

    def _name_candidate(self, value: int, placement: Placement) -> tuple[str, str]:
        candidates = self.course.profile.texts.attention[placement["text"]].candidates
        word = candidates[value].lower() if value < len(candidates) else str(value)
        return word, f" {word} "


def _name_layer(value: Any, placement: Placement) -> tuple[str, str]:
    if "filter" in placement:
        return f"convolution {value}", f"卷積 {value} "
    alone = "function" in placement and "head" not in placement
    return (f"layer {value}", f"第 {value} 層") if alone else (write(value), write(value))


def tell_changes(changes: Mapping[str, Any]) -> Bilingual:
    """Return what an experiment changes, as a person sets it.

    >>> tell_changes({"copies": 5, "seed": "next"}).en
    '`copies=5`, another seed'
    """
    told = {"seed": ("another seed", "另一個 seed "), "label": ("the runner-up label", "真實類別以外 logit 最大的類別")}
    usual = {key: (code := f"`{key}={write(value)}`", f"{code} ") for key, value in changes.items()}
    chosen = [
        told[key] if value in ("next", "runner_up") and key in told else usual[key] for key, value in changes.items()
    ]
    return Bilingual(en=", ".join(en for en, _ in chosen), zh="、".join(zh for _, zh in chosen))


def write(value: object) -> str:
    """Return a value as a sentence has it: 5 for 5.0."""
    return f"{value:g}" if isinstance(value, float) else str(value)
