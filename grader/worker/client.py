"""nbclient with what it lacks: output that is counted before it is parsed, and bounded; cells whose times are known.

A kernel that says too much, or what no kernel says, is cut off.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any, NoReturn

import zmq
import zmq.asyncio
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.session import Session
from jupyter_core.utils import ensure_async
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, CellExecutionError

from assignment.assignment import Limits
from grader.runs.result import Reason
from grader.worker.ending import MESSAGE_MIB, Ending, judge_error, quote
from grader.worker.kernel import CHANNELS, Kernel, Provisioner
from grader.worker.widgets import OutputModel

MIB = 1024 * 1024
READY_SECONDS = 60
TOLD = 4  # times what it may send, of what its widgets show
WIDGETS = "application/vnd.jupyter.widget-state+json"
MOST_NAMED = 10  # further cells that failed
QUEUE = 16  # messages that may wait in our memory
DYING = 2.0  # seconds that a dying kernel may take on a busy machine
NEVER = 2**31 - 1  # until a lost connection is made again (-1 would cost a second at the end), or for outputs to come


class CutOff(Exception):  # noqa: N818  # it is not an error of ours
    """The kernel said too much, or what no kernel says."""


class CountingSession(Session):
    """A session that counts what it receives and refuses what is too much or malformed."""

    cap = 0
    received = 0
    fault: Ending | None = None
    cut: asyncio.Event

    def refuse(self, reason: Reason, detail: str) -> NoReturn:
        """Note the first fault and wake the watcher."""
        self.fault = self.fault or Ending("failed", reason, None, detail)
        self.cut.set()
        raise CutOff(detail)

    def feed_identities(self, msg_list: Any, copy: bool = True) -> tuple[list[bytes], Any]:
        """Return the parts before and after the delimiter, the former counted; CutOff where there is none."""
        try:
            identities, message = super().feed_identities(msg_list, copy)
        except ValueError:
            self.refuse("message", "the kernel sent no valid message: no delimiter")
        self.received += sum(len(part) for part in identities)
        return identities, message

    def deserialize(self, msg_list: Any, content: bool = True, copy: bool = True) -> dict[str, Any]:
        """Return the message; CutOff when it is too much or not a message."""
        self.received += sum(len(part) for part in msg_list)
        if self.received > self.cap:
            self.refuse("output", f"more than {self.cap // MIB} MiB of output")
        try:
            message = super().deserialize(msg_list, content, copy)
        except Exception as error:  # whatever a hostile kernel makes the parser raise
            self.refuse("message", f"the kernel sent no valid message: {type(error).__name__}")
        parts = [message.get(name) for name in ("header", "parent_header", "content", "metadata")]
        if not all(isinstance(part, dict) for part in parts) or not isinstance(message.get("msg_type"), str):
            self.refuse("message", "the kernel sent a message of the wrong shape")
        return message


class Client(NotebookClient):
    """Runs one notebook, as a rule on one kernel; knows which cell runs since when, and how long the others took."""

    def __init__(
        self,
        notebook: Any,
        kernel: Kernel | None,
        limits: Limits,
        *,
        keep_going: bool = False,
        tell_cell: Callable[[int], None] = lambda _: None,
    ) -> None:
        super().__init__(notebook, iopub_timeout=NEVER)  # the clock of cells ends what does not come
        self.tell_cell = tell_cell
        self.allow_errors, self.force_raise_errors = keep_going, not keep_going  # else a tag decides
        self.failures: list[Ending] = []  # of cells after which it went on
        self.widget_registry = {"@jupyter-widgets/output": {"OutputModel": OutputModel}}
        self.changed: dict[OutputModel, None] = {}  # what the kernel is to be told of at the cell's end
        self.told = 0  # bytes
        self.skip_cells_with_tag = ""  # a student's tag skips nothing
        self.limits = limits
        self.cell: int | None = None
        self.cell_seconds: list[float | None] = [None] * len(notebook.cells)
        self.running_since: float | None = None
        self.interrupted = False
        self.monitor: Any = None
        self.session = _make_session(limits)
        self.zmq_context: zmq.asyncio.Context | None = None
        if kernel is not None:
            self.attach(kernel)

    def attach(self, kernel: Kernel) -> None:
        """Go on with this kernel; what an earlier one sent still counts."""
        self.close()
        self.kernel, self.session.key = kernel, kernel.key.encode()
        self.zmq_context = _make_context(self.limits)
        self.km = _make_manager(kernel, self.session)

    @asynccontextmanager
    async def async_setup_kernel(self, **kwargs: Any) -> AsyncGenerator[None, None]:
        """Connect to the kernel, which runs already and which is killed elsewhere."""
        assert self.km is not None
        self.kc = self.km.client(context=self.zmq_context, session=self.session)
        self.kc.start_channels(hb=False, stdin=False)
        self.monitor = self.kc.iopub_channel.socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        await ensure_async(self.kc.wait_for_ready(timeout=READY_SECONDS))
        yield

    async def async_execute_cell(self, cell: Any, cell_index: int, *args: Any, **kwargs: Any) -> Any:
        """Execute one cell and note its time; a cell that had to be interrupted is the last."""
        self.cell, self.running_since = cell_index, time.monotonic()
        self.tell_cell(cell_index)
        is_code = cell.cell_type == "code" and bool(cell.source.strip())
        try:
            done = await super().async_execute_cell(cell, cell_index, *args, **kwargs)
            self.tell_widgets()
            return done
        finally:
            if is_code:
                self.cell_seconds[cell_index] = round(time.monotonic() - self.running_since, 3)
            self.running_since = None

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Take one output; a message that nbclient cannot digest ends the notebook."""
        try:
            return super().process_message(msg, cell, cell_index)
        except CellExecutionComplete:
            raise
        except Exception as error:  # whatever a hostile kernel makes nbclient raise
            self.session.refuse("message", f"the kernel sent an output of the wrong shape: {type(error).__name__}")

    def remove_output_hook(self, msg_id: Any, hook: Any) -> None:
        """Have a widget take outputs no longer; nbclient expects it to be the last that began, as in no thread."""
        if hook in self.output_hook_stack[msg_id]:
            self.output_hook_stack[msg_id].remove(hook)

    def tell_widgets(self) -> None:
        """Tell the kernel what its Output widgets show, as a page does; TOLD times its cap of output in all."""
        try:
            for widget in self.changed:
                self.told += widget.tell(TOLD * self.session.cap - self.told)
        except Exception as error:  # whatever a hostile kernel makes nbclient raise
            self.session.refuse("message", f"the kernel sent an output of the wrong shape: {type(error).__name__}")
        self.changed.clear()

    async def _check_raise_for_error(self, cell: Any, cell_index: int, exec_reply: Any) -> None:
        """Raise, or note, what the reply says of a cell; one that nbclient cannot digest ends the notebook."""
        try:
            await super()._check_raise_for_error(cell, cell_index, exec_reply)
            if self.allow_errors and exec_reply is not None and exec_reply["content"]["status"] == "error":
                self._note_failure(CellExecutionError.from_cell_and_msg(cell, exec_reply["content"]), cell_index)
        except CellExecutionError:
            raise
        except Exception as error:  # whatever a hostile kernel makes nbclient raise
            self.session.refuse("message", f"the kernel sent a reply of the wrong shape: {type(error).__name__}")

    def set_widgets_metadata(self) -> None:
        """Keep what the widgets show. nbclient would copy it first, as deep as it goes and at the end of memory."""
        states: dict[Any, dict[str, Any]] = {
            model: self._serialize_widget_state(state)
            for model, state in self.widget_state.items()
            if "_model_name" in state
        }
        for model in states.keys() & self.widget_buffers.keys():
            states[model]["buffers"] = list(self.widget_buffers[model].values())
        if self.widget_state:
            kept = {"state": states, "version_major": 2, "version_minor": 0}
            dict.__setitem__(self.nb.metadata, "widgets", {WIDGETS: kept})

    def list_notes(self, ending: Ending) -> tuple[str, ...]:
        """Return what a person may want to know of how the notebook was executed, beside how it ended."""
        failed, most = [one for one in self.failures if one.cell != ending.cell], TOLD * self.session.cap
        notes = [f"cell {one.cell} failed as well: {quote(one.detail or '')}" for one in failed[:MOST_NAMED]]
        if len(failed) > MOST_NAMED:
            notes.append(f"and {len(failed) - MOST_NAMED} more cells failed")
        if self.told > most:
            notes.append(f"widgets showed more than {most // MIB} MiB: the kernel was no longer told")
        return tuple(notes)

    def _note_failure(self, error: CellExecutionError, cell_index: int) -> None:
        if self.interrupted:
            raise error
        self.failures.append(judge_error(error, cell_index))

    async def has_lost_output(self) -> bool:
        """Tell whether a live kernel's output was cut off, as one message above the limit makes it."""
        if self.monitor is None or not await self.monitor.poll(0):
            return False
        return not await self.kernel.dies(DYING)  # it closes its sockets first

    def close(self) -> None:
        """Drop all sockets with what waits in them (`stop_channels` would first make those that there are not)."""
        if self.zmq_context is not None:
            self.zmq_context.destroy(linger=0)
        self.zmq_context = self.monitor = None


def _make_session(limits: Limits) -> CountingSession:
    session = CountingSession(packer="json", unpacker="json")
    session.cap, session.cut = limits.output_mib * MIB, asyncio.Event()
    return session


def _make_context(limits: Limits) -> zmq.asyncio.Context:
    context = zmq.asyncio.Context()
    options = {
        zmq.MAXMSGSIZE: min(MESSAGE_MIB, limits.output_mib) * MIB,
        zmq.RCVHWM: QUEUE,
        zmq.SNDHWM: 0,  # we bound what we send ourselves; at a mark the socket would block all that we do
        zmq.RECONNECT_IVL: NEVER,
        zmq.LINGER: 0,
    }
    for option, value in options.items():
        context.setsockopt(option, value)
    return context


def _make_manager(kernel: Kernel, session: Session) -> AsyncKernelManager:
    ports = {f"{channel}_port": number for number, channel in enumerate(CHANNELS, start=1)}
    manager = AsyncKernelManager(transport="ipc", ip=kernel.address, session=session, **ports)
    manager.provisioner = Provisioner(parent=manager, kernel_id=kernel.key)
    manager.provisioner.kernel = kernel
    return manager
