"""A page's own Chinese letters: the glyphs that its text needs, cut out of the figures' font and embedded in a style.

A machine without a Chinese font draws boxes. The page names FAMILY before its other fonts (behind them, Chromium does
not draw the first line again once the face is there); the face covers the characters that it has and no other, so that
Latin letters stay the system's. The same characters give the same bytes.
"""

import base64
import io
from functools import cache
from itertools import islice
from pathlib import Path

from fontTools import subset
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.ttLib import TTFont

FONT_FILE = Path(__file__).with_name("hw9-sans-tc.otf")
FAMILY = "HW9 Sans TC"
FIRST = 0x3000  # CJK punctuation, ideographs, full-width forms; what is below a system's own fonts have
MOST = 3000  # characters of one page, each of which costs 1 ms; a class of a thousand has fewer in all its names
VERTICAL = ["BASE", "GPOS", "GSUB", "VORG", "vhea", "vmtx"]  # tables for lines that run downwards


@cache
def list_characters() -> frozenset[str]:
    """Return the characters that the font draws and a page embeds."""
    with TTFont(FONT_FILE, lazy=True) as font:
        return frozenset(chr(code) for code in font.getBestCmap() if code >= FIRST)


def find_drawn(text: str, *, known: frozenset[str] = frozenset(), most: int = MOST) -> frozenset[str]:
    """Return the characters of a text that a page embeds, but for `known`: the first `most` of them.

    What is left out is drawn with a font of the reader's system.

    >>> sorted(find_drawn("LIME 圖，圖"))
    ['圖', '，']
    >>> sorted(find_drawn("王小明，小王", known=frozenset("，"), most=2))
    ['小', '王']
    """
    drawn = (frozenset(text) & list_characters()) - known
    if len(drawn) > most:
        drawn = frozenset(islice(filter(drawn.__contains__, dict.fromkeys(text)), most))
    return drawn


def cut_font(characters: frozenset[str], font: bytes | None = None) -> bytes:
    """Return a WOFF font with the glyphs of some characters, out of `font` (None: the whole)."""
    options = subset.Options(layout_features=[], hinting=False, drop_tables=VERTICAL)
    cutter, stream = subset.Subsetter(options), io.BytesIO()
    cutter.populate(unicodes=sorted(map(ord, characters)))
    place = FONT_FILE if font is None else io.BytesIO(font)
    with TTFont(place, lazy=True, recalcTimestamp=False) as source:
        cutter.subset(source)
        _draw_box(source)
        source.flavor = "woff"  # WOFF 2 would be a tenth smaller, and needs Brotli
        source.save(stream)
    return stream.getvalue()


def make_face(characters: frozenset[str], font: bytes | None = None) -> str:
    """Return the style that embeds the glyphs of some characters; "" where there are none."""
    if not characters:
        return ""
    data = base64.b64encode(cut_font(characters, font)).decode("ascii")
    return (
        f'@font-face {{ font-family: "{FAMILY}"; src: url(data:font/woff;base64,{data}) format("woff"); '
        f"unicode-range: {_list_ranges(characters)}; }}"
    )


def _draw_box(font: TTFont) -> None:
    """Draw `.notdef`, which is empty: browsers take it for what no font has, and a name must not vanish."""
    top = font["CFF "].cff.topDictIndex[0]
    pen = T2CharStringPen(None, None)
    for corners in ([(80, 0), (80, 800), (920, 800), (920, 0)], [(140, 60), (860, 60), (860, 740), (140, 740)]):
        pen.moveTo(corners[0])
        for corner in corners[1:]:
            pen.lineTo(corner)
        pen.closePath()
    top.CharStrings[".notdef"] = pen.getCharString(top.FDArray[0].Private, top.GlobalSubrs)


def _list_ranges(characters: frozenset[str]) -> str:
    """Return characters as CSS lists them.

    >>> _list_ranges(frozenset("一丁丂王"))
    'U+4E00-4E02,U+738B'
    """
    ranges: list[list[int]] = []
    for code in sorted(map(ord, characters)):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return ",".join(f"U+{first:X}" if first == last else f"U+{first:X}-{last:X}" for first, last in ranges)
