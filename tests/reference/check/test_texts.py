"""The check of the texts: every BERT of every slot reads what is asked about, or says which word it does not."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assignment.fixable import FixableError
from assignment.texts import PassageText, SentenceText, Texts, WordSet
from reference.check.part import Part
from reference.check.texts import check_texts_read
from tests.assignment.models.tiny_berts import save_tiny

GOOD = Texts(
    attention=(SentenceText(text="The (dog) saw an [old] cat.", candidates=("old", "and")),),
    passages=(PassageText(question="Who saw the cat?", passage="An old [dog] saw the cat. The key."),),
    words=(WordSet(word="cat", sentences={"a": ("The [cat] saw.",), "b": ("An old [cat].",)}),),
)


@pytest.fixture(scope="module")
def berts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("berts")
    save_tiny(folder / "masked", "bert", "masked")
    save_tiny(folder / "reader", "roberta", "answers")
    return folder


@pytest.fixture
def look(make_part: Callable[..., Part], berts: Path) -> Callable[..., Any]:
    def look(texts: Texts = GOOD, **slots: Any) -> Any:
        def find_folder(path: str) -> Path:
            if not (berts / path).is_dir():
                raise FixableError(f"{berts / path}: none; expected some")
            return berts / path

        its = {"masked": "masked", "readers": ("reader",), "embeddings": None, "texts": "texts.yaml", **slots}
        profile = make_part(find_folder=find_folder, texts=texts)
        profile.profile.manifest = SimpleNamespace(**its)  # type: ignore[assignment]
        return check_texts_read(profile)

    return look


def test_texts_that_every_bert_reads_hold(look: Callable[..., Any]) -> None:
    section = look()
    assert section.holds
    assert section.says == "1 sentences, 1 passages, 1 words, read by 2 of 2 BERTs"


def test_word_that_no_token_is_of_its_own_is_named_with_place_and_command(look: Callable[..., Any]) -> None:
    longest = "saw the cat. " * 40
    bad = GOOD.model_copy(
        update={
            "attention": (SentenceText(text="The (dog) saw an [unknowable] cat.", candidates=("unknowable", "and")),),
            "passages": (PassageText(question="Who saw the cat?", passage=f"An old [dog] {longest}"),),
        }
    )
    section = look(bad)
    places = [flaw.place[1:] for flaw in section.flaws]
    assert places[0][:2] == ("attention", "0")
    assert places[-1] == ("passages", "0", "reader reader")
    assert "tokens; expected at most 64, as the model reads" in section.flaws[-1].says
    assert {flaw.mend for flaw in section.flaws} == {"hw9 course texts --course bakery"}


def test_bert_that_does_not_open_is_named_and_the_others_read_on(look: Callable[..., Any]) -> None:
    section = look(masked="nothing")
    (flaw,) = section.flaws
    assert flaw.mend == "hw9 course model --course bakery --for masked FOLDER --licence L --source S --replace"
    assert section.says.endswith("read by 1 of 2 BERTs")
    assert look(masked=None).holds  # said by the check of the manifest


def test_reader_as_masked_model_is_one_line_about_its_weights(
    look: Callable[..., Any], capfd: pytest.CaptureFixture[str]
) -> None:
    (flaw,) = look(masked="reader").flaws
    assert "no weights lm_head" in flaw.says
    assert "\x1b" not in "".join(capfd.readouterr())
