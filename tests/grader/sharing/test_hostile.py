"""A hand-in that attacks what its class shares, or lies about its state, changes nothing but its own Run."""

import json
import secrets
from pathlib import Path

import pytest

from assignment.course import Course
from grader.runs.result import RunResult
from tests.grader.sharing.test_class import RELEASED, change, course, run  # noqa: F401
from tests.grader.sharing.test_replay import show
from tests.grader.trunk.lab import AS_ROOT
from tests.grader.trunk.test_reach import SEARCH, to_halves

pytestmark = [pytest.mark.sandbox, pytest.mark.slow, AS_ROOT]
WORD = secrets.token_hex(8)  # of a cell of somebody else
FIRST, LAST, VICTIM, WHOLE = IDS = tuple(f"{letter}{secrets.token_hex(8)}" for letter in "azmn")
ATTACK = """
import gc, os, random, signal
label += 7
for one in gc.get_objects():  # what the fork brought along: records, looks, the trunk's own parts
    if type(one) is dict and "messages" in one:
        one["messages"] = [{"msg_type": "stream", "content": {"name": "stdout", "text": "spoilt"}}]
for path in ("outputs/pictures.npz", "outputs/lime.npz"):
    open(path, "w").write("spoilt")
np.savez = np.arange = lambda *given, **named: None
random.seed(0)
os.kill(-1, signal.SIGTERM)  # all that it may end but itself
"""
LIES = {  # what a branch says of its state
    "nothing": "lambda: None",
    "no JSON": "lambda: '}'",
    "another shape": "lambda: '[1]'",
    "too deep": "lambda: '[' * 100_000",
    "an error": "lambda: 1 / 0",
}
MENDED = """
label += 1
honest = get_ipython().kernel.look
def look():
    label[:] -= 1  # as it was, for as long as it is looked at
    try:
        return honest()
    finally:
        label[:] += 1
get_ipython().kernel.look = look
"""


def scratch(source: str) -> list[tuple[str, str]]:
    return change(2, f"# scratch 1\n{source}")


@pytest.fixture(scope="module")
def attacked(course: Course, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, RunResult]]:  # noqa: F811
    """A class with a hostile hand-in before and after the others, liars, and its Runs."""
    question = next(iter(course.bank.glob("*.yaml"))).read_bytes()
    words = {"claim": question[question.index(b"claim:") : question.index(b"claim:") + 40], "cell": WORD.encode()}
    words |= {one[0]: one.encode() for one in IDS}  # the whole of one is in no text of the attackers'
    search = f"{SEARCH}\nprint(json.dumps(search({to_halves(words)})))"
    handins = {
        FIRST: scratch(f"{search}\n{ATTACK}"),
        LAST: scratch(f"{search}\n{ATTACK}"),
        VICTIM: change(4, f"answers = {{'lime-1': '{WORD}'}}"),
        WHOLE: [*RELEASED],
        **{f"liar{number}": scratch(f"get_ipython().kernel.look = {lie}") for number, lie in enumerate(LIES.values())},
        "mender": scratch(MENDED),
    }
    folder = tmp_path_factory.mktemp("attacked")
    return folder / "runs", run(course, folder, handins, share=True)


@pytest.fixture(scope="module")
def fresh(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    """The same hand-ins of the others, each in a kernel of its own."""
    folder = tmp_path_factory.mktemp("fresh")
    run(course, folder, {VICTIM: change(4, f"answers = {{'lime-1': '{WORD}'}}"), WHOLE: [*RELEASED]})
    return folder / "runs"


def load_work(runs: Path, name: str) -> tuple[object, dict[str, bytes]]:
    work = runs / name / "work"
    outputs = {path.name: path.read_bytes() for path in (work / "outputs").iterdir()}
    return show(json.loads((work / "executed.ipynb").read_text())), outputs


def test_what_others_are_given_is_not_changed_by_an_attack(
    attacked: tuple[Path, dict[str, RunResult]], fresh: Path
) -> None:
    runs, results = attacked
    assert results[VICTIM].shared == (0, 1, 2, 3, 5)
    assert results[WHOLE].shared == (0, 1, 2, 3, 4, 5)
    for name in (VICTIM, WHOLE):
        assert load_work(runs, name) == load_work(fresh, name)
    for name in (FIRST, LAST):
        assert results[name].word == "ran"
        assert (runs / name / "work" / "outputs" / "pictures.npz").read_text() == "spoilt"  # its own are


def test_memory_of_a_branch_holds_nothing_of_another_hand_in(attacked: tuple[Path, dict[str, RunResult]]) -> None:
    runs, _ = attacked
    for name in (FIRST, LAST):
        cells = json.loads((runs / name / "work" / "executed.ipynb").read_text())["cells"]
        found = json.loads("".join(cells[2]["outputs"][0]["text"]))
        assert found.pop(name[0])  # the control: its own
        assert set(found.values()) == {0}, found


@pytest.mark.parametrize("lie", LIES)
def test_branch_that_says_nothing_of_use_runs_on_to_the_end(
    attacked: tuple[Path, dict[str, RunResult]], lie: str
) -> None:
    result = attacked[1][f"liar{[*LIES].index(lie)}"]
    assert (result.word, result.shared) == ("ran", (0, 1))


def test_state_that_is_mended_while_it_is_looked_at_gains_the_released_results_which_are_marked(
    attacked: tuple[Path, dict[str, RunResult]], fresh: Path
) -> None:
    runs, results = attacked
    assert (results["mender"].word, results["mender"].shared) == ("ran", (0, 1, 3, 4, 5))
    assert load_work(runs, "mender")[1] == load_work(fresh, WHOLE)[1]
