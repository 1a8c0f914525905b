"""What the class page says of a student's own cells: how many staff may want to read, and where each stands."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assignment.assignment import Bilingual
from grader.handins.own_cells import OwnCell, OwnPlace

PLACES: dict[OwnPlace, Bilingual] = {
    "before_setup": Bilingual(en="before the set-up", zh="在準備之前"),
    "after_official": Bilingual(en="directly after an official cell", zh="緊接在官方儲存格之後"),
    "elsewhere": Bilingual(en="elsewhere", zh="其他位置"),
    "scratch": Bilingual(en="at a scratch place", zh="在 scratch 的位置"),
}
KINDS = {"added": Bilingual(en="added", zh="新增"), "changed": Bilingual(en="changed", zh="改過")}
OVERRIDING = ("before_setup", "after_official")  # where a cell may replace what an official one gives
MOST_NAMED = 6


@dataclass(frozen=True)
class OwnCells:
    """The own cells of one student. overriding: how many stand where they may override."""

    overriding: int
    count: int
    lines: tuple[Bilingual, ...]  # a place each, those that may override first


def make_own_cells(cells: Iterable[OwnCell] | None) -> OwnCells | None:
    """Return what the page shows; None where nobody looked."""
    if cells is None:
        return None
    listed = list(cells)
    overriding = sum(one.place in OVERRIDING for one in listed)
    return OwnCells(overriding, len(listed), tuple(_describe(listed)))


def _describe(cells: list[OwnCell]) -> Iterator[Bilingual]:
    for place, says in PLACES.items():
        its = [one for one in cells if one.place == place]
        if its and place == "scratch":
            yield Bilingual(en=f"{says.en}: {len(its)}", zh=f"{says.zh}：{len(its)} 個")
        elif its:
            left = len(its) - MOST_NAMED
            more_en, more_zh = (f"; and {left} more", f"；另有 {left} 個") if left > 0 else ("", "")
            names = [_name(one) for one in its[:MOST_NAMED]]
            en, zh = "; ".join(name.en for name in names), "；".join(name.zh for name in names)
            yield Bilingual(en=f"{says.en}: {en}{more_en}", zh=f"{says.zh}：{zh}{more_zh}")


def _name(one: OwnCell) -> Bilingual:
    kind = KINDS[one.kind]
    after_en, after_zh = (f", after {one.after}", f"，在 {one.after} 之後") if one.after else ("", "")
    return Bilingual(en=f"cell {one.cell} ({kind.en}{after_en})", zh=f"第 {one.cell} 格（{kind.zh}{after_zh}）")
