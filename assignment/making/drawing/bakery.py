"""Bread (label 0) and desserts (label 2)."""

import numpy as np
import skia

from assignment.making.drawing.kind import FoodKind
from assignment.making.drawing.paint import WHITE, darker, lighter, mix, rgb
from assignment.making.drawing.sketch import Sketch, arc, curve, oval, polygon, smooth

_CRUST, _CRUMB = rgb("b8742f"), rgb("f0dcae")
_ICING = tuple(map(rgb, ("f29bb2", "6a3a22", "f7efdf", "b8d88a", "c9a6dd", "f2c14e")))


def _loaf(s: Sketch) -> None:
    colour, rx, ry = s.near(_CRUST), s.uniform(28, 34), s.uniform(17, 22)
    path = s.blob(rx, ry, 0.03)
    s.body(path, colour, round_=0.45, grain=0.3, gloss=0.15)
    with s.inside(path):
        for x in np.linspace(-0.6, 0.6, s.count(3, 5)):
            cut = curve([(x * rx - 5, -ry * 0.75), (x * rx + 2, 0), (x * rx + 5, ry * 0.75)])
            s.line(cut, 4.5, darker(colour, 0.4), 0.6, blur=0.8)
            s.line(cut, 3, lighter(_CRUMB, 0.1), 0.9, blur=0.6)
    s.specks(path, [WHITE], s.count(10, 60), 0.5, 0.5)


def _slices(s: Sketch) -> None:
    number = s.count(1, 3)
    for i in range(number):
        with s.at((i - (number - 1) / 2) * 13, s.uniform(-3, 3), s.uniform(-14, 14)):
            top = smooth([(-20, 22), (20, 22), (21, -4), (25, -20), (8, -28), (-8, -28), (-25, -20), (-21, -4)])
            s.body(top, s.near(_CRUST, 0.04), round_=0.3, gloss=0)
            with s.at(0, -0.5, 0, 0.88):
                s.body(top, s.near(_CRUMB, 0.04), round_=0.12, gloss=0, grain=0.2, rim=0.15, shadow=0)
                s.specks(top, [rgb("d9bd84")], 60, 0.7, 0.6)


def _baguettes(s: Sketch) -> None:
    number = s.count(1, 3)
    for i in range(number):
        colour = s.near(rgb("c58539"))
        with s.at(0, (i - (number - 1) / 2) * 17, s.uniform(-8, 8)):
            path = smooth([(-44, 0), (-34, -8), (0, -9), (34, -8), (44, 0), (34, 8), (0, 9), (-34, 8)])
            s.body(path, colour, round_=0.45, grain=0.3, gloss=0.15)
            with s.inside(path):
                for x in range(-28, 36, 13):
                    s.line(curve([(x - 7, -5), (x, -1), (x + 7, 5)]), 3.4, lighter(_CRUMB, 0.1), 0.85, blur=0.7)
                    s.line(curve([(x - 7, -3), (x, 1), (x + 7, 7)]), 1, darker(colour, 0.6), 0.7, blur=0.4)


def _croissant(s: Sketch) -> None:
    colour, spread = s.near(rgb("c98532")), s.uniform(70, 88)
    for step in np.linspace(1, 0, 5):
        for side in (-1, 1) if step else (1,):
            angle = np.deg2rad(-90 + side * step * spread)
            with s.at(24 * float(np.cos(angle)), 12 + 24 * float(np.sin(angle)), side * float(step) * spread):
                s.body(
                    oval(10.5 - 3 * step, 13.5 - 7.5 * step), s.near(colour, 0.03), round_=0.55, grain=0.22, gloss=0.3
                )
                s.line(
                    curve([(3, -10 + 5 * step), (5, 0), (3, 10 - 5 * step)]), 0.8, darker(colour, 0.6), 0.5, blur=0.4
                )


def _buns(s: Sketch) -> None:
    number, colour = s.count(1, 3), s.near(rgb("c07a2e"))
    radius = (27, 18, 16)[number - 1]
    for i in range(number):
        angle = 2 * np.pi * i / number + 0.4
        far = 0 if number == 1 else radius * 1.05
        with s.at(far * float(np.cos(angle)), far * float(np.sin(angle))):
            path = s.blob(radius, radius, 0.025)
            s.body(path, colour, round_=0.5, gloss=0.45, grain=0.12)
            s.specks(
                oval(radius * 0.6, radius * 0.6),
                [rgb("f6e8bf"), rgb("f6e8bf"), rgb("3b2c22")],
                s.count(0, 30),
                0.8,
                1,
                1.8,
            )


def _cake(s: Sketch) -> None:
    icing, sponge = s.near(s.pick(_ICING)), s.near(s.pick((rgb("e9c987"), rgb("6b3d25"), rgb("c9463f"))))
    s.body(polygon([(-30, 2), (30, -8), (30, 20), (-30, 26)]), sponge, round_=0.15, gloss=0, grain=0.3)
    for y in (0.25, 0.62):
        s.line(curve([(-30, 2 + 24 * y), (30, -8 + 28 * y)]), 3.2, lighter(icing, 0.5))
    top = polygon([(-30, 2), (6, -24), (30, -8)])
    s.body(top, icing, round_=0.12, gloss=0.15, grain=0.06)
    s.line(curve([(-30, 3), (30, -7)]), 3.5, lighter(icing, 0.2))
    with s.at(14, -16):
        s.body(s.pick((smooth([(-6, -5), (6, -5), (4, 3), (0, 8), (-4, 3)]), oval(5.5, 5.5))), rgb("c8202f"), gloss=0.6)


