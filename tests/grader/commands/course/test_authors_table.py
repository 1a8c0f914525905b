"""What an author meets: each thing that was put into a course once and went wrong, and what is said of it now.

A test a line of the table. The commands that make courses (`hw9 course pictures`, `model`) have tests of their own;
here a course is broken by hand, as by an author who edits its files.
"""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from PIL import Image

from assignment.authoring.check.section import Section
from assignment.authoring.manifest import edit_manifest
from assignment.course import open_course
from assignment.fixable import FixableError
from assignment.models.classifier import load_classifier
from grader.commands.course.parts import check_course, find_place
from grader.commands.main import main
from grader.scoring.evidence import Evidence
from grader.scoring.grading import load_grading
from grader.scoring.judge import _read_agreements
from reference.check.__main__ import main as check_with_models
from reference.produce.__main__ import main as produce
from tests.assignment.models.tiny_berts import save_tiny
from tests.courses import copy_course, replace_text
from tests.grader.commands.test_course import find_digests

Look = Callable[[str], Section]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_course(tmp_path / "winter").folder


@pytest.fixture
def look(folder: Path) -> Look:
    """Return what looks at a course as far as one part, which needs no model."""
    return lambda title: next(one for one in check_course(find_place(folder), lambda *_: None) if one.title == title)


@pytest.fixture
def look_with_models(folder: Path, capsys: pytest.CaptureFixture[str]) -> Look:
    """Return what looks at one part of a course with its models, in this process."""

    def look(title: str) -> Section:
        capsys.readouterr()
        place = ["--folder", str(folder), "--settings", str(folder / "course.yaml"), "--named", str(folder)]
        assert check_with_models([title, *place]) == 0
        return Section.model_validate_json(capsys.readouterr().out.splitlines()[-1])

    return look


def enter(folder: Path, *paths: str) -> None:
    """Enter files into the manifest as they are now."""
    with edit_manifest(folder) as draft:
        draft.put(paths, licence="CC0-1.0", source="a test")


def change(folder: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    with edit_manifest(folder) as draft:
        edit(draft.data)


def enter_bert(folder: Path, source: Path, name: str = "bert/masked") -> None:
    shutil.rmtree(folder / name)
    shutil.copytree(source, folder / name)
    with edit_manifest(folder) as draft:
        draft.drop(name)
        files = [path.relative_to(folder).as_posix() for path in sorted((folder / name).iterdir())]
        draft.put(files, licence="CC0-1.0", source="a test")


def expect(section: Section, says: str, mend: str = "") -> None:
    assert re.search(says, "\n".join(str(flaw.fault) for flaw in section.flaws)), section.flaws
    assert any(flaw.mend.startswith(mend) for flaw in section.flaws)


def test_no_masks_are_no_fault(folder: Path, look: Look) -> None:
    change(folder, lambda data: [one.pop("mask") for one in data["pictures"]])
    section = look("masks")
    assert section.holds
    assert section.notes[0].startswith("no mask: picture 0, 1, 2, 3, 4 and 5 more; a question about a region there")


def test_picture_of_another_size_is_named(folder: Path, look: Look) -> None:
    Image.new("RGB", (640, 480)).save(folder / "pictures" / "3.png")
    enter(folder, "pictures/3.png")
    expect(look("pictures"), r"3\.png: 640 x 480 pixels; expected 128 x 128", "hw9 course pictures --course ")
    with pytest.raises(FixableError, match=r"3\.png: 640 x 480"):
        open_course(folder).profile.pictures  # noqa: B018


def test_phones_photograph_is_told_of_its_turn(folder: Path, look: Look) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (128, 128)).save(folder / "pictures" / "3.png", "JPEG", exif=exif)
    enter(folder, "pictures/3.png")
    expect(look("pictures"), r"3\.png: its metadata turn it", "hw9 course pictures --course ")


