"""A token goes to the host that it is for, and stands in no text."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pooch
import pytest

from assignment.fetch.sources import Access, find_access
from assignment.fixable import FixableError
from tests.assignment.fetch.conftest import Place
from tests.assignment.fetch.served import FileServer, Served, to_entry

TOKEN = "swordfish"
BEARER = f"Bearer {TOKEN}"


@pytest.fixture(autouse=True)
def _nothing_says_the_token(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    caplog.set_level(logging.INFO)
    pooch.get_logger().addHandler(caplog.handler)
    yield
    pooch.get_logger().removeHandler(caplog.handler)
    out, err = capfd.readouterr()
    said = [record.getMessage() for record in caplog.get_records("call")]
    assert TOKEN not in " ".join([*said, out, err])


def test_token_goes_to_private_files_alone(server: FileServer, place: Place) -> None:
    for name in ("open", "own"):
        server.files[f"/{name}"] = Served(name.encode())
    entries = [to_entry(name, name.encode(), addresses=[f"{server.address}/{name}"]) for name in ("open", "own")]
    entries[1]["private"] = True
    assert [outcome.faults for outcome in place.fetch(*entries, token=TOKEN)] == [(), ()]
    assert server.list_headers("Authorization") == [None, BEARER]


def test_token_is_not_sent_where_a_redirect_leads(server: FileServer, other: FileServer, place: Place) -> None:
    server.files["/cnn.pth"] = Served(status=302, headers={"Location": f"{other.address}/signed?by={TOKEN}"})
    other.files["/signed"] = Served(b"weights")
    entry = to_entry("cnn.pth", b"weights", addresses=[f"{server.address}/cnn.pth?by={TOKEN}"], private=True)
    outcome = place.fetch_one(entry, token=TOKEN)
    assert (outcome.source, outcome.faults) == (f"{server.address}/cnn.pth?...", ())
    assert (server.list_headers("Authorization"), other.list_headers("Authorization")) == ([BEARER], [None])


def test_token_is_sent_along_on_its_own_host(server: FileServer, place: Place) -> None:
    server.files |= {"/a": Served(status=307, headers={"Location": "/b"}), "/b": Served(b"weights")}
    place.fetch_one(to_entry("a", b"weights", addresses=[f"{server.address}/a"], private=True), token=TOKEN)
    assert server.list_headers("Authorization") == [BEARER, BEARER]


def test_token_is_not_sent_to_a_mirror_on_another_host(server: FileServer, other: FileServer, place: Place) -> None:
    other.files["/cnn.pth"] = Served(b"weights")
    addresses = [f"{server.address}/cnn.pth", f"{other.address}/cnn.pth", f"{server.address}/more"]
    entry = to_entry("cnn.pth", b"weights", addresses=addresses, private=True)
    assert place.fetch_one(entry, token=TOKEN).source == addresses[1]
    assert (server.list_headers("Authorization"), other.list_headers("Authorization")) == ([BEARER], [None])


@pytest.mark.parametrize(
    "served",
    [
        Served(status=403),
        Served(b"weighty"),
        Served(b"weigh", length=7),
        Served(status=302, headers={"Location": f"http://127.0.0.1:1/signed?by={TOKEN}"}),
        Served(status=302, headers={"Location": f"nowhere://{TOKEN}"}),
        Served(status=302, headers={"Location": f"http://{TOKEN}..b/"}),
        Served(b"weighty", headers={"Content-Range": TOKEN, "Content-Encoding": TOKEN}),
    ],
)
def test_error_says_nothing_that_is_secret(served: Served, server: FileServer, place: Place) -> None:
    server.files["/cnn.pth"] = served
    address = f"{server.address}/cnn.pth?token={TOKEN}#{TOKEN}"
    outcome = place.fetch_one(to_entry("cnn.pth", b"weights", addresses=[address], private=True), token=TOKEN)
    assert outcome.source is None
    assert outcome.faults
    assert TOKEN not in repr(outcome.faults)


def test_access_does_not_show_its_tokens() -> None:
    access = find_access({"HW9_FETCH_TOKEN": f" {TOKEN}\n", "HF_TOKEN": TOKEN})
    assert (access.token, access.hub_token) == (TOKEN, TOKEN)
    assert TOKEN not in repr(access)


@pytest.mark.parametrize("bad", [f"{TOKEN}\nX-Other: 1", f"Bearer {TOKEN}", f"{TOKEN}é", f"{TOKEN}\x00"])
def test_what_is_no_token_is_refused_and_not_repeated(bad: str) -> None:
    with pytest.raises(FixableError, match="HW9_FETCH_TOKEN: a blank or a letter that no token has") as raised:
        find_access({"HW9_FETCH_TOKEN": bad})
    assert TOKEN not in str(raised.value)


def test_access_is_what_the_environment_says(tmp_path: Path) -> None:
    given = {"HW9_CACHE": str(tmp_path), "HF_ENDPOINT": "https://hub.example.org/", "HF_TOKEN": ""}
    assert find_access(given, offline=True) == Access(tmp_path, offline=True, endpoint="https://hub.example.org")
    assert find_access({}).cache.name == "hw9"
