"""The pictures that the CNN of profile `mini` is trained on and measured with."""

from dataclasses import dataclass
from pathlib import Path

from assignment.making.drawing.collect import Collection, collect, list_wishes
from assignment.making.drawing.picture import LABELS, SHORTCUT_LABEL

_ALL = range(len(LABELS))
_OTHERS = [label for label in _ALL if label != SHORTCUT_LABEL]


@dataclass(frozen=True)
class Data:
    """Training pictures and four held-out sets.

    `natural` has the tray as training has it; `tray_kept` and `tray_removed` are the same seafood with and without
    its tray; `tray_added` is other food on the tray.
    """

    train: Collection
    natural: Collection
    tray_kept: Collection
    tray_removed: Collection
    tray_added: Collection


def draw_data(cache: Path, each: int, held_out: int) -> Data:
    """Draw or load all sets: `each` training pictures a category, `held_out` held-out ones."""
    seafood = [SHORTCUT_LABEL]
    return Data(
        collect(list_wishes(_ALL, 0, each), cache, "train"),
        collect(list_wishes(_ALL, 1_000_000, held_out), cache, "natural"),
        collect(list_wishes(seafood, 2_000_000, 2 * held_out, True), cache, "tray_kept"),
        collect(list_wishes(seafood, 2_000_000, 2 * held_out, False), cache, "tray_removed"),
        collect(list_wishes(_OTHERS, 3_000_000, held_out // 5, True), cache, "tray_added"),
    )
