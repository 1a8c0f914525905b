"""What is said of a reading, in both languages: why an answer is unreadable, and what a person may want to know."""

from assignment.assignment import Bilingual


def say_in_cell(cell: int, en: str, zh: str) -> Bilingual:
    """Return a sentence about one cell of the notebook.

    >>> say_in_cell(3, "no Python", "不是 Python").zh
    '儲存格 3：不是 Python'
    """
    return Bilingual(en=f"cell {cell}: {en}", zh=f"儲存格 {cell}：{zh}")


def say_expected(cell: int, en: str, zh: str, form: str) -> Bilingual:
    """Return a sentence about one cell that ends in how the answers should stand there."""
    return say_in_cell(cell, f"{en}; expected `{form}`", f"{zh}；應為 `{form}`")


def to_lines(before: str, says: Bilingual) -> list[str]:
    """Return a sentence as two lines of a terminal, the Chinese one below the English."""
    return [f"{before}{says.en}", f"{' ' * min(len(before), 8)}{says.zh}"]
