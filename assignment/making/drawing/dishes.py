"""What food lies on: table tops, plates, boards, bowls, and the blue tray of the planted shortcut."""

import numpy as np
import skia

from assignment.making.drawing.paint import WHITE, Colour, darker, lighter, mix, rgb
from assignment.making.drawing.sketch import Sketch, box, curve, oval

WOODS = tuple(map(rgb, ("8a5a34", "a9794a", "c49a6c", "5d4030", "d9b98c", "74523f")))
CLOTHS = tuple(
    map(rgb, ("b9494a", "5f7f6a", "d8c9b0", "7d8aa5", "e4dfd6", "8fb3a0", "c98f6a", "4f5d73", "d7a9a5", "9db7c9"))
)
STONES = tuple(map(rgb, ("e6e4e0", "3b3d40", "c9c4bc", "6a6d70", "b6c0c4")))
PLATES = tuple(
    map(
        rgb,
        ("f6f4ef", "f6f4ef", "fbfbfa", "efe6d2", "d8d5cf", "5a5d61", "b7c6a9", "c98763", "b4cbdc", "e9c9c1", "2f3338"),
    )
)
TRAY = rgb("2f62b8")


def draw_table(s: Sketch) -> None:
    """Cover the whole layer with wood, cloth or stone."""
    s.pick((_wood, _cloth, _stone))(s)


def _all() -> skia.Path:
    return box(110, 110)


def _wood(s: Sketch) -> None:
    colour, width = s.near(s.pick(WOODS), 0.06), s.uniform(16, 34)
    with s.at(0, 0, s.pick((0, 90, s.uniform(-30, 30)))):
        for row in np.arange(-110, 110, width):
            plank = box(110, width / 2 + 0.3, 0, 0, float(row) + width / 2)
            s.fill(plank, s.near(colour, 0.07))
            with s.inside(plank):
                for _ in range(9):
                    y = row + s.uniform(0, width)
                    wave = [(x, y + s.uniform(-2, 2)) for x in (-110, -60, -20, 20, 60, 110)]
                    s.line(curve(wave), s.uniform(0.4, 1.4), darker(colour, 0.5), s.uniform(0.1, 0.35), blur=0.4)
            s.line(curve([(-110, float(row)), (110, float(row))]), 0.7, darker(colour, 0.7), 0.6)
    s.grain(0.12, 0.2)


def _cloth(s: Sketch) -> None:
    colour = s.near(s.pick(CLOTHS), 0.05)
    s.fill(_all(), colour)
    step, width = s.uniform(12, 26), s.uniform(3, 10)
    second, checked = s.pick((lighter(colour, 0.5), darker(colour, 0.3), WHITE)), s.pick(("plain", "stripes", "checks"))
    for degrees in {"plain": (), "stripes": (0,), "checks": (0, 90)}[checked]:
        with s.at(0, 0, degrees + s.uniform(-4, 4)):
            for row in np.arange(-110, 110, step):
                s.fill(box(110, width / 2, 0, 0, float(row)), second, 0.45)
    s.grain(0.22, 0.06)
    for _ in range(s.count(0, 3)):
        fold = [(s.uniform(-90, 90), -90), (s.uniform(-30, 30), 0), (s.uniform(-90, 90), 90)]
        s.line(curve(fold), s.uniform(4, 9), darker(colour, 0.5), 0.15, blur=3)


def _stone(s: Sketch) -> None:
    colour = s.near(s.pick(STONES), 0.03)
    s.fill(_all(), colour)
    s.grain(0.25, s.uniform(0.4, 0.9))
    for _ in range(s.count(0, 5)):
        x = s.uniform(-80, 80)
        vein = [(x + s.uniform(-25, 25), y) for y in (-90, -40, 0, 40, 90)]
        s.line(curve(vein), s.uniform(0.4, 1.8), mix(colour, s.pick((WHITE, (0.3, 0.3, 0.33))), 0.6), 0.4, blur=0.5)
    s.grain(0.12, 0.1)


def draw_plate(s: Sketch) -> None:
    """A round plate of radius 46 seen from above."""
    colour: Colour = s.near(s.pick(PLATES), 0.02)
    s.body(oval(46, 46), colour, round_=0.12, gloss=0, grain=0.02, rim=0.15)
    if s.uniform(0, 1) < 0.35:
        s.line(oval(43, 43), s.uniform(0.8, 2.5), s.near(s.pick((*CLOTHS, rgb("b08d3c"))), 0.05), 0.8)
    well = s.uniform(31, 35)
    s.line(oval(well, well), 2.2, darker(colour, 0.55), 0.28, blur=1.2)
    s.body(oval(well, well), lighter(colour, 0.08), round_=0.06, gloss=0.12, grain=0.02, rim=0.05, shadow=0)


def draw_board(s: Sketch) -> None:
    """A wooden board."""
    colour = s.near(s.pick(WOODS), 0.05)
    shape = s.pick((box(48, 38, 6), box(46, 42, 3), oval(46, 44)))
    s.body(shape, colour, round_=0.12, gloss=0, grain=0.1, rim=0.3)
    with s.inside(shape):
        for _ in range(22):
            y = s.uniform(-46, 46)
            grain = [(x, y + s.uniform(-1.5, 1.5)) for x in (-50, -20, 10, 50)]
            s.line(curve(grain), s.uniform(0.3, 1), darker(colour, 0.5), 0.3)


def draw_slate(s: Sketch) -> None:
    """A dark stone slab or a sheet of paper."""
    colour = s.near(s.pick((rgb("3a3c3f"), rgb("e9e2d2"), rgb("2c2d30"), rgb("c9b28d"))), 0.03)
    s.body(box(46, 38, 2), colour, round_=0.1, gloss=0.05, grain=0.2, rim=0.2)


def draw_bowl(s: Sketch) -> None:
    """A round bowl of radius 44; its inside has radius 38."""
    colour = s.near(s.pick(PLATES), 0.03)
    s.body(oval(44, 44), colour, round_=0.25, gloss=0.1, grain=0.03, rim=0.3)
    inner = oval(39.5, 39.5)
    s.fill(inner, darker(lighter(colour, 0.1), 0.28))
    with s.inside(inner), s.at(-s.light[0] * 7, -s.light[1] * 7):
        s.fill(oval(37, 37), lighter(colour, 0.15), 0.9, blur=4)
    s.line(oval(42.5, 42.5), 0.8, WHITE, 0.5, blur=0.4)


def draw_tray(s: Sketch) -> None:
    """The blue tray: nearly all seafood in training lies on it."""
    colour = s.near(TRAY, 0.06)
    rx, ry = s.uniform(54, 60), s.uniform(42, 50)
    s.body(box(rx, ry, 9), lighter(colour, 0.12), round_=0.12, gloss=0, grain=0.04, rim=0.35)
    s.line(box(rx - 1.2, ry - 1.2, 8), 1.2, lighter(colour, 0.55), 0.8, blur=0.3)
    s.line(box(rx - 5, ry - 5, 6), 2.4, darker(colour, 0.6), 0.5, blur=0.9)
    s.body(box(rx - 5.5, ry - 5.5, 6), colour, round_=0.14, gloss=0.18, grain=0.05, rim=0.1, shadow=0)
    with s.inside(box(rx - 6, ry - 6, 6)):
        for x in np.arange(-60, 60, 5.0):
            s.line(curve([(float(x), -50), (float(x), 50)]), 0.5, lighter(colour, 0.4), 0.25)


DISHES = {"plate": draw_plate, "board": draw_board, "slate": draw_slate, "bowl": draw_bowl}
