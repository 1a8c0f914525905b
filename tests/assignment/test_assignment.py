"""The assignment file: its points add up, its deadline has a time zone, and its faults are named."""

import json
from pathlib import Path

import pytest

from assignment.arrays import GROUPS
from assignment.assignment import ASSIGNMENT_FILE, Bilingual, Hosted, load_assignment
from assignment.course import open_course
from assignment.fixable import FixableError, parse_as


def test_thirty_questions_give_exactly_ten_points() -> None:
    groups = open_course().assignment.questions
    assert [*groups] == [group for group in GROUPS if group not in ("pictures", "texts")]
    assert sum(group.count for group in groups.values()) == 30
    assert str(sum(group.count * group.points for group in groups.values())) == "10.0"


def test_deadline_without_a_time_zone_and_other_faults_are_named_at_once(tmp_path: Path) -> None:
    text = ASSIGNMENT_FILE.read_text(encoding="utf-8")
    path = tmp_path / "assignment.yaml"
    path.write_text(text.replace("+08:00", "").replace("cell_seconds: 180", "cell_seconds: soon"), encoding="utf-8")
    with pytest.raises(FixableError) as caught:
        load_assignment(path)
    assert len(caught.value.faults) == 2
    assert caught.value.faults[0].place == (str(path), "deadline")
    assert "limits: cell_seconds: 'soon'" in str(caught.value.faults[1])


def test_setting_that_says_whose_answers_are_graded_is_one_of_two_words(tmp_path: Path) -> None:
    text = ASSIGNMENT_FILE.read_text(encoding="utf-8")
    path = tmp_path / "assignment.yaml"
    path.write_text(text.replace("answers: notebook", "answers: both"), encoding="utf-8")
    with pytest.raises(FixableError, match=r"answers: 'both'; expected .*quiz.*notebook"):
        load_assignment(path)
    quiz = tmp_path / "quiz.yaml"
    quiz.write_text(text.replace("answers: notebook", "answers: quiz"), encoding="utf-8")
    assert load_assignment(quiz).graded.en.startswith("The answers that you give in the course system's quiz are")


def test_broken_yaml_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "assignment.yaml"
    path.write_text("title: {en: a\nzh: [b\n", encoding="utf-8")
    with pytest.raises(FixableError, match="line"):
        load_assignment(path)


def test_one_text_for_two_languages_is_refused_with_the_form_that_is_wanted() -> None:
    with pytest.raises(FixableError, match=r"shows: 'bread'; expected both languages, {en: ..., zh: ...}"):
        parse_as(Bilingual, "bread", "shows")


def test_folded_chinese_lines_are_joined_without_a_space() -> None:
    text = Bilingual(en="a b", zh="旁邊 有沙拉， 圖 7 和 CNN 的判斷").zh
    assert text == "旁邊有沙拉，圖 7 和 CNN 的判斷"


def test_no_course_lets_a_group_of_outputs_grow_beyond_what_a_grader_can_unpack(tmp_path: Path) -> None:
    text = ASSIGNMENT_FILE.read_text(encoding="utf-8")
    path = tmp_path / "assignment.yaml"
    path.write_text(text.replace("group_mib: 64 ", "group_mib: 1025 "), encoding="utf-8")
    with pytest.raises(FixableError, match=r"limits: group_mib: 1025; expected less than or equal to 1024"):
        load_assignment(path)
    path.write_text(text.replace("group_mib: 64 ", "group_mib: 300 "), encoding="utf-8")
    assert load_assignment(path).limits.group_bytes == 300 * 2**20


def load_hosted(tmp_path: Path, address: str) -> Hosted | None:
    path = tmp_path / "assignment.yaml"
    hosted = f"hosted: {{address: {json.dumps(address)}}}\n"
    path.write_text(ASSIGNMENT_FILE.read_text(encoding="utf-8") + hosted, encoding="utf-8")
    return load_assignment(path).hosted


@pytest.mark.parametrize(
    "address", ["https://example.org/hw9.zip?raw=1", "http://localhost:8000/a.zip", "http://127.0.0.1:80/~ta/a%20b.zip"]
)
def test_address_of_a_hosted_bundle_is_taken(tmp_path: Path, address: str) -> None:
    hosted = load_hosted(tmp_path, address)
    assert hosted is not None
    assert (hosted.address, hosted.models) == (address, "lock")
    assert open_course().assignment.hosted is None


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/a.zip",  # whoever sits between could send anything; the digest would only say so later
        "https://me:secret@example.org/a.zip",
        "https://example.org/a.zip)",  # would end a link
        'https://example.org/"a.zip',  # would end a string of Python
        "https://example.org/a b.zip",
        "https://example.org",
        "file:///share/a.zip",
        "",
    ],
)
def test_address_that_no_student_should_be_given_is_refused(tmp_path: Path, address: str) -> None:
    with pytest.raises(FixableError, match=r"hosted: address: .*expected an address such as https://example\.org/"):
        load_hosted(tmp_path, address)
