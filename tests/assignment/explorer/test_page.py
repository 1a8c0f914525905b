"""The exported page in a browser: the numbers are Python's, the keyboard is enough, and it asks nobody for anything."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assignment.explorer.look import look, read_text, see
from assignment.explorer.page import fold, list_maskings, make_page, unfold
from assignment.fixable import FixableError
from assignment.models.bert import Bert, load_bert
from tests.assignment.models.tiny_berts import save_tiny

HOSTILE = "<img src=x onerror=alert(1)>"
LONG = "the cat sat near the tree and the dogs slept " * 5
SENTENCES = (
    "The dogs sat near the tree.",
    HOSTILE,
    "The cat saw the old dog, and the dog saw a cat near the tree.",
    ("Who sat?", "The dogs sat."),
)
FUNCTIONS = {
    "previous": (np.array([[0.1, 0.2], [0.93, 0.3], [0.1, 0.1]]), 0.07),
    "homemade <b>": (np.array([[0.1, np.nan], [0.1, 0.3], [0.1, 0.6]]), 0.2),
}


def find_attention(bert: Bert, text: str, layer: int, head: int, masked: tuple[int, ...] = ()) -> np.ndarray:
    """Return what the model itself gives (L, L), without our code."""
    encoded = bert.tokenizer(text, return_tensors="pt")
    encoded["input_ids"][0, list(masked)] = bert.tokenizer.mask_token_id
    return bert.model(**encoded, output_attentions=True).attentions[layer][0, head].numpy()


def test_folding_loses_nothing(tiny: Bert) -> None:
    reading = read_text(tiny, SENTENCES[0])
    maskings = list_maskings(reading)
    assert len(maskings) == 1 + 7 + 21
    levels = np.stack([one.levels for one in see(tiny, reading, maskings)])
    assert np.array_equal(unfold(fold(levels, 7), 7), levels)
    random = np.random.default_rng(0).integers(0, 256, levels.shape, dtype=np.uint8)
    assert np.array_equal(unfold(fold(random, 7), 7), random)


def test_page_refuses_a_sentence_that_the_model_cannot_read(tiny: Bert) -> None:
    with pytest.raises(FixableError, match="65 pieces; expected at most 64"):
        make_page(tiny, ["cat " * 63], None, "x")


def test_same_page_each_time(tiny: Bert) -> None:
    assert make_page(tiny, SENTENCES[:1], FUNCTIONS, "x") == make_page(tiny, SENTENCES[:1], FUNCTIONS, "x")


@pytest.fixture(scope="module")
def file(tiny: Bert, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("page") / "explorer.html"
    place.write_text(make_page(tiny, SENTENCES, FUNCTIONS, "Explorer <title>"), encoding="utf-8")
    return place


@pytest.fixture
def visit(browser: Any) -> Iterator[Callable[..., Any]]:
    """Return a function that opens a page; whatever it complains of, or asks for beside itself, fails the test."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 1200, "height": 900})

    def go(path: Path) -> Any:
        page = context.new_page()
        page.on("request", lambda request: complaints.append(request.url) if request.url != path.as_uri() else None)
        page.on("console", lambda message: complaints.append(message.text) if message.type != "warning" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message) or dialog.dismiss())
        page.goto(path.as_uri())
        page.locator(".token").first.wait_for()
        return page

    yield go
    context.close()
    assert complaints == []


@pytest.mark.parametrize(
    ("name", "text", "pieces"),
    [
        ("roberta", "The cat saw 蘋果.", ["[CLS]", "The", "cat", "saw", "Ġ", "蘋果", ".", "[SEP]"]),
        ("bert", "我喜歡蘋果。", ["[CLS]", "我", "喜", "歡", "蘋", "果", "。", "[SEP]"]),
    ],
)
def test_page_of_another_bert_shows_its_tokens_and_hides_a_word(
    tmp_path: Path, visit: Callable[..., Any], name: str, text: str, pieces: list[str]
) -> None:
    other = load_bert(save_tiny(tmp_path, name, "masked"), "masked")
    file = tmp_path / "explorer.html"
    file.write_text(make_page(other, [text], None, name), encoding="utf-8")
    page = visit(file)
    assert page.locator(".tokens.from .token").all_inner_texts() == pieces
    find_token(page, 1).click()
    page.keyboard.press("m")
    assert page.locator(".tokens.from .tag").all_inner_texts() == ["[MASK]"]


