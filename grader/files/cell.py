"""A cell of a table that a spreadsheet may open: no text in it is computed.

A spreadsheet takes a cell that begins with = + - or @ for a formula and would compute what a hostile name says. Such a
cell gets a leading apostrophe, and so does what follows a character that a spreadsheet of another country takes for the
end of a cell; numbers of our own are written as they are.
"""

import re

from assignment.fixable import UNSEEN

FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
INNER_STARTS = re.compile(r"([;|][\s'\"]*)(?<!')(?=[=+\-@＝＋－＠])")


def guard_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; what nobody sees becomes a space.

    >>> guard_cell("=1+1"), guard_cell(" @x"), guard_cell("Ada")
    ("'=1+1", "' @x", 'Ada')
    """
    flat = INNER_STARTS.sub(r"\1'", UNSEEN.sub(" ", text).replace("\n", " ").replace("\t", " "))
    return f"'{flat}" if flat.lstrip().startswith(FORMULA_STARTS) else flat


def read_guarded(cell: str) -> str:
    """Return a cell without the apostrophe that `guard_cell` put before it.

    >>> read_guarded("'=1+1"), read_guarded("'Ada")
    ('=1+1', "'Ada")
    """
    return cell[1:] if cell.startswith("'") and guard_cell(cell[1:]) == cell else cell
