"""Answers about the corpus itself, from the index's columns: how many, from when, which, the
latest.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from rag.answer import corpus_text as say
from rag.answer.begin import headline
from rag.answer.cite import Citations, verify
from rag.answer.sentence import Sentence, longest, quote_span
from rag.answer.types import Answer, Row
from rag.corpus import Article, sentences
from rag.corpus.gazetteer import province_label
from rag.errors import IndexMissing
from rag.index import Snapshot
from rag.index.catalogue import heading
from rag.index.upkeep import diff
from rag.question import ParsedQuestion, in_script
from rag.question.types import About
from rag.search.facets import by_code, by_province, published_in
from rag.search.mentions import mentions

LISTED = 20  # articles of a list, as many as a screen has lines; 还有呢 gives the next
LONGEST_HEADING = 100  # characters that stand for a title
SHOWN = 5  # articles below a count, and of "the latest"
RANKED = 10  # months and places that are told, those with the most articles


def corpus_answer(
    snapshot: Snapshot, parsed: ParsedQuestion, about: About, passing: np.ndarray
) -> Answer:
    """What is asked about the corpus, of the articles that pass; ``about`` says what."""
    kept = passing & published_in(snapshot, [one.period for one in parsed.told])
    if about.asks in ("summary", "compare"):
        return _summary(snapshot, parsed, about, kept)
    near = np.zeros_like(kept)
    if about.subject:
        found = mentions(snapshot, about.subject, kept)
        kept, near = found.named, found.near
    if about.asks == "new":
        return _new(snapshot, parsed, about, kept)
    if about.asks in ("count", "list"):
        return _listed(snapshot, parsed, about, kept, near, int(passing.sum()))
    every = kept | near
    if about.asks == "latest":
        return _latest(snapshot, parsed, about, every, int(passing.sum()))
    if about.asks == "span":
        return _span(snapshot, parsed, about, every)
    return _counted(snapshot, parsed, about, every)


def _listed(
    snapshot: Snapshot,
    parsed: ParsedQuestion,
    about: About,
    named: np.ndarray,
    near: np.ndarray,
    searched: int,
) -> Answer:
    """How many articles there are, and the newest of them, story by story."""
    every = named | near
    stories = len(np.unique(snapshot.columns.story[every]))
    lead = say.counted(int(named.sum()), int(near.sum()), stories, parsed, about)
    if about.asks == "count" and not about.subject and not parsed.told:
        return _answer(snapshot, parsed, about, [lead], [], None, searched, int(every.sum()))
    most = LISTED if about.asks == "list" else SHOWN
    rows, cited, left = _rows(snapshot, parsed, [named, near], most)
    lines = [lead, *say.listed(rows, cited.all, parsed.frame), *say.more(left, parsed.frame)]
    return _answer(snapshot, parsed, about, lines, rows, cited, searched, int(every.sum()))


def _latest(
    snapshot: Snapshot, parsed: ParsedQuestion, about: About, kept: np.ndarray, searched: int
) -> Answer:
    """The newest articles; where none passes that is said."""
    rows, cited, left = _rows(snapshot, parsed, [kept], SHOWN)
    lines = say.listed(rows, cited.all, parsed.frame)
    none = [say.counted(0, 0, 0, parsed, about)]
    lines = [*lines, *say.more(left, parsed.frame)] if lines else none
    return _answer(snapshot, parsed, about, lines, rows, cited, searched, int(kept.sum()))


def _span(snapshot: Snapshot, parsed: ParsedQuestion, about: About, kept: np.ndarray) -> Answer:
    """The dates of the oldest and the newest article, and these two."""
    order = snapshot.catalogue.by_date
    dated = kept & (snapshot.columns.date != "")
    rows_at = order[dated[order]]
    ends = [int(rows_at[-1]), int(rows_at[0])] if len(rows_at) else []
    cited = Citations(parsed.query, snapshot.model)
    rows = [_row(snapshot, one, 0, cited) for one in dict.fromkeys(ends)]
    days = [str(snapshot.columns.date[one]) for one in ends]
    lines = [say.span(days, int(dated.sum()), int(kept.sum()), parsed.frame)]
    lines += say.listed(rows, cited.all, parsed.frame)
    total = int(kept.sum())
    return _answer(snapshot, parsed, about, lines, rows, cited, total, int(dated.sum()))


def _counted(snapshot: Snapshot, parsed: ParsedQuestion, about: About, kept: np.ndarray) -> Answer:
    """Publishers, languages, months or provinces with how many articles each has."""
    asks, lang = about.asks, parsed.frame
    if asks == "places":
        found = by_province(snapshot, kept)
        counts = [
            (province_label(place.short, "en" if lang == "en" else "zh"), n, place.short)
            for place, n in found
        ]
        counts = [(in_script(name, lang), n, short) for name, n, short in counts]
    else:
        codes = {"publishers": snapshot.source_codes, "languages": snapshot.lang_codes}
        pairs = by_code(codes.get(asks, snapshot.date_codes), kept, 7 if asks == "months" else 0)
        named = say.language if asks == "languages" else lambda name, _: name
        counts = [(named(name, lang), n, "") for name, n in pairs]
    shown = counts[:RANKED] if asks in ("months", "places") else counts
    rows = [Row(name, place, value=say.articles(n, lang)) for name, n, place in shown]
    total = int(kept.sum())
    lines = [say.ranking(about, len(counts), total, shown[:1], lang), *say.tallied(rows, lang)]
    return _answer(snapshot, parsed, about, lines, rows, None, total, total)


def _new(snapshot: Snapshot, parsed: ParsedQuestion, about: About, kept: np.ndarray) -> Answer:
    """The articles that the version before this one did not have, or had otherwise."""
    try:
        found = diff(snapshot.path.parent.parent, new=snapshot.version)
    except IndexMissing:
        lines = [say.never_updated(parsed.frame)]
        return _answer(snapshot, parsed, about, lines, [], None, int(kept.sum()), 0)
    ids = (*found.difference.added, *found.difference.changed)
    fresh = np.zeros_like(kept)
    fresh[[snapshot.article_row(one) for one in ids]] = True
    rows, cited, left = _rows(snapshot, parsed, [fresh & kept], LISTED)
    lead = say.updated(found.difference.counts(), found.new, parsed.frame)
    lines = [lead, *say.listed(rows, cited.all, parsed.frame), *say.more(left, parsed.frame)]
    matched = int((fresh & kept).sum())
    return _answer(snapshot, parsed, about, lines, rows, cited, int(kept.sum()), matched)


def _summary(snapshot: Snapshot, parsed: ParsedQuestion, about: About, kept: np.ndarray) -> Answer:
    """What the articles say of a subject in a few sentences, or of two side by side."""
    from rag.answer.summary import MOST, SIDE, summarised

    cited = Citations(parsed.query, snapshot.model)
    rows: list[Row] = []
    leads, drawn = [], np.zeros_like(kept)
    compared = about.asks == "compare"
    allowed = kept if compared else kept & parsed.allowed  # no article is of both places
    for side in (about.subject, about.other) if compared else (about.subject,):
        found, lead, of = summarised(
            snapshot, parsed, side, allowed, cited, SIDE if compared else MOST
        )
        rows += [dataclasses.replace(row, label=side if compared else "") for row in found]
        leads.append(lead)
        drawn |= of
    lines = [*leads, *say.summed(rows, cited.all, parsed.frame)]
    searched, matched = int(allowed.sum()), int(drawn.sum())
    told = _answer(snapshot, parsed, about, lines, rows, cited, searched, matched)
    return told if compared else dataclasses.replace(told, constraints=parsed.constraints)


def _rows(
    snapshot: Snapshot, parsed: ParsedQuestion, groups: Sequence[np.ndarray], most: int
) -> tuple[list[Row], Citations, int]:
    """A row for each story, the newest first, group by group; and how many articles are left
    over.
    """
    order, story = snapshot.catalogue.by_date, snapshot.columns.story
    told: dict[int, list[int]] = {}
    for kept in groups:
        for row in order[kept[order]].tolist():
            told.setdefault(int(story[row]), []).append(row)
    cited = Citations(parsed.query, snapshot.model)
    shown = list(told.values())[:most]
    rows = [_row(snapshot, first, len(same), cited) for first, *same in shown]
    return rows, cited, sum(map(len, told.values())) - sum(map(len, shown))


def _row(snapshot: Snapshot, row: int, more: int, cited: Citations) -> Row:
    """An article by its title, with its first sentence as the quote."""
    article = snapshot.article(row)
    sentence = first_sentence(article, row)
    whole = sentence.end - sentence.start <= longest(article)
    keep = sentence.end - 1 if whole else sentence.start
    number = cited.cite(sentence, quote_span(sentence, (keep, keep + 1)))
    opening = headline(article.text, sentence.start, sentence.end)[:LONGEST_HEADING]
    label = heading(article.title, opening)
    return Row(label, citations=(number,), more=more, value=article.date)


def first_sentence(article: Article, row: int) -> Sentence:
    """The sentence that an article begins with."""
    start, end = next(iter(sentences(article.text, 0, 2_000)), (0, min(len(article.text), 200)))
    return Sentence(article, row, start, end, start, end)


def _answer(
    snapshot: Snapshot,
    parsed: ParsedQuestion,
    about: About,
    lines: list[str],
    rows: list[Row],
    cited: Citations | None,
    searched: int,
    matched: int,
) -> Answer:
    citations = tuple(cited.all) if cited else ()
    for citation in citations:
        verify(citation, snapshot.article_by_id(citation.article_id))
    dated = tuple(one for one in parsed.constraints if one.kind == "date")
    return Answer(
        parsed.text,
        "en" if parsed.frame == "en" else "zh",
        "corpus",
        "\n".join(lines),
        False,
        rows=tuple(rows),
        citations=citations,
        searched=searched,
        matched=matched,
        index_version=snapshot.version,
        constraints=dated,
        as_of=parsed.as_of if dated else "",
        traditional=parsed.frame == "zh-Hant",
        about=about.subject,
    )
