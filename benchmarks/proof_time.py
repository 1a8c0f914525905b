"""How long the whole proof of a bank takes with a wide CNN: measured on a part of it, and extrapolated by counts.

    python -m benchmarks.proof_time [--width 128] [--groups saliency lime ...] [--out FILE]

The embedded course gets a classifier of that width with random weights, and experiments with a 25th of the samples,
copies and steps. Of each analysis one rerun is computed as the proofs compute it: a process of one thread, float32, one
seed. How much more the whole is, the reference counts (`reference/produce/estimate.py`), with the time of one unit of
each kind of work from its own probe. A mutant is taken to need what its analysis needs without a mistake.
"""

import argparse
import hashlib
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import torch
import yaml

from assignment.analyses import Analyses
from assignment.arrays import GROUPS
from assignment.course import Course, open_course
from assignment.models.classifier import Classifier, save_classifier
from benchmarks.machine import describe_machine
from benchmarks.reference.stage import set_stage
from questions.proof.mutants.registry import MUTANTS
from questions.proof.rerun import Rerun, ask_reference
from questions.proof.shard import Shard
from questions.proof.stability import VARIANTS
from reference.produce.bench import Bench
from reference.produce.estimate import Scope, count_work
from reference.produce.probe import Probe
from reference.produce.registry import SEEDS

RESULTS = Path(__file__).with_name("results") / "proof-time.md"
PART = 25  # the measured part computes a 25th
COUNTED = ("samples", "copies", "steps")
SHARDS, CORES, HOSTED = 4, 2, 6  # hours of a hosted job


@dataclass(frozen=True)
class Extrapolation:
    """Processor seconds by group: of the part as measured and as counted, of one seed in full, of all seeds.

    start: of any process, before it computes.
    """

    start: float
    part: Mapping[str, float]
    counted: Mapping[str, float]
    one: Mapping[str, float]
    seeds: Mapping[str, float]

    @property
    def mutants(self) -> list[tuple[str, float]]:
        """Each mutant of these groups, in the order in which shards are dealt, and what it takes."""
        groups = [(one.name, one.groups) for one in MUTANTS if set(one.groups) <= set(self.one)]
        return [(name, sum(self.one[group] for group in its)) for name, its in groups]

    @property
    def stability(self) -> float:
        """What all variants on all seeds take."""
        return len(VARIANTS) * sum(self.seeds.values())


def extrapolate(start: float, part: Mapping[str, float], said: Mapping[str, Sequence[float]]) -> Extrapolation:
    """Return what the whole takes; said: by group how long part, one seed and all seeds are said to take.

    >>> extrapolate(5.0, {"lime": 7.0}, {"lime": (4.0, 40.0, 100.0)}).one
    {'lime': 25.0}
    """
    pace = {group: max(took - start, 0.0) / said[group][0] for group, took in part.items()}
    one, seeds = ({group: start + pace[group] * said[group][which] for group in part} for which in (1, 2))
    return Extrapolation(start, part, {group: start + said[group][0] for group in part}, one, seeds)