def test_page_calls_separators_and_masks_as_the_models_tokenizer_does(
    tmp_path: Path, visit: Callable[..., Any]
) -> None:
    folder = save_tiny(tmp_path / "other", "roberta", "masked")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        text = (folder / name).read_text(encoding="utf-8")
        for sign, its in (("[CLS]", "<s>"), ("[SEP]", "</s>"), ("[MASK]", "<mask>")):
            text = text.replace(sign, its)
        (folder / name).write_text(text, encoding="utf-8")
    file = tmp_path / "explorer.html"
    file.write_text(make_page(load_bert(folder, "masked"), ["The cat saw."], None, "other"), encoding="utf-8")
    page = visit(file)
    assert page.locator(".tokens.from .token").all_inner_texts() == ["<s>", "The", "cat", "saw", ".", "</s>"]
    assert "leave out <s> and </s>" in page.locator(".box").inner_text()
    find_token(page, 1).click()
    page.keyboard.press("m")
    assert page.locator(".tokens.from .tag").all_inner_texts() == ["<mask>"]


def find_token(page: Any, place: int, side: str = "from") -> Any:
    return page.locator(f'.token[data-side="{side}"][data-place="{place}"]')


def read_numbers(page: Any, side: str) -> list[float]:
    return [float(text.lstrip("<")) for text in page.locator(f'.amount[data-side="{side}"] .number').all_inner_texts()]


def choose_sample(page: Any, index: int, pieces: int) -> None:
    page.locator(".samples select").select_option(str(index))
    page.wait_for_function("n => document.querySelectorAll('.tokens.from .token').length === n", arg=pieces)


def test_numbers_beside_a_clicked_token_are_pythons(file: Path, visit: Callable[..., Any], tiny: Bert) -> None:
    page = visit(file)
    page.locator('.cell[data-layer="1"][data-head="1"]').click()
    find_token(page, 3).click()
    page.mouse.move(0, 0)
    attention = find_attention(tiny, SENTENCES[0], 1, 1)
    assert read_numbers(page, "to") == pytest.approx(attention[3], abs=1 / 255)
    assert read_numbers(page, "from") == pytest.approx(attention[:, 3], abs=1 / 255)
    assert find_token(page, 3).get_attribute("aria-pressed") == "true"
    find_token(page, 5).hover()
    assert read_numbers(page, "to") == pytest.approx(attention[3], abs=1 / 255), "a pin stays"


def test_several_heads_give_their_mean(file: Path, visit: Callable[..., Any], tiny: Bert) -> None:
    page = visit(file)
    page.locator(".chip.every").click()
    find_token(page, 2).hover()
    mean = (find_attention(tiny, SENTENCES[0], 0, 0) + find_attention(tiny, SENTENCES[0], 0, 1)) / 2
    assert read_numbers(page, "to") == pytest.approx(mean[2], abs=1 / 255)
    assert "mean of the 2 chosen heads" in page.locator(".statement").inner_text()


def test_masking_a_word_shows_what_is_expected_and_changes_the_attention(
    file: Path, visit: Callable[..., Any], tiny: Bert
) -> None:
    page = visit(file)
    find_token(page, 3).dblclick()
    page.locator(".card").first.wait_for()
    cards = look(tiny, SENTENCES[0], [3])["predictions"]
    assert page.locator(".card").count() == 2
    for index, told in enumerate(cards):
        card = page.locator(".card").nth(index)
        assert card.locator(".word").all_inner_texts() == [word for word, _ in told["best"]]
        assert f"rank {told['rank']} of {tiny.model.config.vocab_size}" in card.locator(".note").inner_text()
    assert page.locator(".hidden-word").count() == 4
    find_token(page, 1).hover()
    attention = find_attention(tiny, SENTENCES[0], 0, 0, masked=(2, 3))
    assert read_numbers(page, "to") == pytest.approx(attention[1], abs=1 / 255)
    find_token(page, 5).dblclick()
    page.wait_for_function("() => document.querySelectorAll('.card').length === 3")
    attention = find_attention(tiny, SENTENCES[0], 0, 0, masked=(2, 3, 5))
    find_token(page, 1).hover()
    assert read_numbers(page, "to") == pytest.approx(attention[1], abs=1 / 255)
    find_token(page, 7).dblclick()
    problem = page.locator(".problem").inner_text()
    assert "at most two masked words" in problem
    assert "最多同時遮蔽兩個字詞" in problem
    assert page.locator(".card").count() == 3
    page.get_by_role("button", name="Clear masks").click()
    page.wait_for_function("() => document.querySelectorAll('.card').length === 0")


