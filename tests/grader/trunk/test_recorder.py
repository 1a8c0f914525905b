"""The recorder keeps what a kernel would have sent: it is compared with one; hazards are found."""

import json
import mmap
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from grader.trunk.hazards import find_hazards
from tests.grader.trunk.sharing import show

ROOT = Path(__file__).parents[3]
CELLS = [
    "import os, sys\nprint('a')\nprint('b', end='')\nprint('c', file=sys.stderr)\n1 + 1",
    "from IPython.display import display, clear_output\nhandle = display('x', display_id=True)\nhandle.update('y')",
    "print('gone')\nclear_output()\nprint('kept')",
    "import matplotlib.pyplot as plt\nplt.figure(figsize=(0.5, 0.5))\nplt.plot([1, 2])",
    "os.write(1, b'written past Python')\nNone",
    "!echo said",
    "class A:\n    def _repr_html_(self): return '<b>A</b>'\nA()",
    "import ipywidgets\nipywidgets.IntSlider(3)",
    "import warnings\nwarnings.warn('take care')",
    "In[1][:6], Out[1], _8 is not None, get_ipython().execution_count",
    "await __import__('asyncio').sleep(0)\nget_ipython().history_manager.input_hist_raw[-1]",
    "input('who?')",
    "1 / 0",
]
RUN = """
import json, os, sys
from grader.trunk.recorder import Recorder
out = os.fdopen(os.dup(1), "w")
recorder = Recorder()
json.dump([recorder.run(cell) for cell in json.load(sys.stdin)], out)
"""


def record(cells: list[str]) -> list[Any]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": ""}
    done = subprocess.run(
        [sys.executable, "-c", RUN], input=json.dumps(cells), env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    records: list[Any] = json.loads(done.stdout)
    return records


@pytest.mark.slow
def test_recorded_cells_show_what_a_kernel_shows(tmp_path: Path) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    environment = {name: its for name, its in os.environ.items() if name != "PYTEST_CURRENT_TEST"}  # ipykernel heeds it
    there = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, allow_errors=True, kernel_name="python3", resources=there).execute(env=environment)
    for number, (cell, its) in enumerate(zip(notebook.cells, record(CELLS), strict=True), start=1):
        made = nbformat.v4.new_code_cell(cell.source)
        client = NotebookClient(nbformat.v4.new_notebook(cells=[made]))
        client.reset_execution_trackers()
        client.clear_before_next_output = False
        for message in its["messages"]:
            client.process_message(
                {**message, "header": {"msg_type": message["msg_type"]}, "parent_header": {"msg_id": "1"}}, made, 0
            )
        assert its["count"] == cell.execution_count == number
        assert to_texts(made.outputs) == to_texts(cell.outputs)


def to_texts(outputs: list[Any]) -> list[str]:
    """Return outputs so that they compare; of an error its name and text, for its frames are the kernel's own."""
    messages = [
        {
            "msg_type": one.output_type,
            "content": {"ename": one.ename, "evalue": one.evalue} if one.output_type == "error" else dict(one),
        }
        for one in outputs
    ]
    return show({"messages": messages}, 0)


@pytest.mark.slow
def test_recorder_says_how_a_cell_ended_and_stands_where_it_is_told_to() -> None:
    code = """
import json, os
from grader.trunk.recorder import Recorder
from grader.trunk.state.noting import NotingNames
out = os.fdopen(os.dup(1), "w")
recorder = Recorder()
said = [recorder.run("a = 1"), recorder.run("1 / 0"), recorder.run("get_ipython().history_manager.input_hist_raw[0]")]
recorder.set_history(["x", "y"])
said += [recorder.run("print(In[1:])"), recorder.run("'a' in globals()", NotingNames(recorder.shell.user_ns))]
json.dump([[one["ok"], one["count"], one["history"], one["names"]] for one in said] + [said[3]["messages"]], out)
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    first, failed, looked, placed, asked, messages = json.loads(done.stdout)
    assert [first, failed, looked] == [[True, 1, False, None], [False, 2, False, None], [True, 3, True, None]]
    assert (placed[1], messages[0]["content"]["text"]) == (3, "['x', 'y', 'print(In[1:])']\n")
    assert asked == [True, 4, False, ["a"]]


@pytest.mark.slow
def test_trace_of_a_released_cell_tells_what_it_did(tmp_path: Path) -> None:
    code = """
import json, os, sys
from grader.trunk.recorder import Recorder
from grader.trunk.released import Released
out, folder = os.fdopen(os.dup(1), "w"), sys.argv[1]
os.chdir(folder)
released = Released(Recorder(), [folder])
cells = ["import random, warnings\\na = 3", "random.random()\\nopen('x', 'w').close()", "warnings.warn('take care')"]
cells += ["len(get_ipython().history_manager.input_hist_raw[1:])", "print('a' in globals())"]
cells += ["print(sorted(globals())[:0])", "print(a, random.random(), globals() is None)"]
json.dump([released.run(cell, ask="globals" in cell)["trace"] for cell in cells], out)
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    plain, drew, warned, looked, asked, listed, other = json.loads(done.stdout)
    assert plain == {"draws": [], "warned": False, "history": False, "asked": None, "opened": [], "listed": []}
    assert (drew["draws"], drew["opened"]) == (["random"], [f"{tmp_path}/x"])
    assert (warned["warned"], looked["history"], asked["asked"]) == (True, True, ["a"])
    assert "*" in listed["asked"]
    assert other["asked"] is None  # it did not do the same in the fork


def test_each_hazard_is_found(tmp_path: Path) -> None:
    own = {int(name) for name in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{name}")}
    before = find_hazards(own)
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    ours, theirs = socket.socketpair()
    child = subprocess.Popen(["sleep", "60"])
    (tmp_path / "kept").write_bytes(b"x")
    try:
        with (tmp_path / "kept").open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ):
            file.close()
            mapped = {f"mapped file: {tmp_path / 'kept'}"}
            assert mapped & {*find_hazards(own, folders=[str(tmp_path)])} == mapped
            assert not mapped & {*find_hazards(own)}
        found = find_hazards(own)
        assert [one for one in found if one.startswith(f"descriptor {ours.fileno()}: socket:")]
        assert f"child {child.pid}" in found
        assert any(one.startswith("threads: ") for one in found)
        allowed = find_hazards({*own, ours.fileno(), theirs.fileno()}, {child.pid})
        assert [one for one in allowed if not one.startswith("threads")] == [
            one for one in before if not one.startswith("threads")
        ]
    finally:
        done.set()
        child.kill()
        child.wait()
        thread.join()
        ours.close()
        theirs.close()
