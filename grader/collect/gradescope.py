"""Gradescope's `submission_metadata.yml`: whose each folder `submission_123` is, and when it was handed in."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import yaml

from assignment.fixable import Fault, FixableError
from grader.collect.systems import Owner, Submissions
from questions.moment import parse_moment

FILE = "submission_metadata.yml"
MOST_BYTES = 16 * 2**20
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse_metadata(data: bytes, *place: str) -> Submissions:
    """Return the owners of each submission; FixableError where the file is not what Gradescope writes."""
    try:
        found = yaml.load(data, LOADER)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        says = f"{' '.join(str(error).split())[:200]}; expected Gradescope's metadata"
        raise FixableError(Fault(place, says)) from None
    if not isinstance(found, dict):
        raise FixableError(Fault(place, "no submissions; expected Gradescope's metadata"))
    return {str(name): tuple(_find_owners(str(name), its)) for name, its in found.items() if isinstance(its, dict)}


def _find_owners(submission: str, its: Mapping[Any, Any]) -> Iterator[Owner]:
    told = _drop_colons(its)
    people, moment = told.get("submitters"), _parse_moment(told.get("created_at"))
    for person in people if isinstance(people, list) else ():
        if not isinstance(person, dict):
            continue
        one = _drop_colons(person)
        logins = (str(one["sid"]).strip(),) if one.get("sid") else ()
        mails = (str(one["email"]).strip(),) if one.get("email") else ()
        order = None if moment is None else moment.timestamp()
        yield Owner("", logins, str(one.get("name") or ""), moment=moment, attempt=submission, order=order, mails=mails)


def _drop_colons(its: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a mapping without the colon that Ruby puts before its names."""
    return {str(name).lstrip(":"): value for name, value in its.items()}


def _parse_moment(value: object) -> datetime | None:
    """Return the time, which YAML reads as UTC and then without a zone where none was written; never a guess."""
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo is not None else None
    return parse_moment(value) if isinstance(value, str) else None
