"""The arrays of Outputs, beside the notebook that saves them."""

import ast

from assignment.arrays import ARRAYS, FILTER_MAPS, FILTERS
from assignment.assignment import NOTEBOOK_FILE


def test_the_notebook_looks_at_the_filters_that_the_arrays_are_of() -> None:
    tree = ast.parse(NOTEBOOK_FILE.with_suffix(".py").read_text(encoding="utf-8"))
    (typed,) = [
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "FILTERS"
    ]
    assert list(typed.items()) == [(layer, list(filters)) for layer, filters in FILTERS.items()]


def test_activation_maps_have_one_array_for_each_convolution() -> None:
    assert list(FILTER_MAPS.values()) == list(FILTERS)
    assert all("filter" in ARRAYS["filters", name].axes for name in FILTER_MAPS)
