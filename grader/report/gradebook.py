"""The gradebook: `gradebook.csv` for a spreadsheet or a learning management system."""

import csv
import io
from pathlib import Path

from grader.files.cell import guard_cell
from grader.files.whole import write_whole
from grader.report.class_record import ClassRecord
from grader.scoring.handin_record import HandinRecord
from questions.moment import show_moment

GRADEBOOK_FILE = "gradebook.csv"
EXCUSED = "EX"  # as course systems write it


def to_csv(results: ClassRecord) -> str:
    """Return the class as CSV; the first row names the columns, the last of which are the questions.

    total: EX for an excused student. differing: which questions the source that does not count, quiz or notebook,
    answers otherwise.
    """
    topics = list(dict.fromkeys(question.item.rpartition("-")[0] for question in results.questions))
    items = [question.item for question in results.questions]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    told = ["needs_person", "why", "decisions", "differing", "identical_to"]
    writer.writerow(["student", "name", "total", *topics, "words", "handed_in", "deadline", *told, *items])
    for one in results.handins:
        verdicts = {verdict.item: verdict.word for verdict in one.verdicts}
        deadline = one.deadline or results.deadline
        writer.writerow(
            [
                guard_cell(one.student),
                guard_cell(one.name),
                EXCUSED if one.excused else str(one.total),
                *(str(one.topics.get(topic, "0.0")) for topic in topics),
                " ".join(one.words),
                show_moment(one.submitted_at, deadline) if one.submitted_at else "",
                show_moment(deadline, deadline),
                "yes" if one.needs_person else "no",
                guard_cell(" ".join(reason.en for reason in one.staff_why)),
                guard_cell(" ".join(decision.says.en for decision in one.decisions)),
                guard_cell(list_differing(one)),
                guard_cell(" ".join(one.identical_to)),
                *(verdicts.get(item, "") for item in items),
            ]
        )
    return stream.getvalue()


def list_differing(one: HandinRecord) -> str:
    """Return what counts and what stands in the other source, question by question."""
    other = "notebook" if one.source == "quiz" else "quiz"
    return "; ".join(f"{its.item}: {its.counted or '-'}, {other} {its.other or '-'}" for its in one.differing)


def write_gradebook(runs: Path, results: ClassRecord) -> Path:
    """Write `gradebook.csv` (UTF-8 with a byte order mark, so that a spreadsheet reads Chinese); return its path."""
    path = runs / GRADEBOOK_FILE
    write_whole(path, to_csv(results).encode("utf-8-sig"))
    return path
