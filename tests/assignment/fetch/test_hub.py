"""A file of a hub comes at its commit, in the way of huggingface_hub, and is not fetched where that has it."""

import hashlib
from pathlib import Path
from typing import Any

import huggingface_hub
import pytest

from tests.assignment.fetch.conftest import Place
from tests.assignment.fetch.served import FileServer, Served, to_entry

COMMIT = "0123456789abcdef0123456789abcdef01234567"
NAME = "food/tiny-bert"
FILE = "onnx/model.safetensors"
ADDRESS = f"/{NAME}/resolve/{COMMIT}/{FILE}"


@pytest.fixture(autouse=True)
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def to_hub_entry(data: bytes, **changed: Any) -> dict[str, Any]:
    return to_entry(
        "bert/model.safetensors", data, hub={"repository": NAME, "file": FILE, "revision": COMMIT} | changed
    )


def to_headers(data: bytes) -> dict[str, str]:
    return {"X-Repo-Commit": COMMIT, "ETag": f'"{hashlib.sha256(data).hexdigest()}"'}


def download_as_transformers(server: FileServer, cache: Path) -> Path:
    got = huggingface_hub.hf_hub_download(NAME, FILE, revision=COMMIT, endpoint=server.address, cache_dir=cache)
    return Path(got)


def test_address_is_the_one_that_the_library_asks_for(
    server: FileServer, place: Place, weights: bytes, tmp_path: Path
) -> None:
    server.files[ADDRESS] = Served(weights, headers=to_headers(weights))
    got = download_as_transformers(server, tmp_path / "other")
    assert got.read_bytes() == weights
    asked = {path for _, path, _ in server.asked}
    assert place.fetch_one(to_hub_entry(weights), endpoint=server.address).faults == ()
    assert {path for _, path, _ in server.asked} == asked == {ADDRESS}
    assert (place.folder / "bert" / "model.safetensors").read_bytes() == weights


def test_large_file_comes_from_where_the_hub_sends_without_the_token(
    server: FileServer, other: FileServer, place: Place, weights: bytes
) -> None:
    linked = {"Location": f"{other.address}/blob?signature=abc", "X-Linked-Size": str(len(weights))}
    server.files[ADDRESS] = Served(status=302, headers=to_headers(weights) | linked)
    other.files["/blob"] = Served(weights, breaks_after=100_000)
    entry = to_hub_entry(weights)
    assert place.fetch_one(entry, endpoint=server.address, hub_token="swordfish").source is None
    other.files["/blob"] = Served(weights)
    assert place.fetch_one(entry, endpoint=server.address, hub_token="swordfish").faults == ()
    assert (place.folder / "bert" / "model.safetensors").read_bytes() == weights
    assert server.list_headers("Authorization") == ["Bearer swordfish", "Bearer swordfish"]
    assert other.list_headers("Authorization") == [None, None]
    assert other.list_headers("Range")[1] is not None


def test_file_of_a_dataset_has_its_own_address(server: FileServer, place: Place) -> None:
    server.files[f"/datasets{ADDRESS}"] = Served(b"pictures")
    entry = to_hub_entry(b"pictures", kind="dataset")
    assert place.fetch_one(entry, endpoint=server.address).source == f"{server.address}/datasets{ADDRESS}"


def test_what_transformers_fetched_is_not_fetched_again(
    server: FileServer, place: Place, weights: bytes, hub_cache: Path
) -> None:
    server.files[ADDRESS] = Served(weights, headers=to_headers(weights))
    blob = download_as_transformers(server, hub_cache).resolve()
    server.asked.clear()
    assert place.fetch_one(to_hub_entry(weights), offline=True).source == blob.as_uri()
    assert server.asked == []
    assert (place.folder / "bert" / "model.safetensors").read_bytes() == weights


def test_other_file_in_the_hubs_cache_is_passed_over(
    server: FileServer, place: Place, weights: bytes, hub_cache: Path
) -> None:
    server.files[ADDRESS] = Served(weights, headers=to_headers(weights))
    download_as_transformers(server, hub_cache).resolve().write_bytes(b"rotten")
    outcome = place.fetch_one(to_hub_entry(weights), endpoint=server.address)
    assert outcome.source == f"{server.address}{ADDRESS}"
    assert "a file of 6 bytes; expected 500000" in str(outcome.faults[0])
