"""Every measure at every argument: what a number is, where there is none and why, and how it is shown."""

import csv
import math
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from assignment.course import Course, open_course
from assignment.outputs import Outputs, save_group
from questions.axes import list_axes
from questions.canonical import load_canonical, load_canonicals
from questions.explore.catalogue import list_entries
from questions.explore.settings import Setting, make_settings
from questions.explore.strips import draw_strips, list_strips
from questions.explore.table import find_range_faults, list_lines
from questions.explore.values import Gauge, Value, list_chosen
from questions.measures.quantity import find_quantity
from questions.measures.registry import MEASURES
from questions.proof.rerun import Rerun, list_folders


@pytest.fixture
def settings(tiny: Course) -> list[Setting]:
    return make_settings(load_canonicals(tiny))


def test_every_measure_says_its_unit_in_both_languages_and_its_range() -> None:
    for name, measure in MEASURES.items():
        its = find_quantity(measure)
        assert all([its.en, its.zh, its.least < its.largest, its.step > 0]), name


@pytest.mark.slow
def test_no_value_of_the_embedded_course_lies_outside_its_measures_range() -> None:
    gauge = Gauge(make_settings({1: load_canonical(open_course(), 1)}))
    values = [gauge.measure(name, placement) for name, placement in list_chosen(gauge.axes)]
    assert len(values) > 60_000
    assert list(find_range_faults(values)) == []
    assert all(one.reason for one in values if not one.whole)


def test_value_outside_its_range_is_a_fault() -> None:
    value = Value("probability", {"picture": 1}, (0.5, 1.5))
    assert list(find_range_faults([value])) == ["probability picture=1: 1.5; expected 0 to 1"]


