"""What a hosted notebook brings: a zip without what others publish, the notebook that was made for it, and its badge.

A server on this machine stands for the course's address and for the hub.
"""

import io
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

from assignment.fixable import FixableError
from grader.commands.main import main
from grader.release.hosted import HOSTED_NAME, find_brought, pack_hosted, write_hosted
from grader.release.notebook import build_notebook
from questions.bank import load_bank
from tests.assignment.fetch.served import FileServer, Served, to_entry
from tests.courses import change_settings, copy_course, make_harbour
from tests.grader.release.hosted_courses import HUB, MODEL, ZIP, find_setup, host, make_hosted, write_lock

ADDRESS = "https://example.org/hw9-hosted.zip"


@pytest.fixture
def server() -> Iterator[FileServer]:
    with FileServer() as server:
        yield server


def test_zip_has_neither_the_notebook_nor_public_models_and_their_lock_alone(tmp_path: Path) -> None:
    packed = pack_hosted(make_hosted(tmp_path / "harbour", ADDRESS))
    assert packed is not None
    names = zipfile.ZipFile(io.BytesIO(packed.data)).namelist()
    place = "assignment/profiles/harbour"
    assert {"assignment/profile.py", f"{place}/course.yaml", f"{place}/manifest.yaml", f"{place}/lock.yaml"} <= {*names}
    assert "homework.ipynb" not in names
    assert f"{place}/net.safetensors" not in names
    assert not [name for name in names if "bank" in name]
    assert [asset.path for asset in packed.brought] == ["net.safetensors"]


def test_only_what_anybody_can_fetch_is_left_out_of_the_zip(tmp_path: Path) -> None:
    made = make_harbour(tmp_path / "harbour")
    data = (made.folder / "net.safetensors").read_bytes()
    web, disk = "https://example.org/net", "file:///share/net"
    for more, expected in (
        ({"addresses": [disk, web]}, [(web,)]),
        ({"addresses": [disk]}, []),
        ({"addresses": [web], "private": True}, []),
        ({"hub": HUB}, [()]),
    ):
        write_lock(made, to_entry("net.safetensors", data, **more), to_entry("other.bin", b"a", addresses=[web]))
        assert [asset.addresses for asset in find_brought(host(made, ADDRESS))] == expected
    assert find_brought(host(made, ADDRESS, models="zip")) == ()


def test_notebook_of_another_zip_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    course = make_hosted(tmp_path / "harbour", ADDRESS)
    course.notebook.write_text(build_notebook(load_bank(course), course), encoding="utf-8")
    assert write_hosted(tmp_path / "dist", course) is not None
    assert sorted(path.name for path in (tmp_path / "dist").iterdir()) == ["homework.ipynb", HOSTED_NAME]
    later = change_settings(course, deadline="2028-05-28T23:59:59+08:00")
    with pytest.raises(FixableError, match=r"homework\.ipynb: made for another hw9-hosted\.zip; expected `hw9"):
        write_hosted(tmp_path / "later", later)
    assert not (tmp_path / "later").exists()


ALONE = """
import sys
from pathlib import Path
sys.path[:] = [one for one in sys.path if one and not (Path(one) / "assignment").is_dir()]
sys.meta_path[:] = [one for one in sys.meta_path if "editable" not in getattr(one, "__module__", repr(one))]
import importlib.util
assert importlib.util.find_spec("assignment") is None
sys.path.insert(0, "")
exec(compile(Path(sys.argv[1]).read_text(encoding="utf-8"), "setup", "exec"))
import assignment
print(Path(assignment.__file__).parent)
"""


@pytest.mark.slow
def test_notebook_opened_alone_has_all_after_its_set_up_and_asks_nobody_again(
    server: FileServer, tmp_path: Path
) -> None:
    made = copy_course(tmp_path / "winter")
    its = made.manifest.classifier
    write_lock(made, to_entry(its, (made.folder / its).read_bytes(), hub=HUB))
    made = host(made, f"{server.address}{ZIP}", notebook="https://github.com/school/xai/blob/main/homework.ipynb")
    assert main(["notebook", "--write", "--course", str(made.folder)]) == 0
    assert main(["bundle", str(tmp_path / "dist"), "--course", str(made.folder)]) == 0
    model = (made.folder / its).read_bytes()
    server.files |= {ZIP: Served((tmp_path / "dist" / HOSTED_NAME).read_bytes()), MODEL: Served(status=404)}
    (tmp_path / "setup.py").write_text(find_setup(made), encoding="utf-8")
    said = run_alone(tmp_path)
    assert "HTTP 404 Not Found; expected the file" in said
    assert "Run this cell again: what came is kept" in said
    server.files[MODEL] = Served(model)
    said = run_alone(tmp_path)
    assert f"models from ｜ 模型來自 hub school/food-cnn: {len(model) / 1e6:.1f} MB" in said
    assert f"profile winter, device cpu, torch {version('torch')}\n{tmp_path / 'alone' / 'assignment'}" in said
    before = len(server.asked)
    assert "models from" not in run_alone(tmp_path)
    assert len(server.asked) == before


def run_alone(folder: Path) -> str:
    """Run a set-up cell in a folder of its own where nothing of this project can be imported; return what is said."""
    (folder / "alone").mkdir(exist_ok=True)
    server = yaml.safe_load((folder / "winter" / "course.yaml").read_text(encoding="utf-8"))["hosted"]["address"]
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "HF_ENDPOINT": server.removesuffix(ZIP),
        "HW9_DEVICE": "cpu",
        "PYTHONIOENCODING": "utf-8",
    }
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(folder / "setup.py")],
        cwd=folder / "alone", env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


BADGE = "<!-- badge --><!-- /badge -->"


def test_readme_gets_the_badge_that_opens_the_notebook_and_the_check_holds_it_to_that(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = make_hosted(tmp_path / "harbour", ADDRESS)
    typed = ["notebook", "--course", str(made.folder)]
    assert main([*typed, "--write"]) == 0
    assert not (made.folder / "README.md").exists()
    (made.folder / "README.md").write_text(f"# Harbour\n\n{BADGE}\n\nText.\n", encoding="utf-8")
    host(made, ADDRESS, notebook="https://github.com/school/xai/blob/main/homework.ipynb")
    assert main([*typed, "--write"]) == 0
    text = (made.folder / "README.md").read_text(encoding="utf-8")
    link = "https://colab.research.google.com/github/school/xai/blob/main/homework.ipynb"
    assert (
        f"<!-- badge -->\n[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({link})\n"
        in text
    )
    assert main([*typed, "--check"]) == 0
    assert main(["bundle", str(tmp_path / "dist"), "--course", str(made.folder)]) == 0
    assert "its badge: [![Open in Colab]" in capsys.readouterr().out
    (made.folder / "README.md").write_text(text.replace("school/xai", "other/xai"), encoding="utf-8")
    assert main([*typed, "--check"]) == 1
    assert "README.md: badge: not that of the settings; expected `hw9 notebook" in capsys.readouterr().err
    change_settings(made, hosted=None)
    assert main([*typed, "--write"]) == 0
    assert (made.folder / "README.md").read_text(encoding="utf-8") == f"# Harbour\n\n{BADGE}\n\nText.\n"
