"""A hand-in's notebook, of which some cells are executed and others are taken from the record of the released ones.

What a cell of the trunk gave goes through nbclient as if a kernel had sent it now. So displays that a later cell
updates, and what widgets show, are as a single kernel would leave them; only the count of a cell is the hand-in's own,
which may have more cells or fewer. Times are not made up: a cell that was taken has none.
"""

from collections.abc import Awaitable, Callable, Mapping
from copy import deepcopy
from typing import Any

from assignment.assignment import Limits
from grader.handins.walk import Own
from grader.worker.client import Client
from grader.worker.kernel import Kernel

OUTPUT_WIDGET = "OutputModel"  # what it takes in, a page tells the kernel: no record can
TIMES = ("status", "execute_input")  # what a kernel says of when it ran a cell

Record = Mapping[
    str, Any
]  # of a released cell: `messages` in their order, as a kernel sends them, and whether it is `ok`
MayReturn = Callable[["SharingClient"], Awaitable[bool]]


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
        self.order: tuple[int, ...] = ()  # of the cells that the kernel may have to run
        self.own = 0  # how many of them are asked for before it is asked whether the rest is
        self.may_return: MayReturn | None = None
        self.returned = False
        self.at_first = 0  # what the kernel's next cell would be numbered

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

    def follow(
        self, kernel: Kernel, step: Own, rest: tuple[int, ...], *, number: int, may_return: MayReturn | None
    ) -> None:
        """Have the next `async_execute` run a step on this kernel, and then the rest where it may not return.

        number: what the kernel's next cell would be numbered, from 1; may_return: asked after the step's cells.
        """
        self.attach(kernel)
        self.order, self.own = (*step.cells, *rest), len(step.cells)
        self.at_first, self.may_return, self.returned = number, may_return, False

    async def async_execute(self, reset_kc: bool = False, **kwargs: Any) -> Any:
        """Execute the cells that are to be executed on the kernel."""
        async with self.async_setup_kernel():
            await self._greet()
            failed = len(self.failures)
            for done, index in enumerate(self.order):
                if done == self.own and await self._is_back(failed):
                    return self.nb
                await self.async_execute_cell(self.nb.cells[index], index, self.code_cells_executed + 1)
            if len(self.order) == self.own and await self._is_back(failed):
                return self.nb
            self.set_widgets_metadata()
        return self.nb

    async def ask(self, expression: str) -> str | None:
        """Return how the kernel shows an expression as text, None where it does not: the student's word."""
        assert self.kc is not None
        request = self.kc.execute("", silent=True, store_history=False, user_expressions={"asked": expression})
        reply = await self.async_wait_for_reply(request)
        try:
            found = reply["content"]["user_expressions"]["asked"]["data"]["text/plain"] if reply is not None else None
        except (KeyError, TypeError):
            return None
        return found if isinstance(found, str) else None

    async def _is_back(self, failed: int) -> bool:
        """Tell whether the hand-in goes on in the trunk; a cell that failed leaves what no released cell does."""
        if self.may_return is not None and len(self.failures) == failed:
            self.returned = await self.may_return(self)
        return self.returned

    async def _greet(self) -> None:
        """Take in which language it is, as nbclient does, and have the kernel number its next cell as the hand-in's."""
        assert self.kc is not None
        info = await self.async_wait_for_reply(self.kc.kernel_info())
        if info is not None and "language_info" in info["content"]:
            self.nb.metadata["language_info"] = info["content"]["language_info"]
        if self.at_first != self.code_cells_executed + 1:
            source = f"get_ipython().execution_count = {self.code_cells_executed + 1}"
            await self.async_wait_for_reply(self.kc.execute(source, silent=True, store_history=False))


def find_untakable(record: Record) -> str | None:
    """Return why no hand-in can take a cell from its record, None where all can."""
    if not record["ok"]:
        return "the released cell failed"
    for message in record["messages"]:
        data = message["content"].get("data", {}) if message["msg_type"].startswith("comm_") else {}
        if data.get("state", {}).get("_model_name") == OUTPUT_WIDGET:
            return "the released cell made an Output widget, which a page answers"
        if data.get("buffer_paths"):
            return "the released cell made a widget that holds bytes, which no record keeps"
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
        "metadata": recorded.get("metadata", {}),
        "content": content,
        "buffers": [],
    }
