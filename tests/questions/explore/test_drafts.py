"""Drafts: claims that stand, true of one place and false of another, in words that the bank takes as they are."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from random import Random

import pytest
import yaml

from assignment.course import open_course
from assignment.fixable import FixableError
from questions.canonical import load_canonicals
from questions.check.claims import find_relation
from questions.claim import Claim
from questions.explore.drafts.choose import choose_pairs
from questions.explore.drafts.draft import write_pairs, write_questions
from questions.explore.drafts.families import MARGINS, find_families
from questions.explore.drafts.naming import Naming
from questions.explore.drafts.phrases import PHRASES
from questions.explore.drafts.suggest import Pool, make_pool, suggest_pairs, suggest_questions
from questions.explore.drafts.wording import say_claim
from questions.explore.settings import Setting, Spoilt, make_settings
from questions.explore.values import Value
from questions.measures.registry import MEASURES
from questions.proof.mutant import as_if, make_mutant
from tests.questions.explore.drafted import decide_drafts

WORDS = "embedding_distance"  # quickly drafted: few values


def draft_pool(analysis: str = WORDS, seed: int = 1, spoilt: tuple[Spoilt, ...] = ()) -> Pool:
    course = open_course()
    settings = make_settings(load_canonicals(course))
    return make_pool(course, analysis, settings, spoilt, seed, lambda _: None)


@pytest.fixture(scope="module")
def pool() -> Pool:
    return draft_pool()


def spoil(setting: Setting) -> Spoilt:
    """Return a mistake that turns the order of all distances round."""
    arrays = dict(setting.outputs.arrays)
    arrays[WORDS, "euclidean"] = arrays[WORDS, "euclidean"].max() - arrays[WORDS, "euclidean"]
    outputs = replace(setting.outputs, arrays=arrays)
    says = as_if("as if distances were turned round", "像是距離的大小顛倒了")
    return Spoilt(
        make_mutant(WORDS, "turned", "the distances are turned round", says), replace(setting, outputs=outputs)
    )


def test_every_measure_has_a_phrase_with_the_same_arguments_in_both_languages() -> None:
    assert set(PHRASES) == set(MEASURES)
    for name, phrase in PHRASES.items():
        assert set(re.findall(r"{(\w+)}", phrase.en)) == set(re.findall(r"{(\w+)}", phrase.zh)), name


@pytest.mark.parametrize(
    ("claim", "en", "zh"),
    [
        (
            {"measure": "mass_inside", "with": {"analysis": "saliency", "picture": 6, "region": "food"}, "above": 0.3},
            "In picture 6, in the official run, the share of the sum of the saliency map that lies on the food is "
            "above 0.3.",
            "圖 6 中，official 結果，顯著圖的總和中，食物所占的比例大於 0.3。",
        ),
        (
            {"measure": "lime_weight_against", "with": {"picture": 5}, "below": {"picture": 8}},
            "The share of all weight, counted without sign, that is against the true label is smaller in picture 5 "
            "than in picture 8.",
            "去掉正負號後，反對真實類別的權重所占的比例，圖 5 小於圖 8。",
        ),
        (
            {"measure": "lime_net", "with": {"picture": 7, "region": "food"}, "above": {"region": "tray"}},
            "In picture 7, the sum of the weights for the true label on the food is larger than with the tray in "
            "place of the food.",
            "圖 7 中，食物的小塊對真實類別的權重總和大於把食物換成托盤時。",
        ),
    ],
)
def test_claim_is_told_in_both_languages(claim: dict[str, object], en: str, zh: str) -> None:
    said = say_claim(Claim.model_validate(claim | {"margin": 0.1}), Naming(open_course()))
    assert (said.en, said.zh) == (en, zh)


def test_value_near_the_bound_or_inside_its_spread_is_not_drafted() -> None:
    numbers = {0: (0.1, 0.1), 1: (0.9, 0.9), 2: (0.52, 0.52), 3: (0.2, 0.95)}

    def look(placement: dict[str, object]) -> Value:
        return Value("probability", placement, numbers[int(str(placement["picture"]))])

    places = [{"picture": picture, "label": "truth"} for picture in numbers]
    families = find_families("probability", places, look, 8, Random(1))
    assert families
    for family in families:
        assert {member.truth for member in family.members} == {True, False}
        for member in family.members:
            assert member.margins >= MARGINS
            assert member.one.placement["picture"] != 3  # its seeds are further apart than any bound
            if member.two is None and member.bound == pytest.approx(0.5):
                assert member.one.placement["picture"] != 2


def test_pairs_are_one_true_and_one_false_and_none_decides_another(pool: Pool) -> None:
    pairs = suggest_pairs(pool, 6, 1)
    assert len(pairs) == 6
    claims = [member.claim for pair in pairs for member in pair]
    assert [member.truth for pair in pairs for member in pair] == [True, False] * 6
    assert all(pair[0].claim.measure == pair[1].claim.measure for pair in pairs)
    for one, two in combinations(claims, 2):
        assert find_relation(one, two) is None


def test_a_distance_is_never_compared_with_a_similarity(pool: Pool) -> None:
    assert {family.contrast for _, family in pool.families} >= {"layer", None}
    assert "array" not in {family.contrast for _, family in pool.families}


def test_claim_that_tells_a_mistake_comes_first() -> None:
    settings = make_settings(load_canonicals(open_course()))
    found = draft_pool(spoilt=(spoil(settings[0]),))
    caught = {family.measure for _, family in found.families for one in family.members if one.caught}
    assert found.mistakes == 1
    assert "state_comparison" in caught
    first = choose_pairs(found.list_families(), 1, Random(1))[0]
    assert first[0].caught | first[1].caught == {f"{WORDS}-turned"}
    assert f"tells 1 of 1 mistakes, {WORDS}-turned" in write_pairs(WORDS, [first], 1, Naming(open_course()))


@pytest.mark.slow
def test_same_seed_gives_the_same_and_another_another(pool: Pool) -> None:
    course = open_course()

    def write(its: Pool, seed: int) -> str:
        return write_questions(suggest_questions(its, course, 3, seed))

    assert write(draft_pool(), 1) == write(pool, 1)
    assert write(pool, 2) != write(pool, 1)


def test_theme_alone_is_drafted_and_what_it_lacks_is_said(pool: Pool) -> None:
    questions = suggest_questions(pool, open_course(), 2, 1, "words_layers")
    assert {one["theme"] for one in questions} == {"words_layers"}
    few = replace(pool, families=tuple(one for one in pool.families if one[0] == "words_senses")[:2])
    with pytest.raises(FixableError, match="embedding_distance: lime_pieces: no claim holds by two margins"):
        suggest_pairs(pool, 2, 1, "lime_pieces")
    with pytest.raises(FixableError, match="no four claims left about words_senses; expected a smaller --count"):
        suggest_questions(few, open_course(), 3, 1, "words_senses")


@pytest.mark.slow
def test_drafts_of_every_analysis_are_a_bank_with_a_key(tmp_path: Path) -> None:
    assert decide_drafts(open_course(), tmp_path / "bank") == []


def test_command_prints_what_the_bank_takes_and_says_which_runs_are_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from grader.commands.main import main

    cache = str(tmp_path / "cache")
    assert main(["questions", "suggest", WORDS, "--count", "2", "--cache", cache]) == 0
    said = capsys.readouterr()
    assert len(yaml.safe_load(said.out)) == 4
    assert f"mistakes are not kept in {cache}; `hw9 questions mutate --device cpu --cache {cache} --only" in said.err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("saliancy",), "ANALYSIS: 'saliancy'; expected one of lime"),
        (("lime", "--questions", "--count", "5"), "--count: 5 questions; expected 1 to 4, as many as the settings say"),
        (("lime", "--theme", "words"), "--theme: 'words'; expected one of"),
        (("lime", "--theme", "words_layers"), "--theme: 'words_layers' is none of lime; expected one of lime_pieces"),
    ],
)
def test_what_cannot_be_drafted_is_named(
    run: Callable[..., int], words: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("suggest", *words) == 1
    assert says in capsys.readouterr().err
