"""The tables of `agreement.py`: what each figure showed, by variant, and how far the limits are from both sides."""

from collections.abc import Sequence
from dataclasses import dataclass

from assignment.agreement.agree import Agreement
from assignment.agreement.comparisons import COMPARISONS, Comparison
from benchmarks.agreement.variants import EVERY, VARIANTS, Variant

PAGE_HEAD = """# The limits of agreement, between honest runs and wrong ones

Made by `python -m benchmarks.agreement` on {machine},
profile `mini`, in {seconds:.0f} s. The notebook's own official cells ran in float32 there, as they are or changed
as each row says, and the grader compared what they saved with the canonical Outputs (float64). Each number is the worst
over the ten pictures (LIME, which is slow: over pictures {pictures}), twelve filters or the texts. ✗: beyond the limit,
so the grader says `differs`. *Untold*: no figure can tell this variant from an honest run. *Noise of 1e-6 in every
layer*, forth and back, stands for a GPU's coarser convolutions (Winograd).
"""


@dataclass(frozen=True)
class Trial:
    """What the grader says of one variant's Outputs."""

    number: int  # of VARIANTS, whose functions cannot travel between processes
    agreements: tuple[Agreement, ...]
    seconds: float

    @property
    def variant(self) -> Variant:
        """The variant that was tried."""
        return VARIANTS[self.number]

    def find_surprises(self) -> list[str]:
        """Return a sentence for each group of which the grader does not say what it should."""
        expected = self.variant.honest or bool(self.variant.untold)
        wanted = "only `agrees`" if expected else "another word"
        words = {group: {one.word for one in self.agreements if one.group == group} for group in self.variant.groups}
        return [
            f"{self.variant.name}: {group}: {', '.join(sorted(found))}; expected {wanted}"
            for group, found in words.items()
            if (found == {"agrees"}) != expected
        ]


def to_markdown(trials: Sequence[Trial], machine: str, pictures: str, seconds: float) -> str:
    """Return the whole report."""
    parts = [PAGE_HEAD.format(machine=machine, pictures=pictures, seconds=seconds), _show_limits(trials)]
    parts += [_show_group(group, trials) for group in EVERY]
    return "\n".join(parts)


def _show_limits(trials: Sequence[Trial]) -> str:
    lines = [
        "## Where the limits are\n",
        "| analysis | array | figure | worst honest | limit | nearest wrong that differs | which |",
        "|---|---|---|---|---|---|---|",
    ]
    return "\n".join([*lines, *(_show_limit(comparison, trials) for comparison in COMPARISONS)]) + "\n"


def _show_limit(comparison: Comparison, trials: Sequence[Trial]) -> str:
    found = [(one, trial.variant) for trial in trials for one in trial.agreements if is_of(one, comparison)]
    sign = 1 if comparison.at_most else -1
    honest = [one.figure for one, variant in found if variant.honest and one.figure is not None]
    wrong = [
        (one.figure, variant.name)
        for one, variant in found
        if not variant.honest and one.word == "differs" and one.figure is not None
    ]
    worst = show(max(honest, key=lambda figure: sign * figure), comparison.at_most) if honest else "–"
    nearest, name = min(wrong, key=lambda pair: sign * pair[0]) if wrong else (None, "–")
    cells = (comparison.group, f"`{comparison.array}`", comparison.says.en, worst)
    limit = f"{'≤' if comparison.at_most else '≥'} {comparison.limit:g}"
    return f"| {' | '.join(cells)} | {limit} | {show(nearest, comparison.at_most)} | {name} |"


def is_of(agreement: Agreement, comparison: Comparison) -> bool:
    """Tell whether an Agreement is the figure of a comparison."""
    return (agreement.group, agreement.array, agreement.measure) == (
        comparison.group,
        comparison.array,
        comparison.says.en,
    )


def show(figure: float | None, at_most: bool) -> str:
    """Return a figure; of one that is nearly 1, what it lacks.

    >>> show(0.000123, True), show(0.0, True), show(0.9967, False), show(1 - 3e-6, False), show(None, True)
    ('1.2e-04', '0', '0.9967', '1 − 3.0e-06', '–')
    """
    if figure is None:
        return "–"
    if figure in (0, 1):
        return f"{figure:g}"
    if at_most:
        return f"{figure:.1e}"
    return f"{figure:.4f}" if figure < 1 - 1e-3 else f"1 − {1 - figure:.1e}"


def _show_group(group: str, trials: Sequence[Trial]) -> str:
    columns = [comparison for comparison in COMPARISONS if comparison.group == group]
    heads = [
        f"{one.array}: {one.says.en}, {'≤' if one.at_most else '≥'} {one.limit:g}".replace("|", "\\|")
        for one in columns
    ]
    lines = [f"## {group}\n", f"| variant | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for kind, chosen in (("honest", True), ("wrong", False)):
        for trial in trials:
            if group in trial.variant.groups and trial.variant.honest == chosen:
                lines.append(_show_row(f"{kind}: {trial.variant.name}", trial, columns))
    return "\n".join(lines) + "\n"


def _show_row(name: str, trial: Trial, columns: Sequence[Comparison]) -> str:
    found = [next(one for one in trial.agreements if is_of(one, column)) for column in columns]
    cells = [_show_cell(one) for one in found]
    untold = f" (*untold: {trial.variant.untold}*)" if trial.variant.untold else ""
    return f"| {name}{untold} | {' | '.join(cells)} |"


def _show_cell(agreement: Agreement) -> str:
    if agreement.word in ("missing", "unreadable"):
        return f"{agreement.word} ✗"
    return show(agreement.figure, agreement.at_most) + (" ✗" if agreement.word == "differs" else "")
