"""`hw9 worker`: offer this machine's GPUs, or its processors, to a class that is run on another."""

import argparse
import os
import time
from functools import partial
from pathlib import Path

from assignment.fixable import FixableError
from grader.cluster.devices import LocalPlace, check_shares, make_places
from grader.cluster.host import Service, run_host
from grader.cluster.keys import Keys, load_keys
from grader.cluster.machine import MOST_SLOTS
from grader.cluster.units import KINDS, OPTION, find_seconds_left, print_worker
from grader.cluster.wire import load_dask
from grader.commands.cluster.options import LOCAL, parse_address
from grader.commands.terminal.options import Verbs, add_verb, parse_positive
from grader.commands.terminal.screen import say, warn
from grader.sandbox.cgroup import try_group
from grader.sandbox.check import check_cage

ENDS = {  # in words
    "end": "the class is over",
    "late": "no time is left for another notebook",
    "silent": "the class went silent",
    "stopped": "stopped",
}
FINE = ("end", "late", "stopped")
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
        examples=(
            "hw9 worker grader.example.edu:8790 --keys keys/",
            "hw9 worker gpu1 --keys keys/ --places 2",
            "hw9 worker gpu1 --keys keys/ --device cpu --places 4 --print systemd",
        ),
        opens=False,
    )
    add = parser.add_argument
    add("address", metavar="ADDRESS", help="the machine where `hw9 run` runs, HOST:PORT")
    add("--keys", type=Path, metavar="DIR", help="the class's certificate, of `hw9 cluster keys` (default: keys)")
    add("--no-tls", action="store_true", help="without a certificate, for a class of this machine alone")
    add("--device", choices=["auto", "cpu", "cuda"], default="auto", help="auto: a GPU where there is one (default)")
    help_places = "notebooks at once on each GPU (default: 1), else on the processors (default: one a core)"
    add("--places", type=partial(parse_positive, most=MOST_SLOTS), help=help_places)
    add(
        "--gpu-memory-mib",
        type=parse_positive,
        metavar="MIB",
        help="GPU memory of each place; a notebook that takes more is ended (default: the GPU's memory / places)",
    )
    add(
        "--grace",
        type=parse_positive,
        default=600,
        metavar="SECONDS",
        help="seconds to wait without a class before ending (default: 600)",
    )
    add(
        "--seconds",
        type=parse_positive,
        help="seconds this worker may run (default: a Slurm job's time): it takes no notebook that it could not end",
    )
    add(OPTION, choices=KINDS, help="start nothing; print a unit or an sbatch script that starts exactly this")
    add("--cache", type=Path, metavar="DIR", help="where courses are kept (default: ~/.cache/hw9/courses)")
    group = "as of `hw9 run`: for a machine where no group limits a whole notebook's memory"
    add("--without-memory-group", action="store_true", help=group)
    add("--name", default="", help="of this machine, as the class shows it (default: its own)")


def _start(options: argparse.Namespace) -> int:
    address, keys = take_class(options)
    if options.print:
        if options.device == "cpu":
            take_places(options)
        say(print_worker(options.print, options.typed, options.device, options.places).rstrip())
        return 0
    return worker(
        Service(
            address=address,
            keys=keys,
            places=take_places(options),
            cache=options.cache or find_cache(),
            grace=options.grace,
            seconds=options.seconds or find_seconds_left(os.environ, time.time()),
            name=options.name,
            without_memory_group=options.without_memory_group,
        )
    )


def take_class(options: argparse.Namespace) -> tuple[str, Keys | None]:
    """Return where the class is and its certificate, as they were typed; FixableError where they do not fit."""
    host, port = parse_address(options.address, "ADDRESS")
    if options.no_tls and options.keys is not None:
        raise FixableError("--keys: with --no-tls; expected one of them")
    if options.no_tls and host not in LOCAL:
        raise FixableError(f"--no-tls: with {host}; expected 127.0.0.1: nothing else is safe without")
    return f"{host}:{port}", None if options.no_tls else load_keys(options.keys or Path("keys"))


def take_places(options: argparse.Namespace) -> tuple[LocalPlace, ...]:
    """Return this machine's places, as they were typed."""
    return make_places(options.device, options.places, options.gpu_memory_mib)


def worker(service: Service) -> int:
    """Try the sandbox, then work until there is no class any more."""
    load_dask()
    try_group(without=service.without_memory_group)
    check_shares(service.places)
    check_cage(list(dict.fromkeys(place.gpu for place in service.places if place.gpu)))
    why = run_host(service, _say)
    _say(f"ended: {ENDS.get(why, why)}")
    return 0 if why in FINE else 1


def find_cache() -> Path:
    """Return where this user's workers keep courses."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hw9" / "courses"


def _say(text: str) -> None:
    warn(f"worker: {text}")
