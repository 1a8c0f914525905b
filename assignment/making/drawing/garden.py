"""Vegetables and fruit (label 10)."""

import numpy as np

from assignment.making.drawing.kind import FoodKind
from assignment.making.drawing.paint import darker, lighter, rgb
from assignment.making.drawing.sketch import Sketch, arc, curve, oval, smooth

_LEAF = rgb("4c8f38")
_ANYWHERE = ("plate", "board", "none", "bowl", "slate")


def _apples(s: Sketch) -> None:
    for x in s.pick(((0,), (-15, 15))):
        colour = s.near(s.pick((rgb("c3202b"), rgb("8fb83a"), rgb("d8a52e"))))
        with s.at(x, s.uniform(-6, 6), s.uniform(-20, 20), 1.3 if x == 0 else 0.85):
            s.body(
                smooth(
                    [
                        (0, -14),
                        (10, -19),
                        (22, -10),
                        (21, 8),
                        (10, 22),
                        (0, 18),
                        (-10, 22),
                        (-21, 8),
                        (-22, -10),
                        (-10, -19),
                    ]
                ),
                colour,
                round_=0.45,
                gloss=0.55,
                grain=0.12,
            )
            s.fill(oval(5, 2.2, 0, -14), darker(colour, 0.6), 0.7, blur=1)
            s.tube([(0, -13), (1, -20), (3, -25)], 2, rgb("5f3d22"))
            with s.at(4, -21, 40):
                s.body(smooth([(0, 0), (7, -5), (15, 0), (7, 4)]), _LEAF, gloss=0.2)


def _tomatoes(s: Sketch) -> None:
    for x, y in s.pick((((0, 0),), ((-14, -6), (14, 6)), ((-14, -10), (14, -9), (0, 14)))):
        with s.at(x, y, s.uniform(0, 360), 1.35 if x == y == 0 else 0.85):
            s.body(s.blob(21, 20, 0.02), s.near(rgb("d02c1e")), round_=0.45, gloss=0.6, grain=0.03)
            for turn in range(0, 360, 72):
                with s.at(0, 0, turn):
                    s.body(smooth([(-1.5, 0), (0, -11), (1.5, 0)]), _LEAF, round_=0.2, gloss=0.1)
            s.tube([(0, 0), (2, -3), (3, -5)], 1.8, darker(_LEAF, 0.2))


def _broccoli(s: Sketch) -> None:
    green = s.near(rgb("4a8a34"))
    s.body(smooth([(-9, 0), (9, 0), (7, 33), (-7, 33)]), rgb("a9c77c"), round_=0.25, gloss=0.1)
    for x, y, r in ((-19, -2, 12), (19, -2, 12), (-10, -15, 13), (11, -15, 13), (0, -4, 14), (0, -24, 10)):
        with s.at(x, y):
            s.body(s.blob(r, r, 0.07, 13), s.near(green, 0.03), round_=0.45, gloss=0.05, grain=0.5, coarse=0.12)
            s.specks(oval(r, r), [lighter(green, 0.3), darker(green, 0.3)], 45, 0.9, 0.7, 1)


def _bananas(s: Sketch) -> None:
    for i in range(s.count(1, 3)):
        with s.at(0, -8 + 9 * i, -6 * i):
            colour = s.near(rgb("f0cc3a"), 0.04)
            line = arc(42, 35, 110, 9)
            with s.at(0, -34):
                for start, tip in ((24, rgb("5f4d22")), (147, rgb("8a7a30"))):
                    s.tube(arc(42, start, 9, 3), 4.5, tip, 0.2)
                s.tube(line, 12, colour, 0.4)
                s.line(curve([(x * 0.95, y * 0.97) for x, y in line]), 1, darker(colour, 0.4), 0.5)


def _carrots(s: Sketch) -> None:
    number = s.count(1, 3)
    for i in range(number):
        with s.at((i - (number - 1) / 2) * 16, 4, s.uniform(-9, 9)):
            for turn in (-28, -10, 10, 28):
                with s.at(0, -24, turn):
                    s.tube([(0, 0), (1, -7), (0, -14)], 2, s.near(_LEAF), 0.2)
            body = smooth([(-8, -26), (8, -26), (7, -4), (3, 26), (0, 34), (-3, 26), (-7, -4)])
            s.body(body, s.near(rgb("e5761f")), round_=0.4, gloss=0.35, grain=0.08)
            with s.inside(body):
                for y in range(-18, 26, 7):
                    s.line(curve([(-6, y), (-1, y + s.uniform(-1, 1))]), 0.8, rgb("a84e10"), 0.7)


