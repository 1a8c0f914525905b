"""Who may call a driver, what a caller can do, and what becomes of one that lies; over real connections with TLS."""

import asyncio
import errno
import json
import socket
import ssl
import subprocess
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from grader.cluster.executor import ClusterExecutor
from grader.cluster.keys import Keys, make_keys
from grader.cluster.parcel import EXECUTED, OUTPUTS, PIECE
from grader.cluster.wire import REFUSED, Line, listen
from grader.driver.event import Event, MachineCame
from grader.driver.executors import MachineError
from grader.driver.run_job import run_job
from grader.runs.result import RunResult, load_result
from tests.grader.cluster.conftest import list_notes, make_hello, order_run
from tests.patience import wait_until

Driver = Callable[..., ClusterExecutor]
Call = Callable[..., Awaitable[dict[str, Any]]]
ATTACKER = Path(__file__).with_name("attacker.py")


NOTEBOOK = b'{\n "cells": [],\n "metadata": {}\n}'


def at_desk(driver: ClusterExecutor, keys: Keys | None, work: Callable[[Call, str], Awaitable[Any]]) -> Any:
    """Come as a worker with the driver's environment and course; return what the work with its calls gives."""

    async def come() -> Any:
        line = Line(f"127.0.0.1:{driver.port}", keys)
        hello = await line.call("hello", hello=make_hello().model_dump(mode="json"))
        await line.call("ready", machine=hello["machine"], course=hello["course"])
        try:
            return await work(line.call, hello["machine"])
        finally:
            line.close()

    return asyncio.run(come())


def make_result(driver: ClusterExecutor, student: str = "b01", **changed: object) -> bytes:
    parcel = next(iter(driver.desk.machines.values())).running.values()
    sha256 = next(iter(parcel)).parcel.handin_sha256
    result = RunResult(student=student, word="ran", started_at=datetime.now(UTC), notebook_sha256=sha256)
    return json.dumps(result.model_dump(mode="json") | changed).encode()


def test_honest_worker_brings_a_result(driver: Driver, class_keys: Keys, tmp_path: Path) -> None:
    its, folder = driver(), order_run(tmp_path, "b01")
    future: Future[None] = its.submit(run_job, folder)

    async def work(call: Call, machine: str) -> dict[str, Any]:
        order = await call("take", machine=machine, place=0)
        read = await call("read", machine=machine, ticket=order["ticket"], name="handin.ipynb", offset=0)
        assert read["data"] == (folder / "handin.ipynb").read_bytes()
        await call("piece", machine=machine, ticket=order["ticket"], name=EXECUTED, offset=0, data=NOTEBOOK)
        return await call("done", machine=machine, ticket=order["ticket"], result=make_result(its))

    assert at_desk(its, class_keys, work) == {"first": True}
    assert future.result(5) is None
    found = load_result(folder)
    assert found is not None
    assert (found.word, (folder / EXECUTED).read_bytes()) == ("ran", NOTEBOOK)
    assert MachineCame("gpu1", 1) in its.list_news()


LIES: dict[str, dict[str, Any]] = {
    "another student's": {"result": {"student": "b02"}},
    "another notebook's": {"result": {"notebook_sha256": "0" * 64}},
    "another attempt's": {"result": {"attempt": 7}},
    "half a character": {"result": {"detail": "\ud800"}},
    "no number of seconds": {"result": {"seconds": float("nan")}},
    "more fields": {"result": {"points": 13}},
    "a result that is none": {"bytes": b"[" * 50_000},
    "a result that is no bytes": {"bytes": {"word": "ran"}},
    "another student's folder": {"piece": {"name": "../b02/result.json"}},
    "a file into the Run": {"piece": {"name": "result.json"}},
    "too large a file": {"pieces": 2},
    "a piece that is too large": {"piece": {"data": b"x" * (PIECE + 1)}},
    "a notebook that is none": {"piece": {"name": EXECUTED, "data": b"<script>"}, "result": {}},
    "a notebook of cells that are none": {"piece": {"name": EXECUTED, "data": b'{"cells": [7]}'}, "result": {}},
    "a gap": {"piece": {"offset": 5}},
}


