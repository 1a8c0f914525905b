"""Runs a command as an ordinary user: as ourselves, or as root in a view of the machine that lets another user in.

Where the interpreter lies in a folder that only its owner may enter, such as a home, that folder is seen with nothing
in it but the interpreter. Nothing outside the command is changed.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UID = 54321  # has no account and no processes but ours
ETC = "passwd group subuid subgid hosts"
VIEW = f"""set -e; closed=$1 python=$2 ids=$3; shift 3
for name in {ETC}; do [ ! -e "$ids/$name" ] || mount --bind "$ids/$name" "/etc/$name"; done
if [ -n "$closed" ]; then
  mount -t tmpfs -o mode=755 none /mnt; mkdir /mnt/python; mount --bind "$python" /mnt/python
  mount -t tmpfs -o mode=755 none "$closed"; mkdir -p "$python"; mount --move /mnt/python "$python"
fi
exec "$@" """


def to_view(ids: Path | None = None) -> list[str]:
    """Return what stands before a command, as root or as root of a namespace, so that its user can run this checkout.

    ids: a folder with the files of /etc that are to be seen.
    """
    python = Path(sys.base_prefix).resolve()
    above = reversed(python.parents) if os.getuid() == 0 else ()
    closed = next((str(path) for path in above if not path.stat().st_mode & 1), "")
    space = ["unshare", "--mount", "--propagation", "private"]
    return [*space, "/bin/sh", "-c", VIEW, "hw9", closed, str(python), str(ids or "/nowhere")]


def to_ordinary(*, uid: int = UID, ids: Path | None = None) -> list[str]:
    """Return what stands before a command so that an ordinary user runs it; nothing where we are one."""
    if os.getuid() != 0:
        return []
    user = ["setpriv", "--reuid", str(uid), "--regid", str(uid), "--clear-groups"]
    return [*to_view(ids), *user, "env", "-u", "XDG_RUNTIME_DIR"]


def to_grader(*words: object) -> list[str]:
    """Return the command of a verb, in this interpreter."""
    return [sys.executable, "-P", "-m", "grader", *map(str, words)]


def make_environment() -> dict[str, str]:
    """Return the variables of such a command."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def check_ordinary(before: list[str]) -> None:
    """Skip a test where an ordinary user cannot run this checkout."""
    command = [*before, sys.executable, "-P", "-c", "import grader.commands.main"]
    tried = subprocess.run(command, env=make_environment(), capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"no ordinary user can run this checkout: {tried.stderr.strip()[-300:]}")


def give(folder: Path, before: list[str]) -> None:
    """Give a folder and what is in it to the user who runs such a command."""
    for path in (folder, *folder.rglob("*")) if before else ():
        os.chown(path, UID, UID, follow_symlinks=False)


@pytest.fixture
def ordinary(tmp_path: Path) -> Iterator[tuple[list[str], Path]]:
    """What stands before a command of an ordinary user, and a folder of that user's."""
    before = to_ordinary()
    check_ordinary(before)
    with tempfile.TemporaryDirectory(prefix="hw9-ordinary-", dir="/tmp") as folder:
        give(Path(folder), before)
        yield before, Path(folder)


@pytest.fixture(scope="module", params=["ourselves", "an ordinary user"])
def either(request: pytest.FixtureRequest) -> list[str]:
    """What stands before a command: nothing, then what makes it an ordinary user's."""
    before = to_ordinary() if request.param == "an ordinary user" else []
    if request.param == "an ordinary user":
        if not before:
            pytest.skip("we are an ordinary user ourselves")
        check_ordinary(before)
    return before
