"""`hw9 worker`: offer this machine's GPUs, or its processors, to a class that is run on another."""

import argparse
import os
import time
from pathlib import Path

from assignment.fixable import FixableError
from grader.cluster.devices import check_shares, make_places
from grader.cluster.host import Service, run_host
from grader.cluster.keys import load_keys
from grader.cluster.units import KINDS, OPTION, find_seconds_left, print_worker
from grader.cluster.wire import load_dask
from grader.commands.cluster.options import LOCAL, parse_address
from grader.commands.terminal.options import Verbs, add_verb, parse_positive
from grader.commands.terminal.screen import say, warn
from grader.sandbox.cgroup import try_group
from grader.sandbox.check import check_cage

ABOUT = """Execute notebooks for the class at ADDRESS (HOST:PORT), where `hw9 run --executor dask` waits for workers.

One runs at a time for each GPU. The sandbox is tried first, and what is missing is said. The course comes from the
class where this machine lacks it. A worker may be started before the class, waits for it, ends with it, and leaves
nothing but the cached course. Its environment must be that of the class: the same hw9, Python and packages.
"""


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_verb(
        verbs,
        "worker",
        _start,
        says="execute notebooks of a class that is run on another machine",
        about=ABOUT,
        examples=("hw9 worker grader.example.edu:8790 --keys keys/", "hw9 worker gpu1 --keys keys/ --places 2"),
        opens=False,
    )
    add = parser.add_argument
    add("address", metavar="ADDRESS", help="where the class is, HOST:PORT")
    add("--keys", type=Path, metavar="DIR", help="the class's certificate, of `hw9 cluster keys` (default: keys)")
    add("--no-tls", action="store_true", help="without a certificate, for a class of this machine alone")
    add("--device", choices=["auto", "cpu", "cuda"], default="auto", help="auto: a GPU where there is one (default)")
    add("--places", type=parse_positive, help="notebooks at once on each GPU (default: 1), else on the processors")
    add(
        "--gpu-memory-mib",
        type=parse_positive,
        metavar="MIB",
        help="of a GPU for each of its places: who takes more is ended (default: as much for each; alone: all of it)",
    )
    add(
        "--grace",
        type=parse_positive,
        default=600,
        metavar="SECONDS",
        help="without a class, then it ends (default: 600)",
    )
    add(
        "--seconds",
        type=parse_positive,
        help="that it has (default: a Slurm job's time): takes no notebook that it could not end",
    )
    add(OPTION, choices=KINDS, help="start nothing; print a unit or an sbatch script that starts exactly this")
    add("--cache", type=Path, metavar="DIR", help="where courses are kept (default: ~/.cache/hw9/courses)")
    group = "as of `hw9 run`: for a machine where no group limits a whole notebook's memory"
    add("--without-memory-group", action="store_true", help=group)
    add("--name", default="", help="of this machine, as the class shows it (default: its own)")


def _start(options: argparse.Namespace) -> int:
    if options.print:
        parse_address(options.address)
        say(print_worker(options.print, options.typed).rstrip())
        return 0
    host, port = parse_address(options.address)
    if options.no_tls and host not in LOCAL:
        raise FixableError(f"--no-tls: with {host}; expected 127.0.0.1: nothing else is safe without")
    return worker(
        Service(
            address=f"{host}:{port}",
            keys=None if options.no_tls else load_keys(options.keys or Path("keys")),
            places=make_places(options.device, options.places, options.gpu_memory_mib),
            cache=options.cache or find_cache(),
            grace=options.grace,
            seconds=options.seconds or find_seconds_left(os.environ, time.time()),
            name=options.name,
            without_memory_group=options.without_memory_group,
        )
    )


def worker(service: Service) -> int:
    """Try the sandbox, then work until there is no class any more."""
    load_dask()
    try_group(without=service.without_memory_group)
    check_shares(service.places)
    check_cage(list(dict.fromkeys(place.gpu for place in service.places if place.gpu)))
    why = run_host(service, _say)
    _say(f"ended: {why}")
    return 0 if why in ("end", "late", "stopped") else 1


def find_cache() -> Path:
    """Return where this user's workers keep courses."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hw9" / "courses"


def _say(text: str) -> None:
    warn(f"worker: {text}")
