"""The bubblewrap command lines of a trunk's cage and of a branch's, which is made inside the trunk's.

Both give the view that `grader.sandbox.cage` gives a notebook. A branch's cage is made of what the trunk sees, and by a
root who is none of the machine's; what it shares with other branches it sees through an overlay of its own. The
course's files, which lie in the machine's folders, the trunk has a copy of.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from grader.sandbox import cage
from grader.sandbox.descriptors import Files
from grader.sandbox.private import to_private

PROGRAM = "/hw9/trunk"  # our modules, inside the trunk's cage alone
COPIES = "/hw9/copies"  # of what lies in folders of the machine, each at its place in the cage
COPIED = ("/hw9/", "/etc/")
MODULES = ("__init__.py", "trunk", "sandbox/__init__.py", "sandbox/kernel_inside.py")  # of grader
BINDS = ("--ro-bind", "--ro-bind-try", "--dev-bind")
RIGHTS = ("CAP_SYS_ADMIN",)  # until the trunk has a user namespace
# A whole /proc, beside bubblewrap's, parts of which are covered: only then may one be mounted further inside.
# What it makes is for branches to read, whatever the umask of whoever grades.
BEGIN = f"""umask 022 && mount -t proc proc /proc && cp -R --parents {cage.PACKAGES} {cage.MATPLOTLIB} {COPIES} && {{
cp -R --parents {" ".join(f"/etc/{name}" for name in cage.ETC)} {COPIES} 2> /dev/null; exec "$@"; }}"""
START = f"""import sys
sys.path.insert(0, {PROGRAM!r})
from grader.trunk.process import main
main(int(sys.argv[1]), sys.argv[2:])"""
HOLD = "echo made; exec sleep infinity > /dev/null 2>&1"
NO_RIGHTS = ("setpriv", "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs")


def to_trunk(view: cage.View, files: Files, control: int) -> list[str]:
    """Return the command line of a trunk, which is the root of its cage, and serves the socket `control`."""
    more = [part for right in RIGHTS for part in ("--cap-add", right)]
    more += ["--perms", "0755", "--tmpfs", COPIES]
    for folder in ("/sys/fs/cgroup", *(f"{PROGRAM}/grader{room}" for room in ("", "/sandbox"))):
        more += ["--perms", "0755", "--dir", folder]
    for name in MODULES:
        more += ["--ro-bind", str(cage.PROJECT / "grader" / name), f"{PROGRAM}/grader/{name}"]
    free = replace(files, filters=())  # it makes cages; no student's code runs in it
    python = [sys.executable, "-P", "-c", START, str(control), *cage.FOLDERS]
    return [*cage.to_bubblewrap(view, free, more=more), "/bin/sh", "-c", BEGIN, "hw9", *python]


def to_holder(view: cage.View, files: Files, mounted: Iterable[Path]) -> list[str]:
    """Return the command line, run by a trunk, of a cage in which nothing happens; mounted: the trunk's mount points.

    Its own process is nobody's whom a student could be, so that it is not theirs to end.
    """
    view = replace(view, beside=None)
    bubblewrap = nest(cage.to_bubblewrap(view, files))
    return [*to_private(view, find_shared(view, mounted)), *bubblewrap, *NO_RIGHTS, "/bin/sh", "-c", HOLD]


def find_shared(view: cage.View, mounted: Iterable[Path]) -> tuple[str, ...]:
    """Return the folders of the trunk's cage that branches see, none within another, nor with others' mounts below."""
    mounts = cage.list_mounts(view)
    foreign = {*mounted} - {Path(path) for path, _ in mounts}
    folders = [Path(path) for path, (kind, *_) in mounts if kind == "--ro-bind" and not path.startswith(COPIED)]
    found = list[Path]()
    for folder in sorted(folders, key=lambda path: len(path.parts)):
        whole = not any(point.is_relative_to(folder) for point in foreign)
        if whole and not any(folder.is_relative_to(one) for one in found):
            found.append(folder)
    return (COPIES, *map(str, found))


def nest(command: Sequence[str]) -> list[str]:
    """Return a bubblewrap command line as it is to be inside a cage of the same view.

    The course's files, of which each would be mounted alone, lie in one folder there.

    >>> nest(["--ro-bind", "/srv/a.npz", "/hw9/packages/a.npz", "--ro-bind", "/usr", "/usr", "--chdir", "/"])
    ['--ro-bind', '/usr', '/usr', '--ro-bind', '/hw9/copies/hw9/packages', '/hw9/packages', '--chdir', '/']
    """
    nested, rest = list[str](), list(command)
    while rest:
        size = 3 if rest[0] in BINDS else 4 if rest[0] == "--perms" and rest[2] == "--dir" else 1
        part, rest = rest[:size], rest[size:]
        if size > 1 and part[-1].startswith(f"{cage.PACKAGES}/"):
            continue
        if size == 3 and part[-1].startswith(COPIED):
            part[1] = COPIES + part[2]
        nested += part
    sealed = nested.index("--remount-ro") if "--remount-ro" in nested else nested.index("--chdir")
    return [*nested[:sealed], "--ro-bind", COPIES + cage.PACKAGES, cage.PACKAGES, *nested[sealed:]]
