"""Archives that mean harm, or are only odd: a bad member is that member's problem, and every other is collected."""

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.collect.collect import collect
from grader.collect.download import DEEPEST
from grader.collect.names import find_name
from grader.collect.record import Collected
from grader.collect.say import needs_person, to_lines
from grader.collect.source import read_directory_size
from grader.handins.submission import find_submissions
from tests.grader.collect.conftest import list_files, make_notebook, make_zip

Take = Callable[..., Collected]

ONE = make_notebook()
GOOD = "good_41000_90001_hw.ipynb"


def held(collected: Collected) -> dict[str, str]:
    return {file.source.partition(": ")[2]: file.why for file in collected.held}


def write_zip(path: Path, members: list[tuple[zipfile.ZipInfo | str, bytes]]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, data in members:
            archive.writestr(info, data)
    return path


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../a_41001_90002_hw.ipynb", "'..'"),
        ("a_41001_90002_x/../../hw.ipynb", "'..'"),
        ("/a_41001_90002_hw.ipynb", "absolute"),
        ("\\\\server\\a_41001_90002_hw.ipynb", "absolute"),
        ("C:\\a_41001_90002_hw.ipynb", "absolute"),
        ("..\\a_41001_90002_hw.ipynb", "'..'"),
        ("a_41001_90002_h\nw.ipynb", "control characters"),
        ("a_41001_90002_" + "x" * 300 + ".ipynb", "too long"),
        ("a_41001_90002_x/" + "x/" * 20 + "hw.ipynb", "folders deep"),
    ],
)
def test_path_that_leads_elsewhere_is_held_and_nothing_is_written_there(
    tmp_path: Path, take: Take, name: str, why: str
) -> None:
    path = write_zip(tmp_path / "download.zip", [(GOOD, ONE), (name, ONE)])
    collected = take(path)
    ((_, said),) = held(collected).items()
    assert why in said
    assert needs_person(collected)
    assert set(list_files(tmp_path / "handins")) >= {"41000.ipynb", "handins.csv", "collected.json"}
    assert {path.name for path in tmp_path.iterdir()} == {"handins", "download.zip"}


def test_link_encrypted_and_odd_compression_are_held_and_their_student_is_not_missing(
    tmp_path: Path, take: Take
) -> None:
    link, pipe = zipfile.ZipInfo("a_41001_90002_hw.ipynb"), zipfile.ZipInfo("b_41002_90003_hw.ipynb")
    link.external_attr, pipe.external_attr = (stat.S_IFLNK | 0o777) << 16, (stat.S_IFIFO | 0o666) << 16
    packed = zipfile.ZipInfo("c_41003_90004_hw.ipynb")
    packed.compress_type = zipfile.ZIP_LZMA
    path = write_zip(tmp_path / "download.zip", [(GOOD, ONE), (link, b"/etc/passwd"), (pipe, b""), (packed, ONE),
                                                 ("d_41004_90005_hw.ipynb", ONE)])  # fmt: skip
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1  # the last member says that it is encrypted
    path.write_bytes(data)
    collected = take(path)
    whys = {file.student: file.why for file in collected.held}
    assert "link" in whys["41001"]
    assert "no regular file" in whys["41002"]
    assert "compression method 14" in whys["41003"]
    assert "encrypted" in whys["41004"]
    problems = {one.student: one.problem for one in find_submissions(tmp_path / "handins")}
    assert problems == {"41000": None} | dict.fromkeys(("41001", "41002", "41003", "41004"), "not_a_notebook")
    assert "encrypted" in (tmp_path / "handins" / "41004" / "held.txt").read_text()


@pytest.mark.parametrize("inside", [False, True])
def test_member_without_a_name_is_that_archive_s_trouble_alone(tmp_path: Path, take: Take, inside: bool) -> None:
    """Python 3.11's zipfile fails on it where it asks for a folder, and so one student's archive stopped the class."""
    nameless = [(zipfile.ZipInfo(""), b"1"), ("a_41001_90002_hw.ipynb", ONE)]
    own = write_zip(tmp_path / "own.zip", nameless).read_bytes()
    (tmp_path / "own.zip").unlink()
    members = [(GOOD, ONE), ("a_41001_90002_hw.zip", own)] if inside else [(GOOD, ONE), *nameless]
    collected = take(write_zip(tmp_path / "download.zip", members))
    assert "no name; expected one" in " ".join(file.why for file in collected.held)
    assert {one.student: one.problem for one in find_submissions(tmp_path / "handins")} == {
        "41000": None,
        "41001": None,
    }


