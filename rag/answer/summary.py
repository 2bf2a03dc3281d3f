"""Summaries without a language model: the sentences that say most, verbatim, in order of date.

Extractive summarisation by centroid (Radev et al., "Centroid-based summarization of multiple
documents", 2004) with maximal marginal relevance (Carbonell & Goldstein, "The use of MMR", 1998). A
sentence is worth more the more it matches the subject and the nearer it is to the mean of all
sentences, in which each story counts once; it is worth less if the summary already says the same.
Each story gives at most one sentence.
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

# Sentences of a summary: most, and least if there are so many.
MAX_SUMMARY_SENTENCES, _MIN_SUMMARY_SENTENCES = 8, 4
MAX_SENTENCES_OF_SIDE = 4  # sentences, at most, of each of two subjects that are compared
# Share of the subject's weight that a passage must match to be about it, and share of the best
# passage's match that it must reach.
_MIN_SUBJECT_SHARE, _MIN_SHARE_OF_BEST_MATCH = 0.7, 0.8
_MAX_STORIES_READ = 60  # stories, the best first, of which an article is read
_MAX_SENTENCES_OF_PASSAGE = 12  # most sentences of each passage found that are looked at
# Weights in a sentence's worth: of its share of the subject, its nearness to the mean, its place in
# the article, and of its stating how many of something were counted.
_SUBJECT_WEIGHT, _CENTRALITY_WEIGHT, _POSITION_WEIGHT, _FIGURE_WEIGHT = 1.0, 1.0, 0.15, 0.15
# Share of a sentence's worth that is lost to a chosen one of the same aspect.
_REDUNDANCY_PENALTY = 0.8
# Least cosine of the aspects of two sentences from articles of one day.
_MIN_COSINE_OF_SAME_DAY = 0.25
_MIN_COSINE_OF_DUPLICATES = 0.85  # cosine from which two sentences say the same
# Share of the first sentence's worth that each beyond _MIN_SUMMARY_SENTENCES must have.
_MIN_SHARE_OF_FIRST_WORTH = 0.55
# Characters below which a sentence says little by itself.
_MIN_SENTENCE_CHARACTERS = {"zh": 16, "en": 50}
# Share of the longest quote that a sentence may have: longer ones digress.
_MAX_SHARE_OF_QUOTE_LENGTH = 0.7
# DEPENDENT_OPENING: sentences that need the one before them. _NO_STATEMENT: those that state
# nothing, or belong to the page and not to the report.
DEPENDENT_OPENING = re.compile(
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
class _RankedSentences:
    """Sentences of the articles about a subject, with what they are ranked by.

    Attributes:
        sentences: the n sentences.
        stories, days: the story and the day of each (n,); articles without a date count as of
            different days.
        vectors: unit vectors (n, d) of the sentences.
        aspects: unit vectors (n, d) without what all sentences have in common: what each says of
            its own.
        worth: float (n,), higher for sentences that say more of the subject.
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
    most: int = MAX_SUMMARY_SENTENCES,
) -> tuple[list[Row], str, np.ndarray]:
    """The rows of a summary, one for each sentence, in order of date.

    Args:
        snapshot: the index.
        parsed: the message.
        subject: what is summarised; "" for all that the articles say.
        allowed: bool (n_articles,), the articles that may be drawn on.
        cited: takes the citations of the sentences.
        most: sentences, at most.

    Returns:
        The rows, a line that says what they draw on, and bool (n_articles,), the articles drawn on.
    """
    drawn, passages, query = _drawn_on(snapshot, subject, allowed)
    ranked = _ranked_sentences(snapshot, query, passages) if drawn.any() else None
    chosen = (
        [(ranked.sentences[at], ranked.stories[at]) for at in _chosen(ranked, most)]
        if ranked
        else []
    )
    chosen.sort(key=lambda each: (not each[0].article.date, each[0].article.date))
    story = snapshot.columns.story
    sizes = np.bincount(story[drawn], minlength=snapshot.n_articles)
    rows = []
    for one, story_id in chosen:
        number = cited.cite(one, quote_span(one, (one.end - 1, one.end)))
        more = max(int(sizes[story_id]) - 1, 0)
        rows.append(Row("", citations=(number,), more=more, value=one.article.date))
    lead = say.drawn(
        subject, int(drawn.sum()), len(np.unique(story[drawn])), len(rows), parsed.frame
    )
    return rows, lead, drawn


