"""What torchvision needs beside a torch that it was not built for: the registry's CUDA build beside a CPU torch.

Its compiled operators do not load there. It says nothing of that, and stops where it describes what two of them give:
`import torchvision` fails, and with it `from transformers import BertForMaskedLM`, which imports torchvision wherever
it is installed. None of our models runs these operators, so it is enough that torch knows their names. They may not be
declared before the import: a torchvision that loads its own would find them taken.
"""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType
from typing import Any

OPERATORS, SCHEMA = ("nms", "qnms"), "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_declared: list[Any] = []  # torch forgets the names with the object that declared them


class _Loader(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        """Execute torchvision, and once more with the operators declared if they are what is missing."""
        try:
            super().exec_module(module)
        except RuntimeError as error:
            if "operator torchvision::" not in str(error):
                raise
            declare_operators()
            super().exec_module(module)


class OperatorFinder:
    """Finds torchvision where Python does, and nothing else."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Return torchvision's place, to be executed with care."""
        spec = PathFinder.find_spec(name, path) if name == "torchvision" else None
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


def declare_operators() -> None:
    """Tell torch the names of torchvision's operators."""
    import torch

    library: Any = torch.library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
    for operator in OPERATORS:
        library.define(operator + SCHEMA)
    _declared.append(library)


def watch_for_torchvision() -> None:
    """Have every later `import torchvision`, ours or another package's, succeed; costs nothing until then."""
    if not any(isinstance(finder, OperatorFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, OperatorFinder())
