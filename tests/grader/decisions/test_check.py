"""A decisions file is read strictly: each fault has its place, and all are told at once."""

from datetime import datetime
from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.decisions.decisions import Decisions
from grader.decisions.file import load_decisions
from questions.bank import Bank

DEADLINE = datetime.fromisoformat("2027-05-28T23:59:59+08:00")
CLASS = ("b09901001", "b09901002", "0123")
GOOD = """# By hand.
- decision: extension
  student: B０9901001
  value: 2027-06-01 15:59:59 UTC
  reason: ill, 有醫師證明
  date: 2027-06-02
  by: Ada
- {decision: reading, student: 0123, question: lime-1, value: "C, a", reason: She wrote 1 and 3., date: 2027-06-02}
- {decision: reading, student: 0123, question: lime-2, value: "", reason: She struck it out., date: 2027-06-02}
- {decision: seen, student: b09901002, reason: fine, date: 2027-06-02T09:30:00+08:00}
- {decision: seen, student: b09901002, reason: fine, date: 2027-06-03}
- {decision: void, question: saliency-1, reason: unclear, date: 2027-06-02}
- {decision: accept, question: lime-1, value: ab, reason: fits, date: 2027-06-02}
- {decision: accept, question: lime-1, value: cd, reason: fits too, date: 2027-06-02}
"""
COLUMNS = "decision,student,question,value,reason,date,by\n"


def load(path: Path, text: str | bytes, bank: Bank, students: tuple[str, ...] | None = CLASS) -> Decisions:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_decisions(path, bank, DEADLINE, students)


def find_faults(path: Path, text: str | bytes, bank: Bank) -> list[str]:
    with pytest.raises(FixableError) as caught:
        load(path, text, bank)
    assert all(fault.place[0] == str(path) for fault in caught.value.faults)
    return [": ".join((*fault.place[1:], fault.says)) for fault in caught.value.faults]


def test_values_ids_and_letters_are_kept_in_one_way(tmp_path: Path, bank: Bank) -> None:
    found = load(tmp_path / "d.yaml", GOOD, bank).every
    assert [one.student for one in found[:3]] == ["b09901001", "0123", "0123"]
    assert [one.value for one in found[:3]] == ["2027-06-01T23:59:59+08:00", "ac", "blank"]
    assert found[1].letters == frozenset("ac")
    assert found[2].letters == frozenset()


def test_yaml_and_csv_say_the_same(tmp_path: Path, bank: Bank) -> None:
    rows = [
        'extension,B０9901001,,2027-06-01 15:59:59 UTC,"ill, 有醫師證明",2027-06-02,Ada',
        'reading,0123,lime-1,"C, a",She wrote 1 and 3.,2027-06-02,',
        "reading,0123,lime-2,,She struck it out.,2027-06-02,",
    ]
    table = load(tmp_path / "d.csv", COLUMNS + "\n".join(rows), bank)
    written = load(tmp_path / "d.yaml", GOOD, bank)
    assert table.every == written.every[:3]
    assert table.digest != written.digest


def test_student_sees_own_decisions_and_those_of_questions(tmp_path: Path, bank: Bank) -> None:
    found = load(tmp_path / "d.yaml", GOOD, bank)
    assert [one.decision for one in found.of("0123")] == ["reading", "reading", "void", "accept", "accept"]
    assert [one.decision for one in found.of("nobody")] == ["void", "accept", "accept"]


