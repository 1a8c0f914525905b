"""What the cells of a notebook do to its dictionaries, followed without running anything.

A dictionary is known as far as it was written with literals: `{...}`, `dict(...)`, `|`, `update`, single items, under
one name or several. What cannot be followed spoils it: whatever is not set afterwards counts as not known.
"""

import ast
from dataclasses import dataclass, field

from assignment.assignment import Bilingual
from assignment.fixable import show_value
from assignment.sheet.cell import Cell
from assignment.sheet.changes import ALL, METHODS, find_changes, is_writer
from assignment.sheet.say import say_expected
from assignment.sheet.table import FORM, Illegible, Item, Table, find_key, find_literal

NAME = "answers"
MOST_TABLES = 50  # dictionaries that are followed


@dataclass
class Tables:
    """The dictionaries of a notebook by their names; two names may mean one dictionary."""

    by_name: dict[str, Table] = field(default_factory=dict)
    writers: set[str] = field(default_factory=set)  # functions that change what they are given
    starts: list[int] = field(default_factory=list)  # cells that set all answers anew

    def read(self, cell: Cell) -> None:
        """Take in what the top level of a cell does."""
        for statement in cell.statements:
            names, value = _find_bindings(statement)
            names = list(dict.fromkeys(names))  # a chain may repeat one of them thousands of times
            self.writers |= set(names) if is_writer(statement) else set()
            table = None if value is None or not names else self._evaluate(cell, value)
            if NAME in names and table is not None and not _mentions(value):
                self._note_start(cell.index)
            for name in names:
                self._bind(cell, name, value, table)
            for rest in self._follow(cell, statement):
                self._spoil_changed(cell, statement, rest)

    def spoil_answers(self, index: int, reason: Bilingual) -> None:
        """Make `answers` a dictionary of which nothing is known."""
        self.by_name[NAME] = Table(spoiled=reason)
        self._note_start(index)

    def _note_start(self, index: int) -> None:
        if self.starts[-1:] != [index]:  # cells come in their order
            self.starts.append(index)

    def _bind(self, cell: Cell, name: str, value: ast.expr | None, table: Table | None) -> None:
        """Let a name mean a dictionary, or something else."""
        if table is None and name == NAME:
            written = show_value(cell.show(value) if value is not None else NAME)
            says = say_expected(cell.index, f"answers is {written}", f"answers 是 {written}", FORM)
            self.spoil_answers(cell.index, says)
        elif table is None or (name != NAME and len(self.by_name) > MOST_TABLES):
            self.by_name.pop(name, None)
        else:
            self.by_name[name] = table

    def _follow(self, cell: Cell, statement: ast.stmt) -> list[ast.AST]:
        """Follow a statement, and return those parts of it that may change a dictionary in another way."""
        match statement:
            case ast.Assign(targets=targets, value=value):
                others = [target for target in targets if not isinstance(target, ast.Name)]
                item = self._read_item(cell, value) if others else None
                return [value, *(target for target in others if item is None or not self._set(target, item))]
            case ast.AnnAssign(target=ast.Name(), value=value):
                return [] if value is None else [value]
            case ast.AugAssign(target=ast.Name(id=name), op=ast.BitOr(), value=value):
                table = self._find(name)
                return [value] if table is not None and self._merge(cell, table, value) else [statement]
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) as call):
                table = self._find(name) if method in METHODS else None
                followed = table is not None and self._call(cell, table, method, call)
                return [*call.args, *(keyword.value for keyword in call.keywords)] if followed else [statement]
        return [statement]

    def _find(self, name: str) -> Table | None:
        """Return the dictionary of a name; `answers` comes into being where it is first used."""
        return self.by_name.setdefault(name, Table()) if name == NAME else self.by_name.get(name)

    def _set(self, target: ast.expr, item: Item) -> bool:
        """Follow `name[key] = value`, and tell whether it could be."""
        if not isinstance(target, ast.Subscript) or not isinstance(target.value, ast.Name):
            return False
        key, table = find_key(target.slice), self._find(target.value.id)
        if table is None or isinstance(key, Illegible):
            return False
        table.put(key, item)
        return True

    def _call(self, cell: Cell, table: Table, method: str, call: ast.Call) -> bool:
        """Follow a call of a dictionary's own method, and tell whether it could be."""
        key = find_key(call.args[0]) if call.args else Illegible()
        match method, call.args:
            case "update", []:
                return self._merge_keywords(cell, table, call.keywords)
            case "update", [value]:
                return self._merge(cell, table, value) and self._merge_keywords(cell, table, call.keywords)
            case "clear", []:
                table.items.clear()
                return True
            case "__setitem__" | "setdefault", [_, value] if not isinstance(key, Illegible):
                found = table.items.get(key)
                if method == "__setitem__" or (found is None and table.spoiled is None):
                    table.put(key, self._read_item(cell, value))
                elif found is None or not found.value:  # it keeps the blank, which its author did not mean
                    table.put(key, Item(Illegible(), cell.show(call), cell.index))
                return True
        return False

    def _evaluate(self, cell: Cell, node: ast.expr) -> Table | None:
        """Return the dictionary that an expression means, None where that is not known."""
        match node:
            case ast.Name(id=name):
                return self.by_name.get(name)
            case ast.Dict():
                return self._read_braces(cell, node)
            case ast.Call(func=ast.Name(id="dict"), args=[*values], keywords=keywords) if len(values) <= 1:
                table = Table()
                known = all(self._merge(cell, table, value) for value in values)
                return table if known and self._merge_keywords(cell, table, keywords) else None
            case ast.Call(func=ast.Attribute(value=value, attr="copy"), args=[], keywords=[]):
                found = self._evaluate(cell, value)
                return None if found is None else Table(dict(found.items), found.spoiled)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                table = Table()
                return table if self._merge(cell, table, left) and self._merge(cell, table, right) else None
        return None

    def _read_braces(self, cell: Cell, node: ast.Dict) -> Table:
        table = Table()
        seen: set[object] = set()
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                if not self._merge(cell, table, value):
                    written = show_value("**" + cell.show(value))
                    table.spoil(say_expected(cell.index, written, written, FORM))
                continue
            name = find_key(key)
            item = self._read_item(cell, value, twice=name in seen)
            if isinstance(name, Illegible):
                item = Item(item.value, f"{cell.show(key)}: {item.written}", cell.index)
            seen.add(name)
            table.put(name, item)
        return table

    def _merge(self, cell: Cell, table: Table, node: ast.expr) -> bool:
        """Set all items of what an expression means; tell whether that is known."""
        found = self._evaluate(cell, node)
        if found is not None:
            table.merge(Table(dict(found.items), found.spoiled))
            return True
        if not isinstance(node, ast.List | ast.Tuple):
            return False
        pairs = [pair.elts for pair in node.elts if isinstance(pair, ast.List | ast.Tuple) and len(pair.elts) == 2]
        if len(pairs) < len(node.elts) or any(isinstance(find_key(key), Illegible) for key, _ in pairs):
            return False
        for key, value in pairs:
            table.put(find_key(key), self._read_item(cell, value))
        return True

    def _merge_keywords(self, cell: Cell, table: Table, keywords: list[ast.keyword]) -> bool:
        for keyword in keywords:
            if keyword.arg is None and not self._merge(cell, table, keyword.value):
                return False
            if keyword.arg is not None:
                table.put(keyword.arg, self._read_item(cell, keyword.value))
        return True

    def _read_item(self, cell: Cell, value: ast.expr, *, twice: bool = False) -> Item:
        return Item(find_literal(value), cell.show(value), cell.index, twice)

    def _spoil_changed(self, cell: Cell, statement: ast.stmt, part: ast.AST) -> None:
        """Take what a statement does to a dictionary in a way that is not followed as not known."""
        for name, node, key in find_changes(part, {NAME, *self.by_name}, self.writers):
            simple = isinstance(statement, ast.Expr | ast.Assign | ast.AugAssign | ast.Delete)
            written = cell.show(statement if simple else node)
            shown = show_value(written)
            reason = say_expected(cell.index, f"{shown} cannot be followed", f"無法得知 {shown} 的結果", FORM)
            literal = Illegible() if key is ALL else find_key(key)
            if not isinstance(literal, Illegible):
                self.by_name.setdefault(name, Table()).put(literal, Item(Illegible(), written, cell.index))
            elif isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
                self.by_name.setdefault(name, Table()).spoil(reason)
            elif name == NAME:
                self.spoil_answers(cell.index, reason)
            else:
                self.by_name[name] = Table(spoiled=reason)


def _find_bindings(statement: ast.stmt) -> tuple[list[str], ast.expr | None]:
    """Return the names that a statement of the top level binds, and what they are to mean."""
    match statement:
        case ast.Assign(targets=targets, value=value):
            return [target.id for target in targets if isinstance(target, ast.Name)], value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            return [name], value
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name], None
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return [alias.asname or alias.name.partition(".")[0] for alias in names], None
    return [], None


def _mentions(node: ast.AST | None) -> bool:
    """Tell whether an expression is made of what `answers` was before."""
    return node is not None and any(isinstance(one, ast.Name) and one.id == NAME for one in ast.walk(node))
