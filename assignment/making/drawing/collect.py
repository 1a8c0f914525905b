"""Many pictures at once: drawn by two processes, kept as one .npz file outside the repository."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from rich.progress import track

from assignment.making.drawing.picture import draw_picture


@dataclass(frozen=True)
class Wish:
    """The arguments of one picture; `tray` None leaves the tray to the seed."""

    label: int
    seed: int
    tray: bool | None = None


@dataclass(frozen=True)
class Collection:
    """pixels (N, 128, 128, 3) uint8, labels (N,) int64, on_tray (N,) bool."""

    pixels: np.ndarray
    labels: np.ndarray
    on_tray: np.ndarray

    def __len__(self) -> int:
        """How many pictures there are."""
        return len(self.labels)

    def where(self, chosen: np.ndarray) -> "Collection":
        """Keep the pictures that a mask or an index chooses."""
        return Collection(self.pixels[chosen], self.labels[chosen], self.on_tray[chosen])


def list_wishes(labels: Sequence[int], first_seed: int, each: int, tray: bool | None = None) -> list[Wish]:
    """`each` pictures of every label, with consecutive seeds."""
    return [Wish(label, first_seed + i, tray) for label in labels for i in range(each)]


def collect(wishes: Sequence[Wish], cache: Path, name: str, processes: int = 2) -> Collection:
    """Draw all wishes, or load them where `cache` already holds them drawn by the same program."""
    path = cache / f"{name}-{_fingerprint(wishes)}.npz"
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with get_context("spawn").Pool(processes) as pool:
            drawn = list(track(pool.imap(_draw, wishes, chunksize=16), f"drawing {name}", len(wishes)))
        aside = path.with_suffix(f".{os.getpid()}.part.npz")
        np.savez(
            aside,
            pixels=np.stack([pixels for pixels, _ in drawn]),
            labels=np.array([wish.label for wish in wishes], np.int64),
            on_tray=np.array([tray for _, tray in drawn]),
        )
        aside.replace(path)
    with np.load(path, allow_pickle=False) as stored:
        return Collection(stored["pixels"], stored["labels"], stored["on_tray"])


def _draw(wish: Wish) -> tuple[np.ndarray, bool]:
    drawing = draw_picture(wish.label, wish.seed, tray=wish.tray)
    return drawing.pixels, bool(drawing.tray.any())


def _fingerprint(wishes: Sequence[Wish]) -> str:
    """Name a set of wishes together with the text of the program that draws them."""
    mark = hashlib.sha256(json.dumps([asdict(wish) for wish in wishes]).encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        mark.update(source.read_bytes())
    return mark.hexdigest()[:12]
