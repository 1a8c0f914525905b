"""The attention explorer as a file: a course's masked-word BERT and sentences in one HTML page."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assignment.course import Course
from grader.files.output import save_output

if TYPE_CHECKING:
    from assignment.explorer.explorer import Text
    from assignment.explorer.functions import Functions

TITLE = "Attention explorer 注意力探索"


def export_explorer(
    course: Course, sentences: Sequence["Text"], out: Path, functions: "Functions | None" = None
) -> Path:
    """Write the page of a course's BERT and return its path; FixableError for a sentence that it cannot read.

    The network's libraries are loaded here and not before: the rest of the command line starts without them.
    """
    from assignment.explorer.page import make_page
    from assignment.models.bert import load_bert

    page = make_page(load_bert(course.profile.masked_folder, "masked"), sentences, functions, TITLE)
    save_output(out, page.encode())
    return out
