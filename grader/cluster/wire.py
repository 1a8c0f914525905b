"""The connection between driver and workers: Dask's comms (TLS on both sides, msgpack), and nothing else of Dask.

Only plain values travel, and neither side ever unpickles: Dask's own scheduler and workers would, for whoever holds the
class's certificate. Nor is anything unpacked, or read that is larger than any message of ours (`guard/`). The driver
listens; a worker only calls. A call names a function and its arguments and gets a dictionary; `refused` in it says what
was wrong.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any, NoReturn

from assignment.fixable import FixableError
from grader.cluster.guard.gate import Gate, raise_descriptors
from grader.cluster.guard.plain import load_plain
from grader.cluster.keys import Keys

Message = Mapping[str, Any]
Handler = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
PORT = 8790
OPENERS = ("pickle", "loads")  # Dask's, by which what was read is opened
READERS = ("read_bytes_rw", "unpack_frames")  # Dask's, by which a message is read
QUIET_SECONDS = 15  # of a connection whose other end acknowledges nothing, after which it is closed
MOST_MESSAGE = 5 * 2**20  # bytes; a piece of a file and a result have 4 MiB
REFUSED = "refused"
PEER = "peer"  # in a call: the address that it came from, whatever the caller says
GIVEN_UP = "the driver does not know this machine any more"
ABOUT_KEYS = re.compile(r"certificate|\bSSL\b|\bTLS\b")
LOGGER = logging.getLogger("distributed.comm.tcp")


def load_dask() -> ModuleType:
    """Return `distributed`, which from now on unpickles nothing it receives; FixableError where it is not installed."""
    try:
        import dask
        import distributed.comm

        tcp: Any = import_module("distributed.comm.tcp")
        core: Any = import_module("distributed.protocol.core")
        protocol: Any = import_module("distributed.protocol")
    except ImportError:
        raise FixableError(
            "distributed: not installed; expected it for --executor dask and hw9 worker (pip install 'hw9[cluster]')"
        ) from None
    if not all(hasattr(module, name) for module, names in ((core, OPENERS), (tcp, READERS)) for name in names):
        raise FixableError("distributed: a version that hw9 does not know; expected that of constraints.txt")
    core.pickle = SimpleNamespace(loads=_refuse_pickle, dumps=_refuse_pickle)
    core.loads = protocol.loads = load_plain
    if tcp.read_bytes_rw.__module__ != __name__:
        tcp.read_bytes_rw, tcp.unpack_frames = _bound(tcp.read_bytes_rw, tcp.unpack_frames)
    dask.config.set({"distributed.comm.timeouts.tcp": f"{QUIET_SECONDS} s"})
    for name in ("distributed.core", "distributed.protocol.core", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)  # what they say is told by us
    return distributed


def _refuse_pickle(*_: Any, **__: Any) -> NoReturn:
    raise OSError("a pickle; expected plain values")


def _bound(read: Callable[..., Awaitable[Any]], unpack: Callable[..., Any]) -> tuple[Callable[..., Any], ...]:
    """Return Dask's two functions that read a message so that they read none that is too large."""

    async def read_bounded(stream: Any, size: int) -> Any:
        _check_size(size)
        return await read(stream, size)

    def unpack_bounded(data: Any, **how: Any) -> Any:
        frames, sizes = unpack(data, **how)
        _check_size(sum(sizes))
        return frames, sizes

    return read_bounded, unpack_bounded


def _check_size(size: int) -> None:
    if size > MOST_MESSAGE:
        LOGGER.warning(f"its other end sent a message of {size} bytes, which was not read")
        raise OSError(f"a message of {size} bytes; expected at most {MOST_MESSAGE}")


def _make_security(keys: Keys | None) -> Any:
    security: Any = import_module("distributed.security").Security

    if keys is None:
        return security(require_encryption=False)
    files = {f"tls_{role}_{part}": str(path) for role in ("scheduler", "worker") for part, path in _parts(keys)}
    return security(require_encryption=True, tls_ca_file=str(keys.certificate), **files)


