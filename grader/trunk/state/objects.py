"""Digests of objects by what they hold: by no address and no place in a file, so that those of two forks compare.

An object is pickled into a hash. Arrays and tensors count by their bytes, the notebook's own functions and classes by
their code, modules and other libraries' classes by name. What cannot be pickled is marked as opaque.
"""

import hashlib
import io
import pickle
import sys
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from grader.trunk.state.code import find_uses

ATOMS = frozenset({int, float, complex, bool, str, bytes, type(None), tuple, frozenset, range, slice, type(...), type})
FIXED = (
    types.ModuleType,
    type,
    types.FunctionType,
    types.BuiltinFunctionType,
    types.CodeType,
    types.GetSetDescriptorType,
)
OPAQUE = (types.GeneratorType, types.CoroutineType, types.AsyncGeneratorType, types.FrameType, io.IOBase)
BUILT_IN = (types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType, types.MethodWrapperType)
LOCKS = frozenset({"lock", "RLock", "_local"})


@dataclass(frozen=True)
class Digest:
    """Of what a name is bound to: its digest, the global names that functions in it use, and whether it is in doubt."""

    digest: str
    uses: tuple[str, ...]
    opaque: bool


class _Sink(io.RawIOBase):
    def __init__(self) -> None:
        self.hash = hashlib.sha1(usedforsecurity=False)  # the fastest where a processor knows it; no signature

    def write(self, data: Any) -> int:
        self.hash.update(data)
        return len(data)


class Digester(pickle.Pickler):
    """Digests one object. `arrays` keeps what was worked out for other objects of the same look."""

    def __init__(self, namespace: Mapping[str, Any], arrays: dict[int, tuple[Any, bytes]]) -> None:
        self.sink = _Sink()
        super().__init__(self.sink, protocol=5, buffer_callback=self._take)
        self.namespace, self.arrays = namespace, arrays
        self.uses: set[str] = set()
        self.places: set[int] = set()  # of what could be changed through another name as well
        self.opaque = False
        self.within: set[int] = set()  # functions and classes that are being digested

    def persistent_id(self, one: Any) -> int | None:
        """Note where a thing lies that could be changed; a text counts by what it says, whether it is met again or not.

        Pickle calls this for every object. Hashes of texts are the same in all forks of one process.
        """
        kind = type(one)
        if kind is str:
            return hash(one)
        if kind is bytes:
            return ~hash(one)
        if kind not in ATOMS and not issubclass(kind, FIXED):
            self.places.add(id(one))
        return None

    def reducer_override(self, one: Any) -> Any:
        """Return what stands for an object that pickle would take otherwise, or not at all."""
        kind = type(one)
        if one is _tell:
            return NotImplemented
        if kind is types.FunctionType or issubclass(kind, type):
            return self._tell_once(one, kind)
        if issubclass(kind, types.ModuleType):
            return _tell, ("module", one.__name__)
        if issubclass(kind, BUILT_IN):
            owner = getattr(one, "__self__", None)
            known = owner is None or isinstance(owner, types.ModuleType | type)
            return (
                (_tell, ("built in", str(getattr(one, "__module__", "")), one.__qualname__))
                if known
                else NotImplemented
            )
        if kind is types.CellType:
            return _tell, ("cell", *_open_cell(one))
        if kind is types.MappingProxyType:
            return _tell, ("mapping", dict(one))
        if kind.__name__ in LOCKS:
            return _tell, ("lock", kind.__name__)
        if issubclass(kind, OPAQUE):
            self.opaque = True
            return _tell, ("opaque", kind.__name__)
        return self._tell_array(one, kind)

    def _tell_once(self, one: Any, kind: type) -> Any:
        """Return a function or class; where it is met within itself, its name."""
        if id(one) in self.within:
            return _tell, ("again", one.__qualname__)
        self.within.add(id(one))
        return self._tell_function(one) if kind is types.FunctionType else self._tell_class(one)

    def _tell_function(self, one: types.FunctionType) -> Any:
        cells = tuple(part for cell in one.__closure__ or () for part in _open_cell(cell))
        inner = (describe_code(one.__code__), one.__defaults__, one.__kwdefaults__, cells, vars(one))
        if one.__globals__ is not self.namespace:
            return _tell, ("function", str(one.__module__), one.__qualname__, *inner)
        self.uses |= find_uses(one.__code__)
        return _tell, ("own function", one.__qualname__, *inner)

    def _tell_class(self, one: type) -> Any:
        if one.__module__ != "__main__":
            return _tell, ("class", one.__module__, one.__qualname__)
        left_out = ("__dict__", "__weakref__", "__static_attributes__", "__firstlineno__")
        own = sorted(((name, value) for name, value in vars(one).items() if name not in left_out), key=_first)
        return _tell, ("own class", one.__qualname__, one.__bases__, own)

    def _tell_array(self, one: Any, kind: type) -> Any:
        numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
        if numpy and kind is numpy.ndarray and not one.dtype.hasobject:
            self.places.add(_find_root(one))
            data = self._hash_once(one, lambda: numpy.ascontiguousarray(one))
            return _tell, ("array", str(one.dtype), one.shape, one.strides, one.flags.writeable, data)
        if torch and isinstance(one, torch.Tensor) and one.layout is torch.strided and one.device.type != "meta":
            return self._tell_tensor(one, kind, torch)
        if torch and kind is torch.Generator:
            return _tell, ("generator", str(one.device), one.get_state().numpy().tobytes())
        return NotImplemented

    def _tell_tensor(self, one: Any, kind: type, torch: Any) -> Any:
        self.places.add(one.untyped_storage().data_ptr())
        history = one.grad_fn
        self.opaque = self.opaque or (history is not None and one.requires_grad)  # its graph is torch's own
        data = self._hash_once(one, lambda: one.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy())
        looks = (
            str(one.dtype),
            tuple(one.shape),
            one.stride(),
            one.requires_grad,
            str(one.device),
            type(history).__name__,
        )
        grad = one.grad if one.is_leaf else None
        return _tell, ("tensor", kind.__name__, *looks, grad, one._backward_hooks, vars(one), data)

    def _hash_once(self, one: Any, get: Any) -> bytes:
        if id(one) not in self.arrays:
            self.arrays[id(one)] = (one, hashlib.sha1(get(), usedforsecurity=False).digest())
        return self.arrays[id(one)][1]

    def _take(self, buffer: pickle.PickleBuffer) -> bool:
        self.sink.write(buffer.raw())
        return False


