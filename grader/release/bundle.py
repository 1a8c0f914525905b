"""`hw9-student.zip`: what a student puts beside the notebook on a laptop or in a hosted notebook.

It holds the notebook and the parts of `assignment/` that it needs, and nothing of another room. The same files give the
same bytes.
"""

import zipfile
from pathlib import Path

import assignment
from assignment.profile import check_profile, load_profile

BUNDLE_NAME = "hw9-student.zip"
ROOM = Path(assignment.__file__).parent
PATTERNS = ("*.py", "models/*.py", "cells/*.py", "assignment.yaml", "explorer/*.*", "fonts/*.otf")
LEFT_OUT = (
    "truth.yaml",  # what was planted
    "cnn.md",  # and how well the CNN learned it
    "card.md",  # and the BERTs, with what is wrong with one of them
    "homework.py",
    "bert_card.py",
    "bert_data.py",
    "bert_recipe.py",
    "cnn_card.py",
    "cnn_data.py",
    "draw_profile.py",
    "measure_bert.py",
    "measure_cnn.py",
    "profile_pictures.py",
    "recipe.py",
    "train_bert.py",
    "train_cnn.py",
)


def find_bundled() -> dict[str, Path]:
    """Return the files of the bundle by their names in it, sorted."""
    paths = [path for pattern in PATTERNS for path in ROOM.glob(pattern)]
    for manifest in ROOM.glob("profiles/*/manifest.yaml"):  # of a profile no more than its manifest names
        profile = load_profile(manifest.parent.name)
        paths += [manifest, *(profile.folder / asset.path for asset in profile.manifest.assets)]
    found = {
        f"assignment/{path.relative_to(ROOM).as_posix()}": path
        for path in paths
        if path.is_file() and path.name not in LEFT_OUT
    }
    return dict(sorted({"homework.ipynb": ROOM / "homework.ipynb", **found}.items()))


def write_bundle(folder: Path) -> Path:
    """Write the bundle into a folder and return its path; FixableError where an asset of a profile is not whole."""
    for manifest in ROOM.glob("profiles/*/manifest.yaml"):
        check_profile(load_profile(manifest.parent.name))
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / BUNDLE_NAME
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in find_bundled().items():
            archive.writestr(zipfile.ZipInfo(name), path.read_bytes(), compress_type=zipfile.ZIP_DEFLATED)
    return place
