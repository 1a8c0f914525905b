"""A pytest plugin: only modules that hold a doctest are imported to look for one, which saves seconds of collecting."""

from pathlib import Path

ROOT = Path(__file__).parents[1]


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Pass over the modules of the rooms without a prompt; None leaves the choice to pytest."""
    if collection_path.suffix != ".py" or collection_path.is_relative_to(ROOT / "tests"):
        return None
    return True if ">>>" not in collection_path.read_text(encoding="utf-8") else None
