"""Which global names a cell reads from outside before it has bound them, and which it binds, from its source alone.

What is not certain errs to reading: what functions and comprehensions of the cell name is read where they are defined,
and a name is bound only where nothing but an error of the cell could have kept it from being bound. `del x` reads x.
"""

import ast
import re
import warnings
from dataclasses import dataclass, field
from functools import lru_cache

from IPython.core.inputtransformer2 import TransformerManager

from grader.trunk.state.code import (
    ALL,
    GLOBALS,
    HANDLES_STATES,
    LASTING,
    STATES,
    CodeNames,
    find_code_names,
    find_wide,
)

MOST_CHARACTERS, MOST_MAGICS = 50_000, 50  # IPython reads a cell anew for each of its magics
_MAGIC = re.compile(r"^[ \t]*[%!?]|=[ \t]*[%!]|\?[ \t]*$", re.MULTILINE)
FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
LETTING = frozenset(  # context managers that let every error of their block through: what the block binds is bound
    {
        *(
            "no_grad",
            "enable_grad",
            "inference_mode",
            "open",
            "errstate",
            "printoptions",
            "rc_context",
            "catch_warnings",
        ),
        *("redirect_stdout", "redirect_stderr", "nullcontext", "fork_rng", "set_grad_enabled"),
    }
)
SETTING = frozenset({"setattr", "delattr", "__setattr__", "__dict__", "vars", "patch", "update", "setdefault"})
IMPORTING = frozenset({"import_module", "__import__", "exec_module", "run_path", "run_module"})
PLAIN = (  # nodes of a cell that neither calls nor shows anything
    *(ast.Module, ast.Assign, ast.AnnAssign, ast.Constant, ast.Dict, ast.List, ast.Tuple, ast.Set, ast.Name),
    *(ast.expr_context, ast.Pass, ast.UnaryOp, ast.USub, ast.Not),
)


@dataclass(frozen=True)
class Names:
    """Of one cell: the names that it reads before it binds them, those that it binds for certain, and those perhaps.

    wide: by what it may read any name (`ALL` is then among its reads); plain: it calls and shows nothing, so that it
    can see names alone; lasting: it may leave what acts later and cannot be looked for; sets: it sets attributes of
    something, of a module perhaps.
    """

    reads: frozenset[str]
    binds: frozenset[str]
    perhaps: frozenset[str]
    wide: frozenset[str] = frozenset()
    plain: bool = False
    lasting: bool = False
    sets: bool = False

    @property
    def named(self) -> frozenset[str]:
        """The names that it spells out among its reads."""
        return self.reads - {ALL}

    @property
    def reads_globals(self) -> bool:
        """Tell whether it may read any name because it calls `globals()`, and for no other reason."""
        return self.wide == {GLOBALS}


@dataclass
class _Found:
    reads: set[str] = field(default_factory=set)
    perhaps: set[str] = field(default_factory=set)
    spelled: set[str] = field(default_factory=set)


UNKNOWN = Names(frozenset({ALL}), frozenset(), frozenset(), frozenset({ALL}), lasting=True, sets=True)


@lru_cache(maxsize=4096)
def find_names(source: str) -> Names:
    r"""Return the names of a cell; one that does not compile, or is too long, may read and leave anything.

    >>> its = find_names("a = b\nfor c in a: d = c")
    >>> sorted(its.reads), sorted(its.binds), sorted(its.perhaps)
    (['b'], ['a'], ['a', 'c', 'd'])
    """
    if len(source) > MOST_CHARACTERS or len(_MAGIC.findall(source)) > MOST_MAGICS:
        return UNKNOWN
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a student's `is 1` is the cell's own to warn of
        try:
            python = TransformerManager().transform_cell(source)  # type: ignore[no-untyped-call]
            tree = ast.parse(python)
            compile(tree, "cell", "exec", flags=FLAGS)
            found = _Found()
            binds = _walk(tree.body, frozenset(), found)
        except Exception:  # whatever IPython and Python raise of a hostile text
            return UNKNOWN
    wide = find_wide(frozenset(found.reads), frozenset(found.spelled))
    marks = ({ALL} if wide else set()) | ({HANDLES_STATES} if found.spelled & STATES else set())
    return Names(
        reads=frozenset(found.reads | marks),
        binds=binds,
        perhaps=frozenset(found.perhaps | binds),
        wide=wide,
        plain=is_plain(tree),
        lasting=bool(LASTING & found.spelled),
        sets=_sets(tree, found.spelled),
    )


def is_plain(tree: ast.Module) -> bool:
    """Tell whether a cell only binds names to literals, to names and to functions: nothing runs that could see more."""
    return all(_is_plain_function(node) or all(isinstance(one, PLAIN) for one in ast.walk(node)) for node in tree.body)


