"""Signatures: how the shape of a wrong array lies to the canonical one, in 64 bits (Charikar, STOC 2002: SimHash).

    bit b = [ sum over items i of w_i <r_b, d_i> / |d_i|  >  0 ],   r_b random signs
    d_i = what is left of theirs_i without its part along canonical_i,   w = |d|^2 / (|d|^2 + NOISE^2 |theirs|^2)

An item is a picture, a filter, a text. Two arrays that are wrong in the same way leave the same, so few of their bits
differ: each with the probability angle / pi. Where nothing is left, theirs is a multiple of the canonical array.

A mistake's array may be what a question asks for; its signature tells nothing of it. It knows no size, since each item
is brought to length 1; 64 bits of many thousand numbers give back none of them; and each mistake has random signs of
its own, so that no two of them can be compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assignment.outputs import Array

BITS = 64
NOISE = 0.02  # of an item's length: as much as rounding may leave of it
LEFT = 0.5  # the weight of an item of which NOISE is left: with no item of more, an array is a multiple
ACROSS = 0.1  # the cosine of a component and the canonical one below which they are others
BLOCK = 8  # pixels: ascent is chaotic, and only what is coarse of its pictures comes again
MULTIPLES = {1: "multiple", 0: "zero", -1: "opposite"}
TINY = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True)
class Rest:
    """What is left of one item, as a vector of length 1, how much that counts, and its part along the canonical one."""

    direction: Array
    weight: float
    part: float


def find_rests(array: str, theirs: Array, canonical: Array) -> tuple[Rest, ...]:
    """Return what is left of each item of an array whose name is `array`.

    The first axis counts items. theirs may have another size along the last axis (LIME's pieces), and holes.
    """
    if array == "points":
        theirs = _turn(theirs, canonical)
    elif array == "ascent":
        theirs, canonical = _to_blocks(theirs), _to_blocks(canonical)
    pairs = zip(theirs, canonical, strict=True)
    return tuple(_find_rest(_fit(one, other.shape[-1]), other) for one, other in pairs)


def sign(rests: Sequence[Rest], salt: int) -> str:
    """Return a signature: 16 hexadecimal digits, or one of MULTIPLES. Of two salts it cannot be compared.

    >>> canonical = np.ones((2, 600))
    >>> one, twice = (np.linspace(times, 2 * times, 1200).reshape(2, 600) for times in (1, 2))
    >>> sign(find_rests("map", one, canonical), 5) == sign(find_rests("map", twice, canonical), 5)
    True
    >>> sign(find_rests("map", one, canonical), 5) == sign(find_rests("map", one, canonical), 6)
    False
    >>> sign(find_rests("map", -3 * canonical, canonical), 5)
    'opposite'
    """
    if all(one.weight < LEFT for one in rests):
        return MULTIPLES[int(np.sign(sum(one.part for one in rests)))]
    sums = np.zeros(BITS)
    for number, one in enumerate(rests):
        sums += one.weight * (_draw_signs(salt, number, one.direction.size) @ one.direction)
    return f"{sum(1 << int(bit) for bit in np.flatnonzero(sums > 0)):016x}"


def count_unlike(one: str, other: str) -> int:
    """Return how many bits of two signatures differ: 0 for the same shape, about 32 for unrelated ones.

    >>> count_unlike("00000000000000ff", "00000000000000f0"), count_unlike("zero", "zero"), count_unlike("zero", "0f")
    (4, 0, 64)
    """
    named = set(MULTIPLES.values())
    if one == other or named & {one, other}:
        return 0 if one == other else BITS
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _find_rest(theirs: Array, canonical: Array) -> Rest:
    mine, ours = (np.nan_to_num(array.astype(np.float64)).ravel() for array in (theirs, canonical))
    part = float(mine @ ours) / max(float(ours @ ours), TINY)
    rest = mine - part * ours
    left, size = float(np.linalg.norm(rest)), float(np.linalg.norm(mine))
    return Rest(rest / max(left, TINY), left**2 / max(left**2 + (NOISE * size) ** 2, TINY), part)


def _turn(theirs: Array, canonical: Array) -> Array:
    """Return components (..., L, K) turned towards the canonical ones; those across them with their largest positive.

    Of another component than the canonical one nothing but rounding says which way it points along it.
    """
    mine, ours = np.nan_to_num(theirs.astype(np.float64)), np.nan_to_num(canonical.astype(np.float64))
    along = (mine * ours).sum(axis=-2, keepdims=True)
    lengths = np.linalg.norm(mine, axis=-2, keepdims=True) * np.linalg.norm(ours, axis=-2, keepdims=True)
    largest = np.take_along_axis(mine, np.abs(mine).argmax(axis=-2, keepdims=True), axis=-2)
    return np.asarray(np.where(np.where(np.abs(along) < ACROSS * lengths, largest, along) < 0, -mine, mine))


def _draw_signs(salt: int, number: int, count: int) -> Array:
    """Return -1 and 1 (BITS, count); the raw stream of PCG64 is the same with every numpy and on every machine."""
    words = np.random.PCG64([salt, number]).random_raw(-(-BITS * count // 64))
    bits = np.unpackbits(words.astype("<u8").view(np.uint8), count=BITS * count).reshape(BITS, count)
    return 2.0 * bits - 1.0


def _fit(array: Array, size: int) -> Array:
    """Return an array cut, or filled up with holes, to a size along its last axis."""
    missing = size - array.shape[-1]
    if missing <= 0:
        return array[..., :size]
    return np.concatenate([array, np.full((*array.shape[:-1], missing), np.nan)], axis=-1)


def _to_blocks(pictures: Array) -> Array:
    """Return the means of blocks of pixels (..., H, W) -> (..., H / BLOCK, W / BLOCK), what is left over cut off."""
    height, width = (size // BLOCK for size in pictures.shape[-2:])
    cut = pictures[..., : height * BLOCK, : width * BLOCK].astype(np.float64)
    return np.asarray(cut.reshape(*cut.shape[:-2], height, BLOCK, width, BLOCK).mean(axis=(-3, -1)))
