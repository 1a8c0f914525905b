"""What a fork is told of the kernel that it is to become: its cage, its user, its limits, with descriptors beside.

It is said once the fork is in the branch's memory group, and to nobody else: it names the student's Run, and has the
key of the connection. What the student wrote (cells, and what was handed in beside the notebook) lies in descriptors,
which the fork reads when it has given up every right.
"""

import contextlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from grader.sandbox import cage
from grader.sandbox.descriptors import Files, hold
from grader.trunk.cages import to_holder
from grader.trunk.packing import pack_folder
from grader.worker.start import describe_connection

FIRST = 900  # the descriptors' numbers in the fork, by which bubblewrap's command line knows them
GIVEN = ("names", "rules", "connection", "passwd", "group", "program", "errors", "history")  # in this order


@contextmanager
def open_order(
    view: cage.View, history: Sequence[str], mounted: tuple[Path, ...], key: str, errors: int
) -> Iterator[tuple[Any, list[int]]]:
    """Yield the order and its descriptors, which are closed at the end; errors: where the kernel's stderr goes."""
    files = cage.open_files(view, describe_connection(f"{view.sockets}/k", key), os.open(os.devnull, os.O_RDWR))
    with contextlib.ExitStack() as held:
        held.callback(files.close)
        before = hold(json.dumps([*history]).encode())
        held.callback(os.close, before)
        given = [*files.filters, files.connection, files.passwd, files.group, files.program, errors, before]
        names = [*GIVEN]
        if view.beside is not None:
            given.append(pack_folder(view.beside, cage.WORK))
            held.callback(os.close, given[-1])
            names.append("beside")
        yield to_order(view, mounted, names), given


def to_order(view: cage.View, mounted: tuple[Path, ...], names: list[str]) -> dict[str, Any]:
    """Return the order as it is said; names: what each descriptor is, in the order in which they are sent."""
    number = {name: FIRST + place for place, name in enumerate(names)}
    files = Files(
        filters=(number["names"], number["rules"]),
        connection=number["connection"],
        passwd=number["passwd"],
        group=number["group"],
        program=number["program"],
        info=FIRST + len(names),
    )
    processes = view.limits.processes
    return {
        "given": number,
        "info": files.info,
        "cage": to_holder(view, files, mounted),
        "user": view.uid,
        "limits": {**cage.find_limits(view.limits, view.gpu), "nproc": (processes, processes)},
        "work": cage.WORK,
        "connection": f"{view.sockets}/connection.json",
        "program": cage.KERNEL,
        "environment": {"HW9_RUN": view.run},  # all else is the trunk's, and what its cells made of it
    }
