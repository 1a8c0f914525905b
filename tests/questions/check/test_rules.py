"""Every lint rule finds its flaw in a small bank that has it, and a reason silences it."""

from collections.abc import Callable
from typing import Any

import pytest

from assignment.course import Course
from questions.bank import Bank, load_bank
from questions.canonical import load_canonicals
from questions.check.rules import RULES, lint, list_findings
from questions.key import Key, compute_key

Questions = list[dict[str, Any]]
Break = Callable[[Questions], object]


def ask(en: str = "What does the CNN say of picture 1?", zh: str = "CNN 如何判斷圖 1？") -> Break:
    return lambda questions: questions[0].update(ask={"en": en, "zh": zh})


def step(en: str, zh: str) -> Break:
    return lambda questions: questions[0].update(steps=[{"en": en, "zh": zh}])


def say(letter: str, en: str, zh: str) -> Break:
    return lambda questions: questions[0]["choices"][letter].update(say={"en": en, "zh": zh})


def repeat_the_stem(questions: Questions) -> None:
    ask("What does the network say of picture 1?")(questions)
    for letter in "ac":  # the right ones of lime-1
        say(letter, f"Networks say {letter}.", f"敘述 {letter}。")(questions)


def count(*numbers: int) -> Break:
    def count_in_each(questions: Questions) -> None:
        for letter, number in zip("abcde", numbers, strict=True):
            say(letter, f"{number} times.", f"{number} 倍。")(questions)

    return count_in_each


def claim(letter: str, **with_: Any) -> Break:
    given = {"measure": "probability", "margin": 0.1} | with_
    return lambda questions: questions[0]["choices"][letter].update(claim=given)


