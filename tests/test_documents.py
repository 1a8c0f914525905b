"""Documents say what is: measured tables, generated ones, decisions, links, and the names of what they speak of."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from assignment.course import open_course
from grader.commands.document import BLOCKS, HANDBOOK, main, write_blocks
from questions.proof.matrix import load_matrix

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results"
ROOMS = ("assignment", "reference", "questions", "grader", "tests", "benchmarks")
DECISIONS = [*(f"{room}/DECISIONS.md" for room in ROOMS[:4]), "benchmarks/README.md", "tests/README.md"]
DOCUMENTS = [
    *("README.md", "CHANGELOG.md", "DECISIONS.md", ".github/CONTRIBUTING.md", ".github/SECURITY.md"),
    *(f"{room}/README.md" for room in ROOMS),
    *("assignment/authoring/README.md", "questions/canvas/sandbox.md"),
    *DECISIONS[:4],
]
PRESENT = [name for name in DOCUMENTS if name != "CHANGELOG.md"]  # which says what was
WIDTH = 100
INDEXED = re.compile(r"^\| (\d+) \| \[(.+)\]\((.+)#(.+)\) \| (\w+) \|$", re.MULTILINE)


@cache
def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def drop_code(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def find_block(text: str, name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", text, re.DOTALL)
    assert found, f"no block {name!r}"
    return found[1]


def to_anchor(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def find_anchors(name: str) -> set[str]:
    return {to_anchor(heading) for heading in re.findall(r"^#+ (.+)$", drop_code(read(name)), re.MULTILINE)}


def find_links(name: str) -> list[tuple[str, str]]:
    text = drop_code(read(name))
    targets = re.findall(r"\]\((?!http)([^)]+)\)|^\[\w+\]: (?!http)(\S+)$", text, re.MULTILINE)
    return [(name, direct or named) for direct, named in targets]


def find_tree(text: str) -> set[str]:
    """Return the folders that the README's tree names: rooms at the margin, their folders two spaces in."""
    folders, room = set(), ""
    for indent, names in re.findall(r"^( {0,2})((?:\w+/ ?)+) .*$", text, re.MULTILINE):
        found = names.replace("/", "").split()
        room = room if indent else found[0]
        folders |= {f"{room}/{name}" for name in found} if indent else {room}
    return folders


def find_modules(name: str) -> list[tuple[str, str]]:
    return [(name, module) for module in sorted(set(re.findall(r"python -m ([a-z][\w.]*[\w])", read(name))))]


def find_paths(name: str) -> list[tuple[str, str]]:
    """Return the paths in backticks, none of them a pattern: of a room, of `.ci`, and of modules wherever they are."""
    found = re.findall(rf"`((?:{'|'.join(ROOMS)}|\.ci)/[\w./-]+|[\w./-]+\.py)`", drop_code(read(name)))
    return [(name, path) for path in sorted(set(found))]


def find_place(name: str, path: str) -> bool:
    """Tell whether a path is there: from the root, from the document's folder, or for a bare name somewhere below."""
    folder = (ROOT / name).parent
    return any(place.exists() for place in (ROOT / path, folder / path)) or (
        "/" not in path and any(folder.rglob(path))
    )


def test_table_of_speed_is_the_measured_one() -> None:
    result, readme = read("benchmarks/results/reference.md"), read("benchmarks/README.md")
    assert find_block(readme, "compact") == find_block(result, "compact")
    machine = re.search(r"reference` on (.*?torch [\w.+]+)\.", result)
    assert machine
    assert machine[1] in " ".join(readme.split())


