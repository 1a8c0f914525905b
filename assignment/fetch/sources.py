"""Where a large file may come from, and what the environment grants: tokens, each for one host, shown nowhere.

HW9_FETCH_TOKEN is for entries that are `private`, HF_TOKEN for `hub`; HF_ENDPOINT names another hub. What lies in the
hub's own cache, where transformers put it, is taken from there first.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pooch

from assignment.fetch.lock import HubFile, LockedAsset
from assignment.fixable import Fault, FixableError

CACHE_VARIABLE, TOKEN_VARIABLE, HUB_TOKEN_VARIABLE = "HW9_CACHE", "HW9_FETCH_TOKEN", "HF_TOKEN"


@dataclass(frozen=True)
class Access:
    """Where files are kept, whether the network may be asked, and with which tokens."""

    cache: Path
    offline: bool = False
    token: str | None = field(default=None, repr=False)
    hub_token: str | None = field(default=None, repr=False)
    endpoint: str | None = None


@dataclass(frozen=True)
class Source:
    """An address, and the token that its host is given."""

    address: str
    token: str | None = field(default=None, repr=False)


def find_access(environment: Mapping[str, str], *, offline: bool = False) -> Access:
    """Return what an environment grants; FixableError, without the value, where a token is none."""
    return Access(
        cache=Path(environment.get(CACHE_VARIABLE) or pooch.os_cache("hw9")).expanduser().absolute(),
        offline=offline,
        token=_take_token(environment, TOKEN_VARIABLE),
        hub_token=_take_token(environment, HUB_TOKEN_VARIABLE),
        endpoint=environment.get("HF_ENDPOINT", "").rstrip("/") or None,
    )


def _take_token(environment: Mapping[str, str], name: str) -> str | None:
    token = environment.get(name, "").strip()
    if not token.isascii() or not token.isprintable() or " " in token:
        raise FixableError(Fault((name,), "a blank or a letter that no token has; expected the token alone"))
    return token or None


def list_sources(asset: LockedAsset, access: Access) -> list[Source]:
    """Return where an asset may come from, in the order in which it is tried; offline only files."""
    found = list(_find_in_hub(asset.hub, access) if asset.hub else _find_addresses(asset, access))
    return [source for source in found if not access.offline or source.address.startswith("file:")]


def _find_addresses(asset: LockedAsset, access: Access) -> Iterator[Source]:
    for address in asset.addresses:
        own = urlsplit(address)[:2] == urlsplit(asset.addresses[0])[:2]  # scheme, and host with port
        yield Source(address, access.token if asset.private and own else None)


def _find_in_hub(file: HubFile, access: Access) -> Iterator[Source]:
    from huggingface_hub import hf_hub_url, try_to_load_from_cache  # here: slow to import, and few locks need it

    kept = try_to_load_from_cache(file.repository, file.file, revision=file.revision, repo_type=file.kind)
    if isinstance(kept, str):
        yield Source(Path(kept).resolve().as_uri())
    address = hf_hub_url(
        file.repository, file.file, revision=file.revision, repo_type=file.kind, endpoint=access.endpoint
    )
    yield Source(address, access.hub_token)
