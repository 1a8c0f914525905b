"""A notebook of which some cells come from a record is the one that a single kernel would have executed."""

import asyncio
import json
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from assignment.course import open_course
from grader.handins.walk import Own, Taken, Trunk, list_cells, walk
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


@cache
def record() -> list[Any]:
    recorded = asyncio.run(run_freshly(RELEASED, Recording))
    return [{"messages": recorded.kept[n], "ok": True} for n in range(len(RELEASED))]


async def run_shared(
    sources: Sequence[str], records: list[Any], *, back: bool, keep_going: bool = False
) -> SharingClient:
    """Execute a hand-in, unchanged cells from the record; for a branch a kernel first runs what is before it."""
    notebook, clock = make(sources), Clock()
    client = SharingClient(notebook, SMALL, keep_going=keep_going)

    async def may_return(_: SharingClient) -> bool:
        return back

    steps = walk(notebook, Trunk(make(RELEASED)))
    for at, step in enumerate(steps):
        if isinstance(step, Taken):
            client.take(step.cell, records[step.number], LANGUAGE)
            continue
        kernel, meter = await start()
        before = SharingClient(make(RELEASED[: step.point]), SMALL)
        before.follow(kernel, Own(tuple(range(step.point)), 0), (), number=1, may_return=None)
        await before.async_execute()
        before.close()
        asked = may_return if step.back is not None else None
        client.follow(kernel, step, list_cells(steps[at + 1 :]), number=step.point + 1, may_return=asked)
        ending = await run_notebook(client, meter, clock)
        kernel.close()
        if not client.returned:
            assert ending.word == ("failed" if client.failures else "ran")
            break
    client.set_widgets_metadata()
    client.close()
    return client


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


def change(number: int, source: str) -> list[str]:
    return [source if n == number else one for n, one in enumerate(RELEASED)]


HANDINS = {
    "as released": [*RELEASED],
    "a scratch cell, which shows again what a taken one showed": change(2, "shown.update('second'); _ = 5"),
    "an added cell, after which all counts are others": [RELEASED[0], "print('mine')\n'out'", *RELEASED[1:]],
    "cell left out": [one for one in RELEASED if "scratch 1" not in one],
    "a widget of its own": change(4, "IntSlider(7)"),
    "two in different places": ["print('mine')", *change(4, "1 / 1")],
}


@pytest.mark.parametrize("name", HANDINS)
def test_notebook_is_the_one_that_a_single_kernel_executes(name: str) -> None:
    fresh = asyncio.run(run_freshly(HANDINS[name]))
    back = asyncio.run(run_shared(HANDINS[name], record(), back=True))
    on = asyncio.run(run_shared(HANDINS[name], record(), back=False))
    assert show(back.nb) == show(on.nb) == show(fresh.nb)
    assert back.nb.metadata["language_info"]["name"] == on.nb.metadata["language_info"]["name"] == "python"
    for shared in (back, on):
        assert shared.taken == [index for index, one in enumerate(shared.cell_seconds) if one is None]
    assert len(back.taken) >= len(HANDINS[name]) - 2
    assert len(on.taken) < len(back.taken) or name == "as released"


def test_cell_that_raises_is_told_with_the_number_that_a_single_kernel_gives_it() -> None:
    sources = [RELEASED[0], "1", *change(2, "1 / 0")[1:]]
    fresh = asyncio.run(run_freshly(sources, keep_going=True))
    shared = asyncio.run(run_shared(sources, record(), back=True, keep_going=True))
    assert "In[4]" in re.sub(r"\x1b\[[0-9;]*m", "", "".join(fresh.nb.cells[3].outputs[0].traceback))
    assert show(shared.nb)["cells"][3] == show(fresh.nb)["cells"][3]
    assert shared.failures == fresh.failures
    assert shared.taken == [0, 2]  # what failed does not lead back


def test_output_widget_and_bytes_of_a_widget_are_in_no_record() -> None:
    recorded = asyncio.run(
        run_freshly(["import ipywidgets\nout = ipywidgets.Output()", "ipywidgets.Image(value=b'1')"], Recording)
    )
    reasons = [find_untakable({"messages": recorded.kept[n], "ok": True}) or "" for n in range(2)]
    assert "Output widget" in reasons[0]
    assert "bytes" in reasons[1]
    assert find_untakable({"messages": [], "ok": False}) == "the released cell failed"
    assert find_untakable({"messages": [], "ok": True}) is None
