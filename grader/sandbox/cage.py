"""What a notebook sees of this machine: the bubblewrap command line, its limits and its environment.

Nothing is isolated by hand; bubblewrap does it. As an ordinary user it makes a user namespace. As root it makes none,
since root would stay root for the machine's kernel: the command changes to an unprivileged user of its own before
Python starts. All folders that the student may write to are memory file systems with a size limit; nothing of theirs
touches the disk.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assignment.assignment import Limits
from assignment.course import VARIABLE, Course
from grader.release.bundle import list_places
from grader.sandbox.descriptors import Files, hold
from grader.sandbox.gpu import Gpu, find_libraries, list_device_binds
from grader.sandbox.seccomp import export_filters

PROJECT = Path(__file__).resolve().parents[2]  # the checkout, or a site-packages folder
MIB = 1024 * 1024
WORK, HOME = "/hw9/work", "/hw9/home"
PROGRAM, KERNEL = Path(__file__).with_name("kernel_inside.py"), "/hw9/kernel.py"  # the kernel's, here and inside
PACKAGES = "/hw9/packages"
BESIDE = "/hw9/beside"  # what was handed in beside the notebook; copied into WORK by the notebook's user
MATPLOTLIB = f"{HOME}/matplotlib"
TERMINALS, MOST_TERMINALS = "/sys/fs/cgroup/hw9-terminals", 32  # `private.py` mounts that many, where it can
FOLDERS = (WORK, "/tmp", "/dev/shm", HOME)  # memory file systems that the student may write to
CUDA_MIB = 4096  # may be reserved beyond the limit: on an H100 the notebook reserves 4.1 GiB and uses 1.9
SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")  # often links into /usr, which is always in view
ETC = ("ld.so.cache", "fonts", "alternatives", "localtime")  # of /etc
OUTER = ("PATH", "LD_LIBRARY_PATH")  # of our variables: what the programs that build a cage need
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
# Of glibc: a freed tensor's pages are kept for the next one, else the machine clears millions of pages for a notebook.
ALLOCATOR = {"MALLOC_MMAP_THRESHOLD_": str(32 * MIB), "MALLOC_TRIM_THRESHOLD_": str(128 * MIB)}
HIDDEN = ("assignment", "questions", "reference", "grader", "tests", "benchmarks", ".git", "build", "dist")

# Ends unless its parent is the process of the first argument, enters the groups, becomes the command after "--".
HEAD = """[ "$PPID" = "$1" ] || exit 97; shift
while [ "$1" != -- ]; do echo 0 > "$1" || exit 98; shift; done; shift; exec "$@" """

# Waits inside for the supervisor's word. Until bubblewrap's first process has asked to die with its parent, a killed
# supervisor would leave the cage behind; without the word the cage ends of itself.
GATE = ["/bin/sh", "-c", 'read -r word && [ "$word" = go ] && exec "$@" < /dev/null 9>&2', "hw9"]

COPY = ["/bin/sh", "-c", f'cp -R {BESIDE}/. {WORK}/ || exit 96; exec "$@"', "hw9"]
# Where a fatal signal met the kernel is said on 9, our own stderr: ipykernel turns 2 into a student's output.
TELL = '--IPKernelApp.exec_lines=__import__("faulthandler").enable(9, False)'
NO_HISTORY = "--HistoryManager.enabled=False"
# From the first cell on torchvision can be imported beside any torch, which `assignment` sees to, and modules of the
# work folder can, as in Jupyter; but none of these before the kernel has started (-P).
IMPORT = '--IPKernelApp.exec_lines=__import__("assignment") and __import__("sys").path.insert(1, "")'


@dataclass(frozen=True)
class View:
    """One cage: whose it is, what it may use, and what it must not see."""

    token: str  # names the folder of the kernel's sockets, so that no folder of the machine is taken for it
    run: str  # the Run's name, so that a process can be told to belong to it
    limits: Limits
    course: Course  # of which it sees what students get
    uid: int | None = None  # as root: the user to become
    gpu: Gpu | None = None
    gpu_memory_mib: int | None = None  # its share of a GPU that others use too
    threads: int = 1
    fonts: Path | None = None  # a matplotlib font list made beforehand
    hidden: tuple[Path, ...] = ()
    beside: Path | None = None

    @property
    def sockets(self) -> str:
        """Where the kernel's sockets and its connection file lie inside."""
        return f"/hw9/run-{self.token}"


def to_head(parent: int, entrances: tuple[Path, ...]) -> list[str]:
    """Return the command that ties what follows to its parent's life and enters the control groups."""
    return ["setpriv", "--pdeathsig", "KILL", "/bin/sh", "-c", HEAD, "hw9", str(parent), *map(str, entrances), "--"]


