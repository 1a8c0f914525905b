"""An executed notebook that staff may open: what would act in a page is taken out of it, or shown as text.

Jupyter trusts no notebook that it did not run, but one click, `nbconvert` or another viewer shows what a student wrote
as a part of a page of the staff's. So outputs keep text, pictures and the widgets of ipywidgets; in what is left, no
`<` opens a tag. What was handed in stays as it was, in `handin.ipynb`.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
VIEW = ("model_id", "version_major", "version_minor")
SHOWN = ("text/plain", "image/png", "image/jpeg", "image/gif", WIDGET_VIEW)
OURS = "assignment.explorer.explorer.Explorer"  # of the released notebook: that it stays away is nothing to tell of
MODULES = ("@jupyter-widgets/base", "@jupyter-widgets/controls", "@jupyter-widgets/output")  # others are fetched
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_SCRIPT = re.compile(r"(?i)\b(javascript|vbscript|data)(?! )(?=\s*(?::|&))")  # of a link; & may begin a colon


def make_harmless(notebook: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return a notebook of which nothing acts in a page, and what was left out; RecursionError where it is too deep."""
    left_out = Counter[str]()
    cells = [_make_cell_harmless(cell, left_out) for cell in notebook["cells"]]
    metadata = _escape({name: its for name, its in notebook["metadata"].items() if name != "widgets"})
    if (widgets := notebook["metadata"].get("widgets")) is not None:
        metadata["widgets"] = _keep_widgets(widgets, left_out)
    notes = [f"{many} x {kind}" for kind, many in sorted(left_out.items())]
    told = (f"left out of executed.ipynb, since it acts where it is shown: {', '.join(notes)}",) if notes else ()
    return {**notebook, "cells": cells, "metadata": metadata}, told


def _make_cell_harmless(cell: Mapping[str, Any], left_out: Counter[str]) -> dict[str, Any]:
    if cell["cell_type"] == "code":
        return {**cell, "outputs": _keep_outputs(cell["outputs"], left_out)}
    kept = {name: its for name, its in cell.items() if name != "attachments"}
    if cell["cell_type"] == "raw":
        kept["metadata"] = {**cell["metadata"], "raw_mimetype": "text/plain"}
    return {**kept, "source": _SCRIPT.sub(r"\1 ", _TAG.sub("&lt;", cell["source"]))}


def _keep_outputs(outputs: Any, left_out: Counter[str]) -> list[Any]:
    """Return what is an output of what stands for a list of them; a widget's is as its kernel said it."""
    listed = outputs if isinstance(outputs, list | tuple) else ()
    return [_keep_output(one, left_out) for one in listed if isinstance(one, dict)]


def _as_object(its: Any) -> dict[Any, Any]:
    return its if isinstance(its, dict) else {}


def _keep_output(output: dict[str, Any], left_out: Counter[str]) -> dict[str, Any]:
    """Return an output with the kinds that are shown; where none is left, the text says which there were."""
    data = output.get("data")
    if not isinstance(data, dict):
        return output
    kept = {kind: shown for kind, its in data.items() if (shown := _keep_data(kind, its)) is not None}
    names = sorted(kind if re.fullmatch(r"[\w.+/-]{1,60}", kind) else "?" for kind in data if kind not in kept)
    left_out.update(names)
    metadata = {
        kind: {side: size for side, size in its.items() if side in ("width", "height") and type(size) is int}
        for kind, its in _as_object(output.get("metadata")).items()
        if kind in SHOWN and isinstance(its, dict)
    }
    return {**output, "data": kept or {"text/plain": f"({', '.join(names)})"}, "metadata": metadata}


def _keep_data(kind: str, its: Any) -> Any:
    """Return what an output shows as one kind, None where that may act."""
    if kind == WIDGET_VIEW and isinstance(its, dict):
        return {name: _escape(its[name]) for name in VIEW if isinstance(its.get(name), str | int)}
    if kind not in SHOWN or not isinstance(its, str):
        return None
    return its if kind == "text/plain" or _BASE64.fullmatch(its) else None


def _keep_widgets(widgets: Any, left_out: Counter[str]) -> dict[str, Any]:
    """Return the states of ipywidgets' own widgets, as texts; others would be fetched from elsewhere and run."""
    held = widgets.get(WIDGET_STATE) if isinstance(widgets, dict) else None
    states = held.get("state") if isinstance(held, dict) else None
    if not isinstance(held, dict) or not isinstance(states, dict):
        return {}
    kept = {}
    for name, one in states.items():
        if isinstance(one, dict) and one.get("model_module") in MODULES and _is_own_view(one.get("state")):
            kept[_escape(name)] = {**_escape(one), "state": _keep_state(one["state"], left_out)}
        elif not _is_ours(one):
            left_out["widget"] += 1
    rest = _escape({name: its for name, its in held.items() if name != "state"})
    return {WIDGET_STATE: {**rest, "state": kept}}


def _is_ours(widget: Any) -> bool:
    return _as_object(_as_object(widget).get("state")).get("_anywidget_id") == OURS


def _is_own_view(state: Any) -> bool:
    return isinstance(state, dict) and all(
        state.get(name) in (None, *MODULES) for name in ("_view_module", "_model_module")
    )


def _keep_state(state: dict[str, Any], left_out: Counter[str]) -> dict[str, Any]:
    its: dict[str, Any] = _escape({name: one for name, one in state.items() if name != "outputs"})
    return its | ({"outputs": _keep_outputs(state["outputs"], left_out)} if "outputs" in state else {})


def _escape(value: Any) -> Any:
    """Return what plain values hold, in which no text and no name opens a tag."""
    if isinstance(value, str):
        return _TAG.sub("&lt;", value)
    if isinstance(value, list | tuple):
        return [_escape(one) for one in value]
    return {_escape(name): _escape(one) for name, one in value.items()} if isinstance(value, dict) else value
