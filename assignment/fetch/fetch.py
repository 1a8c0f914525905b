"""Brings the large files that a lock names into a cache, by sha256, and from there into the course's folder.

pooch keeps the cache: it compares what lies there, and moves a file in only when it is whole. The folder gets copies,
so that nobody changes the cache by changing a course, each moved to its place when it is whole.
"""

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pooch
import requests
from filelock import FileLock, Timeout

from assignment.fetch.download import PATIENCE, Progress, ResumingDownloader, describe_break, measure
from assignment.fetch.lock import LOCK_NAME, Lock, LockedAsset, show_address
from assignment.fetch.sources import CACHE_VARIABLE, Access, Source, list_sources
from assignment.fixable import Fault, FixableError
from assignment.profile import MANIFEST_NAME, Manifest

THERE, CACHED = "there already", "from the cache"


@dataclass(frozen=True)
class Outcome:
    """What became of an asset: where it came from, None where it could not be had, and what was wrong elsewhere."""

    asset: LockedAsset
    source: str | None
    faults: tuple[Fault, ...] = ()


def fetch_assets(folder: Path, lock: Lock, access: Access, progress: Progress) -> Iterator[Outcome]:
    """Bring each asset of a lock into a course's folder, and yield what became of it; one fault stops no other."""
    pooch.get_logger().setLevel(logging.WARNING)  # it would print each address whole
    with _hold_cache(access.cache):
        for asset in lock.assets:
            outcome = _bring(folder, asset, access, progress)
            yield Outcome(asset, outcome.source, tuple(one.within(str(folder / LOCK_NAME)) for one in outcome.faults))


def find_disagreements(folder: Path, lock: Lock, manifest: Manifest) -> Iterator[Fault]:
    """Yield where a lock and a manifest say different things of one file."""
    named = {asset.path: asset for asset in manifest.assets}
    for asset in lock.assets:
        if other := named.get(asset.path):
            for name in ("bytes", "sha256"):
                ours, theirs = getattr(asset, name), getattr(other, name)
                if ours != theirs:
                    place = (str(folder / LOCK_NAME), asset.path, name)
                    yield Fault(place, f"{ours}; expected {theirs}, as {MANIFEST_NAME} says")


@contextmanager
def _hold_cache(cache: Path) -> Iterator[None]:
    """Keep other commands from the same unfinished files."""
    held = FileLock(cache / ".held", blocking=False)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        held.acquire()
    except (Timeout, OSError) as error:
        says = f"{error.strerror}; expected a folder for downloads ({CACHE_VARIABLE} can name another)"
        if isinstance(error, Timeout):
            says = "another `hw9 course fetch` is writing to it; expected one at a time"
        raise FixableError(Fault((str(cache),), says)) from None
    try:
        yield
    finally:
        held.release()


def _bring(folder: Path, asset: LockedAsset, access: Access, progress: Progress) -> Outcome:
    target, kept = folder / asset.path, access.cache / asset.sha256
    try:
        if is_whole(target, asset):
            return Outcome(asset, THERE)
        if says := _find_obstacle(folder, asset, access.cache):
            return Outcome(asset, None, (Fault((asset.path,), says),))
        outcome = Outcome(asset, CACHED) if is_whole(kept, asset) else _download(asset, access, progress)
        if outcome.source is not None:
            _place(kept, target)
        return outcome
    except OSError as error:
        says = f"{error.strerror or error}; expected to write {target}"
        return Outcome(asset, None, (Fault((asset.path,), says),))


def is_whole(path: Path, asset: LockedAsset) -> bool:
    """Tell whether what lies in a place is a locked file, by size and sha256."""
    if not path.is_file() or path.stat().st_size != asset.bytes:
        return False
    return bool(pooch.file_hash(str(path)) == asset.sha256)


def _find_obstacle(folder: Path, asset: LockedAsset, cache: Path) -> str | None:
    """Return what keeps an asset from its place: a link, a folder, or a file that would be lost."""
    target = folder / asset.path
    if target.resolve() != folder.resolve() / asset.path:
        return "led elsewhere by a link; expected a file or a folder of the course's own"
    if target.is_dir():
        return "a folder; expected a file, or nothing"
    above = next(parent for parent in target.parents if parent.exists())
    if not above.is_dir():
        return f"inside {above}, which is a file; expected a folder there"
    if not target.exists():
        return None
    found = pooch.file_hash(str(target))
    if (cache / found).is_file():
        return None
    size = target.stat().st_size
    says = f"another file lies there, {size} bytes, sha256 {found}; expected {asset.bytes} bytes, {asset.sha256}"
    return f"{says} (move it away, and the same command brings this one)"


def _download(asset: LockedAsset, access: Access, progress: Progress) -> Outcome:
    """Take an asset from the first source that has it; the faults are those of the sources before it, or of all."""
    faults: list[Fault] = []
    for source in list_sources(asset, access):
        fault = _try_source(asset, source, access.cache, progress)
        if fault is None:
            return Outcome(asset, show_address(source.address), tuple(faults))
        faults.append(fault.within(asset.path))
    if access.offline and not faults:
        faults.append(Fault((asset.path,), f"not in the cache {access.cache}; expected it there with --offline"))
    return Outcome(asset, None, tuple(faults))


def _try_source(asset: LockedAsset, source: Source, cache: Path, progress: Progress) -> Fault | None:
    """Download an asset into the cache; return what was wrong, in our own words: those of others may hold secrets."""
    part = cache / f"{asset.sha256}.part"
    before, get = measure(part), ResumingDownloader(asset, source, part, progress)
    try:
        pooch.retrieve(source.address, f"sha256:{asset.sha256}", fname=asset.sha256, path=cache, downloader=get)
        return None
    except FixableError as error:
        return error.faults[0]
    except (requests.RequestException, ValueError) as error:  # ValueError: a redirect to no address
        says = _explain(error, before, measure(part), asset.bytes)
    except OSError as error:
        says = f"{error.strerror or error}; expected room for {asset.bytes} bytes in {cache}"
    return Fault((show_address(source.address),), says)


def _explain(error: Exception, before: int, after: int, total: int) -> str:
    """Say what became of a connection; before, after: bytes of the asset that were there."""
    if isinstance(error, requests.TooManyRedirects | ValueError):
        return "leads to no address; expected the file"
    if after > before:
        return describe_break(after, total)
    late = f"no answer for {PATIENCE} s" if isinstance(error, requests.Timeout) else "no connection"
    return f"{late} ({type(error).__name__}); expected the file"


def _place(kept: Path, target: Path) -> None:
    """Copy a file from the cache to its place, there whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.part")
    try:
        shutil.copyfile(kept, aside)
        with aside.open("rb") as file:
            os.fsync(file.fileno())
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
