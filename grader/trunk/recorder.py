"""A shell without a kernel: it runs cells as ipykernel does, and keeps the messages that a kernel would have sent.

A process that has run cells in it can be forked, for it has no thread and no socket; a fork can become an ipykernel,
which takes the shell over.
"""

import builtins
import getpass
import importlib.util
import io
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import comm
from ipykernel.comm.comm import BaseComm
from ipykernel.compiler import XCachingCompiler
from ipykernel.jsonutil import json_clean
from ipykernel.kernelbase import Kernel
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.error import StdinNotImplementedError
from jupyter_client.jsonutil import json_default
from jupyter_client.session import Session
from traitlets import Any as AnyTrait
from traitlets.config import Config

from grader.trunk.state.noting import NotingHistory, NotingNames

Message = dict[str, Any]  # msg_type, content, metadata, and base64 buffers where there are any
ASKED = "{} was called, but this frontend does not support input requests."
GLOBALS = "globals"
PARENT = {"header": {"msg_id": "recorded"}}
INLINE = "module://matplotlib_inline.backend_inline"


class RecordingSession(Session):
    """Keeps each message in `sink` instead of sending it; without a sink it is lost."""

    sink: Any = AnyTrait()

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, *args: Any, **options: Any) -> Any:
        """Keep one message, as it would have been read at the other end."""
        whole = msg_or_type
        if not isinstance(msg_or_type, dict):
            whole = self.msg(msg_or_type, content=content, metadata=options.get("metadata"))
        if self.sink is not None:
            kept = {name: whole[name] for name in ("msg_type", "content", "metadata")}
            kept = json.loads(json.dumps(kept, default=json_default))
            if options.get("buffers"):
                kept["buffers"] = [bytes(one).hex() for one in options["buffers"]]
            self.sink.append(kept)
        return whole


class Stream(io.TextIOBase):
    """Standard output or error; what follows directly is one message, since nobody saw when it was written."""

    encoding, errors = "UTF-8", "strict"

    def __init__(self, session: RecordingSession, name: str) -> None:
        self.session, self.name = session, name

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def isatty(self) -> bool:
        """Tell that nobody sits at it."""
        return False

    def write(self, text: str) -> int:
        """Take a text; TypeError where it is none, as a kernel's stream has it."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        last = self.session.sink[-1] if self.session.sink else {}
        if last.get("msg_type") == "stream" and last["content"]["name"] == self.name:
            last["content"]["text"] += text
        elif text:
            self.session.send(None, "stream", {"name": self.name, "text": text})
        return len(text)


class NoKernel:
    """What an Output widget asks for the request whose outputs it is to take: so the record tells that it does."""

    def get_parent(self) -> dict[str, Any]:
        """Return the request that is served."""
        return PARENT


class RecordedComm(BaseComm):
    """A widget's line to its page: kept as messages until there is a kernel, which then sends them."""

    session: RecordingSession
    kernel: Any = NoKernel()

    def publish_msg(
        self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **keys: Any
    ) -> None:
        """Send or keep one message."""
        if Kernel.initialized():
            self.kernel = Kernel.instance()
            super().publish_msg(msg_type, data, metadata, buffers, **keys)  # type: ignore[no-untyped-call]
            return
        content = json_clean({"data": data or {}, "comm_id": self.comm_id, **keys})  # type: ignore[no-untyped-call]
        kept = json_clean(metadata or {})  # type: ignore[no-untyped-call]
        self.session.send(None, msg_type, content, metadata=kept, buffers=buffers)


