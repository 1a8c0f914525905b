"""The pages: whole in one file, deaf to hostile text, silent about the key, and working in a browser."""

import dataclasses
import html
import re
from collections.abc import Callable, Iterator
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assignment.assignment import Bilingual
from assignment.fixable import FixableError
from assignment.outputs import Outputs
from grader.report.pages import write_reports
from grader.scoring.evidence import Evidence
from grader.scoring.grading import Grading
from grader.scoring.handin_record import HandinRecord, save_handin_record

HandIn = Callable[..., HandinRecord]
Save = Callable[..., None]
HOSTILE = "<script>document.title='owned'</script><img src=x onerror=alert(1)>\"'"
BEST = {"lime-1": "bd", "lime-2": "a", "saliency-1": "acd", "saliency-2": "c"}
OUTSIDE = re.compile(r"(?:https?:)?//[\w.]|@import|url\((?!data:)|<link|<iframe|<object|<base", re.IGNORECASE)


def read_page(path: Path) -> str:
    """Return a page without its embedded pictures and fonts, whose base64 may spell anything."""
    return re.sub(r"data:(image/png|font/woff);base64,[A-Za-z0-9+/=]+", "data:", path.read_text(encoding="utf-8"))


@pytest.fixture
def runs(tmp_path: Path, grading: Grading, hand_in: HandIn, save_outputs: Callable[..., None]) -> Path:
    """Return a reported class: one that agrees, a hostile one that failed, and one that was not run."""
    save_outputs(tmp_path / "ann", grading.canonical)
    hand_in("ann", BEST, name="王小明", run=Evidence(word="ran", seconds=12.0, sandbox=True))
    save_outputs(tmp_path / "eve", grading.canonical, ("lime",))
    failed = Evidence(word="failed", reason="exception", cell=4, detail=HOSTILE, edited=("saliency",), notes=(HOSTILE,))
    hand_in("eve", {"lime-1": "b", "saliency-1": "b"}, name=HOSTILE, run=failed)
    hand_in("zoe", {"lime-1": "bd", "lime-2": "a"})
    write_reports(tmp_path, grading)
    return tmp_path


def test_every_student_and_the_class_have_a_page_and_a_gradebook(runs: Path) -> None:
    for name in (
        "report.html",
        "gradebook.csv",
        "results.json",
        "ann/report.html",
        "eve/report.html",
        "zoe/report.html",
    ):
        assert (runs / name).stat().st_size > 0


def test_page_says_to_the_second_why_a_hand_in_is_late(tmp_path: Path, grading: Grading, hand_in: HandIn) -> None:
    moment = (grading.assignment.deadline + timedelta(seconds=4)).astimezone(UTC)
    late = hand_in("ann", BEST, late=True).model_copy(update={"submitted_at": moment})
    save_handin_record(tmp_path / "ann", late)
    write_reports(tmp_path, grading)
    for page in (tmp_path / "ann/report.html", tmp_path / "report.html"):
        assert "<time>2027-05-29 00:00:03 UTC+08:00</time>" in read_page(page)
        assert "<time>2027-05-28 23:59:59 UTC+08:00</time>" in read_page(page)


def test_identical_hand_ins_are_named_to_staff_and_never_on_a_students_page(
    tmp_path: Path, grading: Grading, hand_in: HandIn
) -> None:
    one = hand_in("ann", BEST).model_copy(update={"identical_to": ("zoe-the-other",), "needs_person": True})
    save_handin_record(tmp_path / "ann", one)
    write_reports(tmp_path, grading)
    assert "identical to those of zoe-the-other" in read_page(tmp_path / "report.html")
    assert "zoe-the-other" not in read_page(tmp_path / "ann/report.html")


def test_hostile_names_and_errors_are_escaped(runs: Path) -> None:
    for page in (runs / "eve/report.html", runs / "report.html"):
        text = read_page(page)
        assert "&lt;script&gt;document.title" in text
        assert "<script>document" not in text
        assert "<img src=x" not in text


def test_why_an_answer_was_not_read_is_said_in_both_languages(runs: Path, hand_in: HandIn, grading: Grading) -> None:
    one, said = hand_in("kim", {}), Bilingual(en="cell 0: lime-1: <b>", zh="儲存格 0：lime-1：<b>")
    unread = one.verdicts[0].model_copy(update={"word": "unreadable", "reason": said})
    update = {"verdicts": (unread, *one.verdicts[1:]), "notes": (said,)}
    save_handin_record(runs / "kim", one.model_copy(update=update))
    write_reports(runs, grading)
    both = '<span lang="en">cell 0: lime-1: &lt;b&gt;</span><span lang="zh-Hant">儲存格 0：lime-1：&lt;b&gt;</span>'
    assert read_page(runs / "kim/report.html").count(both) == 2


