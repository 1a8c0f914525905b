"""A Mutant: a named mistake that somebody could make in an analysis, as an edit of the reference."""

from dataclasses import dataclass

from questions.proof.rerun import Edit, Rerun


@dataclass(frozen=True)
class Mutant:
    """`mistake` says what was done wrong, `groups` which Outputs are computed with it.

    `equivalent` says why no question need tell it from the truth; None: one has to.
    """

    name: str
    groups: tuple[str, ...]
    mistake: str
    edits: tuple[Edit, ...]
    equivalent: str | None = None

    def to_rerun(self, device: str) -> Rerun:
        """Return what computes its Outputs: the first seed in float32, as the unchanged reference beside it."""
        return Rerun(groups=self.groups, edits=self.edits, device=device)


def make_mutant(group: str, name: str, mistake: str, *edits: Edit, equivalent: str | None = None) -> Mutant:
    """Return a mistake in one analysis, which its name begins with.

    >>> make_mutant("lime", "logits", "logits in place of probabilities").name
    'lime-logits'
    """
    return Mutant(f"{group}-{name}", (group,), mistake, edits, equivalent)
