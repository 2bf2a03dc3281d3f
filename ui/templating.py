"""Makes HTML from the Jinja templates in ``templates``, whose macros become functions.

Everything that a template shows is escaped by :func:`rag.ui.markup.escape`, except ``Markup``:
the output of other templates, and HTML that the caller has declared to be safe.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup

from rag.ui.markup import escape, lang_tag, mark_up

_MODULES = "batch browse chips export filters render search sources table texts timeline turn"


def macro(file: str, name: str) -> Callable[..., Markup]:
    """Returns the macro ``name`` of ``templates/<file>.html`` as a function.

    The template is compiled at the first call.
    """

    def call(*args: Any, **kwargs: Any) -> Markup:
        template = _environment().get_template(f"{file}.html")
        return getattr(template.module, name)(*args, **kwargs)

    return call


def compile_all() -> None:
    """Compiles all templates, so that the first reader need not wait for it."""
    for name in _environment().list_templates():
        _ = _environment().get_template(name).module


class _OneLine(Extension):
    """Joins a template into one line: drops line breaks between tags, makes others a space.

    The chat renders Markdown, in which a blank line would end a block of HTML.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return re.sub(r"\s*\n\s*", " ", re.sub(r"(?<=[>}])\s*\n\s*(?=[<{])", "", source.rstrip()))


@functools.cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("rag.ui"),
        extensions=[_OneLine],
        autoescape=True,
        finalize=_inert,
        undefined=StrictUndefined,
        auto_reload=False,
    )
    made.globals |= _functions()
    return made


def _functions() -> dict[str, Any]:
    """Returns what templates can use besides macros: the functions that many need by their own
    names, and as ``ui`` the modules that have others, as in ``ui.chips.meaning(one, lang)``.

    These modules use macros of this one, so they are imported here to avoid a cycle.
    """
    from rag.plain import also_searched, voice
    from rag.ui.texts import counted, language_name, reader_date, text
    from rag.ui.turn import cited

    modules = {name: import_module(f"rag.ui.{name}") for name in _MODULES.split()}
    short = (also_searched, cited, counted, lang_tag, language_name, mark_up, reader_date, text)
    named = {function.__name__: function for function in (*short, voice)}
    return {"ui": SimpleNamespace(**modules), **named}


def _inert(value: object) -> object:
    """Escapes a value that a template shows, unless it is Markup or an int."""
    known = isinstance(value, Markup | int)
    return value if known else Markup(escape(str(value)))
