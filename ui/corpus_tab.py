"""The corpus tab: timeline and list of the articles, reader, statistics, and adding articles."""

from __future__ import annotations

from dataclasses import replace

import gradio as gr
from markupsafe import Markup

from rag.errors import UsageError
from rag.search.browse import ORDERS
from rag.serving import QueryService
from rag.ui import browse
from rag.ui.add_form import AddForm
from rag.ui.browse import BrowseState
from rag.ui.corpus import SOURCES_OFFERED, CorpusFacts
from rag.ui.texts import language_name, text
from rag.ui.timeline import timeline
from rag.ui.wiring import Words, hidden, when


class CorpusTab:
    """The components of the tab; :class:`rag.ui.layout.PageLayout` creates them in their place."""

    def __init__(
        self, service: QueryService, about: CorpusFacts, tab: gr.Tab, words: Words
    ) -> None:
        self._service, self._about, self._tab = service, about, tab
        self._view = gr.State(BrowseState())
        self._time = gr.HTML(elem_id="corpus-time")
        say = words.on
        with gr.Row(elem_id="corpus-desk"):
            with gr.Column(elem_id="corpus-left", scale=2):
                with gr.Row(elem_id="corpus-fields"):
                    box = gr.Textbox(
                        elem_id="corpus-words", max_lines=1, max_length=browse.WORDS_LIMIT
                    )
                    # Each needs a value from the start, or it would stay empty when its choices
                    # arrive.
                    typed = {"choices": [("", "")], "value": "", "allow_custom_value": True}
                    source = gr.Dropdown(elem_id="corpus-source", **typed)
                    of_lang = gr.Dropdown(elem_id="corpus-lang", **typed)
                    first = ORDERS[0]
                    order = gr.Dropdown([("", first)], value=first, elem_id="corpus-order")
                self._words = say(box, label="title_words", placeholder="title_hint")
                self._source = say(source, label="field_source", choices=self._sources)
                self._lang = say(of_lang, label="field_lang", choices=self._langs)
                self._order = say(order, label="order", choices=_orders)
                self._count = gr.HTML(elem_id="corpus-count")
                self._list = gr.HTML(elem_id="corpus-list")
            with gr.Column(elem_id="corpus-right", scale=3):
                self._adding = AddForm(service, words) if service.ingest_queue else None
                self._read = gr.HTML(elem_id="corpus-read")
        # The page's script writes into it what a control in the tab asks for.
        self._wish = hidden("corpus-wish")
        self._fields = [self._words, self._source, self._lang, self._order]

    def _sources(self, lang: str) -> list[tuple[str, str]]:
        """Returns the choices of sources as (label, value)."""
        named = self._about.statistics().sources[:SOURCES_OFFERED]
        return [(text(lang, "all_sources"), ""), *((f"{one} ({n:,})", one) for one, n in named)]

    def _langs(self, lang: str) -> list[tuple[str, str]]:
        """Returns the choices of languages as (label, value)."""
        there = self._about.statistics().langs
        named = ((f"{language_name(one)} ({n:,})", one) for one, n in there)
        return [(text(lang, "all_langs"), ""), *named]

    def listen(self, lang: gr.Radio) -> None:
        """Connects the events of the tab; ``lang`` is the page's language switch."""
        # Of several requests that wait, only the last is carried out.
        last = {"trigger_mode": "always_last"}
        given = [self._view, lang]
        shown = [self._view, self._time, self._count, self._list, self._read]
        when([self._tab.select, lang.change], self._show, given, shown, **last)
        wished = [self._wish, *self._fields, *shown]
        when(self._wish.submit, self._go, [self._wish, *given], wished, **last)
        changed = [self._words.change, self._source.input, self._lang.input, self._order.input]
        when(changed, self._narrow, [*given, *self._fields], shown, **last)
        for added in self._adding.listen(lang) if self._adding else ():
            when(added.then, self._show, given, shown, **last)

    def _narrow(self, view: BrowseState, lang: str, *fields: str | None) -> list:
        """Shows the list after a change of the fields."""
        return self._show(browse.narrowed(view, *fields), lang)

    def _go(self, wish: str, view: BrowseState, lang: str) -> list:
        """Does what a control asks for, see :func:`rag.ui.browse.view_after`."""
        after = browse.view_after(view, wish)
        fields = [gr.skip()] * 4
        if wish.startswith(("all:", "list:")):
            fields = [after.words, after.source, after.lang, after.order]
        if wish.startswith("article:"):
            # Only the article changes. The list is not redrawn, so that it keeps its scroll
            # position; the page's script marks the open article in it.
            return ["", *fields, after, *[gr.skip()] * 3, self._reading(after, lang)]
        return ["", *fields, *self._show(after, lang)]

    def _show(self, view: BrowseState, lang: str) -> list:
        """Returns new values of the state, timeline, count, list and reader for a view."""
        found = browse.listing(self._service.live(), view)
        view = replace(view, start=found.start)
        return [
            view,
            timeline(found.months, view.period, lang),
            browse.count(found, view, lang),
            browse.articles(found, view, lang),
            self._reading(view, lang),
        ]

    def _reading(self, view: BrowseState, lang: str) -> Markup:
        """Returns the open article, or the statistics of the index if none is open."""
        if not view.article:
            return browse.overview(self._about.statistics(), lang)
        article = self._service.article(view.article)
        try:
            retold = self._service.index.retold(view.article) if article else ()
        except UsageError:  # the article is not in the current index version
            retold = ()
        return browse.reader(article, lang, retold)


def _orders(lang: str) -> list[tuple[str, str]]:
    return [(text(lang, f"order_{name}"), name) for name in ORDERS]
