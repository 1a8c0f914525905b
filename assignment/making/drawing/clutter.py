"""What lies around the food: cutlery, napkins, glasses, herbs, crumbs, little bowls of sauce."""

import numpy as np

from assignment.making.drawing.dishes import CLOTHS
from assignment.making.drawing.paint import WHITE, darker, lighter, rgb
from assignment.making.drawing.sketch import Sketch, box, curve, oval, smooth

_STEEL = rgb("b9bcc0")
_LEAVES = tuple(map(rgb, ("3f7a33", "5b9440", "2f6130")))


def draw_fork(s: Sketch) -> None:
    """A fork along the vertical."""
    s.tube([(0, 34), (0, 0), (0, -14)], 3.2, _STEEL, 0.8)
    for x in (-3, -1, 1, 3):
        s.tube([(x * 0.8, -16), (x, -22), (x, -30)], 1.3, _STEEL, 0.8, 0.2)
    s.fill(oval(3.6, 3.6, 0, -16), _STEEL)


def draw_knife(s: Sketch) -> None:
    """A table knife along the vertical."""
    s.body(smooth([(-3, -34), (2, -32), (3, -4), (-2.5, -4)]), _STEEL, round_=0.2, gloss=0.5, grain=0)
    s.tube([(0, -3), (0, 20), (0, 34)], 3.8, s.pick((_STEEL, rgb("3a2b22"))), 0.6)


def draw_spoon(s: Sketch) -> None:
    """A spoon along the vertical."""
    s.tube([(0, 34), (0, 0), (0, -14)], 2.6, _STEEL, 0.8)
    s.body(oval(5.5, 8.5, 0, -22), _STEEL, round_=0.35, gloss=0.7, grain=0)


def draw_chopsticks(s: Sketch) -> None:
    """A pair of chopsticks."""
    colour = s.near(s.pick((rgb("7a2e22"), rgb("c39a64"), rgb("2b2523"))), 0.04)
    s.tube([(-2, 44), (-1, 0), (0, -44)], 2.2, colour)
    s.tube([(4, 44), (3, 0), (1.5, -44)], 2.2, colour)


def draw_napkin(s: Sketch) -> None:
    """A folded napkin."""
    colour = s.near(s.pick(CLOTHS), 0.05)
    s.body(box(20, 24, 1), colour, round_=0.1, gloss=0, grain=0.15, rim=0.1, coarse=0.06)
    s.line(curve([(-20, 4), (0, 3), (20, 5)]), 1.5, darker(colour, 0.5), 0.35, blur=0.7)
    s.line(box(17, 21), 0.7, lighter(colour, 0.6), 0.7)


def draw_glass(s: Sketch) -> None:
    """A glass of water, juice or tea seen from above."""
    drink = s.near(s.pick((rgb("dfe9ec"), rgb("e59a2e"), rgb("8d4a22"), rgb("b3263a"))), 0.04)
    s.body(oval(15, 15), lighter(drink, 0.6), round_=0.2, gloss=0.2, grain=0)
    s.body(oval(12, 12), drink, round_=0.35, gloss=0.5, grain=0, shadow=0)
    s.line(oval(14, 14), 0.8, WHITE, 0.8)


def draw_sauce(s: Sketch) -> None:
    """A little bowl of sauce."""
    s.body(oval(12, 12), rgb("f2efe8"), round_=0.2, gloss=0.2, grain=0)
    sauce = s.near(s.pick((rgb("a3201a"), rgb("3b2016"), rgb("e8c34a"), rgb("efe7d3"))), 0.04)
    s.body(oval(9, 9), sauce, round_=0.3, gloss=0.5, grain=0.05, shadow=0)


def draw_sprig(s: Sketch) -> None:
    """A sprig of herbs."""
    colour = s.near(s.pick(_LEAVES), 0.05)
    s.tube([(0, 12), (1, 0), (0, -10)], 0.9, colour, 0.2)
    for y, side in ((8, -1), (4, 1), (0, -1), (-4, 1), (-8, -1), (-11, 1)):
        with s.at(0, y, side * s.uniform(35, 60)):
            s.body(oval(2.1, 4.2, 0, -3.6), colour, round_=0.3, gloss=0.1, grain=0.1)


def draw_crumbs(s: Sketch) -> None:
    """Crumbs, pepper or petals on the table."""
    colour = s.pick((rgb("b98a4e"), rgb("2b2320"), rgb("e9dcc0"), _LEAVES[0]))
    for _ in range(s.count(6, 22)):
        with s.at(s.uniform(-22, 22), s.uniform(-22, 22), s.uniform(0, 180)):
            s.body(oval(s.uniform(0.4, 1.2), s.uniform(0.4, 0.9)), s.near(colour), round_=0.3, gloss=0, grain=0)


_LONG = (draw_fork, draw_knife, draw_spoon, draw_chopsticks)
_WIDE = (draw_napkin, draw_glass, draw_sauce, draw_sprig, draw_crumbs, draw_crumbs)


def draw_clutter(s: Sketch, taken: float | None) -> None:
    """Lay up to three things around the edge; `taken` is the direction in degrees that must stay free."""
    sides = [a for a in (0, 60, 120, 180, 240, 300) if taken is None or abs((a - taken + 180) % 360 - 180) > 50]
    s.rng.shuffle(sides)
    for side in sides[: s.count(0, 3)]:
        far, turn = s.uniform(52, 62), np.deg2rad(side + s.uniform(-15, 15))
        draw = s.pick(_LONG) if s.uniform(0, 1) < 0.45 else s.pick(_WIDE)
        along = side + s.uniform(-15, 15) if draw in _LONG else s.uniform(0, 360)
        with s.at(far * float(np.cos(turn)), far * float(np.sin(turn)), along):
            draw(s)
