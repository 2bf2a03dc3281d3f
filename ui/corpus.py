"""Facts about the index that the page shows, computed once per index version."""

from __future__ import annotations

import threading

from rag.search.browse import Statistics
from rag.serving import QueryService
from rag.ui.examples import examples
from rag.ui.templating import compile_all
from rag.ui.texts import LANGS

SOURCES_OFFERED = 200
"""Sources in drop-down lists, the most frequent ones; others can be typed."""
ARTICLES_READ = 200
"""Maximum articles to make example questions from, spread evenly over the corpus."""


class CorpusFacts:
    """Statistics and example questions for the index version from which ``service`` answers."""

    def __init__(self, service: QueryService):
        self._service = service
        self._known: dict[str, tuple[str, object]] = {}  # by name, the index version and the fact
        self._locks: dict[str, threading.Lock] = {}

    def statistics(self) -> Statistics:
        """Returns the statistics of the index."""
        return self._once("statistics", lambda _: self._service.index.statistics())

    def examples(self, lang: str, n: int = 4) -> list[str]:
        """Returns at most ``n`` questions in ``lang`` that have an answer in the corpus."""
        made = lambda snapshot: examples(_spread(snapshot), lang, self._is_answered, n)
        return self._once(lang, made)

    def prepare(self) -> None:
        """Computes everything in advance."""
        compile_all()
        self.statistics()
        for lang in LANGS:
            self.examples(lang)
        # This sorts all titles, so that the first search by title need not wait for it.
        self._service.index.browse(order="title", count=1)

    def _once(self, what: str, make):
        """Returns the fact named ``what``; calls ``make`` with the snapshot for a new version."""
        snapshot = self._service.index.snapshot
        # One lock per fact, so that a request for statistics does not wait for examples.
        with self._locks.setdefault(what, threading.Lock()):
            version, known = self._known.get(what, ("", None))
            if version != snapshot.version:
                known = make(snapshot)
                self._known[what] = snapshot.version, known
            return known

    def _is_answered(self, question: str, article_id: str) -> bool:
        """Whether a question is answered with a citation of the article it was made from."""
        answer = self._service.ask(question, write=False)
        return not answer.refused and any(one.article_id == article_id for one in answer.citations)


def _spread(snapshot) -> list:
    """Returns up to ARTICLES_READ articles, spread evenly over the snapshot."""
    step = max(1, snapshot.n_articles // ARTICLES_READ)
    return [snapshot.article(row) for row in range(0, snapshot.n_articles, step)][:ARTICLES_READ]
