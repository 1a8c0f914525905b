"""Which dictionaries a statement may change, however deep inside it, and at which key where that is written."""

import ast
import re
from collections.abc import Iterator
from typing import Final

METHODS = frozenset({"update", "setdefault", "pop", "popitem", "clear", "__setitem__", "__delitem__", "__ior__"})
_BY_TEXT = frozenset({"exec", "eval", "globals", "locals", "vars", "run_cell", "run_line_magic"})
_WORD = re.compile(r"\w+")


class _All:
    """Stands for every key."""


ALL: Final = _All()
Change = tuple[str, ast.AST, object]  # the dictionary's name, what changes it, and the key's expression or ALL


def find_changes(part: ast.AST, names: set[str], writers: set[str] | None = None) -> Iterator[Change]:
    """Yield how a part of a cell changes the dictionaries of these names; reading them is no change.

    writers: functions that change what they are given (`is_writer`).
    """
    todo: list[tuple[ast.AST, frozenset[str], bool]] = [(part, frozenset(names), False)]
    while todo:
        node, seen, told = todo.pop()  # told: it lies in a call whose texts were all searched
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            seen = seen - _find_own_names(node)
        if not seen:
            continue
        yield from _find_change(node, seen)
        if not told and (told := _is_by_text(node)):
            said = " ".join(one for one in map(_find_text, ast.walk(node)) if one is not None)
            yield from ((name, node, ALL) for name in seen & set(_WORD.findall(said)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in (writers or ()):
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            yield from ((one.id, node, ALL) for one in given if isinstance(one, ast.Name) and one.id in seen)
        todo += [(child, seen, told) for child in ast.iter_child_nodes(node)]


def _find_change(node: ast.AST, names: frozenset[str]) -> Iterator[Change]:
    match node:
        case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del(), slice=key) if name in names:
            yield name, node, key
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()) if name in names:
            yield name, node, ALL
        case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in names and attribute in METHODS:
            yield name, node, ALL
        case ast.Subscript(value=ast.Call(func=ast.Name(id=function)), slice=ast.Constant(value=name), ctx=ast.Store()):
            if function in _BY_TEXT and name in names:
                yield str(name), node, ALL
        case ast.ImportFrom(names=aliases) | ast.Import(names=aliases):
            yield from ((bound, node, ALL) for alias in aliases if (bound := alias.asname or alias.name) in names)


def _is_by_text(node: ast.AST) -> bool:
    """Tell whether a node is a call that may change what its texts name."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return name in _BY_TEXT
    return False


def _find_text(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def is_writer(statement: ast.stmt) -> bool:
    """Tell whether a statement defines a function that changes one of its arguments."""
    if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    own = {argument.arg for argument in _find_arguments(statement)}
    return any(
        not isinstance(node, ast.Name) for inner in statement.body for _, node, _ in find_changes(inner, own) if own
    )


def _find_arguments(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[ast.arg]:
    its = function.args
    return [one for one in (*its.posonlyargs, *its.args, *its.kwonlyargs, its.vararg, its.kwarg) if one is not None]


def _find_own_names(function: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> frozenset[str]:
    """Return the names that a function has for itself: its arguments, and what it binds without `global`."""
    own = {argument.arg for argument in _find_arguments(function)}
    shared: set[str] = set()
    if not isinstance(function, ast.Lambda):
        for node in (inner for statement in function.body for inner in ast.walk(statement)):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                own.add(node.id)
            elif isinstance(node, ast.Global | ast.Nonlocal):
                shared.update(node.names)
    return frozenset(own - shared)
