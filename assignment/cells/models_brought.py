"""The models of a notebook that was opened alone: brought from where the course's lock.yaml says, at its set-up."""

import os
from collections.abc import Callable
from urllib.parse import urlsplit

from assignment.assignment import Bilingual
from assignment.cells.progress import Bar
from assignment.course import Course, find_course
from assignment.fetch.fetch import fetch_assets, is_whole
from assignment.fetch.lock import LOCK_NAME, LockedAsset, load_lock
from assignment.fetch.sources import find_access
from assignment.fixable import FixableError

SPEED = 2.5e6  # bytes a second, 20 Mbit/s: a slow line, so that few wait longer than they were told
AGAIN = (
    "Run this cell again: what came is kept, and it goes on from there. If it says the same twice, show this text to "
    "the course's staff. 請再執行這個儲存格，會從中斷的地方繼續；若訊息仍相同，請把這段文字交給課程助教。"
)


def bring_models(tell: Callable[[str], object]) -> str | None:
    """Bring what the lock of the notebook's course names and is not there; return what is wrong and what to do then.

    tell: is given how much comes, from where, and how long that takes, before it begins; nothing where all is there.
    """
    try:
        return _bring(find_course(), tell)
    except FixableError as error:
        return f"{error}\n{AGAIN}"


def describe_wait(count: int) -> Bilingual:
    """Say how many bytes come, and how long that takes on a slow line.

    >>> describe_wait(450_000_000).en, describe_wait(450_000_000).zh
    ('450.0 MB, about 3 minutes at 20 Mbit/s', '450.0 MB，以 20 Mbit/s 約需 3 分鐘')
    """
    minutes, size = max(1, round(count / SPEED / 60)), f"{count / 1e6:.1f} MB"
    english = f"about {minutes} minutes" if minutes > 1 else "a minute or less"
    return Bilingual(en=f"{size}, {english} at 20 Mbit/s", zh=f"{size}，以 20 Mbit/s 約需 {minutes} 分鐘")


def _bring(course: Course, tell: Callable[[str], object]) -> str | None:
    path = course.folder / LOCK_NAME
    if not path.exists():
        return None
    lock = load_lock(path)
    missing = [asset for asset in lock.assets if not is_whole(course.folder / asset.path, asset)]
    if not missing:
        return None
    hosts = ", ".join(sorted({_name_host(asset) for asset in missing}))
    wait = describe_wait(sum(asset.bytes for asset in missing))
    tell(f"models from ｜ 模型來自 {hosts}: {wait.en} ｜ {wait.zh}")
    bars = {asset.path: Bar(asset.path, asset.bytes, " MB", 1e6) for asset in missing}
    outcomes = fetch_assets(course.folder, lock, find_access(os.environ), lambda done, _, name: bars[name].show(done))
    faults = [str(fault) for outcome in outcomes if outcome.source is None for fault in outcome.faults]
    return "\n".join([*faults, AGAIN]) if faults else None


def _name_host(asset: LockedAsset) -> str:
    if asset.hub:
        return f"hub {asset.hub.repository}"
    return urlsplit(asset.addresses[0]).hostname or "this machine"
