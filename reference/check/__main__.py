"""Check what needs a model: `python -m reference.check model maps texts`, each part as a line of JSON on stdout.

While a part is looked at, lines {"doing": part, "done": n, "total": m} say how far it is. The exit code is 0 even where
something is wrong: that stands in the lines. The course need not be whole; what a part reads must be there.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from assignment.assignment import load_assignment
from assignment.authoring.check.manifest import open_draft
from assignment.authoring.check.section import Author, Section, split_faults
from assignment.authoring.manifest import load_draft
from assignment.fixable import FixableError
from reference.check.maps import check_maps
from reference.check.model import MODEL, check_model
from reference.check.part import Part
from reference.check.texts import TEXTS, check_texts_read

PARTS: dict[str, Callable[[Part], Section]] = {"model": check_model, "maps": check_maps, "texts": check_texts_read}


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the parts that are named, and print what was found."""
    parser = argparse.ArgumentParser(prog="python -m reference.check", description=__doc__)
    parser.add_argument("parts", nargs="+", choices=list(PARTS), help="what to check")
    parser.add_argument("--folder", type=Path, required=True, help="where the manifest lies")
    parser.add_argument("--settings", type=Path, required=True, help="the settings")
    parser.add_argument("--named", type=Path, help="the course as the author names it; without it, the embedded one")
    options = parser.parse_args(arguments)
    assignment, profile = load_assignment(options.settings), open_draft(load_draft(options.folder))
    for name in options.parts:

        def tell(done: int, total: int, doing: str = name) -> None:
            print(json.dumps({"doing": doing, "done": done, "total": total}), flush=True)

        part = Part(profile, assignment, options.settings, Author(options.named), tell)
        print(look(name, part).model_dump_json(), flush=True)
    return 0


def look(name: str, part: Part) -> Section:
    """Return what is to be said of a part; what keeps it from being read is wrong with it."""
    try:
        return PARTS[name](part)
    except FixableError as error:
        return Section(title=name, flaws=part.author.to_flaws(split_faults(error), TEXTS if name == "texts" else MODEL))


if __name__ == "__main__":
    sys.exit(main())
