"""A replayed cell fills a notebook as its own kernel would have."""

from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete

from grader.trunk.rule.replay import replay

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


def test_replayed_cell_has_its_outputs_under_the_number_of_the_hand_in() -> None:
    cell = nbformat.v4.new_code_cell("print('a'); 7")
    client = NotebookClient(nbformat.v4.new_notebook(cells=[cell]), record_timing=False)
    client.reset_execution_trackers()
    client.clear_before_next_output = False
    messages = list(replay(RECORD, cell.source, 5, "request"))
    for message in messages[:-1]:
        client.process_message(message, cell, 0)
    with pytest.raises(CellExecutionComplete):
        client.process_message(messages[-1], cell, 0)
    assert cell.execution_count == 5
    assert [one.get("text") or (one.execution_count, one.data["text/plain"]) for one in cell.outputs] == [
        "a\n",
        (5, "7"),
    ]


def test_record_stays_as_it_was_and_its_bytes_come_back() -> None:
    messages = list(replay(RECORD, "", 5, "request"))
    assert RECORD["messages"][1]["content"]["execution_count"] == 3
    assert [bytes(one) for one in messages[3]["buffers"]] == [b"\x00\xff"]
    assert {one["parent_header"]["msg_id"] for one in messages} == {"request"}
