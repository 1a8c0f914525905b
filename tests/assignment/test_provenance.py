"""What is stored says what it was made from; what is stale, or was changed, is a fault that says what to run."""

from pathlib import Path

import numpy as np
import pytest

from assignment import provenance
from assignment.course import Course, open_course
from assignment.outputs import load_group, save_group
from assignment.provenance import (
    digest_sources,
    find_other_makers_of,
    find_stale_outputs,
    load_provenance,
    save_provenance,
)
from grader.commands.main import main
from questions.proof.stored import find_stale_proofs
from tests.courses import change_picture, copy_course, replace_text

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
    assert [(Path(fault.place[0]).name, fault.says) for fault in find_stale_proofs(copied)] == [
        (
            name,
            f"stale: made from something else than the course has now; expected `hw9 questions {verb} --course "
            f"{copied.folder} --write`",
        )
        for name, verb in (("mutation.yaml", "mutate"), ("stability.yaml", "stability"), ("mistakes.json", "mutate"))
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


def renew(course: Course) -> None:
    """Write down today's code and packages, as if they had made all that is stored."""
    for folder in (course.canonical, course.proofs):
        save_provenance(folder, {name: its.sources for name, its in load_provenance(folder).items()})


def test_writing_one_entry_keeps_those_of_files_that_are_there(copied: Course) -> None:
    renew(copied)
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


@pytest.mark.parametrize(
    ("old", "new", "group"),
    [
        ("few: {copies: 5}", "few: {copies: 6}", "smoothgrad"),
        ("weights_mean: {hide: mean}", "weights_dark: {hide: 0}", "lime"),
        ("rises: [black, white, blurred]", "rises: [black, mean]", "integrated_gradients"),
        ("layer: 4, filters: [3,", "layer: 4, filters: [2,", "filters"),
        ("  tray: {en: tray", "  plate: {en: plate", "pictures"),
        ("shown: [2, 6, 7]", "shown: [1]", None),
    ],
)
def test_another_experiment_or_region_makes_its_group_stale_alone(
    copied: Course, old: str, new: str, group: str | None
) -> None:
    replace_text(copied.settings, old, new)
    assert {name.split(".")[0] for name in list_stale(open_course(copied.folder))} == ({group} if group else set())


def test_other_code_and_other_packages_are_said_and_are_no_fault(
    copied: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    renew(copied)
    assert list(find_other_makers_of(copied)) == []
    today = provenance.name_packages()
    monkeypatch.setattr(provenance, "name_packages", lambda: today.replace("torch 2", "torch 3"))
    canonical, proofs = find_other_makers_of(copied)
    files = len(list(copied.canonical.glob("*.npz")))
    assert canonical.startswith(f"{copied.canonical}: {files} of {files} files were made by other packages (torch 2.")
    assert f"`hw9 reference --course {copied.folder}` tells whether today's gives the same" in canonical
    assert f"`hw9 questions recheck --course {copied.folder}` tells" in proofs
    assert list_stale(copied) == []


def test_code_that_computes_is_told_apart_and_what_only_shows_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("reference/saliency.py", "reference/produce/compare.py", "assignment/models/bert.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("one = 1\n")
    monkeypatch.setattr(provenance, "ROOMS", tmp_path)
    before = provenance.name_code.__wrapped__()
    (tmp_path / "reference" / "produce" / "compare.py").write_text("two = 2\n")
    assert provenance.name_code.__wrapped__() == before
    (tmp_path / "assignment" / "models" / "bert.py").write_text("two = 2\n")
    after = provenance.name_code.__wrapped__()
    assert [one == other for one, other in zip(before.split(", "), after.split(", "), strict=True)] == [False, True]
