"""An executed notebook that is opened, or made a page, runs nothing that its student wrote."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from assignment.explorer.explorer import Explorer
from grader.worker.harmless import OURS, SHOWN, WIDGET_STATE, WIDGET_VIEW, make_harmless

SCRIPT = "<script>alert(1)</script>"
PICTURE = base64.b64encode(b"a picture").decode()
ACTING = [
    "text/html",
    "image/svg+xml",
    "application/javascript",
    "text/markdown",
    "text/latex",
    "application/x-own+json",
]


def make(*outputs: Any, widgets: Any = None, **cell: Any) -> dict[str, Any]:
    cells = [{"cell_type": "code", "metadata": {}, "source": "1", "outputs": list(outputs), **cell}]
    return {"cells": cells, "metadata": {"widgets": widgets} if widgets is not None else {}}


def show(**data: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {name.replace("_", "/"): its for name, its in data.items()}}


@pytest.mark.parametrize("kind", ACTING)
def test_output_that_acts_is_left_out_and_its_text_and_picture_stay(kind: str) -> None:
    output = show(text_plain="<b>", image_png=PICTURE)
    output["data"] |= {kind: SCRIPT}
    output["metadata"] = {"image/png": {"width": 3, "height": '"><script>'}, kind: {"isolated": True}}
    harmless, notes = make_harmless(make(output))
    (kept,) = harmless["cells"][0]["outputs"]
    assert kept["data"] == {"text/plain": "<b>", "image/png": PICTURE}
    assert kept["metadata"] == {"image/png": {"width": 3}}
    assert notes == (f"left out of executed.ipynb, since it acts where it is shown: 1 x {kind}",)
    (alone,) = make_harmless(make({"output_type": "display_data", "data": {kind: SCRIPT}}))[0]["cells"][0]["outputs"]
    assert alone["data"] == {"text/plain": f"({kind})"}


@pytest.mark.parametrize("its", ['"><script>', ["<script>"], {"x": "<script>"}, 3])
def test_picture_that_is_none_is_left_out(its: Any) -> None:
    (kept,) = make_harmless(make(show(image_png=its)))[0]["cells"][0]["outputs"]
    assert set(kept["data"]) == {"text/plain"}


def test_text_of_a_student_opens_no_tag_and_no_script() -> None:
    source = f"# a < b\n{SCRIPT}\n[x](JavaScript:alert(1)) [y](data&colon;text/html,x)"
    (cell,) = make_harmless(make(cell_type="markdown", source=source, attachments={"a.svg": {}}))[0]["cells"]
    assert cell["source"].startswith("# a < b\n&lt;script>")
    assert "JavaScript :" in cell["source"]
    assert "data &colon;" in cell["source"]
    assert "attachments" not in cell
    (raw,) = make_harmless(make(cell_type="raw", source=SCRIPT))[0]["cells"]
    assert (raw["metadata"]["raw_mimetype"], raw["source"][:4]) == ("text/plain", "&lt;")


def test_widgets_of_ipywidgets_stay_and_others_go() -> None:
    own = {"model_module": "@jupyter-widgets/controls", "state": {"value": [SCRIPT], "_view_module": None}}
    shows = {"model_module": "@jupyter-widgets/output", "state": {"outputs": [show(text_html=SCRIPT)]}}
    foreign = {"model_module": "evil-package", "state": {"value": 1}}
    disguised = {"model_module": "@jupyter-widgets/controls", "state": {"_view_module": "evil-package"}}
    states = {"a": own, "b": shows, "c": foreign, "d": disguised, "e": 3}
    harmless, notes = make_harmless(make(widgets={WIDGET_STATE: {"state": states, "version_major": 2}}))
    kept = harmless["metadata"]["widgets"][WIDGET_STATE]["state"]
    assert set(kept) == {"a", "b"}
    assert kept["a"]["state"]["value"] == ["&lt;script>alert(1)&lt;/script>"]
    assert kept["b"]["state"]["outputs"][0]["data"] == {"text/plain": "(text/html)"}
    assert "3 x widget" in notes[0]
    assert WIDGET_VIEW in SHOWN


def test_no_name_opens_a_tag_either() -> None:
    """Names of widgets, of what they hold and of a kernel stand in a page's script as they are."""
    own = {"model_module": "@jupyter-widgets/base", "model_name": SCRIPT, "state": {SCRIPT: {SCRIPT: 1}}, SCRIPT: 2}
    shows = {"output_type": "display_data", "data": {WIDGET_VIEW: {"model_id": SCRIPT, SCRIPT: 1}}, "metadata": {}}
    notebook = make(shows, widgets={WIDGET_STATE: {"state": {SCRIPT: own}, SCRIPT: 3}})
    notebook["metadata"]["kernelspec"] = {"name": SCRIPT}
    assert "<" not in json.dumps(make_harmless(notebook)[0])