def test_keyboard_is_enough(file: Path, visit: Callable[..., Any], tiny: Bert) -> None:
    page = visit(file)
    find_token(page, 1).focus()
    for key in ("ArrowDown", "ArrowDown", "]", "1", "Enter"):
        page.keyboard.press(key)
    assert read_numbers(page, "to") == pytest.approx(find_attention(tiny, SENTENCES[0], 1, 1)[3], abs=1 / 255)
    assert find_token(page, 3).evaluate("token => token === document.activeElement")
    page.keyboard.press("ArrowRight")
    assert "who attends to" in page.locator(".readout").inner_text()
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("m")
    page.locator(".card").first.wait_for()
    assert find_token(page, 3).evaluate("token => token === document.activeElement"), "focus stays where it was"
    page.keyboard.press("Escape")
    page.wait_for_function("() => document.querySelectorAll('.card').length === 0")
    page.keyboard.press("Shift+Digit0")
    assert page.locator('.chip[aria-pressed="true"]').all_inner_texts()[:2] == ["0", "1"]
    page.keyboard.press("?")
    assert page.locator(".help").is_visible()


def test_slider_hides_lines_and_says_how_much(file: Path, visit: Callable[..., Any], tiny: Bert) -> None:
    page = visit(file)
    attention = np.round(255 * find_attention(tiny, SENTENCES[0], 0, 0)) / 255
    page.locator(".threshold").fill("0.3")
    shown = attention >= 0.3
    share = round(100 * float(attention[shown].sum() / attention.sum()))
    expected = f"{shown.sum()} of {(attention > 0).sum()} lines are drawn: {share} % of the attention"
    assert expected in page.locator(".statement").inner_text()
    assert len(read_numbers(page, "to")) == 10
    page.locator(".threshold").fill("0")
    assert "100 % of the attention" in page.locator(".statement").inner_text()


def test_leaving_out_separators_scales_the_rest_and_says_so(file: Path, visit: Callable[..., Any], tiny: Bert) -> None:
    page = visit(file)
    page.locator(".no-separators").check()
    find_token(page, 2).hover()
    kept = np.round(255 * find_attention(tiny, SENTENCES[0], 0, 0)[2, 1:-1])
    assert read_numbers(page, "to") == pytest.approx(kept / kept.sum(), abs=6e-4)
    assert "left out and the rest is scaled up" in page.locator(".statement").inner_text()
    assert page.locator(".tokens.from .token").count() == 8


def test_function_ranks_the_heads(file: Path, visit: Callable[..., Any]) -> None:
    page = visit(file)
    assert "the next token" not in page.locator(".which").inner_text()
    page.locator(".which").select_option("previous")
    best = page.locator(".ranking li").first
    assert best.locator("[lang=en]").inner_text() == "layer 1, head 0"
    assert best.locator(".number").inner_text() == "0.93"
    best.locator("button").click()
    assert "0.93 (chance\u00a00.07)" in page.locator(".outstanding").inner_text()
    assert page.locator(".cell.best").get_attribute("data-layer") == "1"
    page.locator(".which").select_option("homemade <b>")
    assert page.locator(".ranking li").all_inner_texts()[0].endswith("0.60"), "a head without a score has no rank"


def test_hostile_sentence_is_text(file: Path, visit: Callable[..., Any], tiny: Bert) -> None:
    page = visit(file)
    choose_sample(page, 1, len(read_text(tiny, HOSTILE)))
    assert page.locator("img").count() == 0
    assert page.locator(".text").first.input_value() == HOSTILE
    assert find_token(page, 1).locator(".piece").inner_text() == "<"
    assert page.title() == "Explorer <title>"


