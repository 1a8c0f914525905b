"""Dairy products (label 1) and eggs (label 3)."""

from assignment.making.drawing.kind import FoodKind
from assignment.making.drawing.paint import WHITE, Colour, darker, lighter, rgb
from assignment.making.drawing.sketch import Sketch, arc, curve, oval, polygon, smooth

_CHEESE = tuple(map(rgb, ("f2c23e", "f5d878", "e89b34", "f3e3b0")))
_MILK, _SHELL, _YOLK = rgb("fbf9f2"), rgb("d9a679"), rgb("f4a81c")


def _milk(s: Sketch) -> None:
    wide, low = s.uniform(17, 20), s.uniform(13, 16)
    s.body(
        polygon([(-wide, -36), (wide, -36), (low, 36), (-low, 36)]),
        rgb("cfdde2"),
        round_=0.15,
        gloss=0,
        grain=0,
        rim=0.25,
    )
    full = s.uniform(-28, -16)
    edge = low + (wide - low) * (36 - full) / 72 - 1.4
    s.body(
        polygon([(-edge, full), (edge, full), (low - 1.4, 33), (1.4 - low, 33)]), _MILK, round_=0.16, gloss=0, grain=0
    )
    s.body(oval(edge, 3.6, 0, full), WHITE, round_=0.08, gloss=0, grain=0, shadow=0.15)
    s.line(oval(wide - 0.6, 4, 0, -36), 1.3, WHITE, 0.9)
    s.line(curve([(-wide + 5, -30), (-low + 4, 30)]), 2.6, WHITE, 0.75, blur=0.7)


def _wedge(s: Sketch) -> None:
    colour = s.near(s.pick(_CHEESE[:3]), 0.04)
    top, side = polygon([(-32, 4), (12, -22), (32, -4)]), polygon([(-32, 4), (32, -4), (32, 18), (-32, 24)])
    s.body(side, colour, round_=0.2, gloss=0.05, grain=0.05)
    s.body(top, lighter(colour, 0.3), round_=0.1, gloss=0.1, grain=0.05)
    for path, number, squash in ((side, 9, 0.85), (top, 5, 0.5)):
        area = path.getBounds()
        with s.inside(path):
            for _ in range(number):
                x, y = s.uniform(area.left(), area.right()), s.uniform(area.top(), area.bottom())
                r = s.uniform(2, 5)
                s.fill(oval(r, r * squash, x, y), darker(colour, 0.35))
                s.fill(
                    oval(r * 0.8, r * squash * 0.75, x - 0.6 * s.light[0], y - 0.6 * s.light[1]), darker(colour, 0.12)
                )


def _wheel(s: Sketch) -> None:
    colour = s.near(s.pick((rgb("f4eee0"), rgb("f2d98e"), rgb("c8402f"))), 0.03)
    whole = smooth(arc(31, 20, 320, 24) + [(0, 0)] * 3)
    s.body(whole, colour, round_=0.2, gloss=0.15, grain=0.18)
    cream = rgb("f7e3a1")
    s.line(curve([(28, 10), (0, 0)]), 5, cream)
    s.line(curve([(28, -10), (0, 0)]), 5, cream)
    with s.at(12, 0, s.uniform(-8, 8)):
        s.body(polygon([(4, 0), (29, -9), (33, 0), (29, 9)]), colour, round_=0.15, gloss=0.1, grain=0.15)
        s.line(curve([(5, 1), (29, 10)]), 3, cream)


def _yoghurt(s: Sketch) -> None:
    s.body(oval(36, 36), s.near(s.pick((_MILK, rgb("f8dfe4"), _MILK)), 0.015), round_=0.12, gloss=0.1, grain=0.03)
    for radius, start in ((26, 10), (18, 150), (10, 290)):
        swirl = curve(arc(radius, start + s.uniform(0, 60), 230, 12))
        s.line(swirl, 4, rgb("cdbfae"), 0.5, blur=1.2)
        s.line(swirl, 2, WHITE, 0.9, blur=0.8)
    berry = s.pick((rgb("39427c"), rgb("b81d3a"), rgb("7c2350")))
    for _ in range(s.count(0, 7)):
        with s.at(s.uniform(-18, 18), s.uniform(-18, 18)):
            s.body(s.blob(4, 4, 0.05), s.near(berry, 0.04), gloss=0.5)


def _butter(s: Sketch) -> None:
    colour = s.near(rgb("f6dc7c"), 0.04)
    s.body(
        polygon([(-32, -2), (26, -12), (34, 2), (34, 16), (-24, 28), (-32, 12)]),
        colour,
        round_=0.15,
        gloss=0.1,
        grain=0.04,
    )
    s.body(
        polygon([(-32, -2), (26, -12), (34, 2), (-24, 13)]),
        lighter(colour, 0.45),
        round_=0.06,
        gloss=0.2,
        grain=0.03,
        shadow=0,
    )
    s.body(
        polygon([(-32, -2), (-24, 13), (-24, 28), (-32, 12)]),
        darker(colour, 0.1),
        round_=0.1,
        gloss=0,
        grain=0.03,
        shadow=0,
    )
    for i in range(s.count(0, 2)):
        with s.at(14 + 8 * i, -14 - 3 * i, -10):
            s.body(
                polygon([(-5, -3), (7, -5), (10, 2), (-2, 5)]), lighter(colour, 0.35), round_=0.1, gloss=0.2, grain=0.02
            )


