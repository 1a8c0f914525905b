"""A moment as a course system or a person writes it, with its time zone, or it is none; and as our pages show it."""

import re
from datetime import date, datetime, timedelta

from assignment.fixable import FixableError, show_value

MOST_CHARACTERS = 40
EXAMPLE = "2027-05-28T23:59:59+08:00"


def parse_moment(text: str) -> datetime | None:
    """Return the moment that a text names, None where it is none or has no time zone.

    >>> parse_moment("2027-05-28 15:59:59 UTC").isoformat(), parse_moment("2027-05-28 23:59:59 +0800").isoformat()
    ('2027-05-28T15:59:59+00:00', '2027-05-28T23:59:59+08:00')
    >>> parse_moment("2027-05-28 15:59") is None
    True
    """
    moment = _read(text)
    return moment if moment is not None and moment.tzinfo is not None else None


def require_moment(text: str) -> datetime:
    """Return the moment that a text names; FixableError with a text that would be read.

    >>> require_moment("2027-05-28")
    Traceback (most recent call last):
    assignment.fixable.FixableError: '2027-05-28' has no time of day; expected one, as 2027-05-28T23:59:59+08:00
    """
    moment = parse_moment(text)
    if moment is not None:
        return moment
    if _is_date(text):
        raise FixableError(
            f"{show_value(text)} has no time of day; expected one, as {date.fromisoformat(text)}T23:59:59+08:00"
        )
    if _read(text) is not None:
        raise FixableError(f"{show_value(text)} has no time zone; expected one, as {text}+08:00")
    raise FixableError(f"{show_value(text)}; expected ISO 8601, as {EXAMPLE}")


def show_moment(moment: datetime, deadline: datetime) -> str:
    """Return a moment in the deadline's zone, to the second; to its last digit where the second alone decides nothing.

    >>> deadline = datetime.fromisoformat("2027-05-28T23:59:59+08:00")
    >>> show_moment(datetime.fromisoformat("2027-05-28T16:00:04.25Z"), deadline)
    '2027-05-29 00:00:04 UTC+08:00'
    >>> show_moment(datetime.fromisoformat("2027-05-28T15:59:59.25Z"), deadline)
    '2027-05-28 23:59:59.25 UTC+08:00'
    """
    there = moment.astimezone(deadline.tzinfo)
    near = abs(moment - deadline) < timedelta(seconds=1)
    fraction = f".{there.microsecond:06}".rstrip("0") if near and there.microsecond else ""
    whole = there.replace(microsecond=0).isoformat(sep=" ")
    return f"{whole[:19]}{fraction} UTC{whole[19:]}"


def _read(text: str) -> datetime | None:
    if len(text) > MOST_CHARACTERS or _is_date(text):
        return None
    shortened = re.sub(r"\s+([+-]\d\d:?\d\d)$", r"\1", re.sub(r"\s*UTC$", "+00:00", text.strip()))
    try:
        return datetime.fromisoformat(shortened)
    except ValueError:
        return None


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
