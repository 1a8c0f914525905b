"""A released cell in the trunk: its record, and a trace of what it did, from which follows what it could have seen.

A cell that hands on `globals()` may read any name. It is run once more, in a fork that ends, on names that note which
of them are asked for; what it says counts only where the cell did the same there.
"""

import json
import os
import re
from collections.abc import Sequence
from typing import Any

from grader.trunk.recorder import Recorder
from grader.trunk.state.noting import NotingNames
from grader.trunk.state.settings import list_random
from grader.trunk.state.trace import FileTrace

IDENTIFIER = re.compile(r"[0-9a-f]{32}|0x[0-9a-f]+")  # of a widget, of a display, of an object: another in each run
WARNED = re.compile(r"\w*Warning\b")


class Released:
    """Runs the released cells of a trunk, and notes what each does."""

    def __init__(self, recorder: Recorder, folders: Sequence[str]) -> None:
        self.recorder, self.files = recorder, FileTrace(folders)

    def run(self, source: str, ask: bool = False) -> dict[str, Any]:
        """Execute a cell; return its record, and as `trace` what it did. ask: it may read any name of `globals()`."""
        asked = ask_names(self.recorder, source) if ask else None
        before = list_random()
        self.files.begin()
        record = self.recorder.run(source)
        touched, after = self.files.end(), list_random()
        said = asked[0] if asked and asked[1] == strip_messages(record["messages"]) else None
        trace = {
            "draws": [name for name in after if after[name] != before.get(name, after[name])],
            "warned": any(WARNED.search(text) for text in list_errors(record["messages"])),
            "history": record["history"],
            "asked": said,
            **touched,
        }
        return {**record, "trace": trace}


def ask_names(recorder: Recorder, source: str) -> tuple[list[str], str] | None:
    """Return which names a cell asks of `globals()`, and what it shows, from a fork; None where that is not known."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        try:
            record = recorder.run(source, NotingNames(recorder.shell.user_ns))
            with os.fdopen(writer, "w") as file:
                json.dump([record["names"], strip_messages(record["messages"])], file)
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as file:
        said = file.read()
    os.waitpid(pid, 0)
    return tuple(json.loads(said)) if said else None


def strip_messages(messages: Any) -> str:
    """Return messages as a text that is the same in two runs of a cell that does the same."""
    return IDENTIFIER.sub("", json.dumps(messages, sort_keys=True))


def list_errors(messages: Any) -> list[str]:
    """Return what was written to standard error."""
    streams = (one["content"] for one in messages if one["msg_type"] == "stream")
    return [content["text"] for content in streams if content["name"] == "stderr"]
