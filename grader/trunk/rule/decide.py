"""The rule: whether a hand-in goes on in the trunk after cells of its own.

A branch ran them. Its state is compared with the trunk's after the released cells at the same place. What is not the
same in both is *dirty*: a name (by what is behind it: its digest, and whether it shares memory with another name), a
kind of state beside the names, a file, something replaced in a module. What could not be digested is dirty as well.

Then each later cell is asked, as the student has it, in order, what of the dirty it could see:

- a name that it reads before it binds it, itself or through a function that it can reach; any, where it may read all;
- each kind of state beside the names, each file and each module, but for
  - a random state, seen by a cell only if the trunk saw it draw, or it handles such states;
  - a file that was added, seen only by a cell that opened it or listed its folder, or that names it;
  - warnings that are shown less often, seen only by a cell that showed one;
  - a cell that binds names to literals and functions and nothing else sees threads, streams and the shell alone.

After the last cell whoever grades sees what lies in `outputs`, so that a file there, or one of the trunk's that is
another now, is the branch's to keep.

The student's own cells are no released ones: nobody saw them, so each sees all of that. A released cell that sees
nothing dirty does what it did in the trunk; so a name that it binds for certain is as in the trunk after it. A cell
of the student's own may fail, and cleans nothing.

No later cell sees anything: **trunk**. Only own ones do: **branch**, which runs on to the last of them, and is asked
again. A released one does, or anything is in doubt: **end**, the branch runs on to the end as a fresh kernel would.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

from grader.trunk.rule.known import Later, Look
from grader.trunk.rule.names import Names
from grader.trunk.state.code import ALL, HANDLES_STATES
from grader.trunk.state.settings import RANDOM

KIND = "$"  # before a kind of state
FILE = "$file "  # before the path of a file that was added
MODULES, FILES, FILTERS, FEWER, LASTING = "$modules", "$files", "$filters", "$fewer warnings", "$lasting"
SENSED_BY_DRAWS = frozenset(KIND + name for name in RANDOM)
ALWAYS = frozenset({"$threads", "$streams", "$signals", "$shell", LASTING})  # seen by whatever runs at all
IMPORTED = frozenset({".py", ".pyc", ".so", ".pth", ".zip"})  # files that could stand for a module
IGNORES = "['ignore', "
SAVED = "outputs"  # the folder that is kept of a Run


@dataclass(frozen=True)
class Verdict:
    """Where a hand-in goes on, what was dirty, and which later cells (by number) could see what of it.

    until: of `branch`, the number of the last cell that it has to run.
    """

    word: Literal["trunk", "branch", "end"]
    dirty: tuple[str, ...] = ()
    seen: tuple[tuple[int, tuple[str, ...]], ...] = ()
    until: int | None = None


def decide(trunk: Look, branch: Look, ran: Iterable[Names], later: Sequence[Later]) -> Verdict:
    """Judge a branch that ran cells of the student's own (`ran`: their names), before its `later` cells."""
    ran = tuple(ran)
    uses = {name: frozenset(its[1]) for look in (trunk, branch) for name, its in look.names.items()}
    for name, (_, its, _) in trunk.names.items():
        uses[name] |= frozenset(its)
    alive = find_alive(later, uses)
    dirty = frozenset(find_dirty(trunk, branch, ran, alive))
    seen = tuple(find_seen(dirty, later, uses))
    known = tuple(sorted(dirty))
    if any(its.lasting for its in ran):
        return Verdict("end", (*known, LASTING), seen)
    if not seen:
        return Verdict("end" if any(map(is_saved, dirty)) else "trunk", known)
    own = {one.number for one in later if one.trace is None}
    if all(number in own for number, _ in seen):
        return Verdict("branch", known, seen, seen[-1][0])
    return Verdict("end", known, seen)


def is_saved(what: str) -> bool:
    """Tell whether something dirty may be one of the files that a hand-in is judged by.

    >>> is_saved("$file /hw9/work/outputs/lime.npz"), is_saved("$file /tmp/x"), is_saved("$files"), is_saved("x")
    (True, False, True, False)
    """
    return what == FILES or (what.startswith(FILE) and SAVED in PurePath(what.removeprefix(FILE)).parts)


