"""Classes of honest hand-ins and of others that act by chance."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.foreign.made import make_notebooks, to_bytes
from tests.foreign.mutate import change_values
from tests.grader.acts.acts import ACTS, LONG
from tests.grader.acts.honest import ANSWERS, HONEST
from tests.grader.made_class import make_notebook

NUMBERS = "inf, nan = float('inf'), float('nan')"  # as Python writes them
STUDENTS = (
    "b01",
    "B02",
    "王小明",
    "x" * 64,
    "handin",
    "work",
    "con",
    "unnamed-49f2dd23",
    "honest-saves-1",
    "b01.b+c@d",
)
NO_STUDENTS = (
    "-rf",
    "a b",
    "a\nb",
    "\u202egnp",
    "scorings",
    "runs.json",
    "honest-saves (1)",
    "$(touch pwned)",
    "x" * 180,
)
BROKEN = ("sitecustomize.py", "usercustomize.py", "numpy.py", "zmq.py", "conftest.py", "ipython_config.py")
BESIDE: Mapping[str, bytes] = {
    **dict.fromkeys((*BROKEN, "ipykernel/__init__.py", "assignment/__init__.py"), b"1 / 0"),
    "json.py": b"1",
    "outputs/saliency.npz": b"x",
    "a.pth": b"import os",
    "mine": b"x",
    "data/a.csv": b"1",
}


@dataclass(frozen=True)
class Hostile:
    """One hand-in: its files, and the cells that it acts by; none where its file is odd and nothing is said of it."""

    student: str
    files: Mapping[str, bytes]
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drawn:
    """A class: the names of its honest members, and the others."""

    honest: tuple[str, ...]
    hostile: tuple[Hostile, ...]

    @property
    def files(self) -> dict[str, bytes]:
        """What lies in HANDINS."""
        files = {f"{name}.ipynb": HONEST[name] for name in self.honest}
        return files | {name: data for one in self.hostile for name, data in one.files.items()}


def make_hostile(student: str, *cells: str, beside: Mapping[str, bytes] | None = None) -> Hostile:
    """Return a hand-in that acts by these cells, and answers as the honest ones do."""
    data = to_bytes(make_notebook("print('hello')", NUMBERS, *cells, ANSWERS))
    if beside is None:
        return Hostile(student, {f"{student}.ipynb": data}, cells)
    return Hostile(
        student, {f"{student}/hw.ipynb": data, **{f"{student}/{name}": beside[name] for name in beside}}, cells
    )


@st.composite
def draw_cell(draw: st.DrawFn) -> str:
    """Draw an act, mostly so that what it raises keeps no other from being tried."""
    source = draw(st.sampled_from(list(ACTS)).flatmap(ACTS.__getitem__))
    if draw(st.integers(0, 3)) == 3:
        return source
    return f"try:\n{textwrap.indent(source, '    ')}\nexcept BaseException as error: print(type(error))"


@st.composite
def draw_hostile(draw: st.DrawFn) -> Hostile:
    """Draw a hand-in of one to four acts; now and then one whose file is odd in itself."""
    student = draw(st.sampled_from((*STUDENTS, *STUDENTS, *STUDENTS, *NO_STUDENTS)))  # of the last nothing is run
    if draw(st.integers(0, 9)) == 9:
        return Hostile(student, {f"{student}.ipynb": draw(change_values(make_notebooks()).map(to_bytes))})
    cells = [draw(draw_cell()) for _ in range(draw(st.integers(1, 4)))]
    if draw(st.integers(0, 19)) == 19:
        cells.append(draw(st.sampled_from(list(LONG)).flatmap(LONG.__getitem__)))
    names = draw(st.none() | st.lists(st.sampled_from(sorted(BESIDE)), max_size=4, unique=True))
    return make_hostile(student, *cells, beside=None if names is None else {name: BESIDE[name] for name in names})


@st.composite
def draw_class(draw: st.DrawFn) -> Drawn:
    """Draw a class of one or two honest members and two others: each class takes seconds."""
    honest = draw(st.lists(st.sampled_from(sorted(HONEST)), min_size=1, max_size=2, unique=True))
    hostile = draw(st.lists(draw_hostile(), min_size=2, max_size=2, unique_by=lambda one: one.student.lower()))
    return Drawn(tuple(honest), tuple(hostile))