@pytest.mark.parametrize("lie", LIES)
def test_worker_that_lies_is_refused_and_named_and_the_run_goes_to_another(
    driver: Driver, class_keys: Keys, tmp_path: Path, lie: str
) -> None:
    its, how = driver(), LIES[lie]
    folder, other = order_run(tmp_path, "b01"), order_run(tmp_path, "b02")
    future: Future[None] = its.submit(run_job, folder)

    async def work(call: Call, machine: str) -> dict[str, Any]:
        ticket = (await call("take", machine=machine, place=0))["ticket"]
        piece = {"name": f"{OUTPUTS}/lime.npz", "offset": 0, "data": b"x"} | how.get("piece", {})
        for number in range(how.get("pieces", 1)):
            more = {"offset": number * PIECE, "data": b"x" * PIECE} if "pieces" in how else {}
            answer = await call("piece", machine=machine, ticket=ticket, **piece | more)
        if REFUSED in answer:
            return answer
        result = how.get("bytes") or make_result(its, **how["result"])
        return await call("done", machine=machine, ticket=ticket, result=result)

    assert REFUSED in at_desk(its, class_keys, work)
    error = future.exception(5)
    assert isinstance(error, MachineError)
    assert "gpu1: what it sent was refused: " in str(error)
    for one in (folder, other):
        assert load_result(one) is None
        assert list((one / "work").iterdir()) == []


