"""Which of what was computed anew counts, and where it is kept: what verbs of several packages share."""

import argparse
import os
from pathlib import Path

from assignment.fixable import FixableError
from questions.proof.rerun import CACHE_FOLDER


def add_kept(parser: argparse.ArgumentParser) -> None:
    """Add --device and --cache."""
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu", help="where to compute (default: cpu)")
    keep = "where what was computed is kept, so that a stopped command resumes (default: build/reruns)"
    parser.add_argument("--cache", type=Path, default=CACHE_FOLDER, metavar="DIR", help=keep)


def check_folders(*folders: Path) -> None:
    """Raise FixableError, before anything is computed, where what is computed could not be stored."""
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FixableError(f"{folder}: {error.strerror}; expected a folder that can be written") from None
        if not os.access(folder, os.W_OK):
            raise FixableError(f"{folder}: no permission; expected a folder that can be written")
