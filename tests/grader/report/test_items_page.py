"""The page on the questions: what it says of a large class and of a small one, and how a browser shows it."""

import html
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from assignment.assignment import Bilingual
from grader.analysis.answers import Answers
from grader.analysis.class_analysis import analyse_answers
from grader.report.items_page import make_items_page, say_chance
from grader.report.pages import render_items, write_reports
from grader.scoring.grading import Grading
from grader.scoring.handin_record import HandinRecord, save_handin_record
from questions.bank import Bank
from tests.grader.analysis.simulated import make_test, plant_copy, plant_wrong_key, simulate

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
TITLE = Bilingual(en="A homework", zh="一份作業")
HOSTILE = "<script>alert(1)</script>"
PLANTED, COPIER = 7, 10


def make_page(own: Bank, *, students: int = 400) -> str:
    """Return the page of a class with a wrong key and a copier, whose questions are our own."""
    random = np.random.default_rng(2)
    answers = replace(simulate(make_test(random), students, random), items=own.ids)
    if students >= 100:
        answers = plant_wrong_key(answers, PLANTED, bit=2)
        answers = plant_copy(answers, 3, COPIER, np.arange(28))
        answers = replace(answers, students=(*answers.students[:COPIER], HOSTILE, *answers.students[COPIER + 1 :]))
    return render_items(make_items_page(analyse_answers(answers), own, name_key(answers), TITLE))


def make_text(own: Bank, **options: int) -> str:
    """Return the page without its embedded font, whose base64 may spell anything."""
    return re.sub(r"data:font/woff;base64,[A-Za-z0-9+/=]+", "data:", make_page(own, **options))


def name_key(answers: Answers) -> dict[str, frozenset[str]]:
    return {item: frozenset(answers.name(n, int(answers.key[n]))) for n, item in enumerate(answers.items)}


def test_page_of_a_large_class_has_every_figure_and_what_to_look_at(own: Bank) -> None:
    page = make_text(own)
    assert len(re.findall(r'<circle class="dot', page)) == 29  # all but the one that hardly anyone has right
    assert "Cronbach's alpha" in html.unescape(page)
    assert page.count("suspect key") == 1
    assert re.search(rf'href="#{own.ids[PLANTED]}"><code>{own.ids[PLANTED]}</code></a> <span class="chip bad">', page)
    assert "of 400 chose" in page
    row = re.search(r"<tr><td><a href=.*?</tr>", page, re.DOTALL)
    assert row is not None
    assert "s0003" in row[0]
    assert "&lt;script&gt;" in row[0]
    assert HOSTILE not in page


def test_dot_of_each_question_is_at_its_own_figures(own: Bank) -> None:
    random = np.random.default_rng(2)
    answers = replace(simulate(make_test(random), 400, random), items=own.ids)
    half = np.arange(400)[:, None] < 200  # has nearly everything right, the other half nearly nothing
    right = half ^ (random.random((400, 30)) < 0.03)
    analysis = analyse_answers(replace(answers, right=right, chosen=np.where(right, answers.key, answers.key ^ 1)))
    page = render_items(make_items_page(analysis, own, name_key(answers), TITLE))
    dots = [(float(x), float(y)) for x, y in re.findall(r'class="dot[^"]*" cx="([\d.]+)" cy="([\d.]+)"', page)]
    both = ((one.facility, one.discrimination) for one in analysis.questions)
    given = [(facility, discrimination) for facility, discrimination in both if facility and discrimination]
    expected = [(60 + 600 * facility.value, 266 - 256 * discrimination.value) for facility, discrimination in given]
    assert np.allclose(dots, expected, atol=0.05)
    assert max(discrimination.value for _, discrimination in given) > 0.85
    assert len(given) == 30
    assert 10 <= min(y for _, y in dots) < 60


