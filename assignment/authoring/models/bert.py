"""Bringing a BERT into a course: `models/NAME/` with what is needed of a folder in the Hugging Face format."""

from pathlib import Path

import torch

from assignment.authoring.manifest import edit_manifest
from assignment.authoring.models.new_folder import make_folder
from assignment.authoring.models.pretrained import TOKENIZER, copy_pretrained
from assignment.authoring.models.slot import MODELS, check_free, fill
from assignment.models.bert import load_bert

KIND_OF = {
    "masked": "masked",
    "reader": "answers",
    "embeddings": "embeddings",
}  # what a BERT is for, as `load_bert` says
SLOT_OF = {"masked": "masked", "reader": "readers", "embeddings": "embeddings"}


def import_bert(
    folder: Path, use: str, name: str, found: Path, *, licence: str, source: str, replace: bool = False
) -> Path:
    """Write `models/NAME`, give it to a use of KIND_OF, and return its folder.

    It is opened for that use before anything of the course changes. Weights that are a pickle become safetensors; of
    those, what the use does not need is left out. FixableError where the folder is not such a BERT, where the use has a
    model that is not to be replaced, or where two readers would have one name.
    """
    place = folder / MODELS / name
    with edit_manifest(folder) as draft:
        check_free(draft, SLOT_OF[use], name, replace=replace)
        with make_folder(place, found) as aside:
            converts = copy_pretrained(found, aside, TOKENIZER)
            bert = load_bert(aside, KIND_OF[use], dtype=torch.float32)
            if converts:
                bert.model.save_pretrained(aside)  # what is tied is written once
        fill(draft, SLOT_OF[use], place, f"{MODELS}/{name}", licence=licence, source=source)
    return place
