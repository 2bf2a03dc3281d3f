"""HTML from the templates in ``templates``: their macros as functions.

What a template shows is escaped by :func:`rag.ui.markup.escape`, whatever it is. Only ``Markup``
goes through as it is: what templates themselves made, and HTML that was marked so when it was
handed to one.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup

from rag.ui.markup import escape, lang_tag, mark_up


def macro(file: str, name: str) -> Callable[..., Markup]:
    """The macro ``name`` of ``templates/<file>.html`` as a function, compiled when it is first
    called.
    """

    def call(*args: Any, **kwargs: Any) -> Markup:
        template = _environment().get_template(f"{file}.html")
        return getattr(template.module, name)(*args, **kwargs)

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
    made.globals |= _functions()
    return made


def _functions() -> dict[str, Any]:
    """What templates can call, and two limits, by name. The modules that have them use macros."""
    from rag.plain import also_searched
    from rag.ui import (
        batch,
        browse,
        chips,
        columns,
        filters,
        render,
        search,
        sources,
        table,
        texts,
        timeline,
        turn,
    )
    from rag.ui.export import as_markdown

    functions: tuple[Callable[..., Any], ...] = (
        also_searched,
        as_markdown,
        batch.link,
        chips.constraints,
        chips.meaning,
        chips.quoted,
        columns.addable,
        filters.told,
        lang_tag,
        mark_up,
        render.around_list,
        render.holds,
        render.is_dated,
        render.lines_in_pieces,
        render.listed_in_tab,
        render.status,
        render.tried,
        render.understood,
        search.facet_value,
        search.snippet,
        sources.around_quote,
        sources.title_or_opening,
        table.places,
        texts.counted,
        texts.is_web,
        texts.language_name,
        texts.reader_date,
        texts.text,
        timeline.period_name,
        timeline.short_count,
        turn.cited,
        turn.glossed,
        turn.spans,
        turn.told_besides,
        turn.told_once,
        turn.voice,
        turn.with_its_copies,
    )
    limits = {"PAGE": browse.PAGE, "LISTED": search.LISTED}
    return {function.__name__: function for function in functions} | limits


def _inert(value: object) -> object:
    known = isinstance(value, Markup | int)
    return value if known else Markup(escape(str(value)))
