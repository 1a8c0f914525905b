"""Hostile bytes: a valid file with a few edits, its values exchanged for others, or what a format's words make.

Each is a strategy of hypothesis, so that what breaks a parser is made smaller before it is shown.
"""

import copy
import csv
import io
import warnings
import zipfile
from collections.abc import Sequence
from typing import Any

import yaml
from hypothesis import strategies as st

SIGNS = ("\0", "\x1b[2J", "\u202e", "\ufeff", "\ud800", "\U000e0001", "王", "ａ", "²", "٣", "\r", "\u2028", "\x85")
NUMBERS = (0, -1, 1, 2**31, 2**63, 10**400, 0.5, -0.0, 1e308, float("inf"), float("nan"))
NAMES = (
    *(
        "ada_41000_90001_hw.ipynb",
        "bo_LATE_41001_90002_hw.zip",
        "b01.ipynb",
        "b01",
        "..",
        ".",
        "",
        "C:",
        "x" * 200,
        "\\",
    ),
    *("Ada_41_assignsubmission_file_", "submission_123", "submission_metadata.yml", "__MACOSX", "._a.ipynb", "outputs"),
    *(
        "handins.csv",
        "collected.json",
        "a\nb.ipynb",
        "\u202egnp.ipynb",
        "王.ipynb",
        "hw.IPYNB",
        "con.ipynb",
        "runs.json",
    ),
    *("unnamed-49f2dd23.ipynb", "b01 (1).ipynb", "hw.ipynb", "x.zip", ".earlier", "NOT_TAKEN.txt", "\x00a.ipynb"),
)
TEXTS = st.sampled_from(SIGNS) | st.text(max_size=8) | st.sampled_from(("", "code", "1", "-", "a" * 300, "<script>"))
SCALARS = st.none() | st.booleans() | st.sampled_from(NUMBERS) | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def edit_bytes(draw: st.DrawFn, seeds: Sequence[bytes], words: Sequence[bytes] = ()) -> bytes:
    """Draw a valid file with up to six edits: bytes overwritten, put in, left out, doubled, or cut off."""
    data = bytearray(draw(st.sampled_from(seeds)))
    piece = st.binary(min_size=1, max_size=4) | (st.sampled_from(words) if words else st.nothing())
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        match draw(st.sampled_from("oilidc")):
            case "o":
                new = draw(piece)
                data[start : start + len(new)] = new
            case "i":
                data[start:start] = draw(piece)
            case "l":
                del data[start:end]
            case "d":
                data[end:end] = data[start:end] * draw(st.integers(1, 3))
            case "c":
                del data[start:]
    return bytes(data)


def join_words(words: Sequence[bytes], most: int = 30) -> st.SearchStrategy[bytes]:
    """Draw a file of a format's own words in any order."""
    return st.lists(st.sampled_from(words) | st.binary(max_size=3), max_size=most).map(b"".join)


def draw_bytes(seeds: Sequence[bytes], words: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """Draw any bytes, a format's words, or a valid file with edits; the last most often."""
    return st.one_of(edit_bytes(seeds, words), edit_bytes(seeds, words), join_words(words), st.binary(max_size=200))


@st.composite
def change_values(draw: st.DrawFn, seeds: Sequence[Any], most: int = 4) -> Any:
    """Draw a valid value of lists and mappings in which up to `most` places hold another value, or are gone."""
    value = copy.deepcopy(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, most))):
        places = list_places(value)
        if not places:
            return draw(VALUES)
        holder, key = draw(st.sampled_from(places))
        if draw(st.integers(0, 4)) == 0:
            del holder[key]
        else:
            holder[key] = draw(VALUES)
    return value


def list_places(value: Any) -> list[tuple[Any, Any]]:
    """Return each place within a value: what holds it, and the key or index there."""
    keys = range(len(value)) if isinstance(value, list) else list(value) if isinstance(value, dict) else ()
    return [place for key in keys for place in ((value, key), *list_places(value[key]))]


@st.composite
def change_cells(draw: st.DrawFn, seeds: Sequence[str], words: Sequence[bytes]) -> bytes:
    """Draw a valid CSV file in which up to four cells hold another text, doubled rows and columns among them."""
    rows = [list(row) for row in csv.reader(io.StringIO(draw(st.sampled_from(seeds)), newline=""))]
    texts = st.sampled_from([word.decode("utf-8", "replace") for word in words]) | TEXTS
    for _ in range(draw(st.integers(1, 4))):
        row = draw(st.integers(0, len(rows) - 1))
        column = draw(st.integers(0, len(rows[row]) - 1)) if rows[row] else 0
        match draw(st.sampled_from("ccctrx")):
            case "c" if rows[row]:
                rows[row][column] = draw(texts | st.sampled_from([cell for one in rows for cell in one]))
            case "r":
                rows.append(list(rows[row]))
            case "t":
                rows = [[*one, *one[column : column + 1]] for one in rows]
            case "x":
                rows = [one[:column] + one[column + 1 :] for one in rows]
    stream = io.StringIO()
    csv.writer(stream, delimiter=draw(st.sampled_from(",,,;\t"))).writerows(rows)
    return stream.getvalue().encode(draw(st.sampled_from(("utf-8", "utf-8", "utf-8-sig", "utf-16"))), "replace")


def change_yaml(seeds: Sequence[str]) -> st.SearchStrategy[bytes]:
    """Draw a valid YAML file in which up to four places hold another value."""
    values = change_values([yaml.safe_load(seed) for seed in seeds])
    return values.map(lambda value: yaml.safe_dump(value, allow_unicode=True).encode("utf-8", "surrogatepass"))


@st.composite
def draw_archive(draw: st.DrawFn, contents: Sequence[bytes], depth: int = 2) -> bytes:
    """Draw a download: members of hostile and usual names, archives within it among them."""
    inner = draw_archive(contents, depth - 1) if depth else st.nothing()
    data = st.sampled_from(contents) | st.binary(max_size=20) | inner
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", draw(st.sampled_from((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)))) as archive:
        for parts in draw(st.lists(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4), max_size=5)):
            member = zipfile.ZipInfo("/".join(parts)[:300])
            member.external_attr = draw(st.sampled_from((0, 0o100644, 0o120777, 0o40755, 0o10644))) << 16
            with warnings.catch_warnings(action="ignore"):  # of a name that stands there twice
                archive.writestr(member, draw(data))
    return stream.getvalue()
