"""The JSON schema of a bank's file, for editors: made from the models, with every measure and its arguments.

What an argument may be is the course's: a region, a layer or a reader that it has not is marked while it is typed.
"""

from collections.abc import Mapping, Sequence
from typing import Any, get_type_hints

from pydantic import TypeAdapter

from questions.claim import make_arguments_model
from questions.explore.placements import list_axis_names, list_options
from questions.measures.arguments import find_axis
from questions.measures.registry import MEASURES
from questions.question import Question

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def make_bank_schema(axes: Mapping[str, Sequence[Any]]) -> Schema:
    """Return the schema of a file of a bank on a course with these axes: a list of questions."""
    schema: Schema = TypeAdapter(list[Question]).json_schema()
    claim = schema["$defs"]["Claim"]
    claim["properties"]["measure"] = {"enum": sorted(MEASURES), "description": "what is measured"}
    claim["oneOf"] = [{"required": ["above"]}, {"required": ["below"]}]
    claim["allOf"] = [_make_rule(name) for name in sorted(MEASURES)]
    schema["$defs"] |= {_name(name): _make_arguments(name, axes) for name in sorted(MEASURES)}
    return {"$schema": DIALECT, "title": "The questions about one analysis", **schema}


def _name(measure: str) -> str:
    return f"arguments_of_{measure}"


def _make_arguments(name: str, axes: Mapping[str, Sequence[Any]]) -> Schema:
    """Return what the arguments of a measure may be, any of them left out."""
    hints = get_type_hints(MEASURES[name], include_extras=True)
    own = make_arguments_model(MEASURES[name]).model_json_schema()["properties"]
    narrowed = {key: _narrow(its, hints[key], axes) for key, its in own.items()}
    return {"type": "object", "properties": narrowed, "additionalProperties": False}


def _make_rule(name: str) -> Schema:
    """Return what a claim has to be if its measure is this one; a bound may be arguments in place of a number."""
    needed = make_arguments_model(MEASURES[name]).model_json_schema().get("required", [])
    arguments = {"$ref": f"#/$defs/{_name(name)}"}
    bound = {"anyOf": [{"type": "number"}, arguments]}
    whole = {"allOf": [arguments], "required": needed}
    then = {"properties": {"with": whole, "above": bound, "below": bound}, "required": ["with"] if needed else []}
    return {"if": {"properties": {"measure": {"const": name}}}, "then": then}


def _narrow(schema: Schema, hint: Any, axes: Mapping[str, Sequence[Any]]) -> Schema:
    """Return an argument's schema with the places of its axis, where it hangs on no other argument."""
    hangs = any("{" in name for name in list_axis_names(hint))
    if hangs or find_axis(hint, {}, axes) is None:
        return schema
    return {"enum": list_options(hint, {}, axes)}
