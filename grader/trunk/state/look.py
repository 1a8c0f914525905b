"""A look at all that later cells could see of a cell, as plain data.

    watch = Watch(shell, folders)      # once, in the trunk; its forks inherit it
    watch.extend()                     # in the trunk, before a fork
    watch.restart()                    # in a branch, before its first cell
    look = watch.look()                # in a branch, after a cell: a dict that JSON can hold

All forks compare with what one trunk had at one time, so that two looks tell two states apart wherever they are taken.
The trunk's own look is that of a branch which ran no cell, so that what makes a fork a branch differs in no look.
A look runs in memory that the student's code could have changed: what a branch says of itself is the student's word.
What it provokes (an object that prints when it is pickled) is no output of a cell: the recorder takes none meanwhile.
"""

import sys
import types
from collections.abc import Sequence
from typing import Any

from grader.trunk.state.folders import list_files
from grader.trunk.state.modules import MISSING, Modules
from grader.trunk.state.objects import digest_names, digest_value
from grader.trunk.state.process import Process
from grader.trunk.state.settings import list_filters, list_random, list_settings

VOLATILE = frozenset({"_", "__", "___", "_i", "_ii", "_iii", "_ih", "_dh", "_oh", "In", "_exit_code"})  # IPython's own
OWN = ("sys.argv", "posix.environ")  # of each fork; changes of the environment are seen by its variables
COURSE = "assignment"  # of its modules all data counts


class Watch:
    """What there was when the trunk was young, and what each module held when it was first seen."""

    def __init__(self, shell: Any, folders: Sequence[str]) -> None:
        self.shell, self.folders = shell, tuple(folders)
        self.modules, self.process = Modules(), Process()

    def extend(self) -> None:
        """Take in what was loaded since, and what is open: a released cell follows, or a fork."""
        self.modules.extend()
        self.process.carry()

    def restart(self) -> None:
        """In a fork, begin anew with what a process has for itself."""
        self.process.restart()
        for place in OWN:
            self.modules.renew(place)

    def look(self) -> dict[str, Any]:
        """Return what there is now: names, kinds of state beside them, files, and what was replaced in modules.

        First comes what looking itself could change; modules come last, since looking at them touches most memory.
        """
        process, files = self.process.list_changes(), list_files(self.folders)
        random, filters, settings = list_random(), list_filters(), list_settings(self.shell)
        namespace = self.shell.user_ns
        names, groups = digest_names(namespace, find_own_names(self.shell))
        return {
            "names": {name: [one.digest, list(one.uses), one.opaque] for name, one in names.items()},
            "groups": groups,
            "kinds": {**process, **random, **settings, "course": digest_course(COURSE)},
            "filters": filters,
            "files": files,
            "modules": self.modules.find_changed(),
            "loaded": self.modules.list_new(),
        }


def find_own_names(shell: Any) -> set[str]:
    """Return the names of the notebook: all but those that IPython put there and that are as it put them."""
    hidden = shell.user_ns_hidden
    return {
        name
        for name, value in list(shell.user_ns.items())
        if isinstance(name, str)
        and (name == "Out" or hidden.get(name, MISSING) is not value)
        and name not in VOLATILE
        and name != "__warningregistry__"
        and not (name[:1] == "_" and name[1:].removeprefix("i").isdigit())
    }


def digest_course(package: str) -> str:
    """Return a digest of the data in a package's modules, which cells reach by its functions."""
    data = {
        f"{name}.{key}": value
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] == package and issubclass(type(module), types.ModuleType)
        for key, value in list(vars(module).items())
        if not key.startswith("__") and not callable(value) and not isinstance(value, types.ModuleType)
    }
    names, groups = digest_names(data, data)
    return digest_value(([(name, one.digest) for name, one in names.items()], groups))
