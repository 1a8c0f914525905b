"""A hand-in's notebook, of which some cells are executed and others are taken from the record of the released ones.

What a cell of the trunk gave goes through nbclient as if a kernel had sent it now. So displays that a later cell
updates, and what widgets show, are as a single kernel would leave them; only the count of a cell is the hand-in's own,
which may have more cells or fewer. Times are not made up: a cell that was taken has none.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from assignment.assignment import Limits
from grader.worker.client import Client
from grader.worker.kernel import Kernel

TIMES = ("status", "execute_input")  # what a kernel says of when it ran a cell

Record = Mapping[str, Any]  # of a released cell: `messages` in their order, as a kernel sends them, and whether `ok`
Steps = Sequence[int]  # indices of cells
GoOn = Callable[[bool], Awaitable[Steps | None]]  # is told whether a cell failed; the next cells, None: no more


class SharingClient(Client):
    """Executes a hand-in in parts, each on a kernel of its own, and takes what lies between them from records."""

    def __init__(
        self,
        notebook: Any,
        limits: Limits,
        *,
        keep_going: bool = False,
        tell_cell: Callable[[int], None] = lambda _: None,
    ) -> None:
        super().__init__(notebook, None, limits, keep_going=keep_going, tell_cell=tell_cell)
        self.clear_before_next_output = False
        self.taken: list[int] = []  # indices of the cells that came from records
        self.steps: Steps = ()
        self.go_on: GoOn | None = None

    def take(self, index: int, record: Record, language: Mapping[str, Any]) -> None:
        """Let a cell have what the same cell gave in the trunk."""
        cell = self.nb.cells[index]
        self.cell, self.code_cells_executed = index, self.code_cells_executed + 1
        self.nb.metadata["language_info"] = dict(language)
        cell.metadata["execution"] = {}
        cell.outputs, cell.execution_count = [], self.code_cells_executed
        self.clear_before_next_output = False
        for number, message in enumerate(record["messages"]):
            if message["msg_type"] not in TIMES:
                self.process_message(_to_message(message, self.code_cells_executed, f"{index}-{number}"), cell, index)
        self.taken.append(index)

    def follow(self, kernel: Kernel, steps: Steps, go_on: GoOn) -> None:
        """Have the next `async_execute` run cells on this kernel, and then those that `go_on` says."""
        self.attach(kernel)
        self.cell, self.steps, self.go_on = None, steps, go_on

    async def async_execute(self, reset_kc: bool = False, **kwargs: Any) -> Any:
        """Execute the cells that are to be executed on the kernel."""
        async with self.async_setup_kernel():
            assert self.kc is not None
            assert self.go_on is not None
            for widget in self.comm_objects.values():
                widget.kernel_client = self.kc
            info = await self.async_wait_for_reply(self.kc.kernel_info())
            if info is not None and "language_info" in info["content"]:
                self.nb.metadata["language_info"] = info["content"]["language_info"]
            steps: Steps | None = self.steps
            while steps is not None:
                failed = len(self.failures)
                for index in steps:
                    await self.async_execute_cell(self.nb.cells[index], index, self.code_cells_executed + 1)
                steps = await self.go_on(len(self.failures) > failed)
        return self.nb

    async def ask(self, expression: str) -> str | None:
        """Return how the kernel shows an expression as text, None where it does not: the student's word."""
        assert self.kc is not None
        before = self.session.received
        request = self.kc.execute("pass", silent=True, store_history=False, user_expressions={"asked": expression})
        reply = await self.async_wait_for_reply(request)
        self.session.received = before  # it is no output
        try:
            found = reply["content"]["user_expressions"]["asked"]["data"]["text/plain"] if reply is not None else None
        except (KeyError, TypeError):
            return None
        return found if isinstance(found, str) else None


def find_untakable(record: Record) -> str | None:
    """Return why no hand-in can take a cell from its record, None where all can."""
    if not record["ok"]:
        return "it failed"
    for message in record["messages"]:
        data = message["content"].get("data", {}) if message["msg_type"].startswith("comm_") else {}
        if data.get("state", {}).get("msg_id"):
            return "an Output widget took what it showed, of which a page tells the kernel"
    return None


def _to_message(recorded: Mapping[str, Any], count: int, parent: str) -> dict[str, Any]:
    """Return a recorded message as if a kernel sent it for the cell of this count."""
    content = deepcopy(recorded["content"])
    if "execution_count" in content:
        content["execution_count"] = count
    return {
        "header": {"msg_type": recorded["msg_type"]},
        "msg_type": recorded["msg_type"],
        "parent_header": {"msg_id": parent},
        "metadata": deepcopy(recorded.get("metadata", {})),
        "content": content,
        "buffers": [bytes.fromhex(one) for one in recorded.get("buffers", ())],
    }
