"""All articles that hold what is searched for, rather than the few that answer best: words, phrases
in quotation marks, and what is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from rag.errors import UsageError
from rag.index import Snapshot
from rag.question.query import Query, analyse, clean
from rag.search.candidates import Candidates, candidates
from rag.search.facets import Facets, facets
from rag.search.filters import allowed_articles
from rag.search.mentions import about, holding
from rag.search.search import hits_of
from rag.search.types import Filters, Hit

MAX_RANKED_ARTICLES = 1_000
"""Articles of which the passages can be listed, the best ones; all are counted."""
MAX_HITS_PER_PAGE = 100
_MAX_NEAREST_HITS = 10
_QUOTED = r'"([^"]+)"|“([^”]+)”|„([^“”]+)[“”]|「([^」]+)」|『([^』]+)』|«([^»]+)»'
# A minus joins words (COVID-19) unless it begins one.
_PART = re.compile(rf"(?<!\S)(?P<less>[-－−–])(?:{_QUOTED}|(\w\S*))|{_QUOTED}")


class OnlyLeftOut(UsageError):
    """A search says what not to find, and nothing else."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What is sought.

    Attributes:
        words: what stands outside of quotation marks, "" for nothing.
        phrases: what stood in quotation marks: an article must hold each as it is written.
        without: words and phrases behind a minus: an article must hold none of them.
    """

    words: str
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All that is to be found, as one question."""
        return " ".join(filter(None, (self.words, *self.phrases)))


def sought(raw: str) -> Sought:
    """The parts of a search such as ``bridge "opened to traffic" -toll``.

    Args:
        raw: at most 2,000 characters. Quotation marks may be straight, curly, 「」 or «».

    Raises OnlyLeftOut where nothing is to be found, UsageError where it is empty or too long.
    """
    text = clean(raw)
    phrases: list[str] = []
    without: list[str] = []
    for part in _PART.finditer(text):
        words = next(filter(None, part.groups()[1:]), "").strip()
        if words:
            (without if part["less"] else phrases).append(words)
    rest = " ".join(_PART.sub(" ", text).split())
    found = Sought(rest, tuple(dict.fromkeys(phrases)), tuple(dict.fromkeys(without)))
    if not found.text:
        raise OnlyLeftOut(f"expected words to search for, got only what is left out: {text}")
    return found


@dataclass(frozen=True, slots=True)
class Sifted:
    """A page of what was found.

    Attributes:
        hits: one passage of each article, the best articles first; at most
            :data:`MAX_RANKED_ARTICLES` in all.
        start: place of the first of them among all, from 0.
        total: how many articles there are.
        facets: of all of them.
        nearest: no article holds what is searched for, and ``hits`` are merely the nearest, at
            most :data:`_MAX_NEAREST_HITS`; ``total`` is then 0.
        sought: how the words were taken.
    """

    hits: tuple[Hit, ...]
    start: int
    total: int
    facets: Facets
    nearest: bool
    sought: Sought


def sift(
    snapshot: Snapshot, words: str, filters: Filters = Filters(), start: int = 0, count: int = 20
) -> Sifted:
    """The articles that hold all words of a search, or match nearly all of them in other words or
    in the other language; see :meth:`rag.library.Index.sift`.
    """
    if start < 0 or not 1 <= count <= MAX_HITS_PER_PAGE:
        raise UsageError(
            f"expected a start from 0 and a count from 1 to {MAX_HITS_PER_PAGE}, "
            f"got {start} and {count}"
        )
    parts = sought(words)
    keep = allowed_articles(snapshot, filters)
    for phrase in parts.phrases:
        keep &= holding(snapshot, phrase)
    for phrase in parts.without:
        keep &= ~holding(snapshot, phrase)
    found = keep & _worded(snapshot, parts.words, keep) if parts.words else keep
    nearest = not found.any()
    # A phrase that nothing holds is not near anything.
    pool = keep if nearest else found
    query = analyse(parts.text, snapshot.model, snapshot.embedder)
    hits = _page(snapshot, query, pool, start, _MAX_NEAREST_HITS if nearest else count)
    total = int(found.sum())
    return Sifted(tuple(hits), start, total, facets(snapshot, found), nearest, parts)


def _worded(snapshot: Snapshot, words: str, keep: np.ndarray) -> np.ndarray:
    """bool (n_articles,): the articles that hold each word, or have a passage that matches nearly
    all that is said.
    """
    query = analyse(words, snapshot.model, snapshot.embedder)
    # Words that say nothing else are sought all the same.
    tokens = sorted(set(query.ids[query.content if query.content.any() else slice(None)].tolist()))
    matching = np.full(snapshot.n_articles, bool(tokens))
    for token in tokens:
        one = np.zeros(snapshot.n_articles, bool)
        one[snapshot.passages.article_row[snapshot.holding(token)]] = True
        matching &= one
    return matching | about(snapshot, words, keep)


def _page(snapshot: Snapshot, query: Query, pool: np.ndarray, start: int, count: int) -> list[Hit]:
    if not pool.any():
        return []
    found = candidates(snapshot, query, pool, beside=_lexical(snapshot, query, pool))
    best = _best_of_each(found)
    return hits_of(
        snapshot, query, found, best[:MAX_RANKED_ARTICLES][start : start + count].tolist()
    )


def _lexical(snapshot: Snapshot, query: Query, pool: np.ndarray) -> np.ndarray:
    """For each of the articles that hold the words best, the passage that does.

    There are at most :data:`MAX_RANKED_ARTICLES`.
    """
    passages = np.flatnonzero(pool[snapshot.passages.article_row])
    score = snapshot.lexical(query.text)[passages]
    order = np.argsort(-score, kind="stable")
    _, first = np.unique(snapshot.passages.article_row[passages[order]], return_index=True)
    return np.sort(passages[order[np.sort(first)[:MAX_RANKED_ARTICLES]]])


def _best_of_each(found: Candidates) -> np.ndarray:
    """Positions in ``found`` of the best passage of each article, the best first."""
    order = np.argsort(-found.score, kind="stable")
    _, first = np.unique(found.articles[order], return_index=True)
    return order[np.sort(first)]
