"""By which executor a class is run, where its workers find it, and what it asks of them."""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from assignment.course import Course
from assignment.fixable import FixableError, check_all, show_value
from grader.cluster.executor import ClusterExecutor, Terms
from grader.cluster.keys import load_keys
from grader.cluster.wire import PORT, load_dask
from grader.commands.terminal.options import RunOptions, parse_positive
from grader.driver.executors import Elastic

EXECUTORS = ("local", "dask")
USUAL = f"0.0.0.0:{PORT}"
LOCAL = ("127.0.0.1", "localhost")  # where nobody listens but this machine


@dataclass(frozen=True)
class ClusterOptions:
    """How a class finds its machines, as it was typed."""

    executor: str = "local"
    address: str | None = None
    keys: Path | None = None
    no_tls: bool = False
    max_workers: int | None = None
    gpu_memory_mib: int | None = None

    def make_maker(self, course: Course, runs: Path, how: RunOptions) -> Callable[[], Elastic] | None:
        """Return what makes the executor, None for this machine alone; FixableError where an option does not fit."""
        terms = self.make_terms(how)
        return None if terms is None else lambda: ClusterExecutor(terms, course, runs)

    def make_terms(self, how: RunOptions) -> Terms | None:
        """Return what a class asks of its workers, None for this machine alone.

        FixableError with each option that does not fit the others; none is left silently without effect.
        """
        check_all(self._find_misfits(how))
        if self.executor == "local":
            check_all(f"{name}: without --executor dask; expected both, or neither" for name in self._list_idle())
            return None
        load_dask()
        check_all(self._find_unfit_elsewhere(how))
        host, port = parse_address(self.address or USUAL, "--address")
        if self.no_tls and host not in LOCAL:
            raise FixableError(
                f"--no-tls: with {host}; expected --address 127.0.0.1:PORT: nothing else is safe without"
            )
        keys = load_keys(self.keys) if self.keys is not None else None
        return Terms(keys, host, port, how.device, self.gpu_memory_mib or 0, self.max_workers)

    def _find_misfits(self, how: RunOptions) -> Iterator[str]:
        if how.share and not how.sandbox:
            yield "--share: with --no-sandbox; expected the sandbox: only within it can notebooks share a run"
        if self.keys is not None and self.no_tls:
            yield "--keys: with --no-tls; expected one of them"
        if self.gpu_memory_mib and how.device == "cpu":
            yield f"--gpu-memory-mib: {self.gpu_memory_mib} with --device cpu; expected none without a GPU"

    def _list_idle(self) -> Iterator[str]:
        """Yield the options that were typed and say nothing of a class on this machine alone."""
        typed = {
            "--address": self.address,
            "--keys": self.keys,
            "--no-tls": self.no_tls or None,
            "--max-workers": self.max_workers,
            "--gpu-memory-mib": self.gpu_memory_mib,
        }
        return (name for name, value in typed.items() if value is not None)

    def _find_unfit_elsewhere(self, how: RunOptions) -> Iterator[str]:
        if how.jobs is not None:
            yield f"--jobs: {how.jobs}; expected none: each worker says so of its machine (--places)"
        if not how.sandbox:
            yield "--no-sandbox: with --executor dask; expected the sandbox on the workers' machines"
        if how.without_memory_group:
            yield "--without-memory-group: with --executor dask; expected it with each `hw9 worker` that needs it"
        if self.keys is None and not self.no_tls:
            says = "missing; expected the folder that `hw9 cluster keys DIR` made, which the workers have too"
            yield f"--keys: {says} (--no-tls does without, on one machine)"


def add_cluster_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that `take_cluster_options` reads."""
    add = parser.add_argument_group("on several machines").add_argument
    add(
        "--executor", choices=EXECUTORS, default="local", help="local: this machine; dask: each `hw9 worker` that comes"
    )
    add(
        "--address",
        metavar="HOST:PORT",
        help=f"where workers find this class (default: {USUAL})",
    )
    add("--keys", type=Path, metavar="DIR", help="the class's certificate, of `hw9 cluster keys DIR`")
    add("--no-tls", action="store_true", help="without a certificate, for workers of this machine alone")
    add("--max-workers", type=parse_positive, help="worker processes at once (default: all that come)")
    add("--print", choices=("slurm",), help="run nothing; print an sbatch script that runs exactly this")
    add(
        "--gpu-memory-mib",
        type=parse_positive,
        metavar="MIB",
        help="take only places with at least this much GPU memory",
    )


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


def parse_address(text: str, name: str) -> tuple[str, int]:
    """Return host and port of an address; FixableError, with the `name` of the option, where it is none.

    >>> parse_address("grader.example.edu:8790", "ADDRESS"), parse_address("gpu1", "ADDRESS")
    (('grader.example.edu', 8790), ('gpu1', 8790))
    """
    host, _, port = text.partition(":")
    number = int(port) if port.isdecimal() and port.isascii() else PORT if not port else -1
    if not host or not 0 <= number < 65536 or "/" in host:
        raise FixableError(f"{name}: {show_value(text)}; expected HOST:PORT, such as gpu1.example.edu:{PORT}")
    return host, number