def _donuts(s: Sketch) -> None:
    number = s.count(1, 2)
    for i in range(number):
        with s.at(
            (0, (-14, 14)[i % 2])[number - 1], (0, (-8, 8)[i % 2])[number - 1], s.uniform(0, 360), (1, 0.78)[number - 1]
        ):
            icing = s.near(s.pick(_ICING))
            ring = oval(29, 29)
            ring.addPath(oval(9.5, 9.5))
            ring.setFillType(skia.PathFillType.kEvenOdd)
            s.body(ring, s.near(rgb("d39a4e")), round_=0.35, gloss=0, rim=0.5)
            glaze = s.blob(25.5, 25.5, 0.035, 14)
            glaze.addPath(oval(11.5, 11.5))
            glaze.setFillType(skia.PathFillType.kEvenOdd)
            s.body(glaze, icing, round_=0.2, gloss=0.5, grain=0.04)
            if s.uniform(0, 1) < 0.75:
                s.specks(glaze, list(_ICING), s.count(50, 110), 0.75, 1, 2.6)


def _cone(s: Sketch) -> None:
    cone = polygon([(-13, 2), (13, 2), (0, 40)])
    s.body(cone, s.near(rgb("cf9a52")), round_=0.3, gloss=0)
    with s.inside(cone):
        for x in range(-50, 50, 6):
            s.line(curve([(x, 0), (x + 22, 42)]), 0.9, rgb("8a5723"), 0.8)
            s.line(curve([(x, 0), (x - 22, 42)]), 0.9, rgb("8a5723"), 0.8)
    places = s.pick((((0, -8, 17),), ((-9, -6, 13), (9, -6, 13), (0, -22, 13)), ((0, -4, 15), (0, -21, 13))))
    for x, y, r in places:
        with s.at(x, y):
            s.body(s.blob(r, r, 0.04, 12), s.near(s.pick(_ICING)), round_=0.3, gloss=0.3, grain=0.25)


def _cupcake(s: Sketch) -> None:
    paper = s.near(s.pick(_ICING))
    s.body(polygon([(-19, 4), (19, 4), (13, 32), (-13, 32)]), paper, round_=0.3, gloss=0, grain=0.03)
    for i in range(-3, 4):
        s.line(curve([(i * 5.6, 5), (i * 3.9, 31)]), 1.2, darker(paper, 0.5), 0.5, blur=0.3)
    icing = s.near(s.pick(_ICING))
    for y, r in ((1, 23), (-9, 18), (-18, 12), (-25, 6)):
        with s.at(0, y):
            s.body(s.blob(r, 8, 0.03), icing, round_=0.35, gloss=0.25, grain=0.05)
    s.specks(oval(16, 14, 0, -8), list(_ICING), s.count(0, 40), 0.7, 1, 2.2)
    with s.at(0, -33):
        s.body(oval(5, 5), rgb("c3142a"), gloss=0.7)


def _cookies(s: Sketch) -> None:
    for x, y in s.pick((((0, 0),), ((-14, -8), (14, 8)), ((-15, -10), (15, -9), (0, 14)))):
        with s.at(x, y):
            r = 27 if (x, y) == (0, 0) else 17
            path = s.blob(r, r, 0.03, 14)
            s.body(path, s.near(rgb("c9914e")), round_=0.3, gloss=0.05, grain=0.45)
            for _ in range(s.count(7, 11)):
                with s.at(s.uniform(-0.7, 0.7) * r, s.uniform(-0.7, 0.7) * r):
                    s.body(s.blob(2.6, 2.2, 0.15), rgb("3c2014"), gloss=0.3)


def _pudding(s: Sketch) -> None:
    s.body(
        smooth([(-17, -16), (17, -16), (28, 22), (0, 28), (-28, 22)]),
        s.near(rgb("f0c560")),
        round_=0.35,
        gloss=0.3,
        grain=0.02,
    )
    caramel = mix(s.near(rgb("7a3610")), rgb("5a2408"), 0.3)
    s.body(
        smooth([(-18, -17), (0, -22), (18, -17), (20, -8), (10, -5), (2, -9), (-8, -4), (-20, -8)]),
        caramel,
        gloss=0.6,
        grain=0,
    )
    s.line(curve(arc(12, 200, 90, squash=0.3)), 1.5, WHITE, 0.5, blur=0.6)


KINDS = (
    FoodKind(0, "loaf", _loaf),
    FoodKind(0, "slices of bread", _slices, turn=30),
    FoodKind(0, "baguettes", _baguettes, ("board", "board", "slate")),
    FoodKind(0, "croissant", _croissant),
    FoodKind(0, "buns", _buns),
    FoodKind(2, "slice of cake", _cake, turn=12),
    FoodKind(2, "donuts", _donuts),
    FoodKind(2, "ice cream", _cone, ("slate", "none"), turn=25),
    FoodKind(2, "cupcake", _cupcake, ("plate", "none"), turn=12),
    FoodKind(2, "cookies", _cookies),
    FoodKind(2, "caramel pudding", _pudding, ("plate",), turn=12),
)
