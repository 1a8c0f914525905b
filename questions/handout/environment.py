"""The jinja environment of a package's templates: shows and escapes all that is put in, and fails on a name that is
not there.
"""

from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from assignment.fixable import show_text


@cache
def load_environment(package: str) -> Environment:
    """Return the templates of `<package>/templates`, in which `own("page.css")` is our file beside them, as it is,
    and `code(text)` is `mark_code`.

    Nothing of a student goes through `own`: what it gives is not escaped.
    """
    environment = Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_show,
    )
    environment.globals["own"] = lambda name: Markup(load_own(package, name))
    environment.globals["code"] = mark_code
    return environment


def _show(value: object) -> object:
    """Return what is put into a template as text in which nothing acts, but for HTML of our own."""
    return show_text(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def load_own(package: str, name: str) -> str:
    """Return a style or script that lies beside a package's templates."""
    return (files(package) / "templates" / name).read_text(encoding="utf-8")


def mark_code(text: str) -> Markup:
    """Return a text as HTML in which what stands between two backticks, as in Markdown, is code.

    >>> mark_code("Is `a` < 1? ")
    Markup('Is <code>a</code> &lt; 1?')
    """
    parts = show_text(text).strip().split("`")
    marked = [Markup("<code>{}</code>").format(part) if index % 2 else escape(part) for index, part in enumerate(parts)]
    return Markup("").join(marked)
