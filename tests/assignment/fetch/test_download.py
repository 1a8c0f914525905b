"""What breaks off goes on where it stopped, and what comes instead of the file is named and never kept for it."""

import hashlib
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from assignment.fetch import download
from assignment.fetch.fetch import Outcome
from assignment.fetch.lock import Lock
from tests.assignment.fetch.conftest import Place
from tests.assignment.fetch.served import FileServer, Served, to_cnn
from tests.patience import wait_until

Say = Callable[[Outcome], str]
HALF = 250_000
KILLED = """
import sys
from pathlib import Path
from assignment.fetch.fetch import fetch_assets
from assignment.fetch.lock import Lock
from assignment.fetch.sources import Access
folder, cache, lock = sys.argv[1:]
list(fetch_assets(Path(folder), Lock.model_validate_json(lock), Access(Path(cache)), lambda *_: None))
"""


def test_file_that_broke_off_goes_on_where_it_stopped(
    server: FileServer, place: Place, weights: bytes, say: Say
) -> None:
    entry = to_cnn(weights, f"{server.address}/cnn.pth")
    server.files["/cnn.pth"] = Served(weights, breaks_after=HALF)
    broken = place.fetch_one(entry)
    kept = (place.cache / f"{entry['sha256']}.part").stat().st_size
    assert HALF - download.CHUNK <= kept <= HALF
    expected = f"ended after {kept} of {len(weights)} bytes; expected all (the same command goes on from there)"
    assert say(broken) == f"{place.folder}/lock.yaml: models/cnn.pth: {server.address}/cnn.pth: {expected}"
    assert broken.source is None
    assert place.list_files() == []
    server.files["/cnn.pth"] = Served(weights)
    place.told.clear()
    assert place.fetch_one(entry).faults == ()
    assert server.list_headers("Range") == [None, f"bytes={kept}-"]
    assert place.told[0][0] == kept
    assert (place.folder / "models" / "cnn.pth").read_bytes() == weights
    assert place.list_cached() == [entry["sha256"]]


def test_server_that_cannot_resume_begins_anew(server: FileServer, place: Place, weights: bytes) -> None:
    entry = to_cnn(weights, f"{server.address}/cnn.pth")
    server.files["/cnn.pth"] = Served(weights, breaks_after=HALF, ranges=False)
    place.fetch_one(entry)
    server.files["/cnn.pth"] = Served(weights, ranges=False)
    assert place.fetch_one(entry).source is not None
    assert len(server.asked) == 2
    assert (place.folder / "models" / "cnn.pth").read_bytes() == weights


def test_killed_command_goes_on_where_it_stopped(server: FileServer, place: Place, weights: bytes) -> None:
    server.files["/cnn.pth"] = Served(weights, breaks_after=HALF, stalls=True)
    entry = to_cnn(weights, f"{server.address}/cnn.pth")
    lock = Lock.model_validate({"assets": [entry]}).model_dump_json()
    words = [sys.executable, "-c", KILLED, str(place.folder), str(place.cache), lock]
    part = place.cache / f"{entry['sha256']}.part"
    with subprocess.Popen(words, cwd=Path(__file__).parents[3]) as process:
        assert wait_until(lambda: part.exists() and part.stat().st_size >= HALF - download.CHUNK)
        process.send_signal(signal.SIGKILL)
    server.files["/cnn.pth"] = Served(weights)
    assert place.fetch_one(entry).source is not None
    assert server.list_headers("Range")[1] is not None
    assert (place.folder / "models" / "cnn.pth").read_bytes() == weights


@pytest.mark.parametrize(
    ("served", "says"),
    [
        (Served(status=404), "HTTP 404 Not Found; expected the file"),
        (Served(status=500), "HTTP 500 Internal Server Error; expected the file"),
        (Served(status=299), "HTTP 299; expected the file"),
        (Served(status=401), "HTTP 401 Unauthorized (a private file needs `private: true` and HW9_FETCH_TOKEN"),
        (Served(b"y" * 100), "another file, sha256 " + hashlib.sha256(b"y" * 100).hexdigest() + "; expected "),
        (Served(b"<html>log in</html>"), "a file of 19 bytes; expected 100"),
        (Served(b"x" * 100, length=70), "a file of 70 bytes; expected 100"),
        (Served(b"x" * 100, length=130), "a file of 130 bytes; expected 100"),
        (Served(b"x" * 70, length=100), "expected"),
        (Served(b"x" * 130, length=0), "more than 100 bytes; expected no more"),
        (Served(b"x" * 70, length=0), "ended after 70 of 100 bytes; expected all"),
        (Served(b"x" * 100, headers={"Content-Encoding": "gzip"}), "compressed by the server; expected the file as"),
        (Served(status=302, headers={"Location": "http://a..b/"}), "leads to no address; expected the file"),
        (Served(status=302, headers={"Location": "file:///etc/passwd"}), "leads to no address; expected the file"),
        (Served(status=302, headers={"Location": "/cnn.pth"}), "leads to no address; expected the file"),
    ],
)
def test_what_came_instead_is_said_and_nothing_of_it_placed(
    served: Served, says: str, server: FileServer, place: Place, say: Say
) -> None:
    server.files["/cnn.pth"] = served
    outcome = place.fetch_one(to_cnn(b"x" * 100, f"{server.address}/cnn.pth"))
    assert outcome.source is None
    assert say(outcome).startswith(f"{place.folder}/lock.yaml: models/cnn.pth: {server.address}/cnn.pth: ")
    assert says in say(outcome)
    assert list(place.folder.rglob("*")) == []


