"""Noodles and pasta (label 6), rice (label 7) and soup (label 9)."""

import numpy as np

from assignment.making.drawing.kind import FoodKind
from assignment.making.drawing.paint import WHITE, Colour, darker, lighter, rgb
from assignment.making.drawing.sketch import Sketch, arc, box, curve, oval, polygon, smooth

_GREENS = tuple(map(rgb, ("4d8b3a", "6aa84f", "35682c")))
_RICE = rgb("f7f3e8")


def _strands(s: Sketch, colour: Colour, number: int, width: float, reach: float) -> None:
    for _ in range(number):
        start, r = s.uniform(0, 360), reach * s.uniform(0.25, 0.75)
        with s.at(s.uniform(-0.3, 0.3) * reach, s.uniform(-0.3, 0.3) * reach, start, 1, s.uniform(0.6, 1)):
            s.tube(arc(r, 0, s.uniform(110, 250), 8), width, s.near(colour, 0.05), 0.5, 0.3)


def _spaghetti(s: Sketch) -> None:
    s.body(s.blob(30, 28, 0.06), rgb("b98a3c"), round_=0.3, gloss=0)
    _strands(s, s.near(rgb("ecc468")), s.count(55, 75), s.uniform(1.9, 2.7), 38)
    sauce = s.pick((rgb("b3261a"), rgb("b3261a"), rgb("4f7d2c"), rgb("7d3a22"), rgb("f4ead2")))
    s.body(s.blob(s.uniform(10, 17), s.uniform(9, 15), 0.14, 11), s.near(sauce), round_=0.3, gloss=0.35, grain=0.35)
    with s.at(s.uniform(-5, 5), s.uniform(-5, 5), s.uniform(0, 360)):
        for turn in (-35, 35):
            with s.at(0, 0, turn):
                s.body(oval(3.2, 6, 0, -5), s.near(_GREENS[0]), gloss=0.2)


def _ramen(s: Sketch) -> None:
    broth = s.near(s.pick((rgb("c98b3f"), rgb("9c5f2a"), rgb("d9b06a"))))
    s.body(oval(38, 38), broth, round_=0.2, gloss=0.2, grain=0.08, rim=0.4)
    with s.inside(oval(37, 37)):
        _strands(s, s.near(rgb("f0d58a")), s.count(45, 60), s.uniform(2, 2.6), 44)
    with s.at(-15, -12):
        s.body(oval(9, 11), WHITE, round_=0.1)
        s.body(oval(5, 5, 0, 1), rgb("f0a020"), gloss=0.5)
    with s.at(15, -13, s.uniform(-30, 30)):
        s.body(box(9, 12, 1), rgb("22301f"), round_=0.2, gloss=0.1)
    for _ in range(12):
        with s.at(s.uniform(-22, 22), s.uniform(2, 24)):
            s.line(oval(2, 1.8), 1, s.near(s.pick(_GREENS)))


def _penne(s: Sketch) -> None:
    sauce = s.near(s.pick((rgb("c24a2a"), rgb("e9c9a0"), rgb("7fa04a"))))
    s.body(s.blob(31, 28, 0.06), sauce, round_=0.2, gloss=0.2, grain=0.15)
    for _ in range(s.count(26, 34)):
        with s.at(s.uniform(-21, 21), s.uniform(-19, 19), s.uniform(0, 360)):
            s.tube([(-8, 0), (0, 0), (8, 0)], 6, s.near(rgb("efc973")), 0.4)
            s.fill(oval(1.6, 2.6, 8.6, 0), rgb("8a5a22"))
    s.specks(oval(26, 24), [sauce, _GREENS[0]], 22, 1.6)


def _stir_fried(s: Sketch) -> None:
    s.body(s.blob(31, 26, 0.07), rgb("6b3d1a"), round_=0.3, gloss=0)
    _strands(s, s.near(rgb("b5762f")), s.count(50, 65), s.uniform(2, 3), 38)
    for _ in range(s.count(10, 18)):
        with s.at(s.uniform(-20, 20), s.uniform(-16, 16), s.uniform(0, 180)):
            s.body(box(s.uniform(4, 7), 1.4, 0.6), s.near(s.pick((*_GREENS, rgb("e07a26"), rgb("d8d29a")))), gloss=0.2)


