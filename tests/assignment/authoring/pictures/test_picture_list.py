"""What is said of photographs is read from YAML and CSV alike, and what is wrong is told with the words that help."""

from pathlib import Path

import pytest

from assignment.assignment import Bilingual
from assignment.authoring.pictures.picture_list import load_list
from assignment.fixable import FixableError

CATEGORIES = [Bilingual(en="Bread", zh="麵包"), Bilingual(en="Noodles/Pasta", zh="麵食")]


def test_yaml_and_csv_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "- {file: my loaf.jpg, label: 麵食, shows: {en: 'A loaf, cut.', zh: 一條}, licence: CC0-1.0, source: me}\n"
        "- {file: b.jpg, label: 0}\n",
        encoding="utf-8",
    )
    (tmp_path / "a.csv").write_text(
        '\ufefffile,label,shows_en,shows_zh,licence,source\nmy loaf.jpg,noodles/pasta,"A loaf, cut.",一條,CC0-1.0,me\n'
        "b.jpg,Bread,,,,\n",
        encoding="utf-8",
    )
    first, second = ([(one.file, one.label, one.shows, one.licence, one.source) for one in load_list(path, CATEGORIES)]
                     for path in (tmp_path / "a.yaml", tmp_path / "a.csv"))  # fmt: skip
    assert first == second
    assert first[0] == (tmp_path / "my loaf.jpg", 1, Bilingual(en="A loaf, cut.", zh="一條"), "CC0-1.0", "me")
    assert first[1][1:] == (0, None, None, None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- {file: a.jpg, shows: bread}\n", r"a.jpg: shows: 'bread'; expected both languages, {en: ..., zh: ...}"),
        ("- {file: a.jpg, shows: {en: bread}}\n", "a.jpg: shows: zh: missing; expected a value"),
        (
            "- {file: a.jpg, label: 11}\n",
            "a.jpg: label: 11; expected a category of course.yaml: 0 to 1 or one of Bread",
        ),
        ("- {file: a.jpg, label: -1}\n", "a.jpg: label: -1; expected a category"),
        ("- {file: a.jpg, label: Braed}\n", r"a.jpg: label: 'Braed'; .* \(the nearest is Bread\)"),
        ("- {file: a.jpg, label: true}\n", "a.jpg: label: True; expected a category"),
        ("- {label: 1}\n", "entry 0: file: missing; expected text"),
        ("- {file: 7}\n", "entry 0: file: 7; expected text"),
        ("- {file: a.jpg, license: x}\n", r"a.jpg: license: unknown field; expected .* \(the nearest is licence\)"),
        ("- {file: a.jpg}\n- {file: a.jpg}\n", "a.jpg: is there twice; expected each once"),
        ("a: b\n", r"\{'a': 'b'\}; expected a list of entries with file, label"),
        ("[\n", "line 2: .*; expected well-formed YAML"),
    ],
)
def test_faults_of_a_list_name_place_value_and_what_is_wanted(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "list.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(FixableError, match=rf"list.yaml: {says}"):
        load_list(tmp_path / "list.yaml", CATEGORIES)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"file,label\na.jpg,\xff\n", "byte 17 is not UTF-8; expected a CSV file in UTF-8"),
        (b'file,label\n"a.jpg,1\n', "line 1: unexpected end of data; expected CSV"),
        (b"file,label\na.jpg,1,2\n", "a.jpg: more columns: unknown field"),
        (b"picture\na.jpg\n", "entry 0: picture: unknown field"),
        (b"", r"\[\]; expected a list of entries"),
    ],
)
def test_csv_that_is_none_is_told(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "list.csv").write_bytes(data)
    with pytest.raises(FixableError, match=says):
        load_list(tmp_path / "list.csv", CATEGORIES)
