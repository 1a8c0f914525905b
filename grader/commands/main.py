"""The command `hw9`: one file per verb in this folder, put together here, and the exit codes.

0 fine; 1 something can be fixed or a person must look; 2 the command was used wrongly; 3 our own bug, with its
traceback.
"""

import argparse
import errno
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from assignment.course import find_course
from assignment.fixable import FixableError
from assignment.selfcheck.screen import allow_any_letter
from grader.commands import (
    bundle,
    check,
    collect,
    decide,
    demo,
    explorer,
    grade,
    look,
    notebook,
    reference,
    report,
    run,
    score,
)
from grader.commands.cluster import main as cluster
from grader.commands.cluster import worker
from grader.commands.course import main as course
from grader.commands.questions import main as questions
from grader.commands.terminal.options import VerbParser
from grader.commands.terminal.screen import print_bug, print_faults, say, warn
from grader.files.private import keep_private
from grader.runs.folder import VERSION

MODULES = (
    collect,
    grade,
    run,
    score,
    decide,
    report,
    demo,
    worker,
    cluster,
    bundle,
    explorer,
    look,
    check,
    course,
    questions,
    notebook,
    reference,
)
PURPOSES = {
    "grade a class": ("collect", "grade", "run", "score", "decide", "report", "demo"),
    "on several machines": ("worker", "cluster keys"),
    "hand out": ("bundle", "explorer", "look", "check", "questions handout", "questions qti", "questions lessons"),
    "make a course": (
        "course new",
        "course pictures",
        "course masks",
        "course model",
        "course texts",
        "course fetch",
        "course check",
        "course ci",
    ),
    "write questions": (
        "questions measures",
        "questions values",
        "questions suggest",
        "questions new",
        "questions schema",
        "questions check",
        "questions leaks",
        "questions clues",
        "questions show",
        "questions mutate",
        "questions stability",
        "questions recheck",
        "questions rekey",
        "questions blueprint",
    ),
    "change the code": ("notebook", "reference"),
}
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
POSIX = ("fcntl", "resource", "pwd", "grp", "termios")  # modules that Windows has not
PRIVATE = (*PURPOSES["grade a class"], "questions qti", "questions values", "questions lessons")  # for staff alone
ABOUT = """Grade a homework on explainable AI: run the notebooks in a sandbox, score the answers by a computed key,
write reports."""
EPILOG = """`hw9 VERB --help` has the options of a verb and examples.

examples:
  hw9 demo                          grade a made-up class
  hw9 grade handins/ runs/          run, score and report a class
  hw9 questions check               check the questions and print the key

HANDINS holds <student>.ipynb files, or <student>/ folders with one notebook each, and optionally a handins.csv with the
columns student, name, submitted_at (ISO 8601 with a time zone).
exit codes: 0 fine, 1 something can be fixed or a person must look, 2 wrong usage, 3 our own bug
"""


class ShowVersion(argparse.Action):
    """Print the version of the program, and that of the RUNS folders which it reads and writes."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:  # noqa: D102
        try:
            own = version("hw9")
        except PackageNotFoundError:
            own = "(not installed: run from its folder)"
        say(f"hw9 {own}; RUNS folders: version {VERSION}")
        parser.exit()


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command."""
    parser = VerbParser(
        prog="hw9",
        usage="hw9 [-h] [--version] VERB ...",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=ShowVersion, nargs=0, help="show the version and exit")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB", prog="hw9", help=argparse.SUPPRESS)
    for module in MODULES:
        module.add_parser(verbs)
    parser.description = f"{ABOUT}\n\n{list_verbs(parser)}"
    return parser


def name_verb(options: argparse.Namespace) -> str:
    """Return a verb as it was typed, one of `course` or `questions` with its own verb."""
    own = getattr(options, f"{options.verb}_verb", None)
    return f"{options.verb} {own}" if own else str(options.verb)


def list_verbs(parser: argparse.ArgumentParser) -> str:
    """Return the verbs with their help, by what one wants to do."""
    found = {verb.prog: (to_usage(verb).removeprefix("hw9 "), says) for verb, says in find_verbs(parser)}
    wide = max(len(usage) for usage, _ in found.values())
    lines = []
    for purpose, names in PURPOSES.items():
        lines += ["", f"{purpose}:"]
        for usage, says in (found[f"hw9 {name}"] for name in names):
            lines.append(f"  {usage:<{wide}}  {says}")
    return "\n".join(lines[1:])


def find_verbs(parser: argparse.ArgumentParser) -> Iterator[tuple[argparse.ArgumentParser, str]]:
    """Yield the parser of each verb with its help; for a verb that has verbs of its own those instead.

    >>> parser = argparse.ArgumentParser(prog="hw9")
    >>> verbs = parser.add_subparsers()
    >>> _ = verbs.add_parser("run", help="run a class").add_argument("handins", metavar="HANDINS")
    >>> [(to_usage(verb), says) for verb, says in find_verbs(parser)]
    [('hw9 run HANDINS', 'run a class')]
    """
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for shown in action._choices_actions:
                verb = action.choices[shown.dest]
                yield from list(find_verbs(verb)) or [(verb, shown.help or "")]


def to_usage(verb: argparse.ArgumentParser) -> str:
    """Return how a verb is typed, without the options that it can do without."""
    places = [action for action in verb._actions if not action.option_strings]
    needed = [group._group_actions[0].option_strings[0] for group in verb._mutually_exclusive_groups if group.required]
    named = [str(action.metavar or action.dest.upper()) for action in places]
    forms = {"?": "[{}]", "+": "{}...", "*": "[{}...]"}
    shown = [forms.get(str(action.nargs), "{}").format(name) for name, action in zip(named, places, strict=True)]
    return " ".join([verb.prog, *needed, *shown])


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    allow_any_letter()
    try:
        if words[:1] == ["reference"]:
            return reference.reference(words[1:])
        options = make_parser().parse_args(words)
        options.typed = tuple(words)
        if "course" in options:
            options.course = find_course(options.course)
        with keep_private() if name_verb(options) in PRIVATE else nullcontext():
            code: int = options.start(options)
            return code
    except FixableError as error:
        print_faults(error.faults)
        return 1
    except ModuleNotFoundError as error:
        if error.name not in POSIX:
            print_bug()
            return 3
        says = f"this system has no {error.name}; expected Linux for it (`hw9 look` and `hw9 check` run anywhere)"
        warn(f"hw9 {words[0]}: {says}")
        return 1
    except KeyboardInterrupt:
        warn("stopped; the same command resumes where it stopped")
        return 1
    except BrokenPipeError:
        return 1
    except Exception as error:
        if isinstance(error, OSError) and error.errno in FULL:
            says = f"{error.strerror}; expected room to write; then the same command goes on"
            warn(f"{error.filename or words[0]}: {says}")
            return 1
        print_bug()
        return 3
