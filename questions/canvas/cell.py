r"""One cell of a quiz's responses: which choices of a question it names.

Canvas writes the texts of the chosen choices, their HTML taken out, one after another with commas between them; a
comma within a text is written `\,`. A text is known here by its letters alone, whatever became of its spaces, line
ends, HTML and entities on the way; so a cell is read as texts that are known, one after another, and not cut at commas.

Canvas's importer (`clear_html`) takes entities out of a choice with its tags: `<`, `>` and `&` never come back, and
`\r\n` typed as four characters comes back as the end of a line. These and backslashes are compared on neither side;
`apart.py` checks that the choices of a question stay apart without them.
"""

import html
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assignment.assignment import Bilingual
from assignment.fixable import show_value
from questions.question import Question
from questions.sheet import Answer

MOST_CHARACTERS = 20_000  # of a cell
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_HUGE = re.compile(r"&#[0-9]{8,}")  # no character, and too long for Python to take for a number
_LOST = re.compile(r"[<>&\\]")
_LINE_ENDS = re.compile(r"(?:\\r\\n)+")  # typed as characters
_UNSEEN = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad`]")

Forms = Mapping[str, tuple[str, ...]]  # letter -> how its text may stand in a cell


@dataclass(frozen=True)
class _Match:
    letters: frozenset[str]
    end: int  # how far the cell was read


def plain(text: str) -> str:
    r"""Return what identifies a text: no HTML, no entities, nothing that Canvas loses, no spaces.

    >>> plain("<p>In picture&nbsp;7\\, more</p>\n<p>than 5&lt;6</p>")
    'Inpicture7,morethan56'
    """
    return _drop_lost(html.unescape(_HUGE.sub("\ufffd", _TAG.sub(" ", text))))


def list_versions(text: str) -> tuple[str, str]:
    r"""Return what else may be left of a text of ours, which is no HTML whatever it looks like.

    >>> plain(r"x<y>z & \r\n &amp;T"), list_versions(r"x<y>z & \r\n &amp;T")
    ('xzrnT', ('xyzrnamp;T', 'xyzamp;T'))
    """
    return _drop_lost(text), _drop_lost(_LINE_ENDS.sub("", text))


def _drop_lost(text: str) -> str:
    kept = unicodedata.normalize("NFC", _UNSEEN.sub("", _LOST.sub("", text)))
    return "".join(kept.split())


def list_forms(question: Question) -> Forms:
    """Return each choice's text as it may stand in a cell, in each version: both languages, or one of them."""
    says = {letter: choice.say for letter, choice in question.choices.items()}
    texts = {
        letter: ((plain(say.en), plain(say.zh)), *zip(list_versions(say.en), list_versions(say.zh), strict=True))
        for letter, say in says.items()
    }
    return {letter: tuple(form for en, zh in its for form in (en + zh, en, zh)) for letter, its in texts.items()}


def parse_answer(cell: str, forms: Forms, place: str) -> Answer:
    r"""Return the choices that a cell names; unreadable, with a reason that names place and value, where text is left.

    >>> forms = {"a": ("Red,green",), "b": ("Blue",)}
    >>> sorted(parse_answer("Blue,Red\\, green", forms, "row 2").letters), parse_answer("", forms, "row 2").state
    (['a', 'b'], 'blank')
    >>> parse_answer("Blue,Yellow", forms, "row 2").reason.en
    "row 2: 'Yellow'; expected choices of this question"
    """
    if len(cell) > MOST_CHARACTERS:
        en = f"{len(cell)} characters; expected at most {MOST_CHARACTERS}"
        return _refuse(place, en, f"{len(cell)} 個字元；最多應為 {MOST_CHARACTERS} 個")
    text = plain(cell)
    if not text and not _LOST.search(html.unescape(_TAG.sub(" ", cell))):
        return Answer("blank")
    readings = tuple(_read(text, forms, _Match(frozenset(), 0)))
    whole = {reading.letters for reading in readings if reading.end == len(text)}
    if len(whole) == 1:
        return Answer("read", next(iter(whole)))
    if whole:
        named = ["".join(sorted(letters)) for letters in sorted(whole, key=sorted)]
        en = f"may be {' or '.join(named)}; expected texts that tell the choices apart"
        return _refuse(place, en, f"可能是 {' 或 '.join(named)}；應為能區分各選項的文字")
    left = text[max((reading.end for reading in readings), default=0) :].strip(",")
    shown = show_value(left or cell.strip())
    return _refuse(place, f"{shown}; expected choices of this question", f"{shown}；應為本題的選項")


def _refuse(place: str, en: str, zh: str) -> Answer:
    return Answer("unreadable", reason=Bilingual(en=f"{place}: {en}", zh=f"{place}：{zh}"))


def _read(text: str, forms: Forms, before: _Match) -> Iterator[_Match]:
    """Yield every way to go on reading known texts, each once, commas between them."""
    for letter in forms.keys() - before.letters:
        for form in dict.fromkeys(forms[letter]):
            end = before.end + len(form)
            if form and text.startswith(form, before.end) and (end == len(text) or text[end] == ","):
                reading = _Match(before.letters | {letter}, end)
                yield reading
                yield from _read(text, forms, _Match(reading.letters, end + 1))
