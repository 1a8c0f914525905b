"""Messages between a trunk, its branches and who asks them: JSON over a unix socket, with descriptors beside.

The trunk's own socket is heard by nobody but the trunk and takes one word with one descriptor, the socket by which the
rest is said. What is said of a student goes by that one to the fork alone: it is never in the trunk's memory, which all
branches inherit.
"""

import json
import os
import socket
import struct
from collections.abc import Sequence
from typing import Any

LENGTH = struct.Struct("!Q")  # bytes of the JSON that follows
MOST_DESCRIPTORS = 16
WORD_BYTES = 32


def say_word(control: socket.socket, word: str) -> socket.socket:
    """Say one word to a trunk and return the socket by which it answers."""
    ours, theirs = socket.socketpair()
    with theirs:
        socket.send_fds(control, [word.encode()], [theirs.fileno()])
    return ours


def hear_word(control: socket.socket) -> tuple[str, socket.socket]:
    """Return a word and the socket by which to answer; EOFError once nobody can say any more."""
    said, descriptors = _receive(control, WORD_BYTES, 1)
    if not said or not descriptors:
        raise EOFError("nobody asks any more")
    return said.decode(), socket.socket(fileno=descriptors[0])


def send(connection: socket.socket, message: Any, descriptors: Sequence[int] = ()) -> None:
    """Send a message of JSON; the descriptors are known to the receiver by numbers of its own."""
    data = json.dumps(message).encode()
    socket.send_fds(connection, [LENGTH.pack(len(data))], descriptors)
    connection.sendall(data)


def receive(connection: socket.socket) -> tuple[Any, list[int]]:
    """Return a message and its descriptors, which are the receiver's to close; EOFError where the sender is gone."""
    head, descriptors = _receive(connection, LENGTH.size, MOST_DESCRIPTORS)
    try:
        head += _read(connection, LENGTH.size - len(head))
        return json.loads(_read(connection, *LENGTH.unpack(head))), descriptors
    except (EOFError, OSError):
        for one in descriptors:
            os.close(one)
        raise


def _receive(connection: socket.socket, size: int, most: int) -> tuple[bytes, list[int]]:
    """Return what comes next, with descriptors that no program inherits; `recv_fds` passes no flag on for that."""
    said, descriptors, _, _ = socket.recv_fds(connection, size, most)
    for one in descriptors:
        os.set_inheritable(one, False)
    return said, descriptors


def _read(connection: socket.socket, size: int) -> bytes:
    """Return the next `size` bytes."""
    data = bytearray()
    while len(data) < size:
        part = connection.recv(min(1 << 20, size - len(data)))
        if not part:
            raise EOFError("the other side is gone")
        data += part
    return bytes(data)
