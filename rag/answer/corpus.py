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
from rag.answer.texts import articles, phrase
from rag.answer.types import Answer, Row
from rag.corpus import sentences
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
    if about.asks in ("count", "list", "latest"):
        return _listed(snapshot, parsed, about, kept, near, int(passing.sum()))
    if about.asks == "span":
        return _span(snapshot, parsed, about, kept | near)
    return _counted(snapshot, parsed, about, kept | near)


def _listed(
    snapshot: Snapshot,
    parsed: ParsedQuestion,
    about: About,
    named: np.ndarray,
    near: np.ndarray,
    searched: int,
) -> Answer:
    """How many articles there are, and the newest of them, story by story; of the latest how many
    is told only where there is none.
    """
    every = named | near
    matched = int(every.sum())
    stories = len(np.unique(snapshot.columns.story[every]))
    lead = say.counted(int(named.sum()), int(near.sum()), stories, parsed, about)
    if about.asks == "count" and not about.subject and not parsed.told:
        return _answer(snapshot, parsed, about, [lead], [], None, searched, matched)
    latest = about.asks == "latest"
    groups = [every] if latest else [named, near]
    most = LISTED if about.asks == "list" else SHOWN
    rows, cited, lines = _rows(snapshot, parsed, groups, most)
    lines = lines if latest and rows else [lead, *lines]
    return _answer(snapshot, parsed, about, lines, rows, cited, searched, matched)


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
    shown = counts[:RANKED] if asks in ("months", "places") else counts
    rows = [Row(name, place, value=articles(n, lang)) for name, n, place in shown]
    total = int(kept.sum())
    lines = [say.ranking(about, len(counts), total, shown[:1], lang)]
    lines += [f"{row.label}{phrase('colon', lang)}{row.value}" for row in rows]
    return _answer(snapshot, parsed, about, lines, rows, None, total, total)


def _new(snapshot: Snapshot, parsed: ParsedQuestion, about: About, kept: np.ndarray) -> Answer:
    """The articles that the version before this one did not have, or had otherwise."""
    lang, searched = parsed.frame, int(kept.sum())
    try:
        found = diff(snapshot.path.parent.parent, new=snapshot.version).difference
    except IndexMissing:
        lines = [phrase("never_updated", lang)]
        return _answer(snapshot, parsed, about, lines, [], None, searched, 0)
    fresh = np.zeros_like(kept)
    fresh[[snapshot.article_row(one) for one in (*found.added, *found.changed)]] = True
    rows, cited, lines = _rows(snapshot, parsed, [fresh & kept], LISTED)
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
) -> tuple[list[Row], Citations, list[str]]:
    """A row for each story, the newest first, group by group; their citations; and them as lines,
    with how many articles are left over.
    """
    order, story = snapshot.catalogue.by_date, snapshot.columns.story
    told: dict[int, list[int]] = {}
    for kept in groups:
        for row in order[kept[order]].tolist():
            told.setdefault(int(story[row]), []).append(row)
    cited = Citations(parsed.query, snapshot.model)
    stories = list(told.values())
    rows = [_row(snapshot, first, len(same), cited) for first, *same in stories[:most]]
    lines = say.listed(rows, cited.all, parsed.frame)
    return rows, cited, lines + say.more(sum(map(len, stories[most:])), parsed.frame)


def _row(snapshot: Snapshot, row: int, more: int, cited: Citations) -> Row:
    """An article by its title, with its first sentence as the quote."""
    article = snapshot.article(row)
    whole = article.text
    start, end = next(iter(sentences(whole, 0, 2_000)), (0, min(len(whole), 200)))
    sentence = Sentence(article, row, start, end, start, end)
    keep = end - 1 if end - start <= longest(article) else start
    number = cited.cite(sentence, quote_span(sentence, (keep, keep + 1)))
    label = heading(article.title, headline(whole, start, end)[:LONGEST_HEADING])
    return Row(label, citations=(number,), more=more, value=article.date)


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
