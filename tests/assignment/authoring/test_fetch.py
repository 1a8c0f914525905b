"""What is fetched is whole or not there, goes on where it broke off, and is asked for once."""

import hashlib
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assignment.authoring import download
from assignment.authoring.fetch import Outcome, fetch_assets, find_disagreements
from assignment.authoring.lock import Lock
from assignment.authoring.sources import Access
from assignment.fixable import FixableError
from assignment.profile import Manifest
from tests.assignment.authoring.conftest import Place
from tests.assignment.authoring.served import FileServer, Served, to_entry
from tests.patience import wait_until

Say = Callable[[Outcome], str]
HALF = 250_000
KILLED = """
import sys
from pathlib import Path
from assignment.authoring.fetch import fetch_assets
from assignment.authoring.lock import Lock
from assignment.authoring.sources import Access
folder, cache, lock = sys.argv[1:]
list(fetch_assets(Path(folder), Lock.model_validate_json(lock), Access(Path(cache)), lambda *_: None))
"""


def to_cnn(data: bytes, *addresses: str, **more: Any) -> dict[str, Any]:
    return to_entry("models/cnn.pth", data, addresses=list(addresses), **more)


def test_file_is_brought_and_then_asked_for_no_more(server: FileServer, place: Place, weights: bytes) -> None:
    server.files["/cnn.pth"] = Served(weights)
    entry = to_cnn(weights, f"{server.address}/cnn.pth?download=1")
    first = place.fetch_one(entry)
    assert (first.source, first.faults) == (f"{server.address}/cnn.pth?...", ())
    assert (place.folder / "models" / "cnn.pth").read_bytes() == weights
    assert place.told[0] == (0, len(weights), "models/cnn.pth")
    assert place.told[-1] == (len(weights), len(weights), "models/cnn.pth")
    assert place.fetch_one(entry).source == "there already"
    (place.folder / "models" / "cnn.pth").unlink()
    assert place.fetch_one(entry, offline=True).source == "from the cache"
    assert (place.folder / "models" / "cnn.pth").read_bytes() == weights
    assert server.list_headers("Accept-Encoding") == ["identity"]
    assert place.list_files() == ["models/cnn.pth"]


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


def test_mirror_that_has_the_file_is_taken_and_the_others_are_named(
    server: FileServer, other: FileServer, place: Place, weights: bytes, tmp_path: Path, say: Say
) -> None:
    (tmp_path / "my share").mkdir()
    (tmp_path / "my share" / "cnn.pth").write_bytes(weights)
    server.files["/cnn.pth"] = Served(weights, breaks_after=HALF)
    gone = f"{other.address}/cnn.pth"
    mirror = (tmp_path / "my share" / "cnn.pth").as_uri()
    outcome = place.fetch_one(to_cnn(weights, gone, f"{server.address}/cnn.pth", mirror))
    assert outcome.source == mirror
    assert [fault.place[2] for fault in outcome.faults] == [gone, f"{server.address}/cnn.pth"]
    assert (place.folder / "models" / "cnn.pth").read_bytes() == weights
    assert place.told[-1][0] == len(weights)


@pytest.mark.parametrize(
    ("name", "says"), [("gone", "No such file or directory; expected the file"), ("share", "a folder or a device")]
)
def test_mirror_on_a_disk_that_has_no_file_is_named(
    name: str, says: str, place: Place, tmp_path: Path, say: Say
) -> None:
    (tmp_path / "share").mkdir()
    assert says in say(place.fetch_one(to_cnn(b"weights", (tmp_path / name).as_uri())))


def test_server_that_is_not_there_is_named(place: Place, say: Say) -> None:
    with FileServer() as gone:
        address = gone.address
    assert f"{address}/a: no connection (ConnectionError); expected the file" in say(
        place.fetch_one(to_cnn(b"weights", f"{address}/a"))
    )


def test_one_file_that_cannot_be_had_keeps_no_other_away(server: FileServer, place: Place, weights: bytes) -> None:
    server.files["/b"] = Served(weights)
    entries = [to_entry(name, weights, addresses=[f"{server.address}/{name}"]) for name in ("a", "b", "c/d")]
    entries[0]["sha256"], entries[2]["sha256"] = "0" * 64, "1" * 64
    outcomes = place.fetch(*entries)
    assert [outcome.source is None for outcome in outcomes] == [True, False, True]
    assert place.list_files() == ["b"]


def test_offline_asks_no_server_but_takes_a_mirror_on_a_disk(
    server: FileServer, place: Place, tmp_path: Path, say: Say
) -> None:
    server.files["/cnn.pth"] = Served(b"weights")
    entry = to_cnn(b"weights", f"{server.address}/cnn.pth")
    outcome = place.fetch_one(entry, offline=True)
    assert say(outcome).endswith(f"not in the cache {place.cache}; expected it there with --offline")
    (tmp_path / "cnn.pth").write_bytes(b"weights")
    entry["addresses"].append((tmp_path / "cnn.pth").as_uri())
    assert place.fetch_one(entry, offline=True).source == (tmp_path / "cnn.pth").as_uri()
    assert server.asked == []


