"""Unsound rules: what a rule would take back to the trunk that does not look at one kind of state."""

from typing import Any

from grader.trunk.rule.known import Trace

PLANTED = {  # what an unsound rule does not look at, and a hand-in that it would take back to the trunk
    "names.model": "model.train",
    "names.inputs": "in place",
    "names.uses": "weights",
    "groups": "aliased lists",
    "kinds.numpy random": "np.random",
    "kinds.torch random": "torch.manual_seed",
    "kinds.matplotlib": "rcParams",
    "kinds.torch": "grad off",
    "kinds.numpy": "printoptions",
    "kinds.shell": "shell event",
    "kinds.interpreter": "chdir",
    "kinds.environment": "environment",
    "modules": "module's table",
    "files": "file changed",
    "filters": "warnings",
    "traces.history": "answers",
    "traces.draws": "np.random",
}


def leave_out(look: Any, what: str | None) -> Any:
    """Return a look without one kind of state, `names.uses` and the like: what a wrong rule would not look at."""
    if what is None or what.startswith("traces."):
        return look
    part, _, name = what.partition(".")
    names = look["names"]
    if what == "names.uses":
        return {**look, "names": {key: [its[0], [], its[2]] for key, its in names.items()}}
    if what == "names.opaque":
        return {**look, "names": {key: [its[0], its[1], False] for key, its in names.items()}}
    if part == "names":
        return {**look, "names": {key: its for key, its in names.items() if key != name}}
    if part == "kinds":
        return {**look, "kinds": {key: its for key, its in look["kinds"].items() if key != name}}
    return {**look, part: type(look[part])()}


def leave_out_of_trace(trace: Trace, what: str | None) -> Trace:
    """Return a trace in which one thing was not seen."""
    name = (what or "").removeprefix("traces.")
    return trace.model_copy(update={name: type(getattr(trace, name))()}) if name != (what or "") else trace
