"""The Bench of a profile whose classifier is not the homework's: opened whole, and held to the pictures at once."""

import hashlib
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml

from assignment.course import open_course
from assignment.fixable import FixableError
from assignment.models.network import Network
from assignment.profile import PROFILES_FOLDER, Manifest, Profile
from reference.produce.bench import Bench
from reference.produce.maps import produce_pictures

SOURCE = """
import torch

class Means(torch.nn.Module):
    def forward(self, x):
        return x.mean(dim=(2, 3)).repeat(1, 4)[:, :11]
"""


def copy_mini(folder: Path, source: str = SOURCE, **changed: Any) -> Profile:
    """Return mini with another classifier: eleven means of the colours."""
    place = folder / "mini"
    shutil.copytree(PROFILES_FOLDER / "mini", place)
    (place / "means").mkdir()
    (place / "means" / "means.py").write_text(source)
    described = {"kind": "module", "file": "means.py", "class": "Means", "labels": 11, "side": 128} | changed
    (place / "means" / "model.yaml").write_text(yaml.safe_dump(described))
    manifest = yaml.safe_load((place / "manifest.yaml").read_text())
    for name in ("means.py", "model.yaml"):
        data = (place / "means" / name).read_bytes()
        its = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest(), "licence": "CC0-1.0", "source": "ours"}
        manifest["assets"].append({"path": f"means/{name}", **its})
    manifest["classifier"] = "means/model.yaml"
    (place / "manifest.yaml").write_text(yaml.safe_dump(manifest))
    return Profile(place, Manifest.model_validate(manifest))


def test_any_classifier_is_explained_as_it_is(tmp_path: Path) -> None:
    bench = Bench(copy_mini(tmp_path), open_course().assignment, torch.device("cpu"))
    assert isinstance(bench.model, Network)
    found = produce_pictures(bench, (1,))[None]["logits"]
    expected = bench.pictures.mean(dim=(2, 3)).repeat(1, 4)[:, :11]
    torch.testing.assert_close(torch.from_numpy(found), expected)


def test_every_file_of_the_classifier_is_compared_with_the_manifest(tmp_path: Path) -> None:
    profile = copy_mini(tmp_path)
    (tmp_path / "mini" / "means" / "means.py").write_text(SOURCE.replace("mean(", "amax("))
    with pytest.raises(FixableError, match=r"means\.py: sha256"):
        Bench(profile, open_course().assignment, torch.device("cpu")).model  # noqa: B018


def test_pictures_of_another_size_and_labels_it_lacks_are_named_at_once(tmp_path: Path) -> None:
    profile = copy_mini(tmp_path, side=64)
    with pytest.raises(FixableError, match=r"mini: pictures: 128 x 128; expected 64 x 64, which the classifier takes"):
        Bench(profile, open_course().assignment, torch.device("cpu")).model  # noqa: B018
    fewer = copy_mini(tmp_path / "fewer", SOURCE.replace(":11", ":9"), labels=9)
    with pytest.raises(FixableError, match=r"mini: pictures: 9: label: 9; expected 0 to 8, the classifier's labels"):
        Bench(fewer, open_course().assignment, torch.device("cpu")).model  # noqa: B018
