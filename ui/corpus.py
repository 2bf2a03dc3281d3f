"""What the page says about an index, worked out once per version of it."""

from __future__ import annotations

import threading

from rag.search.browse import Statistics
from rag.serving import QueryService
from rag.ui.examples import examples
from rag.ui.templating import compile_all
from rag.ui.texts import LANGS

ARTICLES_READ = 200
"""Articles that questions are made from, spread evenly over the corpus."""


class CorpusFacts:
    """The corpus in figures, and questions to try, of the version that ``service`` answers from."""

    def __init__(self, service: QueryService):
        self._service = service
        self._known: dict[str, tuple[str, object]] = {}  # with the version of the index
        self._locks: dict[str, threading.Lock] = {}

    def statistics(self) -> Statistics:
        """What the index holds, in figures."""
        return self._once("statistics", lambda _: self._service.index.statistics())

    def examples(self, lang: str, n: int = 4) -> list[str]:
        """At most ``n`` questions in ``lang`` that have an answer in the corpus."""
        return self._once(
            lang, lambda snapshot: examples(_spread(snapshot), lang, self._is_answered, n)
        )

    def prepare(self) -> None:
        """Work everything out before it is asked for."""
        compile_all()
        self.statistics()
        for lang in LANGS:
            self.examples(lang)
        # Orders all titles, which the first search for one would wait for.
        self._service.index.browse(order="title", count=1)

    def _once(self, what: str, make):
        snapshot = self._service.index.snapshot
        # One lock for each thing: who wants the figures does not wait for the examples.
        with self._locks.setdefault(what, threading.Lock()):
            version, known = self._known.get(what, ("", None))
            if version != snapshot.version:
                known = make(snapshot)
                self._known[what] = snapshot.version, known
            return known

    def _is_answered(self, question: str, article_id: str) -> bool:
        answer = self._service.ask(question, write=False)
        return not answer.refused and any(one.article_id == article_id for one in answer.citations)


def _spread(snapshot) -> list:
    step = max(1, snapshot.n_articles // ARTICLES_READ)
    return [snapshot.article(row) for row in range(0, snapshot.n_articles, step)][:ARTICLES_READ]