def _parts(keys: Keys) -> Iterable[tuple[str, Any]]:
    return (("cert", keys.certificate), ("key", keys.key))


async def listen(
    host: str, port: int, keys: Keys | None, handlers: Mapping[str, Handler], broke: Callable[[str], None]
) -> Any:
    """Return a listener that answers calls; without keys it is plain TCP. FixableError where the port is taken.

    broke: told of each machine whose beats came over a connection that ended.
    """
    distributed = load_dask()
    args = _make_security(keys).get_listen_args("scheduler")

    async def answer(comm: Any) -> None:
        gate.admit(comm.stream)
        await _answer(comm, handlers, broke)

    address = f"{'tls' if keys else 'tcp'}://{host}:{port}"
    listener = distributed.comm.listen(address, answer, deserialize=False, **args)
    gate = Gate(listener._handle_stream, raise_descriptors())
    listener._handle_stream = gate.let_in
    try:
        await listener.start()
    except OSError as error:
        says = f"{error.strerror or error}; expected an address of this machine and a free port (--address HOST:PORT)"
        raise FixableError(f"{host}:{port}: {says}") from None
    return listener


async def _answer(comm: Any, handlers: Mapping[str, Handler], broke: Callable[[str], None]) -> None:
    """Answer the calls of one connection until it ends or says what is no call."""
    beating: object = None
    try:
        while True:
            message = await comm.read()
            if not isinstance(message, dict) or message.get("op") not in handlers:
                return
            op = message.pop("op")
            message[PEER] = comm.peer_address.rpartition("://")[2].rpartition(":")[0]
            beating = message.get("machine") if op == "beat" else beating
            await comm.write(await handlers[op](message))
    except OSError:  # it closed, or sent what is no message
        return
    finally:
        comm.abort()
        if isinstance(beating, str):
            broke(beating)


class Line:
    """One connection to a driver: made when first needed, made anew after a fault."""

    def __init__(self, address: str, keys: Keys | None) -> None:
        self.distributed = load_dask()
        self.comm: Any = None
        self.address = f"{'tls' if keys else 'tcp'}://{address}"
        self.args = _make_security(keys).get_connection_args("worker")

    async def call(self, op: str, **arguments: Any) -> dict[str, Any]:
        """Call a function of the driver; OSError where no answer came."""
        try:
            if self.comm is None:
                self.comm = await self.distributed.comm.connect(
                    self.address, timeout=QUIET_SECONDS, deserialize=False, **self.args
                )
            await self.comm.write({"op": op, **arguments})
            answer = await self.comm.read()
            if not isinstance(answer, dict):
                raise TypeError(type(answer).__name__)
            return answer
        except OSError:
            self.close()
            raise
        except Exception as error:  # of Dask's, where the other end is no driver of ours
            self.close()
            raise OSError(f"{self.address}: no answer of hw9") from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Drop the connection."""
        comm, self.comm = self.comm, None
        if comm is not None:
            comm.abort()


def describe_fault(error: OSError) -> str:
    """Return why there is no connection, in one line; the same at each try.

    >>> describe_fault(OSError("in <distributed.TLSConnector object at 0x7f32>: [Errno 111] Connection refused"))
    '[Errno 111] Connection refused'
    >>> describe_fault(OSError("TLS certificate does not match."))
    "TLS certificate does not match; expected a copy of the driver's keys (--keys DIR)"
    """
    causes = [str(one) for one in (error.__cause__, error) if one and str(one)]
    says = re.sub(r"^in <[^>]*>: ", "", " ".join((causes or [type(error).__name__])[0].split()))[:200].rstrip(".")
    return f"{says}; expected a copy of the driver's keys (--keys DIR)" if ABOUT_KEYS.search(says) else says


def check_answer(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer; FixableError with what the driver objects to, OSError where it knows us no more."""
    if REFUSED in answer:
        raise FixableError(*str(answer[REFUSED]).splitlines())
    if "unknown" in answer:
        raise OSError(GIVEN_UP)
    return answer
