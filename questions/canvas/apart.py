"""Whether the choices of a question stay apart in Canvas's report, which names them by what is left of their texts."""

from collections.abc import Iterator
from itertools import permutations

from assignment.fixable import Fault
from questions.bank import Bank
from questions.canvas.cell import Forms, list_forms, parse_answer

MOST_TOGETHER = 3  # choices of which every order is tried: two readings of one cell differ within as many
EXPECTED = "expected texts that stay apart without < > & and backslashes, which do not come back from Canvas"


def find_merged(bank: Bank) -> Iterator[Fault]:
    """Yield a fault for each choice of a bank that cannot be told in the report of the quiz."""
    for question in bank.questions:
        for letter, says in find_confused(list_forms(question)):
            yield Fault((*bank.places[question.id], f"choice {letter}", "say"), says)


def find_confused(forms: Forms) -> Iterator[tuple[str, str]]:
    """Yield letter and fault for each choice of which nothing is left, or which is read as others.

    >>> list(find_confused({"a": ("xy",), "b": ("xy",)}))[0][1].partition(";")[0]
    "'xy' in Canvas's report, read as a or b"
    """
    empty = [letter for letter, its in forms.items() if not all(its[3:] or its)]  # the first are taken for HTML
    yield from ((letter, f"nothing is left of it in Canvas's report; {EXPECTED}") for letter in empty)
    if empty or not _may_be_confused(forms):
        return
    told: set[frozenset[str]] = set()
    for count in range(1, MOST_TOGETHER + 1):
        for letters in permutations(forms, count):
            for texts in filter(all, zip(*(forms[letter] for letter in letters), strict=True)):
                reason = parse_answer(cell := ",".join(texts), forms, "").reason
                if reason is not None and not any(before <= set(letters) for before in told):
                    told.add(frozenset(letters))
                    named = reason.en.removeprefix(": may be ").partition(";")[0]
                    yield letters[0], f"{cell!r} in Canvas's report, read as {named}; {EXPECTED}"


def _may_be_confused(forms: Forms) -> bool:
    """Tell whether the text of a choice is, or begins, another's: else every cell has one reading."""
    flat = sorted((form, letter) for letter, its in forms.items() for form in set(its))
    return any(
        one == other or other.startswith(f"{one},")
        for place, (one, _) in enumerate(flat)
        for other, _ in flat[place + 1 :]
    )
