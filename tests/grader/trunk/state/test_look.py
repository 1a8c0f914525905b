"""Each kind of state beside the names is found where it differs, and nothing else differs with it."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.trunk.state.folders import list_files
from grader.trunk.state.process import Process
from grader.trunk.state.settings import list_filters, list_random, list_settings
from grader.trunk.state.trace import FileTrace

SETTINGS = {
    "numpy": "import numpy; kept = numpy.get_printoptions(); numpy.set_printoptions(precision=2)",
    "torch": "import torch; torch.set_grad_enabled(False)",
    "logging": "import logging; logging.getLogger('made.up').setLevel(10)",
    "shell": "shell.events.callbacks['post_execute'].append(print)",
    "others": "import decimal; decimal.getcontext().prec = 5",
    "matplotlib": "import matplotlib; matplotlib.rcParams['font.size'] = 20",
}
BACK = {
    "numpy": "numpy.set_printoptions(**kept)",
    "torch": "torch.set_grad_enabled(True)",
    "logging": "logging.getLogger('made.up').setLevel(0)",
    "shell": "shell.events.callbacks['post_execute'].remove(print)",
    "others": "decimal.getcontext().prec = 28",
    "matplotlib": "matplotlib.rcParams['font.size'] = kept",
}


@pytest.fixture(scope="module")
def shell() -> Any:
    from IPython.core.interactiveshell import InteractiveShell

    return InteractiveShell()


@pytest.mark.parametrize("kind", SETTINGS)
def test_setting_is_found_and_is_of_one_kind(shell: Any, kind: str) -> None:
    import matplotlib
    import numpy.random  # noqa: F401
    import torch  # noqa: F401

    names: dict[str, Any] = {"shell": shell, "kept": matplotlib.rcParams["font.size"]}
    before = list_settings(shell)
    exec(SETTINGS[kind], names)
    try:
        after = list_settings(shell)
    finally:
        exec(BACK[kind], names)
    assert {name for name in after if after[name] != before[name]} == {kind}
    assert list_settings(shell) == before


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("random.random()", "random"),
        ("numpy.random.rand()", "numpy random"),
        ("torch.rand(1)", "torch random"),
        ("torch.Generator().manual_seed(3)", None),
        ("numpy.random.default_rng(3).random()", None),
    ],
)
def test_draw_is_found_in_the_state_that_it_takes_from(code: str, kind: str | None) -> None:
    import random

    import numpy.random
    import torch

    before = list_random()
    exec(code, {"random": random, "numpy": numpy, "torch": torch})
    after = list_random()
    assert {name for name in after if after[name] != before[name]} == ({kind} if kind else set())


@pytest.mark.parametrize(
    ("code", "back", "kind"),
    [
        ("os.environ['MADE_UP'] = '1'", "del os.environ['MADE_UP']", "environment"),
        ("sys.path.append('made up')", "sys.path.remove('made up')", "interpreter"),
        ("mask = os.umask(0o077)", "os.umask(mask)", "interpreter"),
        ("kept = sys.stdout; sys.stdout = sys.stderr", "sys.stdout = kept", "streams"),
        ("sys.stdin.__dict__['read'] = print", "del sys.stdin.__dict__['read']", "streams"),
        ("kept = signal.signal(10, print)", "signal.signal(10, kept)", "signals"),
        ("signal.setitimer(signal.ITIMER_PROF, 1000)", "signal.setitimer(signal.ITIMER_PROF, 0)", "signals"),
        ("ends = os.pipe()", "os.close(ends[0]); os.close(ends[1])", "descriptors"),
        ("file = open('/dev/full', 'w')", "file.close()", "descriptors"),
        (
            "event = threading.Event(); thread = threading.Thread(target=event.wait); thread.start()",
            "event.set(); thread.join()",
            "threads",
        ),
        ("child = subprocess.Popen(['sleep', '60'])", "child.kill(); child.wait()", "threads"),
    ],
)
def test_what_a_cell_leaves_in_its_process_is_found(code: str, back: str, kind: str) -> None:
    import signal
    import subprocess
    import threading

    names: dict[str, Any] = {
        "os": os, "sys": sys, "signal": signal, "subprocess": subprocess, "threading": threading,
    }  # fmt: skip
    process = Process()
    before = process.list_changes()
    exec(code, names)
    try:
        after = process.list_changes()
    finally:
        exec(back, names)
    assert {name for name in after if after[name] != before[name]} == {kind}


def test_what_was_set_before_a_fork_counts_in_it_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    process = Process()
    first = process.list_changes()
    monkeypatch.setenv("MADE_UP", "1")
    second = process.list_changes()
    process.carry()
    monkeypatch.setenv("OF_THE_BRANCH", "1")  # which it has for itself
    process.restart()
    assert first["environment"] != second["environment"] == process.list_changes()["environment"]


def test_each_file_counts_by_its_bytes_and_its_permissions(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a").write_text("x")
    (tmp_path / "link").symlink_to("inner")
    before = list_files([str(tmp_path)])
    assert {Path(path).name for path in before} == {"inner", "a", "link"}
    (tmp_path / "inner" / "a").write_text("y")
    (tmp_path / "b").write_text("")
    after = list_files([str(tmp_path)])
    assert {Path(path).name for path in after if after[path] != before.get(path)} == {"a", "b"}


def test_filter_of_warnings_is_listed_by_what_it_says(recwarn: pytest.WarningsRecorder) -> None:
    import warnings

    before = list_filters()
    warnings.filterwarnings("ignore", message="x")
    assert [one for one in list_filters() if one not in before] == ["['ignore', 'x', 'Warning', None, 0]"]


def test_what_is_opened_and_listed_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trace = FileTrace([str(tmp_path)])
    (tmp_path / "before").write_text("")
    monkeypatch.chdir(tmp_path)
    trace.begin()
    Path("a").write_text("x")
    with pytest.raises(FileNotFoundError):
        Path("missing").read_bytes()
    list(Path().glob("*.npz"))
    Path("/proc/self/status").read_text()
    heard = trace.end()
    Path("after").write_text("")
    assert heard == {"opened": [f"{tmp_path}/a", f"{tmp_path}/missing"], "listed": [str(tmp_path)]}
    assert trace.opened == {f"{tmp_path}/a", f"{tmp_path}/missing"}
