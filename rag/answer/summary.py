"""Summaries without a language model: the sentences that say most, verbatim, in order of date.

Extractive summarisation by centroid (Radev et al., "Centroid-based summarization of multiple
documents", 2004) with maximal marginal relevance (Carbonell & Goldstein, "The use of MMR", 1998):
each sentence of the articles about a subject is worth what it matches of the subject and how near
it is to the mean of all, each story counted once, less what is said already. One sentence of each
story.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.answer import corpus_text as say
from rag.answer.cite import Citations
from rag.answer.sentence import Sentence, longest, quote_span
from rag.answer.types import Row
from rag.corpus import Article, sentences
from rag.corpus.captions import is_caption
from rag.index import Snapshot
from rag.question import ParsedQuestion
from rag.question.query import Query, analyse
from rag.search.candidates import candidates
from rag.search.match import graded
from rag.search.mentions import shares

MOST, LEAST = 8, 4  # sentences
SIDE = 4  # of each of two that are compared
# Share of the subject's weight that a passage must match to be about it, and of the best passage's.
ABOUT, OF_BEST = 0.7, 0.8
STORIES = 60  # of which the articles are read, the best first
LEADING = 12  # sentences of an article that are looked at around each passage found
# What a sentence's share of the subject, its nearness to the mean, its place in the article,
# and a figure of what was counted in it, count.
MATCH, CENTRAL, FIRST, FIGURE = 1.0, 1.0, 0.15, 0.15
NEWER = 0.8  # how much of a sentence's worth another one of the same aspect takes
SAME_DAY = 0.25  # cosine of two aspects that articles of one day have at least
ALIKE = 0.85  # cosine from which two sentences say the same
WORTH = 0.55  # share of the best sentence's worth that the next must have, beyond LEAST
SHORT = {"zh": 16, "en": 50}  # characters; what is shorter says little by itself
LONG = 0.7  # of what is quoted at once: longer sentences say much besides
# What leans on a sentence before it, is no statement, or belongs to the page and not to the report.
LEANS = re.compile(
    r"\s*(?:[“\"‘'「]|(?:其中|此外|另外|但|而|不过|因此|所以|同时|随后|对此|据此|他|她|它|这|那|该|上述|会上|会议|我"
    r"|然而|值得注意|活动现场|报道称|当[日天晚]|明确|根据方案|[一二三四五六七八九十\d]{1,2}[、.]|据了解|据悉|参与者|原标题|责任编辑|来源|记者)"
    r"|(?:he|she|it|they|we|i|this|that|these|those|but|and|however|meanwhile|also|its|their|his|her)\b)",
    re.I,
)
_NO_STATEMENT = re.compile(
    r"[?？；;…:：，,]\s*[”\"]?$|^[\W\d]*$|如是说。|供图|\s摄\s|[（(]摄[）)]|【.{0,12}记者|责任编辑|[（(](?:完|记者|编辑)"
    r"|^.{0,40}(?:[日月]电\s?[（(]|记者\s?\S{2,4}[:：]|报道[:：])|点击|扫码|公众号|转载|https?:"
)
_COUNTED = re.compile(
    r"\d\s?[余多]?[万亿]?\s?(?:[人名户家间座起辆亩元]|公顷|美元|people|homes|houses|cases|yuan|dollars)"
    r"|\d\s(?:million|billion|percent|dead|killed|injured)|\d%",
    re.I,
)


@dataclass(frozen=True, slots=True, eq=False)
class _Said:
    """Sentences of the articles about a subject.

    Attributes:
        sentences: the sentences (n).
        stories, days: the story and the day of each (n,); articles without a date are of different
            days.
        vectors: unit vectors (n, d).
        aspects: the same without what all have in common, which leaves what each tells of it.
        worth: (n,), higher for sentences that say more of the subject.
    """

    sentences: list[Sentence]
    stories: np.ndarray
    days: np.ndarray
    vectors: np.ndarray
    aspects: np.ndarray
    worth: np.ndarray


def summarised(
    snapshot: Snapshot,
    parsed: ParsedQuestion,
    subject: str,
    allowed: np.ndarray,
    cited: Citations,
    most: int = MOST,
) -> tuple[list[Row], str, np.ndarray]:
    """A row for each sentence of a summary, in order of date.

    Args:
        snapshot: the index.
        parsed: the message.
        subject: what is summarised; "" for all that the articles say.
        allowed: bool (n_articles,), the articles that may be drawn on.
        cited: takes the sentences.
        most: sentences, at most.

    Returns:
        The rows, a line that says what they draw on, and bool (n_articles,), the articles that do.
    """
    drawn, passages, query = _drawn_on(snapshot, subject, allowed)
    said = _said(snapshot, query, passages) if drawn.any() else None
    chosen = [(said.sentences[at], said.stories[at]) for at in _chosen(said, most)] if said else []
    chosen.sort(key=lambda each: (not each[0].article.date, each[0].article.date))
    story = snapshot.columns.story
    sizes = np.bincount(story[drawn], minlength=snapshot.n_articles)
    rows = []
    for one, told in chosen:
        number = cited.cite(one, quote_span(one, (one.end - 1, one.end)))
        more = max(int(sizes[told]) - 1, 0)
        rows.append(Row("", citations=(number,), more=more, value=one.article.date))
    lead = say.drawn(
        subject, int(drawn.sum()), len(np.unique(story[drawn])), len(rows), parsed.frame
    )
    return rows, lead, drawn


def _drawn_on(
    snapshot: Snapshot, subject: str, allowed: np.ndarray
) -> tuple[np.ndarray, np.ndarray, Query | None]:
    """The articles about a subject, their passages, the best first, and the subject as a query."""
    of_article, drawn = snapshot.passages.article_row, np.zeros(snapshot.n_articles, bool)
    if not subject:  # what happened at a time: the stories that most articles tell
        rows = np.flatnonzero(allowed)
        _, at, sizes = np.unique(
            snapshot.columns.story[rows], return_index=True, return_counts=True
        )
        told = rows[at[np.argsort(-sizes, kind="stable")[:STORIES]]]
        first = np.searchsorted(of_article, told)
        return allowed, first, None
    query = analyse(subject, snapshot.model, snapshot.embedder)
    if not query.content.any() or not allowed.any():
        return drawn, np.zeros(0, np.int64), query
    found = candidates(snapshot, query, allowed)
    share = shares(snapshot, query, found)
    about = share >= max(ABOUT, OF_BEST * share.max(initial=0))
    drawn[found.articles[about]] = True
    order = np.flatnonzero(about)[np.argsort(-found.score[about], kind="stable")]
    return drawn & allowed, found.rows[order], query


def _said(snapshot: Snapshot, query: Query | None, passages: np.ndarray) -> _Said | None:
    """The sentences of one article of each of the best stories that can stand by themselves."""
    of_article, story = snapshot.passages.article_row, snapshot.columns.story
    first: dict[int, int] = {}  # of each story the passage found best
    for passage in passages.tolist():
        first.setdefault(int(story[of_article[passage]]), passage)
    chosen = list(first.values())[:STORIES]
    articles = snapshot.articles([int(of_article[one]) for one in chosen])
    found: list[Sentence] = []
    places: list[int] = []
    for passage in chosen:
        row = int(of_article[passage])
        standing = _standing(articles[row], row, snapshot.passages[passage])
        found += standing
        places += range(len(standing))
    if not found:
        return None
    stories = np.array([int(story[one.row]) for one in found])
    vectors = snapshot.model.embed_passages([one.text for one in found])
    counts = np.bincount(stories)[stories]
    centre = _units((vectors / counts[:, None]).sum(0)[None])[0]
    near = vectors @ centre
    worth = CENTRAL * near + FIRST / (1 + np.array(places))
    worth += FIGURE * np.array([bool(_COUNTED.search(one.text)) for one in found])
    if query is not None:
        worth = worth + MATCH * _matched(snapshot, query, found)
    days = np.array([one.article.date or str(one.row) for one in found])
    return _Said(found, stories, days, vectors, _units(vectors - near[:, None] * centre), worth)


def _units(rows: np.ndarray) -> np.ndarray:
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def _standing(article: Article, row: int, passage: np.record) -> list[Sentence]:
    """Sentences of a passage, and of the article's beginning, that say something by themselves."""
    _, start, end = passage.tolist()
    shortest = SHORT["zh" if article.lang in ("zh", "ja") else "en"]
    spans = dict.fromkeys(
        [*sentences(article.text, 0, 1_000)[:3], *sentences(article.text, start, end)[:LEADING]]
    )
    return [
        Sentence(article, row, a, b, min(a, start), max(b, end))
        for a, b in spans
        if shortest <= b - a <= LONG * longest(article)
        and not LEANS.match(article.text, a, b)
        and not _NO_STATEMENT.search(article.text[a:b])
        and not is_caption(article.text, a, b)
    ]


