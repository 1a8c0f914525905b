"""A student's mistake in an official cell is named: the notebook's own cells are edited and run, their files read."""

import contextlib
import io
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assignment.assignment import NOTEBOOK_FILE
from assignment.course import open_course
from assignment.selfcheck.known import Known
from assignment.selfcheck.outputs import GroupCheck, check_outputs, describe_checks
from grader.release.selfcheck import make_known

pytestmark = pytest.mark.slow  # official cells are run
COSINE = "    return a @ b / (a.norm() * b.norm())\n"
BEFORE = {"attention": ("bert",), "embedding_pca": ("bert",), "embedding_distance": ("bert", "embedding_pca")}
Run = Callable[..., Path]


@dataclass(frozen=True)
class Slip:
    """What stands in an official cell, what a student writes in its place, and the words that name it."""

    group: str
    old: str
    new: str
    words: str


SLIPS = (
    Slip("saliency", 'of="logit"', 'of="loss"', "the gradient were of the loss, not of the logit"),
    Slip("saliency", "gradient.abs().amax(dim=1)", "gradient.amax(dim=1)", "the gradients had kept their signs"),
    Slip("saliency", "gradient.abs().amax(dim=1)", "gradient.abs().mean(dim=1)", "the mean of the channels were taken"),
    Slip("smoothgrad", 'average="size"', 'average="signed"', "the gradients were averaged first"),
    Slip("smoothgrad", ".mean(dim=0) if average", ".sum(dim=0) if average", "added up"),
    Slip("filters", "[:, filters].relu()", "[:, filters]", "before the ReLU"),
    Slip("integrated_gradients", "(inputs - start) * mean", "(start - inputs) * mean", "baseline - x"),
    Slip("integrated_gradients", "(inputs - start) * mean if multiply", "mean if multiply", "never multiplied by"),
    Slip("attention", "attentions = [attend(reading)", "attentions = [attend(reading).transpose(2, 3)", "exchanged"),
    Slip("embedding_pca", "(states - states.mean(dim=1, keepdim=True))", "states", "mean had not been taken away"),
    Slip(
        "embedding_pca",
        "loadings[:, :components]",
        "loadings[:, 1 : components + 1]",
        "the second and the third",
    ),
    Slip("embedding_distance", "torch.linalg.vector_norm(a - b)", "((a - b) ** 2).sum()", "squared"),
    Slip("embedding_distance", "[:, list(reading.find_places(word))]", "[:, [0]]", "[CLS]"),
)


@pytest.fixture(scope="module")
def known() -> Known:
    return make_known(open_course())


@pytest.fixture(scope="module")
def official() -> dict[str, str]:
    """The sources of the official cells by name, and of the function that students write."""
    cells = [cell for cell in json.loads(NOTEBOOK_FILE.read_bytes())["cells"] if cell["cell_type"] == "code"]
    sources = {cell["metadata"].get("hw9", {}).get("name"): "".join(cell["source"]) for cell in cells}
    todo = next(source for cell in cells if "def cosine_similarity" in (source := "".join(cell["source"])))
    return {name: source for name, source in sources.items() if name} | {"cosine": todo.replace("    # TODO", COSINE)}


@pytest.fixture(scope="module")
def run(official: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Run the official cell of a group, perhaps edited, in a folder of its own; what stands above it is run once."""
    names: dict[str, Any] = {"__name__": "__main__"}
    done: set[str] = set()

    def execute(source: str, folder: Path) -> None:
        before = Path.cwd()
        os.chdir(folder)
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                exec(compile(source, "cell", "exec"), names)  # our own notebook
        finally:
            os.chdir(before)

    def run_cell(group: str, old: str = "", new: str = "") -> Path:
        aside, folder = tmp_path_factory.mktemp("above"), tmp_path_factory.mktemp("work")
        for name in ("setup", "pictures", *BEFORE.get(group, ())):
            if name not in done:
                execute(official[name], aside)
                done.add(name)
        if group == "embedding_distance":
            execute(official["cosine"], aside)
        assert old in official[group]
        execute(official[group].replace(old, new, 1), folder)
        return folder

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HW9_DEVICE", "cpu")
        yield run_cell


def find_check(folder: Path, group: str, known: Known) -> GroupCheck:
    (found,) = (one for one in check_outputs(folder, known, open_course()) if one.group == group)
    return found


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: f"{slip.group}: {slip.words}")
def test_a_slip_in_an_official_cell_is_named_in_both_languages(slip: Slip, run: Run, known: Known) -> None:
    found = find_check(run(slip.group, slip.old, slip.new), slip.group, known)
    said = "\n".join(describe_checks([found]))
    assert found.word == "differs"
    assert slip.words in said
    assert "It looks as if" in said
    assert "看起來像是" in said
    assert len(found.mistakes) <= 2  # a list of all would name it too


@pytest.mark.parametrize("group", ["pictures", "saliency", "attention", "embedding_pca", "embedding_distance"])
def test_an_honest_cell_agrees_and_nothing_is_named(group: str, run: Run, known: Known) -> None:
    found = find_check(run(group), group, known)
    assert (found.word, found.mistakes) == ("agrees", ())


def test_a_slip_that_nobody_thought_of_is_given_no_name(run: Run, known: Known) -> None:
    found = find_check(run("saliency", "gradient.abs()", "gradient.sin().flip(2)"), "saliency", known)
    assert (found.word, found.mistakes) == ("differs", ())
