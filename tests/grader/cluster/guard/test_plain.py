"""What is no message of plain values makes a driver import, open, build and say nothing, and closes that connection."""

import asyncio
import struct
import zlib
from collections.abc import Callable

import pytest

from grader.cluster.executor import ClusterExecutor
from grader.cluster.guard.plain import MOST_VALUES, check_count
from grader.cluster.keys import Keys
from grader.cluster.wire import MOST_MESSAGE, REFUSED, Line
from grader.driver.event import Event
from tests.grader.cluster.conftest import list_notes
from tests.patience import PATIENCE, wait_until

Driver = Callable[..., ClusterExecutor]


def send(driver: ClusterExecutor, keys: Keys, data: bytes) -> None:
    """Connect as a worker does, send bytes in place of a call, and wait until the driver closes the connection."""

    async def come() -> None:
        line = Line(f"127.0.0.1:{driver.port}", keys)
        assert REFUSED in await line.call("hello")
        line.comm.stream.write(data)
        await asyncio.wait_for(line.comm.read(), PATIENCE)

    with pytest.raises(OSError, match="closed"):
        asyncio.run(come())


def pack(*parts: bytes) -> bytes:
    """Return what travels for a message of one frame."""
    data = b"".join(parts)
    return struct.pack("QQQ", 16 + len(data), 1, len(data)) + data


ENUM = {"__Enum__": True, "__module__": "distributed.comm.core", "__name__": "Comm", "name": "read"}
NO_MESSAGES = {
    "an enum of Dask's": ENUM,
    "an enum without a module": {"__Enum__": True},
    "a module that is none": ENUM | {"__module__": "os"},
    "what was serialized": {"__Serialized__": 7},
    "a pickle that does not come": {"__Pickled__": 1},
    "a set": {"__Set__": True, "as-list": []},
    "too many values": [{}] * 60_000,
    "an array of 4 GiB": b"\xdd\xff\xff\xff\xff" * 100,
    "cut short": b"\x93\x01",
    "no msgpack": b"\xc1",
    "no text": b"\xa2\xff\xff",
    "nothing": b"",
}


@pytest.mark.parametrize("what", NO_MESSAGES)
def test_what_is_no_message_is_refused_and_told_and_the_driver_goes_on(
    driver: Driver, class_keys: Keys, capfd: pytest.CaptureFixture[str], what: str
) -> None:
    msgpack, its, seen = pytest.importorskip("msgpack"), driver(), list[Event]()
    value = NO_MESSAGES[what]
    data = value if isinstance(value, bytes) else msgpack.dumps({"op": "hello", "hello": value})
    send(its, class_keys, pack(data))
    assert wait_until(lambda: "which was not opened" in list_notes(its, seen))
    assert not its.desk.machines
    asyncio.run(Line(f"127.0.0.1:{its.port}", class_keys).call("hello"))  # and it is there for others
    assert "Traceback" not in capfd.readouterr().err


LARGE = MOST_MESSAGE + 1
FIRST = struct.pack("QQQQ", 24, 2, 0, LARGE)  # 24 bytes: of two frames, the first of none, the second still to come


@pytest.mark.parametrize("data", [struct.pack("Q", LARGE), struct.pack("Q", 2**60), FIRST], ids=["one", "huge", "more"])
def test_message_that_is_too_large_is_not_read_and_told(driver: Driver, class_keys: Keys, data: bytes) -> None:
    its, seen = driver(), list[Event]()
    send(its, class_keys, data)
    assert wait_until(lambda: "sent a message of " in list_notes(its, seen))
    asyncio.run(Line(f"127.0.0.1:{its.port}", class_keys).call("hello"))  # and it is there for others


def test_packed_data_is_not_unpacked(driver: Driver, class_keys: Keys) -> None:
    core = pytest.importorskip("distributed.protocol.core")
    packed = {"pickled-obj": b"x", "num-sub-frames": 1, "compression": ["zlib"]}
    frames = [*map(core.msgpack.dumps, ({"__Pickled__": 1}, packed)), zlib.compress(b"0" * 10_000)]
    its, seen = driver(), list[Event]()
    with pytest.raises(OSError, match="3 frames, as for a pickle or packed data; expected one of plain values"):
        core.loads(frames, deserialize=False)
    assert "which was not opened" in list_notes(its, seen)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -7,
        2**63,
        1.5,
        "x" * 40,
        b"x" * 70_000,
        [1] * 20,
        {"a": {"b": [[], {}]}},
        {str(n): n for n in range(99)},
    ],
    ids=lambda value: type(value).__name__,
)
def test_count_is_that_of_the_values_whatever_their_kind(value: object) -> None:
    def count(its: object) -> int:
        if isinstance(its, dict):
            return 1 + len(its) + sum(map(count, its.values()))
        return 1 + sum(map(count, its)) if isinstance(its, list) else 1

    data = pytest.importorskip("msgpack").dumps(value)
    check_count(data, count(value))
    with pytest.raises(ValueError, match=f"{count(value)} values; expected at most {count(value) - 1}"):
        check_count(data, count(value) - 1)


def test_empty_maps_are_refused_before_any_is_made() -> None:
    with pytest.raises(ValueError, match=f"values; expected at most {MOST_VALUES}"):
        check_count(b"\xdd\x00\x10\x00\x00" + b"\x80" * 2**20)
