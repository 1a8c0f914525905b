"""Explorer: the attention explorer as a widget of a notebook. The script asks, Python answers, nothing is kept."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import anywidget
import traitlets

from assignment.explorer.functions import Functions, parse_functions
from assignment.explorer.look import LookError, look
from assignment.explorer.words import name_signs
from assignment.models.bert import Bert

Text = str | tuple[str, str]


@cache
def load_source(name: str) -> str:
    """Return the explorer's own script or style."""
    return (files("assignment.explorer") / name).read_text(encoding="utf-8")


def to_asked(text: Text) -> dict[str, Any]:
    """Return the question that shows a text, or a pair, without masks.

    >>> to_asked(("Who slept?", "Anna slept."))
    {'text': 'Who slept?', 'second': 'Anna slept.', 'masked': []}
    """
    first, second = (text, None) if isinstance(text, str) else text
    return {"text": first, "second": second, "masked": []}


class Explorer(anywidget.AnyWidget):
    """Shows where the heads of a BERT attend; `Explorer(load_bert(folder, "masked"), ["The cat sat."])`.

    sentences: to choose from, pairs of texts too; any other can be typed. functions: name -> (scores (layers, heads),
    chance), what the heads were measured to do. asked: the text and the masked places that the script asks for; seen:
    the answer, `look` of them, or the problem that it met.
    """

    _esm = load_source("explorer.js")
    _css = load_source("explorer.css")
    words = traitlets.Dict().tag(sync=True)
    sentences: "traitlets.List[Any]" = traitlets.List().tag(sync=True)
    functions = traitlets.Dict().tag(sync=True)
    asked = traitlets.Dict().tag(sync=True)
    seen = traitlets.Dict().tag(sync=True)

    def __init__(self, bert: Bert, sentences: Sequence[Text], functions: Functions | None = None) -> None:
        config = bert.model.config
        self._bert = bert
        asked = [to_asked(text) for text in sentences]
        super().__init__(
            words=name_signs(bert.tokenizer),
            sentences=[{name: one[name] for name in ("text", "second")} for one in asked],
            functions=parse_functions(functions, config.num_hidden_layers, config.num_attention_heads),
            asked=asked[0] if asked else to_asked(""),
        )

    @traitlets.observe("asked")
    def _answer(self, change: object) -> None:
        self.seen = answer(self._bert, self.asked)


def answer(bert: Bert, asked: dict[str, Any]) -> dict[str, Any]:
    """Return `look` of what is asked, or the problem that it met, as the script reads it."""
    try:
        return look(bert, str(asked["text"]), list(asked["masked"]), asked.get("second"))
    except LookError as error:
        return {"problem": {"word": error.word, "values": error.values}, "asked": asked}