class Recorder:
    """One shell; `run` executes a cell in it."""

    def __init__(self) -> None:
        os.environ["MPLBACKEND"] = os.environ.get("MPLBACKEND") or INLINE  # as ipykernel does
        quieten_tqdm()
        self.session = RecordingSession(sink=None, key=b"", username="trunk", session="trunk")
        self.shell = make_shell()
        sys.stdout, sys.stderr = Stream(self.session, "stdout"), Stream(self.session, "stderr")
        for one in (self.shell.displayhook, self.shell.display_pub):
            one.session, one.pub_socket, one.topic = self.session, None, b""
        self.shell.enable_gui = lambda gui=None: None
        self.shell.set_parent(PARENT)
        self.shell.user_ns_hidden.update(self.shell.user_ns)
        RecordedComm.session = self.session
        comm.create_comm = RecordedComm
        self.set_history([])

    def run(self, source: str, names: NotingNames | None = None) -> dict[str, Any]:
        """Execute a cell; return its messages, its number, whether it succeeded, its seconds, and what it looked at.

        names: what the cell gets of `globals()`, where that is to be noted; such a shell is not to be used further.
        """
        sink: list[Message] = []
        self.session.sink, self.history.looked = sink, False
        count, wall, cpu = self.shell.execution_count, time.monotonic(), time.process_time()
        if names is not None:
            self.shell.user_ns[GLOBALS] = lambda: names
        with _refuse_input(), _take_descriptors(sink):
            result = self.shell.run_cell(source, store_history=True)
        self.session.sink = None  # what a look provokes is no output of the cell
        self.shell.payload_manager.clear_payload()
        return {
            "messages": sink,
            "count": count,
            "ok": bool(result.success),
            "wall": time.monotonic() - wall,
            "cpu": time.process_time() - cpu,
            "history": self.history.looked,
            "names": sorted(names.asked) if names is not None else None,
        }

    def set_history(self, sources: list[str]) -> None:
        """Have the shell say that it ran these cells, and no others: so a fork stands where its hand-in does."""
        manager = self.shell.history_manager
        self.history = NotingHistory(["", *sources])
        manager.input_hist_raw = self.history
        transform = self.shell.transform_cell
        manager.input_hist_parsed[:] = ["", *(transform(one).rstrip("\n") for one in sources)]
        self.shell.execution_count = len(sources) + 1


def make_shell() -> Any:
    """Return the one shell of a process, which keeps no history on disk."""
    config = Config()
    config.HistoryManager.enabled = False
    return ZMQInteractiveShell.instance(config=config, compiler_class=XCachingCompiler)


def quieten_tqdm() -> None:
    """Keep tqdm, where there is one, from a semaphore by which forks could block each other, and from a thread."""
    if importlib.util.find_spec("tqdm") is not None:
        bars = importlib.import_module("tqdm.std")
        bars.TqdmDefaultWriteLock.mp_lock, bars.tqdm.monitor_interval = None, 0


@contextmanager
def _refuse_input() -> Iterator[None]:
    """Have a cell that asks for input fail, as under nbclient."""
    kept = builtins.input, getpass.getpass

    def refuse(prompt: str = "") -> NoReturn:
        raise StdinNotImplementedError(ASKED.format("raw_input"))

    def refuse_password(prompt: str = "Password: ", stream: Any = None) -> NoReturn:
        raise StdinNotImplementedError(ASKED.format("getpass"))

    builtins.input, getpass.getpass = refuse, refuse_password  # type: ignore[assignment]
    try:
        yield
    finally:
        builtins.input, getpass.getpass = kept


@contextmanager
def _take_descriptors(sink: list[Message]) -> Iterator[None]:
    """Take what libraries written in C, and processes, write past Python; a kernel puts it into the same streams."""
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            stream.flush()
    kept = {number: (os.dup(number), os.memfd_create("written", os.MFD_CLOEXEC)) for number in (1, 2)}
    for number, (_, taken) in kept.items():
        os.dup2(taken, number)
    try:
        yield
    finally:
        for number, (before, taken) in kept.items():
            os.dup2(before, number)
            os.close(before)
            with os.fdopen(taken, "rb") as file:
                file.seek(0)
                text = file.read().decode("utf-8", errors="replace")
            if text:
                content = {"name": "stdout" if number == 1 else "stderr", "text": text}
                sink.append({"msg_type": "stream", "content": content, "metadata": {}})