def to_limits(view: View) -> list[str]:
    """Return the command that sets the limits of each process."""
    limits = find_limits(view.limits, view.gpu)
    return ["prlimit", *(f"--{name}={soft}:{hard}" for name, (soft, hard) in limits.items())]


def find_limits(limits: Limits, gpu: Gpu | None) -> dict[str, tuple[int, int]]:
    """Return each process's limits, soft and hard, by prlimit's names; no address space, of which torch reserves much.

    That of the user's processes is not among them: it is set once the user is the notebook's own.
    """
    data, file = (limits.memory_mib + (CUDA_MIB if gpu else 0)) * MIB, limits.file_mib * MIB
    cpu = limits.cpu_seconds + 10  # behind the supervisor's own limit, which names the reason
    return {"data": (data, data), "fsize": (file, file), "cpu": (cpu, cpu + 5), "core": (0, 0), "nofile": (1024, 4096)}


def to_command(view: View) -> list[str]:
    """Return what runs inside: limits that count per user are set once the user is ours, then the kernel starts."""
    become = []
    if view.uid is not None:
        user = str(view.uid)
        privileges = ["--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"]
        become = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", *privileges]
    nproc = ["prlimit", f"--nproc={view.limits.processes}:{view.limits.processes}"]
    nproc += COPY if view.beside else []
    return [*become, *GATE, *nproc, *to_kernel(KERNEL, f"{view.sockets}/connection.json"), TELL]


def to_kernel(program: str, connection_file: str) -> list[str]:
    """Return the command of a kernel, whose program lies at KERNEL in a cage and is PROGRAM without one."""
    return [sys.executable, "-P", program, "-f", connection_file, IMPORT, NO_HISTORY]


def to_bubblewrap(view: View, files: Files, *, more: Sequence[str] = ()) -> list[str]:
    """Return the bubblewrap command line up to and including `--`; `more` comes before all is made read-only."""
    privileges = ["--cap-drop", "ALL"]
    if view.uid is not None:
        privileges += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"]
    else:
        privileges = ["--unshare-user", "--uid", str(os.getuid()), "--gid", str(os.getgid()), *privileges]
    spaces = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    life = ["--die-with-parent", "--new-session", "--hostname", "hw9", "--info-fd", str(files.info)]
    filters = [part for one in files.filters for part in ("--add-seccomp-fd", str(one))]
    mounts = [part for _, mount in _add_parents(list_mounts(view)) for part in mount]
    return [
        *["bwrap", *spaces, *privileges, *life, *filters],
        *[*mounts, *_stubs(view, files), *more, *_seal(view), "--chdir", WORK],
        *["--clearenv", *_settings(make_environment(view)), "--"],
    ]


def open_files(view: View, connection: bytes, info: int) -> Files:
    """Return the descriptors for a cage; the process is said on `info`, which belongs to them from now on."""
    user = view.uid or os.getuid()
    passwd, group = f"student:x:{user}:{user}::{HOME}:/bin/sh\n", f"student:x:{user}:\n"
    filters, program = tuple(map(hold, export_filters())), hold(PROGRAM.read_bytes())
    return Files(filters, hold(connection), hold(passwd.encode()), hold(group.encode()), program, info)


def list_mounts(view: View) -> list[tuple[str, list[str]]]:
    """Return what is mounted where; deeper places come later, for they may lie inside, or hide a part of, others."""
    python = [path for path in find_python() if not any(parent in find_python() for parent in _list_above(path))]
    mounts = [*_system_mounts(), *((path, ["--ro-bind", path, path]) for path in python)]
    mounts += [(str(path), ["--perms", "0555", "--size", "65536", "--tmpfs", str(path)]) for path in list_covers(view)]
    mounts += [("/proc", ["--proc", "/proc"]), ("/dev", ["--dev", "/dev"])]
    mounts += [("/dev/pts", ["--dev-bind-try", TERMINALS, "/dev/pts"])]
    sizes = {WORK: view.limits.work_mib, "/tmp": view.limits.work_mib, "/dev/shm": view.limits.work_mib, HOME: 64}
    for path, size in {**sizes, view.sockets: 1}.items():
        mounts.append((path, ["--perms", "0777", "--size", str(size * MIB), "--tmpfs", path]))
    mounts += [(BESIDE, ["--ro-bind", str(view.beside), BESIDE])] if view.beside else []
    packages = {f"{PACKAGES}/{name}": str(path) for name, path in list_places(view.course).items()}
    mounts += [(inside, ["--ro-bind", path, inside]) for inside, path in packages.items()]
    return mounts + (_gpu_mounts(view.gpu) if view.gpu is not None else [])


