"""What a browser draws of our pages: Chinese in the embedded font, and every word with enough contrast (axe-core)."""

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from assignment.course import open_course
from assignment.page.face import FAMILY, find_drawn
from grader.release.explorer import export_explorer
from grader.report.pages import write_reports
from grader.scoring.evidence import Evidence
from grader.scoring.grading import Grading
from grader.scoring.handin_record import HandinRecord, save_handin_record
from questions.bank import Bank
from questions.handout.page import list_files, make_handout

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
SENTENCE = "The cat that chased the mice is hungry."


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory: pytest.TempPathFactory, own: Bank) -> dict[str, Path]:
    """Return the pages that students are given."""
    folder = tmp_path_factory.mktemp("handed-out")
    handout = dict(list_files(make_handout(own, open_course().assignment, open_course().profile)))["handout.html"]
    (folder / "handout.html").write_bytes(handout)
    export_explorer(open_course(), [SENTENCE], folder / "explorer.html")
    return {name: folder / f"{name}.html" for name in ("handout", "explorer")}


@pytest.fixture
def pages(
    tmp_path: Path,
    handed_out: dict[str, Path],
    grading: Grading,
    hand_in: Callable[..., HandinRecord],
    save_outputs: Callable[..., None],
) -> dict[str, Path]:
    """Return the pages of a class in which much has happened, with those that were handed out."""
    runs = tmp_path / "runs"
    save_outputs(tmp_path / "ann", grading.canonical, ("lime", "attention"))
    deadline = grading.assignment.deadline
    wrong = {"lime-1": "bd", "lime-2": "b", "saliency-1": ""}
    failed = Evidence(word="failed", reason="exception", cell=4, detail="NameError: 名稱", edited=("saliency",))
    late = {"submitted_at": deadline + timedelta(seconds=4), "identical_to": ("zoe",), "needs_person": True}
    runs.mkdir()
    for one in (
        hand_in("ann", wrong, name="王小明", late=True, run=failed).model_copy(update=late),
        hand_in("zoe", {"lime-1": "a"}, name="鄭\U00020bb7懿"),
    ):
        (tmp_path / one.student).rename(runs / one.student)
        save_handin_record(runs / one.student, one)
    write_reports(runs, grading, show_key=True)
    names = {"class": "runs", "failed": "runs/ann", "not run": "runs/zoe"}
    reports = {name: tmp_path / folder / "report.html" for name, folder in names.items()}
    return handed_out | reports | {"items": runs / "items.html"}


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Any]]:
    """Return a function that opens a page offline, with all that can be folded out."""
    contexts = []

    def go(path: Path, scheme: str = "light") -> Any:
        contexts.append(browser.new_context(offline=True, color_scheme=scheme, viewport={"width": 1200, "height": 900}))
        page = contexts[-1].new_page()
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        page.evaluate("Promise.all([...document.fonts].map((one) => one.load())).then(() => true)")
        return page

    yield go
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(pages: dict[str, Path], visit: Callable[..., Any], scheme: str) -> None:
    found = {}
    for name, path in pages.items():
        page = visit(path, scheme)
        if name == "explorer":
            page.evaluate("document.querySelector('.help').hidden = false")
        found[name] = find_violations(page)
    assert not {name: broken for name, broken in found.items() if broken}


def test_axe_is_heard(pages: dict[str, Path], visit: Callable[..., Any]) -> None:
    page = visit(pages["class"])
    page.evaluate("document.querySelector('h1').style.color = '#cccccc'")
    assert [rule for rule, _ in find_violations(page)] == ["color-contrast"]


@pytest.mark.parametrize("show_key", [True, False])
def test_telephone_shows_answer_and_verdict_of_every_question_without_a_sideways_scroll(
    tmp_path: Path, pages: dict[str, Path], grading: Grading, visit: Callable[..., Any], show_key: bool
) -> None:
    write_reports(tmp_path / "runs", grading, show_key=show_key)
    page = visit(pages["not run"])
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    beside = "(all) => all.filter((one) => one.getBoundingClientRect().right > 360).map((one) => one.textContent)"
    cells = page.locator(".questions :is(th, td)")
    assert cells.count() == (1 + 4) * (5 + show_key)
    assert cells.evaluate_all(beside) == []
    assert find_violations(page) == []
    page.locator(".questions tr").evaluate_all("(all) => all.forEach((one) => { one.style.display = 'table-row'; })")
    assert cells.evaluate_all(beside)  # as it was


def find_violations(page: Any) -> list[tuple[str, list[str]]]:
    """Return each rule that is broken, with where."""
    answer = Axe().run(page, options={"runOnly": RULES}).response
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in answer["violations"]]


def test_chinese_is_drawn_in_the_embedded_font(pages: dict[str, Path], visit: Callable[..., Any]) -> None:
    for name, path in pages.items():
        page = visit(path)
        drawn, asked = count_glyphs(page)
        assert asked > 10, name
        assert drawn == asked, name
        assert FAMILY.replace(" ", "").encode() in page.pdf(), f"{name}: the font is not in the printed page"


def test_character_that_no_font_has_is_a_box_and_does_not_vanish(
    pages: dict[str, Path], visit: Callable[..., Any]
) -> None:
    page = visit(pages["not run"])
    assert find_drawn("\U00020bb7") == frozenset()
    page.evaluate("document.querySelector('h1 bdi').textContent = '\U00020bb7'")
    picture = Image.open(io.BytesIO(page.locator("h1 bdi").screenshot())).convert("L")
    assert np.ptp(np.asarray(picture)) > 100


def count_glyphs(page: Any) -> tuple[float, int]:
    """Return how many Chinese glyphs of the page's body come from the embedded font, and how many there are."""
    text = page.evaluate(
        """() => [...document.querySelectorAll('body [lang="zh-Hant"]')].filter((one) => one.checkVisibility())
            .map((one, n) => { one.dataset.zh = n; return one.textContent; })"""
    )
    drawn = asked = 0
    for n, its in enumerate(text[:60]):
        fonts = list_fonts(page, f'[data-zh="{n}"]')
        drawn += sum(font["glyphCount"] for font in fonts if font["isCustomFont"] and font["familyName"] == FAMILY)
        asked += sum(letter in find_drawn(its) for letter in its)
    return drawn, asked


def list_fonts(page: Any, selector: str) -> list[dict[str, Any]]:
    """Return the fonts that the browser took for the texts of an element, with how many glyphs."""
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    node = session.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
    fonts: list[dict[str, Any]] = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    session.detach()
    return fonts
