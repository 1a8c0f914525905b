"""The widget in a real JupyterLab: a cell shows it, Python answers, the notebook keeps its hands off its keys."""

import os
import secrets
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from assignment.explorer.look import look
from assignment.models.bert import Bert
from tests.patience import PATIENCE, wait_until

TEXT = "The dogs sat near the tree."
CELL = """from pathlib import Path
from assignment.models.bert import load_bert
from assignment.explorer.explorer import Explorer
explorer = Explorer(load_bert(Path({folder!r}), "masked"), [{text!r}], {{"next": ([[0.1, 0.2]] * 3, 0.1)}})
explorer"""


@dataclass(frozen=True)
class Lab:
    """A running server; its address holds the token."""

    port: int
    token: str

    def find_address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}?token={self.token}"


def find_free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def is_up(lab: Lab) -> bool:
    try:
        with urllib.request.urlopen(lab.find_address("api/status"), timeout=PATIENCE) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="module")
def lab(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A server of its own settings over a folder with one notebook; it ends with the tests."""
    pytest.importorskip("jupyterlab", reason="no jupyterlab (pip install jupyterlab): no notebook was opened")
    home = tmp_path_factory.mktemp("lab")
    cell = nbformat.v4.new_code_cell(CELL.format(folder=str(tiny_folder), text=TEXT))
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    (home / "notes").mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=kernel), home / "notes" / "explorer.ipynb")
    found = Lab(find_free_port(), secrets.token_hex(16))
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR")
    own = {name: str(home / name) for name in (*names, "JUPYTERLAB_WORKSPACES_DIR", "IPYTHONDIR")}
    own["OMP_NUM_THREADS"] = "1"
    options = (
        "--no-browser", "--allow-root", f"--port={found.port}", "--ServerApp.port_retries=0", "--ip=127.0.0.1",
        f"--IdentityProvider.token={found.token}", f"--ServerApp.root_dir={home / 'notes'}", "--LabApp.news_url=None",
    )  # fmt: skip
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options], env=os.environ | own, stdout=log, stderr=log, cwd=home
        )
    try:
        assert wait_until(lambda: is_up(found) or server.poll() is not None), (home / "log").read_text()
        assert server.poll() is None, (home / "log").read_text()
        yield found
    finally:
        server.terminate()
        try:
            server.wait(60)  # then it is killed
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


@pytest.fixture(scope="module")
def notebook(browser: Any, lab: Lab) -> Iterator[Any]:
    """The notebook with its cell run and the explorer shown."""
    page = browser.new_context(viewport={"width": 1400, "height": 1000}).new_page()
    page.goto(lab.find_address("lab/tree/explorer.ipynb"))
    page.locator(".jp-CodeCell").first.wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    run_cell(page)
    page.locator(".hw9-explorer .token").first.wait_for()
    yield page
    page.context.close()


def run_cell(page: Any) -> None:
    """Run the first cell; again where JupyterLab was still busy opening the notebook and let the keys go by."""
    prompt = page.locator(".jp-CodeCell .jp-InputPrompt").first

    def runs() -> bool:
        page.locator(".jp-CodeCell .cm-content").first.click()
        page.keyboard.press("Shift+Enter")
        page.wait_for_timeout(2000)
        return prompt.inner_text().strip() not in ("", "[ ]:", "[]:")

    assert wait_until(runs), f"the cell does not run: {prompt.inner_text()!r}"


def find_token(page: Any, place: int) -> Any:
    return page.locator(f'.token[data-side="from"][data-place="{place}"]')


def read_numbers(page: Any) -> list[float]:
    return [float(text.lstrip("<")) for text in page.locator('.amount[data-side="to"] .number').all_inner_texts()]


def find_attention(bert: Bert, text: str, layer: int, head: int) -> np.ndarray:
    encoded = bert.tokenizer(text, return_tensors="pt")
    return bert.model(**encoded, output_attentions=True).attentions[layer][0, head].numpy()


def ask(page: Any, text: str) -> None:
    page.locator(".hw9-explorer .text").first.fill(text)
    page.locator(".hw9-explorer .strong").click()


def test_explorer_works_in_a_notebook(notebook: Any, tiny: Bert) -> None:
    page = notebook
    page.locator('.cell[data-layer="2"][data-head="1"]').click()
    find_token(page, 3).click()
    assert read_numbers(page) == pytest.approx(find_attention(tiny, TEXT, 2, 1)[3], abs=1 / 255)

    page.keyboard.press("m")
    page.locator(".card").first.wait_for()
    told = look(tiny, TEXT, [3])["predictions"]
    assert page.locator(".card").first.locator(".word").all_inner_texts() == [word for word, _ in told[0]["best"]]
    for key in ("0", "[", "ArrowDown", "ArrowDown", "m"):
        page.keyboard.press(key)
    page.wait_for_function("() => document.querySelectorAll('.card').length === 3")
    assert page.locator(".layer-name [lang=en]").inner_text() == "Layer 1 (0 to 2)"
    page.locator(".hw9-explorer").get_by_role("button", name="Clear masks").click()
    page.wait_for_function("() => document.querySelectorAll('.card').length === 0")
    assert page.locator(".jp-CodeCell").count() >= 1, "JupyterLab did not take m or 1 for its own"
    assert page.locator(".jp-MarkdownCell").count() == 0


def test_any_sentence_can_be_typed_and_problems_are_said(notebook: Any, tiny: Bert) -> None:
    page = notebook
    ask(page, "A cat saw the 貓.")
    page.wait_for_function("() => [...document.querySelectorAll('.piece')].some((piece) => piece.textContent === '貓')")
    assert page.locator(".tokens.from .tag").all_inner_texts() == ["unk"]
    find_token(page, 2).hover()
    page.locator('.cell[data-layer="0"][data-head="0"]').click()
    find_token(page, 2).hover()
    assert read_numbers(page) == pytest.approx(find_attention(tiny, "A cat saw the 貓.", 0, 0)[2], abs=1 / 255)
    ask(page, "cat " * 70)
    page.locator(".problem").wait_for()
    assert "72 pieces" in page.locator(".problem").inner_text()
    assert "最多讀 64 個" in page.locator(".problem").inner_text()
    ask(page, "<img src=x onerror=alert(1)>")
    page.locator(".problem").wait_for(state="hidden")
    assert page.locator(".hw9-explorer img").count() == 0


def test_dark_theme_gives_dark_colours(notebook: Any) -> None:
    page = notebook
    colour = "getComputedStyle(document.querySelector('.hw9-explorer')).color"
    before = page.evaluate(colour)
    page.evaluate("document.body.dataset.jpThemeLight = 'false'")
    assert page.evaluate(colour) != before
    page.evaluate("document.body.dataset.jpThemeLight = 'true'")
