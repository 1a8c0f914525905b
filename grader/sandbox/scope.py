"""A systemd user scope as a group: asked of the user's own manager, and kept while we read what it counted.

A scope is gone with its last process. So a process of ours stays in it, outside the cage, until we have read the peak
and the kills and end it, or end ourselves.
"""

import contextlib
import os
import shutil
import signal
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

RUNTIME = Path("/run/user")
JOB = "SLURM_JOB_ID"
SOCKETS = ("bus", "systemd/private")  # by either of them a manager is asked
# Waits in the scope, beside what it then becomes, for the end of the process that is the first argument.
KEEP = 'tail --pid="$1" -f /dev/null </dev/null >/dev/null 2>&1 & shift; exec "$@"'
# Whether a scope's limit of memory, the first argument in bytes, is one: without the controller it is only accepted.
CHECK = 'own=$(sed -n "s/^0:://p" /proc/self/cgroup) && [ "$(cat "/sys/fs/cgroup$own/memory.max")" = "$1" ]'
# The newest systemd first: from 254 on it may expand variables in our `sh -c`, from 253 on it may end a whole scope in
# which the kernel ended one process.
DIALECTS = (("--expand-environment=no", "-p", "OOMPolicy=continue"), ("-p", "OOMPolicy=continue"), ())


def find_manager(
    environment: Mapping[str, str] = os.environ, user: int | None = None, runtime: Path = RUNTIME
) -> tuple[str, ...]:
    """Return the command by which the user's own systemd manager is asked; () where there is none to ask.

    cron, su and batch systems leave the variables out by which it is found, or leave another user's in. A Slurm job
    does not ask: what a manager starts is outside the job, its limits and its end.
    """
    user = find_outer_user() if user is None else user
    if user == 0 or JOB in environment or not shutil.which("systemd-run"):
        return ()
    own = runtime / str(user)
    places = [Path(environment["XDG_RUNTIME_DIR"])] if environment.get("XDG_RUNTIME_DIR") else []
    folder = next((one for one in (*places, own) if any(_is_own_socket(one / name) for name in SOCKETS)), None)
    if folder is None:
        return ()
    told = [f"XDG_RUNTIME_DIR={folder}"]
    if _is_own_socket(folder / "bus"):
        told.append(f"DBUS_SESSION_BUS_ADDRESS=unix:path={folder}/bus")
    return ("env", *told, "systemd-run", "--user", "--scope", "--quiet", "--collect")


def to_scope(manager: tuple[str, ...], name: str, memory_mib: int, tasks: int) -> tuple[str, ...]:
    """Return what stands before a command so that it runs in a scope with these limits; () where none can be had."""
    limits = (f"MemoryMax={memory_mib}M", "MemorySwapMax=0", f"TasksMax={tasks}")
    options = tuple(part for limit in limits for part in ("-p", limit))
    trial = ("--", "/bin/sh", "-c", CHECK, "hw9", str(memory_mib * 2**20))
    for dialect in DIALECTS if manager else ():
        asked = (*manager, *dialect, *options)
        if _works([*asked, *trial]):
            return (*asked, f"--unit={name}", "--")
    return ()


def to_keeper(owner: int) -> tuple[str, ...]:
    """Return what stands before a command in a scope so that the scope stays as long as the process `owner`."""
    return ("/bin/sh", "-c", KEEP, "hw9", str(owner))


def end_keeper(scope: Path) -> None:
    """End what is left in a scope; the cage must be dead."""
    with contextlib.suppress(OSError):
        for pid in (scope / "cgroup.procs").read_text().split():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)


def find_outer_user(table: Path = Path("/proc/self/uid_map")) -> int:
    """Return our uid as it is outside a user namespace whose root we may be."""
    uid = os.getuid()
    for line in table.read_text().splitlines():
        first, outside, count = map(int, line.split())
        if first <= uid < first + count:
            return outside + uid - first
    return uid


def _is_own_socket(path: Path) -> bool:
    try:
        found = path.stat()
    except OSError:
        return False
    return stat.S_ISSOCK(found.st_mode) and found.st_uid == os.getuid()


def _works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False
