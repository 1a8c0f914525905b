"""By which executor a class is run, where its workers find it, and what it asks of them."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assignment.course import Course
from assignment.fixable import FixableError
from grader.cluster.executor import ClusterExecutor, Terms
from grader.cluster.keys import load_keys
from grader.cluster.wire import PORT, load_dask
from grader.commands.terminal.options import RunOptions, parse_positive
from grader.driver.executors import Elastic

EXECUTORS = ("local", "dask")
LOCAL = ("127.0.0.1", "localhost")  # where nobody listens but this machine


@dataclass(frozen=True)
class ClusterOptions:
    """How a class finds its machines, as it was typed."""

    executor: str = "local"
    address: str = f"0.0.0.0:{PORT}"
    keys: Path | None = None
    no_tls: bool = False
    max_workers: int | None = None
    gpu_memory_mib: int = 0

    def make_maker(self, course: Course, runs: Path, how: RunOptions) -> Callable[[], Elastic] | None:
        """Return what makes the executor, None for this machine alone; FixableError where an option does not fit."""
        if self.executor == "local":
            return None
        load_dask()
        if how.jobs is not None:
            raise FixableError(f"--jobs: {how.jobs}; expected none: each worker says so of its machine (--places)")
        if not how.sandbox:
            raise FixableError("--no-sandbox: with --executor dask; expected the sandbox on the workers' machines")
        if self.keys is None and not self.no_tls:
            says = "missing; expected the folder that `hw9 cluster keys DIR` made, which the workers have too"
            raise FixableError(f"--keys: {says} (--no-tls does without, on one machine)")
        host, port = parse_address(self.address)
        keys = load_keys(self.keys) if self.keys is not None else None
        terms = Terms(keys, host, port, how.device, self.gpu_memory_mib, self.max_workers)
        if keys is None and host not in LOCAL:
            raise FixableError(
                f"--no-tls: with {host}; expected --address 127.0.0.1:PORT: nothing else is safe without"
            )
        return lambda: ClusterExecutor(terms, course, runs)


def add_cluster_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that `take_cluster_options` reads."""
    add = parser.add_argument_group("on several machines").add_argument
    add(
        "--executor", choices=EXECUTORS, default="local", help="local: this machine; dask: each `hw9 worker` that comes"
    )
    add(
        "--address",
        default=f"0.0.0.0:{PORT}",
        metavar="HOST:PORT",
        help=f"where workers find this class (default: 0.0.0.0:{PORT})",
    )
    add("--keys", type=Path, metavar="DIR", help="the class's certificate, of `hw9 cluster keys DIR`")
    add("--no-tls", action="store_true", help="without a certificate, for workers of this machine alone")
    add("--max-workers", type=parse_positive, help="machines at once (default: all that come)")
    add("--print", choices=("slurm",), help="run nothing; print an sbatch script that runs exactly this")
    add("--gpu-memory-mib", type=int, default=0, metavar="MIB", help="what a place's share of its GPU must have")


def take_cluster_options(options: argparse.Namespace) -> ClusterOptions:
    """Return how a class finds its machines, as it was typed."""
    return ClusterOptions(
        executor=options.executor,
        address=options.address,
        keys=options.keys,
        no_tls=options.no_tls,
        max_workers=options.max_workers,
        gpu_memory_mib=options.gpu_memory_mib,
    )


def parse_address(text: str) -> tuple[str, int]:
    """Return host and port of an address; FixableError where it is none.

    >>> parse_address("grader.example.edu:8790"), parse_address("gpu1")
    (('grader.example.edu', 8790), ('gpu1', 8790))
    """
    host, _, port = text.partition(":")
    number = int(port) if port.isdigit() else PORT if not port else -1
    if not host or not 0 <= number < 65536 or "/" in host:
        raise FixableError(f"{text!r}; expected HOST:PORT, such as gpu1.example.edu:{PORT}")
    return host, number
