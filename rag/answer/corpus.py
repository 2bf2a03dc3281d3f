"""Answers about the corpus itself: how many articles, from when, which, the latest."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from rag.answer import corpus_text as say
from rag.answer.begin import headline
from rag.answer.cite import Citations, verify
from rag.answer.sentence import Sentence, longest, quote_span
from rag.answer.texts import articles, phrase
from rag.answer.types import Answer, Row
from rag.corpus import sentences
from rag.corpus.gazetteer import province_label
from rag.errors import IndexMissing
from rag.index import Snapshot
from rag.index.catalogue import heading
from rag.index.status import diff
from rag.question import ParsedQuestion, in_script
from rag.question.types import CorpusQuestion
from rag.search.facets import by_code, by_province, published_in
from rag.search.mentions import mentions

_MAX_ROWS_OF_LIST = 20  # rows of a list, as many as a screen has lines; 还有呢 gives the next
_MAX_HEADING_CHARACTERS = 100  # most characters of a text shown in place of a missing title
_MAX_ROWS_BELOW_COUNT = 5  # rows below a count, and of "the latest"
_MAX_MONTHS_OR_PLACES = 10  # months and places shown, those with the most articles


def corpus_answer(
    snapshot: Snapshot, parsed: ParsedQuestion, about: CorpusQuestion, passing: np.ndarray
) -> Answer:
    """The answer to a question about the corpus; ``about`` says what it asks.

    ``passing`` is bool (n_articles,), the articles that the filters let pass.
    """
    kept = passing & published_in(snapshot, [one.period for one in parsed.told])
    if about.asks in ("summary", "compare"):
        return _summary(snapshot, parsed, about, kept)
    near = np.zeros_like(kept)
    if about.subject:
        found = mentions(snapshot, about.subject, kept)
        kept, near = found.named, found.near
    if about.asks == "new":
        return _new(snapshot, parsed, about, kept)
    if about.asks in ("count", "list", "latest"):
        return _listed(snapshot, parsed, about, kept, near, int(passing.sum()))
    if about.asks == "span":
        return _span(snapshot, parsed, about, kept | near)
    return _counted(snapshot, parsed, about, kept | near)


def _listed(
    snapshot: Snapshot,
    parsed: ParsedQuestion,
    about: CorpusQuestion,
    named: np.ndarray,
    near: np.ndarray,
    searched: int,
) -> Answer:
    """How many articles there are, and the newest of them, story by story.

    A question for the latest gets the number only if there is no article. ``named`` and ``near``,
    bool (n_articles,), are those that mention the subject, and those about it in other words.
    """
    every = named | near
    matched = int(every.sum())
    stories = len(np.unique(snapshot.columns.story[every]))
    lead = say.counted(int(named.sum()), int(near.sum()), stories, parsed, about)
    if about.asks == "count" and not about.subject and not parsed.told:
        return _answer(snapshot, parsed, about, [lead], [], None, searched, matched)
    latest = about.asks == "latest"
    groups = [every] if latest else [named, near]
    most = _MAX_ROWS_OF_LIST if about.asks == "list" else _MAX_ROWS_BELOW_COUNT
    rows, cited, lines = _rows(snapshot, parsed, groups, most)
    lines = lines if latest and rows else [lead, *lines]
    return _answer(snapshot, parsed, about, lines, rows, cited, searched, matched)


def _span(
    snapshot: Snapshot, parsed: ParsedQuestion, about: CorpusQuestion, kept: np.ndarray
) -> Answer:
    """The dates of the oldest and the newest article, with these two as rows."""
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


def _counted(
    snapshot: Snapshot, parsed: ParsedQuestion, about: CorpusQuestion, kept: np.ndarray
) -> Answer:
    """Publishers, languages, months or provinces, each with its number of articles."""
    asks, lang = about.asks, parsed.frame
    if asks == "places":
        spoken = "en" if lang == "en" else "zh"
        counts = [
            (in_script(province_label(place.short, spoken), lang), n, place.short)
            for place, n in by_province(snapshot, kept)
        ]
    else:
        codes = {"publishers": snapshot.source_codes, "languages": snapshot.lang_codes}
        pairs = by_code(codes.get(asks, snapshot.date_codes), kept, 7 if asks == "months" else 0)
        named = say.language if asks == "languages" else lambda name, _: name
        counts = [(named(name, lang), n, "") for name, n in pairs]
    shown = counts[:_MAX_MONTHS_OR_PLACES] if asks in ("months", "places") else counts
    rows = [Row(name, place, value=articles(n, lang)) for name, n, place in shown]
    total = int(kept.sum())
    lines = [say.ranking(about, len(counts), total, shown[:1], lang)]
    lines += [f"{row.label}{phrase('colon', lang)}{row.value}" for row in rows]
    return _answer(snapshot, parsed, about, lines, rows, None, total, total)


def _new(
    snapshot: Snapshot, parsed: ParsedQuestion, about: CorpusQuestion, kept: np.ndarray
) -> Answer:
    """The articles that are new or changed since the version of the index before this one."""
    lang, searched = parsed.frame, int(kept.sum())
    try:
        found = diff(snapshot.path.parent.parent, new=snapshot.version).difference
    except IndexMissing:
        lines = [phrase("never_updated", lang)]
        return _answer(snapshot, parsed, about, lines, [], None, searched, 0)
    fresh = np.zeros_like(kept)
    fresh[[snapshot.article_row(one) for one in (*found.added, *found.changed)]] = True
    rows, cited, lines = _rows(snapshot, parsed, [fresh & kept], _MAX_ROWS_OF_LIST)
    counts = found.counts()
    lead = phrase(
        "updated",
        lang,
        articles=articles(counts.added, lang),
        changed=counts.changed,
        removed=counts.removed,
    )
    matched = int((fresh & kept).sum())
    return _answer(snapshot, parsed, about, [lead, *lines], rows, cited, searched, matched)


def _summary(
    snapshot: Snapshot, parsed: ParsedQuestion, about: CorpusQuestion, kept: np.ndarray
) -> Answer:
    """A summary of a subject in a few sentences, or of two subjects one after the other."""
    from rag.answer.summary import MAX_SENTENCES_OF_SIDE, MAX_SUMMARY_SENTENCES, summarised

    cited = Citations(parsed.query, snapshot.model)
    rows: list[Row] = []
    leads, drawn = [], np.zeros_like(kept)
    compared = about.asks == "compare"
    allowed = kept if compared else kept & parsed.allowed  # no article is of both places
    for side in (about.subject, about.other) if compared else (about.subject,):
        found, lead, of = summarised(
            snapshot,
            parsed,
            side,
            allowed,
            cited,
            MAX_SENTENCES_OF_SIDE if compared else MAX_SUMMARY_SENTENCES,
        )
        rows += [dataclasses.replace(row, label=side if compared else "") for row in found]
        leads.append(lead)
        drawn |= of
    lines = [*leads, *say.summed(rows, cited.all, parsed.frame)]
    searched, matched = int(allowed.sum()), int(drawn.sum())
    answer = _answer(snapshot, parsed, about, lines, rows, cited, searched, matched)
    return answer if compared else dataclasses.replace(answer, constraints=parsed.constraints)


def _rows(
    snapshot: Snapshot, parsed: ParsedQuestion, groups: Sequence[np.ndarray], most: int
) -> tuple[list[Row], Citations, list[str]]:
    """A row for each story, newest first, group by group; the citations; the rows as lines.

    The lines end with how many articles are left over. Each of ``groups`` is bool (n_articles,).
    """
    order, story = snapshot.catalogue.by_date, snapshot.columns.story
    rows_of_story: dict[int, list[int]] = {}
    for group in groups:
        for row in order[group[order]].tolist():
            rows_of_story.setdefault(int(story[row]), []).append(row)
    cited = Citations(parsed.query, snapshot.model)
    stories = list(rows_of_story.values())
    rows = [_row(snapshot, first, len(same), cited) for first, *same in stories[:most]]
    lines = say.listed(rows, cited.all, parsed.frame)
    return rows, cited, lines + say.more(sum(map(len, stories[most:])), parsed.frame)


def _row(snapshot: Snapshot, row: int, more: int, cited: Citations) -> Row:
    """A row for the article at ``row``: its title, and as the quote its first sentence."""
    article = snapshot.article(row)
    whole = article.text
    start, end = next(iter(sentences(whole, 0, 2_000)), (0, min(len(whole), 200)))
    sentence = Sentence(article, row, start, end, start, end)
    keep = end - 1 if end - start <= longest(article) else start
    number = cited.cite(sentence, quote_span(sentence, (keep, keep + 1)))
    label = heading(article.title, headline(whole, start, end)[:_MAX_HEADING_CHARACTERS])
    return Row(label, citations=(number,), more=more, value=article.date)


def _answer(
    snapshot: Snapshot,
    parsed: ParsedQuestion,
    about: CorpusQuestion,
    lines: list[str],
    rows: list[Row],
    cited: Citations | None,
    searched: int,
    matched: int,
) -> Answer:
    """The answer with these lines, after a check of its quotes."""
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
