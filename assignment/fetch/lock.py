"""A Lock: `lock.yaml` in a course's folder, which names the large files that do not lie in the course's repository.

Each of its assets says where the file belongs, how to know that it is whole, and where it comes from: `addresses`
(https, http or file; the first that has it) or `hub`, a file of a Hugging Face repository at one commit.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, PositiveInt, model_validator

from assignment.course import SETTINGS_NAME
from assignment.fixable import Fault, check_all, load_yaml, parse_as
from assignment.profile import MANIFEST_NAME, AssetPath, Sha256
from assignment.records import Record

LOCK_NAME = "lock.yaml"
OWN_NAMES = (LOCK_NAME, MANIFEST_NAME, SETTINGS_NAME)
_ADDRESS = "an address such as https://example.org/cnn.safetensors or file:///share/cnn.safetensors"
_COMMIT = "the 40 digits 0-9a-f of a commit: what a branch or a tag names can change"


def show_address(address: str) -> str:
    """Return an address without what may be secret: its query, such as a signature or a token, and its fragment.

    >>> show_address("https://example.org/cnn.pth?signature=abc")
    'https://example.org/cnn.pth?...'
    >>> show_address("https://example.org/cnn.pth#abc")
    'https://example.org/cnn.pth'
    """
    before, mark, _ = address.partition("#")[0].partition("?")
    return f"{before}?..." if mark else before


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        return parts if parts.port != 0 else None
    except ValueError:  # brackets that do not match; a port that is no number
        return None


def _check_address(address: str) -> str:
    parts = _split(address)
    if parts and "@" in parts.netloc:  # not shown: it holds a password
        raise ValueError("an address with a name or a password; expected one without, and the token in HW9_FETCH_TOKEN")
    web = parts and parts.scheme in ("https", "http") and parts.hostname
    file = parts and parts.scheme == "file" and parts.netloc in ("", "localhost") and parts.path.startswith("/")
    if not (web or file) or not address.isascii() or not address.isprintable() or " " in address:
        raise ValueError(f"{show_address(address)[:60]!r}; expected {_ADDRESS}")
    return address


def _is_safe(address: str) -> bool:
    """Tell whether nobody between here and there can read what is sent."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1"))


def _check_repository(name: str) -> str:
    from huggingface_hub import hf_hub_url  # here: slow to import, and few locks need it

    try:
        hf_hub_url(name, "any")
    except ValueError:
        raise ValueError(f"{name[:60]!r}; expected a repository, such as google-bert/bert-base-chinese") from None
    return name


def _check_revision(revision: str) -> str:
    if len(revision) != 40 or not set(revision) <= set("0123456789abcdef"):
        raise ValueError(f"{revision[:60]!r}; expected {_COMMIT}")
    return revision


class HubFile(Record):
    """A file of a Hugging Face repository at one commit."""

    repository: Annotated[str, AfterValidator(_check_repository)]
    file: AssetPath
    revision: Annotated[str, AfterValidator(_check_revision)]
    kind: Literal["model", "dataset"] = "model"


class LockedAsset(Record):
    """One large file. `private`: HW9_FETCH_TOKEN goes to the host of its first address, and to no other."""

    path: AssetPath
    bytes: PositiveInt
    sha256: Sha256
    addresses: tuple[Annotated[str, AfterValidator(_check_address)], ...] = ()
    hub: HubFile | None = None
    private: bool = False

    @model_validator(mode="after")
    def check_source(self) -> Self:
        """Raise ValueError unless there is one kind of source."""
        if bool(self.addresses) == bool(self.hub):
            found = "neither `addresses` nor `hub`" if self.hub is None else "both `addresses` and `hub`"
            raise ValueError(f"{found}; expected one of the two")
        if self.private and self.hub:
            raise ValueError("`private` beside `hub`; expected it beside `addresses` (for a hub set HF_TOKEN)")
        if self.private and not _is_safe(self.addresses[0]):
            raise ValueError("`private` with a first address that is not https://; expected it, for the token's sake")
        return self


class Lock(Record):
    """The whole of `lock.yaml`."""

    version: Literal[1] = 1
    assets: tuple[LockedAsset, ...]


def load_lock(path: Path) -> Lock:
    """Return the lock of a file; FixableError with every fault, each with its place."""
    lock = parse_as(Lock, load_yaml(path), str(path))
    check_all(fault.within(str(path)) for fault in _find_path_faults(lock))
    return lock


def _find_path_faults(lock: Lock) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for number, asset in enumerate(lock.assets):
        place = ("assets", str(number), "path")
        if asset.path in OWN_NAMES:
            yield Fault(place, f"{asset.path!r}; expected a picture, a model or a text, not a file of the course's own")
        if (before := first.setdefault(asset.path, number)) != number:
            yield Fault(place, f"{asset.path!r}, as entry {before}; expected each path once")
