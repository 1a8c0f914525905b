"""Labelled pictures: drawn ones, or any photographs in a folder with a sub-folder for each category."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.progress import track

from assignment.assignment import Size
from assignment.authoring.pictures.photograph import load_photograph
from assignment.authoring.pictures.preparation import Preparation, cut_picture, find_box
from assignment.fixable import Fault, FixableError, check_all, show_value


@dataclass(frozen=True)
class Labelled:
    """pixels (N, H, W, 3) uint8, labels (N,) int64."""

    pixels: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        """How many pictures there are."""
        return len(self.labels)

    def where(self, chosen: np.ndarray) -> "Labelled":
        """Keep the pictures that an index chooses."""
        return Labelled(self.pixels[chosen], self.labels[chosen])

    @property
    def sha256(self) -> str:
        """The digest of all pixels and labels, in their order."""
        return hashlib.sha256(self.pixels.tobytes() + self.labels.tobytes()).hexdigest()


def read_folder(folder: Path, size: Size) -> tuple[tuple[str, ...], Labelled]:
    """Return the categories' names, in the order of their labels, and their pictures, cut and resized to `size`.

    A category is a sub-folder, as for torchvision's ImageFolder; its pictures may lie deeper. Names that all begin with
    a number are in the numbers' order, others in that of the alphabet. Hidden files do not count. FixableError with
    every category that has fewer than two files, or with every file that is no picture.
    """
    names = list_categories(folder)
    files = [_list_shown(folder / name) for name in names]
    check_all(
        Fault((str(folder / name),), f"{len(its)} pictures; expected two or more, for training and to hold out")
        for name, its in zip(names, files, strict=True)
        if len(its) < 2
    )
    pixels: list[np.ndarray] = []
    faults: list[Fault] = []
    for path in track([path for its in files for path in its], "reading pictures"):
        try:
            pixels.append(read_picture(path, size))
        except FixableError as error:
            faults += error.faults
    check_all(faults)
    return tuple(names), Labelled(np.stack(pixels), np.repeat(np.arange(len(names)), [len(its) for its in files]))


def _list_shown(folder: Path) -> list[Path]:
    """Return the files in and below a folder, without what is hidden."""
    every = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in every if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def list_categories(folder: Path) -> list[str]:
    """Return the names of the sub-folders in the order of their labels; FixableError where there are fewer than two."""
    try:
        names = [one.name for one in os.scandir(folder) if one.is_dir() and not one.name.startswith(".")]
    except OSError as error:
        raise FixableError(Fault((str(folder),), f"{error.strerror}; expected a folder of pictures")) from None
    if len(names) < 2:
        says = f"{len(names)} sub-folders; expected two or more, each a category with its pictures"
        raise FixableError(Fault((str(folder),), says))
    numbers = {name: _find_number(name) for name in names}
    if None in numbers.values():
        return sorted(names)
    if len(set(numbers.values())) < len(names):
        twice = next(name for name in sorted(names) if list(numbers.values()).count(numbers[name]) > 1)
        raise FixableError(
            Fault((str(folder), show_value(twice)), "its number is another's too; expected one of its own")
        )
    return sorted(names, key=lambda name: numbers[name] or 0)


def _find_number(name: str) -> int | None:
    digits = name[: len(name) - len(name.lstrip("0123456789"))]
    return int(digits) if digits else None


def read_picture(path: Path, size: Size) -> np.ndarray:
    """Return one photograph (H, W, 3) uint8, upright, in sRGB on white, its middle cut to the shape and resized."""
    photograph = load_photograph(path)
    width, height = photograph.image.size
    preparation = Preparation(
        file=path.name,
        sha256=photograph.sha256,
        photograph=Size(height=height, width=width),
        box=find_box(height, width, size, "crop"),
        picture=size,
    )
    return np.asarray(cut_picture(photograph.image, preparation))


def split(pictures: Labelled, share: float, seed: int) -> tuple[Labelled, Labelled]:
    """Return what is trained on and what is held out: of each category this share, at least one picture of each.

    Which ones depends on the seed alone.
    """
    order, train, held = np.random.default_rng(seed), [], []
    for label in np.unique(pictures.labels):
        rows = order.permutation(np.flatnonzero(pictures.labels == label))
        count = min(max(1, round(share * len(rows))), len(rows) - 1)
        held.append(rows[:count])
        train.append(rows[count:])
    return pictures.where(np.concatenate(train)), pictures.where(np.concatenate(held))
