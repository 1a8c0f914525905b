"""Files beside a notebook lie in its work folder, as its own and within the folder's limit."""

import json
from collections.abc import Callable
from typing import Any

import pytest

FILES = {
    "helper.py": b"VALUE = 6 * 7",
    "data/x.csv": b"a,b\n1,2\n",
    "assignment/__init__.py": b"1 / 0",
    "lime.py": b"OWN = 1",
}
USE = """
import helper, json, os, assignment, lime
from pathlib import Path
Path("data/y.csv").write_text("new")
Path("helper.py").chmod(0o600)
os.utime("data")
Path("written.py").write_text("")
import written
print(json.dumps([helper.VALUE, lime.OWN, open("data/x.csv").read()]))
"""


@pytest.mark.parametrize("sandbox", [True, False])
def test_helper_is_imported_and_data_is_read_and_changed(execute: Callable[..., Any], sandbox: bool) -> None:
    seen = execute([USE], beside=FILES, sandbox=sandbox)
    assert (seen.result.word, seen.result.detail) == ("ran", None)
    assert seen.said(0) == [42, 1, "a,b\n1,2\n"]
    assert (seen.folder / "beside" / "helper.py").stat().st_mode & 0o777 == 0o644
    assert not (seen.folder / "beside" / "data" / "y.csv").exists()


def test_files_beside_count_towards_the_work_folder(execute: Callable[..., Any]) -> None:
    write = "for n in range(2): open(f'new{n}', 'wb').write(bytes(10 << 20))"
    files = {f"{n}.bin": bytes(5 << 20) for n in range(3)}
    assert execute([write]).result.word == "ran"
    seen = execute([write], beside=files)
    assert (seen.result.word, seen.result.reason) == ("failed", "files")


def test_files_that_the_work_folder_does_not_take_are_left_out_and_it_is_said(execute: Callable[..., Any]) -> None:
    files = {f"{n}.bin": bytes(9 << 20) for n in range(4)}
    seen = execute(["import json, os; print(json.dumps(os.listdir()))"], beside=files)
    assert seen.result.word == "ran"
    assert seen.said(0) == []
    assert "left out: the files beside the notebook, 36 MiB" in " ".join(seen.result.notes)


def test_files_beside_are_no_outputs_of_the_run(execute: Callable[..., Any]) -> None:
    seen = execute(["print(1)"], beside={"helper.py": b""})
    assert json.dumps(sorted(path.name for path in (seen.folder / "work" / "outputs").iterdir())) == "[]"
