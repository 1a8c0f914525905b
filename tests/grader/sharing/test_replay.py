"""A notebook of which some cells come from a record is the one that a single kernel would have executed."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from assignment.course import open_course
from grader.sandbox.cage import View
from grader.sandbox.cgroup import Cgroup
from grader.sharing.replay import SharingClient, find_untakable
from grader.worker.client import Client
from grader.worker.kernel import Kernel
from grader.worker.meter import Meter
from grader.worker.start import start_bare
from grader.worker.watch import Clock, run_notebook
from tests.grader.sandboxed import SMALL

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
SETUP = "import sys\nfrom IPython.display import HTML, display\nshown = display('first', display_id='place')\n1 + 1"
RELEASED = (
    SETUP,
    "print('a'); print('b', file=sys.stderr); display(HTML('<b>bold</b>'))",
    "# scratch 1\nx = 1",
    "from ipywidgets import IntSlider\nslider = IntSlider(3); slider",
    "# scratch 2\nx = 2",
    "print('c')\n'the last'",
)
LANGUAGE = {"name": "python"}
RECORD: dict[str, Any] = {
    "count": 3,
    "messages": [
        {"msg_type": "stream", "content": {"name": "stdout", "text": "a\n"}, "metadata": {}},
        {
            "msg_type": "execute_result",
            "content": {"data": {"text/plain": "7"}, "metadata": {}, "execution_count": 3},
            "metadata": {},
        },
        {"msg_type": "comm_msg", "content": {"comm_id": "c", "data": {}}, "metadata": {}, "buffers": ["00ff"]},
    ],
}


class Recording(Client):
    """Keeps what the kernel sent for each cell."""

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        kept = self.__dict__.setdefault("kept", {}).setdefault(cell_index, [])
        kept.append(json.loads(json.dumps({name: msg[name] for name in ("msg_type", "content", "metadata")})))
        return super().process_message(msg, cell, cell_index)


def make(sources: Sequence[str]) -> Any:
    return new_notebook(cells=[new_code_cell(source, id=f"c{n}") for n, source in enumerate(sources)])


async def start() -> tuple[Kernel, Meter]:
    kernel = await start_bare(View(token="t", run="replay", limits=SMALL, course=open_course()))
    return kernel, Meter(kernel, Cgroup("none"), None, SMALL)


async def run_freshly(sources: Sequence[str], kind: type[Client] = Client, *, keep_going: bool = False) -> Any:
    notebook, (kernel, meter) = make(sources), await start()
    client = kind(notebook, kernel, SMALL, keep_going=keep_going)
    try:
        await run_notebook(client, meter)
    finally:
        client.close()
        kernel.close()
    return client


@pytest.fixture(scope="module")
def records() -> list[Any]:
    """What the released cells gave."""
    recorded = asyncio.run(run_freshly(RELEASED, Recording))
    return [{"messages": recorded.kept[n], "ok": True} for n in range(len(RELEASED))]


async def start_branch(point: int, count: int) -> tuple[Kernel, Meter]:
    """Return a kernel that ran the released cells before a point and numbers its next cell `count`."""
    kernel, meter = await start()
    before = SharingClient(make(RELEASED[:point]), SMALL)
    before.follow(
        kernel, range(point), partial(end_after, before, f"setattr(get_ipython(), 'execution_count', {count})")
    )
    await before.async_execute()
    before.close()
    return kernel, meter


async def end_after(client: SharingClient, expression: str, _: bool) -> None:
    assert await client.ask(expression) == "None"


async def run_shared(
    handin: Sequence[int | str], records: list[Any], *, back: bool, keep_going: bool = False
) -> SharingClient:
    """Execute a hand-in whose cells are released ones, by number, and own ones, which lead back or do not."""
    notebook, clock = make(to_sources(handin)), Clock()
    client = SharingClient(notebook, SMALL, keep_going=keep_going)
    parts = [
        (own, [*cells]) for own, cells in groupby(range(len(handin)), lambda index: isinstance(handin[index], str))
    ]
    for own, cells in parts:
        if not own:
            for index in cells:
                client.take(index, records[int(handin[index])], LANGUAGE)
            continue
        rest, failed = range(cells[-1] + 1, len(handin)), False

        async def go_on(its: bool, rest: range = rest) -> range | None:
            nonlocal failed
            failed, rest = failed or its, range(0) if back and not its else rest
            return rest if len(rest) and client.code_cells_executed < len(handin) else None

        point = int(handin[cells[0] - 1]) + 1 if cells[0] else 0
        kernel, meter = await start_branch(point, cells[0] + 1)
        client.follow(kernel, cells, go_on)
        ending = await run_notebook(client, meter, clock)
        kernel.close()
        assert ending.word == ("failed" if client.failures else "ran")
        if failed or not back:
            break
    client.set_widgets_metadata()
    client.close()
    return client


def to_sources(handin: Sequence[int | str]) -> list[str]:
    return [RELEASED[one] if isinstance(one, int) else one for one in handin]


def show(notebook: Any) -> Any:
    """Return what is in a notebook but for times, ids and how a stream was cut into parts."""
    shown = json.loads(json.dumps(notebook))
    for cell in shown["cells"]:
        cell["metadata"].pop("execution", None)
        joined: list[Any] = []
        for one in cell["outputs"]:
            if (
                joined
                and one["output_type"] == "stream" == joined[-1]["output_type"]
                and one["name"] == joined[-1]["name"]
            ):
                joined[-1]["text"] += one["text"]
            else:
                joined.append(one)
        cell["outputs"] = joined
    shown["metadata"].pop("language_info")
    numbers: dict[str, str] = {}
    known = re.compile(r"[0-9a-f]{32}|0x[0-9a-f]+")
    return json.loads(known.sub(lambda found: numbers.setdefault(found[0], f"#{len(numbers)}"), json.dumps(shown)))


HANDINS: dict[str, list[int | str]] = {
    "as released": [0, 1, 2, 3, 4, 5],
    "a scratch cell, which shows again what a taken one showed": [0, 1, "shown.update('second'); _ = 5", 3, 4, 5],
    "an added cell, after which all counts are others": [0, "print('mine')\n'out'", 1, 2, 3, 4, 5],
    "a widget of its own": [0, 1, 2, 3, "IntSlider(7)", 5],
    "two in different places": ["print('mine')", 0, 1, 2, 3, "1 / 1", 5],
}


def keep_messages(cells: list[str]) -> list[Any]:
    kept = asyncio.run(run_freshly(cells, Recording)).kept
    return [kept[n] for n in range(len(cells))]


def keep_records(cells: list[str]) -> list[Any]:
    """Return the same from a trunk's recorder, which takes over the streams and the shell of its process."""
    source = "import json, sys; from grader.trunk.recorder import Recorder; out = sys.stdout; recorder = Recorder()"
    source += "; json.dump([recorder.run(one) for one in json.loads(sys.argv[1])], out)"
    command = [sys.executable, "-c", source, json.dumps(cells)]
    records: list[Any] = json.loads(subprocess.run(command, capture_output=True, check=True, cwd=ROOT).stdout)
    return records


