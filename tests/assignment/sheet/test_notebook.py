"""Notebooks as editors and people leave them: what grading does not use is mended, what it uses is bounded."""

import copy
import json
import time
import warnings
from collections.abc import Callable
from typing import Any

import nbformat
import pytest

from assignment.fixable import FixableError
from assignment.sheet import scan
from assignment.sheet.notebook import MOST_BYTES, MOST_CELLS, parse_notebook
from assignment.sheet.sheet import read_sheet
from tests.assignment.sheet.ways import ASKED, MINE

Notebook = dict[str, Any]
CODE, TEXT = "import numpy\n%time x = 1", "# Mine ｜ 我的"
OUTPUT = {"output_type": "stream", "name": "stdout", "text": ["a\n"]}


def make() -> Notebook:
    """Return a notebook with nothing to mend: a text, a cell with an output, the answers."""
    cells = [
        {"cell_type": "markdown", "id": "t1", "metadata": {}, "source": TEXT},
        {"cell_type": "code", "id": "c1", "metadata": {}, "source": CODE, "outputs": [OUTPUT], "execution_count": 3},
        {"cell_type": "code", "id": "c2", "metadata": {}, "source": MINE, "outputs": [], "execution_count": None},
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def put(value: object, *path: str | int) -> Callable[[Notebook], None]:
    """Return a change that sets what stands at a path."""

    def change(notebook: Notebook) -> None:
        place: Any = notebook
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


def drop(*path: str | int) -> Callable[[Notebook], None]:
    """Return a change that takes away what stands at a path."""

    def change(notebook: Notebook) -> None:
        place: Any = notebook
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]

    return change


def show(output: dict[str, Any]) -> Callable[[Notebook], None]:
    return put([output], "cells", 1, "outputs")


SLIPS: dict[str, Callable[[Notebook], None]] = {
    "no execution count": drop("cells", 1, "execution_count"),
    "execution count as text": put("3", "cells", 1, "execution_count"),
    "no outputs": drop("cells", 1, "outputs"),
    "outputs null": put(None, "cells", 1, "outputs"),
    "no metadata of a cell": drop("cells", 1, "metadata"),
    "metadata of a cell a list": put([], "cells", 1, "metadata"),
    "no metadata": drop("metadata"),
    "metadata null": put(None, "metadata"),
    "no minor version": drop("nbformat_minor"),
    "minor version of the future": put(99, "nbformat_minor"),
    "no version": drop("nbformat"),
    "version as text": put("4", "nbformat"),
    "version with a point": put(4.0, "nbformat"),
    "kernel without a name": put({"display_name": "Python 3.9 (conda)"}, "metadata", "kernelspec"),
    "kernel null": put(None, "metadata", "kernelspec"),
    "language a text": put("python", "metadata", "language_info"),
    "authors a text": put("Ada", "metadata", "authors"),
    "stream without a name": show({"output_type": "stream", "text": "a"}),
    "result without metadata": show({"output_type": "execute_result", "data": {"text/plain": "1"}}),
    "error without a value": show({"output_type": "error", "ename": "E", "evalue": None, "traceback": []}),
    "output of an old kind": show({"output_type": "pyout", "data": {"text/plain": "1"}, "metadata": {}}),
    "tags null": put({"tags": None}, "cells", 1, "metadata"),
    "tags twice": put({"tags": ["a", "a"]}, "cells", 1, "metadata"),
    "collapsed as text": put({"collapsed": "true"}, "cells", 1, "metadata"),
    "id a number": put(17, "cells", 1, "id"),
    "id too long": put("x" * 80, "cells", 1, "id"),
    "id with a blank": put("c 1", "cells", 1, "id"),
    "no id": drop("cells", 1, "id"),
    "id twice": put("c2", "cells", 1, "id"),
    "id as one that is made up": put("cell-1", "cells", 2, "id"),
    "source in lines": put([f"{CODE.splitlines()[0]}\n", CODE.splitlines()[1]], "cells", 1, "source"),
    "input in place of a source": lambda nb: nb["cells"][1].update(input=nb["cells"][1].pop("source")),
    "unknown fields": lambda nb: (put([1], "mine")(nb), put({"a": 1}, "cells", 1, "mine")(nb)),  # type: ignore[func-returns-value]
    "attachments": put({"a.png": {"image/png": "A" * 1000}}, "cells", 0, "attachments"),
    "attachments of the wrong kind": put(3, "cells", 0, "attachments"),
    "orig_nbformat": put("three", "metadata", "orig_nbformat"),
}


def parse(notebook: Notebook | bytes) -> Notebook:
    return parse_notebook(notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode())


