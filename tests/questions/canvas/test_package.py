"""The QTI package: valid by the public definition, the same bytes each time, and read back as it was."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from lxml import etree

from assignment.course import open_course
from assignment.fixable import FixableError
from assignment.late import LatePolicy
from grader.commands.main import main
from questions.bank import Bank, list_worth
from questions.canonical import load_canonicals
from questions.canvas.package import ASSESSMENT_FILE, MANIFEST_FILE, SETTINGS_FILE, list_times, to_package
from questions.canvas.readback import ReadPackage, find_differences, parse_package
from questions.key import Key, compute_key

pytestmark = pytest.mark.slow  # each uses what takes a second to make

DEFINITION = Path(__file__).with_name("qti") / "ims_qtiasiv1p2p1.dtd"
INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"


@pytest.fixture(scope="module")
def key(own: Bank) -> Key:
    return compute_key(own, load_canonicals(open_course()))


@pytest.fixture(scope="module")
def data(own: Bank, key: Key) -> bytes:
    return to_package(own, key, open_course())


@pytest.fixture(scope="module")
def package(data: bytes) -> ReadPackage:
    return parse_package(data, "quiz.zip")


def read(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return archive.read(name)


def find_definition_faults(assessment: bytes) -> list[str]:
    """Hold a document to the DTD, which knows neither namespaces nor where a schema is."""
    root = etree.fromstring(assessment)
    for element in root.iter():
        element.tag = etree.QName(element).localname
        for name in [name for name in element.attrib if name.startswith(INSTANCE)]:
            del element.attrib[name]
    etree.cleanup_namespaces(root)
    definition = etree.DTD(str(DEFINITION))
    definition.validate(etree.fromstring(etree.tostring(root)))
    return [entry.message for entry in definition.error_log]


def test_assessment_is_valid_by_the_public_definition_of_qti(data: bytes) -> None:
    assert find_definition_faults(read(data, ASSESSMENT_FILE)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"and>", b"all>"),
        (b' rcardinality="Multiple"', b' rcardinality="Several"'),
        (b' shuffle="Yes"', b' shuffle="true"'),
        (b' ident="root_section"', b""),
        (b"<respcondition ", b"<outcomes /><respcondition "),
    ],
)
def test_definition_refuses_what_is_not_qti(data: bytes, old: bytes, new: bytes) -> None:
    assert find_definition_faults(read(data, ASSESSMENT_FILE).replace(old, new))


def test_every_question_is_read_back_with_texts_points_and_key(own: Bank, key: Key, package: ReadPackage) -> None:
    assert len(package.questions) == 30
    assert list(find_differences(package, own, list_worth(own, open_course().assignment), key)) == []
    for question, its in zip(own.questions, package.questions, strict=True):
        assert (its.id, its.kind, its.is_shuffled) == (question.id, "multiple_answers_question", True)
        assert its.right == key.letters[question.id]
        assert its.choices["a"].zh == question.choices["a"].say.zh.strip().replace("`", "")  # marked as code
    assert sum((question.points for question in package.questions), Decimal(0)) == 10
    assert [str(question.points) for question in package.questions] == ["0.3"] * 20 + ["0.4"] * 10


def test_difference_is_found_and_named(own: Bank, key: Key, package: ReadPackage) -> None:
    points = list_worth(own, open_course().assignment)
    first = package.questions[0]
    changed = replace(first, right=frozenset("z"), points=Decimal(1), pictures=("gone.png",))
    found = list(find_differences(replace(package, questions=(changed, *package.questions[2:])), own, points, key))
    assert [fault.is_in("package", "lime-1") for fault in found] == [False] + [True] * 4
    assert "lime-1, lime-3" in found[0].says
    assert str(found[-1]) == "package: lime-1: gone.png: not in the package; expected it"


def test_wrong_choices_stand_under_not_and_right_ones_do_not(data: bytes, own: Bank, key: Key) -> None:
    text = re.sub(r"\s+", "", read(data, ASSESSMENT_FILE).decode())
    conditions = re.findall(r"<conditionvar><and>(.*?)</and></conditionvar>", text)
    assert len(conditions) == 30
    for question, condition in zip(own.questions, conditions, strict=True):
        wrong = re.findall(r"<not><varequalrespident=\"response1\">(\d+)</varequal></not>", condition)
        assert len(wrong) == len(question.choices) - len(key.letters[question.id])
        assert condition.count("<varequal") == len(question.choices)


def test_settings_are_those_of_a_graded_quiz_that_closes_with_the_deadline(package: ReadPackage) -> None:
    wanted = {
        "quiz_type": "assignment",
        "shuffle_answers": "true",
        "show_correct_answers": "false",
        "hide_results": "always",
        "allowed_attempts": "1",
        "points_possible": "10.0",
        "due_at": "2027-05-28T15:59:59",
        "lock_at": "2027-05-28T15:59:59",
    }
    assert {name: package.settings[name] for name in wanted} == wanted
    assert {package.grade[name] for name in ("due_at", "lock_at")} == {"2027-05-28T15:59:59"}


def test_grades_are_posted_manually_in_the_form_that_canvas_and_text2qti_write(data: bytes) -> None:
    meta = etree.fromstring(read(data, SETTINGS_FILE))
    policies = meta.findall("{*}assignment/{*}post_policy/{*}post_manually")
    assert [one.text for one in policies] == ["true"]
    assert len(list(meta.iter("{*}post_policy"))) == 1


def test_package_without_manual_posting_is_told(own: Bank, key: Key, package: ReadPackage) -> None:
    points = list_worth(own, open_course().assignment)
    for grade in ({}, {"post_manually": "false"}):
        found = list(find_differences(replace(package, grade=grade), own, points, key))
        assert [fault.place for fault in found] == [("package", "post_manually")]


def test_quiz_stays_open_for_its_grace_and_for_late_hand_ins() -> None:
    assignment = open_course().assignment
    late = LatePolicy(grace_seconds=600, points_per_day=None, fractions=False)
    assert list_times(assignment.model_copy(update={"late": late}))["lock_at"] == "2027-05-28T16:09:59"
    late = LatePolicy(grace_seconds=600, points_per_day=Decimal("0.5"), fractions=False)
    assert list(list_times(assignment.model_copy(update={"late": late}))) == ["due_at"]


def test_every_item_asks_new_quizzes_for_all_or_nothing(package: ReadPackage) -> None:
    assert [question.scoring for question in package.questions] == ["AllOrNothing"] * 30


def test_manifest_names_every_file_and_each_is_there(data: bytes, package: ReadPackage) -> None:
    root = etree.fromstring(read(data, MANIFEST_FILE))
    named = {one.get("href") for one in root.iter("{*}file")}
    assert named == set(package.files) - {MANIFEST_FILE}
    assert {ASSESSMENT_FILE, SETTINGS_FILE} < named
    idents = [one.get("identifier") for one in root.iter("{*}resource")]
    assert len(set(idents)) == len(idents)
    assert {one.get("identifierref") for one in root.iter("{*}dependency")} <= set(idents)


def test_pictures_are_referenced_as_canvas_does_and_lie_in_the_package(data: bytes, package: ReadPackage) -> None:
    sources = re.findall(r'img src="([^"]+)"', read(data, ASSESSMENT_FILE).decode().replace("&lt;", "<"))
    assert sources
    assert all(source.startswith("$IMS-CC-FILEBASE$/hw9-pictures/") for source in sources)
    assert {source.partition("/")[2] for source in sources} <= set(package.files)


def test_same_questions_give_the_same_bytes(data: bytes, own: Bank, key: Key) -> None:
    assert to_package(own, key, open_course()) == data
    with zipfile.ZipFile(BytesIO(data)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_package_tells_no_reason(data: bytes, own: Bank) -> None:
    text = read(data, ASSESSMENT_FILE).decode()
    whys = [why for one in own.questions for choice in one.choices.values() for why in (choice.why.en, choice.why.zh)]
    assert not [why for why in whys if why.strip() in text]


def cut(data: bytes) -> Iterator[tuple[str, bytes]]:
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name)[:500] if name == ASSESSMENT_FILE else old.read(name))
    yield "quiz.zip", stream.getvalue()
    yield "quiz.zip", data[:1000]
    yield "quiz.zip", b"PK"


def test_what_is_no_package_is_said_in_one_line(data: bytes) -> None:
    for place, broken in cut(data):
        with pytest.raises(FixableError, match=r"^quiz\.zip: .*; expected a package that `hw9 questions qti` writes$"):
            parse_package(broken, place)


def test_verb_writes_the_package_and_says_whom_it_is_for(
    tmp_path: Path, data: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["questions", "qti", str(tmp_path / "new" / "quiz.zip")]) == 0
    out = capsys.readouterr().out
    assert "30 questions, 10.0 points, read back the same" in out
    assert "for staff only" in out
    assert "partial credit" in out
    assert (tmp_path / "new" / "quiz.zip").read_bytes() == data


def test_package_has_a_name_that_canvas_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["questions", "qti", str(tmp_path / "quiz.txt")]) == 1
    assert "quiz.txt: expected a name that ends in .zip" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
