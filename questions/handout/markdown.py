"""What a student reads of a question: its text, its pictures' numbers and its choices, in both languages.

Claims, whys and keys stay behind: this module never touches them.
"""

from collections.abc import Sequence

from questions.bank import Bank
from questions.question import Question

RULE = (
    "Choose all that are right; each question begins with its scratch cell as handed out. "
    "請選出所有正確的選項；每一題都從發下時的 scratch 儲存格內容開始。"
)


def analysis_to_markdown(bank: Bank, analysis: str) -> str:
    """Return the questions about an analysis as Markdown, English above Traditional Chinese in each."""
    questions = [question for question in bank.questions if question.analysis == analysis]
    if not questions:
        return f"*The questions about {analysis} are not part of this edition. 本版沒有關於 {analysis} 的題目。*"
    first, last = questions[0].number, questions[-1].number
    named, numbers = (f"Questions {first}-{last}", f"{first}-{last}") if first < last else (f"Question {first}", first)
    heading = f"### {named} ｜ 第 {numbers} 題\n\n{RULE}"
    return "\n\n".join([heading, *(to_markdown(question) for question in questions)])


def to_markdown(question: Question, *, note: str = "", shown: Sequence[str] = (), box: str = "") -> str:
    """Return one question as Markdown, without a word of what is right.

    note: behind its id; shown: paragraphs above its text; box: what a choice is ticked in.
    """
    lines = [
        f"**{question.number}.** `{question.id}`{note}",
        *shown,
        *(_stem_to_markdown(question, language) for language in ("en", "zh")),
        "\n".join(
            f"- {box}**{letter}**. {choice.say.en.strip()}<br>{choice.say.zh.strip()}"
            for letter, choice in question.choices.items()
        ),
    ]
    return "\n\n".join(lines)


def _stem_to_markdown(question: Question, language: str) -> str:
    """Return a stem in one language: what is asked, what is given, what to do as a numbered list."""
    said = [getattr(one, language).strip() for one in (question.ask, *(its.say for its in question.given))]
    steps = [f"{number}. {getattr(one, language).strip()}" for number, one in enumerate(question.steps, start=1)]
    return "\n\n".join([*said, *(["\n".join(steps)] if steps else [])])
