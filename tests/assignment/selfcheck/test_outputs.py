"""What a student is told of saved arrays: each group in both languages, and nothing there is raised on."""

import os
from pathlib import Path

import numpy as np
import pytest

from assignment.agreement.agree import GroupArrays, compare_group
from assignment.assignment import Bilingual
from assignment.course import open_course
from assignment.fixable import FixableError
from assignment.outputs import Array, Outputs, save_group
from assignment.selfcheck.known import Known, find_known, load_known
from assignment.selfcheck.mistakes import Mistake, sign_differing
from assignment.selfcheck.outputs import check_outputs, describe_checks
from assignment.selfcheck.own import NOTHING, describe_own_work
from assignment.selfcheck.signature import count_unlike, find_rests, sign

AXES = {"layer": (1, 4, 9)} | {f"filter of layer {layer}": (0, 1, 2, 3) for layer in (1, 4, 9)}
RANDOM = np.random.default_rng(3)
MAPS = RANDOM.uniform(0.5, 1, (4, 16, 16)).astype(np.float32)
OFFICIAL = Outputs({("pictures", "label"): np.arange(4), ("saliency", "map"): MAPS}, AXES)


def make_mistake(wrong: Array, en: str, salt: int) -> Mistake:
    """Return a mistake that makes the saliency maps be these."""
    reading = GroupArrays({"map": wrong})
    signatures = sign_differing("saliency", reading, compare_group("saliency", reading, OFFICIAL), OFFICIAL, salt)
    return Mistake(group="saliency", says=Bilingual(en=en, zh="像是錯了"), salt=salt, signatures=signatures)


SQUARED = make_mistake(MAPS**2, "as if it were squared", 1)
MIRRORED = make_mistake(MAPS[:, :, ::-1], "as if it were mirrored", 2)
TURNED = make_mistake(-MAPS, "as if it were turned", 3)
KNOWN = Known(OFFICIAL, {"cells": []}, (), (SQUARED, MIRRORED, TURNED))


def tell(folder: Path) -> str:
    return "\n".join(describe_checks(check_outputs(folder, KNOWN, open_course())))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (MAPS**2, "as if it were squared"),
        (7 * MAPS**2, "as if it were squared"),  # no size is known
        (MAPS**2 * RANDOM.uniform(0.99, 1.01, MAPS.shape), "as if it were squared"),  # another machine's rounding
        (MAPS[:, :, ::-1], "as if it were mirrored"),
        (-2 * MAPS, "as if it were turned"),
    ],
)
def test_a_known_mistake_is_named_whatever_its_size(wrong: Array, words: str, tmp_path: Path) -> None:
    save_group(tmp_path / "outputs", "saliency", {"map": wrong})
    said = tell(tmp_path)
    assert "saliency              differs 不同" in said
    assert f"It looks {words}.\n" in said
    assert said.count("as if") == 1


def test_an_unknown_mistake_is_told_by_its_figure_and_given_no_name(tmp_path: Path) -> None:
    save_group(tmp_path / "outputs", "saliency", {"map": MAPS[::-1]})
    said = tell(tmp_path)
    assert "(picture " in said
    assert "（圖 " in said
    assert "as if" not in said


def test_what_agrees_is_missing_or_cannot_be_read_is_told_so(tmp_path: Path) -> None:
    save_group(tmp_path / "outputs", "saliency", {"map": MAPS})
    (tmp_path / "outputs" / "lime.npz").write_bytes(b"PK no npz")
    (tmp_path / "outputs" / "attention.npz").mkdir()
    said = tell(tmp_path)
    assert "saliency              agrees 一致" in said
    assert "lime                  unreadable 無法讀取" in said
    assert "attention             unreadable 無法讀取" in said
    assert "smoothgrad            missing 沒有存檔" in said


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders")
def test_a_pipe_or_more_than_the_grader_reads_is_named_and_not_read(tmp_path: Path) -> None:
    (tmp_path / "outputs").mkdir()
    os.mkfifo(tmp_path / "outputs" / "saliency.npz")
    (tmp_path / "outputs" / "lime.npz").symlink_to("/dev/zero")
    most = open_course().assignment.limits.group_bytes
    with (tmp_path / "outputs" / "attention.npz").open("wb") as file:
        file.truncate(2**40)  # no byte of it lies on the disk
    said = tell(tmp_path)
    assert said.count("unreadable 無法讀取") == 3
    assert "outputs/saliency.npz: not a regular file; expected a file that numpy wrote" in said
    assert "outputs/lime.npz: a link; expected" in said
    assert f"outputs/attention.npz: more than {most} bytes" in said


def test_signatures_of_two_mistakes_cannot_be_compared_with_each_other() -> None:
    rests = find_rests("map", MAPS**2, MAPS)
    unlike = [count_unlike(sign(rests, salt), sign(rests, salt + 1)) for salt in range(0, 60, 2)]
    assert 28 < np.mean(unlike) < 36  # as of unrelated shapes, though the shape is the same


def test_where_nothing_is_known_the_last_cell_says_so() -> None:
    assert find_known(open_course()) is None  # the checkout is no bundle
    assert describe_own_work().splitlines() == list(NOTHING)


def test_a_bundle_that_is_not_whole_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(FixableError, match=r"known\.json: No such file or directory; expected a readable"):
        load_known(tmp_path, open_course())
    (tmp_path / "known.json").write_text('{"asked": "lime-1 abcd"}')
    with pytest.raises(FixableError, match=r"pictures\.npz: No such file or directory; expected a group of Outputs"):
        load_known(tmp_path, open_course())
