"""Runs that are ordered and wait for a machine, a desk with a clock of its own, and a driver to call."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assignment.assignment import Limits
from assignment.course import Course, open_course
from grader.cluster.desk import Desk
from grader.cluster.executor import ClusterExecutor, Terms
from grader.cluster.keys import Keys, make_keys
from grader.cluster.likeness import describe_environment
from grader.cluster.machine import Hello, Machine, Place
from grader.cluster.pace import Pace
from grader.cluster.parcel import Parcel, open_parcel
from grader.driver.event import Event, Noted
from grader.runs.folder import prepare_run, write_handin
from grader.runs.job import Job, load_job, order_course, read_order, write_job
from tests.grader.sandboxed import write_notebook

SMALL = Limits(
    cell_seconds=60, notebook_seconds=100, cpu_seconds=60, memory_mib=700, processes=64, file_mib=1, work_mib=2,
    output_mib=1,
)  # fmt: skip
QUICK = Pace(beat=0.2, gone=3.0, broken=0.6, poll=0.5, nobody=20.0)


def order_run(runs: Path, student: str, cells: tuple[str, ...] = ("print(1)",)) -> Path:
    """Make a Run that is ordered; return its folder."""
    folder = runs / student
    write_notebook(runs / "made.ipynb", list(cells))
    write_handin(folder, (runs / "made.ipynb").read_bytes())
    (runs / "made.ipynb").unlink()
    prepare_run(folder)
    write_job(folder, Job(course=order_course(open_course()), limits=SMALL))
    return folder


def open_ordered_parcel(runs: Path, student: str) -> Parcel:
    """Return the parcel of a new Run."""
    folder = order_run(runs, student)
    order = read_order(folder)
    assert order is not None
    return open_parcel(folder, order, load_job(folder), runs / ".incoming" / student)


def make_hello(host: str = "gpu1", places: int = 1, **changed: str) -> Hello:
    """Return what a worker says that has the driver's environment, but for what is changed."""
    environment = {**describe_environment(), **changed}
    return Hello(host=host, pid=7, places=tuple(Place() for _ in range(places)), environment=environment)


def list_notes(driver: ClusterExecutor, seen: list[Event]) -> str:
    seen += driver.list_news()
    return "\n".join(one.text for one in seen if isinstance(one, Noted))


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Staffed:
    """A desk, its clock, and machines that came to it."""

    runs: Path
    clock: Clock = field(default_factory=Clock)
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = Desk(Pace(), clock=self.clock)

    def come(self, host: str = "gpu1", places: int = 1) -> Machine:
        machine = self.desk.enter(make_hello(host, places))
        self.desk.be_ready(machine)
        return machine


@pytest.fixture
def staffed(tmp_path: Path) -> Staffed:
    return Staffed(tmp_path)


@pytest.fixture(scope="session")
def class_keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return make_keys(tmp_path_factory.mktemp("class") / "keys")


@pytest.fixture
def driver(tmp_path: Path, class_keys: Keys, sound_pickle: None) -> Iterator[Callable[..., ClusterExecutor]]:
    """Return a function that opens a driver's side on a free port."""
    opened: list[ClusterExecutor] = []

    def open_driver(course: Course | None = None, **terms: object) -> ClusterExecutor:
        its = Terms(**{"keys": class_keys, "host": "127.0.0.1", "port": 0, "pace": QUICK, **terms})
        opened.append(ClusterExecutor(its, course or open_course(), tmp_path))
        return opened[-1]

    yield open_driver
    for one in opened:
        one.shutdown()
