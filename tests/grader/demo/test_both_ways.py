"""The made-up class with and without `--share`: the same `results.json` but for times and the mark of what was shared.

A short notebook with the same kinds of cells, and the released one.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from grader.commands.main import main
from grader.demo.members import CLASS
from grader.scoring.judge import SHARED
from tests.courses import copy_course
from tests.grader.sharing.test_class import write
from tests.grader.trunk.lab import AS_ROOT

pytestmark = [pytest.mark.sandbox, pytest.mark.nightly, AS_ROOT]
MARK = "shared"
OF_THE_RUN = {MARK, "seconds", "peak_memory_mib"}  # of what lies below `run`
SMALL = ("--cell-seconds", "20", "--memory-mib", "1500")  # with less, what a kernel prints at once is lost in it
RELEASED = (
    (
        "setup",
        "from pathlib import Path\n\nimport numpy as np\n\nPath('outputs').mkdir(exist_ok=True)\n\n\n"
        "def save_group(folder, name, arrays):\n    np.savez(folder / f'{name}.npz', **arrays)",
    ),
    ("lime", "save_group(Path('outputs'), 'lime', {'weights': np.arange(3.0)})"),
    ("", "# scratch 1\nprint('nothing is saved here')"),
    (
        "saliency",
        "class Maps(np.ndarray):\n    cpu = numpy = lambda self: self\n\n\n"
        "def saliency(labels, of='logit'):\n    return (labels + len(of)).view(Maps)\n\n\n"
        "saliency_maps = saliency(np.arange(3)).cpu().numpy()\n"
        "save_group(Path('outputs'), 'saliency', {'map': saliency_maps})",
    ),
    ("", "# TODO\ndef cosine_similarity(a, b):\n    '''Return it.'''\n    # TODO"),
    ("embedding_distance", "print(cosine_similarity.__code__.co_names)"),
    ("", 'answers = {\n    "lime-1": "",\n}'),
)


def grade_both_ways(folder: Path, *words: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the class's results are, executed whole and shared."""
    found = list[dict[str, Any]]()
    for more in ((), ("--share",)):  # in one folder: the second class takes the place of the first
        main(["demo", str(folder / "demo"), "--device", "cpu", *more, *words])
        found.append(json.loads((folder / "demo" / "runs" / "results.json").read_text("utf-8")))
    return found[0], found[1]


def take_out(results: dict[str, Any]) -> dict[str, list[int]]:
    """Take out times, memory and marks; return what each student shared."""
    del results["whole"]  # of a sample that was executed both ways
    marks = {one["student"]: one["run"][MARK] for one in results["handins"]}
    for one in results["handins"]:
        for name in OF_THE_RUN:
            del one["run"][name]
        one["notes"] = [note for note in one["notes"] if note != SHARED.model_dump()]
    return marks


def check_same(both: tuple[dict[str, Any], dict[str, Any]], most: int) -> None:
    """Check that all is the same but for what is taken out, and that at least so many shared something."""
    fresh, shared = (take_out(results) for results in both)
    assert both[0] == both[1]
    assert set(fresh) == set(shared) == {one.student for one in CLASS}
    assert not any(fresh.values())
    assert sum(map(bool, shared.values())) >= most


def test_short_class_has_the_same_results_shared(tmp_path: Path) -> None:
    course = copy_course(tmp_path / "winter")
    write(course.notebook, [*RELEASED])
    check_same(grade_both_ways(tmp_path, *SMALL, "--course", str(course.folder)), 12)


def test_class_of_the_demo_has_the_same_results_shared(tmp_path: Path) -> None:
    check_same(grade_both_ways(tmp_path), 12)