def test_a_number_is_computed_once_for_equal_arrays_and_anew_for_others(
    settings: list[Setting], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    original = MEASURES["lime_net"]

    def count(outputs: Outputs, **arguments: object) -> float:
        asked.append(str(arguments))
        return original(outputs, **arguments)

    monkeypatch.setitem(MEASURES, "lime_net", count)
    placement = {"picture": 0, "region": "background", "label": 3}
    assert Gauge(settings).measure("lime_net", placement).numbers == (1.0, -1.0, 1.0)  # seed 2 turns the weights round
    assert len(asked) == 2
    gauge = Gauge([settings[0], settings[2]])
    assert gauge.measure("lime_net", placement) is gauge.measure("lime_net", placement)
    assert len(asked) == 3


def test_setting_that_lacks_what_is_read_gives_no_number(settings: list[Setting]) -> None:
    lacks = Setting("float32", 1, settings[0].outputs, frozenset({"lime"}))
    gauge = Gauge([settings[0], lacks])
    assert gauge.measure("lime_net", {"picture": 0, "region": "background"}).numbers == (1.0, None)
    assert gauge.measure("probability", {"picture": 0}).numbers == pytest.approx((0.9, 0.9))


def test_value_that_is_no_number_says_why(settings: list[Setting]) -> None:
    value = Gauge(settings).measure("area_inside", {"picture": 0, "region": "tray"})
    assert math.isnan(value.middle)
    assert not value.whole
    assert value.reason == "picture 0 has no tray; expected a region that has a pixel there"
    line = list(list_lines(settings, [value]))[1]
    assert line.startswith("nan ")
    assert line.endswith("area_inside picture=0 region=tray  [nan: picture 0 has no tray; expected a region that has a "
                         "pixel there]")  # fmt: skip


def test_analysis_measure_and_picture_leave_the_others_out(settings: list[Setting]) -> None:
    axes = Gauge(settings).axes
    assert {name.split("_")[0] for name, _ in list_chosen(axes, analysis="lime")} == {"lime"}
    found = list(list_chosen(axes, measure="roughness", analysis="saliency", picture=3))
    assert {(its["analysis"], its["picture"]) for _, its in found} == {("saliency", 3)}


def test_catalogue_says_what_hangs_on_another_argument() -> None:
    entries = {entry.name: entry for entry in list_entries(list_axes(open_course()))}
    assert set(entries) == set(MEASURES)
    layers = open_course().assignment.analyses.filters.layers
    number, filters = next(iter(layers.items()))
    assert f"with layer={number}: {', '.join(map(str, filters))}" in entries["activation_mean"].arguments["filter"]
    assert entries["lime_share"].arguments["side"] == "for, against; left out: for"


def test_strips_have_a_row_for_each_place_and_are_drawn() -> None:
    values = [
        Value("mass_inside", {"picture": picture, "region": region}, (0.1 * picture, 0.1 * picture + spread))
        for picture in range(3)
        for region, spread in (("food", 0.0), ("tray", 0.05))
    ]
    assert [(name, place, len(its)) for name, place, its in list_strips(values)] == [
        ("", "", 6),
        *(("picture", place, 2) for place in ("0", "1", "2")),
        *(("region", place, 3) for place in ("food", "tray")),
    ]
    png = draw_strips("mass_inside", [*values, Value("mass_inside", {"picture": 9}, (math.nan,), "none")])
    from matplotlib.image import imread

    drawn = imread(BytesIO(png))[..., :3]
    assert (drawn.min(axis=2) < 0.2).sum() > 200  # ink


def test_command_prints_a_table_writes_csv_and_names_what_is_not_kept(
    run: Callable[..., int], tiny: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cache = tmp_path / "cache"
    assert run("values", "--measure", "probability", "--picture", "1", "--cache", str(cache)) == 0
    said = capsys.readouterr()
    assert "0.9                       probability picture=1 label=truth" in said.out
    assert f"`hw9 questions stability --course {tiny.folder} --device cpu --cache {cache}` computes them" in said.err
    pictures = tmp_path / "pictures"
    assert run("values", "--measure", "lead_of_truth", "--pictures", str(pictures), "--cache", str(cache)) == 0
    assert [path.name for path in pictures.iterdir()] == ["lead_of_truth.png"]
    file = tmp_path / "values.csv"
    assert run("values", "--measure", "lime_net", "--csv", str(file), "--cache", str(cache)) == 0
    rows = list(csv.DictReader(file.open(encoding="utf-8")))
    one = next(row for row in rows if row["arguments"] == "picture=0 region=background label=truth")
    assert [float(one[f"float64.{seed}"]) for seed in (1, 2, 3)] == [1, -1, 1]


def test_recompute_runs_what_is_not_kept_and_its_numbers_stand_beside_the_others(
    run: Callable[..., int],
    tiny: Course,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def compute(reruns: Sequence[Rerun], course: Course, *, cache: Path, tick: Callable[[int], None]) -> list[Path]:
        folders = list_folders(reruns, course, cache)
        for rerun, folder in zip(reruns, folders, strict=True):  # as if less exactly, the truth were less probable
            logits = np.full((10, 11), np.log(0.04))
            logits[:, 3] = np.log(0.6)
            arrays = {"pictures": {"label": np.full(10, 3), "logits": logits}}
            for group in set(rerun.groups) & set(arrays):
                save_group(folder, group, arrays[group])
            tick(1)
        return folders

    monkeypatch.setattr("grader.commands.questions.explore.values.run_all", compute)
    cache = str(tmp_path / "cache")
    assert run("values", "--measure", "probability", "--picture", "2", "--recompute", "--cache", cache) == 0
    said = capsys.readouterr()
    line = next(line for line in said.out.splitlines() if line.endswith("label=truth"))
    assert line.split()[:3] == ["0.9", "0.6", "0.6"]
    assert "float32: pictures" not in said.err
    assert "note: float32: lime" in said.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--measure", "probabilty"), "--measure: 'probabilty'; expected one of"),
        (("--picture", "10"), "--picture: 10; expected 0 to 9"),
        (("--measure", "spread", "--picture", "1"), "--measure spread, --picture 1: no measure has these"),
    ],
)
def test_what_the_course_has_not_is_named(
    run: Callable[..., int], words: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("values", *words) == 1
    assert says in capsys.readouterr().err


def test_measures_are_listed_with_what_the_course_has(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("measures") == 0
    out = capsys.readouterr().out
    assert "unit: share (比例); range: 0 to 1" in out
    assert "    picture: 0 to 9" in out
    assert all(f"\n{name}: " in f"\n{out}" for name in MEASURES)


def test_middle_of_settings_is_their_mean() -> None:
    assert Value("logit", {}, (1.0, None, 2.0)).middle == pytest.approx(1.5)
    assert np.isnan(Value("logit", {}, (1.0, math.nan), "why").middle)
