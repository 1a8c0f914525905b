"""The browser in which pages and widgets are opened; our own bank; the quiz's report as Canvas writes it."""

import csv
import gc
import io
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest

from assignment.course import open_course
from questions.bank import Bank, load_bank
from tests.patience import PATIENCE

pytest_plugins = [
    "tests.markers",
    "tests.turns",
    "tests.processor_time",
    "tests.printable",
    "tests.doctests",
    "tests.grader.sandboxed",
    "tests.grader.ordinary",
]

Row = Mapping[str, Any]  # id, sis_id, name, submitted, attempt, and `chosen`: question id -> letters in some order


def pytest_collection_finish() -> None:
    """Keep the collector from walking all that was imported, torch above all, again and again."""
    gc.freeze()


@pytest.fixture(scope="session")
def own() -> Bank:
    """The project's own bank."""
    return load_bank(open_course())


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("chromium is not installed (apt-get install chromium): the pages were not opened")
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium, args=arguments, timeout=PATIENCE * 1000)
        yield PatientBrowser(opened)
        opened.close()


class PatientBrowser:
    """A browser whose pages wait with PATIENCE for what must happen."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser

    def new_context(self, **options: Any) -> Any:
        context = self.browser.new_context(**options)
        context.set_default_timeout(PATIENCE * 1000)
        return context

    def new_page(self, **options: Any) -> Any:
        page = self.browser.new_page(**options)
        page.set_default_timeout(PATIENCE * 1000)
        return page


@pytest.fixture(scope="session")
def to_report() -> Callable[..., bytes]:
    """Return what makes a Student Analysis report: columns, HTML and commas as in Canvas's own code."""

    def make(bank: Bank, rows: Sequence[Row], *, heading: Callable[[str], str] = strip_tags) -> bytes:
        stream = io.StringIO()
        writer = csv.writer(stream)
        names = ["name", "id", "sis_id", "section", "section_id", "section_sis_id", "submitted", "attempt"]
        columns = [
            cell
            for question in bank.questions
            for cell in (f"{5000 + question.number}: {heading(find_stem(question))}", str(Decimal("0.3")))
        ]
        writer.writerow([*names, *columns, "n correct", "n incorrect", "score"])
        for row in rows:
            own = {"submitted": "2027-05-20 12:00:00 UTC", "attempt": "1", "name": "Ann, the first"} | dict(row)
            cells = [
                cell
                for question in bank.questions
                for cell in (join_texts(question, own["chosen"].get(question.id, "")), "0.15")
            ]
            writer.writerow([*(own.get(name, "") for name in names), *cells, "3", "27", "4.5"])
        return stream.getvalue().encode()

    return make


def strip_tags(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


def find_stem(question: Any) -> str:
    return (
        f"<p><strong>{question.number} · {question.id}</strong> · 0.3 points 分</p>"
        f"<p>{question.ask.en}</p>\n<p>{question.ask.zh}</p>"
    )


def join_texts(question: Any, letters: str) -> str:
    """Canvas strips the tags of each text, escapes its commas, and puts commas between texts."""
    texts = (question.choices[letter].say for letter in letters)
    return ",".join(strip_tags(f"<p>{say.en}</p><p>{say.zh}</p>").replace(",", "\\,") for say in texts)
