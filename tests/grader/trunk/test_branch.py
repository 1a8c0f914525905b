"""A branch gives what a fresh kernel gives, from where the trunk stands; trunk and siblings feel nothing of it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.sandbox import cage
from grader.trunk.joining import LOOK, NotShared
from grader.worker.place import open_place
from tests.grader.trunk.lab import AS_ROOT, Lab, make_job, make_notebook, open_lab, run_cells

pytestmark = [AS_ROOT, pytest.mark.sandbox]

BEFORE = [
    "import random, logging, sys, os\nimport numpy as np\nrandom.seed(3); np.random.seed(4)\nstart = random.random()",
    "def double(value): return 2 * value\nos.makedirs('outputs')\nopen('outputs/a.txt', 'w').write('kept')",
    "import matplotlib.pyplot as plt\nlogging.getLogger('x').addHandler(logging.StreamHandler(sys.stderr))",
    "book = open('/etc/passwd', 'rb')\nfirst = book.read(3)",
]
AFTER = [
    "print(random.random(), np.random.rand(2), double(21))\nstart",
    "plt.plot([1, 2, 3]); plt.title('a figure'); plt.show()",
    "logging.getLogger('x').warning('to stderr')\nprint(open('outputs/a.txt').read(), os.listdir('.'))",
    "print(book.read(7), book.tell())\nIn[-2][:7], len(In), get_ipython().execution_count",
    "import subprocess\nprint(subprocess.run('echo from a shell', shell=True, capture_output=True, text=True).stdout)",
    "!echo through the shell",
    "1 / 0",
    "import getpass; print(getpass.getuser(), os.path.expanduser('~'), os.environ['HW9_RUN'], sys.argv[0], __name__)",
    "from tqdm.auto import tqdm\nsum(tqdm([1, 2], disable=True))",
    "_, __, Out[1] if 1 in Out else None",
    "answers = {'a': 'b'}\nprint(sorted(name for name in dir() if not name.startswith('_')))",
]


@pytest.fixture(scope="module")
def ahead() -> Iterator[Lab]:
    """A trunk that has run the cells BEFORE."""
    with open_lab(BEFORE, memory_mib=3000) as opened:
        yield opened


def show(cells: list[dict[str, object]]) -> list[object]:
    return [(cell["source"], cell["execution_count"], cell["outputs"]) for cell in cells]


def test_branch_gives_the_cells_that_a_fresh_kernel_gives(ahead: Lab) -> None:
    job, begin = make_job(memory_mib=3000), len(BEFORE)

    async def execute(*, fresh: bool) -> list[object]:
        notebook = make_notebook([*BEFORE, *AFTER])
        with open_place("alice", job, None) as place:
            kernel = await (place.start() if fresh else ahead.trunk.branch(place, BEFORE))
            seen = await run_cells(place, kernel, notebook, begin=0 if fresh else begin, keep_going=True)
            assert seen.result.word == "failed", seen.result  # of the cell that divides by zero, and no other
        return show(seen.cells[begin:])

    expected, found = (ahead.runner.run(execute(fresh=fresh)) for fresh in (True, False))
    assert expected == found


def test_branches_do_not_see_each_other(ahead: Lab) -> None:
    cells = [
        "print(os.listdir('outputs'), random.random(), book.read(9))",
        "open('outputs/b.txt', 'w').write('x'); double = None; random.seed(1); np.random.seed(1)",
    ]
    first, second = (ahead.execute(cells, run=run, memory_mib=3000) for run in ("alice", "bob"))
    assert first.result.word == second.result.word == "ran"
    assert first.texts == second.texts != ("", "")


@pytest.mark.parametrize("needed", [True, False])
def test_snapshot_stays_as_the_trunk_was(needed: bool) -> None:
    """Its mounts and its open files are the trunk's, which goes on."""
    look = ["import os\nprint(x, os.listdir('.'), book.buffer.raw.tell() > 0)"]
    with open_lab(["x = 1\nopen('one', 'w').close()\nbook = open('/etc/passwd', buffering=1)\nbook.read(4)"]) as lab:
        snapshot = lab.runner.run(lab.trunk.take_snapshot(needed=needed))
        assert lab.runner.run(lab.trunk.run_cell("x = 2\nopen('two', 'w').close()\nbook.buffer.raw.seek(0)"))["ok"]
        then, now = Lab(lab.runner, snapshot, lab.place).execute(look), lab.execute(look)
        assert (then.texts, now.texts) == (("1 ['one'] True\n",), ("2 ['two', 'one'] False\n",))
        assert lab.runner.run(snapshot.run_cell("x += 10"))["ok"]  # it can itself go on
        assert Lab(lab.runner, snapshot, lab.place).execute(["print(x)"]).texts == ("11\n",)
        snapshot.control.close()
        assert lab.execute(["print(x)"]).texts == ("2\n",)