def test_pictures_of_a_size_that_the_model_does_not_take_are_said_at_once(
    folder: Path, look: Look, look_with_models: Look
) -> None:
    for number in range(10):
        for place, mode in (("pictures", "RGB"), ("masks", "L")):
            Image.new(mode, (224, 224)).save(folder / place / f"{number}.png")
            enter(folder, f"{place}/{number}.png")
    replace_text(folder / "course.yaml", "size: {height: 128, width: 128}", "size: {height: 224, width: 224}")
    assert look("pictures").holds
    expect(look_with_models("model"), r"pictures: 224 x 224; expected 128 x 128", "hw9 course model --course ")


def test_label_beyond_the_categories_is_named_by_its_picture(folder: Path, look: Look) -> None:
    change(folder, lambda data: data["pictures"][3].update(label=11))
    expect(look("pictures"), r"manifest\.yaml: pictures: 3: label: 11; expected 0 to 10")


def test_mask_of_black_and_white_is_refused_with_what_its_levels_mean(folder: Path, look: Look) -> None:
    Image.new("L", (128, 128), 255).save(folder / "masks" / "0.png")
    enter(folder, "masks/0.png")
    says = r"0\.png: grey level 255; expected 0 background, 1 food, 2 tray, 3 distractor"
    expect(look("masks"), says, "hw9 course masks --course ")


@pytest.mark.parametrize(("count", "faults"), [(9, 0), (5, 3)])
def test_any_number_of_pictures_will_do_where_the_settings_name_no_other(
    folder: Path, look: Look, count: int, faults: int
) -> None:
    change(folder, lambda data: data.update(pictures=data["pictures"][:count]))
    section = look("experiments")
    assert len(section.flaws) == faults  # photo: {start: 6}, shown: [2, 6, 7]
    if faults:
        expect(section, r"filters: experiments: photo: start: 6; expected 0 to 4, a picture of the course")


def test_space_in_a_files_name_is_told_in_words(folder: Path) -> None:
    replace_text(folder / "manifest.yaml", "- path: pictures/0.png", "- path: pictures/my bread.png")
    with pytest.raises(FixableError, match=r"path: 'pictures/my bread\.png'; expected a path of letters .* no blanks"):
        open_course(folder)


def test_text_in_one_language_is_told_how_two_are_written(folder: Path) -> None:
    change(folder, lambda data: data["pictures"][0].update(shows="bread"))
    with pytest.raises(FixableError, match=r"shows: 'bread'; expected both languages, \{en: \.\.\., zh: \.\.\.\}"):
        open_course(folder)


def test_checkpoint_of_2021_entered_by_hand_names_the_command_that_imports_it(
    folder: Path, look_with_models: Look
) -> None:
    torch.save({"model": {"cnn.0.weight": torch.zeros(1)}}, folder / "model.pth")
    enter(folder, "model.pth")
    change(folder, lambda data: data.update(classifier="model.pth"))
    expect(look_with_models("model"), r"model\.pth: ", "hw9 course model --course ")


def test_sentence_bert_as_masked_model_is_one_plain_line(
    folder: Path, look_with_models: Look, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    enter_bert(folder, save_tiny(tmp_path / "body", "bert", "embeddings"))
    expect(look_with_models("texts"), r"bert/masked: no weights cls\.", "hw9 course model --course ")
    assert "\x1b" not in capsys.readouterr().err


def test_another_type_in_a_config_is_refused(folder: Path, look_with_models: Look) -> None:
    path = folder / "bert" / "masked" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"model_type": "roberta"}), encoding="utf-8")
    enter(folder, "bert/masked/config.json")
    expect(look_with_models("texts"), r"bert/masked: ", "hw9 course model --course ")


@pytest.mark.slow
def test_manifest_that_is_called_as_the_embedded_one_overwrites_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = find_digests()
    replace_text(folder / "manifest.yaml", "profile: winter\n", "profile: mini\n")
    assert produce(["--course", str(folder), "--analysis", "pictures", "--write"]) == 1
    assert "profile: 'mini'; expected 'winter'" in capsys.readouterr().err
    assert find_digests() == before


def test_path_that_leads_out_is_refused(folder: Path, look: Look) -> None:
    replace_text(folder / "manifest.yaml", "- path: pictures/0.png", "- path: pictures/../../0.png")
    expect(look("manifest"), r"path: 'pictures/\.\./\.\./0\.png'; expected a path inside the folder")


