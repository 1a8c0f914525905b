"""What Canvas does to a choice between our package and its report, after its source (canvas-lms, read in 2026-11).

`choice_interaction.rb` and `html_helper.rb` (clear_html) make the text of an answer from its HTML;
`student_analysis.rb` (to_csv) joins the chosen ones, and `html_text_helper.rb` (html_to_text) has the last word.
"""

import re
from collections.abc import Sequence

from lxml import etree, html

LABEL = "{*}presentation/{*}response_lid/{*}render_choice/{*}response_label/{*}material/{*}mattext"


def import_texts(assessment: bytes) -> dict[str, list[str]]:
    """Return the answers' texts that Canvas keeps, by the title of the item."""
    items = etree.fromstring(assessment).iter("{*}item")
    return {item.get("title", ""): [import_text(one.text or "") for one in item.iterfind(LABEL)] for item in items}


def import_text(markup: str) -> str:
    """Return what `ChoiceInteraction#get_answers` keeps; where nothing is left, what Canvas says in its place."""
    return " ".join(clear_html(markup).split()) or "No answer text provided."


def clear_html(text: str) -> str:
    r"""Drop tags, take numbered entities for characters, drop the named ones, break lines at a typed `\r\n`."""
    without = re.sub(r"</?[^>\n]*>", "", text)
    numbered = re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), without, flags=re.ASCII)
    return re.sub(r"(?:\\r\\n)+", "\n", re.sub(r"&\w+;", "", numbered, flags=re.ASCII))


def write_cell(chosen: Sequence[str]) -> str:
    """Return the cell of a `multiple_answers_question`, of the chosen texts in their order."""
    joined = ",".join(text.replace(",", "\\,") for text in chosen)
    text = html.fragment_fromstring(joined, create_parent="div").text_content() if joined else ""
    return re.sub(r" +", " ", re.sub(r"\s+", " ", text)).strip()
