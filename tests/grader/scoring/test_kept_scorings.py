"""A kept scoring that somebody damaged is refused with its place; nothing is compared with it or shown by it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.scoring.handin_record import HandinRecord
from grader.scoring.scorings import check_whole, load_last_scoring, load_scorings


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not JSON; expected a scoring of hw9 score"),
        (b'{"version": 1, "numb', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"null", "expected"),
        (b'{"version": 2}', "version: 2; expected 1"),
        (b'{"number": "many"}', "number: 'many'; expected"),
        (b"\xff\xfe\x00", "not JSON"),
    ],
)
def test_damaged_scoring_is_refused_with_its_place(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "scorings" / "0003.json"
    path.parent.mkdir()
    path.write_bytes(data)
    for load in (load_last_scoring, load_scorings):
        with pytest.raises(FixableError) as caught:
            load(tmp_path)
        assert str(caught.value).startswith(str(path))
        assert said in str(caught.value)


def test_verdicts_without_any_whole_scoring_are_those_of_one_that_was_cut_short(
    tmp_path: Path, hand_in: Callable[..., HandinRecord]
) -> None:
    old = hand_in("ann", {"lime-1": "bd"})
    check_whole(tmp_path, [old], None)  # an earlier version kept no scorings
    with pytest.raises(FixableError, match="ann: verdicts of scoring 1, the newest whole one is None; expected that"):
        check_whole(tmp_path, [old.model_copy(update={"scoring": 1})], None)