def test_no_number_covers_another_where_questions_have_the_same_figures(own: Bank) -> None:
    random = np.random.default_rng(3)
    answers = replace(simulate(make_test(random), 30, random), items=own.ids)
    right = np.repeat(np.arange(30)[:, None] < 28, 30, axis=1)
    right[0, 0] = False
    analysis = analyse_answers(replace(answers, right=right, chosen=np.where(right, answers.key, answers.key ^ 1)))
    dots = make_items_page(analysis, own, name_key(answers), TITLE).dots
    assert len({(dot.x, dot.y) for dot in dots}) <= 3
    assert all(math.hypot(one.beside - two.beside, one.y - two.y) >= 20 for one, two in combinations(dots, 2))
    assert all(60 <= dot.beside <= 670 for dot in dots)


def test_page_of_a_small_class_says_so_instead_of_giving_a_figure(own: Bank) -> None:
    page = make_text(own, students=12)
    assert page.count("fewer than 30 students") == 4  # of the whole, keys, discrimination, pairs
    assert "alpha" not in page
    assert page.count("too few") == 30
    assert "<circle" not in page
    assert re.search(r"\d+ % <span", page)  # a share with its interval


def test_page_of_nine_students_has_counts_and_no_share(own: Bank) -> None:
    page = make_text(own, students=9)
    assert 'class="interval"' not in page
    assert re.search(r"<td>\d / 9</td>", page)


def test_reports_write_the_page_and_the_class_page_leads_to_it(
    tmp_path: Path, grading: Grading, hand_in: Callable[..., HandinRecord]
) -> None:
    hand_in("ann", {"lime-1": "bd", "lime-2": "b"})
    write_reports(tmp_path, grading)
    page = (tmp_path / "items.html").read_text(encoding="utf-8")
    assert 'href="items.html"' in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "items.html" not in (tmp_path / "ann/report.html").read_text(encoding="utf-8")
    assert "For staff alone" in page
    assert 'class="letters">b d</td>' in page
    before = page
    write_reports(tmp_path, grading)
    assert (tmp_path / "items.html").read_text(encoding="utf-8") == before


def test_class_without_a_readable_sheet_has_a_page(
    tmp_path: Path, grading: Grading, hand_in: Callable[..., HandinRecord]
) -> None:
    save_handin_record(tmp_path / "ann", hand_in("ann", {}).model_copy(update={"problem": "broken"}))
    write_reports(tmp_path, grading)
    assert "fewer than 30 students" in (tmp_path / "items.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("chance", "says"), [(0.5, "1 : 2"), (1e-7, "1 : 10,000,000"), (1e-13, "< 1 : 1,000,000,0")])
def test_chances_are_said_as_people_read_them(chance: float, says: str) -> None:
    assert say_chance(chance).startswith(says)


@pytest.fixture
def visit(tmp_path: Path, own: Bank, browser: Any) -> Iterator[Callable[..., Any]]:
    """Return a function that opens the page of a large class offline, all folded out, and notes complaints."""
    contexts = []
    (tmp_path / "items.html").write_text(make_page(own), encoding="utf-8")

    def go(*, width: int, scheme: str = "light") -> Any:
        contexts.append(
            browser.new_context(offline=True, color_scheme=scheme, viewport={"width": width, "height": 800})
        )
        page = contexts[-1].new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("requestfailed", lambda request: page.complaints.append(request.url))
        page.goto((tmp_path / "items.html").as_uri())
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        return page

    yield go
    for context in contexts:
        context.close()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visit: Callable[..., Any], scheme: str) -> None:
    answer = Axe().run(visit(width=1200, scheme=scheme), options={"runOnly": RULES}).response
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in answer["violations"]] == []


@pytest.mark.slow
def test_telephone_shows_the_page_without_a_sideways_scroll(visit: Callable[..., Any]) -> None:
    page = visit(width=360)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.complaints == []
    page.evaluate("document.body.append(Object.assign(document.createElement('pre'), {textContent: 'x'.repeat(999)}))")
    page.evaluate("document.body.lastChild.style.whiteSpace = 'pre'")
    assert page.evaluate("document.body.lastChild.scrollWidth") > 360  # the control