def test_pages_ask_for_nothing_from_outside(runs: Path) -> None:
    for page in runs.rglob("report.html"):
        text = read_page(page)
        assert not OUTSIDE.search(text), page
        assert all(source == "data:" for source in re.findall(r'src="([^"]*)"', text))
        assert "default-src 'none'" in html.unescape(text)
    assert "script-src 'none'" in html.unescape(read_page(runs / "ann/report.html"))


def test_pages_are_small_enough_to_mail(runs: Path) -> None:
    assert max(page.stat().st_size for page in runs.rglob("report.html")) < 2.5e6


@pytest.mark.slow
def test_a_page_of_ten_pictures_stays_below_four_megabytes_whatever_is_saved(
    tmp_path: Path, grading: Grading, hand_in: HandIn, make_outputs: Callable[..., Outputs], save_outputs: Save
) -> None:
    large = make_outputs(pictures=10, size=128)
    noise = np.random.default_rng(0)
    theirs = Outputs(
        {
            name: noise.random(array.shape) if array.dtype.kind == "f" else noise.integers(0, 9, array.shape)
            for name, array in large.items()
        }
    )
    save_outputs(tmp_path / "ann", theirs)
    pictures = noise.integers(0, 255, (10, 128, 128, 3), dtype=np.uint8)
    hand_in("ann", BEST, run=Evidence(word="ran", seconds=12.0, sandbox=True))
    write_reports(tmp_path, dataclasses.replace(grading, canonical=large, pictures=pictures))
    assert 'class="none"' not in read_page(tmp_path / "ann/report.html")
    assert (tmp_path / "ann/report.html").stat().st_size < 4e6


def test_the_worst_place_is_said_where_arrays_differ(
    tmp_path: Path, grading: Grading, hand_in: HandIn, save_outputs: Save
) -> None:
    maps, reached = (np.array(grading.canonical[name]) for name in (("saliency", "map"), ("filters", "reached")))
    maps[1] *= 2
    reached[1, 2] *= 2
    wrong = Outputs(
        dict(grading.canonical) | {("saliency", "map"): maps, ("filters", "reached"): reached}, grading.canonical.axes
    )
    save_outputs(tmp_path / "ann", wrong)
    hand_in("ann", BEST, run=Evidence(word="ran", seconds=12.0, sandbox=True))
    write_reports(tmp_path, grading)
    text = read_page(tmp_path / "ann/report.html")
    assert "picture 1</span>" in text
    assert "convolution 4, filter 10</span>" in text


def test_maps_stand_beside_the_canonical_ones_and_a_missing_one_is_said(runs: Path) -> None:
    ann, eve, zoe = (read_page(runs / name / "report.html") for name in ("ann", "eve", "zoe"))
    assert ann.count('alt="Saliency map of picture') == 6
    assert ann.count('alt="LIME, true label of picture') == 6
    assert ann.count('alt="SmoothGrad of picture') == 6
    assert ann.count('alt="Integrated gradients of picture') == 6
    assert ann.count('alt="Convolution 9, filter 12: ascent: ') == 2
    assert ann.count('alt="Convolution 9, filter 12: picture 2: ') == 2  # the made-up class has no picture 6
    assert 'class="none"' not in ann
    assert ann.count('alt="Attention of all heads on sentence') == 6
    assert eve.count('alt="LIME, true label of picture') == 6
    assert "Saliency map of picture" not in eve  # the reference stands beside what was saved alone
    assert "Attention of all heads on sentence" not in eve
    assert eve.count('class="none"') == 3 * 3 + 2 * 12 + (3 * 2 + 2 * 2 + 2 * 2)  # of pictures, filters and texts
    assert "Saliency map of picture" not in zoe


def test_page_without_any_array_has_no_picture_and_is_small(
    tmp_path: Path, grading: Grading, hand_in: HandIn, runs: Path
) -> None:
    hand_in("kim", BEST, run=Evidence(word="failed", reason="exception", cell=0, sandbox=True))
    write_reports(tmp_path, grading)
    page = (runs / "kim/report.html").read_text(encoding="utf-8")
    assert "image/png" not in page
    assert "Your arrays next to the reference" in page
    assert len(page) < 2.5e5


def find_letters(text: str) -> list[str]:
    return re.findall(r'<td class="letters">([^<]*)</td>', text)


def test_the_key_is_on_a_page_only_when_it_may_be_shown(runs: Path, grading: Grading) -> None:
    hidden = read_page(runs / "eve/report.html")
    assert "b d" not in hidden
    assert "a c d" not in hidden
    assert "Because" not in hidden
    assert find_letters(hidden) == ["b", "–", "b", "–"]
    write_reports(runs, grading, show_key=True)
    shown = read_page(runs / "eve/report.html")
    assert find_letters(shown) == ["b", "b d", "–", "a", "b", "a c d", "–", "c"]
    assert "Because 1b." in shown


