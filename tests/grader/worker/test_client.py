"""Kernels that say too much, or what no kernel says."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from grader.worker.client import CountingSession, CutOff
from tests.patience import PATIENCE

SEND = """
kernel = get_ipython().kernel
session = kernel.session
def send(content, header=None, signature=None, metadata=b"{}"):
    parts = [session.pack(session.msg_header("stream")) if header is None else header,
             session.pack(kernel.get_parent()["header"]), metadata, content]
    kernel.iopub_socket.send_multipart([b"stream", b"<IDS|MSG>", signature or session.sign(parts), *parts])
"""
GOOD = 'send(b\'{"name": "stdout", "text": "well formed"}\')'
BAD = {
    "nested": 'send(b\'{"name": "stdout", "text": \' + b"[" * 200_000 + b"]" * 200_000 + b"}")',
    "unsigned": 'send(b"{}", signature=b"0" * 64)',
    "no json": 'send(b"\\xff\\xfe")',
    "no object": 'send(b"[1, 2]")',
    "no header": 'send(b"{}", header=b"7")',
    "no delimiter": "kernel.iopub_socket.send_multipart([b'stream', b'{}'])",
    "no stream": "send(b'{\"name\": 3}')",
}

PARTS = """
import time, zmq
kernel, part = get_ipython().kernel, bytearray(3 * 1024 * 1024)
def send():
    zmq.Socket.send(kernel.iopub_thread.socket, b"stream", zmq.SNDMORE)
    for _ in range(700):
        zmq.Socket.send(kernel.iopub_thread.socket, part, zmq.SNDMORE, copy=False)
    zmq.Socket.send(kernel.iopub_thread.socket, b"")
kernel.iopub_thread.schedule(send)
time.sleep(1200)
"""


def test_well_formed_message_is_an_output(execute: Callable[..., Any]) -> None:
    seen = execute([f"{SEND}\n{GOOD}", "print(1)"])
    assert seen.result.word == "ran"
    assert "well formed" in seen.texts[0]


@pytest.mark.parametrize("name", BAD)
def test_malformed_message_ends_the_run_with_its_word(execute: Callable[..., Any], name: str) -> None:
    seen = execute([f"{SEND}\n{BAD[name]}\nimport time; time.sleep({2 * PATIENCE})"])
    assert (seen.result.word, seen.result.reason, seen.result.cell) == ("failed", "message", 0)


def test_printing_200_mb_costs_the_supervisor_no_memory(execute: Callable[..., Any]) -> None:
    quiet = execute(["print('x' * 200)"])
    loud = execute(["for _ in range(2000): print('x' * 100_000, flush=True)"])
    assert (quiet.result.word, quiet.result.reason) == ("ran", None)
    assert (loud.result.word, loud.result.reason) == ("failed", "output")
    assert loud.result.output_bytes < 12 * 1024 * 1024
    assert loud.supervisor_mib < quiet.supervisor_mib + 60


def test_one_giant_output_ends_the_run(execute: Callable[..., Any]) -> None:
    seen = execute([f"print('x' * 60_000_000)\nimport time; time.sleep({2 * PATIENCE})"])
    assert (seen.result.word, seen.result.reason) == ("failed", "output")


def test_reply_of_the_wrong_shape_ends_the_run_with_its_word(execute: Callable[..., Any]) -> None:
    reply = "{'status': 'error', 'ename': 'E', 'evalue': '', 'traceback': [1]}"
    seen = execute([f"async def lie(*_, **__): return {reply}\nget_ipython().kernel.do_execute = lie", "1"])
    assert (seen.result.word, seen.result.reason, seen.result.cell) == ("failed", "message", 1)


def test_one_message_of_many_parts_does_not_fill_our_memory(execute: Callable[..., Any]) -> None:
    seen = execute([PARTS, f"import time; time.sleep({2 * PATIENCE})"])
    assert (seen.result.word, seen.result.reason) == ("failed", "output")
    assert seen.supervisor_mib < 2000  # of 2,100: how much is in flight when it is cut depends on the machine's load


def test_output_is_counted_before_it_is_parsed() -> None:
    session = CountingSession(key=b"k")
    session.cap, session.cut = 10, asyncio.Event()
    with pytest.raises(CutOff):
        session.deserialize([b"not json" * 2])
    assert session.cut.is_set()
    assert session.fault is not None
    assert session.fault.reason == "output"
