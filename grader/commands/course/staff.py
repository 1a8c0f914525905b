"""The parts of a course that are the staff's alone, as Sections: bank, canonical Outputs, proofs; and the notebook."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from assignment.authoring.check.section import Author, Flaw, Section, list_some, split_faults
from assignment.course import Course
from assignment.fixable import Fault, FixableError
from assignment.provenance import find_other_makers_of, find_stale_outputs
from grader.commands.questions.check import look_at_bank
from grader.release.notebook import build_notebook
from questions.bank import load_bank
from questions.canonical import list_seeds, load_canonicals
from questions.proof.stored import VERBS, find_stale_proofs

Look = Callable[[Course, Author], Section]


def look(title: str, course: Course, author: Author) -> Section:
    """Return what is to be said of a part; what keeps it from being read is wrong with it."""
    try:
        return LOOKS[title](course, author)
    except FixableError as error:
        return Section(title=title, flaws=author.to_flaws(split_faults(error)))


def look_at_canonical(course: Course, author: Author) -> Section:
    """Return whether the canonical Outputs are there and not stale."""
    try:
        seeds = list_seeds(course)
        load_canonicals(course)
        stale = list(find_stale_outputs(course))
    except FixableError as error:
        return Section(title="canonical", flaws=author.to_flaws(split_faults(error), "reference --write"))
    count = len(list(course.canonical.glob("*.npz")))
    says = f"{count} files of {len(seeds)} seeds"
    faults = [Fault((str(course.canonical),), _describe_stale(stale, count))] if stale else []
    flaws, notes = author.to_flaws(faults, "reference --write"), tuple(find_other_makers_of(course))
    return Section(title="canonical", says=says, flaws=flaws, notes=notes)


def _describe_stale(stale: Sequence[Fault], count: int) -> str:
    """Return in one line which files are not what they should be, and how the first is not."""
    groups = list(dict.fromkeys(Path(fault.place[0]).name.split(".")[0] for fault in stale))
    return f"{len(stale)} of {count} files, of {list_some(groups, 8)}; the first: {stale[0].says}"


def look_at_questions(course: Course, author: Author) -> Section:
    """Return how many faults the bank has: `hw9 questions check` says which."""
    its = look_at_bank(course)
    faults, count = (*its.report.faults, *its.disproved), len(its.questions.ids)
    says = f"{count} questions" + (f" on {its.seeds} seeds" if its.seeds else ", no key without canonical Outputs")
    if not faults:
        return Section(title="bank", says=says)
    first = f"{len(faults)} faults, the first: {faults[0]}" if len(faults) > 1 else str(faults[0])
    return Section(
        title="bank", says=says, flaws=author.to_flaws([Fault((str(course.bank),), first)], "questions check")
    )


def look_at_proofs(course: Course, author: Author) -> Section:
    """Return whether what proves the bank is there and not stale."""
    stale = {fault.place[0]: fault for fault in find_stale_proofs(course)}
    flaws: list[Flaw] = []
    for verb, name in VERBS.items():
        path = course.proofs / name
        fault = stale.get(str(path))
        if not path.exists():
            fault = Fault((str(path),), "missing; expected what the questions were proved by")
        flaws += author.to_flaws([fault] if fault else [], f"questions {verb} --write")
    return Section(title="proofs", says=" and ".join(VERBS.values()), flaws=tuple(flaws))


def look_at_notebook(course: Course, author: Author) -> Section:
    """Return whether the released notebook is what the course gives now."""
    built = build_notebook(load_bank(course), course)
    found = course.read_released() if course.notebook.is_file() else None
    if found == built.encode():
        return Section(title="notebook", says=f"{course.notebook.name}, as the course gives it now")
    says = "not what the course gives now" if course.notebook.is_file() else "missing, or no file"
    fault = Fault((str(course.notebook),), f"{says}; expected the released notebook")
    return Section(title="notebook", flaws=author.to_flaws([fault], "notebook --write"))


LOOKS: Mapping[str, Look] = {
    "canonical": look_at_canonical,
    "bank": look_at_questions,
    "proofs": look_at_proofs,
    "notebook": look_at_notebook,
}
