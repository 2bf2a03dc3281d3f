"""The search tab: finds all articles that contain words, with facets to restrict them."""

from __future__ import annotations

from dataclasses import replace

import gradio as gr

from rag.errors import ServerBusy, UsageError
from rag.question.query import MAX_CHARACTERS
from rag.search.sift import OnlyLeftOut
from rag.serving import QueryService
from rag.ui import browse, search
from rag.ui.browse import ARTICLES_PER_PAGE
from rag.ui.markup import MarkedSpan
from rag.ui.search import Hunt
from rag.ui.templating import macro
from rag.ui.texts import text
from rag.ui.wiring import Words, box, hidden, when

_READER_ID = "yj-found"
"""Element id of the article in this tab's reader."""
_hint = macro("parts", "hint")
_notice = macro("parts", "notice")


class SearchTab:
    """The components of the tab; :class:`rag.ui.layout.PageLayout` creates them in their place."""

    def __init__(self, service: QueryService, words: Words) -> None:
        self._service = service
        self._hunt = gr.State(Hunt())
        with gr.Row(elem_id="search-ask"):
            typed = box("search-words", "search", max_lines=1, max_length=MAX_CHARACTERS)
            self._words = words.on(typed, label="search_words", placeholder="search_hint")
            self._send = words.button("search-send", "search_send", variant="primary")
        words.on(
            gr.HTML(elem_id="search-help"),
            value=lambda lang: _hint(text(lang, "search_help"), lang),
        )
        with gr.Row(elem_id="search-desk"):
            with gr.Column(elem_id="search-left", scale=2):
                self._count = gr.HTML(elem_id="search-count")
                self._facets = gr.HTML(elem_id="search-facets")
                self._list = gr.HTML(elem_id="search-list")
            with gr.Column(elem_id="search-right", scale=3):
                self._read = gr.HTML(elem_id="search-read")
        # The page's script writes into it what a control in the tab asks for.
        self._wish = hidden("search-wish")

    def listen(self, lang: gr.Radio) -> None:
        """Connects the events of the tab; ``lang`` is the page's language switch."""
        shown = [self._hunt, self._count, self._facets, self._list, self._read]
        wish, last = [self._wish, self._hunt, lang], {"trigger_mode": "always_last"}
        when(
            [self._words.submit, self._send.click], self._begin, [self._words, lang], shown, **last
        )
        when(self._wish.submit, self._go, wish, [self._wish, *shown], **last)
        when(lang.change, self._show, [self._hunt, lang], shown, **last)

    def _begin(self, words: str, lang: str) -> list:
        return self._show(Hunt(words.strip()), lang)

    def _go(self, wish: str, hunt: Hunt, lang: str) -> list:
        """Does what a control asks for, see :func:`rag.ui.search.view_after`."""
        after = search.view_after(hunt, wish)
        if replace(after, opened="") == replace(hunt, opened=""):
            # Only the article changes; the list is not redrawn, so that it keeps its place.
            return ["", after, gr.skip(), gr.skip(), gr.skip(), self._reading(after, lang)]
        return ["", *self._show(after, lang)]

    def _show(self, hunt: Hunt, lang: str) -> list:
        """Searches; returns new values of the state, count, facets, list and reader."""
        if not hunt.words:
            return [hunt, "", "", "", ""]
        try:
            asked = (hunt.words, hunt.filters, hunt.start, ARTICLES_PER_PAGE)
            found = self._service.pool.submit(lambda: self._service.sift(*asked)).result()
        except (UsageError, ServerBusy) as error:
            return [hunt, _notice(_why(error, lang), lang), "", "", ""]
        return [
            hunt,
            search.head(found, lang),
            search.facets(found, hunt, lang),
            search.hits(found, hunt, lang),
            self._reading(hunt, lang),
        ]

    def _reading(self, hunt: Hunt, lang: str) -> str:
        """Returns the open article, or a hint on how to open one."""
        if not (passage := hunt.passage):
            return _hint(text(lang, "search_read"), lang)
        article_id, start, end = passage
        article, marks = self._service.article(article_id), [MarkedSpan(start, end, "yj-quote")]
        return browse.reader(article, lang, (), marks, _READER_ID, hunt.opened)


def _why(error: Exception, lang: str) -> str:
    """Returns the message for a search that failed."""
    if isinstance(error, ServerBusy):
        return text(lang, "busy")
    if isinstance(error, OnlyLeftOut):
        return text(lang, "search_left_out")
    return text(lang, "search_bad", reason=str(error))
