"""The corpus tab: the articles by month, as a list and one by one, what the index holds, and adding
to it.
"""

from __future__ import annotations

from dataclasses import replace

import gradio as gr

from rag.errors import UsageError
from rag.search.browse import ORDERS, Listed
from rag.serving import QueryService
from rag.ui import browse
from rag.ui.add_form import AddForm
from rag.ui.browse import BrowseState
from rag.ui.corpus import CorpusFacts
from rag.ui.texts import language_name, text
from rag.ui.timeline import timeline

CHOICES = 200
"""Sources offered for choice, the most frequent; others can be typed."""


class CorpusTab:
    """The parts of the tab, made where it is to stand; :class:`rag.ui.layout.Layout` mounts it.

    Attributes:
        parts: what :meth:`speak` gives updates for.
    """

    def __init__(self, service: QueryService, about: CorpusFacts, tab: gr.Tab) -> None:
        self._service, self._about, self._tab = service, about, tab
        self._view = gr.State(BrowseState())
        self._time = gr.HTML(elem_id="corpus-time")
        with gr.Row(elem_id="corpus-desk"):
            with gr.Column(elem_id="corpus-left", scale=2):
                with gr.Row(elem_id="corpus-fields"):
                    self._words = gr.Textbox(
                        elem_id="corpus-words", max_lines=1, max_length=browse.WORDS_LIMIT
                    )
                    # A value of its own from the beginning, or the fields would stay empty when
                    # their choices come.
                    self._source = gr.Dropdown(
                        [("", "")], value="", elem_id="corpus-source", allow_custom_value=True
                    )
                    self._lang = gr.Dropdown(
                        [("", "")], value="", elem_id="corpus-lang", allow_custom_value=True
                    )
                    self._order = gr.Dropdown(
                        [("", ORDERS[0])], value=ORDERS[0], elem_id="corpus-order"
                    )
                self._count = gr.HTML(elem_id="corpus-count")
                self._list = gr.HTML(elem_id="corpus-list")
            with gr.Column(elem_id="corpus-right", scale=3):
                self._adding = AddForm(service) if service.ingest_queue else None
                self._read = gr.HTML(elem_id="corpus-read")
        # What a control in the tab asks for; the page's script writes it.
        self._wish = gr.Textbox(elem_id="corpus-wish", visible="hidden", container=False)
        self._fields = [self._words, self._source, self._lang, self._order]
        self.parts = [*self._fields, *(self._adding.parts if self._adding else ())]

    def speak(self, lang: str) -> list:
        """The parts in a language."""
        told = self._about.statistics()
        sources = [
            (text(lang, "all_sources"), ""),
            *((f"{name} ({n:,})", name) for name, n in told.sources[:CHOICES]),
        ]
        langs = [
            (text(lang, "all_langs"), ""),
            *((f"{language_name(name)} ({n:,})", name) for name, n in told.langs),
        ]
        orders = [(text(lang, f"order_{name}"), name) for name in ORDERS]
        return [
            gr.update(label=text(lang, "title_words"), placeholder=text(lang, "title_hint")),
            gr.update(label=text(lang, "field_source"), choices=sources),
            gr.update(label=text(lang, "field_lang"), choices=langs),
            gr.update(label=text(lang, "order"), choices=orders),
            *(self._adding.speak(lang) if self._adding else ()),
        ]

    def listen(self, lang: gr.Radio, **how) -> None:
        """Wire what happens in the tab; ``lang`` is the page's switch of languages, ``how`` goes to
        every event.
        """
        # A later wish goes before an earlier one that still waits.
        how = {**how, "trigger_mode": "always_last"}
        shown = [self._view, self._time, self._count, self._list, self._read]
        gr.on([self._tab.select, lang.change], self._show, [self._view, lang], shown, **how)
        self._wish.submit(
            self._go, [self._wish, self._view, lang], [self._wish, *self._fields, *shown], **how
        )
        changed = [self._words.change, self._source.input, self._lang.input, self._order.input]
        gr.on(changed, self._narrow, [*self._fields, self._view, lang], shown, **how)
        for added in self._adding.listen(lang, **how) if self._adding else ():
            added.then(self._show, [self._view, lang], shown, **how)

    def _narrow(
        self, words: str, source: str, of_lang: str, order: str, view: BrowseState, lang: str
    ) -> list:
        return self._show(browse.narrowed(view, words, source, of_lang, order), lang)

    def _go(self, wish: str, view: BrowseState, lang: str) -> list:
        after = browse.gone(view, wish)
        fields = (
            [after.words, after.source, after.lang, after.order]
            if wish.startswith(("all:", "list:"))
            else [gr.skip()] * 4
        )
        if replace(after, article="") == replace(view, article="") and wish.startswith("article:"):
            # Only what is read changes; the list keeps its place, but for the mark of the open
            # article.
            return ["", *fields, after, gr.skip(), gr.skip(), gr.skip(), self._reading(after, lang)]
        return ["", *fields, *self._show(after, lang)]

    def _show(self, view: BrowseState, lang: str) -> list:
        self._service.refresh()
        found = browse.listing(self._service.index, view)
        view = replace(view, start=found.start)
        drawn = timeline(found.months, view.period, lang)
        return [
            view,
            drawn,
            browse.count(found, view, lang),
            browse.articles(found, view, lang),
            self._reading(view, lang),
        ]

    def _reading(self, view: BrowseState, lang: str) -> str:
        if view.article:
            article = self._service.article(view.article)
            return browse.reader(article, lang, self._retold(view.article) if article else ())
        return browse.overview(self._about.statistics(), lang)

    def _retold(self, article_id: str) -> tuple[Listed, ...]:
        try:
            return self._service.index.retold(article_id)
        except UsageError:  # gone with the version before
            return ()
