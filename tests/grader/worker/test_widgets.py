"""Widgets behave as in plain nbclient; what a hostile kernel says of them is bounded."""

import json
import re
import tempfile
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

HONEST = {
    "interact": "from ipywidgets import interact\n@interact(x=(0, 10))\ndef f(x=3): print(x)",
    "output-with": "import ipywidgets as w\nout = w.Output()\ndisplay(out)\nwith out:\n    print('a')",
    "what the output showed": "print(out.outputs, out.msg_id)",
    "more of it, nested": "other = w.Output()\nwith out:\n    print('b')\n    with other: print('c')\n    print('d')",
    "what both showed": "print(out.outputs, other.outputs)",
    "output-plot": "import matplotlib.pyplot as plt\nout = w.Output()\nwith out:\n    plt.plot([1]); plt.show()",
    "output-error": "out = w.Output()\nwith out:\n    1/0",
    "output-decorator": "out = w.Output()\n@out.capture()\ndef f(): print(1)\nf()",
    "cleared": "for n in range(3):\n    with out:\n        print(n); out.clear_output(wait=True); print('last', n)",
    "cleared at once": "print(out.outputs)\nout.clear_output()\nwith out: print('e')",
    "progress": "from tqdm.notebook import tqdm\nfor _ in tqdm(range(3)): pass",
    "image": "w.Image(value=b'1234', format='png')",
    "the end": "print(out.outputs)",
    "our own bar": "from assignment.cells.progress import tqdm\nfor _ in tqdm(range(3), 'LIME'): pass",
}

# A comm's messages as the kernel of a hostile notebook sends them: any content, well signed.
SEND = """
import json
kernel = get_ipython().kernel
def send(kind, **content):
    kernel.session.send(kernel.iopub_socket, kind, content=content, parent=kernel.get_parent(), ident=b"comm")
STATE = {"_model_module": "@jupyter-widgets/output", "_model_name": "OutputModel", "outputs": [], "msg_id": ""}
def open_comm(comm_id="c", **state):
    send("comm_open", comm_id=comm_id, target_name="jupyter.widget", data={"state": {**STATE, **state}})
def update(comm_id="c", **state): send("comm_msg", comm_id=comm_id, data={"state": state})
MINE = kernel.get_parent()["header"]["msg_id"]
"""
WRONG = {
    "no data": 'send("comm_open", comm_id="c", target_name="jupyter.widget")',
    "state is a list": 'send("comm_msg", comm_id="c", data={"state": [1]})',
    "id is a list": 'open_comm(["c"])',
    "model is a list": "open_comm(_model_module=[])",
    "buffers without a place": 'send("comm_msg", comm_id="c", data={"state": {}, "buffer_paths": 7})',
    "outputs of a wrong shape": 'open_comm(outputs=["x"], msg_id="")\nupdate(msg_id=MINE)\nprint(1)',
    "takes another's outputs by a list": "open_comm()\nupdate(msg_id=[MINE])",
}
HARMLESS = {
    "gives back what it never took": 'open_comm()\nupdate(msg_id="")',
    "threads that end in another order": 'for its in ("a", "b"): open_comm(its); update(its, msg_id=MINE)\n'
    'for its in ("a", "b"): update(its, msg_id="")',
    "unknown comms": 'update("nobody", msg_id=MINE)\nsend("comm_close", comm_id="nobody", data={})',
    "takes the outputs of cells to come": 'open_comm()\nupdate(msg_id="x" * 1000)',
    "opened twice": "open_comm()\nopen_comm()\nupdate(msg_id=MINE)",
}


def run_plainly(cells: list[str]) -> Any:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
    with tempfile.TemporaryDirectory() as folder:  # else kernels of several tests meet at sockets of the same names
        kernel = AsyncKernelManager(kernel_name="python3", transport="ipc", ip=f"{folder}/k")
        return NotebookClient(notebook, km=kernel, timeout=60).execute()


def show(notebook: Any) -> list[Any]:
    """Return each cell's outputs, then the state of all widgets; ids and pictures are numbered in their order."""
    its = [json.loads(json.dumps(cell["outputs"])) for cell in notebook["cells"]]
    its.append(notebook["metadata"].get("widgets"))
    numbers: dict[str, str] = {}
    known = re.compile(r"\d+[.]\d+it/s|[0-9a-f]{32}|iVBORw0KG[\w+/=\\]*|0x[0-9a-f]+")
    text = known.sub(
        lambda found: numbers.setdefault(found[0], f"#{len(numbers)}"), json.dumps(its, ensure_ascii=False)
    )
    shown: list[Any] = json.loads(text)
    return shown


@pytest.mark.slow
def test_widgets_show_in_the_sandbox_what_they_show_in_plain_nbclient(execute: Callable[..., Any]) -> None:
    plain = show(run_plainly([*HONEST.values()]))
    seen = execute([*HONEST.values()])
    assert (seen.result.word, seen.result.detail) == ("ran", None)
    caged = show(json.loads((seen.folder / "work" / "executed.ipynb").read_text()))
    names = [*HONEST, "state of all widgets"]
    for name, ours, theirs in zip(names, caged, plain, strict=True):
        assert ours == theirs, name
    assert "'text': 'a\\n'" in seen.texts[2]  # the kernel was told
    assert "'text': 'e\\n'" in seen.texts[12]


@pytest.mark.parametrize("name", WRONG)
def test_comm_message_of_a_wrong_shape_ends_the_run_with_its_word(execute: Callable[..., Any], name: str) -> None:
    seen = execute([f"{SEND}\n{WRONG[name]}", "print(1)"])
    assert (seen.result.word, seen.result.reason, seen.result.cell) == ("failed", "message", 0), seen.result


def test_comm_messages_that_no_widget_sends_do_no_harm(execute: Callable[..., Any]) -> None:
    seen = execute([*(f"{SEND}\n{code}" for code in HARMLESS.values()), "print(1)"])
    assert (seen.result.word, seen.result.detail) == ("ran", None)
    assert seen.texts[-1] == "1\n"


def test_state_nested_too_deeply_is_not_kept_and_the_rest_is(execute: Callable[..., Any]) -> None:
    deep = 'deep = []\nfor _ in range(900): deep = [deep]\nupdate(x=deep, _model_name="X")'
    seen = execute([f"{SEND}\n{deep}", "print(1)"])
    executed = json.loads((seen.folder / "work" / "executed.ipynb").read_text())
    assert seen.result.word == "ran"
    assert ("widgets" in executed["metadata"]) != ("not kept: what widgets show" in " ".join(seen.result.notes))
    assert seen.texts[1] == "1\n"


def test_widgets_count_against_the_limit_of_output(execute: Callable[..., Any]) -> None:
    seen = execute([f"{SEND}\nfor n in range(9): update(str(n), x='y' * 1_000_000)\nimport time; time.sleep(1)", "1"])
    assert (seen.result.word, seen.result.reason) == ("failed", "output")


@pytest.mark.slow
def test_kernel_is_told_what_its_widgets_show_up_to_a_limit(execute: Callable[..., Any]) -> None:
    quiet = execute(["print(1)"])
    large = "import ipywidgets as w\nout = w.Output()\nwith out: print('x' * 1_500_000)"
    many = "outs = [w.Output() for _ in range(400)]\nfor o in outs:\n    with o: print('y')"
    seen = execute([large, *["with out: print('z')"] * 40, many, "print(len(outs[-1].outputs))"])
    assert (seen.result.word, seen.result.detail) == ("ran", None)
    assert "the kernel was no longer told" in " ".join(seen.result.notes)
    assert seen.supervisor_mib < quiet.supervisor_mib + 150
