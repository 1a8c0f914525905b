"""No verb lets a character of a hostile text act: not on the terminal, in a page, in a table, in a JSON file."""

import argparse
import json
import zipfile
from pathlib import Path

import pytest

from grader.commands.main import find_verbs, main, make_parser
from grader.runs.intake import take_in
from tests.grader.commands.terminal.hostile import HOSTILE, find_acting

NAME = HOSTILE.replace("/", "")
PARSERS = {verb.prog.removeprefix("hw9 "): verb for verb, _ in find_verbs(make_parser())}
VERBS = sorted(PARSERS.keys() - {"reference"})  # that is another process


def hear(words: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Type a command; return what it says, in which nothing may act."""
    try:
        code = main(words)
    except SystemExit as ended:
        code = int(ended.code or 0)
    said = capsys.readouterr()
    assert not find_acting(said.out + said.err)
    assert code in (0, 1, 2)
    return said.out + said.err


def fill(parser: argparse.ArgumentParser) -> list[str]:
    """Return a word for each place and each option that a verb needs: a hostile one wherever any will do."""
    needed = {id(group._group_actions[0]) for group in parser._mutually_exclusive_groups if group.required}
    words = []
    for action in parser._actions:
        if action.option_strings and not action.required and id(action) not in needed:
            continue
        word = str(next(iter(action.choices))) if action.choices else HOSTILE
        words += [*action.option_strings[:1], *([] if action.nargs == 0 else [word])]
    return words


@pytest.mark.parametrize(
    "verb", [pytest.param(verb, marks=pytest.mark.slow) if verb == "course texts" else verb for verb in VERBS]
)
def test_verb_with_a_hostile_course_place_and_option_shows_them(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / NAME).mkdir()
    words = [*verb.split(), *fill(PARSERS[verb])]
    course = [] if verb == "course new" else ["--course", HOSTILE]
    assert "OWNED" in hear([*words, *course], capsys)
    assert "OWNED" in hear([*words, f"--{HOSTILE}"], capsys)


def make_notebook(*sources: str, **more: object) -> str:
    cells = [{"id": HOSTILE, "cell_type": "code", "metadata": {}, "source": one, "outputs": []} for one in sources]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5} | more)


ANSWERS = f"answers = {{{HOSTILE!r}: {HOSTILE!r}, 'lime-1': {HOSTILE!r}, 'lime-2': '\x1b[2J'}}"
BOOKS = {
    "broken": "{",
    "of-no-format": make_notebook(nbformat=f"9{HOSTILE}"),
    "with-a-kind-of-cell": make_notebook().replace('"cells": []', json.dumps({"cells": [HOSTILE]})[1:-1]),
    "answers": make_notebook(ANSWERS),
    "raw": make_notebook(f"answers = {{'lime-1': '{HOSTILE}'"),
    "magic": make_notebook(f"%%{NAME}\nanswers = {{'lime-1': 'a'}}", f"answers = {{'lime-1': 'a'}} # {HOSTILE}"),
}


@pytest.mark.parametrize("kind", BOOKS)
def test_look_shows_what_a_notebook_and_its_name_say(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / f"{NAME}.ipynb"
    path.write_text(BOOKS[kind], encoding="utf-8")
    assert hear(["look", str(path)], capsys)


def test_collect_shows_names_of_files_and_students(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    download, roster = tmp_path / f"{NAME}.zip", tmp_path / f"{NAME}.csv"
    with zipfile.ZipFile(download, "w") as archive:
        for name in (f"a_41000_90001_{NAME}.ipynb", f"{NAME}_41001_90002_hw.ipynb", NAME, "x_41000_9_a\u202eb.ipynb"):
            archive.writestr(name, make_notebook("1"))
    good = f"={NAME},41000,b01,a@b,A\nBo,41001,b02,{NAME},A\n"
    for first, rows in (("Student", good), (f"Student{NAME}", good), ("Student", f"{good}Cy,{NAME},b{NAME},c,A\n")):
        roster.write_text(f"{first},ID,SIS User ID,SIS Login ID,Section\n{rows}", encoding="utf-8")
        assert "OWNED" in hear(["collect", str(download), str(tmp_path / "handins"), "--roster", str(roster)], capsys)
    for name in ("handins.csv", "collected.json"):
        text = (tmp_path / "handins" / name).read_text(encoding="utf-8")
        assert "OWNED" in text
        assert not find_acting(text)
    hear(["collect", str(download), str(tmp_path / "other")], capsys)


def make_class(folder: Path) -> Path:
    """Return a folder of hand-ins with hostile names, answers, files and rows."""
    handins = folder / "handins"
    handins.mkdir()
    for number, book in enumerate(BOOKS.values()):
        (handins / f"b{number}.ipynb").write_text(book, encoding="utf-8")
    (handins / f"{NAME}.ipynb").write_text("{", encoding="utf-8")
    (handins / f"{NAME}.txt").write_text("", encoding="utf-8")
    for name in (f"{NAME}.ipynb", f"2{NAME}.ipynb", f"{NAME}.py"):
        (handins / "two").mkdir(exist_ok=True)
        (handins / "two" / name).write_text("{", encoding="utf-8")
    rows = ["student,name,submitted_at,look", f"b3,={NAME},2027-05-28T20:15:00+08:00,{NAME}", f"b4,{NAME},,"]
    (handins / "handins.csv").write_text("\n".join(rows), encoding="utf-8")
    return handins


@pytest.mark.slow
def test_scores_pages_tables_and_json_of_a_hostile_class_show_its_texts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    handins, runs = make_class(tmp_path), tmp_path / "runs"
    take_in(handins, runs)
    why = ["--reason", f"ill {NAME}".replace("\u2028", "")]
    for words in (["excused", "b4"], ["excused", NAME], ["void", NAME], ["text", "lime-1", "b", NAME]):
        hear(["decide", str(handins), *words, *why], capsys)
    hear(["decide", str(handins)], capsys)
    assert "OWNED" in hear(["score", str(handins), str(runs)], capsys)
    hear(["report", str(runs)], capsys)
    every = [path for ending in ("html", "csv", "json") for path in runs.rglob(f"*.{ending}")]
    written = [path for path in every if "work" not in path.parts]
    assert {"report.html", "items.html", "gradebook.csv", "results.json"} <= {path.name for path in written}
    shown = {path: find_acting(path.read_text(encoding="utf-8-sig")) for path in written}
    assert {path: signs for path, signs in shown.items() if signs} == {}
    assert "OWNED" in (runs / "report.html").read_text(encoding="utf-8")
