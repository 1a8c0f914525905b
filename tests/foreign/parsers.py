"""Each reader of files that are not ours: which files are drawn for it, and how it is called.

A reader of bytes gives a value or raises FixableError; where its documentation has a word for what cannot be read, the
value is checked to have one of these words.
"""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, get_args

from hypothesis import strategies as st

from assignment.agreement.agree import COMPARED_GROUPS, AgreementWord, compare_groups, take_group
from assignment.course import open_course
from assignment.fetch.lock import load_lock
from assignment.fixable import FixableError, load_yaml, parse_as
from assignment.profile import Manifest
from assignment.sheet.sheet import SheetProblem, State
from assignment.texts import load_texts
from grader.collect.collect import collect
from grader.collect.gradescope import parse_metadata
from grader.collect.rosters import load_enrolment
from grader.decisions.file import parse_decisions
from grader.handins.notebook import parse_notebook
from grader.handins.people import load_people
from grader.handins.plan import compare_notebooks
from grader.handins.submission import find_submissions
from grader.report.gradebooks.format import Exported, Known
from grader.report.gradebooks.registry import load_formats
from grader.scoring.identical import digest_content
from questions.canvas.responses import parse_responses
from questions.sheet import read_sheet
from questions.table import Form, parse_table
from tests.foreign import made
from tests.foreign.arrays import GROUP_FILES
from tests.foreign.kernel import CONVERSATIONS, draw_frames, take_conversation, take_frames
from tests.foreign.mutate import change_cells, change_values, change_yaml, draw_archive, draw_bytes
from tests.grader.collect.conftest import make_notebook

DEADLINE = datetime.fromisoformat("2027-05-28T23:59:59+08:00")
CSV_WORDS = (
    *(b",", b";", b"\t", b'"', b"\n", b"\r\n", b"\r", b"\xef\xbb\xbf", b"\xff\xfe", b"\0", b"=1", b"'=", b"EX", b"N/A"),
    *(
        b"student",
        b"id",
        b"ID",
        b"Student",
        b"SIS Login ID",
        b"Section",
        b"Homework 9 (123)",
        b"(read only)",
        b"Points",
    ),
    *(b"sis_id", b"attempt", b"submitted", b"5001: 1", b"lime-1", b"2027-13-01T00:00:00Z", b"9" * 30, b"1e9", b"."),
    *(b"-", b"%", b"-.", b",,", b"2027-05-28T23:59:59+99:99", "２".encode(), "²".encode(), "王".encode()),
)
YAML_WORDS = (
    *(b"- ", b"\n", b"  ", b": ", b"? ", b"{", b"}", b"[", b"]", b", ", b"&a ", b"*a", b"<<: ", b"|\n", b">-\n", b"#"),
    *(b"'", b'"', b"---\n", b"...\n", b"%YAML 9.9\n", b"%TAG ! !x\n", b"!!int ", b"!!bool ", b"!!float ", b"!!binary "),
    *(b"!!timestamp ", b"!!null ", b"!!set ", b"!!omap ", b"!!pairs ", b"!!seq ", b"!!map ", b"!!str ", b"!x ", b"!"),
    *(b"0b", b"0x", b"0o9", b"1:60:99", b"_", b".", b".inf", b"1e999", b"2027-99-99", b"2027-05-28T99:99:99Z", b"~"),
    *(
        b"true",
        b"=",
        b"\xc2\x85",
        b"\\x",
        b'"\\UFFFFFFFF"',
        b"\t",
        b"decision",
        b"question",
        b"path",
        b"9" * 5000,
        b"<<",
    ),
)
PYTHON_WORDS = (
    *(b"answers", b" = ", b"{", b"}", b"[", b"]", b"(", b")", b'"', b"'", b'"lime-1"', b": ", b", ", b"\n", b"    "),
    *(b"f'{", b'"""', b"\\", b"|=", b"**", b"dict(", b".update(", b"if 1:", b"else:", b"%%time\n", b"!ls", b"?", b"#"),
    *(b"lambda: ", b"\xef\xbc\xa1", b"for a in b:", b"del ", b":=", b"0x", b"1_", b"\\N{", b"b'", b"\x0c", b"async "),
)
ZIP_WORDS = (
    b"PK\x03\x04",
    b"PK\x01\x02",
    b"PK\x05\x06",
    b"PK\x06\x06",
    b"PK\x06\x07",
    b"\xff\xff\xff\xff",
    b"../",
    b"/",
)
JSON_WORDS = (
    *(b"{", b"}", b"[", b"]", b'"', b":", b",", b"\\ud800", b"\\", b"\xff", b"\xef\xbb\xbf", b"NaN", b"1e999", b"\0"),
    *(b'"cells"', b'"source"', b'"worksheets"', b'"nbformat"', b'"metadata"', b"null", b"9" * 5000),
)
STUDENTS = ("b01", "b02")
COURSE = open_course()
RELEASED = parse_notebook(COURSE.read_released())
Read = Callable[[bytes, Path], object]


@dataclass(frozen=True)
class Parser:
    """A reader, and what is drawn for it. read: takes the bytes, and an empty folder for who reads from one."""

    inputs: st.SearchStrategy[bytes]
    read: Read
    raises: tuple[type[Exception], ...] = (FixableError,)


def draw_csv(*seeds: str) -> st.SearchStrategy[bytes]:
    drawn = change_cells(seeds, CSV_WORDS)
    return st.one_of(drawn, drawn, draw_bytes([seed.encode() for seed in seeds], CSV_WORDS))