def test_links_of_an_unpacked_folder_are_not_followed(
    tmp_path: Path, take: Take, download: Callable[..., Path]
) -> None:
    folder = download({GOOD: ONE}, name="folder")
    (tmp_path / "secret.ipynb").write_bytes(ONE)
    (folder / "a_41001_90002_hw.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (folder / "b_41002_90003_hw").symlink_to(tmp_path)
    os.mkfifo(folder / "c_41003_90004_hw.ipynb")
    (folder / "d\udcff_41004_90005_hw.ipynb").write_bytes(ONE)
    collected = take(folder)
    assert len(held(collected)) == 3
    assert {one.student for one in collected.students if one.files} == {"41000", "41004"}


def test_broken_member_is_held_and_the_others_are_collected(tmp_path: Path, take: Take) -> None:
    path = write_zip(tmp_path / "download.zip", [(GOOD, ONE), ("a_41001_90002_hw.ipynb", make_notebook("x" * 500))])
    data = bytearray(path.read_bytes())
    at = data.index(b"a_41001_90002_hw.ipynb") + 60
    data[at] ^= 0xFF
    path.write_bytes(data)
    collected = take(path)
    assert list(held(collected)) == ["a_41001_90002_hw.ipynb"]
    assert (tmp_path / "handins" / "41000.ipynb").read_bytes() == ONE


def test_archive_that_is_cut_is_refused_whole(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "download.zip", [(GOOD, ONE)])
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(FixableError, match=r"download\.zip: .*expected a whole zip file"):
        collect([path], tmp_path / "handins")


def test_bombs_are_held_and_small_files_come_first(tmp_path: Path, take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.collect.source.MOST_BYTES", 2**20)
    monkeypatch.setattr("grader.collect.source.UNSUSPECTED", 2**19)
    monkeypatch.setattr("grader.collect.room.MOST_BYTES", 2**20)
    monkeypatch.setattr("grader.collect.download.MOST_OF_ONE", 2 * 2**20)
    monkeypatch.setattr("grader.collect.download.LEAST_OF_ALL", 3 * 2**20)
    monkeypatch.setattr("grader.collect.download.MOST_SWELLING", 1)
    monkeypatch.setattr("grader.collect.download.MOST_FILES_OF_ONE", 50)
    zeros = b"0" * 2**19
    files = {
        "a_41001_90002_hw.ipynb": b"0" * (2**20 + 1),
        "b_41002_90003_hw.ipynb": b"0" * (2**20 - 1),
        "c_41003_90004_hw.zip": make_zip({f"{n}.ipynb": zeros for n in range(6)}),
        "d_41004_90005_hw.zip": make_zip({f"{n}.ipynb": b"" for n in range(100)}),
        "e_41005_90006_hw.zip": make_zip({f"{n}.ipynb": zeros for n in range(6)}),
        GOOD: ONE,
    }
    collected = take(files)
    assert (tmp_path / "handins" / "41000.ipynb").read_bytes() == ONE
    whys = held(collected)
    assert "expected at most 1048576" in whys["a_41001_90002_hw.ipynb"]
    assert "expected at most 200 times as many" in whys["b_41002_90003_hw.ipynb"]
    assert sum(name.startswith("c_41003") for name in whys) + sum(name.startswith("e_41005") for name in whys) >= 6
    assert sum(name.startswith("d_41004") for name in whys) == 51
    assert sum(len(data) for data in list_files(tmp_path / "handins").values()) < 4 * 2**20
    assert sum(line.startswith("not taken") for line in to_lines(collected, tmp_path)) == 11


def test_member_that_is_larger_than_it_says_takes_no_more_than_it_says(tmp_path: Path, take: Take) -> None:
    path = write_zip(tmp_path / "download.zip", [(GOOD, ONE), ("a_41001_90002_hw.ipynb", b"0" * 10**6)])
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<L", 10)
    path.write_bytes(data)
    assert list(held(take(path))) == ["a_41001_90002_hw.ipynb"]


def test_archives_within_archives_end_somewhere(tmp_path: Path, take: Take) -> None:
    data = make_zip({"hw.ipynb": ONE})
    for _ in range(DEEPEST):
        data = make_zip({"more.zip": data})
    collected = take({GOOD: ONE, "a_41001_90002_hw.zip": data, "b_41002_90003_hw.zip": b"no zip at all"})
    assert {file.student: file.why.split("; ")[0] for file in collected.held} == {
        "41001": f"more than {DEEPEST} archives within one another",
        "41002": "File is not a zip file",
    }
    assert (tmp_path / "handins" / "41000.ipynb").read_bytes() == ONE


def test_list_of_members_that_would_fill_the_memory_is_not_read(tmp_path: Path, take: Take) -> None:
    data = bytearray(make_zip({"hw.ipynb": ONE}))
    at = data.rindex(b"PK\x05\x06")
    data[at + 12 : at + 16] = struct.pack("<L", 2**30)
    collected = take({GOOD: ONE, "a_41001_90002_hw.zip": bytes(data)})
    assert held(collected) == {
        "a_41001_90002_hw.zip": "its list of members has 1073741824 bytes; expected at most 4194304"
    }


def test_size_of_the_list_is_read_where_zipfile_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    data = make_zip({"hw.ipynb": ONE})
    path.write_bytes(data)
    assert 46 < read_directory_size(path) < 200
    huge, small = struct.pack("<L", 2**30), struct.pack("<L", 60)
    end = data[-22:]
    forged = end[:12] + huge + b"PK\x05\x06" + b"\0\0"  # looks, from behind, like an end that is cut off
    path.write_bytes(data[:-22] + forged)
    assert read_directory_size(path) == 2**30
    record = b"PK\x06\x06" + b"\0" * 36 + struct.pack("<Q", 2**30) + b"\0" * 8
    decoy = record[:40] + struct.pack("<Q", 60) + b"\0" * 8
    locator = b"PK\x06\x07" + b"\0" * 4 + struct.pack("<Q", 0) + b"\0" * 4
    path.write_bytes(decoy + record + locator + end[:12] + small + end[16:])
    assert read_directory_size(path) == 2**30


@pytest.mark.parametrize("outer", ["submission_1", "Ada_1_assignsubmission_file_", "ada_1_2_hw"])
def test_student_who_hands_in_metadata_takes_nobody_s_place(take: Take, outer: str) -> None:
    told = b"submission_2:\n  :submitters:\n  - :sid: evil\n"
    ours = b"submission_1:\n  :submitters:\n  - :sid: a1\nsubmission_2:\n  :submitters:\n  - :sid: b2\n"
    files = {f"{outer}/hw.ipynb": ONE, f"{outer}/submission_metadata.yml": told, "submission_2/hw.ipynb": ONE}
    collected = take(files | {"submission_metadata.yml": ours, "submission_1/x.ipynb": ONE})
    assert "evil" not in {one.student for one in collected.students}


LIST = b"a0: &a0 [x, x]\n" + b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (n, n, n - 1, n - 1) for n in range(1, 40))
MERGED = b"a0: &a0 {x: y}\n" + b"".join(b"a%d: &a%d {<<: [*a%d, *a%d]}\n" % (n, n, n - 1, n - 1) for n in range(1, 40))


@pytest.mark.parametrize(
    "told",
    [
        LIST + b"submission_1:\n  :submitters:\n  - {:sid: *a39, :email: *a39, :name: *a39}\n",
        MERGED,
        b"submission_1:\n  :submitters:\n  - :sid: 0x" + b"f" * 10_000,
        b"? 0x" + b"f" * 10_000 + b"\n: {}\n",
        b"submission_1: " + b"[" * 100_000,
    ],
    ids=["lists", "merged", "number", "key", "deep"],
)
def test_metadata_that_would_become_larger_than_any_memory_ends_soon(take: Take, told: bytes) -> None:
    try:
        said = str(take({"submission_metadata.yml": told, "submission_1/hw.ipynb": ONE}))
    except FixableError as error:
        said = str(error)
    assert "submission_metadata.yml: " in said or "Student(student='1'" in said


def test_file_that_is_called_like_another_s_folder_is_its_own_student_s(take: Take) -> None:
    name = "Ada_1_assignsubmission_file_x_999_assignsubmission_file_hw.ipynb"
    other = "bo_41001_90002_x_41999_90003_hw.ipynb"
    assert [one.student for one in take({name: ONE}).students] == ["1"]
    (one,) = take({other: ONE}).students
    assert (one.student, one.files) == ("41001", ())


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_with_one_name_are_one_where_they_are_the_same_and_else_held(tmp_path: Path, take: Take) -> None:
    same, other = "a_41001_90002_hw.ipynb", "b_41002_90003_hw.ipynb"
    path = write_zip(
        tmp_path / "download.zip", [(GOOD, ONE), (same, ONE), (same, ONE), (other, ONE), (other, make_notebook("2"))]
    )
    collected = take(path)
    assert {one.student: len(one.files) for one in collected.students} == {"41000": 1, "41001": 1, "41002": 0}
    assert {file.why for file in collected.held} == {"2 members have this name and differ; expected one"}


@pytest.mark.parametrize("encoding", ["utf-8", "big5"])
def test_names_without_the_flag_are_read_as_utf_8_or_big5(tmp_path: Path, take: Take, encoding: str) -> None:
    name = "b09900000#_王小明_41000_90001_作業.ipynb"
    raw = name.encode(encoding).decode("cp437")
    data = make_zip({"x" * len(name.encode(encoding)): ONE})
    data = data.replace(b"x" * len(name.encode(encoding)), name.encode(encoding))
    (tmp_path / "download.zip").write_bytes(data)
    with zipfile.ZipFile(tmp_path / "download.zip") as archive:
        assert archive.namelist() == [raw]
    (one,) = take(tmp_path / "download.zip").students
    assert (one.student, one.name) == ("b09900000", "王小明")


def test_name_in_the_extra_field_counts_where_it_belongs_to_the_name() -> None:
    info = zipfile.ZipInfo("é")
    raw = "é".encode("cp437")
    for crc, said in ((zlib.crc32(raw), "王"), (7, "é")):
        body = b"\x01" + struct.pack("<L", crc) + "王".encode()
        info.extra = b"\x55\x54\x01\x00\x00" + struct.pack("<HH", 0x7075, len(body)) + body
        assert find_name(info) == said
    info.extra = b"\x75\x70\xff\xff"
    assert find_name(info) == "é"


@pytest.mark.parametrize(
    "metadata",
    [b"\xff\xfe\x00", b"- 1", b"a: [", b"submission_1: {:submitters: 7}", b"&a [*a]", b"!!python/object:os.x {}"],
)
def test_metadata_that_gradescope_does_not_write_is_a_fault_and_no_crash(take: Take, metadata: bytes) -> None:
    with pytest.raises(FixableError, match=r"download\.zip"):
        take({"submission_1/hw.ipynb": ONE, "submission_metadata.yml": metadata})


@pytest.mark.parametrize("path", ["hw.ipynb/x.ipynb", "hw.ipynb"])
def test_file_and_folder_of_one_name_both_find_a_place(tmp_path: Path, take: Take, path: str) -> None:
    inner = make_zip({path: ONE, "helper.py": b""})
    collected = take({GOOD: ONE, "a_41001_90002_hw.ipynb": ONE, "a_41001_90003_x.zip": inner})
    (one,) = (one for one in collected.students if one.student == "41001")
    assert len({file.path for file in one.files}) == 3
    assert len(list_files(tmp_path / "handins" / "41001")) == 3


def test_earlier_attempt_that_counts_since_the_last_is_broken_goes_to_a_person(tmp_path: Path, take: Take) -> None:
    take({GOOD: ONE, "a_41001_90002_hw.ipynb": ONE, "a_41001_90003_hw-1.zip": b"no zip"})
    found = {one.student: one for one in find_submissions(tmp_path / "handins")}
    assert found["41000"].reasons == ()
    assert found["41001"].problem is None
    assert "Not taken: download.zip: a_41001_90003_hw-1.zip: File is not a zip" in found["41001"].reasons[0].en
