"""The gradebook: `gradebook.csv` for a spreadsheet or a learning management system.

A spreadsheet takes a cell that begins with = + - @, a tab or a carriage return for a formula and would compute what a
hostile name says. Such a cell gets a leading apostrophe here, and so does what follows a character that a spreadsheet
of another country takes for the end of a cell; numbers of our own are written as they are.
"""

import csv
import io
import re
from pathlib import Path

from grader.files.whole import write_whole
from grader.report.class_record import ClassRecord
from questions.moment import show_moment

GRADEBOOK_FILE = "gradebook.csv"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
INNER_STARTS = re.compile(r"([;|][\s'\"]*)(?=[=+\-@＝＋－＠])")


def guard_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; control characters become spaces.

    >>> guard_cell("=1+1"), guard_cell(" @x"), guard_cell("Ada")
    ("'=1+1", "' @x", 'Ada')
    """
    risky = text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS)
    flat = "".join(character if character.isprintable() else " " for character in text)
    flat = INNER_STARTS.sub(r"\1'", flat)
    return f"'{flat}" if risky else flat


def to_csv(results: ClassRecord) -> str:
    """Return the class as CSV.

    Columns: student, name, total, points by analysis, words, both times, needs_person, why, identical_to, a word for
    each question.
    """
    topics = list(dict.fromkeys(question.item.rpartition("-")[0] for question in results.questions))
    items = [question.item for question in results.questions]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(
        [
            "student",
            "name",
            "total",
            *topics,
            "words",
            "handed_in",
            "deadline",
            "needs_person",
            "why",
            "identical_to",
            *items,
        ]
    )
    for one in results.handins:
        verdicts = {verdict.item: verdict.word for verdict in one.verdicts}
        writer.writerow(
            [
                guard_cell(one.student),
                guard_cell(one.name),
                str(one.total),
                *(str(one.topics.get(topic, "0.0")) for topic in topics),
                " ".join(one.words),
                show_moment(one.submitted_at, results.deadline) if one.submitted_at else "",
                show_moment(results.deadline, results.deadline),
                "yes" if one.needs_person else "no",
                guard_cell(" ".join(reason.en for reason in one.staff_why)),
                guard_cell(" ".join(one.identical_to)),
                *(verdicts.get(item, "") for item in items),
            ]
        )
    return stream.getvalue()


def write_gradebook(runs: Path, results: ClassRecord) -> Path:
    """Write `gradebook.csv` (UTF-8 with a byte order mark, so that a spreadsheet reads Chinese); return its path."""
    path = runs / GRADEBOOK_FILE
    write_whole(path, to_csv(results).encode("utf-8-sig"))
    return path
