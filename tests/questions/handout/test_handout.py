"""The handout holds every question with its points and pictures, and not a word of what is right."""

import re
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest

from assignment.assignment import GRADED, Source
from assignment.course import open_course
from grader.commands.main import main
from questions.bank import Bank
from questions.handout.environment import mark_code
from questions.handout.markdown import to_markdown
from questions.handout.page import list_files, make_handout

PNG = re.compile(r"data:image/png;base64,[A-Za-z0-9+/=]+")


@pytest.fixture(scope="module")
def files(own: Bank) -> dict[str, bytes]:
    return dict(list_files(make_handout(own, open_course().assignment, open_course().profile)))


@pytest.fixture(scope="module")
def texts(files: dict[str, bytes]) -> dict[str, str]:
    """The two documents without their pictures and the page's head, where words mean nothing."""
    page = re.sub(r"<head>.*?</head>", "", files["handout.html"].decode(), flags=re.DOTALL)
    return {"handout.md": files["handout.md"].decode(), "handout.html": PNG.sub("", page)}


def asked(bank: Bank) -> list[str]:
    """Every text that a student reads, longest first."""
    stems = [text for one in bank.questions for _, text in one.list_stem()]
    pairs = [*stems, *(choice.say for one in bank.questions for choice in one.choices.values())]
    return sorted({text.strip() for pair in pairs for text in (pair.en, pair.zh)}, key=len, reverse=True)


@pytest.mark.parametrize("name", ["handout.md", "handout.html"])
def test_handout_says_every_text_of_every_question(own: Bank, texts: dict[str, str], name: str) -> None:
    shown = {"handout.md": str, "handout.html": lambda text: str(mark_code(text))}[name]
    assert not [text for text in asked(own) if shown(text) not in texts[name]]


@pytest.mark.parametrize("answers", ["quiz", "notebook"])
def test_handout_says_in_both_languages_whose_answers_are_graded(own: Bank, answers: Source) -> None:
    assignment = open_course().assignment.model_copy(update={"answers": answers})
    files = list_files(make_handout(own, assignment, open_course().profile))
    found = {name: data.decode() for name, data in files if name.startswith("handout.")}
    assert found.keys() == {"handout.md", "handout.html"}
    for text in found.values():
        unescaped = unescape(text)
        assert GRADED[answers].en in unescaped
        assert GRADED[answers].zh in unescaped
        assert not any(said.en in unescaped for name, said in GRADED.items() if name != answers)


@pytest.mark.parametrize("name", ["handout.md", "handout.html"])
def test_handout_leaks_no_why_no_claim_and_no_key(own: Bank, texts: dict[str, str], name: str) -> None:
    text = texts[name]
    choices = [choice for question in own.questions for choice in question.choices.values()]
    whys = [why.strip() for choice in choices for why in (choice.why.en, choice.why.zh)]
    assert not [why for why in whys if why in text or escape(why) in text]
    for one in asked(own):  # the words that a question itself uses may stand in it
        text = text.replace(str(mark_code(one)) if name == "handout.html" else one, "")
    words = {choice.claim.measure for choice in choices} | {"margin", "claim", "measure", "why", "key", "answer"}
    words |= {"correct", "checked", "seed", "above", "below", "lint"}
    assert not [word for word in words if re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE)]
    text = re.sub(r"\d+\.\d points", "", text)
    numbers = {str(choice.claim.margin) for choice in choices}
    assert not [number for number in numbers if re.search(rf"(?<![\d.]){re.escape(number)}(?![\d.])", text)]


def test_a_leak_would_be_found(own: Bank, texts: dict[str, str]) -> None:
    leaky = {"handout.md": texts["handout.md"] + own.questions[3].choices["b"].why.zh}
    with pytest.raises(AssertionError):
        test_handout_leaks_no_why_no_claim_and_no_key(own, leaky, "handout.md")
    marked = {"handout.html": texts["handout.html"].replace('type="checkbox"', 'type="checkbox" checked', 1)}
    with pytest.raises(AssertionError):
        test_handout_leaks_no_why_no_claim_and_no_key(own, marked, "handout.html")


