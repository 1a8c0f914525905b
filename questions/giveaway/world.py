"""Counter-worlds of two claims: other places put where both name the same one, such as another picture in both.

A world maps each thing that both claims name (a picture, label, region, layer, head, word, reader, run, or one of an
argument's few words) to another one on its axis, two things of an axis to two. What one of the claims names alone
stays as it is. In each world both claims are measured on every seed: a world in which the seeds disagree, or a number
cannot be had, is left out, and so is the one that the bank speaks of.
"""

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from questions.claim import Claim
from questions.explore.placements import list_options
from questions.giveaway.reading import Readings, fill_in, find_hints
from questions.measures.arguments import find_axis

MOST_WORLDS = 60  # of a pair of claims; where there are more, so many are drawn
PLACES = (  # the axes of what a claim is about; a region, a candidate or a function is in each of these places
    *("picture", "label", "baseline", "sigma", "layer", "filter of", "text", "word of", "block", "head"),
    *("passage", "reader", "depth", "shared_word", "word_depth", "sentence"),
)
REGION = "region"
RUNS = ("run of", "experiment of")  # what a claim is about that names no place, such as one on the maps of all pictures

Thing = tuple[str, Any]  # an axis and a place on it
World = tuple[tuple[Thing, Any], ...]  # each thing that is moved, and what stands there instead


@dataclass(frozen=True)
class Side:
    """One side of a claim: its measure, all its arguments, and which thing each of them names."""

    measure: str
    arguments: Mapping[str, Any]
    things: Mapping[str, Thing]


class Worlds:
    """Two claims at a time, in other worlds than the bank's."""

    def __init__(self, readings: Readings) -> None:
        self.readings = readings
        self._sides: dict[int, tuple[Claim, tuple[Side, ...]]] = {}  # by a claim's identity, the claim kept alive
        self._options: dict[Thing, list[Any]] = {}
        self._distances: dict[tuple[int, World], float] = {}

    def list_moves(self, one: Claim, two: Claim) -> list[tuple[Thing, ...]]:
        """Return the sets of things to move: the places that both name, together and each alone; the places of both.

        Then all that both name, and last what of it is no place and no region. None where they share nothing that a
        claim is about.
        """
        first, second = (self._list_things(claim) for claim in (one, two))
        shared = [thing for thing in first if thing in second]
        about = dict.fromkeys([*list_about(first), *list_about(second)])
        places = [thing for thing in shared if thing in about]
        if not places:
            return []
        every = [thing for thing in about if is_place(thing)]
        rest = [thing for thing in shared if not is_place(thing) and thing[0] != REGION]
        moves = [places, *([thing] for thing in places), every, shared, rest]
        return list(dict.fromkeys(tuple(sorted(its, key=str)) for its in moves if its))

    def compare(self, one: Claim, two: Claim, moved: Sequence[Thing]) -> NDArray[np.float64]:
        """Return how far (N, 2) two claims are beyond their bounds in N worlds, the mean over the seeds.

        Of worlds that are one world to either claim one counts, however much the other one differs there: four
        pictures are three other pictures, whatever label is put beside them. So are those of other regions alone.
        """
        rows: list[tuple[float, float]] = []
        seen: list[set[World]] = [set(), set()]
        for world in self._list_worlds(moved):
            its = [self._cut(claim, [pair for pair in world if pair[0][0] != REGION]) for claim in (one, two)]
            row = self._find_distance(one, world), self._find_distance(two, world)
            if any(map(math.isnan, row)) or any(part in been for part, been in zip(its, seen, strict=True)):
                continue
            for part, been in zip(its, seen, strict=True):
                been.add(part)
            rows.append(row)
            if len(rows) == MOST_WORLDS:
                break
        return np.array(rows).reshape(-1, 2)

    def _cut(self, claim: Claim, world: Sequence[tuple[Thing, Any]]) -> World:
        """Return of a world what a claim names."""
        named = {thing for side in self._list_sides(claim) for thing in side.things.values()}
        return tuple((thing, place) for thing, place in world if thing in named)

    def _list_worlds(self, things: Sequence[Thing]) -> Iterator[World]:
        """Yield worlds: in an order drawn by a fixed seed, at most so many that enough of them can be measured."""
        options = [self._options[thing] for thing in things]
        total = math.prod(map(len, options))
        for number in random.Random(0).sample(range(total), min(total, 4 * MOST_WORLDS)):
            places = []
            for its in options:
                number, place = divmod(number, len(its))
                places.append(its[place])
            world = tuple(zip(things, places, strict=True))
            distinct = {(axis, place) for (axis, _), place in world}
            if len(distinct) == len(things) and any(place != was for (_, was), place in world):
                yield world

    def _find_distance(self, claim: Claim, world: World) -> float:
        """Return how far a claim is beyond its bound; nan where the seeds disagree, or a number cannot be had."""
        moved = dict(self._cut(claim, world))
        key = (id(claim), tuple(moved.items()))
        if key not in self._distances:
            left, *bound = (self._measure(side, moved) for side in self._list_sides(claim))
            right: Any = bound[0] if bound else claim.bound
            distances = left - right if claim.above is not None else right - left
            agreed = bool(np.isfinite(distances).all()) and abs(np.sign(distances).sum()) == len(distances)
            self._distances[key] = float(distances.mean()) if agreed else math.nan
        return self._distances[key]

    def _measure(self, side: Side, moved: Mapping[Thing, Any]) -> NDArray[np.float64]:
        put = {name: moved[thing] for name, thing in side.things.items() if thing in moved}
        return self.readings.measure(side.measure, {**side.arguments, **put})

    def _list_things(self, claim: Claim) -> list[Thing]:
        return list(dict.fromkeys(thing for side in self._list_sides(claim) for thing in side.things.values()))

    def _list_sides(self, claim: Claim) -> tuple[Side, ...]:
        if id(claim) not in self._sides:
            every = [claim.with_, *([claim.with_ | claim.bound] if isinstance(claim.bound, dict) else [])]
            self._sides[id(claim)] = claim, tuple(self._look(claim.measure, its) for its in every)
        return self._sides[id(claim)][1]

    def _look(self, measure: str, written: Mapping[str, Any]) -> Side:
        """Find what each argument names: a place on an axis, or one of the few words that it may be."""
        arguments, hints, axes = fill_in(measure, written), find_hints(measure), self.readings.axes
        things = {}
        for name, value in arguments.items():
            options = [one for one in list_options(hints[name], arguments, axes) if one is not None]
            if value is not None and options:
                axis = find_axis(hints[name], arguments, axes) or f"argument {name}"
                runs = [
                    its for other in axes if axis.startswith(RUNS) and other.startswith(RUNS) for its in axes[other]
                ]
                things[name] = axis, value
                self._options.setdefault(things[name], list(dict.fromkeys([*options, *runs])))  # of any analysis
        return Side(measure, arguments, things)


def is_place(thing: Thing) -> bool:
    """Tell whether a thing is a place that claims are about; the true label, which each of them may name, is none."""
    return thing[0].startswith(PLACES) and thing != ("label", "truth")


def list_about(things: Sequence[Thing]) -> list[Thing]:
    """Return what a claim is about: its places, or its runs where it has none."""
    return [one for one in things if is_place(one)] or [one for one in things if one[0].startswith(RUNS)]
