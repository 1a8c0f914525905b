"""The work that is counted beforehand is the work that the producers do."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch
from torch import Tensor

from assignment.analyses import Analyses
from assignment.course import open_course
from assignment.profile import Profile
from reference.filters import Ascent
from reference.produce import filters as producing_filters
from reference.produce.bench import Bench
from reference.produce.estimate import Scope, count_work
from reference.produce.registry import find_producer

CPU, SEEDS = torch.device("cpu"), (1, 2)
COURSE = open_course()
READERS = COURSE.profile.reader_names


class Watched:
    """A classifier of eleven mean colours that counts the pictures it is shown, with and without a gradient."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()

    def __call__(self, x: Tensor) -> Tensor:
        self.seen["gradient" if x.requires_grad else "forward"] += len(x)
        return x.mean(dim=(2, 3)).repeat(1, 4)[:, :11]


def open_watched(count: int) -> tuple[Bench, Watched]:
    """Return a bench of mini's first pictures, and the classifier that watches."""
    entries = COURSE.manifest.pictures[:count]
    its = Profile(COURSE.folder, COURSE.manifest.model_copy(update={"pictures": entries}))
    bench, watched = Bench(its, COURSE.assignment, CPU), Watched()
    bench.__dict__["model"] = watched
    return bench, watched


def count(group: str, pictures: int, analyses: Analyses = COURSE.assignment.analyses) -> Counter[str]:
    scope = Scope(pictures, flat=0, seeds=SEEDS, readers=READERS)
    return count_work(group, analyses, lambda: COURSE.profile.texts, scope)


@pytest.mark.slow
@pytest.mark.parametrize("group", ["pictures", "saliency", "smoothgrad", "integrated_gradients", "lime"])
def test_every_picture_that_a_producer_shows_the_model_is_counted(group: str) -> None:
    bench, watched = open_watched(1)
    find_producer(group)(bench, SEEDS)
    work = count(group, 1)
    assert watched.seen["gradient"] == sum(work[unit] for unit in ("gradient", "copy", "step"))
    forwards = sum(work[unit] for unit in ("forward", "classified", "sample"))
    assert abs(watched.seen["forward"] - forwards) <= 0.01 * (3 * watched.seen["gradient"] + forwards)


def test_every_step_of_ascent_and_every_map_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    bench, _ = open_watched(7)
    did: Counter[str] = Counter()

    def climb(model: object, start: Tensor, *, layer: int, filters: tuple[int, ...], steps: int) -> Any:
        did[f"ascent {layer}"] += steps
        none = torch.zeros(len(filters))
        return Ascent(start, none, none[:, None])

    def look(model: object, pictures: Tensor, *, layer: int, filters: tuple[int, ...], batch: int = 8) -> Tensor:
        did["map"] += len(pictures)
        return torch.zeros(len(pictures), len(filters), 1, 1)

    monkeypatch.setattr(producing_filters, "ascend", climb)
    monkeypatch.setattr(producing_filters, "find_maps", look)
    find_producer("filters")(bench, SEEDS)
    assert did == count("filters", 7)


@pytest.mark.slow
@pytest.mark.parametrize("group", ["attention", "embedding_pca", "embedding_distance"])
def test_every_text_that_a_bert_reads_is_counted(group: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from transformers import BertModel

    read = 0
    forward: Callable[..., Any] = BertModel.forward

    def watch(*arguments: Any, **named: Any) -> Any:
        nonlocal read
        read += arguments[1].shape[1] > 3  # opening a BERT reads one letter between separators, to see
        return forward(*arguments, **named)

    monkeypatch.setattr(BertModel, "forward", watch)
    bench, _ = open_watched(1)
    find_producer(group)(bench, SEEDS)
    reads = sum(number for unit, number in count(group, 1).items() if unit.startswith("read "))
    reads *= 2 if group == "embedding_pca" else 1  # the states and the answer are one unit there
    assert reads <= read <= 1.05 * reads  # a word is counted as one token, and a few are two


@pytest.mark.parametrize(
    ("seeds", "own", "following", "expected"),
    [((1, 2, 3), 80, 20, 260), ((1, 3), 80, 20, 200), ((1,), 10, 30, 40), ((1, 2), 0, 5, 10)],
)
def test_next_seed_is_counted_where_it_is_not_a_seed_itself(
    seeds: tuple[int, ...], own: int, following: int, expected: int
) -> None:
    assert Scope(1, 0, seeds).repeat(own, following) == expected


def test_new_experiment_is_counted_as_what_it_adds() -> None:
    analyses = COURSE.assignment.analyses

    def change(group: str, **its: Mapping[str, Any]) -> Counter[str]:
        data = analyses.model_dump(mode="json")
        data[group]["experiments"] |= its
        return count(group, 10, Analyses.model_validate(data)) - count(group, 10)

    assert change("smoothgrad", sixty={"copies": 60}) == {}  # the first 60 of 80
    assert change("smoothgrad", louder={"sigma": 0.3, "copies": 7}) == {"copy": 10 * 2 * 7}
    assert change("integrated_gradients", hundred={"steps": 100}) == {"step": 1000, "forward": 20}
    assert change("lime", black={"hide": 0.0}) == {"sample": 10 * 2 * 250, "fit": 20}
    assert change("filters", longer={"steps": 300}) == {f"ascent {layer}": 600 for layer in (1, 4, 9)}


def test_flat_pictures_take_as_many_maps_as_there_are_shakes() -> None:
    saliency = COURSE.assignment.analyses.saliency
    works = [count_work("saliency", COURSE.assignment.analyses, lambda: COURSE.profile.texts, scope)["gradient"]
             for scope in (Scope(10, 0, SEEDS, exact=False), Scope(10, 0, SEEDS), Scope(10, 1, SEEDS))]  # fmt: skip
    maps = 10 * (1 + len(saliency.experiments))
    assert works == [maps, maps + 20, maps + 18 + 9]
