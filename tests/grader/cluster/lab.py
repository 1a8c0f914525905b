"""Three machines on one: network namespaces joined to the driver's by a cable each, which a test may pull.

As root the namespaces are made as such; an ordinary user is root of a user namespace around them, and what is started
there is an ordinary user again.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
ROOT_USER = os.getuid() == 0
ORDINARY = [] if ROOT_USER else ["unshare", "--user", f"--map-user={os.getuid()}", f"--map-group={os.getgid()}"]


class Lab:
    """The driver's machine and the others, by their processes that hold the namespaces."""

    def __init__(self, folder: Path, hosts: int) -> None:
        self.folder, self.started = folder, list["subprocess.Popen[bytes]"]()
        self.hub = self._hold(["unshare", *([] if ROOT_USER else ["--user", "--map-root-user"]), "--net"])
        self.hosts = [self._hold([*self._enter(self.hub), "unshare", "--net"]) for _ in range(hosts)]
        for number, host in enumerate(self.hosts):
            self._ip("link", "add", f"hub{number}", "type", "veth", "peer", "name", "cable", "netns", str(host.pid))
            self._ip("addr", "add", f"10.77.{number}.1/24", "dev", f"hub{number}")
            self._ip("link", "set", f"hub{number}", "up")
            for words in (("addr", "add", f"10.77.{number}.2/24", "dev", "cable"), ("link", "set", "cable", "up")):
                subprocess.run([*self._enter(host), "ip", *words], check=True)
            subprocess.run([*self._enter(host), "ip", "link", "set", "lo", "up"], check=True)
        self._ip("link", "set", "lo", "up")

    def _hold(self, head: list[str]) -> "subprocess.Popen[bytes]":
        """Start a process that holds new namespaces, and return it once it is in them."""
        holder = subprocess.Popen([*head, "sh", "-c", "echo; exec sleep 100000"], stdout=subprocess.PIPE)
        assert holder.stdout is not None
        assert holder.stdout.read(1) == b"\n"
        self.started.append(holder)
        return holder

    def _enter(self, holder: "subprocess.Popen[bytes]") -> list[str]:
        user = [] if ROOT_USER else ["--user", "--preserve-credentials"]
        return ["nsenter", "--target", str(holder.pid), *user, "--net"]

    def _ip(self, *words: str) -> None:
        subprocess.run([*self._enter(self.hub), "ip", *words], check=True)

    def pull(self, number: int) -> None:
        """Pull a machine's cable: nobody is told."""
        self._ip("link", "set", f"hub{number}", "down")

    def plug(self, number: int) -> None:
        """Put it back."""
        self._ip("link", "set", f"hub{number}", "up")

    def start_worker(self, number: int, gpus: int, keys: Path, *more: str) -> "subprocess.Popen[bytes]":
        """Start `hw9 worker` with made-up GPUs on a machine."""
        arguments = [f"10.77.{number}.1:8790", "--keys", str(keys), "--name", f"host{number}", *more]
        arguments += ["--cache", str(self.folder / f"cache{number}")]
        return self._start(self.hosts[number], f"host{number}", "made_host.py", str(gpus), *arguments)

    def start_driver(self, *arguments: str) -> "subprocess.Popen[bytes]":
        return self._start(self.hub, "hub", "made_driver.py", *arguments)

    def _start(self, holder: "subprocess.Popen[bytes]", name: str, *command: str) -> "subprocess.Popen[bytes]":
        scratch = self.folder / f"tmp-{name}"
        scratch.mkdir(exist_ok=True)
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(scratch), "OMP_NUM_THREADS": "1"}
        head = [*self._enter(holder), *ORDINARY, sys.executable]
        with self.open_log(name) as log:
            started = subprocess.Popen([*head, str(HERE / command[0]), *command[1:]], env=environment, stderr=log)
        self.started.append(started)
        return started

    def open_log(self, name: str) -> IO[bytes]:
        return (self.folder / f"{name}.log").open("ab")

    def close(self) -> None:
        for one in reversed(self.started):
            signal_all(find_tree(one.pid), signal.SIGKILL)
            one.wait()


@contextmanager
def open_lab(folder: Path, hosts: int) -> Iterator[Lab]:
    lab = Lab(folder, hosts)
    try:
        yield lab
    finally:
        lab.close()


def find_tree(root: int) -> list[int]:
    """Return a process and all that come from it."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def signal_all(pids: list[int], number: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
