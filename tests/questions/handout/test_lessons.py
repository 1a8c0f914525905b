"""The page of lessons gives every answer and reason, after the deadline alone."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from assignment.course import Course
from assignment.fixable import FixableError
from grader.commands.questions.lessons import write_lessons


def test_page_holds_every_reason_and_the_lesson(tiny: Course, tmp_path: Path) -> None:
    (tiny.bank / "lessons").mkdir()
    (tiny.bank / "lessons" / "lime.yaml").write_text('{en: "One <b> thing.\\n\\nTwo.", zh: 一件事。}', encoding="utf-8")
    write_lessons(file=tmp_path / "its.html", early=True, course=tiny)
    page = (tmp_path / "its.html").read_text(encoding="utf-8")
    assert page.count("Because it is measured.") == 20
    assert page.count("</span> <code>lime-") == 4
    assert "<p>One &lt;b&gt; thing.</p>" in page
    assert "<p>Two.</p>" in page
    assert 'class="verdict right">a right' in page
    assert 'class="verdict wrong">b wrong' in page


def test_before_the_deadline_it_is_for_staff_alone(tiny: Course, tmp_path: Path) -> None:
    before = tiny.assignment.deadline - timedelta(seconds=1)
    with pytest.raises(FixableError, match="gives the key away; expected a run after it, or --early"):
        write_lessons(file=tmp_path / "its.html", early=False, course=tiny, now=before)
    assert not (tmp_path / "its.html").exists()
    assert write_lessons(file=tmp_path / "its.html", early=False, course=tiny, now=tiny.assignment.deadline) == 0


def test_lesson_that_lacks_a_language_is_named(
    tiny: Course, run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    (tiny.bank / "lessons").mkdir()
    (tiny.bank / "lessons" / "lime.yaml").write_text("{en: One.}", encoding="utf-8")
    assert run("lessons", "x.html", "--early") == 1
    assert "lessons/lime.yaml: zh" in capsys.readouterr().err
