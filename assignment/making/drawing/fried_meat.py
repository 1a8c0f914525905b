"""Fried food (label 4) and meat (label 5), with the shapes that seafood shares with them."""

import numpy as np
import skia

from assignment.making.drawing.kind import FoodKind
from assignment.making.drawing.paint import Colour, darker, lighter, mix, rgb
from assignment.making.drawing.sketch import Sketch, arc, box, curve, oval, smooth

GOLD = rgb("d0872b")
_FLESH = tuple(map(rgb, ("7a3b26", "8f4a2e", "5f3222")))


def crisp(s: Sketch, path: skia.Path, colour: Colour) -> None:
    """Fill a path with a golden crust."""
    s.body(path, colour, round_=0.4, gloss=0.2, grain=0.5, coarse=0.16)
    s.specks(path, [lighter(colour, 0.4), darker(colour, 0.45)], 45, 0.8, 0.55)


def draw_rings(s: Sketch, colour: Colour, number: int) -> None:
    """Crisp rings in a heap."""
    for _ in range(number):
        r = s.uniform(9, 14)
        with s.at(s.uniform(-20, 20), s.uniform(-18, 18), s.uniform(0, 180)):
            s.tube([*arc(r, 0, 340, 14, 0.85), (r, 0)], 5, s.near(colour, 0.04), 0.3)


def draw_pieces(s: Sketch, colour: Colour, number: int, long: float) -> None:
    """Crisp lumps in a heap."""
    for i in range(number):
        angle = 2 * np.pi * i / number + s.uniform(-0.3, 0.3)
        far = 0 if number == 1 else s.uniform(13, 19)
        with s.at(far * float(np.cos(angle)), far * float(np.sin(angle)), s.uniform(0, 180)):
            crisp(s, s.blob(12 * long, 10, 0.08), s.near(colour, 0.04))


def draw_slab(s: Sketch, colour: Colour, grilled: bool) -> None:
    """A thick slice, perhaps with the marks of a grill."""
    path = s.blob(s.uniform(28, 33), s.uniform(20, 24), 0.09, 8)
    s.body(path, colour, round_=0.35, gloss=0.25, grain=0.35, coarse=0.35)
    if grilled:
        with s.inside(path):
            for x in range(-42, 42, 10):
                s.line(curve([(x, -30), (x + 14, 30)]), 2.6, rgb("24120c"), 0.7, blur=0.5)


def _fries(s: Sketch) -> None:
    colour, boxed = s.near(rgb("ecbb4c")), s.uniform(0, 1) < 0.4
    for _ in range(s.count(22, 34)):
        x, y = (s.uniform(-15, 15), s.uniform(-14, 0)) if boxed else (s.uniform(-17, 17), s.uniform(-15, 15))
        with s.at(x, y, s.uniform(-18, 18) if boxed else s.uniform(0, 180)):
            long = s.uniform(12, 20)
            s.body(box(2.1, long, 0.7), s.near(colour, 0.06), round_=0.25, gloss=0.1, grain=0.15)
            s.fill(box(0.7, long, 0.3, -1.2 if s.light[0] < 0 else 1.2), lighter(colour, 0.5), 0.7)
    if boxed:
        red = s.near(s.pick((rgb("c4211f"), rgb("c4211f"), rgb("efe9dc"))), 0.04)
        s.body(
            smooth([(-22, -2), (-22, -2), (0, 6), (22, -2), (22, -2), (17, 34), (17, 34), (-17, 34), (-17, 34)]),
            red,
            round_=0.2,
            gloss=0.1,
            grain=0.05,
        )


def _drumsticks(s: Sketch) -> None:
    for x, turn in s.pick((((0, 20),), ((-13, -12), (13, 18)))):
        with s.at(x, 0, turn + s.uniform(-15, 15), 1 if x == 0 else 0.85):
            s.tube([(0, 10), (0, 24), (0, 34)], 5, rgb("efe3cf"))
            s.body(oval(3.4, 3, -2.2, 36), rgb("efe3cf"), round_=0.2, grain=0)
            s.body(oval(3.4, 3, 2.2, 36), rgb("efe3cf"), round_=0.2, grain=0)
            crisp(
                s,
                smooth([(0, -32), (16, -26), (20, -8), (10, 10), (4, 22), (-4, 22), (-10, 10), (-20, -8), (-16, -26)]),
                s.near(rgb("b8691f")),
            )


def _tempura(s: Sketch) -> None:
    number = s.count(2, 4)
    for i in range(number):
        with s.at((i - (number - 1) / 2) * 15, s.uniform(-3, 3), s.uniform(-12, 12)):
            tail = s.near(rgb("d9502a"))
            for side in (-1, 1):
                s.body(smooth([(0, -22), (side * 7, -34), (side * 2, -35)]), tail, gloss=0.3)
            crisp(
                s,
                smooth([(0, -26), (6, -18), (8, 0), (6, 24), (0, 32), (-6, 24), (-8, 0), (-6, -18)]),
                s.near(rgb("e0a344")),
            )


