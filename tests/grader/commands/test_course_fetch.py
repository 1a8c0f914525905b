"""`hw9 course fetch` as it is typed: what it prints, its exit codes, and the lines of its README."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

from assignment import authoring
from assignment.course import Course
from assignment.fetch.lock import load_lock
from grader.commands.main import main
from tests.assignment.fetch.served import FileServer, Served, to_entry
from tests.courses import copy_course

GUIDE = (Path(authoring.__file__).with_name("README.md")).read_text(encoding="utf-8")


@pytest.fixture
def winter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A course in the folder `winter` of the current one, its cache beside it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HW9_CACHE", "cache")
    return copy_course(tmp_path / "winter")


def write_lock(course: Course, *entries: object) -> None:
    (course.folder / "lock.yaml").write_text(yaml.safe_dump({"assets": list(entries)}), encoding="utf-8")


def test_manifest_asset_that_was_left_out_of_the_repository_is_brought(
    winter: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    path = winter.folder / winter.manifest.classifier
    data = path.read_bytes()
    path.unlink()
    with FileServer() as server:
        server.files["/cnn"] = Served(data)
        address = f"{server.address}/cnn"
        gone = f"{server.address}/gone"
        write_lock(winter, to_entry(winter.manifest.classifier, data, addresses=[gone, address]))
        assert main(["course", "fetch", "--course", "winter"]) == 0
    said = f"{winter.manifest.classifier}: {len(data):,} bytes, "
    out, err = capsys.readouterr()
    assert out.splitlines() == [f"{said}{address}", f"  not from {gone}: HTTP 404 Not Found; expected the file"]
    size = f"{len(data) / 1000:.1f}"
    assert re.search(rf"{winter.manifest.classifier} .* {size}/{size} kB .*:00", " ".join(err.split()))
    assert winter.profile.find_asset(winter.manifest.classifier).read_bytes() == data
    assert main(["course", "fetch", "--course", "winter", "--offline"]) == 0
    assert capsys.readouterr() == (f"{said}there already\n", "")


def test_every_fault_is_printed_and_what_can_be_had_is_there(
    winter: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    (winter.folder / winter.manifest.classifier).unlink()
    with FileServer() as server:
        server.files["/a"] = server.files["/b"] = Served(b"other weights")
        write_lock(
            winter,
            to_entry("a", b"weights", addresses=[f"{server.address}/a"]),
            to_entry(winter.manifest.classifier, b"other weights", addresses=[f"{server.address}/b"]),
        )
        assert main(["course", "fetch", "--course", "winter"]) == 1
    err = capsys.readouterr().err
    place = f"{winter.folder}/lock.yaml: "
    assert f"{place}a: {server.address}/a: a file of 13 bytes; expected 7\n" in err
    assert f"{place}{winter.manifest.classifier}: bytes: 13; expected " in err
    assert f"{place}{winter.manifest.classifier}: sha256: " in err
    assert (winter.folder / winter.manifest.classifier).read_bytes() == b"other weights"


def test_lock_with_faults_asks_for_nothing(winter: Course, capsys: pytest.CaptureFixture[str]) -> None:
    with FileServer() as server:
        good = to_entry("a", b"weights", addresses=[f"{server.address}/a"])
        write_lock(winter, good, {"path": "b", "bytes": 7, "addresses": [f"{server.address}/b"]})
        assert main(["course", "fetch", "--course", "winter"]) == 1
        assert server.asked == []
    assert capsys.readouterr().err == f"{winter.folder}/lock.yaml: assets: 1: sha256: missing; expected a value\n"


def test_course_without_a_lock_has_nothing_to_fetch(winter: Course, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["course", "fetch", "--course", "winter"]) == 0
    assert capsys.readouterr().out == f"{winter.folder}: no lock.yaml: nothing to fetch\n"


def test_lines_of_the_guide_work_as_they_are_written(winter: Course, tmp_path: Path) -> None:
    examples = dict(re.findall(r"^```(yaml|sh)\n(.*?)^```$", _find_section("Large files"), re.DOTALL | re.MULTILINE))
    (winter.folder / "lock.yaml").write_text(examples["yaml"], encoding="utf-8")
    read = load_lock(winter.folder / "lock.yaml")
    assert [bool(asset.hub) for asset in read.assets] == [False, True]
    with FileServer() as server:
        server.files["/cnn"] = Served(b"weights")
        write_lock(winter, to_entry(read.assets[0].path, b"weights", addresses=[f"{server.address}/cnn"]))
        lines = [line.partition("#")[0] for line in examples["sh"].splitlines()]
        assert [_type(line) for line in lines] == [0] * len(lines)
        assert len(lines) >= 2
    assert (winter.folder / read.assets[0].path).read_bytes() == b"weights"
    assert (tmp_path / "cache").is_dir()


def _find_section(title: str) -> str:
    return GUIDE.partition(f"## {title}\n")[2].partition("\n## ")[0]


def _type(line: str) -> int:
    words = shlex.split(line)
    assert words[0] == "hw9"
    return main(words[1:])
