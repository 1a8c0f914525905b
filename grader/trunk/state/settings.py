"""What libraries and the shell keep beside the names of a notebook: random states, and the settings of each.

Nothing is imported here: a library that is not loaded has no settings.
"""

import contextlib
import logging
import random
import sys
import warnings
from typing import Any

from grader.trunk.state.objects import digest_value
from grader.trunk.state.process import list_shadowed

RANDOM = ("random", "numpy random", "torch random", "cuda random")  # seen only by cells that draw
INLINE = "matplotlib_inline.backend_inline"
TORCH = (  # of torch, what each setting is
    *(
        "get_default_dtype",
        "is_grad_enabled",
        "is_inference_mode_enabled",
        "get_num_threads",
        "get_num_interop_threads",
    ),
    *("are_deterministic_algorithms_enabled", "is_deterministic_algorithms_warn_only_enabled", "is_anomaly_enabled"),
    *("is_anomaly_check_nan_enabled", "get_float32_matmul_precision", "is_warn_always_enabled", "get_default_device"),
)
BACKENDS = {  # of torch.backends
    "cudnn": ("enabled", "benchmark", "deterministic", "allow_tf32", "benchmark_limit"),
    "cuda.matmul": ("allow_tf32", "allow_fp16_reduced_precision_reduction", "allow_bf16_reduced_precision_reduction"),
    "mkldnn": ("enabled", "deterministic", "allow_tf32"),
}
UNSET = [0, [], 0, False, True]  # of a logger
PRINTERS = ("singleton_printers", "type_printers", "deferred_printers")


def list_random() -> dict[str, str]:
    """Return a digest of each random state that there is."""
    found: dict[str, Any] = {"random": random.getstate()}
    if "numpy.random" in sys.modules:
        found["numpy random"] = sys.modules["numpy"].random.get_state(legacy=False)
    if (torch := sys.modules.get("torch")) is not None:
        found["torch random"] = torch.get_rng_state()
        if torch.cuda.is_initialized():
            found["cuda random"] = torch.cuda.get_rng_state_all()
    return {name: digest_value(value) for name, value in found.items()}


def list_settings(shell: Any) -> dict[str, str]:
    """Return a digest of each library's settings, and of the shell's."""
    found = {
        "numpy": _list_numpy(sys.modules.get("numpy")),
        "torch": _list_torch(sys.modules.get("torch")),
        "matplotlib": _list_matplotlib(sys.modules.get("matplotlib"), sys.modules.get("matplotlib.pyplot")),
        "logging": _list_logging(),
        "shell": _list_shell(shell),
        "warned": _list_warned(shell.user_ns),
        "others": _list_others(),
    }
    return {name: digest_value(value) for name, value in found.items()}


def list_filters() -> list[str]:
    """Return the filters of warnings, as texts."""
    return [
        repr(
            [
                action,
                getattr(text, "pattern", text),
                getattr(category, "__qualname__", ""),
                getattr(module, "pattern", module),
                line,
            ]
        )
        for action, text, category, module, line in warnings.filters
    ]


def _list_numpy(numpy: Any) -> Any:
    if numpy is None:
        return None
    return sorted(numpy.get_printoptions().items()), numpy.geterr(), numpy.geterrcall(), numpy.getbufsize()


def _list_torch(torch: Any) -> Any:
    if torch is None:
        return None
    settings = [str(getattr(torch, name)()) for name in TORCH if hasattr(torch, name)]
    for place, names in BACKENDS.items():
        part = torch.backends
        for step in place.split("."):
            part = getattr(part, step, None)
        settings += [f"{place}.{name} {getattr(part, name, None)}" for name in names]
    for device in ("cpu", "cuda"):
        settings += [str(torch.is_autocast_enabled(device)), str(torch.get_autocast_dtype(device))]
    modes = [getattr(torch._C, name)() for name in ("_len_torch_function_stack", "_len_torch_dispatch_stack")]
    module = torch.nn.modules.module
    hooks = {name: value for name, value in vars(module).items() if name.startswith("_global_")}
    denormal = float(torch.tensor([1e-310], dtype=torch.float64)[0] * 0.5)  # of the processor: flushed to 0 or not
    return settings, modes, hooks, str(torch._tensor_str.PRINT_OPTS), denormal