def _matched(snapshot: Snapshot, query: Query, found: Sequence[Sentence]) -> np.ndarray:
    """float32 (n,): the share of a subject's weight that each sentence matches."""
    model = snapshot.model
    ids, ends = model.encode_ids([one.text for one in found])
    filled = np.diff(ends) > 0
    near = query.vectors @ model.token_vectors(ids)[0].T
    best = np.zeros((len(query.vectors), len(found)), np.float32)
    best[:, filled] = np.maximum.reduceat(near, ends[:-1][filled], axis=1)
    best = query.fold(best)[: len(query.weights)]
    chinese = np.array([one.article.lang == "zh" for one in found], bool)
    return query.weights @ graded(best, chinese == query.latin[: len(query.weights), None])


def _chosen(said: _Said, most: int) -> list[int]:
    """The sentences of a summary, by maximal marginal relevance."""
    chosen: list[int] = []
    open_to, left = np.ones(len(said.worth), bool), said.worth.copy()
    while len(chosen) < most and open_to.any():
        at = int(np.where(open_to, left, -np.inf).argmax())
        if len(chosen) >= min(LEAST, most) and left[at] < WORTH * said.worth[chosen[0]]:
            break
        chosen.append(at)
        aspect = np.maximum(
            said.aspects @ said.aspects[at], SAME_DAY * (said.days == said.days[at])
        )
        left = np.minimum(left, said.worth * (1 - NEWER * np.clip(aspect, 0, 1)))
        alike = said.vectors @ said.vectors[at] >= ALIKE
        open_to &= (said.stories != said.stories[at]) & ~alike
    return chosen
