"""Folders of hand-ins, as they come: mixed, odd and hostile."""

from pathlib import Path

import nbformat
import pytest

from assignment.fixable import FixableError
from assignment.sheet.scan import MOST_PARTS
from grader.handins.notebook import MOST_BYTES, parse_notebook
from grader.handins.people import load_people
from grader.handins.submission import find_submissions, open_handins
from grader.runs.folder import load_submissions, record_class


def write(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]), path)
    return path


def problems(folder: Path) -> dict[str, str | None]:
    return {one.student: one.problem for one in find_submissions(folder)}


def test_files_and_folders_may_be_mixed(tmp_path: Path) -> None:
    write(tmp_path / "b10901001.ipynb")
    write(tmp_path / "b10901002" / "my homework (final).ipynb")
    (tmp_path / "b10901002" / "picture.png").write_bytes(b"x")
    write(tmp_path / "王小明" / "deeper" / "hw.ipynb")
    write(tmp_path / "王小明" / ".ipynb_checkpoints" / "hw-checkpoint.ipynb")
    (tmp_path / ".DS_Store").write_bytes(b"x")
    found = list(open_handins(tmp_path).read())
    assert [(one.submission.student, one.submission.problem) for one in found] == [
        ("b10901001", None),
        ("b10901002", None),
        ("王小明", None),
    ]
    assert all(one.data and parse_notebook(one.data) for one in found)


def test_every_problem_has_its_word_and_the_others_are_found(tmp_path: Path) -> None:
    write(tmp_path / "good.ipynb")
    write(tmp_path / "twice.ipynb")
    write(tmp_path / "twice" / "hw.ipynb")
    write(tmp_path / "two" / "a.ipynb")
    write(tmp_path / "two" / "b.ipynb")
    (tmp_path / "pdf.pdf").write_bytes(b"%PDF")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "notes.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    (tmp_path / "json.ipynb").write_text('{"cells": [')
    (tmp_path / "list.ipynb").write_text("[]")
    (tmp_path / "deep.ipynb").write_text("[" * 100_000)
    (tmp_path / "cells.ipynb").write_text('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [7]}')
    (tmp_path / "binary.ipynb").write_bytes(b"\xff\xfe\x00")
    with (tmp_path / "huge.ipynb").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    assert problems(tmp_path) == {
        "good": None,
        **dict.fromkeys(("twice", "two"), "two_notebooks"),
        **dict.fromkeys(("pdf", "folder", "huge"), "not_a_notebook"),
        **dict.fromkeys(("json", "list", "deep", "cells", "binary"), "broken"),
        "empty": "missing",
    }


def test_folder_without_a_notebook_is_told_with_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "b01").mkdir()
    (tmp_path / "b01" / "essay.pdf").write_bytes(b"%PDF-1.4")
    (found,) = find_submissions(tmp_path)
    assert (found.problem, found.detail) == ("not_a_notebook", "'b01/essay.pdf'")


def test_links_are_not_followed(tmp_path: Path) -> None:
    secret = write(tmp_path / "outside" / "key.ipynb")
    handins = tmp_path / "handins"
    write(handins / "honest.ipynb")
    (handins / "file.ipynb").symlink_to(secret)
    (handins / "folder").symlink_to(secret.parent)
    (handins / "inner").mkdir()
    (handins / "inner" / "hw.ipynb").symlink_to(secret)
    (handins / "inside").mkdir()
    (handins / "inside" / "more").symlink_to(secret.parent)
    found = problems(handins)
    assert found.pop("honest") is None
    assert set(found.values()) == {"not_a_notebook"}
    assert len(found) == 4


@pytest.mark.parametrize(
    "name", ["-rf", "a\nb", "a b;rm", "...", "a/../b".replace("/", "\\"), "runs.json", "x" * 80, "\udcff"]
)
def test_name_that_is_no_plain_id_is_a_problem_of_that_entry(tmp_path: Path, name: str) -> None:
    write(tmp_path / "good.ipynb")
    write(tmp_path / f"{name}.ipynb")
    found = problems(tmp_path)
    assert found.pop("good") is None
    ((student, problem),) = found.items()
    assert problem == "bad_name"
    assert student.startswith("unnamed-")


def test_file_name_that_is_no_unicode_keeps_the_class_whole(tmp_path: Path) -> None:
    handins, runs = tmp_path / "handins", tmp_path / "runs"
    write(handins / "big5" / "\udca7@\udcb7~.ipynb")
    (handins / "link").mkdir()
    (handins / "link" / "\udca7.ipynb").symlink_to("/etc/passwd")
    (handins / "text.ipynb").write_text(
        '{"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [{"cell_type": "code",'
        ' "metadata": {"\\ud800": 1}, "source": {"\\ud800": 1}, "outputs": [], "execution_count": null}]}'
    )
    record_class(runs, find_submissions(handins))
    assert [one.problem for one in load_submissions(runs)] == [None, "not_a_notebook", "broken"]


def test_name_beside_which_no_longer_one_fits_is_refused(tmp_path: Path) -> None:
    write(tmp_path / f"{chr(0x20000) * 60}.ipynb")
    assert set(problems(tmp_path).values()) == {"bad_name"}


def test_notebook_that_would_fill_our_memory_is_broken() -> None:
    data = b'{"nbformat": 4, "nbformat_minor": 4, "cells": [], "metadata": {"x": [' + b"{}," * MOST_PARTS + b"{}]}}"
    with pytest.raises(FixableError, match="lists and dictionaries"):
        parse_notebook(data)


def test_people_come_from_the_table(tmp_path: Path) -> None:
    write(tmp_path / "b1.ipynb")
    write(tmp_path / "b3.ipynb")
    (tmp_path / "handins.csv").write_text(
        "\ufeffstudent,name,submitted_at\nb1,王小明,2026-12-01T12:00:00+08:00\nb2,Bob,\n", encoding="utf-8"
    )
    one, two, three = find_submissions(tmp_path)
    assert (one.name, one.problem) == ("王小明", None)
    assert one.submitted_at is not None
    assert one.submitted_at.isoformat() == "2026-12-01T12:00:00+08:00"
    assert (two.student, two.problem, two.name) == ("b2", "missing", "Bob")
    assert (three.student, three.problem, three.submitted_at) == ("b3", None, None)


def test_all_faults_of_the_table_are_named_at_once(tmp_path: Path) -> None:
    file = tmp_path / "handins.csv"
    file.write_text(
        "student,submitted_at,grade\nb1,yesterday,1\nb2,2026-12-01T12:00:00,1\nb2,,1\n../etc,,1\nb5,2026-12-01T12:00:00Z,1\n"
    )
    with pytest.raises(FixableError) as caught:
        load_people(tmp_path)
    faults = str(caught.value)
    assert len(caught.value.faults) == 5
    assert "unknown column 'grade'" in faults
    assert "line 2: submitted_at: 'yesterday'" in faults
    assert "line 3: submitted_at: '2026-12-01T12:00:00' has no time zone" in faults
    assert "line 4: student: 'b2' a second time" in faults
    assert "line 5: student: '../etc'" in faults


def test_table_without_students_is_refused(tmp_path: Path) -> None:
    (tmp_path / "handins.csv").write_text("id,name\n1,a\n")
    with pytest.raises(FixableError, match="no column 'student'"):
        find_submissions(tmp_path)


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FixableError, match="no such folder"):
        find_submissions(tmp_path / "nowhere")
