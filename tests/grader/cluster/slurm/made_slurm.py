"""A Slurm of the system's own programs on one machine, as processes of a test: a controller, and nodes with GPUs.

The GPUs are made up. Each daemon has a host name of its own, and is the only child of the first process of a process
namespace: when that is killed, all that the daemon ever started is gone. As root the jobs are an ordinary user's; else
all is that user's.
"""

import getpass
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.grader.ordinary import ROOT, UID, to_ordinary, to_view
from tests.patience import wait_until

ROOT_USER = os.getuid() == 0
USER = "grader" if ROOT_USER else getpass.getuser()
PATH = f"{os.environ['PATH']}:/usr/sbin:/sbin"
PACKAGES = {"munged": "munge", "slurmctld": "slurmctld", "slurmd": "slurmd", "sbatch": "slurm-client"}
HEAD, NODES = "head", ("gpu1", "gpu2")  # of two GPUs each; on the first Slurm gives out one of them
# Waits for its command, and for whatever else loses its parent.
BOOT = 'hostname "$1" && shift && "$@"; exit'
LIFE = ["setpriv", "--pdeathsig", "KILL", "unshare", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc"]
CONFIG = """ClusterName=hw9
SlurmctldHost={head}(127.0.0.1)
SlurmctldPort={ports[0]}
AuthInfo=socket={folder}/munge/socket
SlurmUser={owner}
SlurmdUser={owner}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/%n.log
PlugStackConfig={folder}/plugstack.conf
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SlurmdParameters=config_overrides
GresTypes=gpu
MailProg=/bin/true
ReturnToService=2
SlurmdTimeout=30
KillWait=5
NodeName={head} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=8 RealMemory=16000
NodeName=gpu1 NodeAddr=127.0.0.1 Port={ports[2]} CPUs=8 RealMemory=16000 Gres=gpu:made_up:1
NodeName=gpu2 NodeAddr=127.0.0.1 Port={ports[3]} CPUs=8 RealMemory=16000 Gres=gpu:made_up:2
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""
GRES = """NodeName=gpu1 Name=gpu Type=made_up File={folder}/nvidia0
NodeName=gpu2 Name=gpu Type=made_up File={folder}/nvidia[0-1]
"""
NVIDIA_SMI = """#!/bin/sh
for number in 0 1; do case $1 in
-L) echo "GPU $number: Made Up 9000 (UUID: GPU-$(hostname)-$number)" ;;
*) echo "GPU-$(hostname)-$number, Made Up 9000, 24000, 570.0" ;;
esac; done
"""
CUDA = '''"""Says in a job that CUDA works on the made-up GPUs; cages are tried as ever."""
import os, sys
if "worker" in sys.orig_argv and "SLURM_JOB_ID" in os.environ:
    from grader.sandbox import check
    TRY = check._try_cage
    check._try_cage = lambda view, code: "" if code == check.ASK_CUDA else TRY(view, code)
'''


class Slurm:
    """A site, its daemons, and the home of the one who uses it."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder, self.home = folder, home
        self.daemons: dict[str, subprocess.Popen[bytes]] = {}
        *ports, self.port = find_ports(5)
        self._write(ports)
        tools = {"PATH": f"{folder}/bin:{PATH}", "PYTHONPATH": f"{ROOT}:{folder}/python"}
        where = {"SLURM_CONF": f"{folder}/etc/slurm.conf", "HOME": str(home), "TMPDIR": str(home / "tmp")}
        self.environment: Mapping[str, str] = {**os.environ, **tools, **where, "OMP_NUM_THREADS": "1"}

    def _write(self, ports: list[int]) -> None:
        owner = "root" if ROOT_USER else USER
        files = {
            "etc/slurm.conf": CONFIG.format(head=HEAD, ports=ports, folder=self.folder, owner=owner),
            "etc/gres.conf": GRES.format(folder=self.folder),
            "etc/cgroup.conf": "",
            "hosts": "".join(f"127.0.0.1 {name}\n" for name in ("localhost", HEAD, *NODES)),
            "plugstack.conf": "",
            "bin/nvidia-smi": NVIDIA_SMI,
            "python/sitecustomize.py": CUDA,
        }
        if ROOT_USER:
            files["passwd"] = f"root:x:0:0::/root:/bin/sh\n{USER}:x:{UID}:{UID}::{self.home}:/bin/sh\n"
            files["group"] = f"root:x:0:\n{USER}:x:{UID}:\n"
        for name, text in files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text)
        (self.folder / "bin" / "nvidia-smi").chmod(0o755)
        for number in (0, 1):
            (self.folder / f"nvidia{number}").symlink_to("/dev/null")
        for name in ("munge", "state", *(f"spool-{node}" for node in (HEAD, *NODES))):
            (self.folder / name).mkdir(mode=0o755)
        (self.folder / "munge" / "key").touch(mode=0o600)
        (self.folder / "munge" / "key").write_bytes(secrets.token_bytes(128))

    def start(self) -> None:
        """Start all of it; the nodes are ready on return."""
        munge = self.folder / "munge"
        names = {"socket": "socket", "key-file": "key", "log-file": "log", "pid-file": "pid", "seed-file": "seed"}
        # --force: within a namespace of an ordinary user nobody known owns /tmp
        options = ["--foreground", "--force", "--origin=127.0.0.1"]
        self._start("munged", "munged", *options, *(f"--{name}={munge / file}" for name, file in names.items()))
        self._wait((munge / "socket").exists)
        self._start(HEAD, "slurmctld", "-D", "-i")
        for node in (HEAD, *NODES):
            self.start_node(node)
        self._wait(lambda: self.ask("sinfo", "-h", "-N", "-o", "%T").split() == ["idle"] * 3)

    def _wait(self, holds: Callable[[], bool]) -> None:
        ended = lambda: [name for name, one in self.daemons.items() if one.poll() is not None]  # noqa: E731
        assert wait_until(lambda: ended() or holds())
        assert not ended(), "".join(file.read_text() for file in self.folder.glob("*.said"))

    def start_node(self, node: str) -> None:
        self._start(node, "slurmd", "-D")

    def _start(self, host: str, *command: str) -> None:
        before = [] if ROOT_USER else ["unshare", "--user", "--map-root-user"]
        again = [] if ROOT_USER else ["unshare", "--user", f"--map-user={os.getuid()}", f"--map-group={os.getgid()}"]
        boot = [*before, *to_view(self.folder), *LIFE, "/bin/sh", "-c", BOOT, "hw9", host, *again]
        with (self.folder / f"{command[0]}-{host}.said").open("ab") as said:
            daemon = subprocess.Popen([*boot, *command], env=self.environment, stdout=said, stderr=said, cwd="/")
        self.daemons[f"{command[0]} {host}"] = daemon

    def cut_power(self, node: str) -> None:
        """Kill a node's slurmd and every process of its jobs, at once."""
        kill(self.daemons.pop(f"slurmd {node}"))

    def ask(self, *command: str) -> str:
        """Run a command of Slurm's as whoever owns it, and return what it prints."""
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False).stdout.strip()

    def run(self, *command: str) -> str:
        """Run a command as the ordinary user, at home, and return what it prints."""
        whole = [*to_ordinary(ids=self.folder), *command]
        done = subprocess.run(whole, env=self.environment, cwd=self.home, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def submit(self, script: str, *options: str) -> str:
        """Submit a script of the home; return the number of its job."""
        return self.run("sbatch", "--parsable", *options, script).strip()

    def is_over(self, job: str) -> bool:
        """Tell whether a job ended, an array as a whole, and waits for nothing."""
        return self.ask("squeue", "--noheader", "--jobs", job, "--states=PD,R,CG") == ""

    def read_log(self, name: str) -> str:
        """Return what jobs wrote into the logs that their scripts name, one after another."""
        return "".join(file.read_text() for file in sorted(self.home.glob(name)))

    def close(self) -> None:
        for daemon in reversed(self.daemons.values()):
            kill(daemon)


def kill(daemon: "subprocess.Popen[bytes]") -> None:
    daemon.send_signal(signal.SIGKILL)
    daemon.wait()


def find_ports(count: int) -> list[int]:
    """Return ports that are free."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def skip_without_slurm() -> None:
    missing = [package for program, package in PACKAGES.items() if shutil.which(program, path=PATH) is None]
    if missing:
        pytest.skip(f"no {', '.join(missing)} (apt-get install {' '.join(PACKAGES.values())}): no Slurm was started")


@contextmanager
def open_slurm() -> Iterator[Slurm]:
    """Give a running site; skip the test where Slurm's programs are missing."""
    skip_without_slurm()
    with tempfile.TemporaryDirectory(prefix="hw9-slurm-", dir="/tmp") as place:
        folder, home = Path(place), Path(place) / "home"
        folder.chmod(0o755)
        (home / "tmp").mkdir(parents=True)
        slurm = Slurm(folder, home)
        for path in (home, home / "tmp") if ROOT_USER else ():
            os.chown(path, UID, UID)
        try:
            slurm.start()
            yield slurm
        finally:
            slurm.close()