@pytest.mark.parametrize("path", BLOCKS, ids=lambda path: path.parent.name)
def test_generated_block_is_what_the_program_says(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for name, block in BLOCKS[path]().items():
        assert find_block(text, name) == block, "write it again: python -m grader.commands.document"


def test_readme_counts_the_mutants_of_the_proof() -> None:
    matrix, text = load_matrix(open_course().proofs), " ".join(read("README.md").split())
    equal = sum(one.equivalent is not None for one in matrix.mutants)
    assert f"Of {len(matrix.mutants)} plausible mistakes in the analyses, {matrix.caught} change the key" in text
    assert f"{equal} are listed as equivalent" in text
    assert f"mutation score of {matrix.score:.3f} " in text


@pytest.mark.parametrize(("words", "code"), [(["--help"], 0), (["grader/README.md"], 2)])
def test_writing_of_documents_is_refused_with_arguments(words: list[str], code: int) -> None:
    before = HANDBOOK.stat().st_mtime_ns
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert (ended.value.code, HANDBOOK.stat().st_mtime_ns) == (code, before)


def test_generated_tables_are_written_where_they_stand(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- verbs -->\nold\n<!-- /verbs -->\nafter\n")
    for _ in range(2):
        write_blocks(page, {"verbs": "| new |\n"})
    assert page.read_text() == "before\n<!-- verbs -->\n| new |\n<!-- /verbs -->\nafter\n"


def test_every_decision_stands_once_under_its_number_and_title_in_its_room() -> None:
    indexed = INDEXED.findall(read("DECISIONS.md"))
    assert len(indexed) == len(re.findall(r"^\| \d", read("DECISIONS.md"), re.MULTILINE))
    assert [int(number) for number, *_ in indexed] == list(range(1, len(indexed) + 1))
    stands = sorted(
        (int(number), title, name)
        for name in DECISIONS
        for number, title in re.findall(r"^## (\d+)\. (.+)$", read(name), re.MULTILINE)
    )
    assert stands == [(int(number), title, name) for number, title, name, *_ in indexed]
    for number, title, name, anchor, room in indexed:
        assert (anchor, room) == (to_anchor(f"{number}. {title}"), name.partition("/")[0])


@pytest.mark.parametrize("name", DECISIONS)
def test_decisions_of_a_room_rise_in_number(name: str) -> None:
    numbers = [int(number) for number in re.findall(r"^## (\d+)\. ", read(name), re.MULTILINE)]
    assert numbers
    assert numbers == sorted(numbers)


@pytest.mark.parametrize(("name", "target"), [link for name in DOCUMENTS for link in find_links(name)])
def test_link_leads_somewhere(name: str, target: str) -> None:
    path, _, anchor = target.partition("#")
    place = ((ROOT / name).parent / path).resolve() if path else ROOT / name
    assert place.exists()
    assert not anchor or anchor in find_anchors(str(place.relative_to(ROOT)))


@pytest.mark.parametrize(("name", "module"), [found for name in PRESENT for found in find_modules(name)])
def test_module_that_a_document_starts_is_there(name: str, module: str) -> None:
    path = ROOT / module.replace(".", "/")
    assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), name


@pytest.mark.parametrize(("name", "path"), [found for name in PRESENT for found in find_paths(name)])
def test_path_that_a_document_names_is_there(name: str, path: str) -> None:
    assert find_place(name, path)


def test_tree_of_the_readme_has_every_folder_of_every_room() -> None:
    listed = subprocess.run(["git", "ls-files", *ROOMS[:4]], cwd=ROOT, check=True, capture_output=True, text=True)
    parts = [Path(line).parts for line in listed.stdout.splitlines()]
    folders = {f"{one[0]}/{one[1]}" for one in parts if len(one) > 2}
    assert find_tree(read("README.md")) == folders | set(ROOMS)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_prose_is_wrapped(name: str) -> None:
    """Tables, pictures, and the lines of links that pictures refer to may be wider."""
    wide = [line for line in read(name).splitlines() if len(line) > WIDTH and not line.startswith(("|", "!"))]
    assert not wide


def test_readme_is_short() -> None:
    lines = read("README.md").splitlines()
    assert len(lines) <= 120
    assert max(map(len, lines)) <= WIDTH


def test_lines_of_the_changelog_are_short() -> None:
    lines = re.split(r"^- ", read("CHANGELOG.md"), flags=re.MULTILINE)[1:]
    lines = [line.partition("\n\n")[0] for line in lines]
    assert not [line for line in lines if len(line.split()) > 25]


def test_an_anchor_that_is_not_there_would_be_found() -> None:
    assert "18-the-kernel-waits-for-its-supervisors-word-before-it-starts" in find_anchors("grader/DECISIONS.md")
    assert "18-the-kernel-waits" not in find_anchors("grader/DECISIONS.md")