def check(notebook: Notebook) -> None:
    """Check that a notebook is valid without a warning, and has the three sources that it should have."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nbformat.validate(nbformat.from_dict(notebook))
    kept = [cell["source"] for cell in notebook["cells"] if cell["source"] in (TEXT, CODE, MINE)]
    assert kept == [TEXT, CODE, MINE]
    assert all(cell.get("outputs", []) == [] for cell in notebook["cells"])


@pytest.mark.parametrize("name", SLIPS)
def test_slip_in_what_grading_does_not_use_is_mended(name: str) -> None:
    notebook = make()
    SLIPS[name](notebook)
    mended = parse(notebook)
    check(mended)
    assert read_sheet(mended, ASKED) == read_sheet(make(), ASKED)


def test_what_is_well_formed_stays() -> None:
    notebook = make()
    mark = {"official": True, "name": "setup"}
    notebook["cells"][1]["metadata"] = {"hw9": mark, "editable": False}
    mended = parse(notebook)
    assert mended["metadata"] == notebook["metadata"]
    assert [cell["id"] for cell in mended["cells"]] == ["t1", "c1", "c2"]
    assert mended["cells"][1]["metadata"] == {"hw9": mark}


@pytest.mark.parametrize("kind", ["heading", "html", "sql", None, 7])
def test_cell_of_another_kind_is_kept_as_text_and_not_run(kind: object) -> None:
    notebook = make()
    notebook["cells"].insert(1, {"cell_type": kind, "level": 2, "source": "Title", "metadata": {}})
    mended = parse(notebook)
    check(mended)
    assert mended["cells"][1]["cell_type"] in ("markdown", "raw")
    assert mended["cells"][1]["source"] == ("## Title" if kind == "heading" else "Title")


def test_notebook_of_format_3_is_read() -> None:
    old = []
    for cell in make()["cells"]:
        named = {"cell_type": cell["cell_type"], "metadata": {}}
        is_code = cell["cell_type"] == "code"
        extra = {
            "input": cell["source"],
            "language": "python",
            "prompt_number": 1,
            "outputs": [{"output_type": "pyout"}],
        }
        old.append(named | (extra if is_code else {"source": cell["source"]}))
    worksheets = [{"cells": old[:2], "metadata": {}}, {"cells": old[2:]}]
    check(parse({"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": worksheets}))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_text_in_another_encoding_is_read(encoding: str) -> None:
    check(parse(json.dumps(make(), ensure_ascii=False).encode(encoding)))


@pytest.mark.slow
def test_saved_figures_and_pictures_cost_nothing() -> None:
    notebook = make()
    figure = {"output_type": "display_data", "metadata": {}, "data": {"text/html": "[{" * 100_000 + '\\"'}}
    picture = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * 2_000_000}}
    nested = {"output_type": "display_data", "data": {"application/json": [[[1]] * 10] * 20_000}}
    notebook["cells"][1]["outputs"] = [figure] * 5 + [picture] * 10 + [nested] * 2
    notebook["metadata"]["widgets"] = {"state": [{}] * scan.MOST_PARTS}
    check(parse(notebook))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", r"Expecting value: line 1 column 1 \(char 0\)"),
        (b"{", "Expecting value: line 1 column 2"),
        (b"Dear TA", "Expecting value: line 1 column 1 "),
        (b"[]", "expected an object"),
        (b"null", "expected an object"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"\x80abc", "UTF-8"),
        (b'{"cells": []} x', "Extra data: line 1 column 15"),
        (b'{"cells": [],}', "Expecting value: line 1 column 14"),
        (b'{"cells": [{"outputs": [1, "]}]}', "Unterminated string starting at: line 1 column 28"),
        (b'{"cells": [{"outputs": [1}]}', r"Expecting ',' delimiter: line 1 column 27"),
        (b'{"cells": [{"outputs": [1', "Expecting ',' delimiter"),
        (b'{"cells": 3}', "cells: 3; expected a list"),
        (b'{"cells": [7]}', "cell 0: 7; expected an object"),
        (b'{"cells": [{"source": {"a": 1}}]}', "cell 0: source: .*; expected a text"),
        (b'{"nbformat": 5, "cells": []}', "nbformat: 5; expected 3 or 4"),
        (b'{"nbformat": 2, "worksheets": []}', "nbformat: 2; expected 3 or 4"),
    ],
)
def test_what_is_no_notebook_is_refused_with_a_reason(data: bytes, says: str) -> None:
    with pytest.raises(FixableError, match=says) as caught:
        parse_notebook(data)
    assert len(str(caught.value)) < 400


HOSTILE = {
    "depth": b"[" * 10**6,
    "depth in metadata": b'{"cells": [], "metadata": {"a": ' + b"[" * 10**5 + b"]" * 10**5 + b"}}",
    "depth in an output": b'{"cells": [{"outputs": ' + b"[" * 10**6,
    "quotes without an end": b'{"cells": "' + b'\\"' * 10**6,
    "quotes without an end in an output": b'{"cells": [{"outputs": ["' + b'\\"' * 10**6,
    "a number without an end": b'{"cells": ' + b"9" * 10**6 + b"}",
    "members": b'{"cells": [], "metadata": {' + b'"a": {}, ' * scan.MOST_PARTS + b'"a": {}}}',
    "cells": b'{"cells": [' + b"{}," * MOST_CELLS + b"{}]}",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_file_is_refused_in_little_time(name: str) -> None:
    begin = time.process_time()
    with pytest.raises(FixableError):
        parse_notebook(HOSTILE[name])
    assert time.process_time() - begin < 20


def test_saved_outputs_too_are_bounded_and_the_way_out_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "MOST_PASSED", 1000)
    monkeypatch.setattr(scan._Scanner, "__init__", _bound_scanner)
    notebook = make()
    notebook["cells"][1]["outputs"] = [[]] * 2000
    with pytest.raises(FixableError, match=r"more than 1000 .* in its saved outputs; .*Clear Outputs"):
        parse(notebook)


def _bound_scanner(scanner: Any, data: bytes) -> None:
    scanner.data, scanner.parts, scanner.passed = data, 500, 1000


def test_file_over_the_limit_is_refused_with_the_limit() -> None:
    with pytest.raises(FixableError, match=f"expected at most {MOST_BYTES}"):
        parse_notebook(bytes(MOST_BYTES + 1))


def test_notebook_that_was_parsed_is_not_changed_by_parsing_it_again() -> None:
    once = parse(make())
    assert parse(copy.deepcopy(once)) == once
