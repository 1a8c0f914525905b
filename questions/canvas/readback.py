"""Read a package of `package.py` back: the questions, their points and their key, as another program would.

`hw9 questions qti` does so with every package that it wrote, and compares.
"""

import io
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from assignment.assignment import Bilingual
from assignment.fixable import Fault, FixableError, show_value
from questions.bank import Bank
from questions.canvas.assessment import FILE_BASE, NAMESPACE, SCORING
from questions.canvas.package import ASSESSMENT_TYPE, CANVAS, CONTENT, MANIFEST_FILE, SETTINGS_FILE
from questions.key import Key

MOST_BYTES = 64 * 2**20  # of one file in a package
_IN = {"q": NAMESPACE, "c": CONTENT, "m": CANVAS}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class ReadQuestion:
    """One item: its texts, the paths of its pictures, its points, its choices by letter in order, the right ones.

    scoring: how New Quizzes is asked to score it.
    """

    id: str
    kind: str
    scoring: str
    points: Decimal
    ask: Bilingual
    given: tuple[Bilingual, ...]
    steps: tuple[Bilingual, ...]
    pictures: tuple[str, ...]
    choices: Mapping[str, Bilingual]
    right: frozenset[str]
    is_shuffled: bool


@dataclass(frozen=True)
class ReadPackage:
    """A package: the questions in order, the settings of quiz and column of the gradebook, the names of all files."""

    questions: tuple[ReadQuestion, ...]
    settings: Mapping[str, str]
    grade: Mapping[str, str]
    files: tuple[str, ...]


def parse_package(data: bytes, place: str) -> ReadPackage:
    """Return what a package holds; FixableError where it is none, or none of this form."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            manifest = _read(archive, MANIFEST_FILE)
            resource = manifest.find(f".//c:resource[@type='{ASSESSMENT_TYPE}']/c:file", _IN)
            if resource is None:
                raise ValueError(f"{MANIFEST_FILE} names no {ASSESSMENT_TYPE}")
            assessment = _read(archive, resource.get("href", ""))
            quiz = _read(archive, SETTINGS_FILE)
            questions = tuple(_parse_item(item) for item in assessment.iterfind(".//q:item", _IN))
            grade = _list_texts(quiz.iterfind("m:assignment//*", _IN))
            return ReadPackage(questions, _list_texts(quiz), grade, tuple(archive.namelist()))
    except (zipfile.BadZipFile, ET.ParseError, KeyError, ValueError, InvalidOperation) as error:
        reason = " ".join(str(error).split())[:200]
        raise FixableError(f"{place}: {reason}; expected a package that `hw9 questions qti` writes") from None


def find_differences(package: ReadPackage, bank: Bank, points: Mapping[str, Decimal], key: Key) -> Iterator[Fault]:
    """Yield what a package says differently from the bank and its key, each with its place."""
    found = {question.id: question for question in package.questions}
    if package.grade.get("post_manually") != "true":
        yield Fault(("package", "post_manually"), f"{show_value(package.grade.get('post_manually'))}; expected true")
    if tuple(found) != bank.ids:
        yield Fault(("package",), f"questions {', '.join(found) or 'none'}; expected {', '.join(bank.ids)}")
    for question in bank.questions:
        if question.id not in found:
            continue
        its, place = found[question.id], ("package", question.id)
        says = {letter: _plain(choice.say) for letter, choice in question.choices.items()}
        pairs = (
            ("points", its.points, points[question.id]),
            ("scoring", its.scoring, SCORING["scoring_algorithm"]),
            ("ask", its.ask, _plain(question.ask)),
            ("given", its.given, tuple(_plain(one.say) for one in question.given)),
            ("steps", its.steps, tuple(map(_plain, question.steps))),
            ("choices", dict(its.choices), says),
            ("key", its.right, key.letters[question.id]),
            ("pictures", tuple(path.rpartition("/")[2].partition(".")[0] for path in its.pictures),
             tuple(str(number) for number in question.pictures)),
        )  # fmt: skip
        yield from (Fault((*place, name), f"{show_value(a)}; expected {b}") for name, a, b in pairs if a != b)
        missing = [path for path in its.pictures if path not in package.files]
        yield from (Fault((*place, path), "not in the package; expected it") for path in missing)


def _plain(text: Bilingual) -> Bilingual:
    return Bilingual(en=text.en.strip().replace("`", ""), zh=text.zh.strip().replace("`", ""))


def _list_texts(elements: Iterable[ET.Element]) -> dict[str, str]:
    return {one.tag.removeprefix(f"{{{CANVAS}}}"): (one.text or "").strip() for one in elements}


def _read(archive: zipfile.ZipFile, name: str) -> ET.Element:
    if archive.getinfo(name).file_size > MOST_BYTES:
        raise ValueError(f"{name} has more than {MOST_BYTES} bytes")
    return ET.fromstring(archive.read(name))


def _parse_item(item: ET.Element) -> ReadQuestion:
    fields = {
        field.findtext("q:fieldlabel", "", _IN): field.findtext("q:fieldentry", "", _IN)
        for field in item.iterfind("q:itemmetadata/q:qtimetadata/q:qtimetadatafield", _IN)
    }
    stem = _parse_html(item.findtext("q:presentation/q:material/q:mattext", "", _IN))
    render = item.find("q:presentation/q:response_lid/q:render_choice", _IN)
    labels = [] if render is None else render.findall("q:response_label", _IN)
    letters = {label.get("ident", ""): _LETTERS[place] for place, label in enumerate(labels)}
    condition = item.find("q:resprocessing/q:respcondition/q:conditionvar/q:and", _IN)
    right = [] if condition is None else condition.findall("q:varequal", _IN)
    return ReadQuestion(
        id=item.get("title", ""),
        kind=fields.get("question_type", ""),
        scoring=fields.get("scoring_algorithm", ""),
        points=Decimal(fields.get("points_possible", "")),
        ask=_read_both(stem),
        given=_read_list(stem, "ul"),
        steps=_read_list(stem, "ol"),
        pictures=tuple(one.get("src", "").removeprefix(f"{FILE_BASE}/") for one in stem.iter("img")),
        choices={
            letters[label.get("ident", "")]: _read_both(
                _parse_html(label.findtext("q:material/q:mattext", "", _IN)),
            )
            for label in labels
        },
        right=frozenset(letters[one.text or ""] for one in right),
        is_shuffled=render is not None and render.get("shuffle") == "Yes",
    )


def _parse_html(html: str) -> ET.Element:
    return ET.fromstring(f"<div>{html}</div>")


def _read_both(html: ET.Element) -> Bilingual:
    found = {paragraph.get("lang"): "".join(paragraph.itertext()).strip() for paragraph in html.iter("p")}
    return Bilingual(en=found["en"], zh=found["zh-Hant"])


def _read_list(html: ET.Element, tag: str) -> tuple[Bilingual, ...]:
    """Return the items of the two lists of a kind, one in each language."""
    found = {one.get("lang"): ["".join(item.itertext()).strip() for item in one] for one in html.iter(tag)}
    pairs = zip(found.get("en", ()), found.get("zh-Hant", ()), strict=True)
    return tuple(Bilingual(en=en, zh=zh) for en, zh in pairs)
