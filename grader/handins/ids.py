"""Students' ids: what can be one, when two are the same, and when one looks like another that was changed on its way.

Same: nothing but capitals and width differ (`B09901001`, `b０9901001`). Near: a spreadsheet or a file manager may have
made the one of the other; that is for a person to decide, never for us.
"""

import hashlib
import os
import re
import unicodedata
from collections.abc import Container, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache

LONGEST = 200  # bytes of an id, which names a folder beside which others with a longer name are made
STUDENT = re.compile(r"\w[\w@+.-]{0,63}")
EXPECTED = "expected letters, digits and . _ - @ +, and no name of what hw9 writes"
RESERVED = (".json", ".csv", ".html", ".lock")  # endings of our own files beside the Runs,
OURS = ("scorings",)  # and our own folder there
SHORTEST = 3  # characters of an id that is looked for within a longer name
ROUNDED = re.compile(r"\d(\.\d{1,15})?[eE]\+?\d{1,2}")


def is_student(name: str) -> bool:
    """Tell whether a name can be a student's id, which names a Run folder."""
    ours = name.lower().endswith(RESERVED) or name.lower() in OURS
    return bool(STUDENT.fullmatch(name)) and len(name.encode()) <= LONGEST and not ours


def make_id(name: str, taken: Container[str] = ()) -> str:
    """Return the made-up id of a file whose name cannot be one: the shortest whose folded form is not taken."""
    digest = hashlib.sha256(os.fsencode(name)).hexdigest()
    return next(made for size in range(8, 65, 8) if (made := f"unnamed-{digest[:size]}") not in taken)


@lru_cache(maxsize=2**16)  # a class is compared with its roster, each with each
def fold_id(student: str) -> str:
    """Return an id without capitals and width; no other letter becomes another.

    >>> fold_id("Ｂ０９901001"), fold_id("\u017f09")
    ('b09901001', 'ſ09')
    """
    wide = (
        unicodedata.normalize("NFKC", one) if unicodedata.decomposition(one).startswith(("<wide>", "<narrow>")) else one
        for one in student
    )
    return unicodedata.normalize("NFC", "".join(wide)).lower()


def find_spellings(students: Iterable[str]) -> Mapping[str, str]:
    """Return the ids by their folded form, but those of which two differ in nothing else."""
    folded: dict[str, list[str]] = {}
    for student in students:
        folded.setdefault(fold_id(student), []).append(student)
    return {form: its[0] for form, its in folded.items() if len(its) == 1}


def is_near(name: str, student: str) -> bool:
    """Tell whether a file's name without its ending may be of the student whose id a row gives.

    >>> is_near("b01-Copy1", "b01"), is_near("b01 (1)", "b01"), is_near("b01.ipynb", "b01"), is_near("hw9_b01", "b01")
    (True, True, True, True)
    >>> is_near("0912345", "912345"), is_near("109901001234", "1.09901E+11"), is_near("b01@school.edu", "b01")
    (True, True, True)
    >>> is_near("b011", "b01"), is_near("b02", "b01"), is_near("209901001234", "1.09901E+11")
    (False, False, False)
    """
    one, other = fold_id(name), fold_id(student)
    if one == other:
        return True
    number = one.isdecimal() or other.isdecimal()
    if number and (_drop_zeros(one) == _drop_zeros(other) or _is_rounded(one, other) or _is_rounded(other, one)):
        return True
    return _is_part(one, other) if len(one) < len(other) else _is_part(other, one)


def find_near(names: Iterable[str], students: Iterable[str]) -> dict[str, list[str]]:
    """Return the students, in their order, to whom each name `is_near`: soon, however many there are of both.

    >>> find_near(["b01-Copy1", "b02"], ["b03", "b01"])
    {'b01-Copy1': ['b01'], 'b02': []}
    """
    folded, order = {name: fold_id(name) for name in names}, {one: number for number, one in enumerate(students)}
    wanted = {key for one in folded.values() for key in _list_own(one)}
    by_own, by_derived = dict[str | Decimal, list[str]](), dict[str | Decimal, list[str]]()
    for student in order:
        form = fold_id(student)
        for key in _list_own(form):
            by_own.setdefault(key, []).append(student)
        for key in _list_derived(form) & wanted:
            by_derived.setdefault(key, []).append(student)
    found = {}
    for name, form in folded.items():
        may = {one for key in _list_derived(form) for one in by_own.get(key, ())}
        may.update(one for key in _list_own(form) for one in by_derived.get(key, ()))
        found[name] = sorted((one for one in may if is_near(name, one)), key=order.__getitem__)
    return found


def _list_own(form: str) -> set[str | Decimal]:
    """Return what a folded id is: of two that are near, one is what may have become of the other."""
    return {form, _drop_zeros(form), *([Decimal(form)] if ROUNDED.fullmatch(form) else [])}


def _list_derived(form: str) -> set[str | Decimal]:
    """Return what a folded id may have become, or have been before something was put around it."""
    starts = [at for at in range(len(form)) if not form[at - 1 : at].isalnum()]
    ends = [at for at in range(1, len(form) + 1) if not form[at : at + 1].isalnum()]
    parts = {form[start:end] for start in starts for end in ends if start < end}
    return parts | _list_own(form) | (_list_rounded(form) if form.isascii() and form.isdecimal() else set())


def _list_rounded(form: str) -> set[Decimal]:
    return {Decimal(f"{Decimal(form):.{digits}E}") for digits in range(16)}


def _drop_zeros(student: str) -> str:
    return (student.lstrip("0") or "0") if student.isdecimal() else student


def _is_rounded(student: str, shown: str) -> bool:
    """Tell whether a spreadsheet may have shown a long number so, as 1.09901E+11."""
    if not (ROUNDED.fullmatch(shown) and student.isascii() and student.isdecimal()):
        return False
    mantissa, _, _ = shown.lower().partition("e")
    try:
        return Decimal(f"{Decimal(student):.{len(mantissa.partition('.')[2])}E}") == Decimal(shown)
    except InvalidOperation:
        return False


def _is_part(short: str, long: str) -> bool:
    """Tell whether the longer one is the shorter with something put before or behind it."""
    at = long.find(short)
    while at >= 0:
        before, behind = long[:at], long[at + len(short) :]
        alone = not (before[-1:].isalnum() or behind[:1].isalnum())
        if alone and (not before or len(short) >= SHORTEST):
            return True
        at = long.find(short, at + 1)
    return False
