"""`hw9 course model`: bring a classifier or a BERT into a course."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from assignment.fixable import Fault, FixableError
from grader.commands.course.options import add_course_verb, take_folder
from grader.commands.terminal.options import Verbs
from grader.commands.terminal.screen import say

if TYPE_CHECKING:
    from assignment.authoring.models.trial import Trial

USES = ("classifier", "masked", "reader", "embeddings")
KINDS = ("homework", "torchvision", "transformers", "module")
SAYS = "bring in a classifier, or a BERT for a use"
EXAMPLES = (
    "hw9 course model --course bakery --for classifier checkpoint.pth --licence CC-BY-4.0 --source URL",
    "hw9 course model --course bakery --for classifier resnet18.pth --name resnet18 --mean 0.485 0.456 0.406 "
    "--std 0.229 0.224 0.225 --licence BSD-3-Clause --source URL",
    "hw9 course model --course bakery --for reader ~/bert-squad --name tuned --source URL",
)


def add_parser(verbs: Verbs) -> None:
    """Add the verb."""
    parser = add_course_verb(verbs, "model", start, says=SAYS, examples=EXAMPLES)
    add = parser.add_argument
    add("path", type=Path, metavar="FILE", help="weights, a Python file, or a folder in the Hugging Face format")
    add("--for", dest="use", required=True, choices=USES, help="what the course uses it for")
    add("--name", metavar="NAME", help="of its folder in models/; for kind torchvision, torchvision's name of it")
    add("--licence", metavar="L", help="such as MIT (default: what the folder's model card, README.md, says)")
    add("--source", metavar="S", required=True, help="where it comes from: an address, a paper, a person")
    add("--replace", action="store_true", help="put it in the place of the one that is there")
    of = parser.add_argument_group("for a classifier")
    of.add_argument("--kind", choices=KINDS, help="default: what the file looks like")
    of.add_argument("--class", dest="body", metavar="NAME", help="kind module: the class in the Python file")
    of.add_argument("--weights", type=Path, metavar="FILE", help="kind module: the weights of the class")
    for name in ("mean", "std"):
        says = f"{name} of red, green, blue in its training, pixels from 0 to 1"
        of.add_argument(f"--{name}", type=float, nargs=3, metavar=("R", "G", "B"), help=says)


def start(options: argparse.Namespace) -> int:
    """Do what was typed."""
    folder = take_folder(options)
    if not options.path.exists():
        raise FixableError(Fault((str(options.path),), "no such file or folder; expected the model"))
    return bring_classifier(folder, options) if options.use == "classifier" else bring_bert(folder, options)


def bring_classifier(folder: Path, options: argparse.Namespace) -> int:
    """Import a classifier and say how it does on the course's pictures."""
    from assignment.authoring.models.classifier import Found, guess_kind, import_classifier
    from assignment.authoring.models.new_folder import check_name
    from assignment.authoring.models.pretrained import find_licence
    from assignment.authoring.models.trial import try_classifier

    path: Path = options.path.resolve()
    kind = options.kind or guess_kind(path, options.name)
    name = check_name(options.name or path.stem)
    body = options.name if kind == "torchvision" else options.body
    place = import_classifier(
        folder,
        name,
        Found(path, kind, body, options.weights, options.mean, options.std),
        licence=find_licence(options.licence, path if path.is_dir() else path.parent),
        source=options.source,
        replace=options.replace,
    )
    say(f"{place.parent}: the course's classifier, of kind {kind}")
    tried = try_classifier(folder, place)
    say("\n".join(describe_trial(tried)) if tried else "no pictures yet: `hw9 course pictures` brings them in")
    return 0


def describe_trial(tried: "Trial") -> Iterator[str]:
    """Yield what a trial found, a line a thing."""
    count = tried.right + len(tried.wrong)
    wrong = "; ".join(f"picture {number} is label {label} to it" for number, label in tried.wrong.items())
    yield f"accuracy: {tried.right} of {count} pictures" + (f" ({wrong})" if wrong else "")
    peak = f", {tried.mib} MiB at most in the whole program" if tried.mib is not None else ""
    yield f"one gradient of one picture, in float32: {tried.seconds:.2f} s{peak}"


def bring_bert(folder: Path, options: argparse.Namespace) -> int:
    """Import a BERT."""
    from assignment.authoring.models.bert import import_bert
    from assignment.authoring.models.new_folder import check_name
    from assignment.authoring.models.pretrained import find_licence

    given = {"--kind": options.kind, "--class": options.body, "--weights": options.weights}
    if wrong := [name for name, its in given.items() if its]:
        raise FixableError(Fault((wrong[0],), f"given; expected it for a classifier only, not for {options.use}"))
    path: Path = options.path.resolve()
    place = import_bert(
        folder,
        options.use,
        check_name(options.name or path.name),
        path,
        licence=find_licence(options.licence, path),
        source=options.source,
        replace=options.replace,
    )
    say(f"{place}: the course's {options.use} model")
    return 0
