"""A course comes to a machine once, by sha256, goes on after a break, and must be the driver's."""

import asyncio
from pathlib import Path

import pytest

from assignment.course import Course, open_course
from assignment.fixable import FixableError
from grader.cluster.parcel import read_piece
from grader.cluster.shipment import Ask, Shipment, describe_course, list_course, obtain_course
from tests.courses import copy_course


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return copy_course(tmp_path_factory.mktemp("course") / "its")


def ask_for(course: Course, asked: list[str], *, most: int | None = None) -> Ask:
    """Return what gives pieces of a course's files; the connection breaks after `most` of them."""
    files = list_course(course)

    async def ask(name: str, offset: int) -> bytes:
        if most is not None and len(asked) >= most:
            raise OSError("the connection broke")
        asked.append(name)
        return read_piece(files[name], offset)

    return ask


def obtain(shipment: Shipment, cache: Path, ask: Ask) -> Course:
    return asyncio.run(obtain_course(shipment, cache, ask))


def test_course_comes_once_without_bank_or_key(course: Course, tmp_path: Path) -> None:
    asked: list[str] = []
    shipment = describe_course(course)
    found = obtain(shipment, tmp_path, ask_for(course, asked))
    assert found.mark == course.mark
    assert sorted(set(asked)) == sorted(one.path for one in shipment.files)
    assert not {path for path in found.folder.rglob("*") if {"bank", "proofs", "canonical"} & set(path.parts)}
    again: list[str] = []
    obtain(shipment, tmp_path, ask_for(course, again))
    assert again == []


def test_link_where_a_file_of_the_course_belongs_is_not_followed(course: Course, tmp_path: Path) -> None:
    shipment = describe_course(course)
    its = obtain(shipment, tmp_path, ask_for(course, []))
    path = its.folder / shipment.files[0].path
    path.unlink()
    path.symlink_to(course.folder / shipment.files[0].path)  # the same bytes
    with pytest.raises(FixableError, match=r": a link; expected a file of the course"):
        obtain(shipment, tmp_path, ask_for(course, []))


def test_transfer_that_broke_off_goes_on_where_it_was(course: Course, tmp_path: Path) -> None:
    first: list[str] = []
    second: list[str] = []
    with pytest.raises(OSError, match="the connection broke"):
        obtain(describe_course(course), tmp_path, ask_for(course, first, most=3))
    obtain(describe_course(course), tmp_path, ask_for(course, second))
    assert not set(first) & set(second)


def test_large_file_goes_on_in_its_middle(course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.cluster.parcel.PIECE", 1000)
    offsets: list[int] = []
    give = ask_for(course, [])

    async def ask(name: str, offset: int) -> bytes:
        offsets.append(offset)
        if len(offsets) == 2:
            raise OSError("the connection broke")
        return await give(name, offset)

    with pytest.raises(OSError, match="the connection broke"):
        obtain(describe_course(course), tmp_path, ask)
    obtain(describe_course(course), tmp_path, ask)
    assert offsets[:3] == [0, 1000, 1000]


def test_file_that_is_not_what_was_announced_is_refused(course: Course, tmp_path: Path) -> None:
    async def ask(name: str, offset: int) -> bytes:
        return b"x"

    with pytest.raises(FixableError, match="not what was announced; expected sha256"):
        obtain(describe_course(course), tmp_path, ask)


def test_file_that_changed_in_the_cache_comes_again(course: Course, tmp_path: Path) -> None:
    shipment = describe_course(course)
    found = obtain(shipment, tmp_path, ask_for(course, []))
    found.settings.write_text("nothing")
    asked: list[str] = []
    obtain(shipment, tmp_path, ask_for(course, asked))
    assert asked == ["course.yaml"]


def test_embedded_course_is_not_sent_and_must_be_the_same(tmp_path: Path) -> None:
    shipment = describe_course(open_course())
    assert shipment.files == ()
    assert obtain(shipment, tmp_path, ask_for(open_course(), [], most=0)).embedded
    other = shipment.model_copy(update={"notebook_sha256": "0" * 64})
    with pytest.raises(FixableError, match=r"released notebook [0-9a-f]{12}; expected 000000000000, the driver's"):
        obtain(other, tmp_path, ask_for(open_course(), [], most=0))


@pytest.mark.parametrize("name", ["../x", "a/b", "..", ".hidden", ""])
def test_course_with_a_folder_that_leads_out_is_refused(name: str) -> None:
    told = describe_course(open_course()).model_dump(mode="json") | {"folder": name}
    with pytest.raises(ValueError, match="expected the name of a folder"):
        Shipment.model_validate(told)
