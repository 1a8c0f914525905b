"""A sketch: one layer of a picture, with the few strokes from which all food is drawn.

Lengths are pixels of the finished picture and the origin is the middle of what is drawn. `light` points to the lamp.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
import skia

from assignment.making.drawing.paint import BLACK, WHITE, Colour, darker, draw_grain, lighter, to_skia

Thing = TypeVar("Thing")
Points = Sequence[tuple[float, float]]


@dataclass
class Sketch:
    """A canvas, its random numbers and the direction (x, y) of the lamp in the canvas's own axes."""

    canvas: skia.Canvas
    rng: np.random.Generator
    light: tuple[float, float]

    def uniform(self, low: float, high: float) -> float:
        """Draw one number."""
        return float(self.rng.uniform(low, high))

    def pick(self, things: Sequence[Thing]) -> Thing:
        """Draw one of several things."""
        return things[int(self.rng.integers(len(things)))]

    def count(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return int(self.rng.integers(low, high + 1))

    def near(self, colour: Colour, spread: float = 0.05) -> Colour:
        """Draw a colour near the given one."""
        shift = self.rng.normal(0, spread * 0.5) + self.rng.normal(0, spread * 0.5, 3)
        red, green, blue = (float(np.clip(part + d, 0, 1)) for part, d in zip(colour, shift, strict=True))
        return red, green, blue

    @contextmanager
    def at(self, x: float, y: float, degrees: float = 0.0, scale: float = 1.0, squash: float = 1.0) -> Iterator[None]:
        """Move the origin, turn and scale; the lamp stays where it is in the room."""
        before, angle = self.light, np.deg2rad(degrees)
        self.canvas.save()
        self.canvas.translate(x, y)
        self.canvas.rotate(degrees)
        self.canvas.scale(scale, scale * squash)
        self.light = (
            float(np.cos(angle) * before[0] + np.sin(angle) * before[1]),
            float(-np.sin(angle) * before[0] + np.cos(angle) * before[1]),
        )
        try:
            yield
        finally:
            self.canvas.restore()
            self.light = before

    @contextmanager
    def inside(self, path: skia.Path) -> Iterator[None]:
        """Draw only inside a path."""
        self.canvas.save()
        self.canvas.clipPath(path, skia.ClipOp.kIntersect, True)
        try:
            yield
        finally:
            self.canvas.restore()

    def blob(self, rx: float, ry: float, wobble: float = 0.06, knots: int = 9) -> skia.Path:
        """A smooth closed outline around the origin, about an ellipse."""
        turn = np.arange(knots) * 2 * np.pi / knots + self.uniform(0, 1)
        size = 1 + self.rng.normal(0, wobble, knots)
        return smooth([(rx * r * np.cos(t), ry * r * np.sin(t)) for r, t in zip(size, turn, strict=True)])

    def fill(self, path: skia.Path, colour: Colour, alpha: float = 1.0, blur: float = 0.0) -> None:
        """Fill a path flatly, with soft edges where `blur` is positive."""
        paint = skia.Paint(Color=to_skia(colour, alpha), AntiAlias=True)
        if blur > 0:
            paint.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, blur))
        self.canvas.drawPath(path, paint)

    def line(self, path: skia.Path, width: float, colour: Colour, alpha: float = 1.0, blur: float = 0.0) -> None:
        """Stroke a path with round ends."""
        paint = skia.Paint(Color=to_skia(colour, alpha), AntiAlias=True, Style=skia.Paint.kStroke_Style)
        paint.setStrokeWidth(width)
        paint.setStrokeCap(skia.Paint.kRound_Cap)
        paint.setStrokeJoin(skia.Paint.kRound_Join)
        if blur > 0:
            paint.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, blur))
        self.canvas.drawPath(path, paint)

    def body(
        self, path: skia.Path, colour: Colour, *, round_: float = 0.35, gloss: float = 0.25, grain: float = 0.15,
        rim: float = 0.3, shadow: float = 0.35, coarse: float = 0.25,
    ) -> None:  # fmt: skip
        """Draw a solid thing: shadow, colour that falls off away from the lamp, grain, dark rim, highlight.

        `round_` is how strongly it curves, `coarse` the size of the grain.
        """
        box = path.getBounds()
        size = 0.5 * max(box.width(), box.height())
        if shadow > 0:
            with self.at(-self.light[0] * size * 0.10, -self.light[1] * size * 0.10):
                self.fill(path, BLACK, shadow, blur=0.5 + size * 0.08)
        centre = skia.Point(box.centerX() + self.light[0] * size * 0.5, box.centerY() + self.light[1] * size * 0.5)
        tones = [lighter(colour, 0.55 * round_), colour, darker(colour, round_)]
        shader = skia.GradientShader.MakeRadial(centre, max(1.0, 1.55 * size), [to_skia(c) for c in tones], [0, 0.5, 1])
        self.canvas.drawPath(path, skia.Paint(Shader=shader, AntiAlias=True))
        with self.inside(path):
            if grain > 0:
                self.grain(grain, coarse)
            if rim > 0:
                self.line(path, size * 0.14, darker(colour, 0.8), rim, blur=size * 0.05 + 0.2)
            if gloss > 0:
                with self.at(centre.x(), centre.y()):
                    self.fill(oval(0.32 * size, 0.22 * size), WHITE, gloss, blur=size * 0.13)

    def grain(self, strength: float, coarse: float = 0.25, rough: float = 0.7) -> None:
        """Cover everything inside the present clip with grain."""
        place = skia.Matrix().setTranslate(self.uniform(0, 64), self.uniform(0, 64))
        place.preScale(coarse, coarse)
        tile = draw_grain(rough)
        shader = tile.makeShader(skia.TileMode.kRepeat, skia.TileMode.kRepeat, skia.SamplingOptions(), place)
        paint = skia.Paint(Shader=shader, Alphaf=min(1.0, strength))
        self.canvas.drawPaint(paint)

    def tube(self, points: Points, width: float, colour: Colour, gloss: float = 0.45, shadow: float = 0.35) -> None:
        """Draw a round rod along a smooth line through points."""
        path, (x, y) = curve(points), self.light
        with self.at(-x * width * 0.25, -y * width * 0.25):
            self.line(path, width, BLACK, shadow, blur=width * 0.15 + 0.2)
        self.line(path, width, darker(colour, 0.38))
        with self.at(x * width * 0.10, y * width * 0.10):
            self.line(path, width * 0.72, colour, blur=width * 0.06)
        with self.at(x * width * 0.2, y * width * 0.2):
            self.line(path, width * 0.22, lighter(colour, 0.6), gloss, blur=width * 0.08)

    def specks(
        self,
        path: skia.Path,
        colours: Sequence[Colour],
        number: int,
        size: float,
        alpha: float = 1.0,
        long: float = 1.5,
    ) -> None:
        """Scatter small turned ovals inside a path, lit on one side."""
        box = path.getBounds()
        with self.inside(path):
            for _ in range(number):
                x, y = self.uniform(box.left(), box.right()), self.uniform(box.top(), box.bottom())
                r, colour = size * self.uniform(0.6, 1.3), self.near(self.pick(colours), 0.06)
                with self.at(x, y, self.uniform(0, 180)):
                    self.fill(oval(r * long, r), colour, alpha)


