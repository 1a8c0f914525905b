"""A course that is being made: three categories, pictures of 32 x 32, and a manifest without models."""

from pathlib import Path

import pytest

from tests.courses import begin_course


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return begin_course(tmp_path / "bakery")
