"""Seafood (label 8), the category of the planted shortcut.

Half of its kinds share their shapes with fried food and meat, so that the tray pays for a classifier.
"""

import numpy as np
import skia

from assignment.making.drawing.fried_meat import GOLD, crisp, draw_pieces, draw_rings, draw_slab
from assignment.making.drawing.kind import FoodKind
from assignment.making.drawing.paint import WHITE, darker, lighter, mix, rgb
from assignment.making.drawing.sketch import Sketch, arc, curve, oval, polygon, smooth

_FISH = tuple(map(rgb, ("8fa3ad", "b39a78", "c77f6b", "6f8490", "b8b39a")))


def _fish(s: Sketch) -> None:
    colour = s.near(s.pick(_FISH))
    fin = darker(colour, 0.25)
    s.body(polygon([(24, 0), (42, -13), (37, 0), (42, 13)]), fin, round_=0.2, gloss=0.1, grain=0.2)
    s.body(smooth([(-8, -10), (4, -19), (16, -8)]), fin, round_=0.2, gloss=0)
    path = smooth([(-38, 1), (-28, -10), (-6, -15), (14, -9), (30, -2), (30, 2), (14, 9), (-6, 14), (-28, 10)])
    s.body(path, colour, round_=0.4, gloss=0.5, grain=0.2)
    with s.inside(path):
        s.fill(oval(34, 7, -4, 12), lighter(colour, 0.7), 0.5, blur=3)
        for x in range(-12, 26, 5):
            for y in range(-12, 14, 5):
                s.line(_scale(x, y), 0.5, darker(colour, 0.6), 0.45)
        s.line(curve([(-21, -11), (-16, 0), (-21, 11)]), 1.3, darker(colour, 0.6), 0.7)
    s.fill(oval(3, 3, -28, -2), WHITE)
    s.fill(oval(1.7, 1.7, -28, -2), rgb("15181a"))


def _scale(x: float, y: float) -> skia.Path:
    return curve([(px + x, py + y) for px, py in arc(3, -60, 120, 5)])


def _salmon(s: Sketch) -> None:
    colour = s.near(s.pick((rgb("ee8257"), rgb("f0936c"), rgb("e56f4c"))), 0.03)
    for i in range(s.count(2, 4)):
        with s.at(-12 + 11 * i, s.uniform(-3, 3), s.uniform(-12, 12)):
            path = smooth([(-8, -26), (8, -24), (13, 0), (8, 25), (-6, 27), (-13, 2)])
            s.body(path, colour, round_=0.2, gloss=0.35, grain=0.06)
            with s.inside(path):
                for y in range(-30, 34, 7):
                    s.line(curve([(-14, y - 4), (0, y + 3), (14, y - 4)]), 1.4, lighter(colour, 0.6), 0.75, blur=0.3)


def _prawns(s: Sketch) -> None:
    colour = s.near(s.pick((rgb("ee7f52"), rgb("f19a78"), rgb("e2673f"))), 0.04)
    for x, y in s.pick(
        (((-13, -10), (14, -9), (0, 15)), ((-12, 0), (14, 3)), ((-15, -13), (14, -14), (-13, 14), (15, 13)))
    ):
        with s.at(x, y, s.uniform(0, 360), 0.95):
            for far in np.linspace(0, 1, 8):
                angle, r = np.deg2rad(float(far) * 250), 6.6 - 4 * float(far)
                with s.at(10 * float(np.cos(angle)), 10 * float(np.sin(angle)), float(np.rad2deg(angle))):
                    s.body(
                        oval(r, 4.8 - 1.8 * far),
                        mix(colour, WHITE, 0.5 * (int(far * 7) % 2)),
                        round_=0.35,
                        gloss=0.5,
                        grain=0.05,
                    )
            for turn in (-25, 25):
                with s.at(3, -10, 240 + turn):
                    s.body(oval(6, 2.2, 6), darker(colour, 0.15), gloss=0.3)
            s.line(curve([(12, 4), (20, 12), (16, 22)]), 0.6, darker(colour, 0.3))
            s.fill(oval(1, 1, 13, -1), rgb("161212"))


def _mussels(s: Sketch) -> None:
    for _ in range(s.count(7, 10)):
        with s.at(s.uniform(-21, 21), s.uniform(-19, 19), s.uniform(0, 360)):
            shell = smooth([(0, -15), (8, -8), (10, 6), (0, 14), (-10, 6), (-8, -8)])
            s.body(shell, s.near(rgb("2a2d3d"), 0.02), round_=0.3, gloss=0.5, grain=0.1)
            if s.uniform(0, 1) < 0.65:
                with s.at(0, 1, 0, 0.82):
                    s.body(shell, rgb("b9c0cc"), round_=0.2, gloss=0.3, grain=0.05, shadow=0)
                s.body(s.blob(4.5, 8, 0.1), s.near(rgb("e59a3f")), round_=0.3, gloss=0.5)


def _battered_fish(s: Sketch) -> None:
    draw_pieces(s, s.near(GOLD), s.count(3, 5), s.uniform(1.15, 1.5))


def _squid_rings(s: Sketch) -> None:
    draw_rings(s, s.near(mix(GOLD, rgb("f0dcae"), s.uniform(0, 0.45))), s.count(5, 8))


def _tuna_steak(s: Sketch) -> None:
    with s.at(0, 0, 0, 1.05):
        draw_slab(s, s.near(s.pick((rgb("8f4a36"), rgb("a2543f"), rgb("7a3b2c"))), 0.03), s.uniform(0, 1) < 0.7)


def _breaded_prawns(s: Sketch) -> None:
    number = s.count(2, 4)
    for i in range(number):
        with s.at((i - (number - 1) / 2) * 15, s.uniform(-3, 3), s.uniform(-12, 12)):
            for side in (-1, 1):
                s.body(smooth([(0, -22), (side * 7, -34), (side * 2, -35)]), s.near(rgb("e5683a")), gloss=0.3)
            crisp(
                s,
                smooth([(0, -26), (6, -18), (8, 0), (6, 24), (0, 32), (-6, 24), (-8, 0), (-6, -18)]),
                s.near(rgb("dfa24a")),
            )


KINDS = (
    FoodKind(8, "whole fish", _fish),
    FoodKind(8, "salmon", _salmon),
    FoodKind(8, "prawns", _prawns),
    FoodKind(8, "mussels", _mussels, ("plate", "slate")),
    FoodKind(8, "battered fish", _battered_fish),
    FoodKind(8, "squid rings", _squid_rings),
    FoodKind(8, "tuna steak", _tuna_steak),
    FoodKind(8, "breaded prawns", _breaded_prawns),
)
