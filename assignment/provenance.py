"""Provenance: what a stored file was made from. Canonical Outputs and proofs have a `provenance.yaml` beside them.

A file whose sha256 is another was changed by hand; one whose sources are others is stale. Only programs write it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml
from pydantic import RootModel

from assignment.course import Course
from assignment.fixable import Fault, load_yaml, parse_as
from assignment.records import Record

FILE_NAME = "provenance.yaml"
TEXT_GROUPS = ("texts", "attention", "embedding_pca", "embedding_distance")  # of Outputs: what the BERTs give
HEAD = "# What each file was made from. Only programs write it: `hw9 reference --write`, `hw9 questions ... --write`.\n"


class Provenance(Record):
    """Of one file: its own sha256, and a digest of what it was made from."""

    sha256: str
    sources: str


class _Written(RootModel[dict[str, Provenance]]):
    """The whole of `provenance.yaml`: by file."""


def digest_sources(course: Course, group: str) -> str:
    """Return a digest of what a group of Outputs is computed from: the BERTs and texts, or the CNN and pictures."""
    its = course.manifest
    berts = [its.masked, *([its.embeddings] if its.embeddings else []), *its.readers]
    about_texts = (*(f"{folder}/" for folder in berts), its.texts)
    of_texts = group in TEXT_GROUPS
    assets = sorted((one.path, one.sha256) for one in its.assets if one.path.startswith(about_texts) is of_texts)
    used = berts if of_texts else [(one.asset, one.mask, one.label) for one in its.pictures]
    return hashlib.sha256(json.dumps([assets, used]).encode()).hexdigest()


def digest_file(path: Path) -> str:
    """Return the sha256 of a file; a text that is none where there is no file."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "no such file"


def load_provenance(folder: Path) -> Mapping[str, Provenance]:
    """Return what is written of a folder's files; nothing where nothing is."""
    path = folder / FILE_NAME
    return parse_as(_Written, load_yaml(path), str(path)).root if path.exists() else {}


def save_provenance(folder: Path, sources: Mapping[str, str]) -> None:
    """Write down what files of a folder were made from, beside what is written of the others."""
    new = {name: Provenance(sha256=digest_file(folder / name), sources=its) for name, its in sources.items()}
    every = {name: one for name, one in load_provenance(folder).items() if (folder / name).is_file()} | new
    data = {name: one.model_dump() for name, one in sorted(every.items())}
    (folder / FILE_NAME).write_text(HEAD + yaml.safe_dump(data, sort_keys=False), encoding="utf-8")


def find_stale(folder: Path, sources: Mapping[str, str], again: str) -> Iterable[Fault]:
    """Yield each file that was made from something else, or is not what was made; `again` is the command that mends."""
    written = load_provenance(folder)
    for name, digest in sources.items():
        its, place = written.get(name), (str(folder / name),)
        if its is None:
            yield Fault(place, f"nobody wrote down what it was made from; expected an entry in {FILE_NAME}: `{again}`")
        elif its.sources != digest:
            yield Fault(place, f"stale: made from something else than the course has now; expected `{again}`")
        elif its.sha256 != digest_file(folder / name):
            yield Fault(place, f"not the file that was stored; expected that one, or `{again}`")


def find_stale_outputs(course: Course) -> Iterable[Fault]:
    """Yield each file of a course's canonical Outputs that is stale or was changed."""
    sources = {path.name: digest_sources(course, path.name.split(".")[0]) for path in _list_outputs(course)}
    yield from find_stale(course.canonical, sources, f"hw9 reference{course.option} --write")


def digest_outputs(course: Course) -> str:
    """Return a digest of all canonical Outputs that a course stores."""
    return hashlib.sha256(json.dumps([(p.name, digest_file(p)) for p in _list_outputs(course)]).encode()).hexdigest()


def _list_outputs(course: Course) -> list[Path]:
    return sorted(course.canonical.glob("*.npz"))
