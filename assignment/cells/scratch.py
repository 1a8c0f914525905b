"""What the scratch cells print: the figures that an eye cannot add up, by the regions that the course's masks mark."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assignment.assignment import Bilingual
from assignment.course import find_course

Array = NDArray[Any]
REST = Bilingual(en="the rest", zh="其餘")  # what is of no region: 0 in a mask


@cache
def list_regions() -> dict[int, Bilingual]:
    """Return the names of the course's regions by their grey level in a mask."""
    return dict(enumerate(find_course().assignment.regions.values(), start=1))


def describe_runs(pieces: Array, first: Array, second: Array, mask: Array) -> str:
    """Compare two runs of LIME, weights (S,), and add the first's up by where its pieces lie; pieces, mask (H, W).

    A piece counts for a place by the share of its pixels that lie there.

    >>> mask = np.array([[1, 2]])
    >>> print(describe_runs(np.array([[0, 1]]), np.array([0.5, -0.25]), np.array([1.0, -0.5]), mask))
    correlation of the two runs ｜ 兩次權重的相關係數: 1.00
    of the 5 strongest pieces both runs share ｜ 5 塊最強小塊中兩次相同的塊數: 2
    the first run's weights, added up by where the pieces lie ｜ 第一次的權重，依小塊所在位置加總:
      food 食物: for 支持 +0.500, against 反對 +0.000
      tray 托盤: for 支持 +0.000, against 反對 -0.250
    """
    shared = set(np.argsort(-first)[:5].tolist()) & set(np.argsort(-second)[:5].tolist())
    lines = [
        f"correlation of the two runs ｜ 兩次權重的相關係數: {np.corrcoef(first, second)[0, 1]:.2f}",
        f"of the 5 strongest pieces both runs share ｜ 5 塊最強小塊中兩次相同的塊數: {len(shared)}",
        "the first run's weights, added up by where the pieces lie ｜ 第一次的權重，依小塊所在位置加總:",
    ]
    for grey, name in {**list_regions(), 0: REST}.items():
        if (mask == grey).any():
            share = np.bincount(pieces.ravel(), weights=(mask == grey).ravel()) / np.bincount(pieces.ravel())
            positive, negative = share @ first.clip(min=0), share @ first.clip(max=0)
            lines.append(f"  {name.en} {name.zh}: for 支持 {positive:+.3f}, against 反對 {negative:+.3f}")
    return "\n".join(lines)


def describe_maps(maps: Array, compared: Array, masks: Array) -> str:
    """Say of each map (H, W) >= 0 how large it is, how alike it and another rank the pixels, and where its sum lies.

    >>> heat = np.array([[[1.0, 3.0]]])
    >>> print(describe_maps(heat, heat, np.array([[[2, 1]]])))
    largest: largest value of each map; rough: mean step between neighbouring pixels over the map's mean;
    order: rank correlation with `compared` (1.00: same order); then shares of the map's sum
    largest：每張圖的最大值；rough：相鄰像素的平均落差除以該圖的平均值；
    order：與 compared 的等級相關（1.00：排序相同）；其後各欄為占該圖總和的比例
    picture   largest   rough   order    food    tray  other food  brightest 5%
          0   3.0e+00   1.000    1.00    0.75    0.25        0.00          0.75
    """
    lines = [
        "largest: largest value of each map; rough: mean step between neighbouring pixels over the map's mean;",
        "order: rank correlation with `compared` (1.00: same order); then shares of the map's sum",
        "largest：每張圖的最大值；rough：相鄰像素的平均落差除以該圖的平均值；",
        "order：與 compared 的等級相關（1.00：排序相同）；其後各欄為占該圖總和的比例",
        f"picture   largest   rough   order{_name_columns()}  brightest 5%",
    ]
    for index, (heat, other, mask) in enumerate(zip(maps, compared, masks, strict=True)):
        order = np.corrcoef(*(one.ravel().argsort().argsort() for one in (heat, other)))[0, 1]
        shares = _to_columns([heat[mask == grey].sum() / heat.sum() for grey in list_regions()])
        bright = np.sort(heat.ravel())[-max(1, round(0.05 * heat.size)) :].sum() / heat.sum()
        rough = compute_roughness(heat)
        lines.append(f"{index:7}   {heat.max():.1e} {rough:7.3f} {order:7.2f}{shares} {bright:13.2f}")
    return "\n".join(lines)


def _name_columns() -> str:
    """Return the English names of the regions, each with the width of its column."""
    return "".join(f"{name.en:>{_width(name)}}" for name in list_regions().values())


def _to_columns(numbers: list[Any]) -> str:
    return "".join(f"{number:{_width(name)}.2f}" for number, name in zip(numbers, list_regions().values(), strict=True))


