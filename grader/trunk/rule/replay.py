"""What the trunk showed of a released cell, as the messages that a hand-in's own kernel would have sent.

A hand-in's cells have numbers of their own: an added or deleted cell before shifts them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

NUMBER = "execution_count"


def replay(record: Mapping[str, Any], source: str, number: int, parent: str) -> Iterator[dict[str, Any]]:
    """Yield the messages of a recorded cell, which is executed as the `number`th (from 1) at the request `parent`.

    The first tells that it is executed and the last that the kernel is idle again, as nbclient waits for it.
    """
    yield _to_message("execute_input", {"code": source, NUMBER: number}, {}, parent)
    for one in record["messages"]:
        content = {**one["content"], NUMBER: number} if NUMBER in one["content"] else dict(one["content"])
        message = _to_message(one["msg_type"], content, one["metadata"], parent)
        if "buffers" in one:
            message["buffers"] = [memoryview(bytes.fromhex(buffer)) for buffer in one["buffers"]]
        yield message
    yield _to_message("status", {"execution_state": "idle"}, {}, parent)


def _to_message(kind: str, content: dict[str, Any], metadata: Mapping[str, Any], parent: str) -> dict[str, Any]:
    return {
        "header": {"msg_type": kind},
        "msg_type": kind,
        "parent_header": {"msg_id": parent},
        "metadata": dict(metadata),
        "content": content,
        "buffers": [],
    }
