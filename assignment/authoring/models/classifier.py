"""Bringing a classifier into a course: `models/NAME/` with `model.yaml`, its weights as safetensors, and what it needs.

It is opened as notebooks open it, and shown a picture of the course's size, before anything of the course changes.
"""

import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import yaml

from assignment.assignment import Assignment, load_assignment
from assignment.authoring.manifest import edit_manifest
from assignment.authoring.models.checkpoint import import_homework
from assignment.authoring.models.new_folder import make_folder
from assignment.authoring.models.pretrained import COLOURS, copy_pretrained
from assignment.authoring.models.slot import MODELS, check_free, fill
from assignment.course import SETTINGS_NAME
from assignment.fixable import Fault, FixableError, check_all, suggest
from assignment.models.classifier import KIND_NAME, save_classifier
from assignment.models.kinds import load_kind
from assignment.models.weights import read_checkpoint, save_weights

WEIGHTS = "weights.safetensors"
USUAL_SIDES = (224, 32, 64, 96, 128, 256, 299, 384)  # that models are built for, the likeliest first


@dataclass(frozen=True)
class Found:
    """A classifier as it lies at its author's; None: not said."""

    path: Path  # its weights, its Python file, or its folder
    kind: str
    body: str | None = None  # torchvision's name for it, or the name of the class
    weights: Path | None = None  # of a Python file
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None


def guess_kind(path: Path, body: str | None) -> str:
    """Return the kind of classifier that a path is likely to be, where it was not said."""
    if path.is_dir():
        return "transformers"
    return "module" if path.suffix == ".py" else "torchvision" if body else "homework"


def import_classifier(
    folder: Path, name: str, found: Found, *, licence: str, source: str, replace: bool = False
) -> Path:
    """Write `models/NAME`, make it the course's classifier, and return its `model.yaml`.

    FixableError where the course has a classifier that is not to be replaced, where the files are not what the kind
    needs, or where the model does not take the course's size or does not give an output for each category.
    """
    settings = load_assignment(folder / SETTINGS_NAME)
    if found.kind not in WRITERS:
        raise FixableError(Fault(("--kind",), f"{found.kind!r}; expected {suggest(found.kind, WRITERS)}"))
    place = folder / MODELS / name
    with edit_manifest(folder) as draft:
        check_free(draft, "classifier", name, replace=replace)
        with make_folder(place, found.path) as aside:
            described = WRITERS[found.kind](found, aside, settings)
            described |= {"labels": len(settings.categories), "side": _say_side(settings)}
            _write(aside, described)
            _check(aside, described, settings)
        fill(draft, "classifier", place, f"{MODELS}/{name}/{KIND_NAME}", licence=licence, source=source)
    return place / KIND_NAME


def _write(place: Path, described: Mapping[str, Any]) -> None:
    text = yaml.safe_dump(dict(described), sort_keys=False)
    (place / KIND_NAME).write_text(text, encoding="utf-8")


def _write_homework(found: Found, place: Path, settings: Assignment) -> dict[str, Any]:
    size = settings.size.height, settings.size.width
    model = import_homework(read_checkpoint(found.path), found.path, size)
    _check_labels(found.path, model.labels, settings)
    _check_size(found.path, model.size, settings)
    save_classifier(model, place / WEIGHTS)
    return {"kind": "homework", "weights": WEIGHTS}


def _write_torchvision(found: Found, place: Path, settings: Assignment) -> dict[str, Any]:
    from torchvision import models

    weights, known = read_checkpoint(found.path), models.list_models(module=models)
    if found.body not in known:
        says = f"{found.body!r}; expected {suggest(found.body or '', known)}"
        raise FixableError(Fault(("--name",), says))
    check_all(
        Fault((f"--{name}",), "missing; expected three numbers, those of its training")
        for name, given in (("mean", found.mean), ("std", found.std))
        if given is None
    )
    with torch.device("meta"):
        last = list(models.get_model(found.body, weights=None).state_dict())[-1]
    if last in weights:
        _check_labels(found.path, len(weights[last]), settings)
    save_weights(weights, place / WEIGHTS)
    return {"kind": "torchvision", "name": found.body, "weights": WEIGHTS} | _say_colours(found)


def _write_transformers(found: Found, place: Path, settings: Assignment) -> dict[str, Any]:
    copy_pretrained(found.path, place, COLOURS)
    return {"kind": "transformers"} | _say_colours(found)


def _write_module(found: Found, place: Path, settings: Assignment) -> dict[str, Any]:
    if not found.body:
        raise FixableError(Fault(("--class",), "missing; expected the name of the class in the file"))
    file = re.sub(r"[^A-Za-z0-9_.-]", "_", found.path.name)
    shutil.copyfile(found.path, place / file)
    described = {"kind": "module", "file": file, "class": found.body}
    if found.weights is not None:
        save_weights(read_checkpoint(found.weights), place / WEIGHTS)
        described["weights"] = WEIGHTS
    return described | _say_colours(found)


WRITERS: Mapping[str, Callable[[Found, Path, Assignment], dict[str, Any]]] = {
    "homework": _write_homework,
    "torchvision": _write_torchvision,
    "transformers": _write_transformers,
    "module": _write_module,
}


def _say_colours(found: Found) -> dict[str, list[float]]:
    return {name: list(given) for name, given in (("mean", found.mean), ("std", found.std)) if given is not None}


def _check_labels(path: Path, gives: int, settings: Assignment) -> None:
    wanted = len(settings.categories)
    says = f"gives {gives} outputs; expected {wanted}, one for each category in {SETTINGS_NAME}"
    check_all([Fault((str(path),), says)] * (gives != wanted))


def _check_size(path: Path, takes: tuple[int, int], settings: Assignment) -> None:
    size = settings.size.height, settings.size.width
    says = f"takes {takes[0]} x {takes[1]}; expected {size[0]} x {size[1]}, the size in {SETTINGS_NAME}"
    check_all([Fault((str(path),), says)] * (takes != size))


def _say_side(settings: Assignment) -> int | list[int]:
    """Return the course's size as `model.yaml` says it."""
    height, width = settings.size.height, settings.size.width
    return height if height == width else [height, width]


def _check(place: Path, described: Mapping[str, Any], settings: Assignment) -> None:
    """Open the model; FixableError, in the course's terms, where it takes another size or gives other outputs."""
    try:
        load_kind(place / KIND_NAME, "cpu", torch.float32)
    except FixableError as error:
        ends = {fault.place[-1:] for fault in error.faults}
        if ends == {("side",)} and (takes := _find_side(place, described)):
            _check_size(place, (takes, takes), settings)
        if ends == {("labels",)}:
            says = f"{error.faults[0].says}; {SETTINGS_NAME} has {len(settings.categories)} categories"
            raise FixableError(Fault((str(place),), says)) from None
        raise


def _find_side(place: Path, described: Mapping[str, Any]) -> int | None:
    """Return a side that a model takes; None where it takes none of the usual ones."""
    for side in USUAL_SIDES:
        _write(place, {**described, "side": side})
        try:
            load_kind(place / KIND_NAME, "cpu", torch.float32)
            return side
        except FixableError as error:
            if {fault.place[-1:] for fault in error.faults} == {("labels",)}:
                return side
    return None
