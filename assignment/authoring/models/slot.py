"""A slot of the manifest: which of a course's models does what. One model a slot, but for the readers."""

from collections.abc import Mapping
from pathlib import Path

from assignment.authoring.manifest import Draft
from assignment.fixable import Fault, check_all
from assignment.models.classifier import KIND_NAME

MODELS = "models"  # the folder of a course that holds them
READERS = "readers"
SINGLE = ("classifier", "masked", "embeddings")


def list_held(draft: Draft) -> dict[str, str]:
    """Return the models of a manifest by their slots, a reader's with its number."""
    readers = {f"{READERS}: {number}": its for number, its in enumerate(draft.data["readers"])}
    held = {slot: draft.data.get(slot) for slot in SINGLE} | readers
    return {slot: its for slot, its in held.items() if isinstance(its, str)}


def check_free(draft: Draft, slot: str, name: str, *, replace: bool) -> None:
    """Raise FixableError where a slot has a model that is not to be replaced, or where another slot has that name."""
    held = list_held(draft)
    mine = _find_mine(held, slot, name)
    faults = [
        Fault(("--name",), f"{name!r}, the folder of {other}; expected another name")
        for other, its in held.items()
        if other != mine and to_folder(its) == f"{MODELS}/{name}"
    ]
    if mine in held and not replace:
        says = f"{held[mine]!r} already; expected --replace, to put another in its place"
        faults.append(Fault((str(draft.folder), mine), says))
    check_all(faults)


def fill(draft: Draft, slot: str, place: Path, entry: str, *, licence: str, source: str) -> None:
    """Give a slot the model of a folder, by its entry; its files are entered in place of those that were the slot's.

    A reader takes the place of one of its name, else stands last.
    """
    held, path = list_held(draft), place.relative_to(draft.folder).as_posix()
    before = held.get(_find_mine(held, slot, place.name))
    if slot == READERS:
        every = [its for one, its in held.items() if one.startswith(READERS)]
        draft.data[slot] = [entry if its == before else its for its in every] + [entry] * (before is None)
    else:
        draft.data[slot] = entry
    if before and to_folder(before) not in map(to_folder, list_held(draft).values()):
        draft.drop(to_folder(before))
    draft.drop(path)
    paths = sorted(its.relative_to(draft.folder).as_posix() for its in place.iterdir())
    draft.put(paths, licence=licence, source=source)


def _find_mine(held: Mapping[str, str], slot: str, name: str) -> str:
    """Return the slot that a model of a name goes to: of several readers that of its name."""
    readers = (one for one, its in held.items() if one.startswith(READERS) and Path(its).name == name)
    return next(readers, slot) if slot == READERS else slot


def to_folder(entry: str) -> str:
    """Return the folder that a slot's entry means; a classifier that is one file is that file.

    >>> to_folder("models/cnn/model.yaml"), to_folder("models/bert"), to_folder("cnn.safetensors")
    ('models/cnn', 'models/bert', 'cnn.safetensors')
    """
    return str(Path(entry).parent) if Path(entry).name == KIND_NAME else entry
