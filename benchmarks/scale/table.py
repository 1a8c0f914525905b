"""What was measured and simulated, as a document."""

from collections.abc import Mapping, Sequence

from benchmarks.scale.measure import Measured
from benchmarks.scale.simulate import Outcome

HEAD = """# A class on many machines

Made by `python -m benchmarks.scale` on {machine}.

## Measured here

Driver and workers are processes of this machine, joined by TLS on its loopback.

| what | figure | aim |
|---|---|---|
| {sleepers} notebooks that sleep {least} to {most} s (seed {seed}) in the sandbox, {workers} workers | {wall:.1f} s | |
| of the workers' time, seconds asleep | {asleep:.3f} | 0.9 |
| the same, with {start:.2f} s for the start and end of each, which it takes alone on this machine | {busy:.3f} | |
| {instant} released notebooks, on a worker with {places} places that answers at once | {through:.1f} s | |
| the same, the whole command | {command:.1f} s | 60 s |
| most memory of that driver | {peak:.0f} MiB | 500 MB |
| the released notebook, alone in the sandbox | {notebook} | |
"""
SIMULATED = """
## Simulated

{students} students, events without sleeping (`simulate.py`). A notebook takes {seconds:.0f} s on a GPU, measured in the
sandbox on one H100, spread as eight notebooks of one class were (`sandbox.md`); each hand-in takes the driver
{driver:.3f} s, measured above. Assumed: {raises:.0%} raise in some cell, {loops:.0%} loop until the limit of a cell
({limit:.0f} s). *Failing*: machines of {per_machine} GPUs go down every {hours:.0f} hours each, are noticed after
{noticed:.0f} s and back after {away:.0f} s. Each figure is the mean of {rounds} classes. *Useful*: which share of the
GPUs' time went into notebooks that counted.

| GPUs | hours | GPU hours | useful | hours, long ones first | hours, failing | useful | begun again |
|---|---|---|---|---|---|---|---|
"""


def to_markdown(facts: Mapping[str, object], rows: Sequence[tuple[int, Outcome, Outcome, Outcome]]) -> str:
    """Return the document; each row: GPUs, and how the class went plainly, with known times, and with failures."""
    text = HEAD.format(**facts) + SIMULATED.format(**facts)
    for gpus, plain, known, failing in rows:
        hours = plain.seconds / 3600
        text += (
            f"| {gpus} | {hours:.2f} | {gpus * hours:.1f} | {plain.find_efficiency(gpus):.3f} |"
            f" {known.seconds / 3600:.2f} | {failing.seconds / 3600:.2f} | {failing.find_efficiency(gpus):.3f} |"
            f" {failing.again:.1f} |\n"
        )
    return text


def describe_measured(
    sleeping: Measured, slept: float, start: float, workers: int, instant: Measured
) -> dict[str, float]:
    """Return the figures of both measured classes."""
    return {
        "start": start,
        "sleepers": sleeping.students,
        "wall": sleeping.seconds,
        "asleep": slept / (workers * sleeping.seconds),
        "busy": (slept + sleeping.students * start) / (workers * sleeping.seconds),
        "instant": instant.students,
        "through": instant.seconds,
        "command": instant.command,
        "peak": instant.peak_mib,
    }