def _cubes(s: Sketch) -> None:
    colour = s.near(s.pick((_CHEESE[0], _CHEESE[3], rgb("f6f2e6"))), 0.03)
    for _ in range(s.count(7, 11)):
        with s.at(s.uniform(-19, 19), s.uniform(-17, 17), s.uniform(-25, 25)):
            s.body(
                polygon([(-8, -4), (2, -9), (9, -3), (9, 6), (0, 12), (-8, 6)]),
                darker(colour, 0.12),
                round_=0.15,
                gloss=0,
            )
            s.fill(polygon([(-8, -4), (2, -9), (9, -3), (0, 3)]), lighter(colour, 0.45))
            s.fill(polygon([(-8, -4), (0, 3), (0, 12), (-8, 6)]), colour)


def _yolk(s: Sketch, x: float, y: float, r: float, colour: Colour) -> None:
    with s.at(x, y):
        s.body(s.blob(r, r, 0.02), colour, round_=0.35, gloss=0.65, grain=0.02)


def _fried_egg(s: Sketch) -> None:
    for x in s.pick(((0.0,), (-14.0, 14.0))):
        size = 31 if x == 0 else 22
        with s.at(x, s.uniform(-5, 5)):
            white = s.blob(size, size * 0.9, 0.11, 9)
            s.body(white, rgb("faf6ea"), round_=0.1, gloss=0.15, grain=0.05, rim=0.05)
            with s.inside(white):
                s.line(white, s.uniform(1.5, 4), rgb("b9772e"), s.uniform(0.2, 0.8), blur=1)
            _yolk(s, s.uniform(-4, 4), s.uniform(-4, 4), size * s.uniform(0.36, 0.44), s.near(_YOLK, 0.05))
            s.specks(white, [rgb("2b2018")], s.count(0, 25), 0.4, 0.9)


def _halves(s: Sketch) -> None:
    places = s.pick((((-14, -9, -20), (14, 9, 25)), ((-15, -11, 10), (15, -9, -30), (0, 14, 80)), ((0, 0, 30),)))
    yolk, size = s.near(s.pick((_YOLK, rgb("f2c95a"), rgb("e67f1b"))), 0.04), 0.9 if len(places) > 1 else 1.5
    for x, y, turn in places:
        with s.at(x, y, turn + s.uniform(-20, 20), size):
            s.body(
                smooth([(0, -22), (12, -15), (16, 4), (10, 17), (-10, 17), (-16, 4), (-12, -15)]),
                rgb("fbf8f0"),
                round_=0.12,
                grain=0.02,
                gloss=0.2,
            )
            _yolk(s, 0, 4, s.uniform(7.5, 9), yolk)


def _omelette(s: Sketch) -> None:
    colour = s.near(rgb("f0c13f"))
    path = smooth([(-35, 6), (-26, -16), (0, -22), (26, -16), (35, 6), (20, 15), (0, 17), (-20, 15)])
    s.body(path, colour, round_=0.3, gloss=0.2, grain=0.25, coarse=0.5)
    s.line(curve([(-32, 8), (0, 14), (32, 8)]), 2, darker(colour, 0.5), 0.6, blur=0.8)
    with s.inside(path):
        for _ in range(s.count(3, 8)):
            with s.at(s.uniform(-26, 26), s.uniform(-14, 8), s.uniform(-20, 20)):
                s.fill(oval(s.uniform(4, 9), s.uniform(1.5, 3)), rgb("b5722a"), 0.45, blur=1.5)
    s.specks(path, [rgb("3f7a33")], s.count(0, 26), 1.0)
    if s.uniform(0, 1) < 0.5:
        s.line(curve([(-20, -4), (-10, 4), (0, -5), (10, 4), (20, -5)]), 2.4, rgb("b01c16"), 0.95)


def _eggs(s: Sketch) -> None:
    shell = s.near(s.pick((_SHELL, rgb("f3e9da"), rgb("c98d62"))), 0.03)
    for x, y in s.pick((((-13, -7), (13, -6), (0, 13)), ((-12, 0), (12, 4)), ((0, 0),))):
        with s.at(x, y, s.uniform(-60, 60), 1.35 if x == y == 0 else 0.95):
            egg = smooth([(0, -20), (11, -14), (15, 3), (9, 15), (-9, 15), (-15, 3), (-11, -14)])
            s.body(egg, s.near(shell, 0.02), round_=0.4, gloss=0.35, grain=0.05, coarse=0.1)


KINDS = (
    FoodKind(1, "glass of milk", _milk, ("none", "none", "board"), turn=8),
    FoodKind(1, "wedge of cheese", _wedge, ("board", "plate", "slate"), turn=20),
    FoodKind(1, "wheel of cheese", _wheel, ("board", "plate", "slate")),
    FoodKind(1, "bowl of yoghurt", _yoghurt, ("bowl",)),
    FoodKind(1, "block of butter", _butter, ("plate", "board"), turn=20),
    FoodKind(1, "cubes of cheese", _cubes, turn=20),
    FoodKind(3, "fried eggs", _fried_egg, ("plate", "plate", "slate")),
    FoodKind(3, "halved boiled eggs", _halves),
    FoodKind(3, "omelette", _omelette, ("plate",)),
    FoodKind(3, "eggs in the shell", _eggs, ("plate", "board", "none")),
)
