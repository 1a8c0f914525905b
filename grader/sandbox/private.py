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

# Runs the command after "--" where each folder before it is under an overlay. One needs a second, empty layer: it lies
# in a memory file system, over what no cage needs once its group is entered; beside it the cage's terminals.
OVER = "/sys/fs/cgroup"
MOUNT = f"""mount -t tmpfs -o mode=755,size=4k none {OVER} 2>/dev/null && {{
mkdir {OVER}/empty {cage.TERMINALS}
mount -t devpts -o newinstance,ptmxmode=666,mode=620,max={cage.MOST_TERMINALS} none {cage.TERMINALS} 2>/dev/null ||
rmdir {cage.TERMINALS}
while [ "$1" != -- ]; do
mount -t overlay -o "ro,lowerdir=$1:{OVER}/empty" overlay "$1" 2>/dev/null; shift; done
}}
while [ "$1" != -- ]; do shift; done; shift; exec "$@" """
# The same, or without where namespaces are refused to all but bubblewrap.
TRY = 'share=$1 mount=$2; shift 2; $share true 2>/dev/null && exec $share /bin/sh -c "$mount" hw9 "$@"' + (
    '\nwhile [ "$1" != -- ]; do shift; done; shift; exec "$@"'
)


def to_private(view: cage.View, places: Sequence[str] | None = None) -> list[str]:
    """Return what stands before bubblewrap's command so that its cage shares no inode with others'.

    places: the folders that cages share where it is run; None: those of this machine.
    """
    places = find_places(view, list_mount_points()) if places is None else places
    user = [] if os.getuid() == 0 else ["--user", "--map-root-user"]
    share = " ".join(["unshare", *user, "--mount", "--propagation", "private"])
    return ["/bin/sh", "-c", TRY, "hw9", share, MOUNT, *places, "--"]


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
        plain = not set(str(folder)) & set(",:\\")  # of which the option is made
        if whole and plain and not any(folder.is_relative_to(one) for one in found):
            found.append(folder)
    return tuple(map(str, found))


def list_mount_points(table: Path = Path("/proc/self/mountinfo")) -> tuple[Path, ...]:
    """Return where file systems are mounted."""
    places = (line.split()[4] for line in table.read_text(encoding="utf-8", errors="replace").splitlines())
    return tuple(Path(place.encode().decode("unicode_escape")) for place in places)