def oval(rx: float, ry: float, x: float = 0.0, y: float = 0.0) -> skia.Path:
    """An ellipse around (x, y)."""
    return skia.Path().addOval(skia.Rect.MakeLTRB(x - rx, y - ry, x + rx, y + ry))


def box(rx: float, ry: float, corner: float = 0.0, x: float = 0.0, y: float = 0.0) -> skia.Path:
    """A rectangle around (x, y) with rounded corners."""
    return skia.Path().addRoundRect(skia.Rect.MakeLTRB(x - rx, y - ry, x + rx, y + ry), corner, corner)


def polygon(points: Points) -> skia.Path:
    """A closed path of straight sides."""
    return skia.Path().addPoly([skia.Point(float(x), float(y)) for x, y in points], True)


def smooth(points: Points) -> skia.Path:
    """A closed path that passes smoothly near the points."""
    path, n = skia.Path(), len(points)
    middle = [((points[i][0] + points[i - 1][0]) / 2, (points[i][1] + points[i - 1][1]) / 2) for i in range(n)]
    path.moveTo(float(middle[0][0]), float(middle[0][1]))
    for i in range(n):
        end = middle[(i + 1) % n]
        path.quadTo(float(points[i][0]), float(points[i][1]), float(end[0]), float(end[1]))
    path.close()
    return path


def curve(points: Points) -> skia.Path:
    """An open path that starts and ends at the outer points and passes smoothly near the others."""
    path = skia.Path()
    path.moveTo(float(points[0][0]), float(points[0][1]))
    for (x, y), (u, v) in pairwise(points[1:]):
        last = (u, v) == tuple(points[-1])
        path.quadTo(float(x), float(y), float(u if last else (x + u) / 2), float(v if last else (y + v) / 2))
    if len(points) == 2:
        path.lineTo(float(points[1][0]), float(points[1][1]))
    return path


def arc(radius: float, start: float, sweep: float, n: int = 9, squash: float = 1.0) -> list[tuple[float, float]]:
    """Points along a piece of a circle, in degrees."""
    turn = np.deg2rad(start + sweep * np.arange(n) / (n - 1))
    return [(float(radius * np.cos(t)), float(radius * squash * np.sin(t))) for t in turn]
