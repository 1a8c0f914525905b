"""A supervisor that comes to read late, as on a busy machine, loses nothing and blames nobody."""

import asyncio
import json
import time
from typing import Any

import pytest

from assignment.course import open_course
from grader.handins.notebook import parse_notebook
from grader.runs.job import Job, order_course
from grader.worker.client import Client
from grader.worker.ending import Ending
from grader.worker.place import open_place
from tests.grader.sandboxed import SMALL

JOB = Job(course=order_course(open_course()), limits=SMALL, without_memory_group=True)
MANY = 2500  # zmq would drop them beyond a thousand
EACH = 0.002  # seconds; nbclient would wait four after a cell's reply


class LateClient(Client):
    """Takes its time for each output."""

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        time.sleep(EACH)
        return super().process_message(msg, cell, cell_index)


@pytest.mark.sandbox
@pytest.mark.slow
def test_every_output_comes_and_the_notebook_ran() -> None:
    """A cell of 400 widgets failed for its "output" on a busy machine, and outputs beyond a thousand were not there."""
    sources = [f"for number in range({MANY}): display(number)", "print(1)"]
    cells = [{"id": f"c{n}", "cell_type": "code", "metadata": {}, "source": one} for n, one in enumerate(sources)]
    cells = [{**cell, "outputs": [], "execution_count": None} for cell in cells]
    notebook = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()

    async def execute() -> tuple[Ending, Any]:
        with open_place("alice", JOB, None) as place:
            kernel = await place.start()
            client = LateClient(parse_notebook(notebook), kernel, JOB.limits)
            return await place.run(client, kernel), client.nb

    ending, executed = asyncio.run(execute())
    assert ending == Ending("ran")
    shown = [output["data"]["text/plain"] for output in executed.cells[0].outputs]
    assert shown == list(map(str, range(MANY)))
    assert executed.cells[1].outputs[0]["text"] == "1\n"
