"""A kind of food: how one sort of it is drawn and what it may lie on."""

from collections.abc import Callable
from dataclasses import dataclass

from assignment.making.drawing.sketch import Sketch


@dataclass(frozen=True)
class FoodKind:
    """One sort of food of a category; `draw` fits it into a circle of radius 34 about the origin.

    `turn` is how far it may be turned, in degrees either way: what stands upright turns little.
    """

    label: int
    name: str
    draw: Callable[[Sketch], None]
    dishes: tuple[str, ...] = ("plate", "plate", "board", "slate")
    turn: float = 180.0
