"""How a notebook's execution ended, in our words, and what nbclient's exceptions and a student's texts mean in them."""

import re
from dataclasses import dataclass

from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from grader.run import Reason, Word

DETAIL = 500
MESSAGE_MIB = 16
BROKEN_OFF = f"one output of more than {MESSAGE_MIB} MiB, or the kernel closed its connection"
TERMINAL_CODES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")
OUT_OF_MEMORY = re.compile(r"MemoryError|OutOfMemoryError|can't allocate memory|CUDA out of memory")
OUT_OF_SPACE = re.compile(r"\[Errno (27|28|122)\]|No space left on device|File too large")


@dataclass(frozen=True)
class Ending:
    """How a notebook ended, in the words of `grader.run.Result`."""

    word: Word
    reason: Reason | None = None
    cell: int | None = None
    detail: str | None = None


def judge_error(error: BaseException | None, cell: int | None) -> Ending:
    """Return the Ending that an exception of nbclient means; any other is our bug and goes on."""
    if error is None:
        return Ending("ran")
    if isinstance(error, CellExecutionError):
        text = clean_text(f"{error.ename}: {error.evalue}")
        reason: Reason = (
            "memory" if OUT_OF_MEMORY.search(text) else "files" if OUT_OF_SPACE.search(text) else "exception"
        )
        return Ending("failed", reason, cell, text)
    if isinstance(error, DeadKernelError):
        return Ending("failed", "kernel_died", cell, "the kernel ended while the cell ran")
    if isinstance(error, CellTimeoutError):
        return Ending("failed", "output", cell, BROKEN_OFF)
    if isinstance(error, RuntimeError) and "Kernel d" in str(error):  # "didn't respond", "died before replying"
        return Ending("failed", "kernel_died", None, "the kernel did not answer")
    raise error


def clean_text(text: str, most: int = DETAIL) -> str:
    r"""Return a student's text without terminal codes, and not longer than `most`.

    >>> clean_text("\x1b[31mred\x1b[0m and\x07 long", 8)
    'red a...'
    """
    text = TERMINAL_CODES.sub("", text[: 4 * most]).encode("utf-8", "replace").decode()
    return text if len(text) <= most else text[: most - 3] + "..."
