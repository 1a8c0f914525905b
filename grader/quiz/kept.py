"""The tables that a class was scored by, kept in RUNS as they came: the quiz's report and the roster.

So a later scoring has the same answers, whatever became of the files, and never turns to the notebooks unasked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Literal

from pydantic import Field

from assignment.fixable import FixableError, parse_as
from assignment.records import Record
from grader.collect.rosters import Enrolment, load_enrolment
from grader.files.whole import load_json, to_json, write_whole
from questions.bank import Bank
from questions.canvas.responses import Responses, Texts, load_responses, parse_responses

KEPT_FILE = "quiz.json"
RESPONSES_FILE = "responses.csv"
ROSTER_FILE = "roster.csv"


class KeptNames(Record):
    """The file `quiz.json`: what the kept tables were called."""

    version: Literal[1] = 1
    responses: str
    roster: str | None = None
    digests: Mapping[str, str] = Field(default_factory=dict)  # the sha256 of each kept file, by its name in RUNS


@dataclass(frozen=True)
class Tables:
    """The quiz's report and, where one was given, the roster; `kept`: from an earlier scoring."""

    responses: Responses
    enrolment: Enrolment | None = None
    kept: bool = False


def load_tables(runs: Path, bank: Bank, responses: Path | None, roster: Path | None) -> Tables | None:
    """Return what was given, and of what was not given what RUNS kept; None where no quiz was ever given.

    FixableError with the faults of a file, and for a roster without responses.
    """
    names = load_names(runs)
    if responses is not None:
        found = load_responses(responses, bank)
    elif names is not None:
        found = load_responses(runs / RESPONSES_FILE, bank, names.responses)
        _check_kept(runs / RESPONSES_FILE, found.data, names)
    elif roster is not None:
        raise FixableError("--roster: expected --responses too, whose rows it says are whose")
    else:
        return None
    enrolment = None
    if roster is not None:
        enrolment = load_enrolment(roster)
    elif names is not None and names.roster is not None:
        enrolment = load_enrolment(runs / ROSTER_FILE, names.roster)
        _check_kept(runs / ROSTER_FILE, enrolment.data, names)
    return Tables(found, enrolment, kept=responses is None)


def read_again(tables: Tables, bank: Bank, texts: Texts) -> Tables:
    """Return the tables with the report read anew where somebody decided which choices its other texts are."""
    if not texts:
        return tables
    before = tables.responses
    return replace(tables, responses=parse_responses(before.data, bank, before.file, texts))


def load_names(runs: Path) -> KeptNames | None:
    """Return what the tables were called that RUNS keeps; None where it keeps none."""
    path = runs / KEPT_FILE
    if not path.exists():
        return None
    return parse_as(KeptNames, load_json(path, "what hw9 score --responses writes"), str(path))


def keep_tables(runs: Path, tables: Tables) -> None:
    """Keep the tables in RUNS; what names them is written last."""
    responses, enrolment = tables.responses, tables.enrolment
    files = {RESPONSES_FILE: responses.data} | ({ROSTER_FILE: enrolment.data} if enrolment else {})
    for name, data in files.items():
        write_whole(runs / name, data)
    digests = {name: sha256(data).hexdigest() for name, data in files.items()}
    names = KeptNames(responses=responses.file, roster=enrolment.file if enrolment else None, digests=digests)
    write_whole(runs / KEPT_FILE, to_json(names))


def _check_kept(path: Path, data: bytes, names: KeptNames) -> None:
    """Raise a FixableError where a process was killed between a kept table and what names it."""
    if names.digests.get(path.name, digest := sha256(data).hexdigest()) != digest:
        says = (
            f"is not what {KEPT_FILE} names, since a scoring was cut short; expected --responses, and --roster where "
        )
        raise FixableError(f"{path}: {says}there is one, once more")
