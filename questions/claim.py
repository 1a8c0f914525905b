"""Claims: a measure above or below a bound, by a margin. A choice is right where its claim holds.

    {measure: mass_inside, with: {analysis: saliency, picture: 6, region: food}, above: {region: tray}, margin: 0.05}

The bound is a number, or arguments: then it is the same measure with these merged over `with`. A claim is bound to its
measure's signature when it is read, so that a misspelt measure or argument is found before anything is computed.
"""

import hashlib
import inspect
import math
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Self, get_type_hints

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model, model_validator

from assignment.fixable import Fault, FixableError, check_all, show_value, suggest, to_faults
from assignment.outputs import Outputs
from assignment.records import Record
from questions.measures.arguments import find_axes, find_missing
from questions.measures.registry import MEASURES

Arguments = dict[str, Any]  # what the measure's signature allows: see make_arguments_model


def _check_bound(value: object) -> object:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if value is not None and not is_number and not isinstance(value, dict):
        raise ValueError(f"{show_value(value)}; expected a finite number, or arguments of the measure")
    return value


Bound = Annotated[float | Arguments, BeforeValidator(_check_bound)]


class ClaimError(ValueError):
    """What is wrong with one claim: every fault, by its place in the claim."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(map(str, self.faults)))


@dataclass(frozen=True)
class Evaluation:
    """A claim on one set of Outputs: `distance` is how far the value is beyond the bound, negative where it is not."""

    value: float
    bound: float
    distance: float

    @property
    def holds(self) -> bool:
        """Whether the value is on the side of the bound that the claim says."""
        return self.distance > 0


class Claim(Record):
    """A comparison that Outputs decide, as written in the bank."""

    model_config = ConfigDict(strict=True)

    measure: str
    with_: Arguments = Field(alias="with", default_factory=dict)
    above: Bound | None = None
    below: Bound | None = None
    margin: Annotated[float, Field(gt=0, allow_inf_nan=False)]

    @model_validator(mode="after")
    def _bind(self) -> Self:
        faults = [*_find_bound_faults(self), *_find_binding_faults(self)]
        if faults:
            raise ClaimError(faults)
        return self

    @property
    def bound(self) -> float | Arguments:
        """The one of `above` and `below` that is written."""
        bound = self.above if self.above is not None else self.below
        assert bound is not None  # _bind saw to it
        return bound

    @property
    def says(self) -> str:
        """The whole claim in one line, for a person."""
        arguments = ", ".join(f"{name}={value}" for name, value in self.with_.items())
        return f"{self.measure}({arguments}) {self.side} {self.bound}, margin {self.margin:g}"

    @property
    def side(self) -> str:
        """On which side of its bound the measure has to lie: above or below."""
        return "above" if self.above is not None else "below"


def digest(*claims: Claim) -> str:
    """Return a short name of what claims say, which changes when they do."""
    text = "\n".join(claim.model_dump_json(exclude_none=True) for claim in claims)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@cache
def _read_hints(measure: Callable[..., float]) -> dict[str, Any]:
    return get_type_hints(measure, include_extras=True)


@cache
def make_arguments_model(measure: Callable[..., float]) -> type[BaseModel]:
    """Return a strict model of a measure's keyword arguments, made from its annotations."""
    hints = _read_hints(measure)
    fields: dict[str, Any] = {
        name: (hints[name], ... if parameter.default is parameter.empty else parameter.default)
        for name, parameter in inspect.signature(measure).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    }
    return create_model(measure.__name__, __config__=ConfigDict(extra="forbid", strict=True), **fields)


def evaluate(claim: Claim, outputs: Outputs) -> Evaluation:
    """Return value, bound and distance of a claim; FixableError (without place) where a number cannot be had."""
    value = _measure(claim.measure, claim.with_, outputs)
    if isinstance(claim.bound, dict):
        bound = _measure(claim.measure, claim.with_ | claim.bound, outputs)
    else:
        bound = float(claim.bound)
    return Evaluation(value, bound, value - bound if claim.above is not None else bound - value)


def find_misplaced(claim: Claim, axes: Mapping[str, Sequence[Any]]) -> Iterator[str]:
    """Yield a line for each argument of a claim that names nothing on its axis: what its course has not."""
    hints = _read_hints(MEASURES[claim.measure])
    bound = claim.bound if isinstance(claim.bound, dict) else {}
    every = [claim.with_, claim.with_ | bound] if bound else [claim.with_]
    found = [says for one in every for says in find_missing(hints, fill_in(claim.measure, one), axes)]
    yield from dict.fromkeys(found)


def fill_in(name: str, arguments: Arguments) -> Arguments:
    """Return the arguments of a measure with those that are left out, as its signature has them."""
    return (inspect.getfullargspec(MEASURES[name]).kwonlydefaults or {}) | arguments


def _measure(name: str, arguments: Arguments, outputs: Outputs) -> float:
    missing = find_missing(_read_hints(MEASURES[name]), fill_in(name, arguments), find_axes(outputs))
    check_all(Fault((write_measure(name, arguments),), says) for says in missing)
    return compute_value(name, arguments, outputs)


def write_measure(name: str, arguments: Arguments) -> str:
    """Return a measure and its arguments in one line, for a person.

    >>> write_measure("logit", {"picture": 1, "label": "truth"})
    "logit(picture=1, label='truth')"
    """
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in arguments.items())})"


def compute_value(name: str, arguments: Arguments, outputs: Outputs) -> float:
    """Return a measure's number at arguments that name what is there; FixableError where it cannot be had."""
    written = write_measure(name, arguments)
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():  # what is no number is a fault below
            warnings.simplefilter("ignore", RuntimeWarning)
            value = float(MEASURES[name](outputs, **arguments))
    except (KeyError, IndexError) as error:
        raise FixableError(f"{written} needs {error}; expected arrays that the Outputs hold") from None
    except ValueError as error:
        raise FixableError(Fault((written,), str(error))) from None
    except ZeroDivisionError:
        raise FixableError(f"{written} divides by 0; expected a finite number") from None
    if not math.isfinite(value):
        raise FixableError(f"{written} is {value}; expected a finite number")
    return value


def _find_bound_faults(claim: Claim) -> Iterable[Fault]:
    if (claim.above is None) == (claim.below is None):
        yield Fault((), f"{'neither' if claim.above is None else 'both'} of above and below; expected exactly one")


def _find_binding_faults(claim: Claim) -> Iterable[Fault]:
    if claim.measure not in MEASURES:
        yield Fault((), f"unknown measure {claim.measure!r}; expected {suggest(claim.measure, MEASURES)}")
        return
    faults = list(_find_argument_faults(claim.measure, claim.with_))
    for bound in (claim.above, claim.below):
        if isinstance(bound, dict) and not faults:
            faults = list(_find_argument_faults(claim.measure, claim.with_ | bound))
            if claim.with_ | bound == claim.with_:
                faults.append(Fault((), f"bound {bound!r} is the same measure again; expected other arguments"))
    yield from faults


def _find_argument_faults(name: str, arguments: Arguments) -> Iterable[Fault]:
    model = make_arguments_model(MEASURES[name])
    for argument in arguments:
        if argument not in model.model_fields:
            expected = suggest(argument, model.model_fields)
            yield Fault((), f"{name} has no argument {argument!r}; expected {expected}")
    try:
        model.model_validate({key: value for key, value in arguments.items() if key in model.model_fields})
    except ValidationError as error:
        yield from to_faults(error, f"argument of {name}")
