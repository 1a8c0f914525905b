"""Adding and taking back changes the lines of one decision; everything else of a person's file stays as it was."""

from pathlib import Path

import pytest

from assignment.fixable import FixableError
from grader.decisions.decision import Decision
from grader.decisions.edit import add_entry, remove_entry
from grader.decisions.entries import parse_entries

VOID = Decision(decision="void", question="lime-2", reason='two: "same" #1, 兩個', date="2027-06-02")
READING = Decision(decision="reading", student="0123", question="lime-1", value="ac", reason="x", date="2027-06-02")
BY_HAND = """# Ours, 助教.
- decision: extension   # by mail
  student: 0123
  value: 2027-06-01T23:59:59+08:00
  reason: >
    ill, and
    far away
  date: 2027-06-02

# The question that nobody understood:
-
  decision: void
  question: lime-1
  reason: unclear
  date: 2027-06-02
# the end
"""


def list_texts(data: bytes, file: Path) -> list[dict[str, str]]:
    return [{name: text for name, text in one.texts.items() if text} for one in parse_entries(data, file).each]


def to_texts(*decisions: Decision) -> list[dict[str, str]]:
    return [{name: text for name, text in one.model_dump().items() if text} for one in decisions]


@pytest.mark.parametrize(
    "before",
    [
        "",
        "# only a comment",
        "[]\n",
        "[]  # none yet\n",
        "---\n",
        BY_HAND,
        BY_HAND.rstrip("\n"),
        "\ufeff" + BY_HAND,
        "\ufeff[]\n",
        BY_HAND.replace("\n", "\r\n"),
        "  - decision: void\n    question: lime-1\n    reason: x\n    date: 2027-06-02\n",
    ],
)
def test_yaml_gains_its_lines_and_loses_them_again(before: str) -> None:
    file, data = Path("d.yaml"), before.encode()
    one = add_entry(data, file, VOID)
    both = add_entry(one, file, READING)
    assert list_texts(both, file) == [*list_texts(data, file), *to_texts(VOID, READING)]
    if before and "[]" not in before:
        assert one.startswith(data)
    count = len(list_texts(data, file))
    without = remove_entry(both, file, count + 1)
    assert list_texts(without, file) == [*list_texts(data, file), *to_texts(READING)]
    left = remove_entry(without, file, count + 1)
    assert list_texts(left, file) == list_texts(data, file)
    if before and "[]" not in before:
        assert left.rstrip() == data.rstrip()


def test_comments_of_a_person_stay_where_they_are() -> None:
    left = remove_entry(BY_HAND.encode(), Path("d.yaml"), 1).decode()
    assert left == BY_HAND[: BY_HAND.index("- decision: ext")] + BY_HAND[BY_HAND.index("\n# The question") :]
    last = remove_entry(BY_HAND.encode(), Path("d.yaml"), 2).decode()
    assert last == BY_HAND[: BY_HAND.index("-\n  decision: void")] + "# the end\n"


@pytest.mark.parametrize(
    "before",
    [
        "decision,student,question,value,reason,date,by\nvoid,,lime-1,,x,2027-06-02,Ada\n",
        "Decision;Reason;Date;Question;Student;Value\r\nvoid;x;2027-06-02;lime-1;;\r\n",
        "\ufeffdecision\tstudent\tquestion\tvalue\treason\tdate\nvoid\t\tlime-1\t\tx\t2027-06-02",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_table_keeps_its_columns_its_separator_and_its_encoding(before: str, encoding: str) -> None:
    file, data = Path("d.csv"), before.removeprefix("\ufeff" if encoding == "utf-16" else "").encode(encoding)
    both = add_entry(add_entry(data, file, VOID), file, READING)
    assert list_texts(both, file)[1:] == to_texts(VOID, READING)
    assert ("\r\n" in both.decode(encoding)) == ("\r\n" in before)
    left = remove_entry(remove_entry(both, file, 3), file, 2)
    assert left.decode(encoding).rstrip() == data.decode(encoding).rstrip()


def test_new_table_has_every_column() -> None:
    made = add_entry(b"", Path("d.csv"), READING).decode()
    assert made == "decision,student,question,value,text,reason,date,by\nreading,0123,lime-1,ac,,x,2027-06-02,\n"


@pytest.mark.parametrize(
    ("name", "before"),
    [
        ("d.yaml", "[{decision: void, question: lime-1, reason: x, date: 2027-06-02}]\n"),
        ("d.yaml", "- decision: void\n  question: lime-1\n  reason: x\n  date: 2027-06-02\n...\n"),
        ("d.csv", "decision,question,date\nvoid,lime-1,2027-06-02\n"),
    ],
)
def test_file_that_takes_no_more_stays_and_the_lines_to_write_are_said(name: str, before: str) -> None:
    with pytest.raises(FixableError, match=r"written by hand: \{decision: void, question: lime-2, reason"):
        add_entry(before.encode(), Path(name), VOID)


def test_decision_that_shares_its_line_is_not_removed_and_the_line_is_said() -> None:
    shared = "[{decision: seen, student: a, reason: x, date: 2027-06-02}, {decision: seen, student: b, reason: x}]"
    with pytest.raises(FixableError, match=r"d.yaml: lines 1 to 1: decision 2 .* deleted by hand"):
        remove_entry(shared.encode(), Path("d.yaml"), 2)
    with pytest.raises(FixableError, match="no decision 3; expected 1 to 2"):
        remove_entry(shared.encode(), Path("d.yaml"), 3)
