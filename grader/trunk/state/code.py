"""The global names that a piece of code could read, from its instructions."""

import dis
from collections.abc import Iterator
from types import CodeType
from typing import NamedTuple

ALL = "*"  # stands for every name
LOADS = frozenset({"LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"})
STORES = frozenset({"STORE_NAME", "STORE_GLOBAL", "DELETE_NAME", "DELETE_GLOBAL"})
GLOBALS = "globals"
WIDE_LOADS = frozenset(  # global names by which code reaches names that it does not spell out
    {
        *("exec", "eval", GLOBALS, "locals", "vars", "dir", "get_ipython", "__builtins__"),
        *("In", "Out", "_", "__", "___", "_ih", "_oh", "_dh", "_i", "_ii", "_iii"),
    }
)
WIDE_SPELLED = frozenset(  # names, attributes and modules that do
    {
        *("get_ipython", "exec", "builtins", "inspect", "__main__", "user_ns", "user_global_ns", "InteractiveShell"),
        *("f_globals", "f_locals", "__globals__", "_getframe", "currentframe", "testmod", "query", "evaluate"),
    }
)
LASTING = frozenset(  # what acts on later cells and leaves nothing that could be looked for
    {
        *("addaudithook", "atexit", "create_task", "ensure_future", "call_soon", "call_later", "call_at"),
        *("ctypes", "cffi", "load_inline", "dlopen", "Library", "custom_op", "register_autograd", "_dynamo"),
        *("finalize", "callbacks", "audithook", "set_trace", "PyDLL", "mprotect", "mlockall"),
    }
)
STATES = frozenset(  # by which code could depend on a random state, and leave it as it was
    {
        *("fork_rng", "get_rng_state", "set_rng_state", "getstate", "setstate", "get_state", "set_state"),
        *("bit_generator", "initial_seed", "checkpoint", "mtrand", "default_generator"),
    }
)
HANDLES_STATES = "(random states)"  # among the uses of a function that does


class CodeNames(NamedTuple):
    """Of code and of the code within it: global names loaded and stored, and all names and attributes it spells."""

    loads: frozenset[str]
    stores: frozenset[str]
    spelled: frozenset[str]


def find_code_names(code: CodeType) -> CodeNames:
    r"""Return the names of a code object.

    >>> found = find_code_names(compile("def f(): return a + b.c\nd = 1", "", "exec"))
    >>> sorted(found.loads), sorted(found.stores), sorted(found.spelled)
    (['a', 'b'], ['d', 'f'], ['a', 'b', 'c', 'd', 'f'])
    """
    loads: set[str] = set()
    stores: set[str] = set()
    spelled: set[str] = set()
    for one in walk_code(code):
        spelled |= {*one.co_names, *(text for text in one.co_consts if text == "__main__")}
        for step in dis.get_instructions(one):
            if step.opname in LOADS:
                loads.add(step.argval)
            elif step.opname in STORES and (one is code or step.opname.endswith("GLOBAL")):
                stores.add(step.argval)
    return CodeNames(frozenset(loads), frozenset(stores), frozenset(spelled))


def find_uses(code: CodeType) -> frozenset[str]:
    """Return the global names that a function's code could read or change; ALL among them where that is not certain.

    HANDLES_STATES is among them where it is no name, but tells what the function may do.
    """
    found = find_code_names(code)
    names = found.loads | found.stores
    names |= {HANDLES_STATES} if found.spelled & STATES else set()
    return names | {ALL} if find_wide(found.loads, found.spelled) else names


def find_wide(loads: frozenset[str], spelled: frozenset[str]) -> frozenset[str]:
    """Return by which of its names code may reach names that it does not spell out.

    >>> sorted(find_wide(frozenset({"eval", "x", "_i7"}), frozenset({"currentframe"})))
    ['_i7', 'currentframe', 'eval']
    """
    numbered = frozenset(name for name in loads if name[:1] == "_" and name[1:].removeprefix("i").isdigit())
    return numbered | loads & WIDE_LOADS | spelled & WIDE_SPELLED


def walk_code(code: CodeType) -> Iterator[CodeType]:
    """Yield a code object and all within it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from walk_code(constant)
