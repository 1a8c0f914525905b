"""The made-up class: hand-ins made from a course's released notebook, one for everything that can happen, with what
must come of each. The first are the most ordinary.

`hw9 demo` grades it, and so do the tests. The code in the hostile cells is what the sandbox must hold; it is never run
outside it.
"""

import copy
import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

Notebook = dict[str, Any]
Key = Mapping[str, frozenset[str]]

READS_THE_KEY = """
from pathlib import Path
found = []
for place in [Path("/"), Path.home(), Path.cwd().parent, *map(Path, __import__("sys").path)]:
    for pattern in ("questions/bank/*.yaml", "bank/*.yaml", "*/bank/*.yaml", "*/*/bank/*.yaml", "*/handin.ipynb"):
        try:
            found += [str(path) for path in place.glob(pattern)]
        except OSError:
            pass
try:
    import questions.key
    found.append(questions.key.__file__)
except ImportError:
    pass
print("FOUND", found)
assert found, "the key is out of reach"
"""


@dataclass(frozen=True)
class Expectation:
    """What must come of a hand-in: its words, and its points as a share of the best (or exactly)."""

    words: frozenset[str]
    points: Decimal


@dataclass(frozen=True)
class Member:
    """One student of the made-up class: how the hand-in is made and which words must come of it."""

    student: str
    name: str
    change: Callable[[Notebook, Key], Notebook | bytes]
    words: frozenset[str]
    share: str = "none"  # of the points: all, half, but_one, none
    late: bool = False


def answer(notebook: Notebook, letters: Mapping[str, str]) -> Notebook:
    """Return the notebook with these letters in its answers cell, and its TODO cell written."""
    changed = write_todo(notebook)
    cell = next(cell for cell in changed["cells"] if "".join(cell["source"]).startswith("answers = {"))
    lines = [f"    {json.dumps(name)}: {json.dumps(chosen)}," for name, chosen in letters.items()]
    cell["source"] = "answers = {\n" + "\n".join(lines) + "\n}"
    return changed


def write_todo(notebook: Notebook) -> Notebook:
    """Return the notebook with the cosine similarity written, which it leaves to students."""
    changed = copy.deepcopy(notebook)
    cell = next(cell for cell in changed["cells"] if "def cosine_similarity" in "".join(cell["source"]))
    cell["source"] = "".join(cell["source"]).replace("    # TODO", "    return a @ b / (a.norm() * b.norm())")
    return changed


def _all_right(key: Key) -> dict[str, str]:
    return {name: "".join(sorted(letters)) for name, letters in key.items()}


def _perfect(notebook: Notebook, key: Key) -> Notebook:
    return answer(notebook, _all_right(key))


def _blank(notebook: Notebook, key: Key) -> Notebook:
    return notebook


def _half(notebook: Notebook, key: Key) -> Notebook:
    right = _all_right(key)
    return answer(
        notebook, {name: letters if index % 2 == 0 else "" for index, (name, letters) in enumerate(right.items())}
    )


def _one_too_many(notebook: Notebook, key: Key) -> Notebook:
    right = _all_right(key)
    first = next(iter(right))
    extra = next((letter for letter in "abcd" if letter not in key[first]), None)
    wrong = right[first] + extra if extra else right[first][1:]  # all four are right: one too few
    return answer(notebook, right | {first: wrong})


def _unknown_letter(notebook: Notebook, key: Key) -> Notebook:
    right = _all_right(key)
    return answer(notebook, right | {next(iter(right)): "z"})


def _edited(notebook: Notebook, key: Key) -> Notebook:
    changed = _perfect(notebook, key)
    cell = _find_official(changed, "saliency")
    source = "".join(cell["source"])
    other = "logit" if 'of="loss"):' in source else "loss"
    cell["source"] = source.replace(").cpu().numpy()\nsave_group", f', of="{other}").cpu().numpy()\nsave_group')
    return changed


def _no_answers(notebook: Notebook, key: Key) -> Notebook:
    changed = write_todo(notebook)
    changed["cells"] = [cell for cell in changed["cells"] if "answers" not in "".join(cell["source"]).split("\n")[0]]
    return changed


def _broken(notebook: Notebook, key: Key) -> bytes:
    return json.dumps(notebook).encode()[:-200]


def _essay(notebook: Notebook, key: Key) -> bytes:
    return b"%PDF-1.4\nMy essay about explainable AI.\n"


def _insert(source: str, after: str) -> Callable[[Notebook, Key], Notebook]:
    """Return a change that puts a cell of the student's own behind the official cell `after`; all answers are right."""

    def change(notebook: Notebook, key: Key) -> Notebook:
        changed = _perfect(notebook, key)
        place = changed["cells"].index(_find_official(changed, after)) + 1
        cell: dict[str, Any] = {
            "cell_type": "code",
            "id": "mine",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": source,
        }
        changed["cells"].insert(place, cell)
        return changed

    return change