def _sets(tree: ast.Module, spelled: set[str]) -> bool:
    """Tell whether a cell may set an attribute of a module, or an entry of a table of one that it imports."""
    nodes = list(ast.walk(tree))
    kinds = {type(one) for one in nodes if isinstance(one, ast.Attribute | ast.Subscript) and _is_changed(one)}
    imports = any(isinstance(one, ast.Import | ast.ImportFrom) for one in nodes) or bool(IMPORTING & spelled)
    return bool(SETTING & spelled) or ast.Attribute in kinds or (ast.Subscript in kinds and imports)


def _is_changed(node: ast.Attribute | ast.Subscript) -> bool:
    return not isinstance(node.ctx, ast.Load)


def _is_plain_function(node: ast.stmt) -> bool:
    if not isinstance(node, ast.FunctionDef) or node.decorator_list:
        return False
    annotated = [*node.args.args, *node.args.posonlyargs, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
    run = [*node.args.defaults, *node.args.kw_defaults, node.returns, *(one.annotation for one in annotated if one)]
    return all(isinstance(one, PLAIN) for part in run if part for one in ast.walk(part))


def _walk(body: list[ast.stmt], before: frozenset[str], found: _Found) -> frozenset[str]:
    """Note what statements read and bind; return the names bound for certain after them."""
    bound = before
    for node in body:
        bound = _take(node, bound, found)
    return bound


def _take(node: ast.stmt, bound: frozenset[str], found: _Found) -> frozenset[str]:
    match node:
        case ast.For() | ast.AsyncFor():
            _note(_compile(node.iter), bound, found)
            targets = _find_targets(node.target, bound, found)
            _walk(node.body, bound | targets, found)
            _walk(node.orelse, bound, found)
            return bound
        case ast.If() | ast.While():
            _note(_compile(node.test), bound, found)
            first, second = _walk(node.body, bound, found), _walk(node.orelse, bound, found)
            return first & second if isinstance(node, ast.If) else bound
        case ast.With() | ast.AsyncWith():
            return _take_with(node, bound, found)
        case ast.Try() | ast.TryStar():
            for part in (node.body, *(one.body for one in node.handlers), node.orelse):
                _walk(part, bound, found)
            for handler in node.handlers:
                _note(_compile(handler.type) if handler.type else None, bound, found)
            caught = {one.name for one in node.handlers if one.name}
            found.perhaps |= caught
            return _walk(node.finalbody, bound - caught, found)
        case ast.Break() | ast.Continue():
            return bound
    _note(_compile(node), bound, found)
    if isinstance(node, ast.AugAssign | ast.Delete):
        found.reads |= _list_names(node) - bound
    return bound - _list_names(node) if isinstance(node, ast.Delete) else bound | _find_bound(node)


def _take_with(node: ast.With | ast.AsyncWith, bound: frozenset[str], found: _Found) -> frozenset[str]:
    """Take a block: what it binds is bound after it only where no error of it can be swallowed."""
    inside, lets_through = bound, True
    for item in node.items:
        _note(_compile(item.context_expr), inside, found)
        if item.optional_vars is not None:
            inside |= _find_targets(item.optional_vars, inside, found)
        called = item.context_expr.func if isinstance(item.context_expr, ast.Call) else None
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        lets_through = lets_through and name in LETTING
    after = _walk(node.body, inside, found)
    return after if lets_through else bound


def _find_targets(target: ast.expr, bound: frozenset[str], found: _Found) -> frozenset[str]:
    """Note what it reads to bind a target, such as `a` in `for a[0] in ...`; return the names bound."""
    assign = ast.Assign([target], ast.Constant(None), lineno=1, col_offset=0)
    _note(_compile(assign), bound, found)
    return _find_bound(assign)


def _find_bound(node: ast.stmt) -> frozenset[str]:
    """Return the names that a simple statement binds for certain; of `import *` nobody knows them."""
    match node:
        case ast.Assign():
            return frozenset().union(*map(_list_targets, node.targets))
        case ast.AnnAssign():
            return _list_targets(node.target) if node.value else frozenset()
        case ast.AugAssign():
            return _list_targets(node.target)
        case ast.Import():
            return frozenset(one.asname or one.name.partition(".")[0] for one in node.names)
        case ast.ImportFrom():
            return frozenset(one.asname or one.name for one in node.names) - {"*"}
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return frozenset({node.name})
    return frozenset()


def _list_targets(target: ast.expr) -> frozenset[str]:
    return frozenset(one.id for one in ast.walk(target) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))


def _list_names(node: ast.stmt) -> frozenset[str]:
    kept = (ast.Store, ast.Del)
    return frozenset(one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, kept))


def _compile(node: ast.AST) -> CodeNames | None:
    """Return the names of one statement or expression; None where it compiles only within others, as `break` does."""
    statement = ast.Expr(node) if isinstance(node, ast.expr) else node
    assert isinstance(statement, ast.stmt)
    module = ast.fix_missing_locations(ast.Module([statement], []))
    return find_code_names(compile(module, "cell", "exec", flags=FLAGS))


def _note(names: CodeNames | None, bound: frozenset[str], found: _Found) -> None:
    if names is not None:
        found.reads |= names.loads - bound
        found.perhaps |= names.stores - {"*"}
        found.spelled |= names.spelled
