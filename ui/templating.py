"""Makes HTML from the Jinja templates in ``templates``, whose macros become functions.

Everything that a template shows is escaped by :func:`rag.ui.markup.escape`, except ``Markup``:
the output of other templates, and HTML that the caller has declared to be safe.
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
    """Returns the functions and the two limits that templates can use, by name.

    Their modules use macros of this one, so they are imported here to avoid a cycle.
    """
    from rag.plain import also_searched, voice
    from rag.ui import (
        batch,
        browse,
        chips,
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
        table.addable,
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
        voice,
        turn.with_its_copies,
    )
    limits = {"PAGE": browse.ARTICLES_PER_PAGE, "LISTED": search.MAX_RANKED_ARTICLES}
    return {function.__name__: function for function in functions} | limits


def _inert(value: object) -> object:
    """Escapes a value that a template shows, unless it is Markup or an int."""
    known = isinstance(value, Markup | int)
    return value if known else Markup(escape(str(value)))
