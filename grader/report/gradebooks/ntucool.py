"""NTU COOL: a Canvas whose import reads a file as Big5 first, and as UTF-8 where that fails.

After its public fork of canvas-lms. It exports a byte-order mark, and does not take one back: as Big5 the three bytes
swallow the S of "Student", so that a file of ASCII alone has no heading. Without the mark both are read.
"""

from grader.report.class_record import ClassRecord
from grader.report.gradebooks.canvas import COLUMNS, EXPECTED, fill_export
from grader.report.gradebooks.format import Exported, Filled, Format, Known


def fill_ntucool(results: ClassRecord, known: Known, exported: Exported | None) -> Filled:
    """Return the export with the students' points, in UTF-8 without a byte-order mark."""
    return fill_export(results, known, exported, keeps_mark=False)


FORMAT = Format("NTU COOL", COLUMNS, EXPECTED, needs_export=True, fill=fill_ntucool)
