"""Boot the image with a job, and return what it said. The processor is emulated: no KVM is needed."""

import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.grader.machine.image import ROOT, Image

ROOMS = ("assignment", "grader", "questions", "reference")
MEMORY_MIB = 3072
# Its clock goes by the instructions that it has executed, one a nanosecond, and jumps where it waits: so no time limit
# in it depends on how busy this machine is.
CLOCK = ("-icount", "shift=0,sleep=off", "-rtc", "clock=vm")


def boot(image: Image, files: Mapping[str, Path | str], seconds: int) -> str:
    """Return what `job.py`, one of the files, said as root under systemd; the image stays as it is.

    The rooms lie in the job's folder `/job/hw9`. AssertionError with the console's last lines where the machine is
    not off after so many seconds.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pack(folder / "job.tar", files)
        said, console = folder / "said", folder / "console"
        command = [
            *("qemu-system-x86_64", "-accel", "tcg", *CLOCK, "-cpu", "max", "-m", str(MEMORY_MIB)),
            *("-kernel", str(image.kernel), "-initrd", str(image.initrd)),
            *("-append", "root=/dev/vda rw console=ttyS0 quiet"),
            *("-drive", f"file={image.disk},format=raw,if=virtio,snapshot=on"),
            *("-drive", f"file={folder / 'job.tar'},format=raw,if=virtio,readonly=on"),
            *("-display", "none", "-monitor", "none", "-nic", "none", "-no-reboot"),
            *("-serial", f"file:{console}", "-serial", f"file:{said}"),
        ]
        try:
            subprocess.run(command, timeout=seconds, check=True, capture_output=True)
        except subprocess.TimeoutExpired:
            words = "".join(path.read_text(errors="replace")[-3000:] for path in (console, said))
            raise AssertionError(f"the machine is not off after {seconds} s: {words}") from None
        return said.read_text(errors="replace")


def pack(tar: Path, files: Mapping[str, Path | str]) -> None:
    """Write the job's disk: the rooms as git lists them, and the files by their names there."""
    listed = subprocess.run(["git", "ls-files", "-z", *ROOMS], cwd=ROOT, check=True, capture_output=True, text=True)
    with tempfile.TemporaryDirectory() as aside, tarfile.open(tar, "w") as packed:
        for ours in filter(None, listed.stdout.split("\0")):
            if (ROOT / ours).is_file():
                packed.add(ROOT / ours, f"hw9/{ours}")
        for name, one in files.items():
            path = one if isinstance(one, Path) else _write(Path(aside) / "text", one)
            packed.add(path, name)
    with tar.open("ab") as disk:
        disk.truncate((disk.tell() + 2**20 - 1) // 2**20 * 2**20)


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
