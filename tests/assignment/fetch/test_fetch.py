"""What is fetched is whole and in its place, or not there, and nothing of the author's is lost for it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from assignment.fetch.fetch import Outcome, fetch_assets, find_disagreements
from assignment.fetch.lock import Lock
from assignment.fetch.sources import Access
from assignment.fixable import FixableError
from assignment.profile import Manifest
from tests.assignment.fetch.conftest import Place
from tests.assignment.fetch.served import FileServer, Served, to_cnn, to_entry

Say = Callable[[Outcome], str]
HALF = 250_000


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
