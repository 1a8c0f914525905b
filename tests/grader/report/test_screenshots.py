"""The README's two pictures: the class page, and a student's maps next to the reference's, as a browser shows them.

Nothing is compared. A made-up class is shown and its pictures go to a temporary folder, unless HW9_RUNS names the RUNS
folder of a graded class and HW9_SCREENSHOTS the folder that the pictures go to. For the README, after `make demo`:

    HW9_RUNS=demo/runs HW9_SCREENSHOTS=.github/pictures make tests ARGS=tests/grader/report/test_screenshots.py
"""

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from grader.report.pages import write_reports
from grader.scoring.evidence import Evidence
from grader.scoring.grading import Grading
from grader.scoring.handin_record import HandinRecord

WIDTH, HEIGHT = 1200, 1000
LARGEST = 250_000  # bytes: a README has to open on a telephone
AGREES = "#students tr:has(.chip:has-text('agrees')) a"  # the students whose arrays agree with the reference's
RIGHT = {"lime-1": "bd", "lime-2": "a", "saliency-1": "acd", "saliency-2": "c"}


@pytest.fixture
def runs(
    tmp_path: Path, grading: Grading, hand_in: Callable[..., HandinRecord], save_outputs: Callable[..., None]
) -> Path:
    """Return a RUNS folder with pages: the one that HW9_RUNS names, or that of a made-up class of three."""
    if named := os.environ.get("HW9_RUNS"):
        return Path(named).resolve()
    for student, letters in {"ann": RIGHT, "bob": RIGHT | {"lime-1": "b"}}.items():
        save_outputs(tmp_path / student, grading.canonical)
        hand_in(student, letters, run=Evidence(word="ran", seconds=12.0, sandbox=True))
    hand_in("zoe", {"lime-2": "a"})
    write_reports(tmp_path, grading)
    return tmp_path


@pytest.fixture
def page(browser: Any, runs: Path) -> Iterator[Any]:
    """Return the class page in English, by day, in a window of the pictures' size."""
    context = browser.new_context(offline=True, color_scheme="light", viewport={"width": WIDTH, "height": HEIGHT})
    opened = context.new_page()
    opened.goto((runs / "report.html").as_uri())
    _show_english(opened)
    yield opened
    context.close()


@pytest.fixture
def keep(tmp_path: Path) -> Callable[[str, bytes], Path]:
    """Return a function that writes a picture in 256 colours, and returns where it is."""
    folder = Path(os.environ.get("HW9_SCREENSHOTS") or tmp_path / "pictures")

    def write(name: str, taken: bytes) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        picture = Image.open(io.BytesIO(taken)).convert("RGB")
        palette = picture.quantize(256, kmeans=1)
        picture.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG).save(folder / name, optimize=True)
        return folder / name

    return write


def test_class_page_is_worth_a_picture(page: Any, keep: Callable[[str, bytes], Path]) -> None:
    assert page.locator("#students tbody tr").count() >= 3
    _check_picture(keep("class-page.png", page.screenshot()))


def test_maps_next_to_the_reference_are_worth_a_picture(page: Any, keep: Callable[[str, bytes], Path]) -> None:
    page.locator(AGREES).first.click()
    _show_english(page)
    row = page.locator("details.picture").first
    assert row.locator("figcaption", has_text="yours").first.is_visible()
    assert row.locator("figcaption", has_text="reference").first.is_visible()
    row.evaluate("row => window.scrollTo(0, row.getBoundingClientRect().top + window.scrollY - 16)")
    page.evaluate("Promise.all([...document.images].map((image) => image.decode()))")
    _check_picture(keep("student-maps.png", page.screenshot()))


def _show_english(page: Any) -> None:
    page.locator(".languages label", has_text="English").first.click()


def _check_picture(path: Path) -> None:
    """Fail unless the file is a PNG of the window's size that shows something and is small enough."""
    assert path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    assert path.stat().st_size <= LARGEST
    with Image.open(path) as picture:
        assert picture.size == (WIDTH, HEIGHT)
        shown = np.asarray(picture.convert("L"))
    drawn = np.abs(shown.astype(int) - np.median(shown)) > 32  # neither paper nor a faint line on it
    assert drawn.mean() > 0.005
    assert drawn.any(axis=1).reshape(5, -1).any(axis=1).all()  # in every fifth of the height
