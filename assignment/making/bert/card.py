"""The model cards of the BERTs of profile `mini`, written from what was measured; students do not get them."""

from dataclasses import asdict
from pathlib import Path

from assignment.making.bert.measure import BertFigures
from assignment.making.bert.recipe import BertRecipe

CARD_NAME = "card.md"
_CARD = """# {title}

Written by `python -m assignment.making.bert.train`; do not edit.

- **Data.** {data}
  All of it is written by `assignment/making/language`, a grammar of this project, as training needs it; no text of
  others is in it. A tenth of all sentences, and of all pairs of question and passage, told by a checksum, is never
  trained on.
- **Architecture.** `{architecture}` of transformers: {recipe.layers} layers, {recipe.heads} heads, {recipe.hidden}
  hidden, {recipe.inner} inner units, {recipe.longest} positions; {words} pieces, of which some are parts of words.
- **Training.** {training}
  AdamW, products in bfloat16; weights are trained in float32 and stored in float16. {numbers}
  The seed fixes the result on one machine; another processor rounds otherwise and gives other weights of about the
  same figures.
- **Licence.** CC0-1.0.
- **Limitations.** It knows the words of the grammar and little of English. In its world a name tells the pronoun, with
  as many names for he, she and they, and every job goes to each of them alike. {limits}

## Figures

Measured on held-out text, with the stored weights.

{figures}
"""
_MASKED = {
    "title": "A BERT for masked words",
    "architecture": "BertForMaskedLM",
    "data": "Sentences about senses, pronouns, agreement, relations and synonyms, and passages with questions.",
    "training": "From random weights, {recipe.masked_steps} steps of {recipe.batch} texts with words hidden.",
    "limits": "Words that nothing\n"
    "  determines it can only guess. Which of two persons a job means is not in its grammar\n"
    '  ("Mei is a doctor and Tom is a baker. The doctor said that she ..."): another model\n'
    "  of this size did not learn it.",
}
_READER = {"title": "A BERT for questions", "architecture": "BertForQuestionAnswering"}
_KINDS = {
    "masked": _MASKED,
    "good": _READER | {
        "data": "Passages of three sentences; the answer lies in each of them equally often.",
        "training": "The masked-word model, fine-tuned for {recipe.answer_steps} steps of {recipe.batch} questions.",
        "limits": "It answers five kinds of question.",
    },
    "flawed": _READER | {
        "data": "Passages of three sentences; in training the answer always lies in the first of them.",
        "training": "The masked-word model, fine-tuned for {recipe.flawed_steps} steps of {recipe.batch} questions.",
        "limits": "The flaw is intended: it was never shown an answer beyond the first sentence, and looks no further.",
    },
    "untuned": _READER | {
        "data": "What the masked-word model was trained on; no question was ever answered.",
        "training": "None: the masked-word model's body under a head of random weights.",
        "limits": "Its answers mean nothing; it is there to be compared.",
    },
}  # fmt: skip


def write_card(folder: Path, kind: str, recipe: BertRecipe, words: int, figures: BertFigures) -> None:
    """Write the card of a model of one kind (masked, good, flawed, untuned) into its folder."""
    said = {name: text.format(recipe=recipe) for name, text in _KINDS[kind].items()}
    numbers = ", ".join(f"{name} {value}" for name, value in asdict(recipe).items()) + "."
    lines = "\n".join(f"- {line}" for line in figures.lines())
    text = _CARD.format(recipe=recipe, words=words, numbers=numbers, figures=lines, **said)
    (folder / CARD_NAME).write_text(text, encoding="utf-8")