def find_python() -> tuple[str, ...]:
    """Return the folders of the Python environment, which are seen at their own places."""
    prefixes = {sys.prefix, sys.base_prefix, *map(os.path.realpath, (sys.prefix, sys.base_prefix))}
    packages = {path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")}
    return tuple(sorted(path for path in prefixes | packages if path != "/usr" and Path(path).is_dir()))


def list_covers(view: View) -> tuple[Path, ...]:
    """Return the folders that must not be seen and that lie inside one that is."""
    secret = {*view.hidden, *(PROJECT / room for room in HIDDEN)}
    if (PROJECT / "pyproject.toml").exists():  # else it is a site-packages folder
        secret.add(PROJECT)
    seen = [Path(path) for path in ("/usr", *find_python())]
    inside = {path.resolve() for path in secret if path.is_dir()}
    return tuple(sorted(path for path in inside if any(path != place and path.is_relative_to(place) for place in seen)))


def find_outer_environment() -> dict[str, str]:
    """Return the variables for what builds a cage; its first process keeps them, and a notebook of our own user reads
    them in /proc/1/environ.
    """
    return {name: value for name in OUTER if (value := os.environ.get(name))}


def make_environment(view: View) -> dict[str, str]:
    """Return every variable that the kernel sees."""
    packages = [path for path in find_python() if Path(path).name in ("site-packages", "dist-packages")]
    share = {"CUDA_MPS_PINNED_DEVICE_MEM_LIMIT": f"0={view.gpu_memory_mib}M"} if view.gpu_memory_mib else {}
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": HOME,
        "LANG": "C.UTF-8",
        "TMPDIR": "/tmp",
        "PYTHONPATH": ":".join([PACKAGES, *packages]),
        "PYTHONNOUSERSITE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLCONFIGDIR": MATPLOTLIB,
        "IPYTHONDIR": f"{HOME}/ipython",
        **dict.fromkeys(THREADS, str(view.threads)),
        **ALLOCATOR,
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",  # else a tokenizer starts threads, beside which no process may be forked
        "JUPYTER_WIDGETS_ECHO": "0",  # no page is there to hear again what it said
        "CUDA_VISIBLE_DEVICES": view.gpu.uuid if view.gpu else "",
        **share,
        "HW9_DEVICE": "cuda" if view.gpu else "cpu",
        "HW9_RUN": view.run,
        "HW9_WORKER": str(os.getpid()),  # that a cage is known by, as another class may have a Run of this name
        VARIABLE: "",  # the course lies where the embedded one would
    }


def _add_parents(mounts: list[tuple[str, list[str]]]) -> list[tuple[str, list[str]]]:
    """Return the mounts by depth, before each the folders above it, which bubblewrap alone would make for root only."""
    parents = {parent for path, _ in mounts for parent in _list_above(path)} - {"/"}
    folders = [(path, ["--perms", "0755", "--dir", path]) for path in sorted(parents)]
    return sorted([*folders, *mounts], key=lambda pair: len(Path(pair[0]).parts))


def _list_above(path: str) -> list[str]:
    return [str(parent) for parent in Path(path).parents]


def _system_mounts() -> list[tuple[str, list[str]]]:
    mounts = [("/usr", ["--ro-bind", "/usr", "/usr"])]
    for path in map(Path, SYSTEM):
        if path.is_symlink():
            mounts.append((str(path), ["--symlink", os.readlink(path), str(path)]))
        elif path.is_dir():
            mounts.append((str(path), ["--ro-bind", str(path), str(path)]))
    for name in ETC:
        mounts.append((f"/etc/{name}", ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]))
    return mounts


def _gpu_mounts(gpu: Gpu) -> list[tuple[str, list[str]]]:
    devices = [(path, ["--dev-bind", path, path]) for path in map(str, list_device_binds(gpu))]
    outside = [str(path) for path in find_libraries() if not any(map(path.is_relative_to, ("/usr", *SYSTEM)))]
    return [*devices, *((path, ["--ro-bind", path, path]) for path in ("/sys", *outside))]


def _stubs(view: View, files: Files) -> list[str]:
    parts = []
    for descriptor, path in ((files.passwd, "/etc/passwd"), (files.group, "/etc/group"), (files.program, KERNEL)):
        parts += ["--perms", "0444", "--file", str(descriptor), path]
    parts += ["--perms", "0444", "--file", str(files.connection), f"{view.sockets}/connection.json"]
    parts += ["--perms", "0777", "--dir", MATPLOTLIB]
    if view.fonts is not None:
        for file in sorted(view.fonts.glob("fontlist-*.json")):
            parts += ["--ro-bind", str(file), f"{MATPLOTLIB}/{file.name}"]
    return parts


def _seal(view: View) -> list[str]:
    """Return what makes bubblewrap's own folders read-only, else they would be half the memory to write in."""
    places = [*map(str, list_covers(view)), "/dev", "/"]
    return [part for place in places for part in ("--remount-ro", place)]


def _settings(environment: dict[str, str]) -> list[str]:
    return [part for name, value in environment.items() for part in ("--setenv", name, value)]
