"""HTML from the templates in ``templates``: their macros as functions.

What a template shows is escaped by :func:`rag.ui.markup.escape`, whatever it is. Only ``Markup``
goes through as it is: what templates themselves made, and HTML that was marked so when it was
handed to one.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any, TypeVar

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup

from rag.ui import texts
from rag.ui.markup import escape, lang_tag, mark_up

_Function = TypeVar("_Function", bound=Callable[..., Any])
_FUNCTIONS: dict[str, Callable[..., Any]] = {}


def in_templates(function: _Function) -> _Function:
    """Lets templates call a function by its name."""
    _FUNCTIONS[function.__name__] = function
    return function


def html_in_templates(function: _Function) -> _Function:
    """As :func:`in_templates`, for a function that gives HTML."""
    _FUNCTIONS[function.__name__] = lambda *args: Markup(function(*args))
    return function


in_templates(texts.article_count)
in_templates(texts.is_web)
in_templates(texts.language_name)
in_templates(texts.reader_date)
in_templates(texts.shortened)
in_templates(texts.text)
html_in_templates(lang_tag)
html_in_templates(mark_up)


def macro(file: str, name: str) -> Callable[..., str]:
    """The macro ``name`` of ``templates/<file>.html`` as a function, compiled when it is first
    called.
    """

    def call(*args: Any, **kwargs: Any) -> str:
        template = _environment().get_template(f"{file}.html")
        return str(getattr(template.module, name)(*args, **kwargs))

    return call


def compile_all() -> None:
    """Compiles the templates before the first reader comes."""
    for name in _environment().list_templates():
        _ = _environment().get_template(name).module


class _OneLine(Extension):
    """Makes one line of a template: a line break between tags is nothing, elsewhere it is a space.

    The chat shows Markdown, where a blank line would end the HTML.
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
    made.filters["grouped"] = "{:,}".format
    _FUNCTIONS.update(made.globals)
    made.globals = _FUNCTIONS  # itself: functions may join it later
    return made


def _inert(value: object) -> object:
    known = isinstance(value, Markup | int)
    return value if known else Markup(escape(str(value)))