@pytest.mark.parametrize("name", HANDINS)
def test_notebook_is_the_one_that_a_single_kernel_executes(name: str, records: list[Any]) -> None:
    fresh = asyncio.run(run_freshly(to_sources(HANDINS[name])))
    back = asyncio.run(run_shared(HANDINS[name], records, back=True))
    on = asyncio.run(run_shared(HANDINS[name], records, back=False))
    assert show(back.nb) == show(on.nb) == show(fresh.nb)
    assert back.nb.metadata["language_info"]["name"] == on.nb.metadata["language_info"]["name"] == "python"
    for shared in (back, on):
        assert shared.taken == [index for index, one in enumerate(shared.cell_seconds) if one is None]
    assert back.taken == [index for index, one in enumerate(HANDINS[name]) if isinstance(one, int)]
    assert len(on.taken) < len(back.taken) or name == "as released"


def test_cell_that_raises_is_told_with_the_number_that_a_single_kernel_gives_it(records: list[Any]) -> None:
    handin: list[int | str] = [0, "1", 1, "1 / 0", 3, 4, 5]
    fresh = asyncio.run(run_freshly(to_sources(handin), keep_going=True))
    shared = asyncio.run(run_shared(handin, records, back=True, keep_going=True))
    assert "In[4]" in re.sub(r"\x1b\[[0-9;]*m", "", "".join(fresh.nb.cells[3].outputs[0].traceback))
    assert show(shared.nb)["cells"][3] == show(fresh.nb)["cells"][3]
    assert shared.failures == fresh.failures
    assert shared.taken == [0, 2]  # what failed does not lead back


def test_what_an_output_widget_took_is_in_no_record() -> None:
    cells = ["import ipywidgets; out = ipywidgets.Output(); out", "print(1)", "with out: print(2)"]
    for records in ([{"messages": one} for one in keep_messages(cells)], keep_records(cells)):
        reasons = [find_untakable({**one, "ok": True}) for one in records]
        assert reasons[:2] == [None, None]
        assert "an Output widget took what it showed" in (reasons[2] or "")
    assert find_untakable({"messages": [], "ok": False}) == "it failed"


class Taking(SharingClient):
    """Keeps what it is given of a record."""

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        self.__dict__.setdefault("given", []).append(msg)
        return super().process_message(msg, cell, cell_index)


def take() -> Any:
    """Return a client whose only cell is taken from a record, after four others."""
    client = Taking(make(["print('a'); 7"]), SMALL)
    client.reset_execution_trackers()
    client.code_cells_executed = 4
    client.take(0, RECORD, LANGUAGE)
    client.close()
    return client


def test_taken_cell_has_its_outputs_under_the_number_of_the_hand_in() -> None:
    cell = take().nb.cells[0]
    assert cell.execution_count == 5
    assert [one.get("text") or (one.execution_count, one.data["text/plain"]) for one in cell.outputs] == [
        "a\n",
        (5, "7"),
    ]


def test_record_stays_as_it_was_and_its_bytes_come_back() -> None:
    given = take().given
    assert RECORD["messages"][1]["content"]["execution_count"] == 3
    assert [bytes(one) for one in given[2]["buffers"]] == [b"\x00\xff"]
    assert len({one["parent_header"]["msg_id"] for one in given}) == 3  # each is of its own place
