"""The program of a notebook's kernel: ipykernel, but that no output is dropped, and for the pipe of forked children.

ipykernel binds the pipe by which they hand on what they print to 127.0.0.1, even where all its channels are unix
sockets; in the sandbox, where there is no family but unix, libzmq would end the process over it. Here it is a unix
socket beside the channels. The file is seen in the sandbox by itself, so it imports nothing of ours.
"""

import os

import zmq
from ipykernel import kernelapp
from ipykernel.iostream import IOPubThread
from zmq.eventloop.zmqstream import ZMQStream


class UnixPipeThread(IOPubThread):
    """ipykernel's thread that sends outputs, with a unix socket to hear its children on."""

    def _setup_pipe_in(self) -> None:
        """Listen beside the channel of outputs; only who knows the random `_pipe_uuid` is heard."""
        self._pipe_uuid = os.urandom(16)
        self._pipe_address = self.socket.last_endpoint.decode() + "-children"
        pipe = self.socket.context.socket(zmq.PULL)
        pipe.linger = 0
        pipe.bind(self._pipe_address)
        self._pipe_in = ZMQStream(pipe, self.io_loop)
        self._pipe_in.on_recv(self._handle_pipe_msg)

    def _setup_pipe_out(self) -> "tuple[zmq.Context[zmq.Socket[bytes]], zmq.Socket[bytes]]":
        """Return a child's own context (its parent's did not survive the fork) and its end of the pipe."""
        context = zmq.Context()
        pipe = context.socket(zmq.PUSH)
        pipe.linger = 3000  # milliseconds until words that nobody takes are dropped, as ipykernel has it
        pipe.connect(self._pipe_address)
        return context, pipe


class Application(kernelapp.IPKernelApp):
    """ipykernel, which keeps outputs until they are read: else beyond a thousand that wait, zmq drops what comes."""

    def init_iopub(self, context: "zmq.Context[zmq.Socket[bytes]]") -> None:
        """Make the channel of outputs; what waits in it is the notebook's own memory."""
        kernelapp.IOPubThread = UnixPipeThread  # type: ignore[attr-defined]  # there by import alone
        context.setsockopt(zmq.SNDHWM, 0)  # of the sockets that are made from here on
        super().init_iopub(context)  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    Application.launch_instance()