def _bows(s: Sketch) -> None:
    for _ in range(s.count(11, 15)):
        with s.at(s.uniform(-20, 20), s.uniform(-18, 18), s.uniform(0, 360)):
            colour = s.near(rgb("efcf7d"))
            s.body(
                polygon([(-11, -7), (-2, -2), (2, -2), (11, -7), (11, 7), (2, 2), (-2, 2), (-11, 7)]),
                colour,
                round_=0.3,
                gloss=0.2,
            )
            s.line(curve([(0, -2), (0, 2)]), 1.2, darker(colour, 0.5), 0.8)
    s.specks(oval(26, 23), [rgb("b3261a"), *_GREENS], 26, 1.8)


def _grains(s: Sketch, reach: float, number: int, colour: Colour) -> None:
    for _ in range(number):
        angle, far = s.uniform(0, 2 * np.pi), reach * np.sqrt(s.uniform(0, 1))
        with s.at(far * float(np.cos(angle)), far * float(np.sin(angle)), s.uniform(0, 180)):
            s.fill(oval(2.3, 1.0, 0.3, 0.5), darker(colour, 0.45), 0.5)
            s.fill(oval(2.1, 0.9), s.near(colour, 0.03))


def _white_rice(s: Sketch) -> None:
    s.body(s.blob(34, 34, 0.02, 14), rgb("ece6d6"), round_=0.22, gloss=0, grain=0.05, rim=0.25)
    _grains(s, 31, 330, _RICE)
    extra = s.uniform(0, 1)
    if extra < 0.3:
        s.body(oval(5, 5), rgb("a8203a"), gloss=0.3)
    elif extra < 0.6:
        s.specks(oval(20, 20), [rgb("2a2420")], 45, 0.7, 1, 1.8)


def _onigiri(s: Sketch) -> None:
    for x, size in s.pick((((0, 1.25),), ((-15, 0.85), (16, 0.8)))):
        with s.at(x, s.uniform(-3, 3), s.uniform(-14, 14), size):
            path = smooth([(-24, 22), (0, 24), (24, 22), (22, 8), (7, -24), (-7, -24), (-22, 8)])
            s.body(path, _RICE, round_=0.2, gloss=0, grain=0.05)
            with s.inside(path):
                _grains(s, 28, 130, _RICE)
                s.body(box(s.uniform(7, 11), 14, 1, 0, 18), rgb("1d2a20"), round_=0.2, gloss=0.15, grain=0.2)


def _fried_rice(s: Sketch) -> None:
    colour = s.near(rgb("e6c27a"))
    s.body(s.blob(32, 29, 0.05, 12), darker(colour, 0.2), round_=0.35, gloss=0, grain=0.1)
    _grains(s, 28, 240, colour)
    bits = (rgb("4f9a3a"), rgb("e2762a"), rgb("f2cf4a"), rgb("d98a86"))
    for _ in range(s.count(24, 40)):
        with s.at(s.uniform(-21, 21), s.uniform(-19, 19), s.uniform(0, 90)):
            s.body(box(1.7, 1.7, 0.8), s.near(s.pick(bits)), gloss=0.2, grain=0)


def _curry(s: Sketch) -> None:
    sauce = s.near(s.pick((rgb("8a4f1c"), rgb("b5701f"), rgb("6e3716"))))
    s.body(s.blob(33, 30, 0.04, 12), sauce, round_=0.25, gloss=0.3, grain=0.15)
    for _ in range(s.count(5, 8)):
        with s.at(s.uniform(2, 22), s.uniform(-18, 18), s.uniform(0, 90)):
            s.body(box(4, 3.4, 1.4), s.near(s.pick((rgb("e07a26"), rgb("e6c25a"), rgb("7a3b26")))), gloss=0.3)
    with s.at(-13, 0):
        s.body(s.blob(18, 26, 0.05, 12), rgb("ece6d6"), round_=0.2, gloss=0)
        with s.inside(oval(18, 25)):
            _grains(s, 24, 190, _RICE)


def _soup(s: Sketch, colour: Colour, gloss: float = 0.3) -> None:
    s.body(oval(38, 38), colour, round_=0.2, gloss=gloss, grain=0.06, coarse=0.6, rim=0.45)
    s.line(curve(arc(34, 200, 70)), 1.6, lighter(colour, 0.7), 0.5, blur=0.8)


