"""How long the whole proof takes is extrapolated from a part: what is multiplied, and by what."""

import re
from pathlib import Path

import pytest

from assignment.analyses import Analyses
from assignment.course import open_course
from benchmarks.proof_time import HOSTED, SHARDS, Extrapolation, extrapolate, make_part, to_markdown
from questions.proof.mutants.registry import MUTANTS
from questions.proof.shard import Shard
from tests.benchmarks.test_benchmarks import run_program


def test_start_of_a_process_is_not_multiplied_and_the_rest_is_by_what_is_counted() -> None:
    its = extrapolate(5.0, {"lime": 9.0, "saliency": 6.0}, {"lime": (2.0, 40.0, 100.0), "saliency": (1.0, 1.0, 1.0)})
    assert its.one == {"lime": 5.0 + 2 * 40, "saliency": 6.0}
    assert its.counted == {"lime": 7.0, "saliency": 6.0}
    assert its.seeds == {"lime": 5.0 + 2 * 100, "saliency": 6.0}
    assert its.stability == 2 * (205.0 + 6.0)
    names = [one.name for one in MUTANTS if one.groups in {("lime",), ("saliency",)}]
    assert [name for name, _ in its.mutants] == names


def test_part_is_what_the_settings_allow() -> None:
    its = open_course().assignment.analyses
    part = Analyses.model_validate(make_part(its.model_dump(mode="json")))
    assert (part.lime.official.samples, part.smoothgrad.official.copies) == (10, 1)
    assert part.integrated_gradients.official.steps in part.integrated_gradients.gaps
    assert part.filters.layers == its.filters.layers


@pytest.mark.parametrize(("seconds", "says"), [(600.0, "fits"), (60000.0, "does NOT fit")])
def test_it_is_said_whether_the_longest_job_fits(seconds: float, says: str) -> None:
    its = Extrapolation(1.0, {"lime": 2.0}, {"lime": 2.0}, {"lime": seconds}, {"lime": seconds})
    text = to_markdown(its, 128, "load 0")
    assert f"the proof {says} the {HOSTED} hours" in text
    longest = max(len(Shard(k + 1, SHARDS).pick(its.mutants)) for k in range(SHARDS))
    assert f"| the longest of its {SHARDS} shards | {longest * seconds / 3600:.2f} |" in text


@pytest.mark.nightly
def test_program_measures_a_part_of_a_small_course(tmp_path: Path) -> None:
    printed = run_program("proof_time", "--width", "16", "--groups", "saliency", "--out", str(tmp_path / "time.md"))
    assert re.search(r"^saliency: \d+\.\d s of processor time$", printed, re.MULTILINE)
    assert re.search(r"\| saliency( \| \d+){5} \|", (tmp_path / "time.md").read_text(encoding="utf-8"))
