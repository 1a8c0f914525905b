"""Which global names the cells of a notebook bind, and which they take from elsewhere: read, never run."""

import ast
import symtable
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

COMPREHENSIONS = ("listcomp", "setcomp", "dictcomp", "genexpr")


@dataclass(frozen=True)
class CellNames:
    """The global names of one cell: those that it binds, and those whose value it takes from outside itself.

    What a function of the cell reads counts as taken even where the cell binds it: it is read again at each call.
    """

    bound: frozenset[str]
    taken: frozenset[str]


def find_names(source: str) -> CellNames:
    """Return the names of a cell; loop variables, functions and imports count as bound."""
    bound: set[str] = set()
    taken: set[str] = set()
    for name, is_bound in _walk(ast.parse(source)):
        if is_bound:
            bound.add(name)
        elif name not in bound:
            taken.add(name)
    return CellNames(frozenset(bound), frozenset(taken | set(_find_globals(symtable.symtable(source, "cell", "exec")))))


def find_overwritten(sources: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Return each name that two cells or more bind, by their numbers, and whose value some cell takes from outside."""
    cells = [find_names(source) for source in sources]
    binders: dict[str, list[int]] = {}
    for number, cell in enumerate(cells):
        for name in cell.bound:
            binders.setdefault(name, []).append(number)
    taken = set().union(*(cell.taken for cell in cells))
    return {name: tuple(found) for name, found in sorted(binders.items()) if len(found) > 1 and name in taken}


def _walk(node: ast.AST) -> Iterator[tuple[str, bool]]:
    """Yield the names of the cell's own scope in the order in which they are met, and whether each is bound there."""
    match node:
        case ast.Name():
            yield node.id, not isinstance(node.ctx, ast.Load)
        case ast.alias():
            yield (node.asname or node.name).partition(".")[0], True
        case ast.FunctionDef() | ast.ClassDef():
            yield node.name, True
        case ast.ExceptHandler():
            yield from ((node.name, True),) if node.name else ()
            for field in ast.iter_child_nodes(node):
                yield from _walk(field)
        case ast.Lambda():
            return  # its names are those of its own scope
        case ast.Assign() | ast.AugAssign() | ast.For() | ast.NamedExpr():
            yield from _walk(node.iter if isinstance(node, ast.For) else node.value)
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                yield node.target.id, False
            for field in ast.iter_child_nodes(node):
                yield from _walk(field)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            found = [one for field in ast.iter_child_nodes(node) for one in _walk(field)]
            own = {name for name, is_bound in found if is_bound}
            yield from ((name, False) for name, _ in found if name not in own)
        case _:
            for field in ast.iter_child_nodes(node):
                yield from _walk(field)


def _find_globals(table: symtable.SymbolTable, *, inside: bool = False) -> Iterator[str]:
    """Yield the global names that the functions below a scope read."""
    if inside:
        yield from (one.get_name() for one in table.get_symbols() if one.is_global() and one.is_referenced())
    for child in table.get_children():
        yield from _find_globals(child, inside=inside or child.get_name() not in COMPREHENSIONS)
