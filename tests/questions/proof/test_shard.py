"""Several machines share the reruns: each computes a part, and what they computed is found by its name everywhere."""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from assignment.course import Course, open_course
from assignment.processors import count_processors
from questions.proof import forecast as forecasting
from questions.proof import rerun
from questions.proof.forecast import forecast
from questions.proof.mutants.registry import MUTANTS
from questions.proof.mutation import list_reruns
from questions.proof.recheck import list_reruns as list_controls
from questions.proof.rerun import ROOMS, ROOT, Edit, Rerun, ask_reference, list_folders
from questions.proof.shard import Shard, parse_shard

LIME = [one for one in MUTANTS if one.name.startswith("lime")]
RERUN = Rerun(groups=("lime",), edits=(Edit("reference/lime.py", "a", "b"),))
SECONDS = {"pictures": 0.5, "lime": 30.0, "saliency": 1.0}


@pytest.fixture
def computed(tiny: Course, monkeypatch: pytest.MonkeyPatch) -> list[Rerun]:
    """What was computed, where computing is copying the canonical Outputs; measuring gives SECONDS at once."""
    done: list[Rerun] = []

    def copy(one: Rerun, course: Course, folder: Path) -> None:
        if not folder.exists():
            folder.mkdir(parents=True)
            for path in course.canonical.glob(f"{one.groups[0]}*.npz"):
                shutil.copy(path, folder)
            done.append(one)

    monkeypatch.setattr(rerun, "_run", copy)
    monkeypatch.setattr(forecasting, "ask_reference", lambda *_: json.dumps({"seconds": SECONDS, "measuring": 0.0}))
    return done


@pytest.mark.parametrize("count", [1, 2, 3, 90])
def test_parts_make_up_the_whole_and_share_nothing(count: int) -> None:
    parts = [Shard(number, count).pick(MUTANTS) for number in range(1, count + 1)]
    assert sorted(one.name for part in parts for one in part) == sorted(one.name for one in MUTANTS)
    assert parts[0][:2] == MUTANTS[:: max(count, 1)][:2]


@pytest.mark.parametrize("text", ["", "2", "0/2", "3/2", "-1/2", "1/2/3", "a/b", "1/", "½/2"])
def test_part_that_there_is_none_of_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected k/n, part k of n, such as 2/4"):
        parse_shard(text)


@pytest.mark.slow  # the bank is read four times
def test_what_two_machines_computed_is_the_whole_in_one_cache(
    run: Callable[..., int], computed: list[Rerun], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words, (one, other) = ("mutate", "--only", "lime"), (tmp_path / "one", tmp_path / "other")
    for part, cache in (("1/2", one), ("2/2", other)):
        assert run(*words, "--shard", part, "--cache", str(cache)) == 0
    assert f"{len(LIME) // 2 + 1} runs to do; measuring" in capsys.readouterr().err
    assert sorted(map(repr, computed)) == sorted(map(repr, [*list_reruns(LIME), *list_controls(["lime"])]))
    assert run("recheck", "--only", "lime", "--cache", str(one)) == 0  # the same as the run without a mistake
    assert "all 1 runs are kept" in capsys.readouterr().err
    before = len(computed)
    shutil.copytree(other, one, dirs_exist_ok=True)
    assert run(*words, "--cache", str(one)) == 0
    assert len(computed) == before
    out, err = capsys.readouterr()
    assert f"all {len(LIME) + 1} runs are kept in {one}; nothing is computed" in err
    assert [line.split(":")[0] for line in out.splitlines()[: len(LIME)]] == [mutant.name for mutant in LIME]


def test_part_without_a_mutant_has_nothing_to_do(
    run: Callable[..., int], computed: list[Rerun], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("mutate", "--only", LIME[0].name, "--shard", "2/2", "--cache", str(tmp_path / "cache")) == 0
    assert computed == []
    assert capsys.readouterr().out.startswith("0 mutants in ")


def test_part_is_never_stored_as_the_whole(run: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    for verb, says in (("mutate", "the matrix is in part"), ("stability", "judges nothing")):
        assert run(verb, "--shard", "1/2", "--write") == 1
        assert says in capsys.readouterr().err


def test_what_was_computed_has_one_name_on_every_machine(
    tiny: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = list(_name_on_machines(tiny, tmp_path, monkeypatch, change=b""))
    assert names[0] == names[1]
    names = list(_name_on_machines(tiny, tmp_path, monkeypatch, change=b"\n# another version"))
    assert names[0] != names[1]


def _name_on_machines(
    tiny: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: bytes
) -> Iterator[Sequence[str]]:
    """Yield the names of a rerun on a machine, and on another one, which has other places and times, and a change."""
    for number, place in enumerate(("home", "elsewhere")):
        folder = tmp_path / f"{place}{len(change)}" / "deep"
        for path in (path for room in ROOMS for path in (ROOT / room).glob("*.py")):
            copy = folder / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes() + (change if number and path.name == "lime.py" else b""))
            os.utime(copy, (number, number))
        shutil.copytree(tiny.folder, folder / "tiny")
        with monkeypatch.context() as patch:
            patch.setattr(rerun, "ROOT", folder)
            yield [one.name for one in list_folders([RERUN], open_course(folder / "tiny"), folder / "reruns")]


def test_what_is_kept_takes_no_time_and_what_is_alike_is_measured_once(
    tiny: Course, computed: list[Rerun], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Sequence[str]] = []

    def answer(words: Sequence[str], _: Course) -> str:
        asked.append(words)
        return json.dumps({"seconds": SECONDS, "measuring": 0.0})

    monkeypatch.setattr(forecasting, "ask_reference", answer)
    reruns = [*list_controls(["pictures", "lime", "saliency"]), RERUN]
    rerun.run_all(reruns[:1], tiny, cache=tmp_path / "kept")
    said = forecast(reruns, tiny, tmp_path / "kept")
    assert said.seconds[0] == 0
    assert [round(one) for one in said.seconds[1:]] == [30, 1, 30]
    assert said.missing == 3
    assert said.at_once == min(3, count_processors())
    assert len(asked) == 1
    assert asked[0][:4] == ["--forecast", "--analysis", "lime", "saliency"]


@pytest.mark.slow
def test_reference_says_how_long_a_rerun_takes_without_computing_it() -> None:
    said = json.loads(ask_reference(["--forecast", *Rerun(groups=("saliency",)).options], open_course()))
    assert said["seconds"].keys() == {"saliency"}
    assert 0 < said["seconds"]["saliency"] < said["measuring"] + 600