@pytest.mark.parametrize(
    "served", [Served(b"y" * 100), Served(b"x" * 130, length=0), Served(status=404), Served(b"x" * 70, length=0)]
)
def test_bad_answer_does_not_spoil_the_next_run(served: Served, server: FileServer, place: Place) -> None:
    entry = to_cnn(b"x" * 100, f"{server.address}/cnn.pth")
    server.files["/cnn.pth"] = served
    assert place.fetch_one(entry).source is None
    server.files["/cnn.pth"] = Served(b"x" * 100)
    assert place.fetch_one(entry).source is not None
    assert (place.folder / "models" / "cnn.pth").read_bytes() == b"x" * 100


@pytest.mark.parametrize("rotten", [b"y" * 40, b"y" * 100, b"x" * 130])
def test_what_lies_half_in_the_cache_and_is_wrong_is_fetched_from_its_beginning(
    rotten: bytes, server: FileServer, place: Place
) -> None:
    entry = to_cnn(b"x" * 100, f"{server.address}/cnn.pth")
    server.files["/cnn.pth"] = Served(b"x" * 100)
    place.cache.mkdir()
    (place.cache / f"{entry['sha256']}.part").write_bytes(rotten)
    assert place.fetch_one(entry).faults == ()
    assert (place.folder / "models" / "cnn.pth").read_bytes() == b"x" * 100


@pytest.mark.parametrize("header", ["bytes 0-99/100", "bytes 41-99/100", "nonsense"])
def test_other_bytes_than_were_asked_for_are_not_appended(header: str, server: FileServer, place: Place) -> None:
    entry = to_cnn(b"x" * 100, f"{server.address}/cnn.pth")
    place.cache.mkdir()
    (place.cache / f"{entry['sha256']}.part").write_bytes(b"x" * 40)
    server.files["/cnn.pth"] = Served(b"x" * 60, status=206, ranges=False, headers={"Content-Range": header})
    assert place.fetch_one(entry).source is None
    server.files["/cnn.pth"] = Served(b"x" * 100)
    assert place.fetch_one(entry).source is not None
    assert (place.folder / "models" / "cnn.pth").read_bytes() == b"x" * 100


def test_server_whose_whole_has_become_another_is_left_and_what_came_kept(
    server: FileServer, place: Place, say: Say
) -> None:
    entry = to_cnn(b"x" * 100, f"{server.address}/cnn.pth")
    place.cache.mkdir()
    (place.cache / f"{entry['sha256']}.part").write_bytes(b"x" * 40)
    server.files["/cnn.pth"] = Served(b"x" * 130)
    assert "a file of 130 bytes; expected 100" in say(place.fetch_one(entry))
    assert (place.cache / f"{entry['sha256']}.part").read_bytes() == b"x" * 40


def test_whole_file_that_was_not_compared_yet_is_not_asked_for(place: Place) -> None:
    entry = to_cnn(b"x" * 100, "http://127.0.0.1:1/cnn.pth")
    place.cache.mkdir()
    (place.cache / f"{entry['sha256']}.part").write_bytes(b"x" * 100)
    assert place.fetch_one(entry).faults == ()
    assert (place.folder / "models" / "cnn.pth").read_bytes() == b"x" * 100


def test_server_whose_file_ends_before_what_is_kept_is_asked_anew(server: FileServer, place: Place, say: Say) -> None:
    entry = to_cnn(b"x" * 100, f"{server.address}/cnn.pth")
    place.cache.mkdir()
    (place.cache / f"{entry['sha256']}.part").write_bytes(b"x" * 40)
    server.files["/cnn.pth"] = Served(b"x" * 30)
    assert "a file of 30 bytes; expected 100" in say(place.fetch_one(entry))


def test_server_that_falls_silent_is_left_and_what_came_kept(
    server: FileServer, place: Place, weights: bytes, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "PATIENCE", 0.2)
    server.files["/cnn.pth"] = Served(weights, breaks_after=HALF, stalls=True)
    outcome = place.fetch_one(to_cnn(weights, f"{server.address}/cnn.pth"))
    assert "the same command goes on from there" in say(outcome)


def test_server_that_is_not_there_is_named(place: Place, say: Say) -> None:
    with FileServer() as gone:
        address = gone.address
    assert f"{address}/a: no connection (ConnectionError); expected the file" in say(
        place.fetch_one(to_cnn(b"weights", f"{address}/a"))
    )


def test_full_disk_is_said_and_what_came_is_kept(server: FileServer, place: Place, weights: bytes, say: Say) -> None:
    server.files["/cnn.pth"] = Served(weights)
    entry = to_cnn(weights, f"{server.address}/cnn.pth")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (HALF, limits[1]))
    try:
        full = place.fetch_one(entry)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert f"File too large; expected room for 500000 bytes in {place.cache}" in say(full)
    assert place.list_files() == []
    assert place.fetch_one(entry).faults == ()
    assert server.list_headers("Range")[1] is not None
