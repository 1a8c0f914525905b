"""What is replaced in loaded modules and in their classes: functions, classes, constants, and what small tables hold.

What a module fills in when it is first asked (None becomes a thing, a table grows) is no change: libraries keep what
they worked out there.
"""

import builtins
import sys
import types
from collections.abc import Collection, Iterator, Mapping
from operator import is_
from typing import Any

from grader.trunk.state.objects import digest_value

OWN = ("__main__", "__mp_main__", "grader")  # a branch forgets the last, which it was made by
LOADED = "sys.modules"  # the place of the modules themselves
MISSING = object()
GONE = "gone"
_Names = dict[str, Any] | types.MappingProxyType[str, Any]
MOST_HELD = 256  # entries of a table that is looked through
MACHINERY = frozenset(  # what runs a cell: what it keeps for itself while it does, and what it loads, is no change
    {"zmq", "ipykernel", "IPython", "jupyter_client", "tornado", "asyncio", "concurrent", "comm", "traitlets"}
)
ELSEWHERE = frozenset(  # looked at by `settings.py` or `process.py`, or filled in passing
    {
        "posix.environ",  # in which each branch has the name of its Run
        "warnings.filters",
        "_warnings.filters",
        "matplotlib.backends.backend",
        "IPython.core.magic.magics",
        "logging._handlerList",
    }
)
INSIDE = frozenset({types.FunctionType, list, dict, set})
NAMELESS = frozenset({"__warningregistry__", "__annotations__", "__cached__", "__builtins__", "__slotnames__"})


class Modules:
    """The attributes of modules as they were when each was first seen; `find_changed` says what is another thing."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[_Names, dict[str, Any]]] = {}
        self.functions: dict[str, tuple[types.FunctionType, Any, Any, Any]] = {}
        self.tables: dict[str, tuple[Any, tuple[Any, ...], tuple[Any, ...]]] = {}
        self.seen: set[int] = set()
        self.extend()

    def extend(self) -> None:
        """Keep what was loaded since; what is kept stays as it was."""
        for place, now in list(_list_places(self.kept)):
            then = now.copy()
            self.kept[place] = (now, then)
            for name, value in then.items():
                if type(value) in INSIDE and id(value) not in self.seen:
                    self.seen.add(id(value))
                    self._keep_inside(f"{place}.{name}", value)
        loaded = self.kept.setdefault(LOADED, (sys.modules, {}))[1]
        for name, module in sys.modules.items():
            if not _is_own(name):
                loaded.setdefault(name, module)

    def renew(self, place: str) -> None:
        """Take an attribute as it is now, which each fork has for itself."""
        module, _, name = place.rpartition(".")
        now, then = self.kept[module]
        then[name] = now[name]
        self._keep_inside(place, now[name])

    def list_new(self) -> list[str]:
        """Return the modules that were loaded since: whether something in them was replaced, nobody can tell."""
        new = sys.modules.keys() - self.kept[LOADED][1].keys()
        return sorted(name for name in new if not _is_own(name) and not _is_machinery(name))

    def _keep_inside(self, place: str, value: Any) -> None:
        if type(value) is types.FunctionType:
            self.functions[place] = (value, *_list_parts(value))
        elif 0 < len(value) <= MOST_HELD and not place.endswith("__"):
            self.tables[place] = (value, tuple(value), tuple(value.values()) if type(value) is dict else ())

    def find_changed(self) -> dict[str, str]:
        """Return a digest of what each changed attribute is now; GONE where there is none any more."""
        changed = dict[str, str]()
        for place, now, then in ((place, *its) for place, its in self.kept.items()):
            if len(now) == len(then) and all(map(is_, now.values(), then.values())):
                continue
            called_only = _is_machinery(place)
            changed |= {f"{place}.{name}": its for name, its in _find_replaced(now, then, called_only)}
        for place, (function, *parts) in self.functions.items():
            if not all(map(is_, _list_parts(function), parts)):
                changed[place] = digest_value(function)
        for place, (table, keys, values) in self.tables.items():
            if not _is_machinery(place) and _has_lost(table, keys, values):
                changed[place] = digest_value(table)
        return {place: its for place, its in changed.items() if place not in ELSEWHERE}


def _list_parts(function: types.FunctionType) -> tuple[Any, Any, Any]:
    return function.__code__, function.__defaults__, function.__kwdefaults__


def _list_places(kept: Collection[str]) -> Iterator[tuple[str, _Names]]:
    """Yield the names in each other module, and in each class that it defines. `isinstance` would wake lazy modules."""
    for name, module in list(sys.modules.items()):
        if _is_own(name) or name in kept or not issubclass(type(module), types.ModuleType):
            continue
        its = vars(module)
        yield name, its
        for key, value in list(its.items()):
            if issubclass(type(value), type) and value.__module__ == name:
                yield f"{name}.{key}", value.__dict__


def _is_own(name: str) -> bool:
    return name.partition(".")[0] in OWN


def _is_machinery(place: str) -> bool:
    return place.partition(".")[0] in MACHINERY


def _find_replaced(now: _Names, then: Mapping[str, Any], called_only: bool) -> Iterator[tuple[str, str]]:
    """Yield what is another thing now, or gone. called_only: of what is no function or class nothing is said."""
    for name, value in then.items():
        new = now.get(name, MISSING)
        if new is value or value is None or name in NAMELESS or (called_only and not callable(value)):
            continue
        digest = GONE if new is MISSING else digest_value(new)
        if issubclass(type(value), types.ModuleType) or digest != digest_value(
            value
        ):  # of a module it is the name alone
            yield name, digest
    before = vars(builtins)  # a module's own `len` goes before Python's, a class's own method before an inherited one
    added = [name for name in now if name not in then and name not in NAMELESS] if len(now) > len(then) else []
    yield from (
        (name, digest_value(now[name])) for name in added if isinstance(now, types.MappingProxyType) or name in before
    )


def _has_lost(table: Any, keys: tuple[Any, ...], values: tuple[Any, ...]) -> bool:
    """Tell whether what was in a table is there no more, or is another thing; a list may not grow either."""
    if type(table) is list:
        return len(table) != len(keys) or not all(map(is_, table, keys))
    if type(table) is set:
        return not table.issuperset(keys)
    return not all(table.get(key, MISSING) is value for key, value in zip(keys, values, strict=True))
