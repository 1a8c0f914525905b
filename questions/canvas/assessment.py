"""The questions as QTI 1.2.1: the assessment XML that Canvas imports as `multiple_answers_question` items.

An item is right where every right choice is chosen and no wrong one; the choices are shown in a random order, without
letters. The id of the question stands in its stem, so that `responses.py` finds its column again.

    questestinterop > assessment > section > item > itemmetadata, presentation, resprocessing

It holds the key. Canvas's classic quizzes give partial credit for such items, which the rule of this homework does not:
the points are those of `hw9 score --responses`. For New Quizzes each item asks for all or nothing (SCORING): a field
that the parser which Canvas published reads, and that classic quizzes pass over.
"""

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from decimal import Decimal

from assignment.assignment import Bilingual
from questions.handout.environment import mark_code
from questions.handout.page import PictureFile
from questions.key import Key
from questions.question import Question

NAMESPACE = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
SCHEMA = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2p1.xsd"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
FILE_BASE = "$IMS-CC-FILEBASE$"  # what Canvas puts the course's files in place of
PICTURE_FOLDER = "hw9-pictures"
RESPONSE = "response1"
SCORING = {"scoring_algorithm": "AllOrNothing"}
SIDE = 220  # pixels that a picture is shown with


def to_assessment(
    title: Bilingual,
    ident: str,
    questions: tuple[Question, ...],
    points: Mapping[str, Decimal],
    key: Key,
    pictures: Mapping[int, PictureFile],
) -> bytes:
    """Return the assessment XML of the questions, in their order; the same questions and key give the same bytes."""
    root = ET.Element(
        "questestinterop",
        {"xmlns": NAMESPACE, "xmlns:xsi": INSTANCE, "xsi:schemaLocation": f"{NAMESPACE} {SCHEMA}"},
    )
    assessment = ET.SubElement(root, "assessment", {"ident": ident, "title": f"{title.en} {title.zh}"})
    _add_fields(assessment, {"cc_maxattempts": "1"})
    section = ET.SubElement(assessment, "section", {"ident": "root_section"})
    for question in questions:
        _add_item(section, question, points[question.id], key.letters[question.id], pictures)
    return to_bytes(root)


def to_bytes(root: ET.Element) -> bytes:
    """Return an XML document, indented, in UTF-8."""
    ET.indent(root)
    data: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return data + b"\n"


def number_choices(question: Question) -> dict[str, str]:
    """Return the number that stands for each choice in the package: Canvas keeps numbers only."""
    return {letter: str(question.number * 10 + place) for place, letter in enumerate(question.choices, start=1)}


def to_item_id(question_id: str) -> str:
    """Return the identifier of a question's item.

    >>> to_item_id("lime-1")
    'hw9-lime-1'
    """
    return f"hw9-{question_id}"


def _add_item(
    section: ET.Element,
    question: Question,
    points: Decimal,
    right: frozenset[str],
    pictures: Mapping[int, PictureFile],
) -> None:
    ids = number_choices(question)
    item = ET.SubElement(section, "item", {"ident": to_item_id(question.id), "title": question.id})
    fields = {
        "question_type": "multiple_answers_question",
        "points_possible": str(points),
        "original_answer_ids": ",".join(ids.values()),
        **SCORING,
    }
    _add_fields(ET.SubElement(item, "itemmetadata"), fields)
    presentation = ET.SubElement(item, "presentation")
    _add_html(presentation, _write_stem(question, points, pictures))
    response = ET.SubElement(presentation, "response_lid", {"ident": RESPONSE, "rcardinality": "Multiple"})
    render = ET.SubElement(response, "render_choice", {"shuffle": "Yes"})
    for letter, choice in question.choices.items():
        _add_html(ET.SubElement(render, "response_label", {"ident": ids[letter]}), _write_both(choice.say))
    _add_processing(item, {ids[letter]: letter in right for letter in question.choices})


def _add_processing(item: ET.Element, choices: Mapping[str, bool]) -> None:
    processing = ET.SubElement(item, "resprocessing")
    score = {"maxvalue": "100", "minvalue": "0", "varname": "SCORE", "vartype": "Decimal"}
    ET.SubElement(ET.SubElement(processing, "outcomes"), "decvar", score)
    condition = ET.SubElement(processing, "respcondition", {"continue": "No"})
    both = ET.SubElement(ET.SubElement(condition, "conditionvar"), "and")
    for ident, is_right in choices.items():
        parent = both if is_right else ET.SubElement(both, "not")
        ET.SubElement(parent, "varequal", {"respident": RESPONSE}).text = ident
    ET.SubElement(condition, "setvar", {"action": "Set", "varname": "SCORE"}).text = "100"


def _add_fields(parent: ET.Element, fields: Mapping[str, str]) -> None:
    metadata = ET.SubElement(parent, "qtimetadata")
    for label, entry in fields.items():
        field = ET.SubElement(metadata, "qtimetadatafield")
        ET.SubElement(field, "fieldlabel").text = label
        ET.SubElement(field, "fieldentry").text = entry


def _add_html(parent: ET.Element, html: str) -> None:
    text = ET.SubElement(ET.SubElement(parent, "material"), "mattext", {"texttype": "text/html"})
    text.text = html


def _write_both(text: Bilingual) -> str:
    return f'<p lang="en">{mark_code(text.en)}</p><p lang="zh-Hant">{mark_code(text.zh)}</p>'


def _write_stem(question: Question, points: Decimal, pictures: Mapping[int, PictureFile]) -> str:
    head = f"<p><strong>{question.number} · {question.id}</strong> · {points} points 分</p>"
    cells = [
        f'<td><img src="{FILE_BASE}/{PICTURE_FOLDER}/{one.file}" alt="{mark_code(one.description)}" width="{SIDE}" />'
        f"<br />{one.caption.en} {one.caption.zh}</td>"
        for one in (pictures[number] for number in question.pictures)
    ]
    table = f"<table><tbody><tr>{''.join(cells)}</tr></tbody></table>" if cells else ""
    stem = "".join(_write_stem_text(question, *languages) for languages in (("en", "en"), ("zh", "zh-Hant")))
    return f"{head}{stem}{table}"


def _write_stem_text(question: Question, language: str, code: str) -> str:
    """Return what is asked as a paragraph, what is given and what to do as lists, in one language."""
    parts = [f'<p lang="{code}">{mark_code(getattr(question.ask, language))}</p>']
    for tag, texts in (("ul", [one.say for one in question.given]), ("ol", question.steps)):
        if texts:
            items = "".join(f"<li>{mark_code(getattr(one, language))}</li>" for one in texts)
            parts.append(f'<{tag} lang="{code}">{items}</{tag}>')
    return "".join(parts)
