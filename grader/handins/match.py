"""Which hand-in is whose row of the roster: exact, or by nothing but capitals and width where one of each is meant.

Everything else goes to a person: a hand-in without a row and a row without a hand-in, each naming the other where one
looks like the other. Nobody is guessed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from assignment.assignment import Bilingual
from assignment.fixable import show_value
from grader.handins.ids import find_near, find_spellings, is_student
from grader.handins.listing import find_stem, show_name
from grader.handins.people import People, Person

MOST_NAMED = 3


@dataclass(frozen=True)
class Match:
    """One student: the entries, none for a row without a hand-in; the row; why a person must look; what to know."""

    student: str
    paths: tuple[Path, ...]
    person: Person | None
    reasons: tuple[Bilingual, ...] = ()
    notes: tuple[Bilingual, ...] = ()


def find_matches(entries: Mapping[str, tuple[Path, ...]], people: People) -> tuple[Match, ...]:
    """Return everyone who has an entry, a row or both."""
    rows = _find_rows(entries, people)
    owners = {student: entry for entry, student in rows.items()}
    extra = {entry: paths for entry, paths in entries.items() if entry not in rows} if people.file else {}
    alike = _find_alike(extra, people)
    files: dict[str, list[tuple[Path, ...]]] = {}
    for entry, students in alike.items():
        for student in students:
            files.setdefault(student, []).append(extra[entry])
    found = [
        _match_row(person, owners.get(student), entries, files.get(student, []))
        for student, person in people.rows.items()
    ]
    for entry, paths in entries.items():
        if entry not in rows:
            reasons = (
                *_name_file(entry, paths),
                *(_say_extra(paths, alike.get(entry, []), people) if people.file else ()),
            )
            found.append(Match(entry, paths, None, reasons))
    return tuple(found)


def _find_alike(extra: Mapping[str, tuple[Path, ...]], people: People) -> dict[str, list[str]]:
    """Return the rows that each entry without a row looks like."""
    stems = {entry: {find_stem(path) for path in paths} for entry, paths in extra.items()}
    near = find_near({stem for its in stems.values() for stem in its}, people.rows)
    return {
        entry: list(dict.fromkeys(student for stem in sorted(its) for student in near[stem]))
        for entry, its in stems.items()
    }


def _find_rows(entries: Mapping[str, tuple[Path, ...]], people: People) -> dict[str, str]:
    """Return which row each entry has."""
    rows = {entry: entry for entry in entries if entry in people.rows}
    ours = find_spellings(entry for entry in entries if entry not in rows)
    theirs = find_spellings(student for student in people.rows if student not in rows)
    return rows | {entry: theirs[form] for form, entry in ours.items() if form in theirs}


def _match_row(
    person: Person, entry: str | None, entries: Mapping[str, tuple[Path, ...]], alike: list[tuple[Path, ...]]
) -> Match:
    paths = entries[entry] if entry is not None else ()
    reasons: list[Bilingual] = []
    notes: tuple[Bilingual, ...] = ()
    if person.marked_late and person.submitted_at is None:
        reasons.append(
            Bilingual(
                en="The course system marked it late and did not say when it came; it counts as late, "
                "whatever its deadline, until handins.csv says when.",
                zh="課程系統標示為遲交，但沒有說明繳交時間；在 handins.csv 填入時間之前，不論期限，以遲交計。",
            )
        )
    if person.look:
        reasons.append(Bilingual(en=person.look, zh=person.look))
    if alike:
        named = _list_names(show_value(_show(path)) for its in alike for path in its)
        reasons.append(
            Bilingual(
                en=f"{named} has no row of its own and looks like this student's.",
                zh=f"{named} 在名單中沒有對應的列，看起來像是這位學生繳交的。",
            )
        )
    if entry is not None and entry != person.student:
        named = show_value(_show(paths[0]))
        en, zh = "the roster's id differs in capitals or width only.", "名單中的學號只有大小寫或全形半形不同。"
        notes = (Bilingual(en=f"Its file is {named}; {en}", zh=f"檔案是 {named}；{zh}"),)
    return Match(person.student, paths, person, tuple(reasons), notes)


def _name_file(entry: str, paths: tuple[Path, ...]) -> tuple[Bilingual, ...]:
    """Return which file it is where the id was made up."""
    if is_student(find_stem(paths[0])) or not entry.startswith("unnamed-"):
        return ()
    named = show_value(_show(paths[0]))
    return (Bilingual(en=f"The file is {named}.", zh=f"檔案是 {named}。"),)


def _say_extra(paths: tuple[Path, ...], alike: list[str], people: People) -> tuple[Bilingual, ...]:
    assert people.file is not None
    file, named = people.file.name, _list_names(show_value(_show(path)) for path in paths)
    like_en = f"; it looks like {_list_names(alike)}" if alike else ""
    like_zh = f"；看起來像是 {_list_names(alike)}" if alike else ""
    return (Bilingual(en=f"{file} has no row for {named}{like_en}.", zh=f"{file} 沒有 {named} 這一列{like_zh}。"),)


def _list_names(names: Iterable[str]) -> str:
    every = list(names)
    more = f" (and {len(every) - MOST_NAMED} more)" if len(every) > MOST_NAMED else ""
    return ", ".join(every[:MOST_NAMED]) + more


def _show(path: Path) -> str:
    return show_name(path.name)
