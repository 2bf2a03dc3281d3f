"""Answers to questions, and what holds for every one of them."""

import json
import re

from hypothesis import given

from rag.answer import answer
from rag.answer.cite import identity
from rag.answer.types import KINDS


def check(snapshot, given):
    """What holds for every answer, whatever was asked."""
    assert given.kind in KINDS and given.lang in ("zh", "en") and given.text
    if given.kind == "talk":  # a line of the assistant's own
        assert not (
            given.refused or given.rows or given.citations or given.nearest or given.missing
        )
        return
    if given.kind == "corpus":  # counts of the index, and articles
        return
    assert given.refused == (not given.rows) == (not given.citations)
    assert not (given.refused and given.places) and (
        given.refused or not (given.nearest or given.missing)
    )
    assert (
        given.index_version == snapshot.version
        and 0 <= given.matched <= given.searched <= snapshot.n_articles
    )
    assert given.matched == len({c.article_id for c in given.citations})
    for citation in (*given.citations, *given.nearest):
        article = snapshot.article_by_id(citation.article_id)
        assert (
            citation.quote == article.text[citation.start : citation.end] and citation.quote.strip()
        )
        assert citation.id == identity(article.id, citation.start, citation.quote) and re.fullmatch(
            "[0-9a-f]{10}", citation.id
        )
        assert (citation.title, citation.date, citation.source, citation.url, citation.lang) == (
            article.title,
            article.date,
            article.source,
            article.url,
            article.lang,
        )
        assert (
            citation.passage_start
            <= citation.start
            < citation.end
            <= citation.passage_end
            <= len(article.text)
        )
        inside = [*citation.marks, *((h.start, h.end) for h in citation.highlights)]
        assert all(citation.start <= a < b <= citation.end for a, b in inside)
        assert all(h.word in (given.completed or given.question) for h in citation.highlights)
    ids = [c.id for c in given.citations]
    assert len(set(ids)) == len(ids)
    numbers = {number for row in given.rows for number in row.citations}
    assert numbers == set(range(1, len(ids) + 1)) and all(row.citations for row in given.rows)
    if not given.refused:
        assert {int(n) for n in re.findall(r"\[(\d+)\]", _without_quotes(given))} == numbers
    assert all(word and word in (given.completed or given.question) for word in given.missing)
    assert given.grade == "answered" if given.rows else given.grade in ("near", "nothing")
    if given.kind == "places":
        assert given.places == tuple(dict.fromkeys(row.place for row in given.rows if row.place))
    else:
        assert given.places == ()
    assert json.loads(json.dumps(given.to_dict(), ensure_ascii=False))["citations"] == [
        json.loads(json.dumps(c)) for c in given.to_dict()["citations"]
    ]


def _without_quotes(given):
    """The words of the answer's own: a quote may hold a [7] itself."""
    text = given.text
    for citation in given.citations:
        text = text.replace(" ".join(citation.quote.split()), "")
    return text


def ask(snapshot, question, **kwargs):
    given = answer(snapshot, question, **kwargs)
    check(snapshot, given)
    return given


def labels(given):
    return {row.label for row in given.rows}


def talk(snapshot, *questions):
    """The answers of a conversation."""
    history = []
    for question in questions:
        history.append((question, ask(snapshot, question, history=history)))
    return [given for _, given in history]
