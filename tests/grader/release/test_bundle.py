"""The students' bundle: all that the notebook needs, nothing of the key, the same bytes each time."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from assignment.fixable import FixableError
from assignment.profile import Profile, load_profile
from grader.release import bundle
from grader.release.bundle import find_bundled, write_bundle
from questions.bank import load_bank


def test_bundle_is_the_same_each_time(tmp_path: Path) -> None:
    assert write_bundle(tmp_path / "a").read_bytes() == write_bundle(tmp_path / "b").read_bytes()


def test_bundle_holds_no_claim_and_no_why(tmp_path: Path) -> None:
    with zipfile.ZipFile(write_bundle(tmp_path)) as archive:
        names = [name for name in archive.namelist() if not name.endswith(".css")]  # where `margin:` is another thing
        text = "\n".join(archive.read(name).decode("utf-8", "replace") for name in names)
    for question in load_bank().questions:
        for choice in question.choices.values():
            assert choice.why.en.strip() not in text
            assert choice.why.zh.strip() not in text
    assert "share_in_label: 0" not in text
    assert not [name for name in find_bundled() if name.endswith((".md", "truth.yaml"))]
    assert "measure:" not in text
    assert "margin:" not in text
    assert not [name for name in find_bundled() if not name.startswith(("assignment/", "homework.ipynb"))]


def test_bundle_of_a_profile_that_is_not_whole_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bundle, "load_profile", lambda name: Profile(tmp_path, load_profile(name).manifest))
    with pytest.raises(FixableError, match=r"pictures/0\.png: No such file or directory; expected the asset") as caught:
        write_bundle(tmp_path)
    assert len(caught.value.faults) == len(load_profile().manifest.assets)


def test_bundle_alone_is_enough_to_load_the_profile_and_the_classifier(tmp_path: Path) -> None:
    with zipfile.ZipFile(write_bundle(tmp_path)) as archive:
        archive.extractall(tmp_path)
    code = (
        "import assignment, assignment.cells.figures, assignment.outputs; "
        "from assignment.models.classifier import load_classifier; "
        "from assignment.profile import load_profile, check_profile; profile = load_profile(); check_profile(profile); "
        "load_classifier(profile.classifier_file); assignment.cells.figures.set_style(); print(assignment.__file__)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert str(tmp_path) in done.stdout
