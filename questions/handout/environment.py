"""The jinja environment of a package's templates: escapes all that is put in, and fails on a name that is not there."""

from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


@cache
def load_environment(package: str) -> Environment:
    """Return the templates of `<package>/templates`, in which `own("page.css")` is our file beside them, as it is.

    Nothing of a student goes through `own`: what it gives is not escaped.
    """
    environment = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["own"] = lambda name: Markup(load_own(package, name))
    return environment


@cache
def load_own(package: str, name: str) -> str:
    """Return a style or script that lies beside a package's templates."""
    return (files(package) / "templates" / name).read_text(encoding="utf-8")