def _list_matplotlib(matplotlib: Any, pyplot: Any) -> Any:
    if matplotlib is None:
        return None
    settings = sorted((name, str(value)) for name, value in dict.items(matplotlib.rcParams) if name != "backend")
    backend = str(matplotlib.get_backend(auto_select=False)).removeprefix("module://")
    if pyplot is None:
        return settings, backend
    inline = sys.modules.get("matplotlib_inline.config")
    shown = inline.InlineBackend.instance() if inline and inline.InlineBackend.initialized() else None
    formats = (
        (sorted(shown.figure_formats), shown.print_figure_kwargs, shown.rc, shown.close_figures) if shown else None
    )
    maps = sorted(matplotlib.colormaps)
    fonts = len(matplotlib.font_manager.fontManager.ttflist) if hasattr(matplotlib, "font_manager") else 0
    return settings, "inline" if backend == INLINE else backend, pyplot.get_fignums(), formats, maps, fonts


def _list_logging() -> Any:
    """Return what was set of any logger: those that are as they are made do not count."""
    named = [(name, one) for name, one in logging.root.manager.loggerDict.items() if isinstance(one, logging.Logger)]
    states = [(name, _list_logger(one)) for name, one in [("", logging.root), *sorted(named)]]
    return logging.root.manager.disable, [one for one in states if one[1] != UNSET]


def _list_logger(logger: logging.Logger) -> list[Any]:
    handlers = [name for one in logger.handlers if (name := type(one).__qualname__) != "NullHandler"]
    return [logger.level, handlers, len(logger.filters), logger.disabled, logger.propagate]


def _list_shell(shell: Any) -> Any:
    manager, formats = shell.input_transformer_manager, shell.display_formatter
    transformers = [
        *(shell.ast_transformers, shell.input_transformers_cleanup, shell.input_transformers_post),
        *(manager.cleanup_transforms, manager.line_transforms, manager.token_transformers),
    ]
    parts = [shell, shell.display_pub, shell.displayhook, formats, shell.events, shell.compile]
    return (
        [[getattr(one, "__qualname__", type(one).__qualname__) for one in its] for its in transformers],
        [(list_shadowed(one), len(getattr(one, "_hooks", ()))) for one in parts],
        {name: list(map(digest_value, its)) for name, its in shell.events.callbacks.items()},
        [_list_formatter(one) for _, one in sorted(formats.formatters.items())],
        [shell.ast_node_interactivity, shell.autocall, shell.show_rewritten_input, shell.colors, formats.active_types],
        sorted(shell.extension_manager.loaded),
    )


def _list_formatter(formatter: Any) -> list[Any]:
    printers = [getattr(formatter, name) for name in PRINTERS]
    return [formatter.enabled, *(sorted(map(_to_pair, its.items())) for its in printers)]


def _to_pair(item: tuple[Any, Any]) -> tuple[str, str]:
    return str(item[0]), digest_value(item[1])


def _list_warned(namespace: dict[str, Any]) -> Any:
    """Return which warnings were shown and are not to be shown again: those from before the filters changed are."""
    probe: dict[Any, Any] = {}
    with contextlib.suppress(ImportWarning):  # where warnings are errors now
        warnings.warn_explicit("", ImportWarning, "", 1, registry=probe)
    current = probe.get("version")
    spaces = [("", namespace)]
    spaces += [
        (name, vars(its)) for name, its in list(sys.modules.items()) if type(its) is type(sys) and its is not None
    ]
    kept = ((name, space.get("__warningregistry__")) for name, space in spaces)
    return sorted(
        (name, str(key))
        for name, registry in kept
        if isinstance(registry, dict) and registry.get("version") == current
        for key in registry
        if key != "version"
    )


def _list_others() -> Any:
    """Return the settings of libraries that keep them where nobody else would find them."""
    found: list[Any] = []
    if (learn := sys.modules.get("sklearn")) is not None:
        found.append(learn.get_config())
    if (pandas := sys.modules.get("pandas._config.config")) is not None:
        found.append(repr(pandas._global_config))
    if (tqdm := sys.modules.get("tqdm.std")) is not None:
        found.append(len(getattr(tqdm.tqdm, "_instances", ())))
    if (decimal := sys.modules.get("decimal")) is not None:
        found.append(repr(decimal.getcontext()))
    return found
