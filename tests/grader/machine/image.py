"""An image of Debian 12 for a virtual machine: systemd, cgroup v2, bubblewrap, what a cage needs of Python; no torch.

It is made once a recipe, in a minute or a few, and kept. Needs root, mmdebstrap, e2fsprogs and the registries of Debian
and of Python.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
KEPT = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "hw9-machine"
CONSTRAINTS = ROOT / "constraints.txt"
SYSTEM = (
    *("systemd", "systemd-sysv", "dbus", "dbus-user-session", "libpam-systemd", "udev", "linux-image-cloud-amd64"),
    *("initramfs-tools", "python3", "bubblewrap", "libseccomp2", "util-linux", "procps"),
)
# What `hw9 run` imports, with what these need.
PACKAGES = (
    *("filelock", "fonttools", "ipykernel", "jinja2", "jupyter_client", "nbclient", "nbformat", "numpy", "pillow"),
    *("pooch", "psutil", "pydantic", "pyyaml", "requests", "rich", "scikit-image"),
)
PURE = ("pyseccomp",)  # no wheel for every version, and no code to compile
PROGRAMS = ("mmdebstrap", "mke2fs", "qemu-system-x86_64")
USER, UID = "teacher", 1000  # an ordinary account, which lingers: it has a manager of its own without a login
SAID = "/dev/ttyS1"

# The job comes as a tar on the second disk, its words leave by the second serial line, then the machine is off.
UNIT = f"""[Unit]
Description=The job on the second disk
After=systemd-user-sessions.service user@{UID}.service
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'mkdir -p /job && tar -xf /dev/vdb -C /job && cd /job && exec python3 -P job.py'
ExecStopPost=/bin/systemctl poweroff --no-block
StandardOutput=file:{SAID}
StandardError=file:{SAID}
TimeoutStartSec=infinity
"""
HOOKS = (
    f'chroot "$1" useradd --create-home --uid {UID} --shell /bin/bash {USER}',
    f'mkdir -p "$1/var/lib/systemd/linger" && touch "$1/var/lib/systemd/linger/{USER}"',
    'echo walls > "$1/etc/hostname"; : > "$1/etc/fstab"',
)


@dataclass(frozen=True)
class Image:
    """The files that a machine is started from."""

    disk: Path
    kernel: Path
    initrd: Path


def name_missing() -> list[str]:
    """Return the programs that are missing here."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


def find_image() -> Image:
    """Return the image of this recipe, which is made where it is not kept yet."""
    recipe = (SYSTEM, PACKAGES, PURE, UNIT, HOOKS, CONSTRAINTS.read_text(encoding="utf-8"))
    folder = KEPT / hashlib.sha256(repr(recipe).encode()).hexdigest()[:16]
    if not folder.is_dir():
        aside = folder.with_name(f"{folder.name}.{os.getpid()}")
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        make_image(aside)
        with contextlib.suppress(OSError):  # another process was sooner
            aside.rename(folder)
        shutil.rmtree(aside, ignore_errors=True)
    return Image(folder / "root.ext4", folder / "vmlinuz", folder / "initrd.img")


def make_image(folder: Path) -> None:
    """Write `root.ext4`, `vmlinuz` and `initrd.img` into a folder."""
    root = folder / "root"
    options = [f"--dpkgopt=path-exclude=/usr/share/{one}/*" for one in ("man", "doc", "locale")]
    options += [f"--customize-hook={hook}" for hook in HOOKS]
    run("mmdebstrap", "--quiet", "--variant=minbase", "--mode=root", "--format=directory",
        f"--include={','.join(SYSTEM)}", *options, "bookworm", root)  # fmt: skip
    install(root, "--only-binary=:all:", *PACKAGES)
    install(root, "--no-deps", *PURE)
    units = root / "etc/systemd/system"
    (units / "job.service").write_text(UNIT)
    (units / "multi-user.target.wants/job.service").symlink_to("../job.service")
    for name in ("vmlinuz", "initrd.img"):
        shutil.copy(root / name, folder / name)
    for waste in ("var/cache/apt", "var/lib/apt/lists"):
        shutil.rmtree(root / waste, ignore_errors=True)
    used = sum(path.lstat().st_blocks * 512 for path in root.rglob("*")) >> 20
    run("mke2fs", "-q", "-t", "ext4", "-d", root, folder / "root.ext4", f"{used * 5 // 4 + 400}M")
    shutil.rmtree(root)


def install(root: Path, *words: str) -> None:
    """Install Python packages, as pinned, where Debian's own Python looks."""
    place = root / "usr/local/lib/python3.11/dist-packages"
    fits = ("--python-version", "3.11", "--implementation", "cp", "--abi", "cp311") if "--no-deps" not in words else ()
    run(
        sys.executable, "-m", "pip", "install", "--quiet", "--constraint", CONSTRAINTS, "--target", place, *fits, *words
    )


def run(*words: object) -> None:
    """Run a command; RuntimeError with its last words where it ends otherwise than well."""
    ended = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False)
    if ended.returncode:
        raise RuntimeError(f"{words[0]}: ended with {ended.returncode}: {ended.stderr[-2000:]}")
