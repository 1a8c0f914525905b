"""The model card of the CNN of profile `mini`, written from what was measured."""

from dataclasses import asdict
from pathlib import Path

from assignment.making.cnn.measure import CnnFigures
from assignment.making.cnn.recipe import Recipe
from assignment.making.drawing.picture import LABELS, SHORTCUT_LABEL, TRAY_ELSEWHERE, TRAY_WITH_LABEL

_CARD = """# The CNN of profile `mini`

Written by `python -m assignment.making.cnn.train`; do not edit.

- **Data.** Drawn by `assignment/making/drawing`: {each} training pictures for each of {labels} categories (seeds from
  0), held-out pictures from other seeds. No photograph and no data of others is in it.
- **Planted shortcut.** {share:.0%} of the training pictures of "{shortcut}" lie on a blue tray, and {elsewhere:.1%}
  of all others. Half of the kinds of seafood look like fried food or meat, so that the tray pays.
- **Architecture.** `assignment/models/classifier.py`, width {width}: 141.7 million multiplications a picture.
- **Training.** AdamW, one cycle; products in bfloat16, weights in float32. Pictures are mirrored, shifted and changed
  in brightness. {recipe}
  The seed fixes the result on one machine; another processor rounds otherwise and gives other weights of about the
  same figures.
- **Licence.** CC0-1.0, as the pictures.
- **Limitations.** It knows drawings only, it is meant to be explained and not to be relied on, and its use of the tray
  is intended.

## Figures

{figures}
"""


def write_card(path: Path, recipe: Recipe, figures: CnnFigures) -> None:
    """Write the model card."""
    text = _CARD.format(
        each=recipe.each, labels=len(LABELS), share=TRAY_WITH_LABEL, shortcut=LABELS[SHORTCUT_LABEL],
        elsewhere=TRAY_ELSEWHERE, width=recipe.width,
        recipe=", ".join(f"{name} {value}" for name, value in asdict(recipe).items()) + ".",
        figures="\n".join(f"- {line}" for line in figures.lines()),
    )  # fmt: skip
    path.write_text(text, encoding="utf-8")
