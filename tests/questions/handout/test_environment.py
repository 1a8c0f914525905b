"""Templates escape what is put in, take our own files as they are, and fail on a name that is not there."""

import pytest
from jinja2 import UndefinedError

from questions.handout.environment import load_environment, load_own

PACKAGE = "questions.handout"


def test_text_is_escaped_and_our_own_style_is_not() -> None:
    template = load_environment(PACKAGE).from_string("{{ text }}{{ own('handout.css') }}")
    assert template.render(text="<b>") == "&lt;b&gt;" + load_own(PACKAGE, "handout.css")


def test_nothing_in_a_text_acts_on_a_page() -> None:
    text = "a\x1b[2J\u202eb\n`c\u2066`"
    template = load_environment(PACKAGE).from_string("<p title='{{ text }}'>{{ code(text) }}")
    shown = r"a\x1b[2J\u202eb" + "\n"
    assert template.render(text=text) == rf"<p title='{shown}`c\u2066`'>{shown}<code>c\u2066</code>"


def test_name_that_is_not_there_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="page"):
        load_environment(PACKAGE).from_string("{{ page.title }}").render()


def test_packages_have_templates_of_their_own() -> None:
    names = {package: load_environment(package).list_templates() for package in (PACKAGE, "grader.report")}
    assert "handout.html.j2" in names[PACKAGE]
    assert "student.html.j2" in names["grader.report"]
    assert not set(names[PACKAGE]) & set(names["grader.report"])