def _citrus(s: Sketch) -> None:
    peel, flesh = s.pick(
        (
            (rgb("ee8a1c"), rgb("f7b04a")),
            (rgb("f0d22e"), rgb("f7e680")),
            (rgb("7fae2e"), rgb("c9df84")),
            (rgb("e4572e"), rgb("e8756a")),
        )
    )
    for x, y in s.pick((((0, 0),), ((-13, -7), (13, 7)), ((-14, -10), (14, -9), (0, 14)))):
        with s.at(x, y, s.uniform(0, 360), 1.35 if x == y == 0 else 0.85):
            s.body(oval(21, 21), s.near(peel), round_=0.2, gloss=0.1)
            s.fill(oval(18.5, 18.5), rgb("fbf1d6"))
            for turn in range(0, 360, 40):
                with s.at(0, 0, turn):
                    s.body(
                        smooth([(0, -2), (5.5, -13), (3, -17.5), (-3, -17.5), (-5.5, -13)]),
                        s.near(flesh, 0.02),
                        round_=0.15,
                        gloss=0.3,
                        shadow=0,
                        grain=0.12,
                    )


def _salad(s: Sketch) -> None:
    for _ in range(s.count(20, 28)):
        with s.at(s.uniform(-20, 20), s.uniform(-20, 20), s.uniform(0, 360)):
            colour = s.near(s.pick((rgb("6aa53c"), rgb("8cc152"), rgb("3f7a33"), rgb("7a2f4a"))))
            s.body(s.blob(11, 7, 0.14, 10), colour, round_=0.3, gloss=0.15, grain=0.2)
            s.line(curve([(-9, 0), (0, 1), (9, 0)]), 0.8, lighter(colour, 0.5), 0.8)
    for _ in range(s.count(2, 6)):
        with s.at(s.uniform(-20, 20), s.uniform(-20, 20)):
            s.body(oval(5.5, 5.5), s.near(rgb("d02c1e")), gloss=0.5)


def _grapes(s: Sketch) -> None:
    colour = s.near(s.pick((rgb("5a2a5e"), rgb("9fbf4a"), rgb("7c2440"))), 0.03)
    s.tube([(0, -22), (1, -30), (6, -36)], 2.2, rgb("6b4a26"))
    for row, wide in enumerate((3, 4, 5, 4, 3, 2, 1)):
        for i in range(wide):
            with s.at((i - (wide - 1) / 2) * 10 + s.uniform(-1, 1), -22 + row * 8.5 + s.uniform(-1, 1)):
                s.body(oval(5.9, 6.2), s.near(colour, 0.03), round_=0.45, gloss=0.5, grain=0.02)


def _pepper_rings(s: Sketch) -> None:
    for i in range(s.count(5, 8)):
        angle = 2 * np.pi * i / 7
        with s.at(17 * float(np.cos(angle)), 17 * float(np.sin(angle)), s.uniform(0, 360)):
            outer = s.blob(12, 12, 0.03)
            s.body(outer, s.near(rgb("3f7d35")), round_=0.2, gloss=0.1)
            with s.at(0, 0, 0, 0.9):
                s.body(outer, s.near(rgb("cfe3a2"), 0.02), round_=0.1, gloss=0.25, shadow=0)
            for turn in range(0, 360, 60):
                with s.at(0, 0, turn):
                    s.fill(oval(0.9, 2, 0, -5), rgb("f1efcf"))


KINDS = (
    FoodKind(10, "apples", _apples, _ANYWHERE, 40),
    FoodKind(10, "tomatoes", _tomatoes, _ANYWHERE),
    FoodKind(10, "broccoli", _broccoli),
    FoodKind(10, "bananas", _bananas, _ANYWHERE),
    FoodKind(10, "carrots", _carrots, ("board", "plate", "none")),
    FoodKind(10, "citrus slices", _citrus),
    FoodKind(10, "salad", _salad, ("bowl", "plate")),
    FoodKind(10, "grapes", _grapes, ("plate", "board", "none"), 40),
    FoodKind(10, "cucumber slices", _pepper_rings),
)
