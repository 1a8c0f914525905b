"""The decisions file is found beside its folder, there is one, and one that was applied does not vanish unseen."""

import json
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.decisions.decisions import Decisions
from grader.decisions.file import APPLIED_FILE, choose_file, find_file, load_class_decisions, save_applied
from questions.bank import Bank

DEADLINE = datetime.fromisoformat("2027-05-28T23:59:59+08:00")
ONE = "- {decision: void, question: lime-1, reason: x, date: 2027-06-02}\n"


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("handins", "runs"):
        (tmp_path / name).mkdir()
    return tmp_path / "handins", tmp_path / "runs"


def load(folders: tuple[Path, Path], bank: Bank, file: Path | None = None, *, alone: bool = False) -> Decisions:
    found = load_class_decisions(None if alone else folders[0], folders[1], file, bank, DEADLINE, ["b01"])
    save_applied(folders[1], found)
    return found


@pytest.mark.parametrize("name", ["handins.decisions.yaml", "handins.decisions.YML", "runs.decisions.csv"])
def test_file_beside_a_folder_is_found_and_another_name_is_not(
    folders: tuple[Path, Path], tmp_path: Path, bank: Bank, name: str
) -> None:
    for other in ("decisions.yaml", "handins2.decisions.yaml", "handins.decisions.yaml.bak", "Handins.decisions.txt"):
        (tmp_path / other).write_text("no")
    assert load(folders, bank).every == ()
    text = "decision,question,reason,date\nvoid,lime-1,x,2027-06-02\n" if name.endswith("csv") else ONE
    (tmp_path / name).write_text(text)
    assert load(folders, bank).file == tmp_path / name
    assert len(load(folders, bank).every) == 1


@pytest.mark.parametrize("name", ["handins.decisions.csv", "runs.decisions.yaml"])
def test_two_files_are_a_fault(folders: tuple[Path, Path], tmp_path: Path, bank: Bank, name: str) -> None:
    for one in ("handins.decisions.yaml", name):
        (tmp_path / one).write_text("")
    with pytest.raises(FixableError, match=f"(?s)handins.decisions.yaml.*{name}; expected one|{name}.*expected one"):
        load(folders, bank)


def test_folder_named_by_where_one_stands_has_its_own_name(
    folders: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "handins.decisions.yaml").write_text(ONE)
    monkeypatch.chdir(tmp_path / "handins")
    assert find_file(Path()) == tmp_path / "handins.decisions.yaml"
    assert find_file(Path("../handins/")) == Path("../handins.decisions.yaml")
    assert choose_file(Path("../runs")) == Path("../runs.decisions.yaml")


def test_file_that_was_applied_and_is_gone_is_a_fault_until_an_empty_one_says_so(
    folders: tuple[Path, Path], tmp_path: Path, bank: Bank
) -> None:
    file = tmp_path / "handins.decisions.yaml"
    file.write_text(ONE)
    load(folders, bank)
    file.unlink()
    with pytest.raises(FixableError, match=r"handins.decisions.yaml: the last scoring applied its decisions, and now"):
        load(folders, bank)
    file.write_text("")
    assert load(folders, bank).every == ()


def test_forgotten_option_is_a_fault_and_another_file_is_said(
    folders: tuple[Path, Path], tmp_path: Path, bank: Bank
) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(ONE)
    assert load(folders, bank, mine).notes == (f"{mine}: these decisions apply (1)",)
    with pytest.raises(FixableError, match=r"mine.yaml: .*--decisions FILE"):
        load(folders, bank)
    (tmp_path / "handins.decisions.yaml").write_text(ONE)
    assert load(folders, bank).notes[0].endswith(f"these decisions apply (1); the last scoring applied {mine}")
    assert load(folders, bank).notes[0].endswith("these decisions apply (1)")


def test_runs_alone_know_the_file_that_was_applied(folders: tuple[Path, Path], tmp_path: Path, bank: Bank) -> None:
    (tmp_path / "handins.decisions.yaml").write_text(ONE)
    load(folders, bank)
    assert load(folders, bank, alone=True).file == tmp_path / "handins.decisions.yaml"
    (folders[1] / "runs.json").write_text("{}")
    assert choose_file(folders[1]) == tmp_path / "handins.decisions.yaml"


def test_record_of_an_earlier_version_which_told_the_digest_is_read(
    folders: tuple[Path, Path], tmp_path: Path, bank: Bank
) -> None:
    file = tmp_path / "elsewhere.yaml"
    file.write_text(ONE)
    told = {"version": 1, "file": str(file), "digest": "0" * 64}
    (folders[1] / APPLIED_FILE).write_text(json.dumps(told))
    assert load(folders, bank, alone=True).file == file
    assert json.loads((folders[1] / APPLIED_FILE).read_text()).keys() == {"version", "file", "seen"}


def test_copied_class_has_the_copied_decisions_and_runs_that_were_moved_alone_have_the_old_ones(
    folders: tuple[Path, Path], tmp_path: Path, bank: Bank
) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    for one in folders:
        one.rename(folder / one.name)
    file = folder / "handins.decisions.yaml"
    file.write_text(ONE)
    load((folder / "handins", folder / "runs"), bank)
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / "handins.decisions.yaml").write_text("")
    found = load_class_decisions(None, copy / "runs", None, bank, DEADLINE, ["b01"])
    assert found.notes == (f"{copy}/handins.decisions.yaml: these decisions apply (0)",)
    (copy / "runs" / "runs.json").write_text("{}")
    assert choose_file(copy / "runs") == copy / "handins.decisions.yaml"
    moved = (copy / "runs").rename(tmp_path / "alone")
    assert load_class_decisions(None, moved, None, bank, DEADLINE, ["b01"]).file == file


def test_runs_without_a_decision_have_the_file_beside_their_hand_ins(folders: tuple[Path, Path]) -> None:
    handins, runs = folders
    assert choose_file(runs, handins) == handins.with_name("handins.decisions.yaml")
    assert choose_file(runs, handins / "gone" / "handins") == runs.with_name("runs.decisions.yaml")
    (runs.with_name("runs.decisions.csv")).write_text("")
    assert choose_file(runs, handins) == runs.with_name("runs.decisions.csv")


def test_damaged_record_of_what_was_applied_is_named(folders: tuple[Path, Path], bank: Bank) -> None:
    (folders[1] / APPLIED_FILE).write_text("{")
    with pytest.raises(FixableError, match=r"decisions.json: not JSON"):
        load(folders, bank)
    (folders[1] / APPLIED_FILE).write_text('{"file": 1}')
    with pytest.raises(FixableError, match=r"decisions.json"):
        load(folders, bank)
