"""Make `hw9-sans-tc.otf`, the Chinese glyphs of the notebook's figures, out of a system's Noto Sans CJK (SIL Open Font
Licence 1.1).

    python -m assignment.making.make_font /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc

It keeps ASCII, full-width punctuation and the 5,401 frequently used characters of Big5, so that any title a student
writes is drawn.
"""

import sys
from pathlib import Path

from fontTools import subset, ttLib

FONT_FILE = Path(__file__).parents[1] / "page" / "hw9-sans-tc.otf"
NAME = "HW9 Sans TC"


def list_characters() -> str:
    """Return the characters to keep: ASCII, CJK punctuation, full-width forms and the first level of Big5."""
    kept = [
        chr(code) for code in [*range(0x20, 0x7F), *range(0x3000, 0x3020), *range(0xFF01, 0xFF5F), 0xB7, 0x2013, 0x2014]
    ]
    for lead in range(0xA4, 0xC7):
        for trail in [*range(0x40, 0x7F), *range(0xA1, 0xFF)]:
            try:
                kept.append(bytes([lead, trail]).decode("big5"))
            except UnicodeDecodeError:
                continue
    return "".join(kept)


def make_font(collection: Path) -> None:
    """Write the subset of the collection's Traditional Chinese face."""
    faces = ttLib.TTCollection(collection).fonts
    face = next(font for font in faces if font["name"].getDebugName(1) == "Noto Sans CJK TC")
    options = subset.Options(
        layout_features=[], name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14], hinting=False, desubroutinize=False
    )
    worker = subset.Subsetter(options)
    worker.populate(text=list_characters())
    worker.subset(face)
    for record in face["name"].names:
        if record.nameID in (1, 3, 4, 6):
            record.string = NAME.replace(" ", "") if record.nameID == 6 else NAME
    face.save(FONT_FILE)


if __name__ == "__main__":
    make_font(Path(sys.argv[1]))