def make_part(settings: Any) -> Any:
    """Return analyses with a 25th of their samples, copies and steps, one at least.

    >>> make_part({"official": {"copies": 80}, "gaps": [5, 50], "few": {"copies": 5, "sigma": 0.2}})
    {'official': {'copies': 3}, 'gaps': [1, 2], 'few': {'copies': 1, 'sigma': 0.2}}
    """
    if not isinstance(settings, dict):
        return settings
    less = {key: max(1, value // PART) if key in COUNTED else make_part(value) for key, value in settings.items()}
    return less | (
        {"gaps": sorted({max(1, steps // PART) for steps in settings["gaps"]})} if "gaps" in settings else {}
    )


def make_course(folder: Path, width: int) -> Course:
    """Return a copy of the embedded course as the part, with another classifier."""
    its = open_course()
    shutil.copytree(its.folder, folder)
    weights, place = folder / its.manifest.classifier, folder / "manifest.yaml"
    model = set_stage(f"width {width}", torch.float32).model
    assert isinstance(model, Classifier)
    save_classifier(model, weights)
    manifest = yaml.safe_load(place.read_text(encoding="utf-8")) | {"profile": folder.name}
    entry = next(one for one in manifest["assets"] if one["path"] == its.manifest.classifier)
    entry |= {"bytes": weights.stat().st_size, "sha256": hashlib.sha256(weights.read_bytes()).hexdigest()}
    place.write_text(yaml.safe_dump(manifest, allow_unicode=True), encoding="utf-8")
    settings = yaml.safe_load(its.settings.read_text(encoding="utf-8"))
    settings |= {"version": 1, "analyses": make_part(settings["analyses"])}
    (folder / "course.yaml").write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    return open_course(folder)


def count_seconds(course: Course, groups: Sequence[str]) -> dict[str, list[float]]:
    """Return by group the processor seconds that the part, one seed and all seeds of the whole are said to take."""
    torch.set_num_threads(1)
    bench = Bench(course.profile, course.assignment, torch.device("cpu"), torch.float32, course.assignment.limits.batch)
    whole, part = open_course().assignment.analyses, course.assignment.analyses
    probe, readers = Probe(bench, whole), course.profile.reader_names

    def count(group: str, analyses: Analyses, seeds: tuple[int, ...]) -> Mapping[str, int]:
        scope = Scope(len(bench.pictures), 0, seeds, readers, exact=False)
        return count_work(group, analyses, lambda: course.profile.texts, scope)

    works = {
        group: [count(group, part, (1,)), count(group, whole, (1,)), count(group, whole, SEEDS)] for group in groups
    }
    units = {unit for works_of in works.values() for work in works_of for unit in work}
    with mock.patch.object(time, "perf_counter", time.process_time):  # the machine may be busy with other things
        seconds = {unit: probe.time_unit(unit) for unit in sorted(units)}
    return {group: [sum(seconds[unit] * n for unit, n in work.items()) for work in its] for group, its in works.items()}


def time_reruns(course: Course, groups: Sequence[str], folder: Path) -> dict[str, float]:
    """Return the processor seconds of a rerun of each group."""
    found = {}
    for group in groups:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        ask_reference(["--quiet", "--fresh", "--out", str(folder / group), *Rerun(groups=(group,)).options], course)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found[group] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f"{group}: {found[group]:.1f} s of processor time", flush=True)
    return found


def measure(width: int, groups: Sequence[str]) -> Extrapolation:
    """Measure the part and extrapolate it."""
    with tempfile.TemporaryDirectory(prefix="hw9-proof-time-") as name:
        course = make_course(Path(name) / "wide", width)
        took = time_reruns(course, groups, Path(name))
        said = count_seconds(course, groups)
    return extrapolate(took["pictures"] - said["pictures"][0], took, said)


def to_markdown(its: Extrapolation, width: int, load: str) -> str:
    """Return the figures of the part, and what follows from them."""
    names = {group: sum(one.groups == (group,) for one in MUTANTS) for group in its.one}
    rows = [
        f"| {group} | {its.part[group]:.0f} | {its.counted[group]:.0f} | {its.one[group]:.0f} | {names[group]} | "
        f"{its.seeds[group]:.0f} |"
        for group in its.one
    ]
    mutants = sum(took for _, took in its.mutants)
    shards = [sum(took for _, took in Shard(k + 1, SHARDS).pick(its.mutants)) for k in range(SHARDS)]
    parts = {
        "`recheck`, whose runs are those without a mistake": sum(its.one.values()),
        f"`mutate`, {len(its.mutants)} mutants": mutants,
        f"the longest of its {SHARDS} shards": max(shards),
        f"`stability`, {len(VARIANTS)} variants on {len(SEEDS)} seeds": its.stability,
    }
    whole = sum(its.one.values()) + mutants + its.stability
    most = max(whole / SHARDS, *shards, its.stability) / 3600 / CORES
    fits = "fits" if most <= HOSTED else "does NOT fit"
    return "\n".join(
        [
            f"# The whole proof at width {width}",
            "",
            f"Made by `python -m benchmarks.proof_time` on {describe_machine()}; {load}.",
            "",
            f"**Measured:** one rerun of each group with a {PART}th of the samples, copies and steps, in processor",
            f"seconds of one thread; {its.start:.1f} s of each are a process that starts. **Extrapolated** by the",
            "units that the reference counts (*as counted*: a unit of each kind timed, and multiplied, for that part):",
            "one seed in full, which is what a mutant takes too, and all seeds.",
            "",
            "| group | measured part, s | as counted, s | one seed in full, s | mutants | all seeds, s |",
            "|---|---|---|---|---|---|",
            *rows,
            "",
            f"**Extrapolated**, and shared out between {CORES} such cores:",
            "",
            "| what | processor hours | hours on two cores |",
            "|---|---|---|",
            *(f"| {name} | {took / 3600:.2f} | {took / 3600 / CORES:.2f} |" for name, took in parts.items()),
            f"| everything | {whole / 3600:.2f} | {whole / 3600 / CORES:.2f} |",
            "",
            f"In {SHARDS} shards the longest job takes {most:.1f} h: the proof {fits} the {HOSTED} hours of a",
            "hosted job. A slower processor takes longer in proportion; a mutant can take longer than its analysis.",
            "",
        ]
    )


def main() -> None:
    """Measure, print and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--width", type=int, choices=[16, 128], default=128)
    parser.add_argument("--groups", nargs="+", choices=GROUPS, default=list(GROUPS), metavar="GROUP")
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    before = os.getloadavg()[0]
    its = measure(options.width, list(dict.fromkeys(["pictures", *options.groups])))
    load = f"load {before:.1f} before and {os.getloadavg()[0]:.1f} after, of which one is this program"
    text = to_markdown(its, options.width, load)
    print(text)
    options.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