def _nuggets(s: Sketch) -> None:
    draw_pieces(s, s.near(GOLD), s.count(4, 6), s.uniform(1, 1.25))


def _onion_rings(s: Sketch) -> None:
    draw_rings(s, s.near(GOLD), s.count(5, 8))


def _steak(s: Sketch) -> None:
    colour = s.near(s.pick(_FLESH), 0.03)
    with s.at(0, 0, 0, 1.1):
        s.body(s.blob(30, 22, 0.08, 8), rgb("e8cfa8"), round_=0.2, gloss=0.1)
        with s.at(1.5, 1.5, 0, 0.93):
            draw_slab(s, colour, True)
    if s.uniform(0, 1) < 0.4:
        with s.at(-4, -2):
            s.body(s.blob(6, 5, 0.06), rgb("f3d77a"), gloss=0.5)


def _roast(s: Sketch) -> None:
    number = s.count(3, 5)
    for i in range(number):
        with s.at((i - (number - 1) / 2) * 12, s.uniform(-2, 2), s.uniform(-8, 8)):
            piece = s.blob(13, 24, 0.05)
            s.body(piece, s.near(_FLESH[0], 0.03), round_=0.3, gloss=0.1, grain=0.3)
            with s.at(1, 0, 0, 0.86):
                s.body(piece, s.near(rgb("c0564c"), 0.04), round_=0.2, gloss=0.25, grain=0.3, rim=0.4, shadow=0)


def _skewers(s: Sketch) -> None:
    number = s.count(2, 3)
    for i in range(number):
        with s.at((i - (number - 1) / 2) * 18, 0, s.uniform(-7, 7)):
            s.tube([(0, -42), (0, 0), (0, 42)], 1.8, rgb("d0a568"))
            for y in (-24, -11, 2, 15):
                with s.at(0, y + s.uniform(-1, 1), s.uniform(-15, 15)):
                    green = s.uniform(0, 1) < 0.18
                    s.body(
                        s.blob(8, 6.5, 0.08),
                        rgb("5d8f3a") if green else s.near(s.pick(_FLESH)),
                        round_=0.4,
                        gloss=0.4,
                        grain=0.35,
                    )


def _sausages(s: Sketch) -> None:
    number, colour = s.count(2, 4), s.near(s.pick((rgb("9c4527"), rgb("b8593a"), rgb("7c3320"))), 0.03)
    for i in range(number):
        with s.at(0, (i - (number - 1) / 2) * 14, s.uniform(-8, 8)):
            bend = s.uniform(-7, 7)
            s.tube([(-24, 0), (-10, bend), (10, bend), (24, 0)], 11.5, s.near(colour, 0.03), 0.7)
            for x in (-14, -2, 10):
                s.line(curve([(x, bend * 0.7 - 4), (x + 3, bend * 0.7 + 3)]), 1.2, darker(colour, 0.6), 0.8)


def _ham(s: Sketch) -> None:
    for i in range(s.count(3, 5)):
        with s.at(s.uniform(-9, 9), -12 + 7 * i, s.uniform(-25, 25)):
            path = s.blob(22, 15, 0.06)
            s.body(path, rgb("f3d9cd"), round_=0.1, gloss=0.05)
            with s.at(0, 0, 0, 0.9):
                s.body(
                    path,
                    s.near(rgb("e08f86"), 0.03),
                    round_=0.12,
                    gloss=0.25,
                    grain=0.25,
                    coarse=0.5,
                    rim=0.1,
                    shadow=0,
                )


def _meatballs(s: Sketch) -> None:
    s.body(s.blob(31, 28, 0.06), s.near(rgb("8e2a17")), round_=0.2, gloss=0.2, grain=0.15)
    for x, y in ((-14, -12), (8, -15), (18, 4), (0, 2), (-16, 8), (4, 18)):
        with s.at(x + s.uniform(-2, 2), y + s.uniform(-2, 2)):
            s.body(s.blob(9.5, 9.5, 0.04), s.near(mix(_FLESH[1], GOLD, 0.15), 0.03), round_=0.5, gloss=0.35, grain=0.45)


KINDS = (
    FoodKind(4, "chips", _fries, turn=25),
    FoodKind(4, "fried drumsticks", _drumsticks),
    FoodKind(4, "fried shrimps", _tempura),
    FoodKind(4, "nuggets", _nuggets),
    FoodKind(4, "onion rings", _onion_rings),
    FoodKind(5, "steak", _steak),
    FoodKind(5, "roast beef", _roast),
    FoodKind(5, "skewers", _skewers, ("slate", "plate", "board")),
    FoodKind(5, "sausages", _sausages),
    FoodKind(5, "ham", _ham),
    FoodKind(5, "meatballs", _meatballs, ("plate",)),
)
