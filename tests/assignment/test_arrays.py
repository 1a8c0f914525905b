"""The arrays of Outputs, beside the notebook that saves them and the settings of the embedded course."""

import ast

import pytest

from assignment.arrays import ARRAYS, FILTER_MAPS, find_spec, is_free
from assignment.assignment import NOTEBOOK_FILE
from assignment.course import open_course


def test_the_notebook_looks_at_the_filters_that_the_arrays_are_of() -> None:
    tree = ast.parse(NOTEBOOK_FILE.with_suffix(".py").read_text(encoding="utf-8"))
    (typed,) = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "FILTERS"
    ]
    layers = open_course().assignment.analyses.filters.layers
    assert list(typed.items()) == [(layer, list(filters)) for layer, filters in layers.items()]


def test_activation_maps_have_one_array_for_each_layer() -> None:
    assert len(FILTER_MAPS) == len(open_course().assignment.analyses.filters.layers)
    assert all("filter" in ARRAYS["filters", name].axes for name in FILTER_MAPS)


def test_array_that_a_course_has_named_is_what_its_group_says() -> None:
    whole, reached = find_spec("filters", "mine"), find_spec("filters", "reached_mine")
    assert whole is not None
    assert reached is not None
    assert (whole.axes, whole.bits, whole.official) == (ARRAYS["filters", "ascent"].axes, 16, False)
    assert (reached.axes, reached.bits) == (ARRAYS["filters", "reached"].axes, 32)
    assert find_spec("saliency", "Not A Name") is None
    assert find_spec("attention", "mine") is None


@pytest.mark.parametrize(
    ("group", "name"),
    [(group, name) for group, name in ARRAYS if group in ("lime", "saliency", "smoothgrad", "integrated_gradients")]
    + [("filters", "reached_mine"), ("filters", "trace"), ("pictures", "logits"), ("texts", "mine")],
)
def test_name_of_another_array_is_taken(group: str, name: str) -> None:
    assert not is_free(group, name)
