"""Output widgets as a page shows them: what nbclient mimics of `ipywidgets.Output`, bounded.

A page tells the kernel what its Output widgets show. nbclient does so after each output, with all that came before it,
although a kernel reads none of that before its cell has ended; so here it is told once, at the cell's end.
"""

from typing import TYPE_CHECKING, Any

from nbclient.output_widget import OutputWidget

if TYPE_CHECKING:
    from grader.worker.client import Client


class OutputModel(OutputWidget):
    """One Output widget, which takes the outputs of `with out:` in place of the cell."""

    executor: "Client"
    msg_id: Any = ""  # of the request whose outputs it takes, as the kernel says

    def sync_state(self) -> None:
        """Note that the kernel is to be told what the widget shows."""
        self.executor.changed[self] = None

    def tell(self, most: int) -> int:
        """Tell the kernel what the widget shows unless that is more than `most` bytes; return how many it is."""
        size = len(self.kernel_client.session.pack(self.outputs))
        if size <= most:
            super().sync_state()
        return size