def digest_names(namespace: Mapping[str, Any], names: Iterable[str]) -> tuple[dict[str, Digest], list[list[Any]]]:
    """Return a digest of each name, and how many things that could be changed lie behind which groups of names."""
    found: dict[str, Digest] = {}
    arrays: dict[int, tuple[Any, bytes]] = {}
    kept = []  # until the end, so that no address is used twice
    holders: dict[int, list[str]] = {}
    for name in sorted(names):
        digester = Digester(namespace, arrays)
        kept.append(digester)
        try:
            digester.dump(namespace[name])
            digest, opaque = digester.sink.hash.hexdigest(), digester.opaque
        except Exception as error:  # whatever an object raises when it is pickled: it is in doubt
            digest, opaque = f"{type(error).__name__} {type(namespace[name]).__qualname__}", True
        found[name] = Digest(digest, tuple(sorted(digester.uses)), opaque)
        for place in digester.places:
            holders.setdefault(place, []).append(name)
    groups: dict[tuple[str, ...], int] = {}
    for its in map(tuple, holders.values()):
        if len(its) > 1:
            groups[its] = groups.get(its, 0) + 1
    return found, [[list(its), count] for its, count in sorted(groups.items())]


def digest_value(value: Any, namespace: Mapping[str, Any] | None = None) -> str:
    """Return the digest of one value; of what cannot be digested its type."""
    digester = Digester(namespace if namespace is not None else {}, {})
    try:
        digester.dump(value)
    except Exception as error:  # whatever an object raises when it is pickled
        return f"{type(error).__name__} {type(value).__qualname__}"
    return digester.sink.hash.hexdigest()


def describe_code(code: types.CodeType) -> tuple[Any, ...]:
    """Return what a code object does, without where it stands."""
    inner = tuple(describe_code(one) if isinstance(one, types.CodeType) else _tag(one) for one in code.co_consts)
    return (code.co_code, code.co_names, code.co_varnames, code.co_freevars, code.co_flags, inner)


def _tag(constant: Any) -> Any:
    """Return a constant with its type: 1 is not True; the order of a set says nothing."""
    return type(constant).__name__, sorted(map(repr, constant)) if isinstance(constant, frozenset) else constant


def _tell(*what: Any) -> Any:
    return what


def _first(pair: tuple[str, Any]) -> str:
    return pair[0]


def _open_cell(cell: types.CellType) -> tuple[Any, ...]:
    try:
        return (cell.cell_contents,)
    except ValueError:
        return ()


def _find_root(array: Any) -> int:
    """Return the address of the memory that an array is a view of."""
    numpy = sys.modules["numpy"]
    while isinstance(array.base, numpy.ndarray):
        array = array.base
    return int(array.__array_interface__["data"][0])
