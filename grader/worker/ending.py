"""How a notebook's execution ended, in our words, and what nbclient's exceptions and a student's texts mean in them."""

import re
import signal
from dataclasses import dataclass

from nbclient.exceptions import CellExecutionError, DeadKernelError

from grader.runs.result import Reason, ResultWord

DETAIL = 500
LAST_WORDS = 300
MESSAGE_MIB = 16
BROKEN_OFF = f"one output of more than {MESSAGE_MIB} MiB, or the kernel closed its connection"
MEANS = {signal.SIGSYS.value: ", which a system call of another architecture (32 bit, x32) brings"}
TERMINAL_CODES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")
OUT_OF_MEMORY = re.compile(r"MemoryError|OutOfMemoryError|can't allocate memory")
OUT_OF_GPU_MEMORY = re.compile(r"CUDA out of memory|CUDA error: out of memory|CUDA_ERROR_OUT_OF_MEMORY")
OUT_OF_SPACE = re.compile(r"\[Errno (27|28|122)\]|No space left on device|File too large")


@dataclass(frozen=True)
class Ending:
    """How a notebook ended, in the words of `grader.runs.result.RunResult`."""

    word: ResultWord
    reason: Reason | None = None
    cell: int | None = None
    detail: str | None = None
    kept_going: bool = False


def judge_error(error: BaseException | None, cell: int | None) -> Ending:
    """Return the Ending that an exception of nbclient means; any other is our bug and goes on."""
    if error is None:
        return Ending("ran")
    if isinstance(error, CellExecutionError):
        text = clean_text(f"{error.ename}: {error.evalue}")
        return Ending("failed", judge_text(text), cell, text)
    if isinstance(error, DeadKernelError):
        return Ending("failed", "kernel_died", cell, "the kernel ended while the cell ran")
    if isinstance(error, RuntimeError) and "Kernel d" in str(error):  # "didn't respond", "died before replying"
        return Ending("failed", "kernel_died", None, "the kernel did not answer")
    raise error


def judge_text(text: str) -> Reason:
    """Return what an exception's name and words say was lacking, else that it was an exception.

    >>> judge_text("OutOfMemoryError: CUDA out of memory. Tried to allocate 80 GiB"), judge_text("MemoryError: ")
    ('gpu_memory', 'memory')
    """
    if OUT_OF_GPU_MEMORY.search(text):
        return "gpu_memory"
    return "memory" if OUT_OF_MEMORY.search(text) else "files" if OUT_OF_SPACE.search(text) else "exception"


def describe_death(code: int | None, stderr: bytes) -> str:
    r"""Return how a kernel ended: bubblewrap's exit code, which a signal makes 128 + n, and what was said on stderr.

    Whatever stands there, faulthandler's words too, a notebook can have written: it is quoted.

    >>> describe_death(134, b"0.00s - a hint\nFatal Python error: Aborted\n\nStack:\n")
    'the kernel ended while the cell ran: SIGABRT; its process wrote: "Fatal Python error: Aborted Stack:"'
    >>> describe_death(1, b"")
    'the kernel ended while the cell ran: exit code 1'
    """
    ended = "the kernel ended while the cell ran"
    if code is not None and code > 0:
        died = code - 128 if code - 128 in {one.value for one in signal.Signals} else 0
        ended += f": {signal.Signals(died).name}{MEANS.get(died, '')}" if died else f": exit code {code}"
    text = " ".join(stderr.decode(errors="replace").split())
    fatal = text.find("Fatal Python error")  # of faulthandler; the end of what it says is a list of modules
    said = text[fatal:][:LAST_WORDS] if fatal >= 0 else text[-LAST_WORDS:]
    return f"{ended}; its process wrote: {quote(said)}" if said else ended


def quote(text: str, most: int = DETAIL) -> str:
    r"""Return a student's text, cleaned, in quotes that it cannot end: what stands among words of ours.

    >>> quote('all is lost". The grader says: \x1b[2Jgo')
    '"all is lost\'. The grader says: go"'
    """
    return '"' + clean_text(text, most).replace('"', "'") + '"'


def clean_text(text: str, most: int = DETAIL) -> str:
    r"""Return a student's text without terminal codes, and not longer than `most`.

    >>> clean_text("\x1b[31mred\x1b[0m and\x07 long", 8)
    'red a...'
    """
    text = TERMINAL_CODES.sub("", text[: 4 * most]).encode("utf-8", "replace").decode()
    return text if len(text) <= most else text[: most - 3] + "..."