@pytest.mark.parametrize("ending", [".yaml", ".csv"])
def test_all_faults_come_at_once_each_with_its_place(tmp_path: Path, bank: Bank, ending: str) -> None:
    rows = [
        ("viod", "", "lime-1", "", "x", "2027-06-02"),
        ("void", "", "lime-7", "", "x", "2027-06-02"),
        ("excused", "b09901003", "", "", "x", "2027-06-02"),
        ("reading", "0123", "lime-1", "ae", "x", "2027-06-02"),
        ("void", "", "lime-1", "", "", "yesterday"),
        ("void", "0123", "lime-1", "a", "x", "2027-06-02"),
        ("extension", "0123", "", "2027-05-28T23:59:59+08:00", "x", ""),
        ("extension", "0123", "", "2072-06-01T23:59:59+08:00", "x", "2027-06-02"),
        ("extension", "0123", "", "2027-06-01", "x", "2027-06-02"),
        ("accept", "", "lime-1", "blank", "x", "2027-06-02"),
        ("excused", "../b01", "", "", "x", "2027-06-02"),
    ]
    text = COLUMNS + "".join(",".join((*row, "\n")) for row in rows)
    if ending == ".yaml":
        names = COLUMNS.split(",")
        mappings = (", ".join(f'{name}: "{cell}"' for name, cell in zip(names, row, strict=False)) for row in rows)
        text = "#\n" + "".join(f"- {{{mapping}}}\n" for mapping in mappings)
    assert find_faults(tmp_path / f"d{ending}", text, bank) == [
        "line 2: decision: 'viod'; expected one of accept, all_right, excused, extension, reading, seen, text, "
        "void (the nearest is void)",
        "line 3: question: 'lime-7'; expected one of lime-1, lime-2, saliency-1, saliency-2 (the nearest is lime-2)",
        "line 4: student: 'b09901003' is not of the class; expected the id of one of its students, "
        "such as b09901001, b09901002",
        "line 5: value: 'ae'; expected letters of abcd, or blank",
        "line 6: reason: missing; expected why, in a sentence that the student may read",
        "line 6: date: 'yesterday'; expected when it was decided, as 2027-06-02 or 2027-06-02T09:30:00+08:00".replace(
            "06-02", "06-01"
        ),
        "line 7: student: '0123'; expected nothing, as `void` has none",
        "line 7: value: 'a'; expected nothing, as `void` has none",
        "line 8: date: missing; expected when it was decided, as 2027-06-01 or 2027-06-01T09:30:00+08:00",
        "line 8: value: '2027-05-28T23:59:59+08:00'; expected a moment after the deadline 2027-05-28T23:59:59+08:00, "
        "by a year at the most",
        "line 9: value: '2072-06-01T23:59:59+08:00'; expected a moment after the deadline 2027-05-28T23:59:59+08:00, "
        "by a year at the most",
        "line 10: value: '2027-06-01' has no time of day; expected one, as 2027-06-01T23:59:59+08:00",
        "line 11: value: 'blank'; expected letters of abcd",
        "line 12: student: '../b01'; expected letters, digits and . _ - @ +, and no name of what hw9 writes",
    ]


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("void,,lime-1,", "all_right,,lime-1,", "`all_right` and `void` (line 2) of lime-1; expected one of them"),
        ("accept,,lime-1,a", "void,,lime-1,", "`void` and `accept` (line 2) of lime-1; expected one of them"),
        ("void,,lime-1,", "void,,lime-1,", "a second `void` of lime-1, after line 2; expected one"),
        (
            "extension,0123,,2027-06-01T00:00:00+08:00",
            "extension,0123,,2027-06-02T00:00:00+08:00",
            "a second `extension` of 0123, after line 2; expected one",
        ),
        ("reading,0123,lime-1,a", "reading,0123,lime-1,a", "a second `reading` of 0123, after line 2; expected one"),
        ("seen,0123,,", "seen,0123,,", "a second `seen` of 0123, after line 2; expected one"),
        (
            "excused,b09901001,,",
            "excused,Ｂ09901001,,",
            "a second `excused` of b09901001, after line 2; expected one",
        ),
    ],
)
def test_contradictions_name_both_places(tmp_path: Path, bank: Bank, first: str, second: str, said: str) -> None:
    text = f"{COLUMNS}{first},x,2027-06-02,\n{second},y,2027-06-02,\n"
    assert find_faults(tmp_path / "d.csv", text, bank) == [f"line 3: {said}"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- decision: void\n  qestion: lime-1\n", "line 2: unknown field 'qestion'"),
        ("- decision: void\n  decision: excused\n", "line 2: decision: a second time; expected once"),
        ("- decision: [void]\n", "line 1: a list or a mapping within a decision; expected a text"),
        ("- void\n", "line 1: no mapping; expected fields such as `decision: void`"),
        ("decision: void\n", "line 1: no list; expected a list of decisions"),
        ("-\n", "line 1: no mapping"),
        ("- {decision: extension, student: 0123, reason: x, date: 2027-06-02}\n", "line 1: value: missing"),
    ],
)
def test_what_is_no_list_of_decisions_is_named_with_its_line(tmp_path: Path, bank: Bank, text: str, said: str) -> None:
    assert any(fault.startswith(said) for fault in find_faults(tmp_path / "d.yaml", text, bank))


def test_unknown_column_and_missing_one_are_named(tmp_path: Path, bank: Bank) -> None:
    faults = find_faults(tmp_path / "d.csv", "kind,student\nvoid,\n", bank)
    assert any("unknown column 'kind'" in fault for fault in faults)
    assert any("no column 'decision'" in fault for fault in faults)


@pytest.mark.parametrize("text", ["", "\n", "# nothing holds any more\n", "[]\n", "---\n"])
def test_empty_file_holds_no_decisions(tmp_path: Path, bank: Bank, text: str) -> None:
    assert load(tmp_path / "d.yaml", text, bank).every == ()


def test_unknown_class_takes_any_id(tmp_path: Path, bank: Bank) -> None:
    text = f"{COLUMNS}excused,b1,,,x,2027-06-02,\n"
    assert load(tmp_path / "d.csv", text, bank, None).every[0].student == "b1"


def test_text_of_a_mended_choice_is_one_letters_and_no_other_choices(tmp_path: Path, bank: Bank) -> None:
    taken = bank["lime-1"].choices["c"].say.en
    head = "decision,question,value,text,reason,date\n"
    rows = [
        "text,lime-1,b,Rihgt,x,2027-06-02",
        "text,lime-1,B,Other words,x,2027-06-02",
        "text,lime-2,a,Rihgt,x,2027-06-02",
    ]
    found = load(tmp_path / "d.csv", head + "\n".join(rows), bank)
    assert found.texts == {"lime-1": {"b": ("Rihgt", "Other words")}, "lime-2": {"a": ("Rihgt",)}}
    assert found.settled == frozenset()
    wrong = [
        "text,lime-1,b,Rihgt,x,2027-06-02",
        "text,lime-1,c,<p>Rihgt </p>,x,2027-06-02",
        f'text,lime-1,b,"{taken}",x,2027-06-02',
        "text,lime-1,ab,Others,x,2027-06-02",
        "text,lime-1,b,,x,2027-06-02",
        "void,lime-2,,Others,x,2027-06-02",
    ]
    assert find_faults(tmp_path / "d.csv", head + "\n".join(wrong), bank) == [
        "line 3: a second `text` of lime-1, after line 2; expected one",
        f"line 4: text: '{taken}' is what choice c says; expected a text that no choice has",
        "line 5: value: 'ab'; expected one letter of abcd",
        "line 6: text: missing; expected the text that the quiz's report has",
        "line 7: text: 'Others'; expected nothing, as `void` has none",
    ]


def test_void_and_all_right_settle_a_question(tmp_path: Path, bank: Bank) -> None:
    rows = "decision,question,reason,date\nvoid,lime-1,x,2027-06-02\nall_right,lime-2,x,2027-06-02\n"
    assert load(tmp_path / "d.csv", rows, bank).settled == {"lime-1", "lime-2"}