@pytest.mark.slow
def test_each_question_stands_beside_the_pictures_that_it_names(own: Bank, files: dict[str, bytes]) -> None:
    articles = re.findall(r'<article id="([^"]+)">(.*?)</article>', files["handout.html"].decode(), re.DOTALL)
    assert [name for name, _ in articles] == list(own.ids)
    for name, article in articles:
        captions = re.findall(
            r'lang="en">picture (\d+)</span> <span lang="zh-Hant">圖 (\d+)</span></figcaption>', article
        )
        assert captions == [(str(number), str(number)) for number in own[name].pictures]
        assert article.count("<img src=") == len(own[name].pictures)
        assert article.count('type="checkbox"') == len(own[name].choices)
        assert f"{open_course().assignment.questions[own[name].analysis].points} points" in article


def test_markdown_finds_its_pictures_beside_it_and_they_are_the_profiles(files: dict[str, bytes]) -> None:
    linked = set(re.findall(r"\]\((pictures/[^)]+)\)", files["handout.md"].decode()))
    assert linked == files.keys() - {"handout.md", "handout.html"}
    profile = open_course().profile
    assert all(files[name] == profile.find_asset(name).read_bytes() for name in linked)


def test_notebooks_text_of_a_question_is_the_handouts(own: Bank, texts: dict[str, str]) -> None:
    for question in own.questions:
        ticked = to_markdown(question).replace("\n- **", "\n- ☐ **").split("\n\n", 1)[1]
        assert ticked in texts["handout.md"]


@pytest.mark.slow
def test_verb_writes_the_handout_and_a_file_in_its_way_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], files: dict[str, bytes]
) -> None:
    assert main(["questions", "handout", str(tmp_path / "new" / "handout")]) == 0
    assert "30 questions, 10 pictures" in capsys.readouterr().out
    assert {name: (tmp_path / "new" / "handout" / name).read_bytes() for name in files} == files
    (tmp_path / "file").write_text("in the way")
    assert main(["questions", "handout", str(tmp_path / "file")]) == 1
    assert "expected a place that can be written" in capsys.readouterr().err


def test_unknown_course_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["questions", "handout", str(tmp_path), "--course", "nimi"]) == 1
    assert "nimi: no such folder; expected a course" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["handout", "qti"])
def test_export_verb_has_help_with_an_example(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["questions", verb, "--help"])
    assert f"example: hw9 questions {verb}" in capsys.readouterr().out


def test_printed_no_question_breaks_across_pages_and_screens_show_all(
    browser: Any, tmp_path: Path, files: dict[str, bytes]
) -> None:
    (tmp_path / "handout.html").write_bytes(files["handout.html"])
    page = browser.new_page(viewport={"width": 390, "height": 800})
    asked_for: list[str] = []
    page.on("request", lambda request: asked_for.append(request.url))
    page.goto((tmp_path / "handout.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate("[...document.images].every(one => one.complete && one.naturalWidth > 0)")
    assert not [url for url in asked_for if not url.startswith(("file:", "data:"))]
    page.emulate_media(media="print")
    find = "name => [...document.querySelectorAll('article')].map(one => getComputedStyle(one)[name])"
    assert set(page.evaluate(find, "breakInside")) == {"avoid"}
    page.set_viewport_size({"width": 673, "height": 900})  # A4 less its margins
    heights = page.evaluate("[...document.querySelectorAll('article')].map(one => one.offsetHeight)")
    assert max(heights) < 900, "a question that is higher than a page breaks wherever it stands"
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    page.close()


@pytest.mark.slow
def test_small_bank_without_a_bert_is_handed_out_too(tmp_path: Path, bank: Bank) -> None:
    handout = make_handout(bank, open_course().assignment, open_course().profile)
    assert [topic.numbers for topic in handout.topics] == ["1-4"]
    assert str(handout.points) == "1.2"
    assert [one.number for one in handout.pictures] == [1]
