"""What the class page says of hand-ins that shared a run of the released notebook: how many were executed whole too."""

import re
from dataclasses import dataclass

from assignment.assignment import Bilingual
from grader.report.class_record import ClassRecord
from grader.runs.compared import Compared

TRANSLATED = ((re.compile(r"cell (\d+)"), r"第 \1 格"), (re.compile(r"(\d+) more"), r"另有 \1 處"))


@dataclass(frozen=True)
class SharingSummary:
    """One sentence, and each of whom not the same came, with what differs."""

    says: Bilingual
    differing: tuple[tuple[str, Bilingual], ...]


def summarize_sharing(results: ClassRecord) -> SharingSummary | None:
    """Return what the page says; None where nobody shared."""
    shared = {one.student for one in results.handins if one.run.shared} | {one.student for one in results.whole}
    if not shared:
        return None
    differing = [one for one in results.whole if one.differing]
    says = describe_sharing(len(shared), len(results.whole), len(differing))
    return SharingSummary(says, tuple((one.student, _describe(one)) for one in differing))


def describe_sharing(shared: int, whole: int, differing: int) -> Bilingual:
    """Return how many of those that shared were executed whole as well, and of how many not the same came.

    >>> describe_sharing(80, 2, 0).en
    '2 of 80 hand-ins that shared a run of the released notebook were executed whole as well; the same came of them.'
    """
    did, them = ("was", "it") if whole == 1 else ("were", "them")
    en = f"{whole} of {shared} hand-ins that shared a run of the released notebook {did} executed whole as well"
    zh = f"{shared} 份繳交共用了發布 notebook 的執行結果，其中 {whole} 份另外完整執行過"
    if not whole:
        return Bilingual(en=f"{en} yet.", zh=f"{zh.replace('其中', '目前其中')}。")
    if not differing:
        return Bilingual(en=f"{en}; the same came of {them}.", zh=f"{zh}，兩次結果相同。")
    return Bilingual(
        en=f"{en}; not the same came of {differing}: a fault of sharing, or chance. Points do not depend on it.",
        zh=f"{zh}；{differing} 份的兩次結果不同：可能是共用機制有誤，也可能出於隨機。得分與此無關。",
    )


def _describe(one: Compared) -> Bilingual:
    return Bilingual(en=", ".join(one.differing), zh="、".join(map(_translate, one.differing)))


def _translate(differs: str) -> str:
    found = (pattern.sub(zh, differs) for pattern, zh in TRANSLATED if pattern.fullmatch(differs))
    return next(found, differs)
