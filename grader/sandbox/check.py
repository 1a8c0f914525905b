"""Does the sandbox work on this machine? Asked before any notebook runs, and answered with the way to mend it."""

import os
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from assignment.assignment import Limits
from assignment.course import Course, open_course
from assignment.fixable import Fault, FixableError, check_all
from grader.release.bundle import list_bundled
from grader.sandbox import cage
from grader.sandbox.gpu import Gpu
from grader.sandbox.private import to_private
from grader.sandbox.user import hold_user

NEEDED = ("bwrap", "prlimit", "setpriv")
DAC_OVERRIDE = 1 << 1  # the right to open what belongs to another user, among those in /proc/self/status
SPACES = ("user", "mnt", "pid", "net", "ipc", "uts")
# Settings of the kernel by which nobody but root gets namespaces: which values let them, and the one to ask for.
SETTINGS = {
    **{f"user.max_{name}_namespaces": (range(1000, 2**31), 10_000) for name in SPACES},
    "kernel.unprivileged_userns_clone": (range(1, 2), 1),  # of Debian
    "kernel.apparmor_restrict_unprivileged_userns": (range(1), 0),  # of Ubuntu
}
USUAL = (
    " (Ubuntu 24.04: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0; in a container: run it with"
    " --security-opt seccomp=unconfined --cap-add SYS_ADMIN)"
)
OTHERWISE = "; --no-sandbox runs your own notebook, and only that, without"
ASK_CUDA = """import ctypes, sys
code = ctypes.CDLL("libcuda.so.1").cuInit(0)
sys.exit(f"cuInit gave error {code}" if code else 0)"""
TRIAL_SECONDS = 300  # far longer than a loaded machine takes to start Python in a cage
LIMITS = Limits(
    cell_seconds=5,
    notebook_seconds=5,
    cpu_seconds=5,
    memory_mib=1024,
    processes=64,
    file_mib=1,
    work_mib=1,
    output_mib=1,
)


def check_cage(gpus: Sequence[Gpu] = ()) -> None:
    """Raise FixableError where no cage, or none with one of the GPUs, can be made; it says what mends it."""
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing:
        raise FixableError(
            f"sandbox: {', '.join(missing)}: not found; expected bubblewrap 0.7 or newer and util-linux"
            " (Debian, Ubuntu: sudo apt-get install bubblewrap util-linux; else ask the administrators for them, for"
            f" every machine that runs notebooks){OTHERWISE}"
        )
    _check_rights()
    offered = subprocess.run(["bwrap", "--help"], capture_output=True, text=True, check=False).stdout
    if "--size" not in offered:
        raise FixableError(f"sandbox: this bubblewrap has no --size; expected version 0.7 or newer{OTHERWISE}")
    trial = cage.View(token="trial", run="trial", limits=LIMITS, course=open_course())
    check_refusal(_try_cage(trial, "import assignment, ipykernel"))
    for gpu in gpus:
        if complaint := _try_cage(replace(trial, gpu=gpu), ASK_CUDA):
            raise FixableError(
                f"sandbox: GPU {gpu.uuid}: {complaint}; expected one that CUDA can use from inside the sandbox"
                " (`nvidia-smi` says how it is; `ldconfig -p` must list the driver); --device cpu does without"
            )


def check_readable(course: Course) -> None:
    """Raise FixableError with every file of a course that a notebook's own user, when we are root, could not read."""
    if os.getuid() != 0:
        return
    check_all(
        Fault((str(path),), "only its owner may read it; expected one that everybody may (chmod -R a+rX the course)")
        for path in list_bundled(course).values()
        if path.exists() and not path.stat().st_mode & stat.S_IROTH
    )


def _check_rights() -> None:
    """Raise FixableError for a root that could start kernels and not reach them: students would be blamed."""
    if os.getuid() == 0 and not find_rights() & DAC_OVERRIDE:
        raise FixableError(
            "sandbox: root without CAP_DAC_OVERRIDE, which cannot reach the kernels of the notebooks' own users;"
            f" expected root with it (in a container: --cap-add DAC_OVERRIDE), or an ordinary user{OTHERWISE}"
        )


def find_rights() -> int:
    """Return the rights of this process (its effective capabilities), a bit each."""
    status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return int(next(line.partition(":")[2] for line in status if line.startswith("CapEff:")), 16)


def check_refusal(complaint: str) -> None:
    """Raise FixableError for what a trial cage complained about; '' means that it worked."""
    if not complaint:
        return
    if "bwrap:" in complaint:
        raise FixableError(
            f"sandbox: bubblewrap was refused: {complaint}; expected a machine that lets it make namespaces"
            f"{ask_for(list_refusals()) or USUAL}{OTHERWISE}"
        )
    raise FixableError(
        f"sandbox: the Python environment does not work inside: {complaint}; expected one that every user may read"
        f" (python -m venv, umask 022){OTHERWISE}"
    )


def list_refusals(kernel: Path = Path("/proc/sys")) -> list[str]:
    """Return what lets an ordinary user make namespaces, where a setting of the kernel does not."""
    asked = []
    for name, (enough, wanted) in SETTINGS.items():
        file = kernel / name.replace(".", "/")
        value = file.read_text(encoding="ascii").strip() if file.exists() else ""
        if value.isdigit() and int(value) not in enough:
            asked.append(f"sysctl -w {name}={wanted} (it is {value})")
    return asked


def ask_for(asked: Sequence[str]) -> str:
    """Return how to put it to the administrators; '' for nothing.

    >>> ask_for(["sysctl -w user.max_net_namespaces=10000 (it is 0)"])
    '. Ask the administrators, for every machine that runs notebooks: sysctl -w user.max_net_namespaces=10000 (it is 0)'
    """
    return f". Ask the administrators, for every machine that runs notebooks: {', '.join(asked)}" if asked else ""


def _try_cage(view: cage.View, code: str) -> str:
    """Run Python code in a cage as a notebook would be; return what it complained about, '' when it worked."""
    with hold_user() as uid:
        return _run_python(replace(view, uid=uid), code)


def _run_python(view: cage.View, code: str) -> str:
    files = cage.open_files(view, b"{}", os.open(os.devnull, os.O_RDWR))
    command = cage.to_command(view)
    python = [part for part in command[: command.index("-P")] if part not in cage.GATE]
    argv = [*to_private(view), *cage.to_bubblewrap(view, files), *python, "-P", "-c", code]
    try:
        done = subprocess.run(
            argv,
            capture_output=True,
            text=True,
            timeout=TRIAL_SECONDS,
            pass_fds=files.all,
            env=cage.find_outer_environment(),
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {TRIAL_SECONDS} s"
    finally:
        files.close()
    return "" if done.returncode == 0 else " ".join(done.stderr.split())[-500:] or f"exit code {done.returncode}"
