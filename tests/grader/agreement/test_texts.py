"""Agreement of the texts: turned signs agree, wrong conventions differ, an absent array hides no other."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from assignment.agreement.agree import COMPARED_GROUPS, Agreement, GroupArrays, compare_groups
from assignment.outputs import Array, Outputs, list_official
from grader.agreement.saved import read_group
from grader.scoring.evidence import Evidence
from grader.scoring.reasons import list_reasons

TEXT_GROUPS = ("attention", "embedding_pca", "embedding_distance")
NAMES = [(group, name) for group in TEXT_GROUPS for name in list_official(group)]
Change = Callable[[Array], Array]

MOST = 2**24  # bytes of a group


def judge(outputs: Outputs, canonical: Outputs) -> dict[tuple[str, str], Agreement]:
    """Return the agreements of the texts, which has one figure an array."""
    readings = {
        group: GroupArrays({name: array for (its, name), array in outputs.items() if its == group})
        for group in COMPARED_GROUPS
    }
    return {(one.group, one.array): one for one in compare_groups(readings, canonical) if one.group in TEXT_GROUPS}


def change(outputs: Outputs, group: str, name: str, array: Array) -> Outputs:
    return Outputs(dict(outputs) | {(group, name): array}, outputs.axes)


def find_departures(outputs: Outputs, canonical: Outputs) -> set[tuple[str, str]]:
    return {name for name, one in judge(outputs, canonical).items() if one.word != "agrees"}


def test_every_official_array_of_topic_two_is_judged(canonical: Outputs) -> None:
    assert list(judge(canonical, canonical)) == NAMES


def take_other_block(maps: Array) -> Array:
    return np.roll(maps, 1, axis=1)


def turn_over(maps: Array) -> Array:
    return maps.swapaxes(3, 4)


def fill_holes(maps: Array) -> Array:
    return np.nan_to_num(maps)


def take_logits(probabilities: Array) -> Array:
    return np.log(probabilities)


def shift_points(points: Array) -> Array:
    """Return points that were not centred."""
    return points + 1


def swap_components(points: Array) -> Array:
    return points[..., ::-1]


def take_other_reader(values: Array) -> Array:
    return values[::-1]


def take_roots(shares: Array) -> Array:
    return np.sqrt(shares)


def leave_end_open(span: Array) -> Array:
    return span + np.array([0, 1])


def to_distance(cosines: Array) -> Array:
    return 1 - cosines


def take_squares(distances: Array) -> Array:
    return distances**2


def take_other_layer(values: Array) -> Array:
    return np.roll(values, 1, axis=1)


@pytest.mark.parametrize(
    ("group", "name", "mistake"),
    [
        ("attention", "map", take_other_block),
        ("attention", "map", turn_over),
        ("attention", "map", fill_holes),
        ("attention", "prediction", take_logits),
        ("embedding_pca", "points", shift_points),
        ("embedding_pca", "points", swap_components),
        ("embedding_pca", "points", take_other_reader),
        ("embedding_pca", "share", take_roots),
        ("embedding_pca", "span", leave_end_open),
        ("embedding_distance", "euclidean", take_squares),
        ("embedding_distance", "euclidean", take_other_layer),
        ("embedding_distance", "cosine", to_distance),
        ("embedding_distance", "cosine", take_other_layer),
    ],
)
def test_a_wrong_convention_differs_in_its_own_array_alone(
    canonical: Outputs, group: str, name: str, mistake: Change
) -> None:
    wrong = change(canonical, group, name, mistake(np.array(canonical[group, name])))
    assert find_departures(wrong, canonical) == {(group, name)}


def test_numbers_of_ten_bits_differ_in_every_figure_but_the_prediction(canonical: Outputs) -> None:
    random = np.random.default_rng(0)
    coarse = Outputs(
        {
            name: array * (1 + random.normal(0, 5e-4, array.shape)) if array.dtype.kind == "f" else array
            for name, array in canonical.items()
        }
    )
    found = find_departures(coarse, canonical)
    assert found >= set(NAMES) - {("attention", "prediction"), ("embedding_pca", "span")}


@pytest.mark.parametrize("sign", [(-1, 1), (1, -1), (-1, -1)])
def test_components_that_point_the_other_way_agree(canonical: Outputs, sign: tuple[int, int]) -> None:
    points = np.array(canonical["embedding_pca", "points"])
    points[1, 0, 2] *= sign
    assert not find_departures(change(canonical, "embedding_pca", "points", points), canonical)


def test_a_single_point_on_the_wrong_side_differs(canonical: Outputs) -> None:
    points = np.array(canonical["embedding_pca", "points"])
    points[1, 0, 2, 1] *= -1
    found = judge(change(canonical, "embedding_pca", "points", points), canonical)["embedding_pca", "points"]
    assert (found.word, found.reader, found.passage, found.text) == ("differs", 1, 0, None)


def test_distances_by_the_dot_product_agree(canonical: Outputs) -> None:
    """|a|^2 + |b|^2 - 2 a.b leaves 1e-7 of the squares where 0 should be, and its root is a thousandth."""
    squares = np.square(canonical["embedding_distance", "euclidean"])
    rounded = np.sqrt(squares + 1e-7 * squares.max())
    assert not find_departures(change(canonical, "embedding_distance", "euclidean", rounded), canonical)


def test_the_worst_sentence_and_the_worst_shared_word_are_named(canonical: Outputs) -> None:
    maps, cosines = np.array(canonical["attention", "map"]), np.array(canonical["embedding_distance", "cosine"])
    maps[2, 1, 0, 3, 3] += 0.01
    cosines[1, 0] *= -1
    run = change(change(canonical, "attention", "map", maps), "embedding_distance", "cosine", cosines)
    found = judge(run, canonical)
    assert found["attention", "map"].text == 2
    assert found["attention", "map"].figure == pytest.approx(0.01, abs=1e-6)
    assert (found["embedding_distance", "cosine"].shared_word, found["embedding_distance", "cosine"].text) == (1, None)


def test_holes_elsewhere_are_infinitely_far(canonical: Outputs) -> None:
    for name in (("attention", "map"), ("embedding_pca", "points")):
        holed = np.array(canonical[name])
        holed[:, 0, 0, 0] = np.nan
        found = judge(change(canonical, *name, holed), canonical)[name]
        assert (found.word, found.figure) == ("differs", None)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("group", "name"), NAMES)
@pytest.mark.parametrize("value", [0.0, 1e300, -1.7e308, 5e-324, np.nan])
def test_hostile_numbers_differ_without_a_warning(canonical: Outputs, group: str, name: str, value: float) -> None:
    ours = canonical[group, name]
    if ours.dtype.kind == "i":
        hostile = np.full(ours.shape, -(2**63) if value else 2**63 - 1)
    else:
        hostile = np.full(ours.shape, value)
    assert find_departures(change(canonical, group, name, hostile), canonical) == {(group, name)}


@pytest.mark.parametrize(("group", "name"), [("lime", "segments"), ("filters", "deep"), *NAMES])
def test_an_array_that_was_not_saved_is_named_and_hides_no_other(
    tmp_path: Path, canonical: Outputs, save_outputs: Callable[..., None], group: str, name: str
) -> None:
    save_outputs(tmp_path, canonical)
    rest = {one: canonical[group, one] for one in list_official(group) if one != name}
    np.savez(tmp_path / "work" / "outputs" / f"{group}.npz", **rest)
    readings = {one: read_group(tmp_path / "work", one, canonical, most=MOST) for one in COMPARED_GROUPS}
    found = compare_groups(readings, canonical)
    assert {(one.group, one.array, one.word) for one in found if one.word != "agrees"} == {(group, name, "missing")}
    details = {one.detail for one in found if one.word == "missing"}
    assert len(details) == 1
    assert f"outputs/{group}.npz: {name}: missing; expected " in str(details.pop())
    assert [one.en for one in list_reasons(None, Evidence(word="ran"), found, ())] == [
        f"Outputs of {group}.{name} were not saved."
    ]


def test_an_absent_array_does_not_excuse_another_one_of_the_wrong_shape(tmp_path: Path, canonical: Outputs) -> None:
    place = tmp_path / "work" / "outputs" / "embedding_distance.npz"
    place.parent.mkdir(parents=True)
    np.savez(place, euclidean=canonical["embedding_distance", "euclidean"][:1])
    reading = read_group(tmp_path / "work", "embedding_distance", canonical, most=MOST)
    assert (reading.word, reading.arrays) == ("unreadable", {})
