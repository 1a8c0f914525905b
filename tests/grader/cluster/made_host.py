"""`hw9 worker` on a machine with made-up GPUs: `python made_host.py COUNT ARGUMENT...`; the sandbox is the real one."""

import sys
from unittest.mock import patch

from grader.cluster.machine import Device
from grader.commands.main import main
from grader.sandbox import check
from grader.sandbox.gpu import Gpu


def make_gpu(number: int) -> tuple[Device, Gpu]:
    uuid = f"GPU-made-up-{number}"
    return Device(uuid=uuid, name="Made Up 9000", memory_mib=24_000, driver="570.0"), Gpu(uuid, number)


def answer(view: object, code: str) -> str:
    """Say that CUDA works on them."""
    return "" if code == check.ASK_CUDA else TRY(view, code)


if __name__ == "__main__":
    TRY = check._try_cage
    gpus = tuple(make_gpu(number) for number in range(int(sys.argv[1])))
    with patch("grader.cluster.devices.find_devices", lambda: gpus), patch.object(check, "_try_cage", answer):
        sys.exit(main(["worker", *sys.argv[2:]]))