TRUTH = {"picture": 1, "label": "truth"}
FLAWS: dict[str, list[tuple[Break, str]]] = {
    "negative-stem": [
        (ask(en="What does the CNN not say of picture 1?"), "lime-1: ask: en: 'not'"),
        (ask(zh="CNN 不會如何判斷圖 1？"), "lime-1: ask: zh: '不'"),
    ],
    "negative-choice": [
        (say("b", "It isn't so.", "它靜止。"), "lime-1: choice b: say: en: \"n't\""),
        (say("b", "It stays.", "它沒動。"), "lime-1: choice b: say: zh: '沒'"),
    ],
    "fact-in-stem": [
        (ask(en="What has 0.5 in picture 1?", zh="圖 1 中什麼有 0.5？"), "lime-1: ask: en: '0.5' tells a fact"),
        (ask(zh="圖 1 中什麼不到 1%？"), "lime-1: ask: zh: '1' tells a fact"),
        (step("Set it to 5 percent.", "設為百分之五。"), "lime-1: step 1: en: '5' tells a fact"),
    ],
    "fact-in-choice": [
        (say("b", "It, which has 0.98, is lower.", "它（0.98）比較低。"), "choice b: say: en: tells 0.98; expected no"),
        (say("b", "It is above 0.5.", "它高於 7%。"), "lime-1: choice b: say: zh: tells 7; expected no amount"),
    ],
    "all-or-none": [
        (say("e", "None of the above.", "以上皆非。"), "choice e: say: en: 'None of the above'"),
        (lambda questions: questions[0]["choices"]["e"].update(why={"en": "So.", "zh": "以上皆是。"}), "e: why: zh"),
    ],
    "combined-choices": [
        (say("e", "Both a and c.", "兩者成立。"), "choice e: say: en: 'Both a and c' names other"),
        (say("e", "Those two.", "（a）和（c）。"), "choice e: say: zh: "),
    ],
    "absolute-words": [
        (say("b", "It always moves.", "它會動。"), "choice b: say: en: 'always' is an absolute word"),
        (say("b", "It moves.", "它一定會動。"), "choice b: say: zh: '一定' is an absolute word"),
    ],
    "vague-words": [
        (say("b", "It often moves.", "它會動。"), "choice b: say: en: 'often' is vague"),
        (say("b", "In picture 1 it is nearly black.", "圖 1 中是黑的。"), "choice b: say: en: 'nearly' is vague"),
        (say("b", "It moves.", "它通常會動。"), "choice b: say: zh: '通常' is vague"),
    ],
    "mixed-languages": [(say("b", "在圖 1。", "In picture 1."), "choice b: say: the languages are mixed up")],
    "simplified-chinese": [(say("b", "So.", "图很大。"), "choice b: say: zh: '图' is a simplified")],
    "different-numbers": [(say("b", "About 20.", "大約 30。"), "choice b: say: en has the numbers 20, zh has 30")],
    "different-names": [(say("b", "Picture 1 has 2.", "圖 2 有 1。"), "en names picture [1], zh [2]; expected the")],
    "longest-is-right": [
        (say("a", "Statement a, and more.", "敘述 a。"), "lime-1: choice a: say: en: right and 1.83 times as long"),
        (say("a", "Statement a.", "敘述 a，還有。"), "lime-1: choice a: say: zh: right and "),
    ],
    "repeated-words": [(repeat_the_stem, "lime-1: en: 'network' of the stem stands in every right choice only (a, c)")],
    "long-stem": [
        (ask(en="word " * 151 + "in picture 1?"), "lime-1: stem: en: 154 words; expected at most 150"),
        (ask(zh="字" * 360 + "圖 1？"), "lime-1: stem: zh: 364 characters; expected at most 360"),
        (
            lambda questions: questions[0].update(steps=[{"en": "word " * 41, "zh": "字"}]),
            "lime-1: step 1: en: 41 words; expected at most 40",
        ),
    ],
    "gratuitous-picture": [
        (lambda questions: questions[0].update(pictures=[1, 2]), "lime-1: pictures: 2 is shown and no choice needs it")
    ],
    "unfocused-stem": [(ask(en="Look at picture 1.", zh="看圖 1。"), "lime-1: ask: en: ends in 't picture 1.'")],
    "fill-in-gap": [(ask(en="Picture 1 is a ____?"), "lime-1: ask: en: '____' is a gap")],
    "grammatical-cue": [
        (ask(en="In picture 1 the CNN sees an"), "lime-1: ask: en: the stem's end fits some choices only"),
        (say("b", "Statement b", "敘述 b。"), "lime-1: en: b without a full stop"),
    ],
    "numeric-order": [(count(1, 3, 2, 4, 5), "lime-1: choices 1, 3, 2, 4, 5; expected numbers that rise")],
    "duplicated-choice": [(say("b", "Statement A!", "敘述 b。"), "choice b: say: en: the same text as choice a")],
    "merged-choices": [
        (lambda questions: (say("a", "x<y.", "小於。")(questions), say("b", "x>y.", "大於。")(questions)),
         "lime-1: choice a: say: 'xy.' in Canvas's report, read as a or b; expected texts that stay apart"),
        (say("b", "<>", "&"), "lime-1: choice b: say: nothing is left of it in Canvas's report"),
    ],
    "overlapping-choices": [
        (claim("b", **{"with": TRUTH}, above=0.7), "lime-1: choice b: claim: implies that of choice a"),
        (claim("b", **{"with": {"picture": 1}}, below=0.5), "choice b: claim: is the opposite of that of choice a"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("code", "index"), [(code, index) for code in FLAWS for index in range(len(FLAWS[code]))])
def test_check_finds(
    code: str,
    index: int,
    questions: Questions,
    write: Callable[[object], None],
    run: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    break_it, expected = FLAWS[code][index]
    break_it(questions)
    write(questions)
    assert run("check") == 1
    lines = [line for line in capsys.readouterr().err.splitlines() if line.endswith(f" [{code}]")]
    assert any(expected in line for line in lines), lines


@pytest.mark.parametrize("code", FLAWS)
def test_reason_silences(code: str, questions: Questions, write: Callable[[object], None], tiny: Course) -> None:
    FLAWS[code][0][0](questions)
    questions[0]["lint"] = {code: "It has a reason."}
    write(questions)
    bank = load_bank(tiny)
    linted = lint(bank, compute_key(bank, load_canonicals(tiny)).letters)
    assert code in {finding.code for finding in linted.silenced}
    assert not [fault for fault in linted.faults if code in str(fault)]


def test_every_rule_has_a_flaw_here_and_says_where_it_comes_from() -> None:
    assert set(RULES) == set(FLAWS) | {"implausible-distractor", "uneven-letters", "leak"}
    assert all(rule.says.endswith(".") and rule.source for rule in RULES.values())


def test_sound_bank_has_no_finding(bank: Bank, key: Key) -> None:
    assert list_findings(bank, key.letters, dict.fromkeys(key.decisions, 1)) == ()


@pytest.mark.parametrize(
    "told", ["above 0.7", "less by 30%", "above 70%", "above 70 percent", "above `0.4`", "(sigma=0.2) above 0.7"]
)
def test_choice_may_tell_what_its_claim_compares_and_what_is_set(
    told: str, questions: Questions, write: Callable[[object], None], tiny: Course, key: Key
) -> None:
    say("a", f"It is {told}.", f"它 {told}。")(questions)
    claim("a", **{"with": TRUTH, "above": 0.7})(questions)
    write(questions)
    assert "fact-in-choice" not in {one.code for one in list_findings(load_bank(tiny), key.letters)}


def test_negation_that_a_sentence_has_is_told_with_its_number(
    questions: Questions, write: Callable[[object], None], tiny: Course, key: Key
) -> None:
    say("b", "Most of it goes to not (6).", "大多給了「不（6）」。")(questions)
    write(questions)
    assert [one for one in list_findings(load_bank(tiny), key.letters) if one.code == "negative-choice"] == []


SILENCES: dict[str, tuple[dict[str, str], str]] = {
    "unknown code": ({"vague-word": "So."}, "lint: unknown code 'vague-word'; expected one of "),
    "empty reason": ({"vague-words": " "}, "lint: vague-words: no reason; expected why the finding stays"),
    "silence of nothing": ({"vague-words": "So."}, "lint: vague-words silences nothing; expected no such line"),
}


@pytest.mark.parametrize("name", SILENCES)
@pytest.mark.parametrize("where", ["lime-1", "lime-1: choice b"])
def test_check_fails_on_a(
    name: str,
    where: str,
    questions: Questions,
    write: Callable[[object], None],
    run: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    silence, expected = SILENCES[name]
    (questions[0] if where == "lime-1" else questions[0]["choices"]["b"])["lint"] = silence
    write(questions)
    assert run("check") == 1
    assert f"bank/lime.yaml: {where}: {expected}" in capsys.readouterr().err


def test_silence_of_one_choice_leaves_the_other(
    questions: Questions, write: Callable[[object], None], run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    for letter in "bd":
        say(letter, f"It always moves {letter}.", "它會動。" if letter == "b" else "會動。")(questions)
    questions[0]["choices"]["b"]["lint"] = {"absolute-words": "It is what the definition says."}
    write(questions)
    assert run("check") == 1
    out, err = capsys.readouterr()
    assert "choice d: say: en: 'always'" in err
    assert "choice b" not in err
    assert "lint findings silenced: 1" in out


@pytest.fixture
def key(bank: Bank, tiny: Course) -> Key:
    return compute_key(bank, load_canonicals(tiny))


def test_wrong_choice_that_no_mutant_makes_true_is_implausible(bank: Bank, key: Key) -> None:
    flipped = {("lime-1", letter): int(letter != "d") for letter in "abcde"} | {
        (f"lime-{index}", letter): 2 for index in (2, 3, 4) for letter in "abcde"
    }
    found = list_findings(bank, key.letters, flipped)
    assert [(finding.code, finding.place) for finding in found] == [("implausible-distractor", ("lime-1", "d"))]
    assert list_findings(bank, key.letters, None) == ()
    assert lint(bank, key.letters, flipped).faults[0].says.endswith("[implausible-distractor]")


def test_silence_of_a_distractor_waits_for_the_mutants(
    questions: Questions, write: Callable[[object], None], tiny: Course, key: Key
) -> None:
    questions[0]["choices"]["d"]["lint"] = {"implausible-distractor": "Students say so, though no mutant does."}
    write(questions)
    bank = load_bank(tiny)
    idle = {(name, letter): int((name, letter) != ("lime-1", "d")) for name in bank.ids for letter in "abcde"}
    assert lint(bank, key.letters).faults == ()
    linted = lint(bank, key.letters, idle)
    assert (linted.faults, len(linted.silenced)) == ((), 1)
    busy = lint(bank, key.letters, dict.fromkeys(idle, 1))
    assert "implausible-distractor silences nothing" in busy.faults[0].says


def test_silence_of_a_rule_that_needs_the_key_waits_for_the_key(
    questions: Questions, write: Callable[[object], None], tiny: Course, key: Key
) -> None:
    questions[0]["lint"] = {"longest-is-right": "So."}
    write(questions)
    bank = load_bank(tiny)
    assert lint(bank, {}).faults == ()
    assert "longest-is-right silences nothing" in lint(bank, key.letters).faults[0].says


def test_rules_are_listed_with_their_sources(run: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", "--rules") == 0
    out = capsys.readouterr().out
    assert len(out.splitlines()) == len(RULES)
    assert "longest-is-right" in out
    assert "SAQUET" in out