def _find_official(notebook: Notebook, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        cell for cell in notebook["cells"] if cell["metadata"].get("hw9", {}).get("name") == name
    )
    return found


def _words(*words: str) -> frozenset[str]:
    return frozenset(words)


CLASS: tuple[Member, ...] = (
    Member("s01-perfect", "Ann Perfect 安全", _perfect, _words("ran", "agrees"), "all"),
    Member("s02-blank", "Bo Blank 白紙", _blank, _words("ran", "outputs_missing")),
    Member("s03-half", "Cy Half 半半", _half, _words("ran", "agrees"), "half"),
    Member("s04-one-too-many", "Di Greedy 多多", _one_too_many, _words("ran", "agrees"), "but_one"),
    Member("s05-late", "Ed Late 遲遲", _insert("# in a hurry", "setup"), _words("ran", "agrees", "late"), late=True),
    Member("s06-edited", "Flo Edit 改改", _edited, _words("ran", "differs", "edited"), "all"),
    Member("s07-crash", "Gus Crash 當當", _insert("1 / 0", "lime"), _words("failed", "outputs_missing"), "all"),
    Member(
        "s08-endless-loop",
        "Hal Loop 圈圈",
        _insert("while True:\n    pass", "setup"),
        _words("timed_out", "outputs_missing"),
        "all",
    ),
    Member(
        "s09-ten-gigabytes",
        "Ida Heap 大大",
        _insert("hoard = [bytearray(2**28) for _ in range(40)]\nprint(sum(map(len, hoard)))", "setup"),
        _words("failed", "outputs_missing"),
        "all",
    ),
    Member(
        "s10-prints-200-mb",
        "Jo Loud 吵吵",
        _insert('for _ in range(200):\n    print("x" * 2**20)', "setup"),
        _words("failed", "outputs_missing"),
        "all",
    ),
    Member(
        "s11-kills-its-kernel",
        "Kim Exit 走走",
        _insert("import os\nos._exit(0)", "setup"),
        _words("failed", "outputs_missing"),
        "all",
    ),
    Member(
        "s12-reads-the-key",
        "Lou Peek 偷看",
        _insert(READS_THE_KEY, "setup"),
        _words("failed", "outputs_missing"),
        "all",
    ),
    Member("s13-broken-json", "Mo Torn 破破", _broken, _words("broken", "not_run")),
    Member("s14-no-answers", "Ned Mute 啞啞", _no_answers, _words("no_answers", "ran", "agrees")),
    Member("s15-essay", "Oda Essay 文文", _essay, _words("not_a_notebook", "not_run")),
    Member("s16-two-notebooks", "Pia Twice 雙雙", _perfect, _words("two_notebooks", "not_run")),
    Member("s17-unknown-letter", "Quin Zed 乙乙", _unknown_letter, _words("ran", "agrees"), "but_one"),
    Member("s18-missing", "Ray Absent 無無", _blank, _words("missing", "not_run")),
)


def make_class(
    folder: Path,
    notebook: Notebook,
    key: Key,
    points: Mapping[str, Decimal],
    deadline: datetime,
    members: Sequence[Member] = CLASS,
) -> dict[str, Expectation]:
    """Write the class's hand-ins and `handins.csv` to `folder`; returns what must come of each student.

    points: what each question is worth. The notebook is the released one; the key makes the right answers.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for member in members:
        _write(folder, member, member.change(notebook, key))
    with (folder / "handins.csv").open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["student", "name", "submitted_at"])
        for member in members:
            moment = deadline + timedelta(minutes=7) if member.late else deadline - timedelta(hours=5)
            writer.writerow([member.student, member.name, moment.isoformat()])
    return {member.student: Expectation(member.words, _compute_points(member.share, points)) for member in members}


def _write(folder: Path, member: Member, handin: Notebook | bytes) -> None:
    data = handin if isinstance(handin, bytes) else json.dumps(handin, ensure_ascii=False, indent=1).encode()
    if member.student == "s18-missing":
        return
    if member.student == "s15-essay":
        (folder / member.student).mkdir(exist_ok=True)
        (folder / member.student / "essay.pdf").write_bytes(data)
    elif member.student == "s16-two-notebooks":
        (folder / member.student).mkdir(exist_ok=True)
        for name in ("homework.ipynb", "homework (1).ipynb"):
            (folder / member.student / name).write_bytes(data)
    else:
        (folder / f"{member.student}.ipynb").write_bytes(data)


def _compute_points(share: str, points: Mapping[str, Decimal]) -> Decimal:
    worth = list(points.values())
    earned = {"all": worth, "half": worth[::2], "but_one": worth[1:], "none": []}[share]
    return sum(earned, Decimal("0.0"))
