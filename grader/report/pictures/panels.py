"""Panels: what a student computed beside the canonical drawing of it, both on the canonical one's scale.

`kinds.py` says how each analysis is drawn. The canonical half of each panel is drawn once for a class (PictureCanvas).
What a student's half is drawn from may hold any number: nothing in it may make this raise.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from assignment.agreement.agree import GroupArrays
from assignment.assignment import Bilingual
from assignment.outputs import Array, Outputs
from grader.report.pictures.drawings import draw_picture
from grader.report.pictures.kinds import FILTER_KINDS, LIME, PICTURE_KINDS, Arrays, PictureKind, PicturePlace
from grader.scoring.words import AGREEMENT_WORDS

SHOWN_PICTURE = 6  # whose activation maps are shown


@dataclass(frozen=True)
class PictureHalf:
    """One drawing and the numbers below it."""

    drawn: str
    says: str


@dataclass(frozen=True)
class PicturePanel:
    """One analysis at one place: the student's half (None: `absent` says why) beside the canonical one."""

    title: Bilingual
    theirs: PictureHalf | None
    canonical: PictureHalf
    absent: Bilingual
    bar: str
    low: str
    high: str
    has_outlines: bool


@dataclass(frozen=True)
class PictureCanvas:
    """What all pages of a class share: the pictures, and the canonical halves with the tops of their scales."""

    pictures: Array  # (N, H, W, 3) uint8
    labels: Array  # (N,)
    photos: tuple[str, ...]
    filters: tuple[tuple[PicturePlace, ...], ...]  # those of each layer
    halves: Mapping[tuple[PictureKind, PicturePlace], PictureHalf]
    tops: Mapping[tuple[PictureKind, PicturePlace], float]


def draw_canvas(pictures: Array, canonical: Outputs) -> PictureCanvas:
    """Draw the pictures (N, H, W, 3) and the canonical halves of all panels."""
    labels = canonical["pictures", "label"]
    shown = min(SHOWN_PICTURE, len(pictures) - 1)
    places = [PicturePlace(n, int(label)) for n, label in enumerate(labels)]
    filters = [
        [
            PicturePlace(shown, int(labels[shown]), depth, index, layer, number)
            for index, number in enumerate(canonical.axes[f"filter of layer {layer}"])
        ]
        for depth, layer in enumerate(canonical.axes["layer"])
    ]
    wanted = [(kind, place) for kind in PICTURE_KINDS for place in places]
    wanted += [(kind, place) for kind in FILTER_KINDS for row in filters for place in row]
    tops, halves = {}, {}
    for kind, place in wanted:
        arrays = {name: canonical[kind.group, name] for name in kind.needs} | {"photo": pictures}
        tops[kind, place] = float(np.nanpercentile(np.abs(kind.take(arrays, place)), kind.percent))
        halves[kind, place] = _draw_half(kind, arrays, place, tops[kind, place])
    photos = tuple(draw_picture(one) for one in pictures)
    return PictureCanvas(pictures, labels, photos, tuple(map(tuple, filters)), halves, tops)


def make_picture_panels(
    readings: Mapping[str, GroupArrays], canvas: PictureCanvas, picture: int
) -> tuple[PicturePanel, ...]:
    """Return one picture's panels, one for each of PICTURE_KINDS."""
    place = PicturePlace(picture, int(canvas.labels[picture]))
    return tuple(_make_panel(kind, place, readings[kind.group], canvas) for kind in PICTURE_KINDS)


def make_filter_panels(
    readings: Mapping[str, GroupArrays], canvas: PictureCanvas, places: tuple[PicturePlace, ...]
) -> tuple[tuple[PicturePanel, ...], ...]:
    """Return a row of panels for each of FILTER_KINDS: one for each filter."""
    return tuple(
        tuple(_make_panel(kind, place, readings[kind.group], canvas) for place in places) for kind in FILTER_KINDS
    )


def _make_panel(kind: PictureKind, place: PicturePlace, reading: GroupArrays, canvas: PictureCanvas) -> PicturePanel:
    top = canvas.tops[kind, place]
    word = reading.word_of(*kind.list_needs(place))
    arrays = dict(reading.arrays) | {"photo": canvas.pictures}
    return PicturePanel(
        title=Bilingual(en=kind.en.format(place=place), zh=kind.zh.format(place=place)),
        theirs=_draw_half(kind, arrays, place, top) if word == "agrees" else None,
        canonical=canvas.halves[kind, place],
        absent=AGREEMENT_WORDS[word].label,
        bar=kind.bar,
        low=f"\u2264 \u2212{top:.2g}" if kind.bar == "signed" else "0",
        high=f"\u2265 {top:.2g}",
        has_outlines=kind is LIME,
    )


@np.errstate(all="ignore")  # a hostile array may hold numbers that overflow
def _draw_half(kind: PictureKind, arrays: Arrays, place: PicturePlace, top: float) -> PictureHalf:
    values = kind.take(arrays, place)
    return PictureHalf(kind.draw(values, arrays, place, top), kind.say(values, arrays, place))
