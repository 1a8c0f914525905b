"""A server for tests that does as it is told: breaks off, lies about lengths, sends elsewhere; and notes each question.

It knows the part of a Hugging Face hub's API that `hf_hub_download` needs: HEAD and GET of an address with the headers
X-Repo-Commit and ETag, and a redirect for large files.
"""

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tests.patience import PATIENCE


@dataclass(frozen=True)
class Served:
    """What is answered for one path."""

    data: bytes = b""
    status: int = 200
    breaks_after: int | None = None  # bytes of the body, then the connection is closed
    stalls: bool = False  # there it waits instead, until the server ends
    ranges: bool = True
    length: int | None = None  # announced in place of the true one; 0: none is
    headers: Mapping[str, str] = field(default_factory=dict)


class Handler(BaseHTTPRequestHandler):
    """Answers one connection as the server's files say."""

    server: "FileServer"

    def do_GET(self) -> None:
        self.answer(body=True)

    def do_HEAD(self) -> None:
        self.answer(body=False)

    def answer(self, *, body: bool) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append((self.command, path, dict(self.headers)))
        its = self.server.files.get(path, Served(status=404))
        wanted = self.headers.get("Range")
        start = (
            int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and its.ranges and its.status == 200 else 0
        )
        if start and start >= len(its.data):
            its, start = Served(status=416), 0
        self.send_response(206 if start else its.status)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(its.data) - 1}/{len(its.data)}")
        if its.length != 0:
            self.send_header("Content-Length", str(len(its.data) - start if its.length is None else its.length))
        for name, value in its.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(its.data[start : its.breaks_after])
            if its.stalls:
                self.wfile.flush()
                self.server.ended.wait(PATIENCE)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class FileServer(ThreadingHTTPServer):
    """Answers on a free port of 127.0.0.1 with `files`; `asked` has each question's method, path and headers."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, Served] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.ended = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def list_headers(self, name: str) -> list[str | None]:
        """Return what each question had in one header."""
        return [headers.get(name) for _, _, headers in self.asked]

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.shutdown()
        self.server_close()


def to_entry(path: str, data: bytes, **more: Any) -> dict[str, Any]:
    """Return a lock's entry for a file."""
    return {"path": path, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), **more}


def to_cnn(data: bytes, *addresses: str, **more: Any) -> dict[str, Any]:
    """Return a lock's entry for the weights of a network."""
    return to_entry("models/cnn.pth", data, addresses=list(addresses), **more)
