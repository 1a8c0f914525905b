"""The formats by name: every module of this folder that has a FORMAT. Another joins by being put here."""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

from grader.report import gradebooks
from grader.report.gradebooks.format import Format


def load_formats() -> Mapping[str, Format]:
    """Return the formats by the names of their modules."""
    names = [found.name for found in iter_modules(gradebooks.__path__)]
    modules = {name: import_module(f"{gradebooks.__name__}.{name}") for name in names}
    return {name: module.FORMAT for name, module in modules.items() if hasattr(module, "FORMAT")}
