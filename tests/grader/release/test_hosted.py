"""A notebook that was opened alone brings its zip from the course's address, or says what to do.

A server on this machine stands for that address. What is run is the set-up cell as the course's own notebook has it.
"""

import stat
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from assignment.course import Course
from grader.release.bundle import ROOM
from grader.release.hosted import HOSTED_NAME, HostedBundle, pack_hosted
from tests.assignment.fetch.served import FileServer, Served
from tests.courses import copy_course
from tests.grader.release.hosted_courses import ZIP, find_setup, make_hosted

Brings = Callable[[], str]


@pytest.fixture(scope="module")
def server() -> Iterator[FileServer]:
    with FileServer() as server:
        yield server


@pytest.fixture(scope="module")
def course(server: FileServer, tmp_path_factory: pytest.TempPathFactory) -> Course:
    return make_hosted(tmp_path_factory.mktemp("hosted") / "harbour", f"{server.address}{ZIP}")


@pytest.fixture(scope="module")
def packed(course: Course) -> HostedBundle:
    found = pack_hosted(course)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def setup(course: Course) -> str:
    return find_setup(course)


@pytest.fixture
def brings(
    setup: str, server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Brings:
    """Bring the zip into an empty folder with the set-up cell's own functions; return what is said, an end too."""
    monkeypatch.chdir(tmp_path)
    server.files.clear()
    server.asked.clear()
    names: dict[str, Any] = {}
    exec(compile(setup.partition('if Path("hw9-student.zip")')[0], "setup", "exec"), names)

    def bring() -> str:
        try:
            names["fetch_bundle"](Path(HOSTED_NAME))
        except SystemExit as end:
            return f"{capsys.readouterr().out}{end}"
        return capsys.readouterr().out

    return bring


def list_here() -> list[str]:
    return sorted(path.name for path in Path().iterdir())


def test_zip_comes_whole_and_its_size_and_time_are_said_before(
    brings: Brings, server: FileServer, packed: HostedBundle
) -> None:
    server.files[ZIP] = Served(packed.data)
    size = f"{len(packed.data) / 1e6:.1f}"
    said = brings()
    assert f": {size} MB, a minute or less at 20 Mbit/s ｜ {size} MB，以 20 Mbit/s 約需 1 分鐘\n" in said
    assert said.endswith(f"\r{size} / {size} MB\n")
    assert Path(HOSTED_NAME).read_bytes() == packed.data
    assert list_here() == [HOSTED_NAME]


@pytest.mark.parametrize("ranges", [True, False])
def test_download_that_broke_off_goes_on_where_the_server_can(
    brings: Brings, server: FileServer, packed: HostedBundle, ranges: bool
) -> None:
    server.files[ZIP] = Served(packed.data, breaks_after=300_000)
    said = brings()
    assert f"{ZIP}: ended after 300000 of {len(packed.data)} bytes." in said or "IncompleteRead" in said
    assert "Run this cell again: it goes on from there. 請再執行這個儲存格" in said
    assert "Or put hw9-student.zip beside this notebook. 也可以把 hw9-student.zip 放在筆記本旁。" in said
    assert Path(f"{HOSTED_NAME}.part").stat().st_size == 300_000
    server.files[ZIP] = Served(packed.data, ranges=ranges)
    brings()
    assert Path(HOSTED_NAME).read_bytes() == packed.data
    assert server.list_headers("Range") == [None, "bytes=300000-"]


@pytest.mark.parametrize("name", [HOSTED_NAME, f"{HOSTED_NAME}.part"])
def test_folder_where_the_zip_belongs_is_named_before_anything_is_asked_for(
    brings: Brings, server: FileServer, packed: HostedBundle, name: str
) -> None:
    server.files[ZIP] = Served(packed.data)
    Path(name).mkdir()
    said = brings()
    assert said.startswith(f"{name}: a folder; expected a file or nothing there. Give it another name, ")
    assert f"{name} 是資料夾" in said
    assert (server.asked, list_here()) == ([], [name])


WRONG: Mapping[str, tuple[Callable[[bytes], Served], str]] = {
    "wrong digest": (
        lambda data: Served(data[:-1] + b"x"),
        "another file than this notebook was made for, by its sha2",
    ),
    "another length": (lambda data: Served(data[:-1]), " bytes; expected "),
    "not found": (lambda _: Served(status=404), "HTTP 404; expected a file"),
    "refused": (lambda _: Served(status=403), "HTTP 403; expected a file"),
}


@pytest.mark.parametrize("case", WRONG)
def test_file_that_is_not_the_zip_is_not_kept_and_staff_are_named(
    brings: Brings, server: FileServer, packed: HostedBundle, case: str
) -> None:
    serve, says = WRONG[case]
    server.files[ZIP] = serve(packed.data)
    said = brings()
    assert f"{server.address}{ZIP}: " in said
    assert says in said
    assert "Open the course's newest notebook; if that says the same, tell its staff. 請開啟課程最新的筆記本" in said
    assert list_here() == []


@pytest.mark.parametrize("left", [b"of an older bundle", b"x" * 30_000_000], ids=["shorter", "longer"])
def test_what_another_bundle_left_does_not_stand_in_the_way(
    brings: Brings, server: FileServer, packed: HostedBundle, left: bytes
) -> None:
    server.files[ZIP] = Served(packed.data)
    Path(f"{HOSTED_NAME}.part").write_bytes(left)
    brings()
    assert Path(HOSTED_NAME).read_bytes() == packed.data


def test_more_than_the_server_has_is_thrown_away(brings: Brings, server: FileServer, packed: HostedBundle) -> None:
    server.files[ZIP] = Served(packed.data[:1000])
    Path(f"{HOSTED_NAME}.part").write_bytes(packed.data[:2000])
    assert "HTTP 416" in brings()
    assert list_here() == []


def test_server_that_does_not_answer_is_no_reason_to_call_the_staff(brings: Brings, setup: str) -> None:
    with FileServer() as gone:
        address = gone.address
    names: dict[str, Any] = {}
    exec(compile(setup.partition('if Path("hw9-student.zip")')[0], "setup", "exec"), names)
    names["ADDRESS"] = f"{address}{ZIP}"
    with pytest.raises(SystemExit, match=r"(?s)Connection refused.*Run this cell again.*Or put hw9-student\.zip"):
        names["fetch_bundle"](Path(HOSTED_NAME))


def test_without_an_address_the_set_up_says_what_to_put_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    plain = find_setup(copy_course(tmp_path / "plain"))
    assert "urllib" not in plain
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(SystemExit, match=r"(?s)'assignment' or hw9-student\.zip beside .* in Colab by .*在 Colab 請按"):
        exec(compile(plain.partition("needs = {")[0], "setup", "exec"), {})


@pytest.mark.parametrize(
    ("location", "says"),
    [("file:///etc/hostname", "HTTP 302; expected a file"), ("http://[", "expected the file")],
    ids=["to a file of this machine", "to no address"],
)
def test_redirect_that_leads_nowhere_is_said_and_not_followed(
    brings: Brings, server: FileServer, location: str, says: str
) -> None:
    server.files[ZIP] = Served(status=302, headers={"Location": location})
    assert says in brings()
    assert list_here() == []


def run_setup_to_imports(setup: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the part of a set-up cell that finds or brings the homework's files, in a folder."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", [*sys.path])
    exec(compile(setup.partition("needs = {")[0], "setup", "exec"), {})


def test_what_broke_off_while_it_was_unpacked_is_whole_after_the_next_time(
    setup: str, packed: HostedBundle, server: FileServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / HOSTED_NAME).write_bytes(packed.data)
    (tmp_path / "assignment").mkdir()
    (tmp_path / "assignment" / "profile.py").write_text("half of i", encoding="utf-8")
    server.asked.clear()
    run_setup_to_imports(setup, tmp_path, monkeypatch)
    assert (tmp_path / "assignment" / "profile.py").read_bytes() == (ROOM / "profile.py").read_bytes()
    assert (tmp_path / "assignment" / "texts.py").is_file()
    assert server.asked == []


def test_student_zip_beside_a_notebook_leaves_its_answers_and_all_outside_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, here = find_setup(copy_course(tmp_path / "plain")), tmp_path / "here"
    here.mkdir()
    (here / "homework.ipynb").write_text("with answers", encoding="utf-8")
    link = zipfile.ZipInfo("assignment/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(here / "hw9-student.zip", "w") as archive:
        archive.writestr("homework.ipynb", "blank")
        archive.writestr("assignment/profile.py", "")
        archive.writestr("../outside.py", "")
        archive.writestr("/outside.py", "")
        archive.writestr(link, "../../outside.py")
    run_setup_to_imports(plain, here, monkeypatch)
    assert (here / "homework.ipynb").read_text(encoding="utf-8") == "with answers"
    assert (here / "assignment" / "profile.py").is_file()
    assert not (here / "assignment" / "link").is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here", "plain"]
    assert not Path("/outside.py").exists()


def test_student_zip_that_did_not_come_whole_is_named_and_nothing_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, here = find_setup(copy_course(tmp_path / "plain")), tmp_path / "here"
    here.mkdir()
    (here / "hw9-student.zip").write_bytes(b"PK\x03\x04 half of a zip")
    with pytest.raises(
        SystemExit, match=r"(?s)hw9-student\.zip: .*expected the whole file\. .*hw9-student\.zip 不完整"
    ):
        run_setup_to_imports(plain, here, monkeypatch)
    assert [path.name for path in here.iterdir()] == ["hw9-student.zip"]
