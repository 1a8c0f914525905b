"""What a terminal must bear: code page 950, which Windows has in Taiwan, lacks letters that a notebook may have."""

import io
import sys


def allow_any_letter() -> None:
    """Let what is printed hold letters that the terminal's encoding lacks: they are shown as question marks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def show_cell(cell: int, count: int) -> None:
    """Say in a terminal which cell runs, of how many; what is printed next takes the line."""
    if sys.stderr.isatty():
        sys.stderr.write(f"cell 儲存格 {cell} / {count - 1}   \r")
        sys.stderr.flush()
