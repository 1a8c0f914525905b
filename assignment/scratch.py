"""What the scratch cells print: the figures that an eye cannot add up."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from assignment.profile import BACKGROUND, DISTRACTOR, FOOD, TRAY

Array = NDArray[Any]
PLACES = {"food 食物": FOOD, "tray 托盤": TRAY, "other object 其他物件": DISTRACTOR, "the rest 其餘": BACKGROUND}


def describe_runs(pieces: Array, first: Array, second: Array, mask: Array) -> str:
    """Compare two runs of LIME, weights (S,), and add the first's up by where its pieces lie; pieces, mask (H, W).

    A piece counts for a place by the share of its pixels that lie there.

    >>> mask = np.array([[FOOD, TRAY]])
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
    for name, grey in PLACES.items():
        if (mask == grey).any():
            share = np.bincount(pieces.ravel(), weights=(mask == grey).ravel()) / np.bincount(pieces.ravel())
            positive, negative = share @ first.clip(min=0), share @ first.clip(max=0)
            lines.append(f"  {name}: for 支持 {positive:+.3f}, against 反對 {negative:+.3f}")
    return "\n".join(lines)


def describe_maps(maps: Array, compared: Array, masks: Array) -> str:
    """Say of each map (H, W) >= 0 its largest value, how alike it and another rank the pixels, and where its sum lies.

    >>> heat = np.array([[[1.0, 3.0]]])
    >>> print(describe_maps(heat, heat, np.array([[[TRAY, FOOD]]])))
    largest value of each map; order: rank correlation with `compared` (1.00: same order); then shares of the map's sum
    每張圖的最大值；order：與 compared 的等級相關（1.00：排序相同）；其後各欄為占該圖總和的比例
    picture   largest   order    food    tray  brightest 5%
          0   3.0e+00    1.00    0.75    0.25          0.75
    """
    lines = [
        "largest value of each map; order: rank correlation with `compared` (1.00: same order); "
        "then shares of the map's sum",
        "每張圖的最大值；order：與 compared 的等級相關（1.00：排序相同）；其後各欄為占該圖總和的比例",
        "picture   largest   order    food    tray  brightest 5%",
    ]
    for index, (heat, other, mask) in enumerate(zip(maps, compared, masks, strict=True)):
        order = np.corrcoef(*(one.ravel().argsort().argsort() for one in (heat, other)))[0, 1]
        food, tray = (heat[mask == grey].sum() / heat.sum() for grey in (FOOD, TRAY))
        bright = np.sort(heat.ravel())[-max(1, round(0.05 * heat.size)) :].sum() / heat.sum()
        lines.append(f"{index:7}   {heat.max():.1e} {order:7.2f} {food:7.2f} {tray:7.2f} {bright:13.2f}")
    return "\n".join(lines)