def test_file_of_the_authors_own_is_not_overwritten(server: FileServer, place: Place, say: Say) -> None:
    server.files["/cnn.pth"] = Served(b"weights")
    target = place.folder / "models" / "cnn.pth"
    target.parent.mkdir()
    target.write_bytes(b"trained all night")
    outcome = place.fetch_one(to_cnn(b"weights", f"{server.address}/cnn.pth"))
    assert "models/cnn.pth: another file lies there, 17 bytes, sha256 " in say(outcome)
    assert target.read_bytes() == b"trained all night"
    assert server.asked == []


def test_file_that_an_older_lock_brought_is_replaced(server: FileServer, place: Place) -> None:
    for data in (b"weights", b"newer weights"):
        server.files["/cnn.pth"] = Served(data)
        assert place.fetch_one(to_cnn(data, f"{server.address}/cnn.pth")).faults == ()
        assert (place.folder / "models" / "cnn.pth").read_bytes() == data


def test_changing_a_course_does_not_change_the_cache(server: FileServer, place: Place) -> None:
    server.files["/cnn.pth"] = Served(b"weights")
    entry = to_cnn(b"weights", f"{server.address}/cnn.pth")
    place.fetch_one(entry)
    with (place.folder / "models" / "cnn.pth").open("r+b") as file:
        file.write(b"W")
    assert (place.cache / entry["sha256"]).read_bytes() == b"weights"


def test_rotten_cache_is_mended(server: FileServer, place: Place) -> None:
    server.files["/cnn.pth"] = Served(b"weights")
    entry = to_cnn(b"weights", f"{server.address}/cnn.pth")
    place.cache.mkdir()
    (place.cache / entry["sha256"]).write_bytes(b"weighty")
    assert place.fetch_one(entry).faults == ()
    assert (place.cache / entry["sha256"]).read_bytes() == b"weights"


@pytest.mark.parametrize("where", ["models", "models/cnn.pth"])
def test_link_does_not_lead_out_of_the_course(
    where: str, server: FileServer, place: Place, tmp_path: Path, say: Say
) -> None:
    server.files["/cnn.pth"] = Served(b"weights")
    (tmp_path / "elsewhere").mkdir()
    (place.folder / where).parent.mkdir(exist_ok=True)
    (place.folder / where).symlink_to(tmp_path / "elsewhere")
    assert "led elsewhere by a link" in say(place.fetch_one(to_cnn(b"weights", f"{server.address}/cnn.pth")))
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_place_where_no_file_can_be_is_named(server: FileServer, place: Place, say: Say) -> None:
    server.files["/cnn.pth"] = Served(b"weights")
    (place.folder / "models").write_bytes(b"a file")
    outcome = place.fetch_one(to_cnn(b"weights", f"{server.address}/cnn.pth"))
    assert f"models/cnn.pth: inside {place.folder}/models, which is a file; expected a folder there" in say(outcome)
    (place.folder / "models").unlink()
    (place.folder / "models" / "cnn.pth").mkdir(parents=True)
    outcome = place.fetch_one(to_cnn(b"weights", f"{server.address}/cnn.pth"))
    assert "a folder; expected a file, or nothing" in say(outcome)
    assert server.asked == []


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


def test_two_commands_do_not_write_to_one_cache(place: Place) -> None:
    lock = Lock.model_validate({"assets": [to_cnn(b"weights", "file:///nowhere")]})
    running = fetch_assets(place.folder, lock, Access(place.cache), lambda *_: None)
    assert next(running).source is None
    with pytest.raises(FixableError, match="another `hw9 course fetch` is writing to it; expected one at a time"):
        place.fetch()
    assert list(running) == []
    place.fetch()


def test_cache_that_cannot_be_is_named(place: Place) -> None:
    place.cache.write_bytes(b"a file")
    with pytest.raises(FixableError, match=r"cache: File exists; expected a folder for downloads \(HW9_CACHE can"):
        place.fetch()


def test_manifest_that_says_otherwise_is_named_with_both(place: Place) -> None:
    same, other = to_entry("a", b"weights", addresses=["file:///a"]), to_entry("b", b"data", addresses=["file:///b"])
    lock = Lock.model_validate({"assets": [same, other, to_entry("c", b"c", addresses=["file:///c"])]})
    words = {"en": "a", "zh": "a"}
    assets = [to_entry(name, b"weights", licence="CC0", source="a") for name in ("a", "b")]
    its = {"profile": "winter", "about": words, "pictures": [], "classifier": "a", "masked": "a", "readers": []}
    manifest = Manifest.model_validate(its | {"texts": "a", "assets": assets})
    place_of = f"{place.folder}/lock.yaml: b: "
    assert list(map(str, find_disagreements(place.folder, lock, manifest))) == [
        f"{place_of}bytes: 4; expected 7, as manifest.yaml says",
        f"{place_of}sha256: {other['sha256']}; expected {same['sha256']}, as manifest.yaml says",
    ]


def test_file_may_be_read_by_others_as_any_file_of_the_course(server: FileServer, place: Place) -> None:
    server.files["/cnn.pth"] = Served(b"weights")
    place.fetch_one(to_cnn(b"weights", f"{server.address}/cnn.pth"))
    (place.folder / "own").write_bytes(b"")
    modes = [os.stat(place.folder / name).st_mode for name in ("models/cnn.pth", "own")]
    assert modes[0] == modes[1]