def test_files_beside_the_notebook_lie_in_the_branch(ahead: Lab, tmp_path: Path) -> None:
    (tmp_path / "outputs").mkdir()
    (tmp_path / "mine.py").write_text("word = 'of my own module'")
    (tmp_path / "outputs" / "a.txt").write_text("lay there before the released cells ran")
    seen = ahead.execute(
        ["import mine\nprint(mine.word, open('outputs/a.txt').read())"], beside=tmp_path, memory_mib=3000
    )
    assert seen.texts == ("of my own module kept\n",)


def test_branch_can_be_had_whatever_our_umask_is() -> None:
    """That of the command lets nobody else read; what the trunk brings is for other users."""
    before = os.umask(0o077)
    try:
        with open_lab(["x = 1"]) as lab:
            assert lab.execute(["import assignment\nprint(x)"]).texts == ("1\n",)
    finally:
        os.umask(before)


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()", "thread"),
        ("import subprocess\nsubprocess.Popen(['sleep', '600'])", "child"),
        ("import mmap\nshared = mmap.mmap(-1, 4096)", "shared mapping"),
        ("import socket\npair = socket.socketpair()", "descriptor"),
    ],
)
def test_trunk_that_cannot_be_forked_says_why(cell: str, says: str) -> None:
    with open_lab(["x = 1", cell]) as lab:
        with pytest.raises(NotShared, match=f"cannot share: .*{says}"):
            lab.runner.run(lab.trunk.take_snapshot())
        with pytest.raises(NotShared, match=f"cannot share: .*{says}"):
            lab.execute(["1"])
        assert lab.runner.run(lab.trunk.run_cell("x"))["ok"]  # and it goes on


def test_trunk_that_has_ended_shares_nothing() -> None:
    with open_lab() as lab:
        with pytest.raises(NotShared, match="trunk"):
            lab.runner.run(lab.trunk.run_cell("import os; os._exit(3)"))
        with pytest.raises(NotShared, match="trunk has ended"):
            lab.execute(["1"])


def test_course_and_limits_are_those_of_a_fresh_cage(ahead: Lab) -> None:
    code = """import resource, assignment
names = ("DATA", "FSIZE", "CPU", "CORE", "NOFILE", "NPROC")
print([resource.getrlimit(getattr(resource, "RLIMIT_" + name)) for name in names], assignment.__file__, os.getcwd())
print(sorted((k, v) for k, v in os.environ.items()))"""
    fresh: list[str] = []

    async def execute() -> None:
        with open_place("alice", make_job(memory_mib=3000), None) as place:
            seen = await run_cells(place, await place.start(), make_notebook([f"import os\n{code}"]))
            fresh.extend(seen.texts)

    ahead.runner.run(execute())
    assert [*ahead.execute([f"import os\n{code}"], memory_mib=3000).texts] == fresh
    assert cage.WORK in fresh[0]


def test_looks_of_two_branches_are_the_same_until_a_cell_changes_something(ahead: Lab) -> None:
    show = f"import json\nprint(json.dumps(json.loads({LOOK}), sort_keys=True))"
    one, two = (ahead.execute([show], run=run, memory_mib=3000) for run in ("alice", "bob"))
    assert one.result.word == "ran", one.result
    assert one.said(0) == two.said(0)
    changed = ahead.execute([f"start = 7\nrandom.seed(1)\n{show}"], memory_mib=3000).said(0)
    before = one.said(0)
    assert [kind for kind in before if before[kind] != changed[kind]] == ["kinds", "names"]
