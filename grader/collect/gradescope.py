"""Gradescope's `submission_metadata.yml`: whose each folder `submission_123` is, and when it was handed in."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import yaml

from assignment.fixable import UNFIT, Fault, FixableError, to_unfit
from grader.collect.systems import Owner, Submissions
from questions.moment import parse_moment

FILE = "submission_metadata.yml"
MOST_BYTES = 16 * 2**20
DEEPEST = 100  # lists and mappings within each other; tens of thousands would end this process


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads no merge keys (`<<`): with aliases, a few lines of them would become more than any memory holds."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Return what a node means; of one that its tag does not fit, the fault with its line."""
        try:
            return super().construct_object(node, deep)
        except UNFIT:
            raise to_unfit(node) from None

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Leave a mapping as it is written."""


def parse_metadata(data: bytes, *place: str) -> Submissions:
    """Return the owners of each submission; FixableError where the file is not what Gradescope writes."""
    try:
        _check_depth(data)
        found = yaml.load(data, _Loader)
        if isinstance(found, dict):
            return {
                str(name): tuple(_find_owners(str(name), its)) for name, its in found.items() if isinstance(its, dict)
            }
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        says = f"{' '.join(str(error).split())[:200]}; expected Gradescope's metadata"
        raise FixableError(Fault(place, says)) from None
    raise FixableError(Fault(place, "no submissions; expected Gradescope's metadata"))


def _check_depth(data: bytes) -> None:
    """Raise a ValueError where lists and mappings lie too deep within each other for the reader in C."""
    depth = 0
    for event in yaml.parse(data, _Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise ValueError(f"nested deeper than {DEEPEST}")


def _find_owners(submission: str, its: Mapping[Any, Any]) -> Iterator[Owner]:
    told = _drop_colons(its)
    people, moment = told.get("submitters"), _parse_moment(told.get("created_at"))
    for person in people if isinstance(people, list) else ():
        if not isinstance(person, dict):
            continue
        one = _drop_colons(person)
        logins, mails = ((text,) if (text := _to_text(one.get(name))) else () for name in ("sid", "email"))
        order = None if moment is None else moment.timestamp()
        yield Owner("", logins, _to_text(one.get("name")), moment=moment, attempt=submission, order=order, mails=mails)


def _to_text(value: object) -> str:
    """Return a text or a number as text, anything else as none: lists of lists of aliases have no end."""
    return str(value).strip() if isinstance(value, (str, int)) else ""


def _drop_colons(its: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a mapping without the colon that Ruby puts before its names."""
    return {str(name).lstrip(":"): value for name, value in its.items()}


def _parse_moment(value: object) -> datetime | None:
    """Return the time, which YAML reads as UTC and then without a zone where none was written; never a guess."""
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo is not None else None
    return parse_moment(value) if isinstance(value, str) else None
