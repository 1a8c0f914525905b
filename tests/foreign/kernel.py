"""What a hostile kernel sends: messages of the wrong shape, well signed or not, and how the worker takes them.

The worker's client takes them without a kernel: it writes what is left into an executed notebook.
"""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hypothesis import strategies as st
from jupyter_client.session import Session
from nbclient.exceptions import CellExecutionComplete, CellExecutionError

from grader.handins.notebook import parse_notebook
from grader.worker.client import Client, CutOff
from grader.worker.ending import judge_error
from grader.worker.save import save_notebook
from tests.foreign.made import to_bytes
from tests.foreign.mutate import change_values, edit_bytes
from tests.grader.sandboxed import SMALL

OUTPUT = "@jupyter-widgets/output"
SHOWN = {"data": {"text/plain": "a", "text/html": "<b>", "image/png": "aGk="}, "metadata": {"image/png": {"width": 3}}}
WIDGET = {"_model_name": "OutputModel", "_model_module": OUTPUT, "outputs": [{"output_type": "display_data", **SHOWN}]}
OPEN = {"comm_id": "w", "target_name": "jupyter.widget", "data": {"state": WIDGET, "buffer_paths": []}}
CONTENTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("stream", {"name": "stdout", "text": "a"}),
    ("display_data", {**SHOWN, "transient": {"display_id": "d"}}),
    ("update_display_data", {**SHOWN, "transient": {"display_id": "d"}}),
    ("execute_result", {**SHOWN, "execution_count": 1}),
    ("error", {"ename": "E", "evalue": "v", "traceback": ["t"]}),
    ("clear_output", {"wait": True}),
    ("status", {"execution_state": "busy"}),
    ("comm_open", OPEN),
    ("comm_msg", {"comm_id": "w", "data": {"method": "update", "state": {"msg_id": "p", "outputs": []}}}),
    ("comm_msg", {"comm_id": "w", "data": {"state": {**WIDGET, "msg_id": ""}}}),
    ("comm_close", {"comm_id": "w", "data": {}}),
    ("execute_input", {"code": "1", "execution_count": 1}),
)
REPLIES = (
    {"status": "ok", "execution_count": 1, "payload": []},
    {"status": "error", "ename": "E", "evalue": "v", "traceback": ["t"]},
    {"status": "aborted"},
)
MESSAGES = st.lists(
    st.sampled_from(CONTENTS).flatmap(
        lambda one: st.tuples(st.just(one[0]), st.just(one[1]) | change_values([one[1]], most=2))
    ),
    min_size=1,
    max_size=6,
)
HEADER = {"msg_id": "m", "msg_type": "stream", "session": "s", "username": "u", "version": "5.3", "date": "2027-05-28"}
PARTS = (HEADER, {**HEADER, "msg_id": "p"}, {}, {"name": "stdout", "text": "a"})
CONVERSATIONS = st.tuples(MESSAGES, st.sampled_from(REPLIES) | change_values(REPLIES, most=2)).map(to_bytes)


@contextmanager
def open_client() -> Iterator[Client]:
    """Give the client of a notebook of one cell, whose kernel is not there."""
    notebook = parse_notebook(to_bytes({"cells": [{"cell_type": "code", "source": "1", "metadata": {}}]}))
    client = Client(notebook, SimpleNamespace(key="k", address="/nowhere"), SMALL)  # type: ignore[arg-type]
    client.kc = SimpleNamespace(session=client.session, shell_channel=SimpleNamespace(send=lambda _: None))
    client.reset_execution_trackers()
    try:
        yield client
    finally:
        client.close()


def take_conversation(data: bytes, folder: Path) -> object:
    """Take the messages of a cell and its reply, and write the notebook, as the worker does; CutOff is its word."""
    messages, reply = json.loads(data)
    with open_client() as client:
        cell = client.nb.cells[0]
        try:
            for kind, content in messages:
                take_message(client, cell, kind, content)
            client.tell_widgets()
            take_reply(client, cell, reply)
            client.set_widgets_metadata()
        except CutOff:
            assert client.session.fault is not None
            assert client.session.fault.reason == "message"
        return save_notebook(folder, client.limits, client.nb, 1000)


def take_message(client: Client, cell: Any, kind: str, content: Any) -> None:
    """Take a message, unless what comes before refuses it: one whose content is no object."""
    if not isinstance(content, dict):
        return
    header = {**HEADER, "msg_type": kind}
    message = {"header": header, "msg_type": kind, "parent_header": {"msg_id": "p"}, "metadata": {}, "content": content}
    try:
        client.process_message({**message, "buffers": [b"x"]}, cell, 0)
    except CellExecutionComplete:
        return


def take_reply(client: Client, cell: Any, content: Any) -> None:
    if not isinstance(content, dict):
        return
    try:
        asyncio.run(client._check_raise_for_error(cell, 0, {"content": content}))
    except CellExecutionError as error:
        ending = judge_error(error, 0)
    else:
        return
    assert ending.word == "failed"


@st.composite
def draw_frames(draw: st.DrawFn) -> bytes:
    """Draw the parts of one message, one in each line as hexadecimal digits; mostly signed as the kernel signs."""
    parts = [to_bytes(part) for part in PARTS]
    place = draw(st.integers(0, 3))
    parts[place] = draw(
        change_values([PARTS[place]]).map(to_bytes) | edit_bytes([parts[place]], (b"[" * 9000, b"\xff"))
    )
    sign = Session(key=b"k").sign(parts) if draw(st.integers(0, 3)) else draw(st.binary(max_size=64))
    frames = [b"topic", b"<IDS|MSG>", sign, *parts, *draw(st.lists(st.binary(max_size=4), max_size=2))]
    for _ in range(draw(st.integers(0, 1))):
        del frames[draw(st.integers(0, len(frames) - 1))]
    return b"\n".join(frame.hex().encode() for frame in frames)


def take_frames(data: bytes, _: Path) -> object:
    """Take the frames of a message as they come from a socket; CutOff is the word for what is no message."""
    with open_client() as client:
        session = client.session
        try:
            _, rest = session.feed_identities([bytes.fromhex(line.decode()) for line in data.split(b"\n")])
            message = session.deserialize(rest)
        except CutOff:
            assert session.fault is not None
            assert session.fault.reason == "message"
            return None
        assert all(isinstance(message[name], dict) for name in ("header", "parent_header", "metadata", "content"))
        return message