def draw_yaml(*seeds: str) -> st.SearchStrategy[bytes]:
    return change_yaml(seeds) | draw_bytes([seed.encode() for seed in seeds], YAML_WORDS)


def from_file(name: str, read: Callable[[Path], object]) -> Read:
    """Return a reader of bytes that puts them into a file first."""

    def read_bytes(data: bytes, folder: Path) -> object:
        (folder / name).write_bytes(data)
        return read(folder / name)

    return read_bytes


def read_notebook(data: bytes, _: Path) -> object:
    """Read a notebook as `run`, `score` and `look` do."""
    check_sheet(read_sheet(data, made.BANK))
    digest_content(data, COURSE.released)
    return compare_notebooks(parse_notebook(data), RELEASED)


def read_answers(data: bytes, _: Path) -> object:
    """Read one cell of answers; it is never an error."""
    source = data.decode("utf-8", "surrogateescape")
    notebook = {"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "metadata": {}, "source": source}]}
    check_sheet(read_sheet(made.to_bytes(notebook), made.BANK))
    return check_sheet(read_sheet(notebook, made.BANK))


def check_sheet(sheet: Any) -> object:
    assert set(sheet.answers) == set(made.BANK.ids)
    assert {answer.state for answer in sheet.answers.values()} <= set(get_args(State))
    assert sheet.problem in (None, *get_args(SheetProblem))
    return sheet


def read_group(data: bytes, _: Path) -> object:
    """Read one file as that of each group, and compare what is in it; it is never an error."""
    canonical = made.make_arrays()
    readings = {group: take_group(lambda: data, group, canonical, most=2**20) for group in COMPARED_GROUPS}
    found = compare_groups(readings, canonical)
    assert {one.word for one in found} <= set(get_args(AgreementWord))
    return found


def fill_gradebooks(data: bytes, _: Path) -> object:
    """Fill each gradebook of which the file may be the export."""
    filled, faults = [], []
    for name, its in load_formats().items():
        try:
            table = parse_table(data, f"{name}.csv", Form(its.columns, its.expected, "row", lines_in_cells=True))
            filled.append(its.fill(made.make_results(), Known(), Exported(table)))
        except FixableError as error:
            faults += error.faults
    if not filled:
        raise FixableError(*faults)
    return filled


def collect_archive(data: bytes, folder: Path) -> object:
    (folder / "download.zip").write_bytes(data)
    record = collect([folder / "download.zip"], folder / "handins")
    assert {path.name for path in folder.iterdir()} == {"download.zip", "handins"}
    return record, find_submissions(folder / "handins")


def read_decisions(name: str) -> Read:
    return lambda data, _: parse_decisions(data, Path(name), made.BANK, DEADLINE, STUDENTS)


def read_manifest(path: Path) -> object:
    return parse_as(Manifest, load_yaml(path), str(path))


def to_bytes(values: st.SearchStrategy[Any]) -> st.SearchStrategy[bytes]:
    return values.map(made.to_bytes)


NOTEBOOKS = st.one_of(
    to_bytes(change_values(made.make_notebooks())),
    to_bytes(change_values(made.make_notebooks())),
    draw_bytes([made.to_bytes(one) for one in made.make_notebooks()], JSON_WORDS),
)
ARCHIVES = draw_archive([make_notebook(), made.METADATA.encode()]) | draw_bytes(made.make_archives(), ZIP_WORDS)
MANIFEST = COURSE.profile.folder.joinpath("manifest.yaml").read_text(encoding="utf-8")
SHORT_MANIFEST = MANIFEST[: MANIFEST.index("\nassets:")] + "\nassets: []\n"
PARSERS: Mapping[str, Parser] = {
    "notebook": Parser(NOTEBOOKS, read_notebook),
    "answers": Parser(draw_bytes([cell.encode() for cell in made.CELLS], PYTHON_WORDS), read_answers, ()),
    "npz": Parser(GROUP_FILES, read_group, ()),
    "handins-csv": Parser(draw_csv(made.HANDINS_CSV), from_file("handins.csv", lambda path: load_people(path.parent))),
    "roster": Parser(draw_csv(*made.ROSTERS), from_file("roster.csv", load_enrolment)),
    "responses": Parser(draw_csv(made.REPORT.decode()), lambda data, _: parse_responses(data, made.BANK, "report.csv")),
    "gradebook": Parser(draw_csv(made.EXPORT, made.WORKSHEET), fill_gradebooks),
    "manifest": Parser(draw_yaml(SHORT_MANIFEST), from_file("manifest.yaml", read_manifest)),
    "lock": Parser(draw_yaml(made.LOCK), from_file("lock.yaml", load_lock)),
    "texts": Parser(draw_yaml(made.TEXTS), from_file("texts.yaml", load_texts)),
    "archive": Parser(ARCHIVES, collect_archive),
    "gradescope": Parser(draw_yaml(made.METADATA), lambda data, _: parse_metadata(data, "submission_metadata.yml")),
    "decisions-yaml": Parser(draw_yaml(made.DECISIONS), read_decisions("d.yaml")),
    "decisions-csv": Parser(draw_csv(made.DECISIONS_CSV), read_decisions("d.csv")),
    "kernel-frames": Parser(draw_frames(), take_frames, ()),
    "kernel-messages": Parser(CONVERSATIONS, take_conversation, ()),
}


def read_with(parser: Parser, data: bytes) -> object:
    """Return what a parser gives, None where it refuses with a fault that can be printed."""
    folder = Path(tempfile.mkdtemp())
    try:
        return parser.read(data, folder)
    except parser.raises as error:
        str(error).encode()
        return None
    finally:
        shutil.rmtree(folder)
