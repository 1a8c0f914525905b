"""A lock is read whole or not at all, and each of its faults has a place."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from assignment.fetch.lock import load_lock
from assignment.fixable import FixableError
from tests.assignment.fetch.served import to_entry

COMMIT = "0123456789abcdef0123456789abcdef01234567"
ADDRESS = "https://example.org/cnn.pth"
HUB = {"repository": "google-bert/bert-base-chinese", "file": "model.safetensors", "revision": COMMIT}


def make_entry(**changed: Any) -> dict[str, Any]:
    """Return an entry with some fields changed, those of None left out."""
    entry = to_entry("models/cnn.pth", b"weights", addresses=[ADDRESS]) | changed
    return {name: value for name, value in entry.items() if value is not None}


def load(tmp_path: Path, *entries: dict[str, Any], **more: Any) -> Any:
    path = tmp_path / "lock.yaml"
    path.write_text(yaml.safe_dump({"assets": list(entries), **more}), encoding="utf-8")
    return load_lock(path)


def test_lock_with_addresses_and_with_a_hub_is_read(tmp_path: Path) -> None:
    addresses = [ADDRESS, "file:///share/cnn.pth", "http://[::1]:8000/cnn.pth?download=1"]
    lock = load(tmp_path, make_entry(addresses=addresses, private=True), make_entry(path="b", addresses=None, hub=HUB))
    assert [asset.path for asset in lock.assets] == ["models/cnn.pth", "b"]
    assert lock.assets[0].addresses == tuple(addresses)
    assert lock.assets[1].hub.revision == COMMIT


@pytest.mark.parametrize(
    ("changed", "place", "says"),
    [
        ({"sha256": None}, "sha256", "missing; expected a value"),
        ({"bytes": None}, "bytes", "missing; expected a value"),
        ({"bytes": 0}, "bytes", "0; expected"),
        ({"sha256": "ab"}, "sha256", "'ab'; expected"),
        ({"path": "../cnn.pth"}, "path", "'../cnn.pth'; expected"),
        ({"path": "models/../../cnn.pth"}, "path", "expected a path inside the folder"),
        ({"path": "/etc/cnn.pth"}, "path", "'/etc/cnn.pth'; expected"),
        ({"path": "course.yaml"}, "path", "not a file of the course's own"),
        ({"adresses": [ADDRESS]}, "adresses", "unknown field"),
        ({"addresses": []}, "0", "neither `addresses` nor `hub`"),
        ({"addresses": ["ftp://example.org/cnn.pth"]}, "addresses: 0", "'ftp://example.org/cnn.pth'; expected an"),
        ({"addresses": [ADDRESS, "cnn.pth"]}, "addresses: 1", "'cnn.pth'; expected an address such as"),
        ({"addresses": ["file://share/cnn.pth"]}, "addresses: 0", "expected an address such as"),
        ({"addresses": ["https://example.org:x/cnn.pth"]}, "addresses: 0", "expected an address such as"),
        ({"addresses": ["https://[example.org/cnn.pth"]}, "addresses: 0", "expected an address such as"),
        ({"addresses": ["https://example.org/a b"]}, "addresses: 0", "expected an address such as"),
        ({"addresses": None}, "0", "neither `addresses` nor `hub`; expected one of the two"),
        ({"hub": HUB}, "0", "both `addresses` and `hub`; expected one of the two"),
        ({"addresses": None, "hub": HUB | {"revision": "main"}}, "hub: revision", "'main'; expected the 40 digits"),
        ({"addresses": None, "hub": HUB | {"revision": COMMIT[:7]}}, "hub: revision", "expected the 40 digits"),
        ({"addresses": None, "hub": HUB | {"repository": "a--b/../c"}}, "hub: repository", "expected a repository"),
        ({"addresses": None, "hub": HUB | {"file": "../config.json"}}, "hub: file", "'../config.json'; expected"),
        ({"addresses": None, "hub": HUB, "private": True}, "0", "set HF_TOKEN"),
        ({"addresses": ["http://example.org/cnn.pth"], "private": True}, "0", "not https://; expected it"),
        ({"addresses": ["file:///share/cnn.pth"], "private": True}, "0", "not https://; expected it"),
    ],
)
def test_fault_of_an_entry_has_its_place(changed: dict[str, Any], place: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(FixableError) as raised:
        load(tmp_path, make_entry(**changed))
    places = [": ".join(fault.place) for fault in raised.value.faults]
    assert places == [f"{tmp_path / 'lock.yaml'}: assets: {place if place == '0' else f'0: {place}'}"]
    assert says in str(raised.value)


def test_every_fault_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(FixableError) as raised:
        load(tmp_path, make_entry(sha256=None, bytes=-1), make_entry(path="a", hash="x"), assests=[])
    assert [fault.place[1:] for fault in raised.value.faults] == [
        ("assets", "0", "bytes"),
        ("assets", "0", "sha256"),
        ("assets", "1", "hash"),
        ("assests",),
    ]


def test_two_entries_for_one_path_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FixableError, match=r"assets: 2: path: 'models/cnn.pth', as entry 0; expected each path once"):
        load(tmp_path, make_entry(), make_entry(path="b"), make_entry(bytes=9))


def test_password_in_an_address_is_refused_and_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(FixableError) as raised:
        load(tmp_path, make_entry(addresses=["https://ann:swordfish@example.org/cnn.pth"]))
    assert "HW9_FETCH_TOKEN" in str(raised.value)
    assert "swordfish" not in str(raised.value)


def test_query_of_an_address_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(FixableError) as raised:
        load(tmp_path, make_entry(addresses=["ftp://example.org/cnn.pth?token=swordfish"]))
    assert "'ftp://example.org/cnn.pth?...'; expected" in str(raised.value)
    assert "swordfish" not in str(raised.value)
