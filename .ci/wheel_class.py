"""The class of one that `.ci/wheel` grades with the installed wheel: written from the student's bundle, then checked.

    python wheel_class.py outside CHECKOUT     the rooms come from this environment, not from the checkout
    python wheel_class.py write BUNDLE HANDINS
    python wheel_class.py check RUNS

The notebook is the start of the released one, up to its first figure, and its answers cell. So it is as short as a
notebook can be that draws with the homework's own style, and names no module.
"""

import importlib.util
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import nbformat

STUDENT = "b09901001"
ROOMS = ("assignment", "grader", "questions", "reference")


def check_outside(checkout: str) -> None:
    """Fail where a room is imported from anywhere but the environment that runs this."""
    for room in ROOMS:
        found = importlib.util.find_spec(room)
        place = Path(str(found.origin if found else None)).resolve()
        if not place.is_relative_to(Path(sys.prefix).resolve()) or place.is_relative_to(checkout):
            sys.exit(f"wheel: {room} is imported from {place}; expected the environment {sys.prefix}")


def write_class(bundle: str, handins: str) -> None:
    """Write the hand-in of one honest student."""
    with zipfile.ZipFile(bundle) as archive:
        names = archive.namelist()
        released = json.loads(archive.read("homework.ipynb"))
    if not any(name.endswith(".otf") for name in names):
        sys.exit(f"wheel: {bundle}: holds no font (*.otf); expected the one that the figures need")
    sources = ["".join(cell["source"]) for cell in released["cells"]]
    first_figure = next((index for index, source in enumerate(sources) if "set_style()" in source), None)
    if first_figure is None:
        sys.exit(f"wheel: {bundle}: homework.ipynb: no cell calls set_style(); expected the cell of the first figure")
    released["cells"] = [
        answer(cell) if source.startswith("answers = {") else cell
        for index, (cell, source) in enumerate(zip(released["cells"], sources, strict=True))
        if index <= first_figure or source.startswith("answers = {")
    ]
    Path(handins).mkdir()
    nbformat.write(nbformat.from_dict(released), Path(handins) / f"{STUDENT}.ipynb")


def answer(cell: dict[str, Any]) -> dict[str, Any]:
    """Return the answers cell with `a` chosen in each question."""
    return cell | {"source": "".join(cell["source"]).replace('""', '"a"')}


def check_class(runs: str) -> None:
    """Fail where the notebook did not run to its end, drew no figure, or left no report."""
    run = Path(runs) / STUDENT
    result = json.loads((run / "result.json").read_text(encoding="utf-8"))
    if result["word"] != "ran" or not result["sandbox"]:
        sys.exit(f"wheel: {run / 'result.json'}: {result}; expected the word 'ran', in the sandbox")
    executed = nbformat.read(run / "work" / "executed.ipynb", as_version=4)
    outputs = [output for cell in executed.cells for output in cell.get("outputs", ())]
    said = "".join(output.get("text", "") for output in outputs)
    if not any("image/png" in output.get("data", {}) for output in outputs):
        sys.exit(f"wheel: {run}: the notebook drew no figure; it said: {said[-2000:]}")
    if "missing from font" in said:
        sys.exit(f"wheel: {run}: a figure lacks letters: {said[-2000:]}")
    results = json.loads((Path(runs) / "results.json").read_text(encoding="utf-8"))
    if results["words"].get("ran") != 1 or any(question["sheets"] != 1 for question in results["questions"]):
        sys.exit(f"wheel: {runs}/results.json: {results['words']}; expected one hand-in that ran, and its answers read")
    for page in (Path(runs) / "report.html", run / "report.html"):
        if STUDENT not in page.read_text(encoding="utf-8"):
            sys.exit(f"wheel: {page}: does not name the student {STUDENT}")


if __name__ == "__main__":
    {"outside": check_outside, "write": write_class, "check": check_class}[sys.argv[1]](*sys.argv[2:])