def test_nothing_is_told_of_the_released_notebooks_own_widget() -> None:
    """Every student's page noted it, and a reader took it for something that the student had done."""
    assert f"{Explorer.__module__}.{Explorer.__qualname__}" == OURS
    state = {"model_module": "anywidget", "state": {"_anywidget_id": OURS, "_esm": SCRIPT}}
    harmless, notes = make_harmless(make(widgets={WIDGET_STATE: {"state": {"a": state}}}))
    assert (harmless["metadata"]["widgets"][WIDGET_STATE]["state"], notes) == ({}, ())


@pytest.mark.parametrize("widgets", [[], {}, {WIDGET_STATE: 3}, {WIDGET_STATE: {"state": []}}])
def test_widgets_of_a_wrong_shape_are_none(widgets: Any) -> None:
    assert make_harmless(make(widgets=widgets))[0]["metadata"] == {"widgets": {}}


@pytest.mark.parametrize("outputs", [3, "a", {"a": 1}, [3], [{"data": {"text/plain": "a"}, "metadata": [1]}]])
def test_outputs_of_a_widget_are_read_whatever_its_kernel_says_they_are(outputs: Any) -> None:
    """They ended the worker, and the Run was lost with a traceback of ours."""
    state = {"model_module": "@jupyter-widgets/output", "state": {"outputs": outputs}}
    harmless, _ = make_harmless(make(widgets={WIDGET_STATE: {"state": {"a": state}}}))
    kept = harmless["metadata"]["widgets"][WIDGET_STATE]["state"]["a"]["state"]["outputs"]
    assert kept == ([{"data": {"text/plain": "a"}, "metadata": {}}] if outputs not in (3, "a", {"a": 1}, [3]) else [])


def test_executed_notebook_holds_text_and_pictures_alone(execute: Callable[..., Any]) -> None:
    show_all = f"from IPython.display import *\ndisplay(HTML({SCRIPT!r}), Javascript('alert(1)'), Markdown({SCRIPT!r}))"
    seen = execute([show_all])
    executed = json.loads((seen.folder / "work" / "executed.ipynb").read_text())
    kinds = [set(output["data"]) for output in executed["cells"][0]["outputs"]]
    assert kinds == [{"text/plain"}] * 3
    assert "1 x application/javascript, 1 x text/html, 1 x text/markdown" in " ".join(seen.result.notes)


def test_only_files_with_names_of_outputs_are_taken(execute: Callable[..., Any]) -> None:
    names = ["a.html", "conftest.py", "result.json", "-rf.npz", "a\nb.npz", "\u202egnp.npz", "lime.npz", "x.npz.html"]
    write = f"import os; os.makedirs('outputs')\nfor name in {names!r}: open('outputs/' + name, 'w').write('x')"
    seen = execute([write])
    assert [path.name for path in (seen.folder / "work" / "outputs").iterdir()] == ["lime.npz"]
    notes = " ".join(seen.result.notes)
    assert f"not taken: {len(names) - 1} entries of outputs/ that no analysis saves" in notes
    assert "\u202e" not in notes
