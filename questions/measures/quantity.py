"""What a measure's number is: its unit, in both languages, and the range that no value leaves, as its return type.

`step` is the least difference that a person sees in a figure or reads off a printed number without doubt. Where the
unit has no scale of its own (`relative`), it is that share of the larger of the two numbers that are compared.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, get_type_hints

from assignment.assignment import Bilingual


@dataclass(frozen=True)
class Quantity:
    """A unit, and the least and the largest value; infinite where there is none."""

    en: str
    zh: str
    least: float = -math.inf
    largest: float = math.inf
    step: float = 0.05
    relative: bool = False

    @property
    def unit(self) -> Bilingual:
        """The unit in both languages."""
        return Bilingual(en=self.en, zh=self.zh)

    @property
    def range(self) -> str:
        """The range as a person reads it.

        >>> Quantity("share", "比例", 0, 1).range, Quantity("logits", "logit").range, Quantity("times", "倍", 0).range
        ('0 to 1', 'any number', '0 or more')
        """
        if math.isinf(self.largest):
            return "any number" if math.isinf(self.least) else f"{self.least:g} or more"
        return f"{self.least:g} to {self.largest:g}"

    def holds(self, value: float) -> bool:
        """Tell whether a value lies in the range, to within what rounding adds."""
        return self.least - 1e-6 <= value <= self.largest + 1e-6

    def find_margin(self, *values: float) -> float:
        """Return the least difference that counts beside values of this size.

        >>> Quantity("share", "比例").find_margin(0.4)
        0.05
        >>> Quantity("times", "倍", step=0.1, relative=True).find_margin(-8)
        0.8
        """
        return self.step * max(map(abs, values)) if self.relative else self.step


def find_quantity(measure: Callable[..., float]) -> Quantity:
    """Return what a measure's number is, from its return type."""
    marks = getattr(get_type_hints(measure, include_extras=True)["return"], "__metadata__", ())
    return next(mark for mark in marks if isinstance(mark, Quantity))


Share = Annotated[float, Quantity("share", "比例", 0, 1)]
ShareGained = Annotated[float, Quantity("difference of shares", "比例之差", -1, 1)]
Probability = Annotated[float, Quantity("probability", "機率", 0, 1)]
ProbabilityGained = Annotated[float, Quantity("difference of probabilities", "機率之差", -1, 1)]
Correlation = Annotated[float, Quantity("correlation", "相關係數", -1, 1)]
Logits = Annotated[float, Quantity("logits", "logit", step=0.5)]
LogitsApart = Annotated[float, Quantity("logits", "logit", 0, step=0.1, relative=True)]
Weight = Annotated[float, Quantity("LIME weight", "LIME 權重", step=0.05)]
WeightSize = Annotated[float, Quantity("LIME weight without sign", "去掉正負號的 LIME 權重", 0, step=0.05)]
Pieces = Annotated[float, Quantity("pieces", "塊", 0, 100, step=0.5)]
Heads = Annotated[float, Quantity("heads", "個頭", 0, step=0.5)]
Times = Annotated[float, Quantity("times", "倍", 0, step=0.1, relative=True)]
SignedTimes = Annotated[float, Quantity("times", "倍", step=0.1, relative=True)]
Decades = Annotated[float, Quantity("powers of ten", "10 的次方", step=0.1)]
DecadesApart = Annotated[float, Quantity("powers of ten", "10 的次方", 0, step=0.1)]
Activation = Annotated[float, Quantity("activation", "活化值", 0, step=0.1, relative=True)]
Rise = Annotated[float, Quantity("share of the rise", "上升量的比例", step=0.05)]
PixelSteps = Annotated[float, Quantity("share of the pixels' range", "像素值範圍的比例", 0, 1, step=0.03)]
Spreads = Annotated[float, Quantity("spreads", "個散布", 0, step=0.1, relative=True)]
Compared = Annotated[
    float, Quantity("distance, or cosine similarity", "距離，或餘弦相似度", -1, step=0.1, relative=True)
]
ComparedGap = Annotated[
    float, Quantity("distance, or cosine similarity", "距離，或餘弦相似度", step=0.1, relative=True)
]
