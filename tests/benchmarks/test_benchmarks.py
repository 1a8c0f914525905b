"""The programs that measure run from the command line: they are started by hand, months apart."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.reference.measure import ContestResult, Timing
from benchmarks.reference.stage import Contest, Implementation, Stage
from benchmarks.reference.table import to_markdown
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]


def time_contest(name: str, precision: str, **milliseconds: float) -> ContestResult:
    """Return a contest on a made-up stage, whose variants took so long."""
    stage = type("MadeStage", (Stage,), {"precision": precision})("width 16", *[None] * 7)
    rows = [
        Timing(Implementation(kind, f"{kind} of {name}", float), ms / 1e3, 0.0, 0.0)
        for kind, ms in milliseconds.items()
    ]
    return ContestResult(Contest(name, stage, [row.variant for row in rows], float), 2, rows, 0.0)


def test_totals_add_up_each_precision_and_both_and_name_the_least_lead() -> None:
    outcomes = [
        time_contest("saliency", "float32", rival=30.0, tuned=20.0, ours=10.0),
        time_contest("SmoothGrad", "float32", rival=30.0, tuned=60.0, ours=20.0),
        time_contest("saliency", "float64", rival=240.0, tuned=240.0, ours=70.0),
    ]
    totals = [line for line in to_markdown(outcomes, "a machine").splitlines() if line.startswith("| width 16 |")]
    assert totals == [
        "| width 16 | float32 | 2 | 30 | 60 | 2.00 | 80 | 2.67 | 1.50 (SmoothGrad) |",
        "| width 16 | float64 | 2 | 70 | 240 | 3.43 | 240 | 3.43 | 3.43 (saliency) |",
        "| width 16 | float32 and float64 | 2 | 100 | 300 | 3.00 | 320 | 3.20 | 1.50 (SmoothGrad) |",
    ]


def run_program(name: str, *arguments: str) -> str:
    """Run a program of `benchmarks` to its end; return what it printed."""
    command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.slow
def test_processes_of_agreement_find_what_they_are_to_try(tmp_path: Path) -> None:
    out = tmp_path / "agreement.md"
    printed = run_program("agreement", "--only", "cosine", "--out", str(out))
    assert re.search(r"^as expected: 2 variants", printed, re.MULTILINE)
    assert "| cosine distance |" in out.read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(("model", "analyses"), [("width 16", ["saliency"]), ("resnet18", ["saliency", "lime"])])
def test_ours_and_the_packages_find_the_same_in_float64(model: str, analyses: list[str], tmp_path: Path) -> None:
    out = tmp_path / "reference.md"
    options = ["--model", model, "--precision", "float64", "--threads", "1", "--seconds", "0", "--out", str(out)]
    run_program("reference", *options, "--contest", *analyses)
    compact = out.read_text(encoding="utf-8").split("compact -->")[1]
    rows = [line.split(" | ") for line in compact.splitlines() if line.startswith(("| saliency", "| LIME"))]
    assert [row[1] for row in rows] == [model] * len(analyses)
    assert all(float(row[-1].rstrip(" |")) < 1e-9 for row in rows)
