"""A Mutant: a named mistake that somebody could make in an analysis, as an edit of the reference."""

from dataclasses import dataclass

from assignment.assignment import Bilingual
from questions.proof.rerun import Edit, Rerun


@dataclass(frozen=True)
class Mutant:
    """`mistake` says what was done wrong, `groups` which Outputs are computed with it.

    `says` is what a student may be told whose arrays look so: one sentence, which names no choice, no question and no
    key. `equivalent` says why no question need tell it from the truth; None: one has to.
    """

    name: str
    groups: tuple[str, ...]
    mistake: str
    says: Bilingual
    edits: tuple[Edit, ...]
    equivalent: str | None = None

    def to_rerun(self, device: str) -> Rerun:
        """Return what computes its Outputs: the first seed in float32, as the unchanged reference beside it."""
        return Rerun(groups=self.groups, edits=self.edits, device=device)


def as_if(en: str, zh: str) -> Bilingual:
    """Return the words for a student, of what stands behind "as if" and 「像是」.

    >>> as_if("heads were counted from 1", "頭從 1 開始編號").zh
    '像是頭從 1 開始編號'
    >>> as_if("the softmax were left out", "softmax 漏掉了").zh
    '像是 softmax 漏掉了'
    """
    return Bilingual(en=f"as if {en}", zh=f"像是{' ' * zh[0].isascii()}{zh}")


def make_mutant(
    group: str, name: str, mistake: str, says: Bilingual, *edits: Edit, equivalent: str | None = None
) -> Mutant:
    """Return a mistake in one analysis, which its name begins with.

    >>> words = as_if("LIME had been given logits", "交給 LIME 的是 logit")
    >>> make_mutant("lime", "logits", "logits in place of probabilities", words).name
    'lime-logits'
    """
    return Mutant(f"{group}-{name}", (group,), mistake, says, edits, equivalent)