TEXTS: dict[str, tuple[str, list[str], str]] = {  # text, candidates, what is said
    "Chinese for an English tokenizer": ("(我)喜歡吃[蘋果]。", ["蘋果", "小狗"], r"attention: 10: "),
    "a hidden word of several tokens": (
        "The (cook) has an [aubergine].",
        ["aubergine", "egg"],
        r"attention: 10: .*aubergine",
    ),
    "a candidate out of the vocabulary": (
        "The (keys) under the door [are] red.",
        ["are", "aubergine"],
        r"attention: 10: candidates: aubergine: .*, of \[CLS\] ",
    ),
    "more tokens than the model reads": (
        "The (keys) under the door [are] red." + " They are." * 40,
        ["are", "is"],
        r"attention: 10: .* tokens; expected at most \d+, as the model reads",
    ),
}


@pytest.mark.parametrize("case", TEXTS)
def test_text_that_the_model_does_not_read_as_it_is_meant_is_refused(
    folder: Path, look_with_models: Look, case: str
) -> None:
    text, candidates, says = TEXTS[case]
    add_sentence(folder, text, candidates)
    expect(look_with_models("texts"), says, "hw9 course texts --course ")


def test_bracket_of_the_text_itself_reaches_the_model(folder: Path, look_with_models: Look) -> None:
    add_sentence(folder, r"The (keys) \[of the school\] [are] red.", ["are", "is"])
    sentence = open_course(folder).profile.texts.attention[-1]
    assert sentence.plain == "The keys [of the school] are red."
    assert look_with_models("texts").holds


def add_sentence(folder: Path, text: str, candidates: list[str]) -> None:
    path = folder / "texts.yaml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["attention"].append({"text": text, "candidates": candidates})
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    enter(folder, "texts.yaml")


def test_region_that_is_in_no_picture_is_said_before_a_question_asks_of_it(folder: Path, look: Look) -> None:
    for number in range(10):
        path = folder / "masks" / f"{number}.png"
        with Image.open(path) as mask:
            bare = mask.point([0, 1, 0, 3] + [0] * 252)
        bare.save(path)
        enter(folder, f"masks/{number}.png")
    section = look("masks")
    assert section.notes == ("in no picture: tray; a question about that region is a fault",)


@pytest.mark.slow
def test_group_of_outputs_may_be_as_large_as_its_course_says(
    folder: Path, tmp_path: Path, save_outputs: Callable[..., None]
) -> None:
    grading = load_grading(open_course(folder))
    run = tmp_path / "b01"
    save_outputs(run, grading.canonical)
    small = grading.assignment.limits.model_copy(update={"group_mib": 1})
    for limits, word in ((grading.assignment.limits, "agrees"), (small, "unreadable")):
        its = replace(grading, assignment=grading.assignment.model_copy(update={"limits": limits}))
        agreements = _read_agreements(run, Evidence(word="ran"), its)
        assert {one.word for one in agreements if one.group == "filters"} == {word}


def test_course_that_is_not_there_is_an_error_of_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explorer", str(tmp_path / "page.html"), "--course", str(tmp_path / "nosuch")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "page.html").exists()


def test_model_that_stays_in_training_mode_is_refused(folder: Path, look_with_models: Look) -> None:
    (folder / "own").mkdir()
    (folder / "own" / "net.py").write_text(
        "import torch\nclass Net(torch.nn.Linear):\n"
        "    def __init__(self):\n        super().__init__(3 * 128 * 128, 11)\n"
        "    def forward(self, x):\n        return super().forward(x.flatten(1))\n"
        "    def train(self, mode=True):\n        return super().train(True)\n",
        encoding="utf-8",
    )
    described = {"kind": "module", "file": "net.py", "class": "Net", "labels": 11, "side": 128}
    (folder / "own" / "model.yaml").write_text(yaml.safe_dump(described), encoding="utf-8")
    enter(folder, "own/net.py", "own/model.yaml")
    change(folder, lambda data: data.update(classifier="own/model.yaml"))
    expect(look_with_models("model"), r"kind: stays in training mode after eval\(\)", "hw9 course model --course ")
    assert load_classifier(open_course().profile.classifier_file).training is False  # the control
