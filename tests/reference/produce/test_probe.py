"""One unit of every kind of work can be timed, and what is done more often takes longer."""

import time

import pytest
import torch

from assignment.arrays import GROUPS
from assignment.course import open_course
from assignment.profile import Profile
from reference.produce import probe as probing
from reference.produce.bench import Bench
from reference.produce.estimate import Scope, count_work
from reference.produce.probe import Probe
from reference.produce.schedule import plan

COURSE = open_course()
ANALYSES = COURSE.assignment.analyses


def open_first(batch: int = 2) -> Bench:
    """Return a bench with picture 0 alone."""
    one = COURSE.manifest.model_copy(update={"pictures": COURSE.manifest.pictures[:1]})
    return Bench(Profile(COURSE.folder, one), COURSE.assignment, torch.device("cpu"), batch=batch)


@pytest.mark.slow
def test_unit_of_every_kind_that_is_counted_can_be_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "ROUNDS", 1)
    scope = Scope(1, 0, (1,), COURSE.profile.reader_names)
    units = sorted(set().union(*(count_work(one, ANALYSES, lambda: COURSE.profile.texts, scope) for one in GROUPS)))
    probe = Probe(open_first(), ANALYSES)
    seconds = {unit: probe.time_unit(unit) for unit in units}
    assert all(found > 0 for unit, found in seconds.items() if not unit.startswith("ascent"))  # a difference
    assert {unit.split()[0] for unit in units} >= {"ascent", "copy", "sample", "step", "open", "read"}


@pytest.mark.parametrize("one", [2**-10, 1.0, 64.0])  # seconds of one picture, exact in binary
def test_unit_takes_as_long_as_the_model_does_for_one_picture(monkeypatch: pytest.MonkeyPatch, one: float) -> None:
    now, most = 0.0, 0

    def answer(x: torch.Tensor) -> torch.Tensor:
        nonlocal now, most
        now, most = now + len(x) * (3 * one if x.requires_grad else one), max(most, len(x))
        return x.mean(dim=(2, 3)).repeat(1, 4)[:, :11]

    monkeypatch.setattr(time, "perf_counter", lambda: now)
    bench = open_first(batch=4)
    bench.__dict__["model"] = answer
    probe = Probe(bench, ANALYSES)
    found = {unit: probe.time_unit(unit) for unit in ("forward", "gradient", "copy", "classified", "step")}
    assert found == {"forward": one, "gradient": 3 * one, "copy": 3 * one, "classified": one, "step": 3 * one}
    assert most == (1 if one >= 1 else 4)  # a slow picture is tried alone
    assert one < 1 or now <= 9 * one  # and nothing like it is timed again
    said = plan(bench, ANALYSES, ["pictures", "saliency"], (1,)).said
    maps = 1 + len(ANALYSES.saliency.experiments)
    assert said == {"pictures": one, "saliency": one * (1 + 3 * (maps + 2))}
