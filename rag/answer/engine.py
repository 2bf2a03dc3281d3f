"""The default answer engine: verbatim evidence and no language model.

understand the question -> candidates -> sentences as evidence -> what is asked for in them -> judge -> compose
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from rag.question.asking import outside_of
from rag.answer.cite import cite_best, verify
from rag.answer.compose import Sheet, left_out_text, lifted_text, refusal_text, text_of
from rag.answer.dated import Calendar, of_year, timely
from rag.answer.enumerate import Gazette, PlaceFound, enumerate_places, shortlist
from rag.answer.events import Found, Searching
from rag.answer.evidence import Evidence, View, gather, views
from rag.answer.fold import Fold
from rag.answer.items import FEWEST, enumerate_items, item_rows
from rag.answer.pick import pick
from rag.answer.reader import likeliest
from rag.answer.refusal import SETTLED, Rule, Verdict, about, judge, of_place, rule_of, supports
from rag.answer.rows import LEAST, QUOTES, folded, place_rows, sentences_of, value_rows
from rag.answer.types import Answer, Citation, Row
from rag.embed import Reranker
from rag.errors import UsageError
from rag.index import Snapshot
from rag.question.parsing import lifted, parse
from rag.question.query import Query
from rag.question.script import HANT
from rag.question.types import Asked, ParsedQuestion
from rag.search.candidates import Candidates, balanced, candidates
from rag.search.filters import allowed_articles
from rag.search.late import all_passages
from rag.search.rerank import RERANKED, rerank
from rag.search.types import Filters

PASSAGES, PASSAGES_ALL = 40, 400  # passages read for one fact, and for "which places"
ALSO = 0.75  # of the best supported place: evidence about places shown that may bear out all of them
WHERE = 0.5  # of the likeliest sentence's chance: where something is, is taken from no other sentences
UNLIKELY, UNLIKELY_NAME = 0.25, 0.8  # the same for figures and dates, and for names


def answer(
    snapshot: Snapshot, question: str, filters: Filters = Filters(), history: Sequence[tuple[str, Answer]] = (), reranker: Reranker | None = None,
    as_of: str = "", without: Sequence[str] = (),
) -> Answer:
    """The answer to a question, from the evidence in an index.

    Args:
        snapshot: an open index.
        question: Chinese or English, at most 2,000 characters.
        filters: restrict the articles.
        history: earlier turns, oldest first, as (question, answer): a question that leans on the last one is completed
            from it (:mod:`rag.question.followup`).
        reranker: ranks the best passages anew, except for "which places", which is answered from all that match.
        as_of: the day that "last month" is told from; "" for the date of the newest article.
        without: constraints of the question that are lifted: kinds, or their words (:mod:`rag.question.constraints`).

    Raises:
        UsageError: the question is empty or too long, or ``without`` names no constraint.
        ModelError: the reranker fails.
    """
    *_, last = stages(snapshot, question, filters, history, reranker, as_of, without)
    return last


def stages(
    snapshot: Snapshot, question: str, filters: Filters = Filters(), history: Sequence[tuple[str, Answer]] = (), reranker: Reranker | None = None,
    as_of: str = "", without: Sequence[str] = (),
) -> Iterator[Searching | Found | Answer]:
    """As :func:`answer`, told stage by stage, the answer last; closing the iterator ends the work after the stage it is in."""
    began = time.perf_counter()
    parsed = parse(snapshot, question, history, as_of, without)
    passing = allowed_articles(snapshot, filters) & ~_told(snapshot, parsed.seen)
    work = _Work()

    def under(*freed: str, reranker: Reranker | None = None) -> Generator[Searching | Found, None, Answer]:
        now = lifted(snapshot, parsed, as_of, (*without, *freed)) if freed else parsed
        return _answer_within(snapshot, now, passing, reranker, work)

    given = yield from under()
    if reranker is not None and parsed.kind != "places" and not given.refused:
        ranked = yield from under(reranker=reranker)
        given = given if ranked.refused else ranked
    if given.refused and given.constraints:
        kinds = []
        for kind in dict.fromkeys(one.kind for one in given.constraints):
            freed = yield from under(kind)
            kinds += [] if freed.refused else [kind]
        given = dataclasses.replace(given, answered_without=tuple(kinds))
        given = dataclasses.replace(given, text=given.text + lifted_text(given, empty=bool(passing.any()) and not given.searched))
    if count := len(parsed.seen):
        given = dataclasses.replace(given, left_out=count, text=f"{given.text}\n{left_out_text(count, parsed.frame)}")
    yield dataclasses.replace(given, question=parsed.asked, completed=parsed.completed, ms=round((time.perf_counter() - began) * 1000, 2))


@dataclass(slots=True, eq=False)
class _Work:
    """What stays the same whichever of a question's restrictions is lifted; a refusal tries them one by one.

    Attributes:
        scored: the candidates among all articles, where every passage is scored.
        read: those of them that were read, by their position.
        gazette, calendar: the places and dates of the articles that were read.
    """

    scored: Candidates | None = None
    read: dict[int, View] = field(default_factory=dict)
    gazette: Gazette = field(default_factory=Gazette)
    calendar: Calendar = field(default_factory=Calendar)

    def candidates(self, snapshot: Snapshot, query: Query, passing: np.ndarray) -> Candidates:
        """As the function of this name, once."""
        if self.scored is None:
            self.scored = candidates(snapshot, query, passing)
        return self.scored

    def views(self, snapshot: Snapshot, query: Query, order: np.ndarray) -> list[View]:
        """As the function of this name, of what was not read yet."""
        new = np.array([place for place in order.tolist() if place not in self.read], np.int64)
        self.read.update(zip(new.tolist(), views(snapshot, query, self.scored, new)))
        return [self.read[place] for place in order.tolist()]


def _told(snapshot: Snapshot, articles: Sequence[str]) -> np.ndarray:
    """bool (n_articles,): some articles, and those that tell the same stories."""
    rows = []
    for name in articles:
        with contextlib.suppress(UsageError):  # of an index that was another one then
            rows.append(snapshot.article_row(name))
    return np.isin(snapshot.columns.story, snapshot.columns.story[rows])


def _answer_within(
    snapshot: Snapshot, asked: ParsedQuestion, passing: np.ndarray, reranker: Reranker | None, work: _Work
) -> Generator[Searching | Found, None, Answer]:
    """The answer from those of some articles that the question's own constraints let pass; a refusal is about all of them.

    A reranker is asked only which evidence answers: that some does has been settled without it, as refusals are fitted.
    """
    query, lang = asked.query, asked.frame
    allowed = passing & asked.allowed
    yield Searching(int(allowed.sum()))
    # Where every passage is scored anyway, what the other articles say still tells the common words of the question
    # from the rare ones; a handful of articles could not.
    whole = not allowed.any() or all_passages(snapshot) is not None
    found = work.candidates(snapshot, query, passing) if whole else candidates(snapshot, query, allowed)
    langs = snapshot.lang_codes[1][found.articles]
    order = np.argsort(-balanced(found.score, langs, found.articles), kind="stable")
    most = PASSAGES_ALL if asked.kind == "places" or _several(asked) else PASSAGES
    inside = allowed[found.articles[order]]
    order = order[(np.arange(len(order)) < most) | inside & (inside.cumsum() <= most)]
    read = found.articles[order][allowed[found.articles[order]]]
    yield Found(len(read), len(np.unique(read)))
    if reranker is not None:
        found = _ranked_anew(snapshot, query, found, order[np.argsort(~allowed[found.articles[order]], kind="stable")][:RERANKED], reranker)
    seen = work.views(snapshot, query, order) if found is work.scored else views(snapshot, query, found, order)
    evidence, weights = gather(query, seen, content_of(query, asked, seen))
    gazette, calendar = work.gazette, work.calendar
    rule = rule_of(snapshot.model) if reranker is None else SETTLED
    evidence = timely(evidence, weights, asked, calendar)
    fitting = [e for e in evidence if allowed[e.view.row] and about(e, asked, gazette, calendar)]
    sheet, kind = Sheet(), asked.kind
    rows, verdict = _items(snapshot, query, asked, fitting, weights, sheet, rule) if _several(asked) else ([], None)
    listed = bool(rows)
    if not listed:
        if not _every(asked):
            fitting = likeliest(query, asked, fitting, weights, snapshot.model)
        rows, verdict = _answer(snapshot, query, asked, fitting, weights, gazette, calendar, sheet, Fold(snapshot, allowed, fitting), lang, rule)
    if kind == "places" and rows and not rows[0].place:
        kind = "text"
    refused = not rows
    articles = {c.article_id for c in sheet.citations}
    for citation in sheet.citations:
        verify(citation, snapshot.article_by_id(citation.article_id))
    nearest: tuple[Citation, ...] = ()
    missing: tuple[str, ...] = ()
    searched = int(allowed.sum())
    if refused:
        close = _nearest(snapshot, [e for e in evidence if allowed[e.view.row]] or evidence)
        nearest = tuple(cite_best(query, snapshot.model, one, weights) for one in close)
        missing = tuple(query.text[a:b] for a, b in _missing(query, asked, verdict, evidence, close, gazette, calendar))
        text = refusal_text(missing, nearest, lang)
    else:
        text = text_of(rows, sheet.citations, kind, lang, len(articles), searched, listed)
    places = tuple(dict.fromkeys(r.place for r in rows if r.place)) if kind == "places" else ()
    return Answer(query.text, "en" if lang == "en" else "zh", kind, text, refused, places, tuple(rows), tuple(sheet.citations), nearest, missing,
                  searched, len(articles), 0.0, snapshot.version, asked.constraints, asked.as_of, traditional=lang == HANT)


def _several(asked: Asked) -> bool:
    """Whether all bodies, persons or documents are sought ("which companies", "哪些文件"), not the one ("which company")."""
    return asked.several and asked.kind in ("organisation", "person", "document")


def _every(asked: Asked) -> bool:
    """Whether all places are sought ("which provinces", "哪些地方"), not the one where something is ("where", "哪里")."""
    return asked.kind == "places" and not asked.where


def _ranked_anew(snapshot: Snapshot, query: Query, found: Candidates, places: np.ndarray, reranker: Reranker) -> Candidates:
    """The candidates with the scores of some of them dealt out again, in the order that the reranker puts them."""
    score = found.score.copy()
    score[list(rerank(snapshot, query, found, places, reranker))] = np.sort(found.score[places])[::-1]
    return dataclasses.replace(found, score=score)


def content_of(query: Query, asked: Asked, seen: Sequence[View]) -> np.ndarray:
    """bool (n,): the tokens that evidence must support.

    Places are checked on their own, and so is a year that no candidate writes out (an article may be of that
    year by its date alone).
    """
    years = [query.text.find(year) for year in asked.years if not any(year in v.article.text[v.start : v.end] for v in seen)]
    for mask in (query.content & outside(query, *asked.idle, *asked.place_spans, *((at, at + 4) for at in years)),
                 query.content & outside(query, *asked.idle), query.content):
        if mask.any():
            return mask
    return query.weights > 0


def outside(query: Query, *spans: tuple[int, int]) -> np.ndarray:
    """bool (n,): the tokens of the question that touch none of the spans."""
    return np.array([outside_of(span, spans) for span in query.spans], bool)


def _answer(snapshot, query, asked, fitting, weights, gazette, calendar, sheet, fold, lang, rule) -> tuple[list[Row], Verdict | None]:
    """The rows of the answer, or none and why."""
    if not fitting:
        return [], None
    verdict = None
    if asked.kind == "places":
        # When it was is settled by now: an article need not say it again with every place.
        timeless = weights * outside(query, *((one.start, one.end) for one in asked.told))
        # "Where" may be answered by what is in no gazetteer: places are taken only from the likeliest sentences.
        heard = fitting if _every(asked) else [e for e in fitting if e.chance >= WHERE * fitting[0].chance]
        places = enumerate_places(heard, asked, timeless / timeless.sum() if timeless.any() else weights, gazette)
        if places and (_every(asked) or _likely(places, heard)):
            kept = shortlist(places)
            verdict = _judge_places(query, asked, weights, kept, places, rule)
            if verdict.accepted:
                codes = {p.mention.place.code for p in kept}
                told = [p for p in places if p.mention.place.code in codes and p.support >= LEAST * places[0].support]
                return place_rows(snapshot, query, asked, told, weights, gazette, sheet, fold, lang), verdict
        if _every(asked) and (asked.level != "any" or places):
            return [], verdict or judge(query, asked, weights, fitting[0], rule)
    elif asked.kind != "text":
        least = UNLIKELY if asked.kind in ("number", "date") else UNLIKELY_NAME
        picked = pick(query, asked, [e for e in fitting if e.chance >= least * fitting[0].chance], weights)
        if picked:
            same = [fitting[0]] if fitting[0].view.row == picked[0].evidence.view.row else []
            verdict = judge(query, asked, weights, picked[0].evidence, rule, same)
            return (value_rows(snapshot, query, picked, weights, sheet, fold) if verdict.accepted else []), verdict
    verdict = judge(query, asked, weights, fitting[0], rule)
    named = (*asked.place_spans, *((one.start, one.end) for one in asked.told))
    of_then = all(calendar.of_time(fitting[0], one) for one in asked.told)
    if named and of_then and not (query.content & outside(query, *asked.idle, *named)).any():
        verdict = Verdict(True, ())  # "广东做了什么？" asks for whatever is about the place or time, and all of this is
    if not verdict.accepted:
        return [], verdict
    rows = []
    for evidence in sentences_of(query, fitting, weights, fold):
        number = sheet.number(cite_best(query, snapshot.model, evidence, weights))
        rows.append(folded(Row("", citations=(number,)), query, evidence, sheet, fold))
    return rows, verdict


def _likely(places: list[PlaceFound], heard: list[Evidence]) -> bool:
    """Whether places are quoted from the likeliest sentence; else it tells a place that no gazetteer has, a street or a sea."""
    kept = {p.mention.place.code for p in shortlist(places)}
    return any(p.evidence is heard[0] and p.mention.place.code in kept for p in places)


def _items(snapshot, query, asked, fitting, weights, sheet, rule) -> tuple[list[Row], Verdict | None]:
    """A row for each body, person or document, where several that will do are found; else none."""
    items = enumerate_items(fitting, asked, weights)
    if len({item.value.text for item in items}) < FEWEST:
        return [], None
    same = [item.evidence for item in items if item.evidence.view.row == items[0].evidence.view.row]
    verdict = judge(query, asked, weights, items[0].evidence, rule, same)
    return (item_rows(snapshot, query, items, weights, sheet) if verdict.accepted else []), verdict


def _judge_places(query: Query, asked: Asked, weights: np.ndarray, kept: list[PlaceFound], places: list[PlaceFound], rule: Rule) -> Verdict:
    """The verdict on the first passage about the places kept that will do, of those that come near the best.

    A place, or places in one list, are judged by all that their article says of them: news spreads a story over sentences.
    """
    codes = {p.mention.place.code for p in kept}
    leading = {id(p.segment): p for p in reversed(places) if p.support >= ALSO * places[0].support and p.mention.place.code in codes}
    verdicts = []
    for first in list(leading.values())[::-1][:QUOTES]:
        listed = {p.mention.place.code for p in places if p.segment is first.segment}
        same = [p.evidence for p in places if p.mention.place.code in listed and p.evidence.view.row == first.evidence.view.row]
        verdicts.append(judge(query, asked, weights, first.evidence, rule, same))
        if verdicts[-1].accepted:
            return verdicts[-1]
    return verdicts[0]


def _nearest(snapshot: Snapshot, evidence: list[Evidence]) -> list[Evidence]:
    """The best sentences of the three nearest articles, none of which tells the story of another."""
    out: dict[int, Evidence] = {}
    for one in evidence:
        out.setdefault(int(snapshot.columns.story[one.view.row]), one)
        if len(out) == QUOTES:
            break
    return list(out.values())


def _missing(
    query: Query, asked: Asked, verdict: Verdict | None, evidence: list[Evidence], close: list[Evidence], gazette: Gazette, calendar: Calendar
) -> list[tuple[int, int]]:
    """Spans of the question that found no support: places, times and years that no evidence is about, then words.

    What stands in the sentences that are shown as the nearest is not said to be missing, unless it is all that is.
    """
    near = evidence[:50]
    spans = [(one.start, one.end) for one in asked.told if not any(calendar.of_time(e, one) for e in near)]
    spans += [span for place, span in zip(asked.places, asked.place_spans) if not any(of_place(e, place, gazette) for e in near)]
    years = [year for year in asked.years if not any(of_year(e, year) for e in near)]
    spans += [(at, at + len(year)) for year in years for at in [query.text.find(year)]]
    words = list(verdict.missing) if verdict else []
    return spans + ([span for span in words if not any(supports(one, span) for one in close)] or words)
