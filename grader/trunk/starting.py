"""Starting a trunk: a cage whose root becomes the root of a user namespace, of which we write the users.

They are the users that cages are given (`grader.sandbox.user`), so that a branch is the one that its place holds; the
trunk itself is the one that the trunk's place holds. None of them is root, or anybody, outside.
"""

import asyncio
import os
import socket
from dataclasses import replace
from pathlib import Path

from grader.sandbox import cage
from grader.sandbox.private import list_mount_points
from grader.sandbox.user import find_range
from grader.trunk.cages import to_trunk
from grader.trunk.fork import read_pid
from grader.trunk.joining import NotShared, Trunk, check_place
from grader.trunk.wire import receive, send
from grader.worker.place import Place
from grader.worker.start import drain

START_SECONDS = 60.0


async def start_trunk(place: Place) -> Trunk:
    """Start a trunk at a place of its own and return once it can run cells; NotShared says why there is none."""
    check_place(place)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(START_SECONDS)
    with theirs:
        outer = await _spawn(place, theirs.fileno())
    trunk = Trunk(outer, ours)
    assert outer.stderr is not None
    trunk.drain = asyncio.ensure_future(drain(outer.stderr, trunk.stderr))
    try:
        trunk.pid, trunk.mounted = await asyncio.to_thread(_introduce, ours, place)
    except (EOFError, OSError) as error:
        await trunk.kill()
        words = " ".join(trunk.stderr.decode(errors="replace").split())[-1000:]
        raise NotShared(f"sandbox: no trunk: {error}: {words}; expected a user namespace and a cage in it") from None
    ours.settimeout(None)
    return trunk


async def _spawn(place: Place, control: int) -> asyncio.subprocess.Process:
    limits = place.view.limits
    packed = limits.model_copy(update={"file_mib": max(limits.file_mib, 3 * limits.work_mib)})  # all its files in one
    view = replace(place.view, uid=0, beside=None, limits=packed)  # its user as it is called inside
    files = cage.open_files(view, b"{}", os.open(os.devnull, os.O_RDWR))
    null, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
    head = [*cage.to_head(os.getpid(), place.group.entrances), *cage.to_limits(view)]
    env = cage.find_outer_environment()
    argv, descriptors = [*head, *to_trunk(view, files, control)], (*sorted({*files.all} - {*files.filters}), control)
    try:
        return await asyncio.create_subprocess_exec(
            *argv, stdin=null, stdout=null, stderr=pipe, env=env, pass_fds=descriptors, start_new_session=True
        )
    finally:
        files.close()


def _introduce(control: socket.socket, place: Place) -> tuple[int, tuple[Path, ...]]:
    """Write the users of a trunk's namespace; return its process, and what its cage has mounted, once it is ready."""
    _, (descriptor,) = receive(control)
    try:
        pid = read_pid(descriptor)
        assert place.view.uid is not None
        users = to_map(place.view.uid, find_range())
        for name in ("uid_map", "gid_map"):
            Path(f"/proc/{pid}/{name}").write_text(users)
    finally:
        os.close(descriptor)
    send(control, "mapped")
    receive(control)
    return pid, list_mount_points(Path(f"/proc/{pid}/mountinfo"))


def to_map(owner: int, offered: range) -> str:
    r"""Return the users of a trunk's namespace: root is `owner`, all others of the range are who they are.

    >>> to_map(7, range(5, 9))
    '0 7 1\n5 5 2\n8 8 1\n'
    """
    spans = [(0, owner, 1), (offered.start, offered.start, owner - offered.start)]
    spans.append((owner + 1, owner + 1, offered.stop - owner - 1))
    return "".join(f"{inside} {outside} {count}\n" for inside, outside, count in spans if count > 0)
