"""Going through the articles of an index without a question: pages of a list, articles by month,
and what there is in all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np

from rag.corpus.article import Skipped
from rag.errors import UsageError
from rag.index import Snapshot
from rag.index.catalogue import HEADING_CHARS, heading
from rag.search.facets import by_code
from rag.search.filters import allowed_articles
from rag.search.mentions import mentions
from rag.search.types import Filters

ORDERS = ("newest", "oldest", "title")
_MAX_ARTICLES_PER_PAGE = 200
"""Articles of one page of a list, at most."""
OPENING_CHARS = 160
MENTIONING_PREFIX = "about:"  # before words that the text is to mention, not the title alone
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])(?=-|$)")


@dataclass(frozen=True, slots=True)
class Listed:
    """An article in a list.

    Attributes:
        id, title, date, source, lang: of the article.
        heading: its title, or the first sentence of one that has none.
        opening: the first characters of its text.
    """

    id: str
    title: str
    heading: str
    date: str
    source: str
    lang: str
    opening: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a list.

    Attributes:
        articles: those of the page, in order.
        start: place of the first of them in the whole list, from 0.
        total: length of the whole list.
        months: how many articles of the list there are of each month, oldest first, without regard
            to the dates asked for; under "" those without a date, last.
    """

    articles: tuple[Listed, ...]
    start: int
    total: int
    months: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Statistics:
    """What an index holds, in figures.

    Attributes:
        version: name of the index version.
        created: when it was built, UTC, ISO 8601.
        bytes: its size on disk.
        model: name of the embedding model.
        articles, passages, characters: number of each.
        date_from, date_to: dates of the oldest and the newest article, "" where none has a date.
        undated: articles without a date.
        langs, sources: each with its number of articles, the most frequent first; "" is not told.
        months: as in :class:`Listing`, of all articles.
        skipped: what was not indexed, with the reasons.
        stories, repeats: stories that several articles tell in nearly the same words, and articles
            beyond the first of each.
    """

    version: str
    created: str
    bytes: int
    model: str
    articles: int
    passages: int
    characters: int
    date_from: str
    date_to: str
    undated: int
    langs: tuple[tuple[str, int], ...]
    sources: tuple[tuple[str, int], ...]
    months: tuple[tuple[str, int], ...]
    skipped: tuple[Skipped, ...]
    stories: int = 0
    repeats: int = 0


def browse(
    snapshot: Snapshot,
    words: str = "",
    filters: Filters = Filters(),
    order: str = "newest",
    start: int = 0,
    count: int = 20,
    undated: bool = False,
) -> Listing:
    """A page of the articles that pass; see :meth:`rag.library.Index.browse`."""
    if order not in ORDERS:
        raise UsageError(f"expected an order of {', '.join(ORDERS)}, got {order!r}")
    if start < 0 or not 1 <= count <= _MAX_ARTICLES_PER_PAGE:
        raise UsageError(
            f"expected a start from 0 and a count from 1 to {_MAX_ARTICLES_PER_PAGE}, "
            f"got {start} and {count}"
        )
    of_month, months = _months(snapshot)
    timeless = Filters("", "", filters.sources, filters.langs, filters.places)
    keep = allowed_articles(snapshot, timeless) if timeless else np.ones(snapshot.n_articles, bool)
    if words.startswith(MENTIONING_PREFIX):
        found = mentions(snapshot, words.removeprefix(MENTIONING_PREFIX).strip(), keep)
        keep = found.named | found.near
    elif words.strip():
        keep &= snapshot.catalogue.holding(words.split())
    by_month = _counted(of_month[keep], months)
    if undated:
        keep &= of_month == 0
    if filters.date_from or filters.date_to:
        keep &= allowed_articles(snapshot, Filters(filters.date_from, filters.date_to))
    ordered = _ordered(snapshot, order)
    rows = ordered[keep[ordered]]
    articles = _listed(snapshot, rows[start : start + count].tolist())
    return Listing(articles, start, len(rows), by_month)


def retold(snapshot: Snapshot, article_id: str) -> tuple[Listed, ...]:
    """The other articles that tell the story of an article in nearly the same words, the newest
    first; see :meth:`rag.library.Index.retold`.
    """
    row, story = snapshot.article_row(article_id), snapshot.columns.story
    same = story[snapshot.catalogue.by_date] == story[row]
    rows = [other for other in snapshot.catalogue.by_date[same].tolist() if other != row]
    return _listed(snapshot, rows[:_MAX_ARTICLES_PER_PAGE])


def statistics(snapshot: Snapshot, roots: Sequence[str] = ()) -> Statistics:
    """What an index holds, in figures.

    Args:
        snapshot: the version.
        roots: folders that it was built from; what was skipped is told by its path below them, as
            nobody who asks needs to know where they lie.
    """
    manifest, every = snapshot.manifest, np.ones(snapshot.n_articles, bool)
    months = _counted(*_months(snapshot))
    dated = [day for day in snapshot.date_codes[0] if _MONTH.match(day)]
    return Statistics(
        version=snapshot.version,
        created=manifest.created,
        bytes=manifest.bytes,
        model=manifest.model.name,
        articles=snapshot.n_articles,
        passages=snapshot.n_passages,
        characters=manifest.counts.characters,
        date_from=dated[0] if dated else "",
        date_to=dated[-1] if dated else "",
        undated=dict(months).get("", 0),
        langs=tuple(by_code(snapshot.lang_codes, every)),
        sources=tuple(by_code(snapshot.source_codes, every)),
        months=months,
        skipped=_relative(manifest.skipped, roots),
        stories=manifest.counts.stories,
        repeats=manifest.counts.repeats,
    )


def _listed(snapshot: Snapshot, rows: list[int]) -> tuple[Listed, ...]:
    return tuple(
        Listed(name, title, heading(title, opening[:HEADING_CHARS]), date, source, lang, opening)
        for name, title, date, source, lang, opening in snapshot.listed(rows, OPENING_CHARS)
    )


def _relative(skipped: Sequence[Skipped], roots: Sequence[str]) -> tuple[Skipped, ...]:
    def below(path: str) -> str:
        inside = (
            PurePath(path).relative_to(root).as_posix()
            for root in roots
            if path != root and PurePath(path).is_relative_to(root)
        )
        return next(inside, PurePath(path).name)

    places = [(one, below(one.path)) for one in skipped]
    return tuple(Skipped(at, one.reason.replace(one.path, at)) for one, at in places)


def _ordered(snapshot: Snapshot, order: str) -> np.ndarray:
    if order == "title":
        return snapshot.catalogue.by_title
    newest = snapshot.catalogue.by_date
    if order == "newest":
        return newest
    # Those without a date stay behind.
    undated = _months(snapshot)[0][newest] == 0
    return np.concatenate([newest[~undated][::-1], newest[undated]])


def _months(snapshot: Snapshot) -> tuple[np.ndarray, tuple[str, ...]]:
    """For each article the number of its month, 0 for none, and the months by number."""
    days, of_article = snapshot.date_codes
    of_day = [found.group() if (found := _MONTH.match(day)) else "" for day in days]
    months = ("", *sorted(set(of_day) - {""}))
    number = {month: at for at, month in enumerate(months)}
    return np.array([number[month] for month in of_day], np.int64)[of_article], months


def _counted(of_month: np.ndarray, months: tuple[str, ...]) -> tuple[tuple[str, int], ...]:
    counts = np.bincount(of_month, minlength=len(months)).tolist()
    found = list(zip(months, counts, strict=True))
    return tuple((month, n) for month, n in [*found[1:], found[0]] if n)