def test_nothing_but_the_letters_changes_with_another_key(runs: Path, grading: Grading) -> None:
    """What a student may see is a function of the verdicts: another key with the same verdicts gives the same page."""
    before = (runs / "eve/report.html").read_bytes()
    letters = dict.fromkeys(grading.key.letters, frozenset("abcd"))
    write_reports(runs, dataclasses.replace(grading, key=dataclasses.replace(grading.key, letters=letters)))
    assert (runs / "eve/report.html").read_bytes() == before


def test_reporting_again_gives_the_same_bytes(runs: Path, grading: Grading) -> None:
    before = {page: page.read_bytes() for page in runs.rglob("report.html")}
    write_reports(runs, grading)
    assert {page: page.read_bytes() for page in runs.rglob("report.html")} == before


def test_a_run_that_was_not_scored_is_named(runs: Path, grading: Grading) -> None:
    (runs / "eve/verdicts.json").unlink()
    (runs / "eve/result.json").write_text("{}")
    with pytest.raises(FixableError, match=r"eve: no verdicts.json; expected one: run `hw9 score` first"):
        write_reports(runs, grading)


def test_damaged_verdicts_are_named(runs: Path, grading: Grading) -> None:
    (runs / "eve/verdicts.json").write_text('{"version": 1}')
    with pytest.raises(FixableError, match=r"eve/verdicts.json: version: 1; expected 2 .*run `hw9 score` again"):
        write_reports(runs, grading)


def test_a_folder_without_verdicts_says_what_to_do(tmp_path: Path, grading: Grading) -> None:
    with pytest.raises(FixableError, match="hw9 score"):
        write_reports(tmp_path, grading)


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[[Path], Any]]:
    """Return a function that opens a page offline; whatever the browser complains of or asks for fails the test."""
    complaints: list[str] = []
    context = browser.new_context(offline=True)

    def go(path: Path) -> Any:
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message) or dialog.dismiss())
        page.on("requestfailed", lambda request: complaints.append(request.url))
        page.goto(path.as_uri())
        return page

    yield go
    context.close()
    assert complaints == []


def test_class_page_sorts_and_finds_in_a_browser(runs: Path, visit: Callable[[Path], Any]) -> None:
    page = visit(runs / "report.html")

    def students() -> list[str]:
        return list(page.locator("#students tbody tr:visible td:first-child").all_inner_texts())

    assert students() == ["ann", "eve", "zoe"]
    total = page.locator("#students thead button", has_text="Total")
    total.click()
    assert students() == ["ann", "zoe", "eve"]
    total.click()
    assert students() == ["eve", "zoe", "ann"]
    page.locator("#find").fill("王小明")
    assert students() == ["ann"]
    page.locator("#find").fill("")
    page.locator("#attention").check()
    assert "ann" not in students()
    assert page.title() != "owned"


def test_class_page_says_how_many_ran_without_a_memory_group(
    hand_in: Callable[..., HandinRecord], grading: Grading, tmp_path: Path
) -> None:
    for student, group in (("ann", "none"), ("bob", "v2"), ("cyd", "none")):
        hand_in(student, BEST, run=Evidence(word="ran", sandbox=True, memory_group=group))
    text = write_reports(tmp_path, grading).page.read_text(encoding="utf-8")
    assert re.search(r"Run without a memory group.*?<dd>2</dd>", text, re.DOTALL)
    for student in ("ann", "cyd"):
        hand_in(student, BEST, run=Evidence(word="ran", sandbox=True, memory_group="scope"))
    assert "memory group" not in write_reports(tmp_path, grading).page.read_text(encoding="utf-8")


def test_class_page_leads_to_each_student(runs: Path, visit: Callable[[Path], Any]) -> None:
    page = visit(runs / "report.html")
    page.locator("#students a", has_text="ann").click()
    assert page.locator("h1").inner_text() == "王小明"
    assert page.evaluate("[...document.images].every((image) => image.complete && image.naturalWidth > 0)")


def test_student_page_switches_its_language_without_a_script(runs: Path, visit: Callable[[Path], Any]) -> None:
    page = visit(runs / "eve/report.html")
    heading = page.locator("h2", has_text="Questions").first
    assert "題目" in heading.inner_text()
    page.locator("label", has_text="English").first.click()
    assert heading.inner_text() == "Questions"
    page.locator("label", has_text="中文").first.click()
    assert page.locator("h2", has_text="題目").first.inner_text() == "題目"
    assert page.title().startswith("<script>")