def test_full_disk_of_the_driver_is_not_laid_to_the_machine(
    driver: Driver, class_keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    its = driver()
    future: Future[None] = its.submit(run_job, order_run(tmp_path, "b01"))
    full = Mock(side_effect=OSError(errno.ENOSPC, "No space left on device"))
    monkeypatch.setattr("grader.cluster.parcel.Parcel.add_piece", full)

    async def work(call: Call, machine: str) -> dict[str, Any]:
        ticket = (await call("take", machine=machine, place=0))["ticket"]
        return await call("piece", machine=machine, ticket=ticket, name=EXECUTED, offset=0, data=b"x")

    assert REFUSED in at_desk(its, class_keys, work)
    assert "could not be kept here: No space left on device" in str(future.exception(5))
    assert [one.faults for one in its.desk.machines.values()] == [[]]


def test_worker_cannot_touch_what_another_machine_has(driver: Driver, class_keys: Keys, tmp_path: Path) -> None:
    its = driver()
    its.submit(run_job, order_run(tmp_path, "b01"))

    async def work(call: Call, machine: str) -> list[dict[str, Any]]:
        ticket = (await call("take", machine=machine, place=0))["ticket"]
        thief = (await call("hello", hello=make_hello("thief").model_dump(mode="json")))["machine"]
        its_name = {"name": "handin.ipynb", "offset": 0}
        return [
            await call("read", machine=thief, ticket=ticket, **its_name),
            await call("done", machine=thief, ticket=ticket, result=b"{}"),
            await call("piece", machine=thief, ticket=ticket, data=b"x", **its_name),
            await call("read", machine=machine, ticket=ticket, name="../b02/handin.ipynb", offset=0),
            await call("read", machine=machine, name="bank/lime.yaml", offset=0),
            await call("read", machine="guessed", ticket=ticket, **its_name),
        ]

    answers = at_desk(its, class_keys, work)
    assert all(REFUSED in one for one in answers[:5])
    assert answers[5] == {"unknown": True}


def test_worker_with_another_package_version_is_refused_and_named(driver: Driver, class_keys: Keys) -> None:
    its, seen = driver(), list[Event]()

    async def come() -> dict[str, Any]:
        line = Line(f"127.0.0.1:{its.port}", class_keys)
        return await line.call("hello", hello=make_hello("old", numpy="1.26.4").model_dump(mode="json"))

    assert "old: numpy 1.26.4; expected " in asyncio.run(come())[REFUSED]
    assert "refused a worker: old: numpy 1.26.4; expected " in list_notes(its, seen)


@pytest.mark.parametrize("hello", [None, 7, {"host": "a b"}, {"host": "x", "pid": 1, "places": []}, b"\x80"])
def test_hello_that_is_none_is_refused(driver: Driver, class_keys: Keys, hello: object) -> None:
    its = driver()

    async def come() -> dict[str, Any]:
        return await Line(f"127.0.0.1:{its.port}", class_keys).call("hello", hello=hello)

    assert REFUSED in asyncio.run(come())
    assert not its.desk.machines


def test_plain_tcp_is_refused_and_told(driver: Driver, class_keys: Keys) -> None:
    its, seen = driver(), list[Event]()

    async def come() -> dict[str, Any]:
        return await asyncio.wait_for(Line(f"127.0.0.1:{its.port}", None).call("hello"), 20)

    with pytest.raises((OSError, TimeoutError)):
        asyncio.run(come())
    assert wait_until(lambda: "refused a connection: " in list_notes(its, seen))


def read_one(port: int, tls: ssl.SSLContext) -> bytes:
    """Return the first byte that a driver sends once the connection is made; in TLS 1.3 it may refuse only then."""
    with socket.create_connection(("127.0.0.1", port), 10) as plain, tls.wrap_socket(plain) as wrapped:
        if not (data := wrapped.recv(1)):
            raise OSError("the connection was reset")
        return data


@pytest.mark.parametrize("who", ["without a certificate", "with another class's"])
def test_client_without_the_classs_certificate_is_refused_and_told(driver: Driver, tmp_path: Path, who: str) -> None:
    its, seen = driver(), list[Event]()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    if who == "with another class's":
        other = make_keys(tmp_path / "other")
        tls.load_cert_chain(other.certificate, other.key)
    with pytest.raises(OSError, match=r"certificate|alert|reset|EOF"):
        read_one(its.port, tls)
    assert wait_until(lambda: "TLS handshake failed" in list_notes(its, seen))
    assert not its.desk.machines


def test_worker_does_not_trust_a_driver_of_another_class(driver: Driver, tmp_path: Path) -> None:
    its = driver()

    async def come() -> dict[str, Any]:
        return await Line(f"127.0.0.1:{its.port}", make_keys(tmp_path / "other")).call("hello")

    with pytest.raises(OSError, match="TLS certificate does not match"):
        asyncio.run(come())


def test_largest_piece_is_read(driver: Driver, class_keys: Keys) -> None:
    its = driver()
    line = Line(f"127.0.0.1:{its.port}", class_keys)
    assert asyncio.run(line.call("piece", data=b"x" * PIECE)) == {"unknown": True}


def attack(port: int, keys: Keys, file: Path, how: str) -> None:
    command = [sys.executable, str(ATTACKER), f"tls://127.0.0.1:{port}", str(keys.key.parent), str(file), how]
    subprocess.run(command, capture_output=True, timeout=60, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["call", "serialize", "handshake"])
def test_taken_over_worker_makes_the_driver_unpickle_nothing(
    driver: Driver, class_keys: Keys, tmp_path: Path, how: str
) -> None:
    its, seen = driver(), list[Event]()
    attack(its.port, class_keys, tmp_path / "ran", how)
    assert wait_until(lambda: "frames, as for a pickle" in list_notes(its, seen))
    assert not (tmp_path / "ran").exists()
    asyncio.run(Line(f"127.0.0.1:{its.port}", class_keys).call("hello"))  # and it is there for others


@pytest.mark.slow
def test_dask_as_it_is_would_unpickle(class_keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    core = pytest.importorskip("distributed.protocol.core")
    protocol = pytest.importorskip("distributed.protocol")
    real, loads = core.pickle, core.loads

    async def serve() -> None:
        monkeypatch.setattr(core, "pickle", real)
        for module in (core, protocol):
            monkeypatch.setattr(module, "loads", loads)
        listener = await listen("127.0.0.1", 0, class_keys, {}, lambda _: None)
        core.pickle, core.loads, protocol.loads = real, loads, loads  # what `listen` shut is open again
        port = int(listener.contact_address.rpartition(":")[2])
        await asyncio.to_thread(attack, port, class_keys, tmp_path / "ran", "call")
        listener.stop()

    asyncio.run(serve())
    assert (tmp_path / "ran").exists()


def test_address_of_a_caller_is_not_its_to_say(driver: Driver, class_keys: Keys) -> None:
    its = driver()

    async def come() -> dict[str, Any]:
        line = Line(f"127.0.0.1:{its.port}", class_keys)
        return await line.call("hello", hello=make_hello().model_dump(mode="json"), peer="10.0.0.9")

    asyncio.run(come())
    assert [one.origin for one in its.desk.machines.values()] == ["127.0.0.1"]
