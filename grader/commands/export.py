"""`hw9 questions handout DIR` writes what students get on paper, `hw9 questions qti FILE.zip` a quiz for Canvas."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from assignment.assignment import load_assignment
from assignment.fixable import FixableError, check_all
from assignment.profile import load_profile
from grader.commands.options import add_sources
from questions.bank import find_worth, load_bank
from questions.canonical import load_canonicals
from questions.canvas.package import to_package
from questions.canvas.readback import find_differences, parse_package
from questions.handout.page import find_handout, list_files
from questions.key import find_key

HANDOUT = """Write the handout for students: handout.html, one page to print (A4) or to read on a screen, with its
pictures inside; handout.md, with its pictures beside it. English stands above Traditional Chinese. No answer, claim or
reason is in it.

example: hw9 questions handout dist/handout
"""
QTI = """Write a QTI 1.2 package that Canvas imports as a classic quiz (Settings, Import Course Content, QTI .zip file).
FOR STAFF ONLY: the package holds the key.

Canvas gives partial credit for questions with several right choices by default; in this homework a question counts only
if all the right choices and no other are chosen. So the package keeps Canvas's own points from the students, and the
points that count are those of `hw9 score HANDINS RUNS --responses FILE.csv`, which reads the quiz's Student Analysis.

example: hw9 questions qti quiz.zip
"""


def add_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verbs that hand the questions out."""
    handout = _add(verbs, "handout", "write the students' handout: a page to print, and Markdown", HANDOUT)
    handout.add_argument("folder", type=Path, metavar="DIR", help="where to write it; made when missing")
    qti = _add(verbs, "qti", "write a quiz for Canvas as a QTI package, key included: for staff only", QTI)
    qti.add_argument("file", type=Path, metavar="FILE.zip", help="the package; folders are made when missing")
    add_sources(handout, "whose pictures", canonical=False)
    add_sources(qti, "whose pictures and key")


def _add(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, short: str, text: str
) -> argparse.ArgumentParser:
    about, _, example = text.partition("\nexample")
    form = argparse.RawDescriptionHelpFormatter
    return verbs.add_parser(name, help=short, description=about, epilog="example" + example, formatter_class=form)


def write_handout(args: argparse.Namespace) -> int:
    """Write the handout's files."""
    handout = find_handout(load_bank(args.bank), load_assignment(), load_profile(args.profile))
    for name, data in list_files(handout):
        _write(args.folder / name, data)
    blocks = sum(len(topic.blocks) for topic in handout.topics)
    _say(f"wrote {args.folder / 'handout.html'}: {blocks} questions, {len(handout.pictures)} pictures")
    return 0


def write_qti(args: argparse.Namespace) -> int:
    """Write the package, and compare what is read from it with the bank and its key."""
    if args.file.suffix.lower() != ".zip":
        raise FixableError(f"{args.file}: expected a name that ends in .zip, which is what Canvas imports")
    bank, assignment = load_bank(args.bank), load_assignment()
    key = find_key(bank, load_canonicals(args.profile, args.canonical))
    data = to_package(bank, key, assignment, load_profile(args.profile))
    points = find_worth(bank, assignment)
    check_all(find_differences(parse_package(data, str(args.file)), bank, points, key))
    _write(args.file, data)
    _say(f"wrote {args.file}: {len(points)} questions, {sum(points.values())} points, read back the same")
    _say("It holds the key: for staff only. Canvas's own points give partial credit and are hidden from students;")
    _say("the points that count: hw9 score HANDINS RUNS --responses FILE.csv (the quiz's Student Analysis report)")
    return 0


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise FixableError(f"{path}: {error.strerror}; expected a place that can be written") from None


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


VERBS: dict[str, Callable[[argparse.Namespace], int]] = {"handout": write_handout, "qti": write_qti}