def _drawn_on(
    snapshot: Snapshot, subject: str, allowed: np.ndarray
) -> tuple[np.ndarray, np.ndarray, Query | None]:
    """The articles to summarise, bool (n_articles,); passage numbers, best first; and the query.

    The query is the subject. Without a subject it is None, all allowed articles are drawn on, and
    the passages are the first ones of the stories that most articles tell.
    """
    of_article, drawn = snapshot.passages.article_row, np.zeros(snapshot.n_articles, bool)
    if not subject:  # what happened at a time: what most articles tell
        rows = np.flatnonzero(allowed)
        _, at, sizes = np.unique(
            snapshot.columns.story[rows], return_index=True, return_counts=True
        )
        largest = rows[at[np.argsort(-sizes, kind="stable")[:_MAX_STORIES_READ]]]
        first = np.searchsorted(of_article, largest)
        return allowed, first, None
    query = analyse(subject, snapshot.model, snapshot.embedder)
    if not query.content.any() or not allowed.any():
        return drawn, np.zeros(0, np.int64), query
    found = candidates(snapshot, query, allowed)
    share = shares(snapshot, query, found)
    about = share >= max(_MIN_SUBJECT_SHARE, _MIN_SHARE_OF_BEST_MATCH * share.max(initial=0))
    drawn[found.articles[about]] = True
    order = np.flatnonzero(about)[np.argsort(-found.score[about], kind="stable")]
    return drawn & allowed, found.rows[order], query


def _ranked_sentences(
    snapshot: Snapshot, query: Query | None, passages: np.ndarray
) -> _RankedSentences | None:
    """The sentences that can stand by themselves, of one article of each of the best stories."""
    of_article, story = snapshot.passages.article_row, snapshot.columns.story
    first: dict[int, int] = {}  # the best passage of each story
    for passage in passages.tolist():
        first.setdefault(int(story[of_article[passage]]), passage)
    chosen = list(first.values())[:_MAX_STORIES_READ]
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
    worth = _CENTRALITY_WEIGHT * near + _POSITION_WEIGHT / (1 + np.array(places))
    worth += _FIGURE_WEIGHT * np.array([bool(_COUNTED.search(one.text)) for one in found])
    if query is not None:
        worth = worth + _SUBJECT_WEIGHT * _matched(snapshot, query, found)
    days = np.array([one.article.date or str(one.row) for one in found])
    return _RankedSentences(
        found, stories, days, vectors, _units(vectors - near[:, None] * centre), worth
    )


def _units(rows: np.ndarray) -> np.ndarray:
    """The rows scaled to length 1."""
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def _standing(article: Article, row: int, passage: np.record) -> list[Sentence]:
    """Sentences of a passage, and of its article's beginning, that can stand by themselves."""
    _, start, end = passage.tolist()
    shortest = _MIN_SENTENCE_CHARACTERS["zh" if article.lang in ("zh", "ja") else "en"]
    spans = dict.fromkeys(
        [
            *sentences(article.text, 0, 1_000)[:3],
            *sentences(article.text, start, end)[:_MAX_SENTENCES_OF_PASSAGE],
        ]
    )
    return [
        Sentence(article, row, a, b, min(a, start), max(b, end))
        for a, b in spans
        if shortest <= b - a <= _MAX_SHARE_OF_QUOTE_LENGTH * longest(article)
        and not DEPENDENT_OPENING.match(article.text, a, b)
        and not _NO_STATEMENT.search(article.text[a:b])
        and not is_caption(article.text, a, b)
    ]


def _matched(snapshot: Snapshot, query: Query, found: Sequence[Sentence]) -> np.ndarray:
    """float32 (n,): the share of the subject's weight that each sentence matches, 0 to 1."""
    model = snapshot.model
    ids, ends = model.encode_ids([one.text for one in found])
    filled = np.diff(ends) > 0
    near = query.vectors @ model.token_vectors(ids)[0].T
    best = np.zeros((len(query.vectors), len(found)), np.float32)
    best[:, filled] = np.maximum.reduceat(near, ends[:-1][filled], axis=1)
    best = query.fold(best)[: len(query.weights)]
    chinese = np.array([one.article.lang == "zh" for one in found], bool)
    return query.weights @ graded(best, chinese == query.latin[: len(query.weights), None])


def _chosen(ranked: _RankedSentences, most: int) -> list[int]:
    """Indices of the sentences of a summary, chosen by maximal marginal relevance."""
    chosen: list[int] = []
    open_to, left = np.ones(len(ranked.worth), bool), ranked.worth.copy()
    while len(chosen) < most and open_to.any():
        at = int(np.where(open_to, left, -np.inf).argmax())
        if (
            len(chosen) >= min(_MIN_SUMMARY_SENTENCES, most)
            and left[at] < _MIN_SHARE_OF_FIRST_WORTH * ranked.worth[chosen[0]]
        ):
            break
        chosen.append(at)
        aspect = np.maximum(
            ranked.aspects @ ranked.aspects[at],
            _MIN_COSINE_OF_SAME_DAY * (ranked.days == ranked.days[at]),
        )
        left = np.minimum(left, ranked.worth * (1 - _REDUNDANCY_PENALTY * np.clip(aspect, 0, 1)))
        alike = ranked.vectors @ ranked.vectors[at] >= _MIN_COSINE_OF_DUPLICATES
        open_to &= (ranked.stories != ranked.stories[at]) & ~alike
    return chosen
