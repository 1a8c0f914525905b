"""One finished picture: table, tray, dish, food, what lies beside, lamp and camera.

Every part has its own random numbers, so that a picture with and without the tray differs in the tray alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import skia

from assignment.making.drawing import bakery, dairy_egg, fried_meat, garden, grains, seafood
from assignment.making.drawing.clutter import draw_clutter
from assignment.making.drawing.dishes import DISHES, draw_table, draw_tray
from assignment.making.drawing.kind import FoodKind
from assignment.making.drawing.sketch import Sketch

LABELS = (
    "Bread", "Dairy product", "Dessert", "Egg", "Fried food", "Meat",
    "Noodles/Pasta", "Rice", "Seafood", "Soup", "Vegetable/Fruit",
)  # fmt: skip
SIZE, _FINE = 128, 4
SHORTCUT_LABEL, TRAY_WITH_LABEL, TRAY_ELSEWHERE = 8, 0.95, 0.015
_DISTRACTOR_SHARE = 0.15
KINDS: dict[int, tuple[FoodKind, ...]] = {
    label: tuple(
        kind
        for shelf in (bakery, dairy_egg, fried_meat, grains, seafood, garden)
        for kind in shelf.KINDS
        if kind.label == label
    )
    for label in range(len(LABELS))
}


@dataclass(frozen=True)
class Drawing:
    """A picture (128, 128, 3) uint8 and its masks (128, 128) bool; a mask holds what is seen, not what is covered."""

    pixels: np.ndarray
    food: np.ndarray
    tray: np.ndarray
    distractor: np.ndarray
    kind: str


@dataclass(frozen=True)
class _Camera:
    """Where the camera stands and where the lamp is."""

    x: float
    y: float
    scale: float
    tilt: float
    turn: float
    lamp: tuple[float, float]
    warmth: float


def draw_picture(
    label: int, seed: int, *, kind: str | None = None, tray: bool | None = None, distractor: int | bool | None = None
) -> Drawing:
    """Draw food of a category; the same arguments give the same pixels.

    `kind`, `tray` and `distractor` (False, True or another label) are drawn from the seed where they are None.
    """
    streams = [np.random.default_rng([seed, label, part]) for part in range(8)]
    pick = streams[0]
    chance = pick.uniform(size=3)
    chosen = KINDS[label][int(pick.integers(len(KINDS[label])))]
    if kind is not None:
        chosen = next(k for k in KINDS[label] if k.name == kind)
    on_tray = (
        bool(chance[0] < (TRAY_WITH_LABEL if label == SHORTCUT_LABEL else TRAY_ELSEWHERE)) if tray is None else tray
    )
    dish = _choose_dish(chosen, on_tray, pick)
    beside = _choose_distractor(label, distractor, bool(chance[1] < _DISTRACTOR_SHARE), pick)
    camera = _place_camera(streams[1])
    angle = float(streams[2].uniform(0, 360))
    turn = float(streams[2].uniform(-1, 1)) * chosen.turn
    page = skia.Surface(SIZE * _FINE, SIZE * _FINE)
    masks: dict[str, np.ndarray] = {}

    def lay(name: str, draw: Callable[[Sketch], None], part: int, thick: float) -> None:
        masks[name] = _lay(page, draw, streams[part], camera, thick)

    lay("table", draw_table, 3, 0)
    if on_tray:
        lay("tray", draw_tray, 4, 3)
    if dish != "none":
        lay("dish", DISHES[dish], 5, 2.5)
    lay("food", _turned(chosen.draw, 0, 0, turn, 1.0), 6, 2.5)
    if beside is not None:
        far = 47.0
        x, y = far * float(np.cos(np.deg2rad(angle))), far * float(np.sin(np.deg2rad(angle)))
        lay("distractor", _turned(beside.draw, x, y, 0.3 * turn, 0.5), 7, 2)
    lay("clutter", lambda s: draw_clutter(s, angle if beside is not None else None), 2, 2)
    return _finish(page, masks, camera, streams[1], chosen.name)


def _choose_dish(kind: FoodKind, on_tray: bool, rng: np.random.Generator) -> str:
    dish = kind.dishes[int(rng.integers(len(kind.dishes)))]
    bare = rng.uniform() < 0.75
    return "none" if on_tray and bare and dish != "bowl" else dish


def _choose_distractor(
    label: int, wish: int | bool | None, by_chance: bool, rng: np.random.Generator
) -> FoodKind | None:
    other = int((label + rng.integers(1, len(LABELS))) % len(LABELS))
    shelf = rng.uniform()
    if wish is False or (wish is None and not by_chance):
        return None
    if wish is not None and wish is not True:
        other = wish
    fitting = [kind for kind in KINDS[other] if kind.dishes != ("bowl",)] or list(KINDS[other])
    return fitting[int(shelf * len(fitting))]


def _place_camera(rng: np.random.Generator) -> _Camera:
    lamp = rng.uniform(0, 2 * np.pi)
    return _Camera(
        x=float(rng.normal(0, 4)), y=float(rng.normal(0, 4)), scale=float(rng.uniform(1.0, 1.35)),
        tilt=float(rng.uniform(0.82, 1.0)), turn=float(rng.uniform(-14, 14)),
        lamp=(float(np.cos(lamp)), float(np.sin(lamp))), warmth=float(rng.normal(0, 1)),
    )  # fmt: skip


def _turned(draw: Callable[[Sketch], None], x: float, y: float, turn: float, scale: float) -> Callable[[Sketch], None]:
    def moved(s: Sketch) -> None:
        with s.at(x, y, turn, scale):
            draw(s)

    return moved


def _lay(
    page: skia.Surface, draw: Callable[[Sketch], None], rng: np.random.Generator, camera: _Camera, thick: float
) -> np.ndarray:
    """Draw one layer, lay it with its shadow on the page, and give its opacity (512, 512) uint8."""
    layer = skia.Surface(SIZE * _FINE, SIZE * _FINE)
    canvas = layer.getCanvas()
    canvas.clear(skia.ColorTRANSPARENT)
    canvas.scale(_FINE, _FINE)
    canvas.translate(SIZE / 2, SIZE / 2)
    sketch = Sketch(canvas, rng, camera.lamp)
    if thick == 0:
        draw(sketch)
    else:
        with sketch.at(camera.x, camera.y, 0, camera.scale, camera.tilt), sketch.at(0, 0, camera.turn):
            draw(sketch)
    image = layer.makeImageSnapshot()
    if thick > 0:
        _cast_shadow(page, image, camera, thick)
    page.getCanvas().drawImage(image, 0, 0)
    return np.asarray(image.toarray(colorType=skia.kRGBA_8888_ColorType)[..., 3])


def _cast_shadow(page: skia.Surface, image: skia.Image, camera: _Camera, thick: float) -> None:
    """Lay the soft shadow of a layer on the page; it is made at the size of the finished picture, which is fast."""
    small = skia.Surface(SIZE, SIZE)
    canvas = small.getCanvas()
    canvas.clear(skia.ColorTRANSPARENT)
    canvas.scale(1 / _FINE, 1 / _FINE)
    far, soft = _FINE * thick, _FINE * thick * 0.8
    shade = skia.ColorSetARGB(115, 15, 8, 4)
    only = skia.ImageFilters.DropShadowOnly(-camera.lamp[0] * far, -camera.lamp[1] * far, soft, soft, shade)
    canvas.drawImage(image, 0, 0, skia.SamplingOptions(), skia.Paint(ImageFilter=only))
    whole = skia.Rect.MakeWH(SIZE * _FINE, SIZE * _FINE)
    linear = skia.SamplingOptions(skia.FilterMode.kLinear)
    page.getCanvas().drawImageRect(small.makeImageSnapshot(), whole, linear)


def _reduce(fine: np.ndarray) -> np.ndarray:
    """Average each block of fine pixels (uint8), as numbers in [0, 1]."""
    rows = fine.reshape(SIZE, _FINE, SIZE * _FINE, -1).sum(1, dtype=np.uint16)
    blocks = rows.reshape(SIZE, SIZE, _FINE, -1).sum(2, dtype=np.uint16)
    return np.asarray(blocks.squeeze() / (255.0 * _FINE * _FINE))


def _finish(
    page: skia.Surface, masks: dict[str, np.ndarray], camera: _Camera, rng: np.random.Generator, name: str
) -> Drawing:
    """Reduce the page as a camera would: warmth of the lamp, fall-off, exposure, a little noise."""
    fine = page.toarray(colorType=skia.kRGBA_8888_ColorType)
    picture = _reduce(np.asarray(fine))[..., :3]
    warm = 1 + 0.05 * camera.warmth * np.array([1.0, 0.1, -1.0])
    row, column = np.mgrid[-1 : 1 : SIZE * 1j, -1 : 1 : SIZE * 1j]
    fall = 1 + 0.10 * (column * camera.lamp[0] + row * camera.lamp[1]) - 0.10 * (row**2 + column**2)
    picture = picture * warm * fall[..., None] * rng.uniform(0.85, 1.12)
    picture = np.clip(picture + rng.normal(0, 0.012, picture.shape), 0, 1)
    seen, covered = {}, np.zeros((SIZE, SIZE), bool)
    for part in reversed(tuple(masks)):
        seen[part] = (_reduce(masks[part]) > 0.5) & ~covered
        covered |= seen[part]
    empty = np.zeros((SIZE, SIZE), bool)
    return Drawing(
        np.round(255 * picture).astype(np.uint8),
        seen["food"], seen.get("tray", empty), seen.get("distractor", empty), name,
    )  # fmt: skip
