"""What is stored says what it was made from; what is stale, or was changed, is a fault that says what to run."""

from pathlib import Path

import numpy as np
import pytest

from assignment.course import Course, open_course
from assignment.outputs import load_group, save_group
from assignment.provenance import digest_sources, find_stale_outputs, load_provenance, save_provenance
from grader.commands.main import main
from questions.proof.stored import find_stale_proofs
from tests.courses import change_picture, copy_course

TEXTS = {"texts.npz", "attention.npz", "embedding_pca.npz", "embedding_distance.npz"}


@pytest.fixture
def copied(tmp_path: Path) -> Course:
    return copy_course(tmp_path / "winter")


def list_stale(course: Course) -> list[str]:
    return [Path(fault.place[0]).name for fault in find_stale_outputs(course)]


def test_nothing_of_the_embedded_course_is_stale(copied: Course) -> None:
    assert list(find_stale_outputs(open_course())) == []
    assert find_stale_proofs(open_course()) == []
    assert (list_stale(copied), find_stale_proofs(copied)) == ([], [])  # where it lies, and its name, are no matter
    assert set(load_provenance(copied.canonical)) == {path.name for path in copied.canonical.glob("*.npz")}


def test_arrays_that_were_changed_a_little_are_named_and_so_are_the_proofs(copied: Course) -> None:
    arrays = {
        name: its * (1 + 1e-4) if its.dtype.kind == "f" else its for name, its in read(copied, "saliency").items()
    }
    save_group(copied.canonical, "saliency", arrays, official=False)
    (fault,) = find_stale_outputs(copied)
    assert str(fault).startswith(
        f"{copied.canonical}/saliency.npz: not the file that was stored; expected that one, or"
    )
    assert f"`hw9 reference --course {copied.folder} --write`" in str(fault)
    assert [fault.says for fault in find_stale_proofs(copied)] == [
        f"stale: made from something else than the course has now; expected `hw9 questions {verb} --course "
        f"{copied.folder} --write`"
        for verb in ("mutate", "stability")
    ]


def read(course: Course, group: str) -> dict[str, np.ndarray]:
    return dict(load_group(course.canonical / f"{group}.npz"))


def test_another_picture_makes_what_the_cnn_gave_stale_and_nothing_of_the_texts(copied: Course) -> None:
    stale = list_stale(change_picture(copied, 0))
    every = {path.name for path in copied.canonical.glob("*.npz")}
    assert set(stale) == every - TEXTS


def test_a_file_of_which_nothing_is_written_is_named(copied: Course) -> None:
    (copied.canonical / "provenance.yaml").unlink()
    faults = [str(fault) for fault in find_stale_outputs(copied)]
    assert len(faults) == len(list(copied.canonical.glob("*.npz")))
    assert "saliency.npz: nobody wrote down what it was made from; expected an entry in provenance.yaml" in "".join(
        faults
    )


def test_writing_one_entry_keeps_those_of_files_that_are_there(copied: Course) -> None:
    before = load_provenance(copied.canonical)
    (copied.canonical / "attention.npz").unlink()
    save_provenance(copied.canonical, {"saliency.npz": digest_sources(copied, "saliency")})
    assert load_provenance(copied.canonical) == {name: its for name, its in before.items() if name != "attention.npz"}


@pytest.mark.slow
def test_check_refuses_what_is_stale(copied: Course, capsys: pytest.CaptureFixture[str]) -> None:
    on = ["--course", str(copied.folder)]
    assert main(["questions", "check", *on]) == 0
    change_picture(copied, 0)
    assert main(["questions", "check", *on]) == 1
    _, err = capsys.readouterr()
    assert "saliency.npz: stale: made from something else than the course has now; expected" in err
    assert "attention.npz" not in err
