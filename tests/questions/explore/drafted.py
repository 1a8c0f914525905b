"""A bank of drafts, as `hw9 questions suggest --questions` writes them."""

from dataclasses import replace
from pathlib import Path

import yaml

from assignment.course import Course
from questions.bank import load_bank
from questions.canonical import load_canonicals
from questions.check.bank import check_bank
from questions.claim import Claim, digest
from questions.explore.drafts.draft import write_pairs, write_questions
from questions.explore.drafts.naming import Naming
from questions.explore.drafts.suggest import make_pool, suggest_pairs, suggest_questions
from questions.explore.drafts.themes import list_themes
from questions.explore.settings import make_settings
from questions.key import compute_key

LETTERS_AND_LENGTHS = (
    "expected two kinds or more",  # a draft says `change` throughout: whoever edits it knows better
    "longest-is-right",
    "guess",
    "points",
    "the right letters",
    "two or more right choices",
)


def decide_drafts(course: Course, folder: Path) -> list[str]:
    """Write drafted questions of every analysis as a bank, and return what `check` finds but letters and lengths."""
    settings = make_settings(load_canonicals(course))
    folder.mkdir()
    truths: dict[str, bool] = {}
    for analysis, group in course.assignment.questions.items():
        its = make_pool(course, analysis, settings, [], 1, lambda _: None)
        questions = suggest_questions(its, course, group.count, 1)
        assert {one["theme"] for one in questions} <= set(list_themes(analysis))
        (folder / f"{analysis}.yaml").write_text(write_questions(questions), encoding="utf-8")
        truths |= {digest(member.claim): member.truth for _, family in its.families for member in family.members}
        pairs = suggest_pairs(its, 3, 1)
        written = yaml.safe_load(write_pairs(analysis, pairs, 0, Naming(course)))
        assert [Claim.model_validate(one["claim"]) for one in written] == [one.claim for pair in pairs for one in pair]
    drafted = replace(course, bank=folder)
    bank = load_bank(drafted)
    key = compute_key(bank, load_canonicals(drafted))
    for question in bank.questions:
        choices = question.choices.items()
        assert key.letters[question.id] == {letter for letter, one in choices if truths[digest(one.claim)]}
    found = check_bank(bank, [], course.assignment, load_canonicals(course), course.profile.texts).faults
    return [str(one) for one in found if not any(word in str(one) for word in LETTERS_AND_LENGTHS)]
