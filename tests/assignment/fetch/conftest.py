"""Servers on this machine, a course's folder and a cache, and what brings files from the one into the other."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assignment.fetch.fetch import Outcome, fetch_assets
from assignment.fetch.lock import Lock
from assignment.fetch.sources import Access
from tests.assignment.fetch.served import FileServer

Told = list[tuple[int, int, str]]


@pytest.fixture(scope="session")
def weights() -> bytes:
    """Some chunks of noise."""
    return random.Random(0).randbytes(500_000)


@pytest.fixture
def server() -> Iterator[FileServer]:
    with FileServer() as server:
        yield server


@pytest.fixture
def other() -> Iterator[FileServer]:
    """Another host: another port is one."""
    with FileServer() as server:
        yield server


@dataclass
class Place:
    """A course's folder and a cache."""

    folder: Path
    cache: Path
    told: Told

    def fetch(self, *entries: dict[str, Any], **granted: Any) -> list[Outcome]:
        """Bring what entries of a lock name."""
        lock = Lock.model_validate({"assets": entries})
        access = Access(cache=self.cache, **granted)
        return list(fetch_assets(self.folder, lock, access, lambda *step: self.told.append(step)))

    def fetch_one(self, entry: dict[str, Any], **granted: Any) -> Outcome:
        return self.fetch(entry, **granted)[0]

    def list_files(self) -> list[str]:
        """Return what lies in the folder, hidden files too."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())

    def list_cached(self) -> list[str]:
        return sorted(path.name for path in self.cache.iterdir() if path.name != ".held")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "none"))
    (tmp_path / "winter").mkdir()
    return Place(tmp_path / "winter", tmp_path / "cache", [])


@pytest.fixture
def say() -> Callable[[Outcome], str]:
    """Return what gives an outcome's faults as a person reads them."""
    return lambda outcome: "\n".join(map(str, outcome.faults))
