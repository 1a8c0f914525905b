"""The tables of `python -m benchmarks.reference`."""

from collections.abc import Iterator, Sequence

from benchmarks.reference.measure import ContestResult, Timing

PAGE_HEAD = """# The CNN analyses against their rivals

Made by `python -m benchmarks.reference` on {machine}. *ms*: the best of several rounds, in which the variants take
turns. *Rival*: the package at the best of its own options. *Tuned*: the same, given a model that was made ready for it
(channels-last; for LIME a model function without gradients), which its users seldom do. Lucent's row is its loop
written anew, on a network cut off at the layer, with frozen parameters. Width 16 is the embedded classifier, width 128
the course's shape with random weights. Others, such as resnet18, have random weights too and are frozen: ours and the
rivals run the very same model, there is no folding, and what is aimed at is to be no slower. All at side 128.

*Agreement*: relative L2 difference between our result and the best rival's, for LIME the largest difference between two
weights, for ascent the difference of the activations that are reached. A float32 gradient jumps wherever rounding flips
a ReLU, so any two float32 programs differ by 1e-3 or so.

"""
COLUMNS = (
    "| analysis | model | precision | threads | ours, ms | best rival, ms | times faster | best tuned rival, ms "
    "| times faster | agreement |\n|---|---|---|---|---|---|---|---|---|---|\n"
)
TOTALS = """
## In total

Each contest of a model once, the rivals at their best; *least*: where ours is least ahead of the rival.

| model | precision | threads | ours, ms | rivals, ms | times faster | tuned rivals, ms | times faster | least |
|---|---|---|---|---|---|---|---|---|
"""
DETAILS = """
## Every variant

*Difference*: largest |difference| from ours in float64, relative to the largest value; *in all*: relative L2.

| analysis | model | precision | threads | variant | ms | times the notebook | difference | in all |
|---|---|---|---|---|---|---|---|---|
"""


def to_markdown(outcomes: Sequence[ContestResult], machine: str) -> str:
    """Return the whole report: the compact table, the totals, then every variant."""
    compact = "".join(map(_write_compact, outcomes))
    blocks = f"<!-- compact -->\n{COLUMNS}{compact}<!-- /compact -->\n{TOTALS}{''.join(_write_totals(outcomes))}"
    return f"{PAGE_HEAD.format(machine=machine)}{blocks}{DETAILS}{''.join(map(show_rows, outcomes))}"


def show_rows(outcome: ContestResult) -> str:
    """Return one line for each variant of a contest."""
    return "".join(_write_row(outcome, row) for row in outcome.rows)


def _write_compact(outcome: ContestResult) -> str:
    ours = outcome.find_best("ours")
    cells = [_write_start(outcome), f"{ours.seconds * 1e3:.0f}"]
    for kind in ("rival", "tuned"):
        best = outcome.find_best(kind)
        cells += [f"{best.seconds * 1e3:.0f} ({best.variant.name})", f"{best.seconds / ours.seconds:.2f}"]
    return f"| {' | '.join(cells)} | {outcome.agreement:.0e} |\n"


def _write_totals(outcomes: Sequence[ContestResult]) -> Iterator[str]:
    """Yield a line for each model, precision and count of threads; and one for all precisions, if there are more."""
    for name, threads in dict.fromkeys((one.contest.stage.name, one.threads) for one in outcomes):
        mine = [one for one in outcomes if (one.contest.stage.name, one.threads) == (name, threads)]
        precisions = list(dict.fromkeys(one.contest.stage.precision for one in mine))
        for precision in precisions:
            some = [one for one in mine if one.contest.stage.precision == precision]
            yield _write_total(f"{name} | {precision} | {threads}", some)
        if len(precisions) > 1:
            yield _write_total(f"{name} | {' and '.join(precisions)} | {threads}", mine)


def _write_total(start: str, outcomes: Sequence[ContestResult]) -> str:
    ours, rivals, tuned = (sum(one.find_best(kind).seconds for one in outcomes) for kind in ("ours", "rival", "tuned"))
    leads = [(one.find_best("rival").seconds / one.find_best("ours").seconds, one.contest.name) for one in outcomes]
    cells = f"{ours * 1e3:.0f} | {rivals * 1e3:.0f} | {rivals / ours:.2f} | {tuned * 1e3:.0f} | {tuned / ours:.2f}"
    return f"| {start} | {cells} | {min(leads)[0]:.2f} ({min(leads)[1]}) |\n"


def _write_row(outcome: ContestResult, row: Timing) -> str:
    cells = f"{row.variant.name} | {row.seconds * 1e3:.0f} | {outcome.rows[0].seconds / row.seconds:.2f}"
    return f"| {_write_start(outcome)} | {cells} | {row.largest:.0e} | {row.in_all:.0e} |\n"


def _write_start(outcome: ContestResult) -> str:
    stage = outcome.contest.stage
    return f"{outcome.contest.name} | {stage.name} | {stage.precision} | {outcome.threads}"
