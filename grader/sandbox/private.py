"""Files that all cages see, seen by each through a view of its own, so that a lock on one is no word to another cage.

flock, leases and watches are of an inode. A read-only overlay over a folder gives its files other inodes, in a mount
namespace of this cage alone; what the files hold is still in memory once. Where the machine allows no overlay, or other
file systems are mounted below a folder, that folder stays as it is.

In the same namespace a cage's terminals are mounted, a few: the kernel has one number of them for all of a machine, and
charges what they hold to no group.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from grader.sandbox import cage

# What is mounted in a cage's own mount namespace, in the form of fstab(5). An overlay needs a second, empty layer: it
# lies in a memory file system, over what no cage needs once its group is entered; beside it the cage's terminals.
OVER = "/sys/fs/cgroup"
EMPTY = f"{OVER}/empty"
WHITE = " \t\n"
LAYERS = (
    f"{EMPTY} tmpfs X-mount.mkdir,mode=755,size=4k",
    f"{cage.TERMINALS} devpts X-mount.mkdir,newinstance,ptmxmode=666,mode=620,max={cage.MOST_TERMINALS}",
)
# By one program: each that is started costs every notebook milliseconds. It reads files alone; what it cannot mount
# stays as it is.
MOUNT = f"""mount -t tmpfs -o mode=755,size=16k none {OVER} 2>/dev/null && {{
printf '%s\\n' "$1" > {OVER}/table; mount -a -T {OVER}/table 2>/dev/null
[ -e {cage.TERMINALS}/ptmx ] || rmdir {cage.TERMINALS} 2>/dev/null; }}
shift; exec "$@" """
# The same, or without where namespaces are refused to all but bubblewrap.
TRY = """share=$1 mount=$2 table=$3; shift 3
$share true 2>/dev/null && exec $share /bin/sh -c "$mount" hw9 "$table" "$@"
exec "$@" """


def to_private(view: cage.View, places: Sequence[str] | None = None) -> list[str]:
    """Return what stands before bubblewrap's command so that its cage shares no inode with others'.

    places: the folders that cages share where it is run; None: those of this machine.
    """
    places = find_places(view, list_mount_points()) if places is None else places
    user = [] if os.getuid() == 0 else ["--user", "--map-root-user"]
    share = " ".join(["unshare", *user, "--mount", "--propagation", "private"])
    # Each cage has a source of its own, for what seems mounted already is left out: some cages lie within a trunk's.
    table = "\n".join(f"hw9-{view.token} {line}" for line in (*LAYERS, *map(to_overlay, places)))
    return ["/bin/sh", "-c", TRY, "hw9", share, MOUNT, table]


def to_overlay(folder: str) -> str:
    r"""Return what fstab(5) says of a read-only overlay of a folder over itself.

    >>> to_overlay("/srv/a course")
    '/srv/a\\040course overlay ro,lowerdir=/srv/a\\040course:/sys/fs/cgroup/empty'
    """
    name = "".join(f"\\{ord(one):03o}" if one in WHITE else one for one in folder)
    return f"{name} overlay ro,lowerdir={name}:{EMPTY}"


def find_places(view: cage.View, mounted: Iterable[Path]) -> tuple[str, ...]:
    """Return the folders of this machine that every cage sees, none within another.

    Left out is one with a file system mounted below it, which an overlay would hide; of /etc what cages see counts.
    """
    shared = [*map(Path, ("/usr", *cage.SYSTEM, *cage.find_python())), cage.PROJECT / "assignment", view.course.folder]
    folders = {path.resolve() for path in (*shared, view.fonts, Path("/etc")) if path and path.is_dir()}
    points, found = tuple(mounted), list[Path]()
    for folder in sorted(folders, key=lambda path: len(path.parts)):
        seen = [folder / name for name in cage.ETC] if folder == Path("/etc") else [folder]
        whole = not any(point != folder and point.is_relative_to(part) for point in points for part in seen)
        plain = not set(str(folder)) & set(',:#\\"')  # of which the options are made
        if whole and plain and not any(folder.is_relative_to(one) for one in found):
            found.append(folder)
    return tuple(map(str, found))


def list_mount_points(table: Path = Path("/proc/self/mountinfo")) -> tuple[Path, ...]:
    """Return where file systems are mounted."""
    places = (line.split()[4] for line in table.read_text(encoding="utf-8", errors="replace").splitlines())
    return tuple(Path(place.encode().decode("unicode_escape")) for place in places)
