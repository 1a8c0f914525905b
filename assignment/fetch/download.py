"""A downloader for pooch that goes on where the last one broke off (HTTP Range, RFC 9110 section 14).

pooch's own HTTPDownloader begins its file anew each time, and drops it when the server breaks off. Here what came lies
in a file of its own beside pooch's, until it is whole: `sha256` decides that, never a header. What a server says in
words is not repeated to anyone: it could hold a signature, or colour codes for a terminal.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pooch
import requests
from requests.auth import AuthBase

from assignment.fetch.lock import LockedAsset, show_address
from assignment.fetch.sources import HUB_TOKEN_VARIABLE, TOKEN_VARIABLE, Source
from assignment.files.foreign import open_file
from assignment.fixable import Fault, FixableError

CHUNK = 2**16  # bytes: what is lost at most where a server breaks off
PATIENCE = 30  # seconds without a byte
Progress = Callable[[int, int, str], None]  # bytes done, bytes in all, the asset's path


class _ContentError(FixableError):
    """What came is not the file: worth one more try from its beginning, since what lay there may be to blame."""


class _Bearer(AuthBase):
    """Sends a token. requests takes it away where another host, port or scheme is redirected to."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


@dataclass(frozen=True)
class ResumingDownloader:
    """Takes an asset from one source; pooch calls it with a file to fill. FixableError says what came instead."""

    asset: LockedAsset
    source: Source
    part: Path  # what came so far
    progress: Progress

    def __call__(self, _url: str, output_file: str, _pooch: object) -> None:
        """Fill `output_file` with the whole asset, or leave in `part` what came of it."""
        resumed = measure(self.part) > 0
        try:
            self._fill()
            self._check_sum()
        except _ContentError:
            self.part.unlink(missing_ok=True)
            if not resumed:
                raise
            self(_url, output_file, _pooch)
            return
        os.replace(self.part, output_file)

    def _fill(self) -> None:
        have = measure(self.part)
        if have >= self.asset.bytes:
            return
        with self._open(have) as (done, chunks), self.part.open("ab") as file:
            file.truncate(done)
            self.progress(done, self.asset.bytes, self.asset.path)
            for chunk in chunks:
                done += len(chunk)
                if done > self.asset.bytes:
                    raise _ContentError(self._to_fault(f"more than {self.asset.bytes} bytes; expected no more"))
                file.write(chunk)
                self.progress(done, self.asset.bytes, self.asset.path)
        if done < self.asset.bytes:
            raise FixableError(self._to_fault(describe_break(done, self.asset.bytes)))

    def _check_sum(self) -> None:
        found = pooch.file_hash(str(self.part))
        if found != self.asset.sha256:
            says = f"another file, sha256 {found}; expected {self.asset.sha256}"
            raise _ContentError(self._to_fault(says))

    @contextmanager
    def _open(self, have: int) -> Iterator[tuple[int, Iterator[bytes]]]:
        """Give the byte with which the answer begins, `have` or 0, and its chunks."""
        if self.source.address.startswith("file:"):
            with self._open_file() as file:
                self._check_length(os.fstat(file.fileno()).st_size)
                file.seek(have)
                yield have, iter(lambda: file.read(CHUNK), b"")
            return
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        auth = _Bearer(self.source.token) if self.source.token else None
        with requests.get(self.source.address, headers=headers, auth=auth, stream=True, timeout=PATIENCE) as response:
            yield self._find_start(response, have), response.iter_content(CHUNK)

    def _open_file(self) -> BinaryIO:
        path = Path(url2pathname(urlsplit(self.source.address).path))
        try:
            if path.exists() and not path.is_file():
                raise FixableError(self._to_fault("a folder or a device; expected a file"))
            return open_file(path)
        except OSError as error:
            raise FixableError(self._to_fault(f"{error.strerror}; expected the file")) from None

    def _find_start(self, response: requests.Response, have: int) -> int:
        """Return the byte with which an answer begins; FixableError where it is not of this file."""
        if response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and have:
            raise _ContentError(self._to_fault(f"no bytes after {have}; expected {self.asset.bytes}"))
        if response.status_code not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
            raise FixableError(self._to_fault(f"{_describe_status(response.status_code)}; expected the file"))
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise FixableError(self._to_fault("compressed by the server; expected the file as it is"))
        if response.status_code == HTTPStatus.OK:
            self._check_length(_read_number(r"([0-9]{1,18})", response.headers.get("Content-Length")))
            return 0
        given = response.headers.get("Content-Range")
        if _read_number(r"bytes ([0-9]{1,18})-.*", given) != have:
            raise _ContentError(self._to_fault(f"other bytes than were asked for; expected those from {have} on"))
        self._check_length(_read_number(r"bytes [0-9]+-[0-9]+/([0-9]{1,18})", given))
        return have

    def _check_length(self, announced: int | None) -> None:
        if announced not in (None, self.asset.bytes):
            raise FixableError(self._to_fault(f"a file of {announced} bytes; expected {self.asset.bytes}"))

    def _to_fault(self, says: str) -> Fault:
        return Fault((show_address(self.source.address),), says)


def describe_break(done: int, total: int) -> str:
    """Say what came of a file that did not come whole."""
    return f"ended after {done} of {total} bytes; expected all (the same command goes on from there)"


def measure(path: Path) -> int:
    """Return the bytes of a file, 0 where there is none."""
    return path.stat().st_size if path.exists() else 0


def _read_number(pattern: str, header: str | None) -> int | None:
    found = re.fullmatch(pattern, header or "")
    return int(found[1]) if found else None


def _describe_status(status: int) -> str:
    known = {one.value: one.phrase for one in HTTPStatus}
    text = f"HTTP {status} {known.get(status, '')}".rstrip()
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        text += f" (a private file needs `private: true` and {TOKEN_VARIABLE}; one of a hub needs {HUB_TOKEN_VARIABLE})"
    return text
