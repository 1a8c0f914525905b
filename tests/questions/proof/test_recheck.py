"""Who changes one sign, index or constant of the reference and forgets the questions is told which of them change."""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from assignment.course import open_course
from assignment.outputs import Outputs
from questions.bank import Bank, load_bank
from questions.canonical import load_canonicals
from questions.key import Key, compute_key
from questions.proof.recheck import SEED, find_changes
from questions.proof.rerun import ROOT, Edit, Rerun, load_reruns, run_all

# One sign, index or constant in each file of the reference that computes; the analysis that is asked for its key.
EDITS: Mapping[str, tuple[str, Edit]] = {
    "label": ("saliency", Edit("reference/saliency.py", "labels: logits.gather(1, labels[:, None])", "labels: logits.gather(1, 0 * labels[:, None])")),
    "pixel scale": ("saliency", Edit("reference/produce/bench.py", "dtype) / 255", "dtype) / 25")),
    "bias sign": ("saliency", Edit("reference/folded.py", "* ratio + norm.bias", "* ratio - norm.bias")),
    "noise": ("smoothgrad", Edit("reference/smoothgrad.py", "spread = sigma *", "spread = 8 * sigma *")),
    "logit": ("saliency", Edit("reference/produce/maps.py", "missing], of=run.of", 'missing], of="loss"')),
    "sigma": ("smoothgrad", Edit("reference/produce/smoothgrad.py", "run.sigma, find_seed", "run.sigma / 10, find_seed")),
    "ascent sign": ("filters", Edit("reference/filters.py", "x = (x + rate", "x = (x - rate")),
    "photograph": ("filters", Edit("reference/produce/filters.py", "[[start.picture] * count]", "[[9] * count]")),
    "path sign": ("integrated_gradients", Edit("reference/integrated_gradients.py", "attribution = (pictures - b", "attribution = -(pictures - b")),
    "sum over channels": ("integrated_gradients", Edit("reference/produce/integrated_gradients.py", "to_array(attribution.sum", "to_array(-attribution.sum")),
    "grey": ("lime", Edit("reference/lime.py", "full_like(picture, hide)", "full_like(picture, 2 * hide)")),
    "copies": ("lime", Edit("reference/produce/lime.py", "(masks[:count], probabilities[:count])", "(masks[: 8 * count], probabilities[: 8 * count])")),
    "row of a prediction": ("attention", Edit("reference/attention.py", "[place, j], mask)[0, own]", "[place, j], mask)[1, own]")),
    "hidden word": ("attention", Edit("reference/produce/texts.py", "find_places(word)[0]", "find_places(word)[0] - 1")),
    "component": ("embedding_pca", Edit("reference/embedding_pca.py", "loadings = loadings[:, :comp", "loadings = loadings[:, 1 : 1 + comp")),
    "layer": ("embedding_distance", Edit("reference/reading.py", "(found.hidden_states)", "(found.hidden_states[::-1])")),
    "cosine sign": ("embedding_distance", Edit("reference/embedding_distance.py", "return directions @", "return -directions @")),
}  # fmt: skip
NIGHTLY = {
    *("sigma", "photograph", "copies", "sum over channels", "pixel scale", "logit"),  # of analyses that others have
    *("bias sign", "ascent sign", "row of a prediction", "layer"),
    *("noise", "path sign", "grey"),  # the slow ones; `recheck` computes all of these by day, as the reference is
}
MARKED = [pytest.param(name, marks=pytest.mark.nightly if name in NIGHTLY else ()) for name in EDITS]


@pytest.fixture(scope="module")
def bank() -> Bank:
    return load_bank(open_course())


@pytest.fixture(scope="module")
def canonicals() -> dict[int, Outputs]:
    return load_canonicals(open_course())


@pytest.fixture(scope="module")
def key(bank: Bank, canonicals: dict[int, Outputs]) -> Key:
    return compute_key(bank, canonicals)


@pytest.fixture(scope="module")
def edited(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, canonicals: dict[int, Outputs]
) -> dict[str, Outputs]:
    """The Outputs that each edit gives, of those that the chosen tests ask for; computed side by side."""
    asked = {item.callspec.params.get("name") for item in request.session.items if hasattr(item, "callspec")}
    edits = {name: EDITS[name] for name in EDITS if name in asked}
    reruns = {name: Rerun(groups=(group,), seeds=(SEED,), edits=(edit,)) for name, (group, edit) in edits.items()}
    folders = run_all(list(reruns.values()), open_course(), cache=tmp_path_factory.mktemp("reruns"))
    pairs = zip(reruns.items(), folders, strict=True)
    return {name: load_reruns([rerun], [folder], open_course(), canonicals)[SEED] for (name, rerun), folder in pairs}


@pytest.mark.slow
@pytest.mark.parametrize("name", MARKED)
def test_one_sign_index_or_constant_of_the_reference_changes_the_key_of_a_question(
    name: str, edited: dict[str, Outputs], bank: Bank, key: Key
) -> None:
    group, _ = EDITS[name]
    changes = find_changes(bank, key, edited[name])
    assert any(change.question.startswith(f"{group}-") for change in changes), changes


def test_edits_touch_every_file_that_computes_an_analysis() -> None:
    files = {edit.file.removeprefix("reference/") for _, edit in EDITS.values()}
    # how, how exactly, in which order, how long, whether a course fits
    helpers = {"__init__", "__main__", "compare", "device", "framed", "layers", "registry", "ties"}
    helpers |= {"estimate", "parts", "probe", "schedule"}
    parts = [path for name in ("", "produce") for path in (ROOT / "reference" / name).glob("*.py")]
    modules = [path for path in parts if path.stem not in helpers]
    assert files == {path.relative_to(ROOT / "reference").as_posix() for path in modules}
    assert len(EDITS) >= 10


@pytest.mark.slow
def test_command_names_the_question_and_the_choice_that_an_edited_reference_turns_over(tmp_path: Path) -> None:
    for room in ("assignment", "grader", "questions", "reference"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / room, tmp_path / room, ignore=ignored)
    source = tmp_path / "reference" / "produce" / "maps.py"
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace("missing], of=run.of", 'missing], of="loss"'), encoding="utf-8")
    words = [sys.executable, "-m", "grader", "questions", "recheck", "--only", "saliency"]
    ended = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 1, ended.stderr
    assert re.search(r"saliency-\d: choice [a-e]: (?:right|wrong) by the stored Outputs", ended.stderr), ended.stderr
    assert "hw9 reference --write" in ended.stderr


def test_make_check_asks_todays_reference_code() -> None:
    assert "questions recheck" in (ROOT / "Makefile").read_text(encoding="utf-8")