def _width(name: Bilingual) -> int:
    return max(8, len(name.en) + 2)


def compute_roughness(heat: Array) -> float:
    """Return the mean step between neighbouring pixels of a map (H, W) over the map's mean: 0 for a flat map.

    >>> compute_roughness(np.array([[1.0, 3.0], [1.0, 3.0]]))
    0.5
    """
    steps = np.concatenate([np.abs(np.diff(heat, axis=axis)).ravel() for axis in (0, 1)])
    return float(steps.mean() / heat.mean())


def describe_shares(title: str, shares: Array) -> str:
    """Put one share (0 to 1) of each picture into a line.

    >>> print(describe_shares("kept", np.array([1.0, 0.25])))
    kept: 0: 1.00, 1: 0.25
    """
    return f"{title}: " + ", ".join(f"{index}: {share:.2f}" for index, share in enumerate(shares))


def describe_activations(maps: Array, masks: Array) -> str:
    """Say of a filter's map of each picture how strongly and where it is active.

    maps (N, H', W') of any size; the masks (N, H, W) say where its values lie, each drawn as large as it stands for.

    >>> print(describe_activations(np.array([[[0.0, 3.0]]]), np.array([[[1, 1, 2, 2]]])))
    mean, largest: of the map; zero: share of the map that is 0; then shares of the map's sum
    mean、largest：該圖的平均與最大值；zero：等於 0 的比例；其後各欄為占該圖總和的比例
    picture    mean  largest   zero    food    tray  other food    rest
          0    1.50     3.00   0.50    0.00    1.00        0.00    0.00
    """
    lines = [
        "mean, largest: of the map; zero: share of the map that is 0; then shares of the map's sum",
        "mean、largest：該圖的平均與最大值；zero：等於 0 的比例；其後各欄為占該圖總和的比例",
        f"picture    mean  largest   zero{_name_columns()}    rest",
    ]
    for index, (heat, mask) in enumerate(zip(maps, masks, strict=True)):
        large = _enlarge(heat, mask.shape)
        whole = large.sum() or 1.0
        shares = _to_columns([large[mask == grey].sum() / whole for grey in list_regions()])
        zero, rest = (heat == 0).mean(), large[~np.isin(mask, list(list_regions()))].sum() / whole
        lines.append(f"{index:7} {heat.mean():7.2f} {heat.max():8.2f} {zero:6.2f}{shares} {rest:7.2f}")
    return "\n".join(lines)


def _enlarge(heat: Array, shape: tuple[int, ...]) -> Array:
    """Return a map with each value repeated where it lies in the picture: nearest neighbour, also by no whole number.

    >>> _enlarge(np.array([[1.0, 2.0]]), (2, 3)).tolist()
    [[1.0, 1.0, 2.0], [1.0, 1.0, 2.0]]
    """
    rows, columns = (np.arange(size) * its // size for size, its in zip(shape, heat.shape, strict=True))
    return np.asarray(heat[rows][:, columns])


def describe_attributions(maps: Array, rises: Array, masks: Array) -> str:
    """Say of each attribution map (H, W) what it adds up to, beside f(x) - f(baseline), and where.

    >>> print(describe_attributions(np.array([[[3.0, -1.0]]]), np.array([2.5]), np.array([[[1, 2]]])))
    sum: of the whole map; rise: f(x) - f(baseline); against: share of all size that is negative; then sums by place
    sum：整張圖的總和；rise：f(x) - f(baseline)；against：負值占所有絕對值的比例；其後各欄為各位置的總和
    picture     sum    rise     gap  against    food    tray  other food    rest
          0    2.00    2.50    0.50     0.25    3.00   -1.00        0.00    0.00
    """
    lines = [
        "sum: of the whole map; rise: f(x) - f(baseline); against: share of all size that is negative; "
        "then sums by place",
        "sum：整張圖的總和；rise：f(x) - f(baseline)；against：負值占所有絕對值的比例；其後各欄為各位置的總和",
        f"picture     sum    rise     gap  against{_name_columns()}    rest",
    ]
    for index, (values, rise, mask) in enumerate(zip(maps, rises, masks, strict=True)):
        total, against = values.sum(), values.clip(max=0).sum() / -np.abs(values).sum()
        sums = _to_columns([values[mask == grey].sum() for grey in list_regions()])
        rest = values[~np.isin(mask, list(list_regions()))].sum()
        lines.append(f"{index:7} {total:7.2f} {rise:7.2f} {abs(total - rise):7.2f} {against:8.2f}{sums} {rest:7.2f}")
    return "\n".join(lines)
