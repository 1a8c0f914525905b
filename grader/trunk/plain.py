"""Stand-in for the recorder and the hazards until those are merged: one shell that runs cells headlessly."""

import os
import sys
from collections.abc import Collection
from io import TextIOBase
from typing import Any

from ipykernel.compiler import XCachingCompiler
from ipykernel.zmqshell import ZMQInteractiveShell
from jupyter_client.session import Session
from traitlets import Any as AnyTrait
from traitlets.config import Config


class _Kept(Session):
    kept = AnyTrait()

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, **_: Any) -> Any:  # type: ignore[override]
        message = msg_or_type if isinstance(msg_or_type, dict) else self.msg(msg_or_type, content=content)
        self.kept.append({name: message[name] for name in ("msg_type", "content", "metadata")})
        return message


class _Stream(TextIOBase):
    def __init__(self, session: Any, name: str) -> None:
        self.session, self.name = session, name

    def write(self, text: str) -> int:
        self.session.send(None, "stream", {"name": self.name, "text": text})
        return len(text)


class Recorder:
    """One shell; `run` executes a cell in it."""

    shell: Any

    def __init__(self) -> None:
        os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
        self.session = _Kept(kept=[], key=b"")
        sys.stdout, sys.stderr = _Stream(self.session, "stdout"), _Stream(self.session, "stderr")
        config = Config()
        config.HistoryManager.enabled = False
        self.shell = ZMQInteractiveShell.instance(config=config, compiler_class=XCachingCompiler)
        one: Any
        for one in (self.shell.displayhook, self.shell.display_pub):
            one.session, one.pub_socket = self.session, None
        self.shell.displayhook.topic = b"x"
        self.shell.user_ns_hidden.update(self.shell.user_ns)

    def run(self, source: str) -> dict[str, Any]:
        """Execute a cell; return its messages, its number and whether it succeeded."""
        kept: list[Any] = []
        self.session.kept = kept
        result = self.shell.run_cell(source, store_history=True)
        return {"messages": kept, "count": result.execution_count, "ok": bool(result.success)}


def find_hazards(descriptors: Collection[int], children: Collection[int]) -> list[str]:
    """Return what forbids a fork, but for the given descriptors and children."""
    found = []
    if (tasks := len(os.listdir("/proc/self/task"))) > 1:
        found.append(f"{tasks} threads")
    for name in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{name}")
        except OSError:
            continue
        if int(name) not in descriptors and not target.startswith("/"):
            found.append(f"descriptor {target}")
    with open("/proc/self/maps") as maps:
        found += [f"shared mapping {line.split()[-1]}" for line in maps if line.split()[1][1:4:2] == "ws"]
    with open(f"/proc/self/task/{os.getpid()}/children") as file:
        found += [f"child {pid}" for pid in file.read().split() if int(pid) not in children]
    return found