def test_sentence_that_is_not_in_the_page_is_refused_in_both_languages(file: Path, visit: Callable[..., Any]) -> None:
    page = visit(file)
    page.locator(".text").first.fill("A cat slept.")
    page.keyboard.press("Enter")
    page.locator(".problem").wait_for()
    problem = page.locator(".problem").inner_text()
    assert "holds only its sample sentences" in problem
    assert "這個網頁只有範例句子" in problem
    assert f"Below is still “{SENTENCES[0]}”" in problem
    page.locator(".text").first.fill(f"  {SENTENCES[0]} ")
    page.keyboard.press("Enter")
    page.locator(".problem").wait_for(state="hidden")


def test_pair_of_texts_and_one_language(file: Path, visit: Callable[..., Any], tiny: Bert) -> None:
    page = visit(file)
    choose_sample(page, 3, len(read_text(tiny, *SENTENCES[3])))
    assert page.locator(".second").input_value() == "The dogs sat."
    page.locator(".languages label", has_text="中文").first.click()
    assert page.locator(".say [lang=en]").count() == 0
    assert "遮蔽字詞" in page.locator(".masks").inner_text()
    assert "Mask" not in page.locator(".masks").inner_text()


def find_overlaps(page: Any) -> int:
    """Count pairs of tokens and amounts whose boxes overlap by more than a pixel."""
    return int(
        page.evaluate(
            """() => {
              const boxes = [...document.querySelectorAll('.token, .amount')].map((one) => one.getBoundingClientRect());
              const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
                && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
              return boxes.reduce((sum, a, i) => sum + boxes.slice(i + 1).filter((b) => over(a, b)).length, 0);
            }"""
        )
    )


@pytest.mark.parametrize("width", [1200, 700, 390])
def test_fifty_tokens_stand_apart_and_nothing_is_cut_off(
    tiny: Bert, tmp_path: Path, visit: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr("assignment.explorer.page.list_maskings", lambda reading: [()])  # pairs of 50 words take long
    monkeypatch.setattr("assignment.explorer.page.fold", lambda levels, words: np.moveaxis(levels, 0, -1))
    place = tmp_path / "long.html"
    place.write_text(make_page(tiny, [LONG], FUNCTIONS, "x"), encoding="utf-8")
    page = visit(place)
    page.set_viewport_size({"width": width, "height": 900})
    assert page.locator(".tokens.from .token").count() >= 50
    find_token(page, 20).hover()
    assert find_overlaps(page) == 0
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    middles = page.locator(".tokens.from .token").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect()).map((box) => (box.top + box.bottom) / 2)"
    )
    top = page.locator(".lines").bounding_box()["y"]
    assert middles == pytest.approx([top + 26 * (row + 0.5) for row in range(len(middles))], abs=1), "lines meet tokens"
    cut = "(all) => all.filter((one) => one.scrollWidth > one.clientWidth + 1).length"
    assert page.locator(".piece, .amount .number").evaluate_all(cut) == 0


def test_lines_are_drawn_where_attention_is(file: Path, visit: Callable[..., Any]) -> None:
    """A column of pixels beside the tokens has ink at the row of each token, and none where all lines are hidden."""
    page = visit(file)
    ink = """() => {
      const canvas = document.querySelector('.lines');
      const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
      return [...document.querySelectorAll('.tokens.from .token')].map((_, row) => {
        const middle = Math.round((row + 0.5) * 26 * devicePixelRatio);
        return [-1, 0, 1].some((by) => data[4 * ((middle + by) * canvas.width + 4) + 3] > 0);
      });
    }"""
    page.locator(".threshold").fill("0")
    assert page.evaluate(ink) == [True] * 10
    find_token(page, 4).hover()
    page.locator(".threshold").evaluate("(slider) => { slider.max = 2; }")
    page.locator(".threshold").fill("1.5")
    assert page.evaluate(ink) == [False] * 10
    assert "0 of " in page.locator(".statement").inner_text()
