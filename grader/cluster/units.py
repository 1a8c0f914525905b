"""What starts a worker, or the driver of a class, where nobody sits before it: a systemd unit, an sbatch script.

Both start exactly the command that was typed, in the folder where it was typed.
"""

import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from assignment.fixable import FixableError, show_value
from grader.sandbox.scope import JOB

OPTION = "--print"
KINDS = ("systemd", "slurm")
END_TIME = "SLURM_JOB_END_TIME"  # of a job, in seconds since 1970; Slurm 22.05 does not tell it

UNIT = """# Keep as ~/.config/systemd/user/{name}.service, then:
#   systemctl --user daemon-reload && systemctl --user enable --now {name}; loginctl enable-linger
[Unit]
Description={about}
StartLimitIntervalSec=0

[Service]
WorkingDirectory={folder}
ExecStart={command}
# It ends with its class, and without one for too long; a minute later it starts again and asks for the next.
# To end it for good: systemctl --user disable --now {name}
Restart=always
RestartSec=60
KillMode=mixed
TimeoutStopSec=30
# Memory of a notebook is then bounded for all of its processes together.
Delegate=yes

[Install]
WantedBy=default.target
"""

SCRIPT = """#!/bin/sh
# {about}. Submit it with sbatch; lines that begin with #SBATCH are your site's to change.
#SBATCH --job-name={name}
{wishes}
# Started again by itself where its node goes down.
#SBATCH --requeue
#SBATCH --output={name}-%j.log
#SBATCH --open-mode=append

cd {folder} || exit 1
{before}exec {command}
"""
WORKER_WISHES = """#SBATCH --time=04:00:00
# As many workers as the queue gives.
#SBATCH --array=1-4
# It has a minute to say that it leaves before its time is over.
#SBATCH --signal=B:TERM@60"""
DRIVER_WISHES = """#SBATCH --time=1-00:00:00
# It stops as by Ctrl-C a minute before its time is over: submit it again, and it goes on.
#SBATCH --signal=B:INT@60"""
DRIVER_NEEDS = "#SBATCH --cpus-per-task=2\n#SBATCH --mem=4G\n"  # where it runs no notebook itself
CORES, GIB = 4, 8  # for a notebook: beside a GPU, where the number of places is not said; of memory
DRIVER_BEFORE = 'echo "workers: hw9 worker $(hostname -f 2>/dev/null || hostname):{port} --keys DIR"\n'


def print_worker(kind: str, words: Sequence[str], device: str = "auto", places: int | None = None) -> str:
    """Return the unit or the script that starts a worker as it was typed, with so many places, all on one GPU."""
    return _fill(kind, words, "hw9-worker", "A worker of hw9", to_needs(device, places) + WORKER_WISHES, "")


def print_driver(words: Sequence[str], port: int | None, here: tuple[str, int | None] | None = None) -> str:
    """Return the script that runs a class as it was typed, on a node of the cluster: login nodes end long programs.

    port: where workers find it, None for none. here: --device and --jobs, where the notebooks run on that node.
    """
    needs = DRIVER_NEEDS if here is None else to_needs(*here, gpus=here[1] or 1)
    before = "" if port is None else DRIVER_BEFORE.format(port=port)
    return _fill("slurm", words, "hw9-run", "A class of hw9", needs + DRIVER_WISHES, before)


def to_needs(device: str, places: int | None, gpus: int = 1) -> str:
    """Return what so many notebooks at once need of a node, in sbatch's words.

    >>> print(to_needs("cpu", 2))
    #SBATCH --cpus-per-task=2
    #SBATCH --mem=16G
    <BLANKLINE>
    """
    count = places or (CORES if device == "cpu" else 1)
    gres, cores = ("", count) if device == "cpu" else (f"#SBATCH --gres=gpu:{gpus}\n", CORES * count)
    return f"{gres}#SBATCH --cpus-per-task={cores}\n#SBATCH --mem={GIB * count}G\n"


def _fill(kind: str, words: Sequence[str], name: str, about: str, wishes: str, before: str) -> str:
    command, folder = [*find_program(), *drop_option(words)], str(Path.cwd())
    for word in (*command, folder):
        if not word.isprintable():
            raise FixableError(f"{show_value(word)}: cannot stand in a {kind} file; expected printable characters")
    if kind == "systemd":
        quoted = " ".join(map(quote_systemd, command))
        return UNIT.format(name=name, about=about, folder=folder.replace("%", "%%"), command=quoted)
    its = shlex.join(command)
    return SCRIPT.format(name=name, about=about, wishes=wishes, before=before, folder=shlex.quote(folder), command=its)


def find_program() -> list[str]:
    """Return how this hw9 is started from anywhere."""
    script = Path(sys.executable).with_name("hw9")
    return [str(script)] if script.is_file() else [sys.executable, "-m", "grader"]


def drop_option(words: Sequence[str]) -> list[str]:
    """Return a command line without --print and what follows it.

    >>> drop_option(["worker", "gpu1", "--print", "slurm", "--places", "2"]), drop_option(["worker", "--print=slurm"])
    (['worker', 'gpu1', '--places', '2'], ['worker'])
    """
    kept, skip = [], False
    for word in words:
        if not skip and word != OPTION and not word.startswith(f"{OPTION}="):
            kept.append(word)
        skip = word == OPTION
    return kept


def quote_systemd(word: str) -> str:
    r"""Return a word as ExecStart= reads it back.

    >>> print(quote_systemd('a "b" 50% $HOME'))
    "a \"b\" 50%% $$HOME"
    """
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"'


def find_seconds_left(environment: Mapping[str, str], now: float) -> float | None:
    """Return how long a Slurm job still has; None outside of one, and for one without an end.

    >>> find_seconds_left({"SLURM_JOB_END_TIME": "1700000100"}, 1700000000.0)
    100.0
    """
    end = environment.get(END_TIME) or _ask_end_time(environment)
    return float(end) - now if end.isdigit() else None


def _ask_end_time(environment: Mapping[str, str]) -> str:
    """Return what Slurm says of when our job ends, in seconds since 1970: an older one does not tell the job."""
    if JOB not in environment:
        return ""
    array, task = environment.get("SLURM_ARRAY_JOB_ID"), environment.get("SLURM_ARRAY_TASK_ID")
    job = f"{array}_{task}" if array and task else environment[JOB]  # which may be the number of the whole array
    command = ["squeue", "--noheader", "--jobs", job, "--format=%e"]
    settings = {**environment, "SLURM_TIME_FORMAT": "%s"}
    try:
        done = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
