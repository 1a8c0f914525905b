"""The one reader of CSV files: what a spreadsheet or a hand writes is read, or refused with advice that works."""

from pathlib import Path

import pytest

from assignment.fixable import FixableError
from questions.moment import parse_moment, require_moment
from questions.table import Form, Table, load_table, parse_table

FORM = Form(("student", "name", "submitted_at"), "a CSV file of students")
TEXT = "student,name\nb01,Ada\nb02,王小明\n"


def read(data: bytes | str, form: Form = FORM) -> Table:
    return parse_table(data if isinstance(data, bytes) else data.encode(), "a.csv", form)


def fault_lines(data: bytes | str, form: Form = FORM) -> list[str]:
    with pytest.raises(FixableError) as caught:
        read(data, form)
    return list(map(str, caught.value.faults))


def cells(table: Table) -> list[tuple[str, ...]]:
    return [row.cells for row in table.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_with_and_without_a_mark_is_read(encoding: str) -> None:
    assert cells(read(TEXT.encode(encoding))) == [("b01", "Ada"), ("b02", "王小明")]
    assert read(TEXT.encode(encoding)).notes == ()


@pytest.mark.parametrize("encoding", ["big5", "utf-16-le", "utf-32"])
def test_other_encodings_are_refused_and_three_spreadsheets_are_told_how(encoding: str) -> None:
    (fault,) = fault_lines(TEXT.encode(encoding))
    assert all(said in fault for said in ("a.csv: ", "expected ", "Excel", "CSV UTF-8", "LibreOffice", "Google Sheets"))


def test_half_a_character_is_a_fault_and_no_crash() -> None:
    assert "UTF-16" in fault_lines(TEXT.encode("utf-16")[:-1])[0]


@pytest.mark.parametrize(("separator", "said"), [(";", "semicolons"), ("\t", "tabs")])
def test_separator_is_found_from_the_heading_and_said(separator: str, said: str) -> None:
    table = read(f"Student{separator}Name\nb01{separator}Chen, Ada\n")
    assert cells(table) == [("b01", "Chen, Ada")]
    assert table.notes == (f"a.csv: its cells are separated by {said}, and were read so",)


def test_commas_within_a_heading_do_not_hide_its_semicolons() -> None:
    assert read("student;name;one, two, three, four, five\nb01;Ada;x\n").rows[0].cells == ("b01", "Ada", "x")


def test_open_quote_is_a_fault_with_the_line_where_it_stands() -> None:
    assert "a.csv: line 3: " in fault_lines('student,name\nb01,Ada\nb02,"Bo\nb03,Cy\n')[0]


def test_quote_that_a_later_row_closes_swallows_no_row() -> None:
    table = read('student,name\nb01,"Ada\nb02,Bo"\nb03,Cy\n')
    assert table.rows[0].fault is not None
    assert table.rows[0].fault.place == ("a.csv", "line 2")
    assert "is a quote not closed?" in table.rows[0].fault.says
    assert table.rows[1].cells == ("b03", "Cy")


def test_cells_may_hold_lines_where_the_form_says_so() -> None:
    form = Form(FORM.columns, FORM.expected, "row", lines_in_cells=True)
    table = read('student,name\nb01,"Ada\nChen"\nb02,Bo\n', form)
    assert cells(table) == [("b01", "Ada\nChen"), ("b02", "Bo")]
    assert [row.place for row in table.rows] == [("a.csv", "row 2"), ("a.csv", "row 3")]


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x0b", "\x0c", "\x1c", "\x85"])
def test_rows_end_at_line_ends_alone(mark: str) -> None:
    assert cells(read(f"student,name\nb01,Ada{mark}Chen\n")) == [("b01", f"Ada{mark}Chen")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_all_systems_are_counted_as_an_editor_does(end: str) -> None:
    table = read(end.join(["student,name", "b01,Ada", "", ",", "b02,Bo", ""]))
    assert cells(table) == [("b01", "Ada"), ("b02", "Bo")]
    assert [row.place for row in table.rows] == [("a.csv", "line 2"), ("a.csv", "line 5")]


def test_row_of_another_length_is_a_fault_with_its_line_and_the_others_are_read() -> None:
    table = read("student,name\nb01\nb02,Bo,x\nb03,Cy\n,,,,\n")
    assert [row.fault and str(row.fault).split(";")[0] for row in table.rows] == [
        "a.csv: line 2: 1 fields",
        "a.csv: line 3: 3 fields",
        None,
    ]


def test_columns_are_known_without_case_spaces_and_width_and_doubled_or_unknown_ones_are_named() -> None:
    table = read("ＳＴＵＤＥＮＴ, Submitted At ,name,NAME,grade,\nb01,,,,,\n")
    assert table.find_columns(FORM.columns) == {"student": 0, "submitted_at": 1, "name": 2}
    assert [str(fault) for fault in table.find_doubled(FORM.columns)] == [
        "a.csv: line 1: columns 3 and 4 are both name; expected one"
    ]
    assert [str(fault) for fault in table.find_unknown(FORM.columns)] == [
        "a.csv: line 1: column 5: unknown column 'grade'; expected the columns student, name, submitted_at"
    ]


def test_sizes_are_limited(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(TEXT, encoding="utf-8")
    assert len(load_table(path, FORM).rows) == 2
    with pytest.raises(FixableError, match="more than 9 bytes; expected at most 9"):
        load_table(path, Form(FORM.columns, FORM.expected, most_bytes=9))
    with pytest.raises(FixableError, match="too large; expected at most 1 rows"):
        load_table(path, Form(FORM.columns, FORM.expected, most_rows=1))
    with pytest.raises(FixableError, match="too large"):
        read("," * 1000 + "student\n")
    with pytest.raises(FixableError, match=r"gone\.csv: No such file"):
        load_table(tmp_path / "gone.csv", FORM)


def test_advice_about_times_is_itself_accepted() -> None:
    for text in ("2027-05-28", "20270528", "2027-05-28 12:00", "2027-05-28T12:00:00", "yesterday", "28/05/2027", ""):
        with pytest.raises(FixableError) as caught:
            require_moment(text)
        assert parse_moment(str(caught.value).rpartition(" as ")[2]) is not None
