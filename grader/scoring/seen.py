"""What a person has seen: a `seen` decision covers the reasons that there were when it was first applied, no later one.

So the earlier `verdicts.json` of a Run is read, and what it says of each decision stays. Where it cannot be read, a
decision covers nothing: nothing new is hidden by mistake, and a new `seen` covers what there is.
"""

from collections.abc import Iterable
from pathlib import Path

from assignment.assignment import Bilingual
from assignment.fixable import FixableError
from grader.decisions.decision import Decision
from grader.scoring.handin_record import VERDICTS_FILE, Seen, load_handin_record


def load_seen(folder: Path, decisions: Iterable[Decision], why: tuple[Bilingual, ...]) -> tuple[Seen, ...]:
    """Return what each `seen` decision of a student covers, a new one `why`; a decision is known by its date."""
    every = tuple(decisions)
    if not every:
        return ()
    try:
        earlier = load_handin_record(folder).seen if (folder / VERDICTS_FILE).exists() else ()
    except FixableError:
        return tuple(Seen(date=one.date, why=()) for one in every)
    known = {one.date: one for one in earlier}
    return tuple(known.get(one.date, Seen(date=one.date, why=why)) for one in every)
