"""What a person is told of reruns: before they start how long they will take, and then how far they are."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from assignment.course import Course
from grader.commands.terminal.progress import show_time_left, to_time
from grader.commands.terminal.screen import print_notes
from questions.proof.forecast import Forecast, count_missing, forecast
from questions.proof.rerun import Rerun

MISTAKES = "; a mistake may take longer than the analysis without it"
READING = 0.2  # seconds of a run that is kept


@contextmanager
def show_reruns(what: str, reruns: Sequence[Rerun], course: Course, cache: Path) -> Iterator[Callable[[int], None]]:
    """Say how long some reruns will take, and show how far they are; what is given is called with each that is done."""
    missing = count_missing(reruns, course, cache)
    if missing:
        print_notes([f"{what}: {missing} of {len(reruns)} runs to do; measuring how long that will take"])
        said = forecast(reruns, course, cache)
        print_notes([f"{what}: {describe(said)}{MISTAKES if any(one.edits for one in reruns) else ''}"])
    else:
        said = Forecast((0.0,) * len(reruns), 1)
        print_notes([f"{what}: all {len(reruns)} runs are kept in {cache}; nothing is computed"])
    with show_time_left(what, [one or READING for one in said.seconds]) as tick:
        yield tick


def describe(said: Forecast) -> str:
    """Return how long it will take, and how that is known.

    >>> describe(Forecast((60.0, 60.0, 0.0, 120.0), at_once=2, measuring=9.1))
    'about 0:02:00 for 3 runs, 2 at once: one unit of each kind of work was timed (in 9 s) and multiplied'
    """
    how = f"one unit of each kind of work was timed (in {said.measuring:.0f} s) and multiplied"
    return f"about {to_time(said.total)} for {said.missing} runs, {said.at_once} at once: {how}"
