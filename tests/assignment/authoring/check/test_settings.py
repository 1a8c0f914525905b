"""Settings are read whole, and every number in them that names a picture, a category or a file is one of the course."""

from pathlib import Path

import pytest
import yaml

from assignment.assignment import ASSIGNMENT_FILE, Assignment
from assignment.authoring.check.section import Author
from assignment.authoring.check.settings import check_experiments, check_settings
from assignment.fixable import parse_as


def parse(changes: str) -> Assignment:
    data = yaml.safe_load(ASSIGNMENT_FILE.read_text(encoding="utf-8"))
    for line in changes.splitlines():
        *path, last = (place := line.partition("="))[0].split(".")
        its = data["analyses"]
        for name in path:
            its = its[name]
        its[last] = yaml.safe_load(place[2])
    return parse_as(Assignment, data)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ("", []),
        ("filters.shown=[0, 5]", ["filters: shown: picture 5; expected 0 to 4"]),
        ("filters.official.start=7", ["filters: official: start: picture 7; expected 0 to 4"]),
        ("integrated_gradients.baselines={cake: {picture: 9}}", ["baselines: cake: picture 9; expected 0 to 4"]),
        ("integrated_gradients.baselines={cake: {file: c.png}}", ["baselines: cake: file 'c.png'; expected an asset"]),
        ("saliency.official.label=11", ["saliency: official: label: 11; expected 0 to 10"]),
        ("smoothgrad.experiments={last: {label: 12}}", ["smoothgrad: experiments: last: label: 12; expected 0 to 10"]),
    ],
)
def test_number_that_the_course_does_not_have_is_named(changes: str, says: list[str]) -> None:
    assignment = parse(f"filters.experiments={{}}\nfilters.shown=[0]\n{changes}".strip())
    section = check_experiments(assignment, Path("course.yaml"), 5, {"a.png"}, Author(None))
    found = [str(flaw.fault) for flaw in section.flaws]
    assert len(found) == len(says)
    assert all(text in one for text, one in zip(says, found, strict=True))


def test_settings_of_another_version_are_not_read_further(tmp_path: Path) -> None:
    (tmp_path / "course.yaml").write_text("version: 2\ntitel: x\n", encoding="utf-8")
    section, assignment = check_settings(tmp_path / "course.yaml", Author(tmp_path))
    assert assignment is None
    assert [flaw.says for flaw in section.flaws] == ["2; expected 1, the version of courses that this hw9 reads"]


def test_text_in_one_language_is_refused_with_how_two_are_written(tmp_path: Path) -> None:
    settings = ASSIGNMENT_FILE.read_text(encoding="utf-8").replace("{en: Bread, zh: 麵包}", "Bread")
    (tmp_path / "course.yaml").write_text(f"version: 1\n{settings}", encoding="utf-8")
    section, _ = check_settings(tmp_path / "course.yaml", Author(tmp_path))
    (flaw,) = section.flaws
    assert flaw.place[1:] == ("categories", "0")
    assert flaw.says == "'Bread'; expected both languages, {en: ..., zh: ...}"
