"""Panels: what a student computed beside the canonical drawing of it, both on the canonical one's scale.

`kinds.py` says how each analysis is drawn. The canonical half of each panel is drawn once for a class (Canvas).
What a student's half is drawn from may hold any number: nothing in it may make this raise.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from assignment.assignment import Bilingual
from assignment.outputs import Array, Outputs
from grader.agreement.agree import Reading
from grader.report.pictures.drawings import draw_picture
from grader.report.pictures.kinds import FILTER_KINDS, LIME, PICTURE_KINDS, Arrays, Kind, Place
from grader.scoring.words import AGREEMENT_WORDS

SHOWN_PICTURE = 6  # whose activation maps are shown


@dataclass(frozen=True)
class Half:
    """One drawing and the numbers below it."""

    drawn: str
    says: str


@dataclass(frozen=True)
class Panel:
    """One analysis at one place: the student's half (None: `absent` says why) beside the canonical one."""

    title: Bilingual
    theirs: Half | None
    canonical: Half
    absent: Bilingual
    bar: str
    low: str
    high: str
    has_outlines: bool


@dataclass(frozen=True)
class Canvas:
    """What all pages of a class share: the pictures, and the canonical halves with the tops of their scales."""

    pictures: Array  # (N, H, W, 3) uint8
    labels: Array  # (N,)
    photos: tuple[str, ...]
    filters: tuple[tuple[Place, ...], ...]  # those of each convolution
    halves: Mapping[tuple[Kind, Place], Half]
    tops: Mapping[tuple[Kind, Place], float]


def find_canvas(pictures: Array, canonical: Outputs) -> Canvas:
    """Draw the pictures (N, H, W, 3) and the canonical halves of all panels."""
    labels = canonical["pictures", "label"]
    shown = min(SHOWN_PICTURE, len(pictures) - 1)
    places = [Place(n, int(label)) for n, label in enumerate(labels)]
    depths, count = canonical["filters", "reached"].shape
    filters = [[Place(shown, int(labels[shown]), depth, index) for index in range(count)] for depth in range(depths)]
    wanted = [(kind, place) for kind in PICTURE_KINDS for place in places]
    wanted += [(kind, place) for kind in FILTER_KINDS for row in filters for place in row]
    tops, halves = {}, {}
    for kind, place in wanted:
        arrays = {name: canonical[kind.group, name] for name in kind.needs} | {"photo": pictures}
        tops[kind, place] = float(np.nanpercentile(np.abs(kind.take(arrays, place)), kind.percent))
        halves[kind, place] = _find_half(kind, arrays, place, tops[kind, place])
    photos = tuple(draw_picture(one) for one in pictures)
    return Canvas(pictures, labels, photos, tuple(map(tuple, filters)), halves, tops)


def find_picture_panels(readings: Mapping[str, Reading], canvas: Canvas, picture: int) -> tuple[Panel, ...]:
    """Return one picture's panels, one for each of PICTURE_KINDS."""
    place = Place(picture, int(canvas.labels[picture]))
    return tuple(_find_panel(kind, place, readings[kind.group], canvas) for kind in PICTURE_KINDS)


def find_filter_panels(
    readings: Mapping[str, Reading], canvas: Canvas, places: tuple[Place, ...]
) -> tuple[tuple[Panel, ...], ...]:
    """Return a row of panels for each of FILTER_KINDS: one for each filter."""
    return tuple(
        tuple(_find_panel(kind, place, readings[kind.group], canvas) for place in places) for kind in FILTER_KINDS
    )


def _find_panel(kind: Kind, place: Place, reading: Reading, canvas: Canvas) -> Panel:
    top = canvas.tops[kind, place]
    word = reading.find_word(*kind.find_needs(place))
    arrays = dict(reading.arrays) | {"photo": canvas.pictures}
    return Panel(
        title=Bilingual(en=kind.en.format(place=place), zh=kind.zh.format(place=place)),
        theirs=_find_half(kind, arrays, place, top) if word == "agrees" else None,
        canonical=canvas.halves[kind, place],
        absent=AGREEMENT_WORDS[word].label,
        bar=kind.bar,
        low=f"\u2264 \u2212{top:.2g}" if kind.bar == "signed" else "0",
        high=f"\u2265 {top:.2g}",
        has_outlines=kind is LIME,
    )


@np.errstate(all="ignore")  # a hostile array may hold numbers that overflow
def _find_half(kind: Kind, arrays: Arrays, place: Place, top: float) -> Half:
    values = kind.take(arrays, place)
    return Half(kind.draw(values, arrays, place, top), kind.say(values, arrays, place))
