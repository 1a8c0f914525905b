"""What the words say that a picture shows has to meet what its course says of it, in both languages."""

from collections.abc import Callable
from typing import Any

import pytest

from assignment.assignment import Bilingual
from assignment.course import Course
from questions.check.shown import ShownPicture, find_mismatches

EGG = ShownPicture(Bilingual(en="A fried egg.", zh="一顆荷包蛋。"), Bilingual(en="Egg", zh="蛋"))
FISH = ShownPicture(
    Bilingual(en="Two fishes on a blue tray.", zh="兩條魚，放在藍色托盤上。"), Bilingual(en="Seafood", zh="海鮮")
)
PASTA = ShownPicture(Bilingual(en="Spaghetti.", zh="義大利麵。"), Bilingual(en="Noodles/Pasta", zh="麵食"))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "In picture 0 (an egg) the map is rough."),
        ("en", "Look at pictures 0 (two fried eggs), 1 (a fish on a tray) and 2 (noodles)."),
        ("en", "The fish (picture 1) is brighter than the fried egg (picture 0)."),
        ("en", "In picture 0 (the CNN is wrong there), in picture 1 (it is certain), in picture 2 (look_at = 2)."),
        ("en", "In sentence 1 (an egg) and layer 0 (a fish)."),  # no pictures
        ("en", "The brightest of all (picture 0)."),
        ("zh", "圖 0（荷包蛋）比圖 1（魚）亮。"),
        ("zh", "圖 2（麵食）和圖 1（藍色托盤上的魚）。"),
        ("zh", "荷包蛋（圖 0）比圖 1（海鮮）亮。"),
        ("zh", "圖 0（CNN 判斷錯誤）和圖 1（非常確定）。"),
    ],
)
def test_words_that_meet_the_picture_or_say_something_else_are_no_fault(language: str, text: str) -> None:
    assert list(find_mismatches(text, language, [EGG, FISH, PASTA])) == []


@pytest.mark.parametrize(
    ("language", "text", "says"),
    [
        (
            "en",
            "In picture 0 (a fish)",
            "picture 0 (a fish): the picture shows A fried egg.; expected words that meet it",
        ),
        ("en", "Pictures 0 (an egg) and 1 (soup)", "picture 1 (soup): the picture shows Two fishes on a blue tray."),
        ("en", "The fried egg (picture 1)", "The fried egg (picture 1): the picture shows Two fishes on a blue tray."),
        ("zh", "圖 0（魚）", "picture 0（魚）: the picture shows 一顆荷包蛋。"),
        ("zh", "圖 0（荷包蛋）和 1（義大利麵）", "picture 1（義大利麵）: the picture shows 兩條魚，放在藍色托盤上。"),
        ("zh", "荷包蛋（圖 1）", "荷包蛋（圖 1）: the picture shows 兩條魚"),
    ],
)
def test_planted_wrong_word_is_found(language: str, text: str, says: str) -> None:
    (found,) = find_mismatches(text, language, [EGG, FISH, PASTA])
    assert found.startswith(says)


def test_check_and_rekey_name_place_words_and_picture(
    run: Callable[..., int],
    tiny: Course,
    questions: list[dict[str, Any]],
    write: Callable[[object], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("check") == 0
    assert run("rekey", "--from", str(tiny.folder)) == 0
    capsys.readouterr()
    questions[0]["ask"]["en"] = "What does the CNN say of picture 1 (a duck)?"
    write(questions)
    line = "bank/lime.yaml: lime-1: ask: en: picture 1 (a duck): the picture shows Nothing; expected words that meet it"
    assert run("check") == 1
    assert line in capsys.readouterr().err
    assert run("rekey", "--from", str(tiny.folder)) == 1
    assert line in capsys.readouterr().out