def _cream_soup(s: Sketch) -> None:
    _soup(s, s.near(s.pick((rgb("d9652a"), rgb("b9281c"), rgb("6f9a3c"), rgb("e0c184"), rgb("e39a2f")))))
    for _ in range(s.count(1, 3)):
        swirl = curve(arc(s.uniform(8, 24), s.uniform(0, 360), s.uniform(120, 300), 12))
        s.line(swirl, s.uniform(1.4, 3), rgb("fbf3e2"), 0.95, blur=0.4)
    s.specks(oval(14, 14), [*_GREENS, rgb("e8c98a")], s.count(0, 22), 1.2)


def _vegetable_soup(s: Sketch) -> None:
    _soup(s, s.near(s.pick((rgb("c98a35"), rgb("b8571f"), rgb("a9963f")))), 0.4)
    for _ in range(s.count(16, 26)):
        with s.at(s.uniform(-25, 25), s.uniform(-25, 25), s.uniform(0, 90)):
            colour = s.near(s.pick((rgb("e07a26"), rgb("e6d9a8"), *_GREENS, rgb("b3261a"))))
            s.body(s.pick((box(3, 3, 1), oval(3.4, 3.4), oval(1.9, 1.9))), colour, gloss=0.3, shadow=0.25)
    for _ in range(14):
        s.line(oval(s.uniform(0.8, 2), 1.2, s.uniform(-26, 26), s.uniform(-26, 26)), 0.4, rgb("f6dc9a"), 0.8)


def _miso(s: Sketch) -> None:
    _soup(s, s.near(rgb("b98950")), 0.2)
    for _ in range(s.count(5, 9)):
        with s.at(s.uniform(-22, 22), s.uniform(-22, 22), s.uniform(0, 90)):
            s.body(box(4.6, 4.6, 0.8), rgb("f5efdf"), round_=0.15, gloss=0.1)
    for _ in range(s.count(8, 14)):
        with s.at(s.uniform(-24, 24), s.uniform(-24, 24), s.uniform(0, 180)):
            s.body(s.blob(4, 1.8, 0.1), s.near(s.pick((_GREENS[2], rgb("23402a")))), gloss=0.2)


def _dumpling_soup(s: Sketch) -> None:
    _soup(s, s.near(s.pick((rgb("e0cf9a"), rgb("d8b772")))), 0.35)
    for _ in range(s.count(5, 7)):
        with s.at(s.uniform(-19, 19), s.uniform(-19, 19), s.uniform(0, 360)):
            s.body(
                smooth([(-10, 3), (-5, -7), (5, -7), (10, 3), (0, 8)]),
                s.near(rgb("f3e6cb"), 0.02),
                round_=0.3,
                gloss=0.35,
                grain=0.08,
            )
            s.line(curve([(-5, -2), (0, 2), (5, -2)]), 0.8, rgb("b59a6a"), 0.7)
    for _ in range(14):
        s.line(oval(1.9, 1.7, s.uniform(-26, 26), s.uniform(-26, 26)), 1, s.near(s.pick(_GREENS)))


KINDS = (
    FoodKind(6, "spaghetti", _spaghetti, ("plate",)),
    FoodKind(6, "noodles in broth", _ramen, ("bowl",)),
    FoodKind(6, "penne", _penne, ("plate",)),
    FoodKind(6, "stir-fried noodles", _stir_fried, ("plate", "slate")),
    FoodKind(6, "pasta bows", _bows, ("plate",)),
    FoodKind(7, "bowl of white rice", _white_rice, ("bowl",)),
    FoodKind(7, "rice triangles", _onigiri, turn=20),
    FoodKind(7, "fried rice", _fried_rice, ("plate",)),
    FoodKind(7, "rice with curry", _curry, ("plate",)),
    FoodKind(9, "cream soup", _cream_soup, ("bowl",)),
    FoodKind(9, "vegetable soup", _vegetable_soup, ("bowl",)),
    FoodKind(9, "soup with tofu", _miso, ("bowl",)),
    FoodKind(9, "dumpling soup", _dumpling_soup, ("bowl",)),
)
