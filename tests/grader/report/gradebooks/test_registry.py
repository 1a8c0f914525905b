"""A format is one module, and takes an export where it needs one."""

from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.report import gradebooks
from grader.report.gradebooks.registry import load_formats
from grader.report.gradebooks.write import load_export


def test_another_format_joins_by_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "blackboard.py").write_text(
        "from grader.report.gradebooks.format import Exported, Filled, Format\n"
        "def fill(results, known, exported):\n    return Filled(b'', 0)\n"
        "FORMAT = Format('Blackboard', (), 'nothing', needs_export=False, fill=fill)\n"
    )
    monkeypatch.setattr(gradebooks, "__path__", [*gradebooks.__path__, str(tmp_path)])
    assert sorted(load_formats()) == ["blackboard", "canvas", "moodle", "ntucool"]


def test_export_is_needed_where_it_is_filled_and_a_column_is_one_of_it() -> None:
    formats = load_formats()
    with pytest.raises(FixableError, match="--exported: which file of Canvas is to be filled; expected a gradebook"):
        load_export(formats["canvas"], None, None)
    with pytest.raises(FixableError, match="--column: one of a file; expected --exported FILE"):
        load_export(formats["moodle"], None, "x")
    assert load_export(formats["moodle"], None, None) is None