def find_dirty(trunk: Look, branch: Look, ran: Iterable[Names], alive: frozenset[str] | None) -> Iterator[str]:
    """Yield what is not the same in both. alive: the names that later cells could read; None: any."""
    mine, theirs = branch.names, trunk.names
    changed = {name for name in mine.keys() | theirs.keys() if _digest(mine, name) != _digest(theirs, name)}
    changed |= {name for name, its in (*mine.items(), *theirs.items()) if its[2]}
    yield from changed
    kept = frozenset(mine.keys() & theirs.keys() if alive is None else alive) - changed
    ours, its = count_groups(branch.groups, kept), count_groups(trunk.groups, kept)
    yield from (name for group in ours.keys() | its.keys() if ours.get(group) != its.get(group) for name in group)
    kinds = branch.kinds.keys() | trunk.kinds.keys()
    yield from (KIND + name for name in kinds if branch.kinds.get(name) != trunk.kinds.get(name))
    if branch.filters != trunk.filters:
        yield FEWER if is_quieter(branch.filters, trunk.filters) else FILTERS
    if branch.modules != trunk.modules or (branch.loaded != trunk.loaded and any(its.sets for its in ran)):
        yield MODULES
    yield from find_files(trunk.files, branch.files)


def find_files(theirs: Mapping[str, str], mine: Mapping[str, str]) -> Iterator[str]:
    """Yield each file that the branch has beside the trunk's; once `FILES` where one is changed or gone."""
    if any(mine.get(path) != its for path, its in theirs.items()):
        yield FILES
    for path in mine.keys() - theirs.keys():
        hidden = any(part.startswith(".") for part in PurePath(path).parts)  # settings, perhaps
        yield FILES if PurePath(path).suffix in IMPORTED or hidden else FILE + path


def is_quieter(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Tell whether filters of warnings are others with nothing but `ignore` put before them.

    >>> is_quieter(["['ignore', None]", "a"], ["a"]), is_quieter(["['error', None]", "a"], ["a"])
    (True, False)
    """
    added = [one for one in mine if one not in theirs]
    return [one for one in mine if one in theirs] == list(theirs) and all(one.startswith(IGNORES) for one in added)


def count_groups(groups: Iterable[tuple[Sequence[str], int]], kept: frozenset[str]) -> dict[frozenset[str], int]:
    """Return how many things lie behind several of some names.

    >>> count_groups([(["a", "b", "c"], 2), (["a", "c"], 1), (["b", "c"], 1)], frozenset("ac"))[frozenset("ac")]
    3
    """
    counts: dict[frozenset[str], int] = {}
    for names, count in groups:
        if len(group := kept.intersection(names)) > 1:
            counts[group] = counts.get(group, 0) + count
    return counts


def find_seen(
    dirty: frozenset[str], later: Iterable[Later], uses: Mapping[str, frozenset[str]]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield which later cells could see which of the dirty things."""
    for cell in later:
        reads = find_reach(cell.reads, uses)
        names = {one for one in dirty if not one.startswith(KIND) and (one in reads or ALL in reads)}
        if seen := names | {one for one in dirty if one.startswith(KIND) and could_sense(cell, one, reads)}:
            yield cell.number, tuple(sorted(seen))
        elif cell.trace is not None:
            dirty -= cell.names.binds


def could_sense(cell: Later, what: str, reads: frozenset[str]) -> bool:
    """Tell whether a cell could see something dirty that is no name. reads: the names that it can reach."""
    if cell.names.plain:
        return what in ALWAYS
    if cell.trace is None:
        return True
    if what in SENSED_BY_DRAWS:
        return what.removeprefix(KIND) in cell.trace.draws or HANDLES_STATES in reads
    if what == FEWER:
        return cell.trace.warned
    if what.startswith(FILE):
        return _could_find(cell, PurePath(what.removeprefix(FILE)))
    return True


def _could_find(cell: Later, path: PurePath) -> bool:
    """Tell whether a released cell could come upon a file that the trunk has not."""
    assert cell.trace is not None
    if cell.trace.opened is None or path.stem in cell.source:
        return True
    touched = (*map(PurePath, cell.trace.opened), *map(PurePath, cell.trace.listed))
    return any(one == path or path in one.parents for one in touched) or str(path.parent) in cell.trace.listed


def find_reach(names: Iterable[str], uses: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return names and all that the functions behind them could read, and the functions behind those."""
    found, queue = set(names), list(names)
    while queue:
        new = uses.get(queue.pop(), frozenset()) - found
        found |= new
        queue += new
    return frozenset(found)


def find_alive(later: Iterable[Later], uses: Mapping[str, frozenset[str]]) -> frozenset[str] | None:
    """Return all names that later cells could read; None where that may be any."""
    reach = find_reach({name for cell in later for name in cell.reads}, uses)
    return None if ALL in reach else reach


def _digest(names: Mapping[str, tuple[str, tuple[str, ...], bool]], name: str) -> str | None:
    its = names.get(name)
    return its[0] if its else None
