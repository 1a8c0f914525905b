"""The loop: no test is left out by accident, quick tests stay quick, and a loaded machine is one.

What the plugins of `tests/conftest.py` do is tried on planted tests, in a pytest of their own.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from itertools import chain, combinations
from pathlib import Path

import pytest

from tests.markers import FIXTURES, MARKERS
from tests.patience import wait_until
from tests.turns import LONG, PARTS, TURNS, list_others

ROOT = Path(__file__).parents[1]
PLANTED = """
import logging, subprocess, sys, time
import pytest

BURN = "import time\\nwhile time.process_time() < 0.5: pass"

@pytest.fixture(scope="module")
def shared():
    burn()

@pytest.fixture(scope="module")
def inner():
    burn()

@pytest.fixture(scope="module")
def outer(request):
    request.getfixturevalue("inner")

@pytest.fixture(scope="module")
def torn_down_once():
    yield
    burn()

@pytest.fixture
def torn_down():
    yield
    burn()

@pytest.fixture
def browser():
    burn()

def burn(seconds=0.5):
    until = time.process_time() + seconds
    while time.process_time() < until: pass

def test_not_much(): burn(0.17)
def test_hog(): burn()
def test_hog_by_its_child(): subprocess.run([sys.executable, "-S", "-c", BURN], check=True)
def test_first_of_a_shared_fixture(shared): pass
def test_second_of_a_shared_fixture(shared): pass
def test_first_of_a_fixture_that_asks_another(outer): pass
def test_second_of_a_fixture_that_asks_another(outer): pass
def test_teardown(torn_down): pass
def test_sleeps(): time.sleep(0.5)
def test_logs_what_is_no_unicode(): logging.error(chr(0xDCFF))
@pytest.mark.slow
def test_slow(): burn()
def test_marked_by_its_fixture(browser): pass
@pytest.mark.nightly
def test_of_the_night(): pass
def test_last_of_a_shared_fixture_with_a_teardown(torn_down_once): pass
"""
TAKES_TURNS = """
import pytest

@pytest.mark.parametrize("case", range(5))
def test_cases(case): pass
def test_one(): pass
def test_two(): pass
"""
BY_TURNS = """pytest_plugins = ["tests.markers", "tests.turns"]

def pytest_configure():
    from tests import turns
    turns.TURNS, turns.LONG = ("test_planted.py",), ("test_zz.py",)
"""


@pytest.fixture(scope="module")
def try_planted(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Return what pytest prints of the planted tests, where 0.1 s is much and a quarter of a second too much."""
    folder = tmp_path_factory.mktemp("planted")
    markers = "\n".join(f"    {name}: needed" for name in MARKERS)
    (folder / "pytest.ini").write_text(f"[pytest]\naddopts = --strict-markers\nmarkers =\n{markers}\n")
    (folder / "conftest.py").write_text(
        'pytest_plugins = ["tests.markers", "tests.processor_time", "tests.printable"]\n\n'
        "def pytest_configure():\n    from tests import processor_time\n"
        "    processor_time.LIMIT, processor_time.TOLERATED = 0.1, 2.5\n"
    )
    (folder / "test_planted.py").write_text(PLANTED)

    def run(*options: str, ci: bool = True) -> str:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("CI", "PYTEST_"))}
        environment |= {"PYTHONPATH": str(ROOT)} | ({"CI": "true"} if ci else {})
        words = [sys.executable, "-m", "pytest", "-rA", "--color=no", "-p", "no:cacheprovider", *options]
        return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False).stdout

    return run


@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["one process", "pytest-xdist"])
def test_unmarked_test_that_uses_much_processor_time_fails_under_ci(
    try_planted: Callable[..., str], workers: tuple[str, ...]
) -> None:
    said = try_planted("-m", "not nightly", *workers)
    failed = re.findall(r"^ERROR test_planted.py::(\w+) - Failed: test_planted.py::\1: \d\.\d s of", said, re.MULTILINE)
    hogs = {"hog", "hog_by_its_child", "teardown"} | {
        f"{which}_of_a_{fixture}"
        for which in ("first", "second")
        for fixture in ("shared_fixture", "fixture_that_asks_another")
    }
    assert set(failed) == {f"test_{name}" for name in hogs}, said
    assert re.search(r"\b13 passed\b.*\b7 errors\b", said), said
    assert re.search(r"Warning: test_planted.py::test_not_much: 0\.\d s of processor time; expected", said), said
    assert re.search(r"left to `make nightly` =+\ntest_planted\.py::test_of_the_night\n", said), said


