"""Documents say what was measured: blocks that are copied from results are the results."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
RESULTS = ROOT / "benchmarks" / "results"


def find_block(text: str, name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", text, re.DOTALL)
    assert found, f"no block {name!r}"
    return found[1]


def test_table_of_speed_is_the_measured_one() -> None:
    result = (RESULTS / "reference.md").read_text(encoding="utf-8")
    assert find_block(README, "compact") == find_block(result, "compact")
    machine = re.search(r"reference` on (.*?torch [\w.+]+)\.", result)
    assert machine
    assert machine[1] in README


@pytest.mark.parametrize("target", re.findall(r"\]\((?!http)([^)#]+)\)", README))
def test_link_of_the_readme_leads_somewhere(target: str) -> None:
    assert (ROOT / target).exists()


@pytest.mark.parametrize("module", re.findall(r"python -m ([\w.]+)", README))
def test_module_that_the_readme_starts_is_there(module: str) -> None:
    path = ROOT / module.replace(".", "/")
    assert path.with_suffix(".py").exists() or (path / "__main__.py").exists()
