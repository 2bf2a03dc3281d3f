"""The default answer engine: verbatim evidence and no language model.

understand the question -> candidates -> sentences as evidence -> what is asked for in them -> judge -> compose
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Generator, Iterator, Sequence

import numpy as np

from rag.answer.asking import outside_of
from rag.answer.cite import cite, cite_best, longest, quote_span, verify
from rag.answer.compose import Sheet, group_places, left_out_text, lifted_text, place_row, refusal_text, text_of
from rag.answer.constraints import Limits, find_limits
from rag.answer.dated import Calendar, of_year, timely
from rag.answer.enumerate import Gazette, PlaceFound, enumerate_places, shortlist
from rag.answer.events import Found, Searching
from rag.answer.evidence import Evidence, View, gather, views
from rag.answer.fold import Fold, differences
from rag.answer.followup import complete, told_before
from rag.answer.pick import Picked, pick
from rag.answer.question import Asked, understand
from rag.answer.refusal import Verdict, about, judge, rule_of, of_place
from rag.answer.script import HANT, is_traditional
from rag.answer.types import Answer, Citation, Row
from rag.corpus import detect_lang, sentences
from rag.corpus.language import UNKNOWN
from rag.embed import Reranker
from rag.errors import UsageError
from rag.index import Snapshot
from rag.search.candidates import Candidates, balanced, candidates
from rag.search.filters import allowed_articles
from rag.search.late import all_passages
from rag.search.query import Query, analyse, clean
from rag.search.rerank import RERANKED, rerank
from rag.search.types import Filters

PASSAGES, PASSAGES_ALL = 40, 400  # passages read for one fact, and for "which places"
QUOTES = 3  # sentences shown for a question without a value, and sources for one value or place
GAIN = 0.12  # a second sentence is quoted when it supports this share of the question that the first does not
VERB = 3.0  # what its verb weighs in that
ALSO = 0.75  # of the best supported place: evidence about places shown that may bear out all of them
NEAR = 0.85  # of the best evidence's score: what comes as near as this is shown too


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
            from it (:mod:`rag.answer.followup`).
        reranker: ranks the best passages anew, except for "which places", which is answered from all that match.
        as_of: the day that "last month" is told from; "" for the date of the newest article.
        without: constraints of the question that are lifted: kinds, or their words (:mod:`rag.answer.constraints`).

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
    question = clean(question)
    completed = complete(question, history, snapshot.source_codes[0])
    told = told_before(question, completed, history)
    query = analyse(completed or question, snapshot.model, snapshot.embedder)
    asked = understand(query.text)
    frame = _frame(question, query)
    passing = allowed_articles(snapshot, filters) & ~_told(snapshot, told)
    scored: list[Candidates] = []

    def under(*lifted: str) -> Generator[Searching | Found, None, Answer]:
        limits = find_limits(snapshot, query.text, asked, as_of, (*without, *lifted))
        return _answer_within(snapshot, query, limits, passing, reranker, frame, scored)

    given = yield from under()
    if given.refused and given.constraints:
        kinds = []
        for kind in dict.fromkeys(one.kind for one in given.constraints):
            freed = yield from under(kind)
            kinds += [] if freed.refused else [kind]
        given = dataclasses.replace(given, answered_without=tuple(kinds))
        given = dataclasses.replace(given, text=given.text + lifted_text(given, empty=bool(passing.any()) and not given.searched))
    if told:
        given = dataclasses.replace(given, left_out=len(told), text=f"{given.text}\n{left_out_text(len(told), frame)}")
    yield dataclasses.replace(given, question=question, completed=completed, ms=round((time.perf_counter() - began) * 1000, 2))


def _told(snapshot: Snapshot, articles: Sequence[str]) -> np.ndarray:
    """bool (n_articles,): some articles, and those that tell the same stories."""
    rows = []
    for name in articles:
        with contextlib.suppress(UsageError):  # of an index that was another one then
            rows.append(snapshot.article_row(name))
    return np.isin(snapshot.columns.story, snapshot.columns.story[rows])


def _frame(question: str, query: Query) -> str:
    """The language that the answer speaks: that of the question as it was asked, in its script."""
    lang = detect_lang(question)
    lang = query.lang if lang == UNKNOWN else lang  # "2023?"
    return "en" if lang != "zh" else HANT if is_traditional(question + query.text) else "zh"


def _answer_within(
    snapshot: Snapshot, query: Query, limits: Limits, passing: np.ndarray, reranker: Reranker | None, lang: str, scored: list[Candidates]
) -> Generator[Searching | Found, None, Answer]:
    """The answer from those of some articles that the question's own constraints let pass; a refusal is about all of them.

    ``scored`` keeps the candidates among all that pass: they are the same whatever the question restricts.
    """
    asked = limits.asked
    allowed = passing & limits.allowed
    yield Searching(int(allowed.sum()))
    # Where every passage is scored anyway, what the other articles say still tells the common words of the question
    # from the rare ones; a handful of articles could not.
    whole = not allowed.any() or all_passages(snapshot) is not None
    if whole and not scored:
        scored.append(candidates(snapshot, query, passing))
    found = scored[0] if whole else candidates(snapshot, query, allowed)
    langs = snapshot.lang_codes[1][found.articles]
    order = np.argsort(-balanced(found.score, langs, found.articles), kind="stable")
    most = PASSAGES_ALL if asked.kind == "places" else PASSAGES
    inside = allowed[found.articles[order]]
    order = order[(np.arange(len(order)) < most) | inside & (inside.cumsum() <= most)]
    read = found.articles[order][allowed[found.articles[order]]]
    yield Found(len(read), len(np.unique(read)))
    if reranker is not None and asked.kind != "places":
        found = _ranked_anew(snapshot, query, found, order[np.argsort(~allowed[found.articles[order]], kind="stable")][:RERANKED], reranker)
    seen = views(snapshot, query, found, order)
    evidence, weights = gather(query, seen, content_of(query, asked, seen))
    gazette, calendar = Gazette(), Calendar()
    evidence = timely(evidence, weights, asked, calendar)
    fitting = [e for e in evidence if allowed[e.view.row] and about(e, asked, gazette, calendar)]

    sheet, kind = Sheet(), asked.kind
    fold = Fold(snapshot, allowed, fitting)
    rows, verdict = _answer(snapshot, query, asked, fitting, weights, gazette, calendar, sheet, fold, lang)
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
        nearest = _nearest(snapshot, query, [e for e in evidence if allowed[e.view.row]] or evidence, weights)
        missing = tuple(query.text[a:b] for a, b in _missing(query, asked, verdict, evidence, gazette, calendar))
        text = refusal_text(missing, nearest, lang)
    else:
        text = text_of(rows, sheet.citations, kind, lang, len(articles), searched)
    places = tuple(dict.fromkeys(r.place for r in rows if r.place)) if kind == "places" else ()
    return Answer(query.text, "en" if lang == "en" else "zh", kind, text, refused, places, tuple(rows), tuple(sheet.citations), nearest, missing,
                  searched, len(articles), 0.0, snapshot.version, limits.constraints, limits.as_of, traditional=lang == HANT)


def _ranked_anew(snapshot: Snapshot, query: Query, found: Candidates, places: np.ndarray, reranker: Reranker) -> Candidates:
    """The candidates with the scores of some of them dealt out again, in the order that the reranker puts them.

    What evidence must support stays as it is, and so does how much a rank counts: the refusals were fitted to both.
    """
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


def _answer(snapshot, query, asked, fitting, weights, gazette, calendar, sheet, fold, lang) -> tuple[list[Row], Verdict | None]:
    """The rows of the answer, or none and why."""
    if not fitting:
        return [], None
    verdict = None
    if asked.kind == "places":
        # When it was is settled by now: an article need not say it again with every place.
        timeless = weights * outside(query, *((one.start, one.end) for one in asked.told))
        places = enumerate_places(fitting, asked, timeless / timeless.sum() if timeless.any() else weights, gazette)
        # "Where" may be answered by what is in no gazetteer: a place is taken only from the best evidence.
        if places and (asked.level != "any" or places[0].evidence.score >= NEAR * fitting[0].score):
            kept = shortlist(places)
            verdict = _judge_places(query, asked, weights, kept, places, rule_of(snapshot.model))
            if verdict.accepted:
                return _place_rows(snapshot, query, asked, kept, weights, gazette, sheet, fold, lang), verdict
        if asked.level != "any":
            return [], verdict
    elif asked.kind != "text":
        picked = pick(query, asked, [e for e in fitting if e.score >= NEAR * fitting[0].score], weights)
        if picked:
            same = [fitting[0]] if fitting[0].view.row == picked[0].evidence.view.row else []
            verdict = judge(query, asked, weights, picked[0].evidence, rule_of(snapshot.model), same)
            return (_value_rows(snapshot, query, picked, weights, sheet, fold) if verdict.accepted else []), verdict
    verdict = judge(query, asked, weights, fitting[0], rule_of(snapshot.model))
    named = (*asked.place_spans, *((one.start, one.end) for one in asked.told))
    of_then = all(calendar.of_time(fitting[0], one) for one in asked.told)
    if named and of_then and not (query.content & outside(query, *asked.idle, *named)).any():
        verdict = Verdict(True, ())  # "广东做了什么？" asks for whatever is about the place or time, and all of this is
    if not verdict.accepted:
        return [], verdict
    rows = []
    for evidence in _sentences(query, fitting, weights, fold):
        number = sheet.number(cite_best(query, snapshot.model, evidence, weights))
        rows.append(_folded(Row("", citations=(number,)), query, evidence, sheet, fold))
    return rows, verdict


def _folded(row: Row, query: Query, evidence: Evidence, sheet: Sheet, fold: Fold, picked: Sequence[Picked] = ()) -> Row:
    """The row with what says the same as the evidence of its first citation, as far as there is room for it; values picked are marked."""
    first = row.citations[0]
    twins, more = fold.sources(evidence, QUOTES - len(row.citations))
    marks = [[(one.start, one.end) for one in picked if one.evidence.view.row == twin.row] for twin in twins]
    also = [sheet.number(fold.cite(query, *one)) for one in zip(twins, [first] * len(twins), marks)]
    numbers = tuple(dict.fromkeys((*row.citations, *also)))
    return dataclasses.replace(row, citations=numbers, more=more, differing=differences(sheet.citations, numbers))


def _judge_places(query: Query, asked: Asked, weights: np.ndarray, kept: list[PlaceFound], places: list[PlaceFound], rule: np.ndarray) -> Verdict:
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


def _sentences(query: Query, fitting: list[Evidence], weights: np.ndarray, fold: Fold) -> list[Evidence]:
    """The best sentence, the one that adds most of what it leaves unsupported, and those that come as near; nothing said twice."""
    first = fitting[0]
    # "没收了什么", "提出什么": the verb before the word that asks is what the answer must hold.
    verb = max(query.text.find("什么"), query.text.find("什麼"))
    weights = weights * np.where([0 <= verb - end <= 1 for _, end in query.spans], VERB, 1.0)
    chosen = [first]
    gain = [float(weights @ np.maximum(e.own - first.own, 0)) if e.view.row == first.view.row else 0.0 for e in fitting]
    if max(gain) >= GAIN:
        chosen.append(fitting[int(np.argmax(gain))])
    for e in fitting[1:]:
        if len(chosen) == QUOTES or e.score < NEAR * first.score:
            break
        if e not in chosen and not any(fold.same(one, e) for one in chosen):
            chosen.append(e)
    return chosen


def _place_rows(snapshot, query: Query, asked: Asked, places: list[PlaceFound], weights, gazette: Gazette, sheet: Sheet, fold: Fold, lang: str) -> list[Row]:
    rows = []
    for group in group_places(places, asked.level).values():
        numbers = []
        group.sort(key=lambda p: (-p.support, p.evidence.view.row, p.mention.start))
        for place in _stories_first([p for p in group if p.support >= NEAR * group[0].support], fold):
            span, marks = _with_name(place, quote_span(place.evidence, (place.segment.start, place.segment.end), weights), gazette)
            number = sheet.number(cite(query, snapshot.model, place.evidence, span, marks))
            if number not in numbers:
                numbers.append(number)
            if len(numbers) == QUOTES:
                break
        rows.append(place_row(group, asked.level, lang, numbers))
    return rows


def _stories_first(places: list[PlaceFound], fold: Fold) -> list[PlaceFound]:
    """One place of each story, then the others; each part in its order."""
    told: set[int] = set()
    again = [fold.story(p.evidence.view.row) in told or told.add(fold.story(p.evidence.view.row)) for p in places]
    return [p for p, repeats in zip(places, again) if not repeats] + [p for p, repeats in zip(places, again) if repeats]


def _with_name(place: PlaceFound, span: tuple[int, int], gazette: Gazette) -> tuple[tuple[int, int], tuple[tuple[int, int], ...]]:
    """The quote, begun at the sentence that names its place if that stands close before; and the place marked in it."""
    mention, text = place.mention, place.evidence.view.article.text
    if not any(mention is named for named in gazette.mentions(place.evidence)):
        return span, ()  # named in the title, which is shown with the quote
    if mention.start < span[0]:
        begin = next((a for a, b in sentences(text, place.evidence.view.start, span[0]) if a <= mention.start < b), span[0])
        if span[1] - begin <= longest(place.evidence.view.article):
            span = begin, span[1]
    return span, ((mention.start, mention.end),)


def _value_rows(snapshot, query: Query, picked: list[Picked], weights, sheet: Sheet, fold: Fold) -> list[Row]:
    """The best value with all that say the same; values that come as near from other sentences below it."""
    groups: dict[object, list[Picked]] = {}
    for one in picked:
        if one.score < NEAR * picked[0].score:
            break
        key = (one.value.head, one.value.kind) if one.value.head is not None else one.value.iso or one.value.text.casefold()
        groups.setdefault(key, []).append(one)
    rows: list[Row] = []
    quoted: list[Evidence] = []
    for group in groups.values():
        if any(one is group[0].evidence or fold.same(one, group[0].evidence) for one in quoted):
            continue  # another figure of a sentence that is quoted already: the best one was chosen
        numbers, said = [], []
        for one in group:
            if len(said) == QUOTES or any(fold.same(other, one.evidence) for other in said):
                continue
            said.append(one.evidence)
            span = quote_span(one.evidence, (one.start, one.end), weights)
            numbers.append(sheet.number(cite(query, snapshot.model, one.evidence, span, ((one.start, one.end),))))
        quoted += said
        rows.append(_folded(Row(group[0].value.text, citations=tuple(dict.fromkeys(numbers))), query, said[0], sheet, fold, picked))
        if len(rows) == QUOTES:
            break
    return rows


def _nearest(snapshot, query: Query, evidence: list[Evidence], weights) -> tuple[Citation, ...]:
    """The best sentences of the three nearest articles, none of which tells the story of another."""
    out: dict[int, Citation] = {}
    for one in evidence:
        story = int(snapshot.columns.story[one.view.row])
        if story not in out:
            out[story] = cite_best(query, snapshot.model, one, weights)
            if len(out) == QUOTES:
                break
    return tuple(out.values())


def _missing(query: Query, asked: Asked, verdict: Verdict | None, evidence: list[Evidence], gazette: Gazette, calendar: Calendar):
    """Spans of the question that found no support: places, times and years that no evidence is about, then words."""
    near = evidence[:50]
    spans = [(one.start, one.end) for one in asked.told if not any(calendar.of_time(e, one) for e in near)]
    spans += [span for place, span in zip(asked.places, asked.place_spans) if not any(of_place(e, place, gazette) for e in near)]
    years = [year for year in asked.years if not any(of_year(e, year) for e in near)]
    spans += [(at, at + len(year)) for year in years for at in [query.text.find(year)]]
    return spans + list(verdict.missing if verdict else ())