@pytest.mark.slow
def test_outside_ci_it_does_not(try_planted: Callable[..., str]) -> None:
    assert re.search(r"= 14 passed, \d+ warnings in", said := try_planted(ci=False)), said


def test_parts_are_all_tests_and_ci_runs_all_but_the_nightly_ones() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    quick, rest = (re.search(rf"^{name} := (.+)$", makefile, re.MULTILINE)[1] for name in ("QUICK", "REST"))
    for marked in chain.from_iterable(combinations(MARKERS, count) for count in range(len(MARKERS) + 1)):
        has = {name: name in marked for name in MARKERS}
        parts = [eval(part, {"__builtins__": {}}, has) for part in (quick, rest)]
        assert parts == [not marked, bool(marked) and "nightly" not in marked], marked
    assert re.search(r"^check: quick rest ", makefile, re.MULTILINE)


def run_with_turns(folder: Path, *options: str, turn: int | None = None) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CI", "PYTEST_", "TURN"))}
    environment |= {"PYTHONPATH": str(ROOT)} | ({"TURN": str(turn)} if turn is not None else {})
    words = [sys.executable, "-m", "pytest", "-v", "--color=no", "-p", "no:cacheprovider", *options]
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False).stdout


@pytest.mark.slow
def test_each_has_one_turn_of_three_and_the_others_are_printed(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(BY_TURNS)
    (tmp_path / "test_planted.py").write_text(TAKES_TURNS)
    (tmp_path / "test_zz.py").write_text("def test_always(): pass")
    ran = list[str]()
    for turn in range(PARTS):
        said = run_with_turns(tmp_path, "--turns", *(("-n", "1", "--dist", "loadfile") if turn == 1 else ()), turn=turn)
        before, _, left = said.partition("left to other commits")
        chosen = {one or other for one, other in re.findall(r"PASSED (test_\S+)|(test_\S+) PASSED", before)}
        assert "test_zz.py::test_always" in chosen, said
        ran += chosen - {"test_zz.py::test_always"}
        assert len(chosen) - 1 + len(re.findall(r"^test_planted.py::", left, re.MULTILINE)) == 7, said
    assert len(ran) == len({*ran}) == 7
    first = re.findall(r"^(test_\w+)\.py::\w+.* PASSED", run_with_turns(tmp_path), re.MULTILINE)
    assert first == ["test_zz", *["test_planted"] * 7]
    same = [run_with_turns(tmp_path, "--turns").partition("left to other commits")[2] for _ in range(2)]
    assert re.sub(r"in [\d.]+s", "", same[0]) == re.sub(r"in [\d.]+s", "", same[1])  # it follows from the commit


def test_each_test_that_takes_turns_has_one_of_three(request: pytest.FixtureRequest) -> None:
    assert all((ROOT / name).is_file() for name in (*TURNS, *LONG))
    others = [set(list_others(request.session.items, 1000 + turn)) for turn in range(PARTS)]
    for item in request.session.items:
        left = sum(item in its for its in others)
        assert left == (PARTS - 1 if item.nodeid.partition("::")[0] in TURNS else 0), item.nodeid


def test_no_marker_is_left_out_by_default(pytestconfig: pytest.Config) -> None:
    assert [line.partition(":")[0] for line in pytestconfig.getini("markers")[: len(MARKERS)]] == list(MARKERS)
    assert not {"-m", "-k", "--deselect"} & set(pytestconfig.getini("addopts"))


def test_test_is_marked_by_the_fixture_that_it_uses(request: pytest.FixtureRequest) -> None:
    for item in request.session.items:
        for fixture in FIXTURES.keys() & set(getattr(item, "fixturenames", ())):
            assert item.get_closest_marker(FIXTURES[fixture]), item.nodeid


def list_children(parent: int) -> set[int]:
    """Return the processes that a process started and that run."""
    found = set()
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, its_parent = file.read_text().rpartition(")")[2].split()[:2]
        except OSError:  # ended meanwhile
            continue
        if int(its_parent) == parent and state != "Z":
            found.add(int(file.parent.name))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("killed", "code"), [(False, 7), (True, -signal.SIGKILL)])
def test_load_ends_with_its_script_whatever_ends_that(killed: bool, code: int) -> None:
    words = [ROOT / ".ci" / "loaded", "sh", "-c", "echo; read line; exit 7"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(words, env=os.environ | {"LOOPS": "3"}, **pipes) as script:
        script.stdout.readline()
        assert wait_until(lambda: len(list_children(script.pid)) == 4)  # three loops and the command
        loops = list_children(script.pid)
        if killed:
            script.kill()
        script.stdin.close()
        assert script.wait() == code
    assert wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in loops))
