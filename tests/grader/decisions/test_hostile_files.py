"""A hostile or broken decisions file ends in an error with its place, soon and without much memory."""

import time
from datetime import datetime
from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.decisions.entries import MOST_BYTES, MOST_ENTRIES
from grader.decisions.file import load_decisions
from questions.bank import Bank

DEADLINE = datetime.fromisoformat("2027-05-28T23:59:59+08:00")
BOMB = "a: &a [x, x]\n" + "".join(
    f"{one}: &{one} [*{two}, *{two}]\n" for one, two in zip("bcdefgh", "abcdefg", strict=True)
)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("d.yaml", BOMB.encode(), "line 1: an anchor or an alias"),
        ("d.yaml", b"- &x {decision: void}\n- *x\n", "line 1: an anchor or an alias"),
        ("d.yaml", b"- <<: {decision: void}\n", "a list or a mapping within a decision"),
        ("d.yaml", b"[" * MOST_BYTES, "line 1: nested deeper"),
        ("d.yaml", b"{a: " * 100_000, "line 1: nested deeper"),
        ("d.yaml", b"- " * 100_000, "line 1: nested deeper"),
        ("d.yaml", b"- decision: \xff\n", "byte 12 is not UTF-8"),
        ("d.yaml", b"- decision: \x07\n", "special characters are not allowed"),
        ("d.yaml", b"- !!python/object/apply:os.system [echo]\n", "line 1: no mapping"),
        ("d.yaml", b"x" * (MOST_BYTES + 1), f"more than {MOST_BYTES} bytes"),
        ("d.yaml", b"- {}\n" * (MOST_ENTRIES + 1), f"{MOST_ENTRIES + 1} decisions; expected at most {MOST_ENTRIES}"),
        ("d.yaml", b"a: b\n---\nc: d\n", "expected well-formed YAML"),
        ("d.yaml", b'- {decision: void, question: lime-1, reason: "\\ud800", date: 2027-06-02}', "control characters"),
        ("d.yaml", b'- {decision: void, question: lime-1, reason: "a\\0b", date: 2027-06-02}', "control characters"),
        ("d.yaml", b'- {decision: "\\UFFFFFFFF"}', "expected well-formed YAML"),
        ("d.yaml", b'- {decision: "\\U00110000"}', "expected well-formed YAML"),
        ("d.yaml", b'- {decision: "\\ud800"}', "'\\ud800'; expected one of"),
        ("d.csv", b"decision\n" + b"v\n" * (MOST_ENTRIES + 1), "too large"),
        ("d.csv", b"x" * (MOST_BYTES + 1), f"more than {MOST_BYTES} bytes"),
        ("d.csv", b'decision,reason\nvoid,"open\nvoid,x\n', "line 2"),
        ("d.csv", b"decision\n\xff\n", "byte 9 is not UTF-8"),
        ("d.csv", b"", "no heading"),
        ("d.csv", b"name,points\nAda,3\n", "line 1: no column 'decision'"),
        ("d.yaml", b"- {}\n", "line 1: decision: ''; expected one of"),
        ("d.txt", b"", "ends with '.txt'; expected .yaml, .yml, .csv"),
        ("d.yaml", b"- {decision: void, question: lime-1, reason: " + b"x" * 2000 + b", date: 2027-06-02}", "2000"),
    ],
)
def test_hostile_file_is_refused_with_its_place(tmp_path: Path, bank: Bank, name: str, data: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(FixableError) as caught:
        load_decisions(path, bank, DEADLINE, ("b01",))
    assert str(caught.value).startswith(str(path))
    assert said in str(caught.value)
    str(caught.value).encode()


def test_many_unknown_students_are_told_in_a_few_lines_and_soon(tmp_path: Path, bank: Bank) -> None:
    path = tmp_path / "d.csv"
    rows = "".join(f"excused,x{n:08},x,2027-06-02\n" for n in range(MOST_ENTRIES))
    path.write_text("decision,student,reason,date\n" + rows)
    start = time.process_time()
    with pytest.raises(FixableError) as caught:
        load_decisions(path, bank, DEADLINE, [f"b{n:08}" for n in range(300)])
    assert len(caught.value.faults) == 51
    assert time.process_time() - start < 10


def test_folder_and_missing_file_are_faults(tmp_path: Path, bank: Bank) -> None:
    (tmp_path / "d.yaml").mkdir()
    for name in ("d.yaml", "e.yaml"):
        with pytest.raises(FixableError, match="expected a file of decisions"):
            load_decisions(tmp_path / name, bank, DEADLINE)
