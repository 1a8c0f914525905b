"""The content package around the assessment XML: a zip file that Canvas takes under Import Course Content, QTI .zip.

    imsmanifest.xml                        what the package holds, and which course it is of
    hw9-quiz/hw9-quiz.xml                  the questions and the KEY: for staff only (`assessment.py`)
    hw9-quiz/assessment_meta.xml           Canvas's settings of the quiz
    hw9-pictures/<number>.png              the pictures that questions name

Files are stored with one date and without compression: the same questions, key and pictures give the same bytes.

Canvas's own points give partial credit, and `hide_results` hides what a student chose, not them. So the package asks
for manual posting (`post_policy`): students see no points before somebody posts the column. It closes with the deadline
and its grace (`lock_at`), unless late hand-ins are accepted.
"""

import io
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Mapping
from datetime import UTC, timedelta
from decimal import Decimal

from assignment.assignment import Assignment
from assignment.course import Course, CourseMark
from questions.bank import Bank, list_worth
from questions.canvas.assessment import INSTANCE, PICTURE_FOLDER, to_assessment, to_bytes
from questions.handout.page import RULE, load_pictures
from questions.key import Key

QUIZ = "hw9-quiz"
MANIFEST_FILE = "imsmanifest.xml"
ASSESSMENT_FILE = f"{QUIZ}/{QUIZ}.xml"
SETTINGS_FILE = f"{QUIZ}/assessment_meta.xml"
CANVAS = "http://canvas.instructure.com/xsd/cccv1p0"
CONTENT = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
SETTINGS_TYPE = "associatedcontent/imscc_xmlv1p1/learning-application-resource"
ASSESSMENT_TYPE = "imsqti_xmlv1p2"


def to_package(bank: Bank, key: Key, course: Course) -> bytes:
    """Return the package as the bytes of a zip file; FixableError where a picture is not what the manifest says."""
    assignment, pictures = course.assignment, load_pictures(bank, course.profile)
    points = list_worth(bank, assignment)
    paths = {f"{PICTURE_FOLDER}/{one.file}": one.data for one in pictures.values()}
    files = {
        MANIFEST_FILE: _to_manifest(tuple(paths), course.mark),
        ASSESSMENT_FILE: to_assessment(assignment.title, QUIZ, bank.questions, points, key, pictures),
        SETTINGS_FILE: _to_settings(assignment, sum(points.values(), Decimal("0.0"))),
        **paths,
    }
    return _to_zip(files)


def _to_manifest(pictures: tuple[str, ...], mark: CourseMark) -> bytes:
    location = f"{CONTENT} http://www.imsglobal.org/xsd/imscp_v1p1.xsd"
    root = ET.Element(
        "manifest",
        {
            "identifier": f"hw9-{mark.name}-{mark.digest}",
            "xmlns": CONTENT,
            "xmlns:xsi": INSTANCE,
            "xsi:schemaLocation": location,
        },
    )
    metadata = ET.SubElement(root, "metadata")
    ET.SubElement(metadata, "schema").text = "IMS Content"
    ET.SubElement(metadata, "schemaversion").text = "1.1.3"
    ET.SubElement(root, "organizations")
    resources = ET.SubElement(root, "resources")
    quiz = ET.SubElement(resources, "resource", {"identifier": QUIZ, "type": ASSESSMENT_TYPE})
    ET.SubElement(quiz, "file", {"href": ASSESSMENT_FILE})
    ET.SubElement(quiz, "dependency", {"identifierref": f"{QUIZ}-settings"})
    _add_resource(resources, f"{QUIZ}-settings", SETTINGS_TYPE, SETTINGS_FILE)
    for path in pictures:
        _add_resource(resources, "hw9-picture-" + path.rpartition("/")[2].partition(".")[0], "webcontent", path)
    return to_bytes(root)


def _add_resource(resources: ET.Element, ident: str, kind: str, path: str) -> None:
    resource = ET.SubElement(resources, "resource", {"identifier": ident, "type": kind, "href": path})
    ET.SubElement(resource, "file", {"href": path})


def _to_settings(assignment: Assignment, points: Decimal) -> bytes:
    root = ET.Element(
        "quiz",
        {
            "identifier": QUIZ,
            "xmlns": CANVAS,
            "xmlns:xsi": INSTANCE,
            "xsi:schemaLocation": f"{CANVAS} https://canvas.instructure.com/xsd/cccv1p0.xsd",
        },
    )
    title = f"{assignment.title.en} {assignment.title.zh}"
    times = list_times(assignment)
    _add_texts(
        root,
        {
            "title": title,
            "description": f"<p>{RULE.en}</p><p>{RULE.zh}</p>",
            **times,
            "shuffle_answers": "true",
            "scoring_policy": "keep_latest",
            "hide_results": "always",
            "quiz_type": "assignment",
            "points_possible": str(points),
            "show_correct_answers": "false",
            "anonymous_submissions": "false",
            "could_be_locked": "false",
            "allowed_attempts": "1",
            "one_question_at_a_time": "false",
            "cant_go_back": "false",
            "available": "false",
            "one_time_results": "false",
            "show_correct_answers_last_attempt": "false",
            "only_visible_to_overrides": "false",
            "module_locked": "false",
        },
    )
    grade = ET.SubElement(root, "assignment", {"identifier": f"{QUIZ}-assignment"})
    _add_texts(
        grade,
        {
            "title": title,
            **times,
            "workflow_state": "unpublished",
            "quiz_identifierref": QUIZ,
            "points_possible": str(points),
            "grading_type": "points",
            "submission_types": "online_quiz",
        },
    )
    _add_texts(ET.SubElement(grade, "post_policy"), {"post_manually": "true"})
    return to_bytes(root)


def list_times(assignment: Assignment) -> dict[str, str]:
    """Return when the quiz is due and, unless late hand-ins are accepted, when it closes; in UTC, as Canvas has it."""
    times = {"due_at": assignment.deadline}
    if assignment.late.points_per_day is None:
        times["lock_at"] = assignment.deadline + timedelta(seconds=assignment.late.grace_seconds)
    return {name: moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") for name, moment in times.items()}


def _add_texts(parent: ET.Element, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        ET.SubElement(parent, name).text = text


def _to_zip(files: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name)  # 1 January 1980
            entry.create_system = 3  # whatever the machine is
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return stream.getvalue()
