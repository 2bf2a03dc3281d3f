"""Suggests three questions to go on with, each asked beforehand: they are known to be answered.

They come from three sources: the article that the answer rests on (what someone said in it, why
something happened, the figure or the day of a clause); the words that ask when and where about what
was asked before; and what the index has about the names in the answer and about its month.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.answer.begin import begins_at
from rag.answer.engine import answer as answered
from rag.answer.summary import DEPENDENT_OPENING
from rag.answer.talk import MAX_TITLE_LENGTH
from rag.answer.texts import phrase
from rag.answer.types import Answer, Citation
from rag.answer.when import shown_day
from rag.corpus import Article, clauses, sentences
from rag.corpus.captions import is_caption
from rag.corpus.places import find_places
from rag.index import Snapshot
from rag.question.names import names_of
from rag.question.query import analyse, clean
from rag.question.script import HANT, in_script
from rag.reader.values import find_dates, find_numbers
from rag.search.mentions import holding
from rag.search.types import Filters

_MAX_SUGGESTIONS = 3  # suggestions
_MAX_QUESTIONS_TRIED = 12  # most questions that are tried to find them, at some .15 s each
# Characters on either side of the quote from which questions are made.
_CHARACTERS_AROUND_QUOTE = 600
_TOPIC_LENGTHS = range(4, 13)  # lengths, in characters, of Chinese words that can be a topic
# Lengths, in characters, of a Chinese clause that can be a question.
_CLAUSE_LENGTHS = range(12, 37)
# Beginnings of Chinese and English sentences that state who said what, or why something happened.
_STATEMENT = {
    "zh": re.compile(
        r"(?P<name>[^，。；：、“”（）\d]{2,20}?)(?:\d{1,2}日)?"
        r"(?:表示|[说称]|介绍|透露|指出|强调)(?:说|道)?[，：]\s?“?(?P<said>[^，。]{8})"
    ),
    "en": re.compile(
        r"(?P<name>(?:The |An? )?[A-Z][\w.'’-]+(?: [\w.'’-]+){0,5}?) (?:also )?"
        r"(?:said|says|announced|warned|told reporters)(?: that|,)? [“\"]?(?P<said>\w.{20})"
    ),
}
_WHY = re.compile(
    r"(?:由于|因为?|受)(?P<cause>[^，。；“”]{4,30}?)，(?P<what>[^，。；“”]{7,30})[，。；]"
)
# A clause that begins with _NO_SUBJECT, or leans on a sentence before it, makes no question. Nor
# does one with _UNCLEAR: pronouns and sources, of whom nobody knows who they are.
_NO_SUBJECT = re.compile(
    r"[【×将被使让为与和从以据给对向在于有仅如]|目前|当时|截[至止]|包括|相关|数据"
)
_UNCLEAR = re.compile(r"[他她它其该此这那我你们]|记者|报道|消息|引述|分析|补充")
_NOT_COUNTED = re.compile(r"[届期号代级线路版轮强岁月日年次]")
_GOES_ON = re.compile(
    r"[-—~～至到、及和首前近最这那每第各（(]\s?多少|多少[^\W\d]{1,3}\s?[、/（(*×-]"
)


@dataclass(frozen=True, slots=True)
class _Idea:
    """A candidate question, and what its answer must have for it to be suggested.

    Attributes:
        question: what is asked.
        expects: words that the answer's first quote must contain.
        about: True if the answer must have evidence from more than one article.
        of: id of the article that the answer must quote anew. Without any of these three, the
            answer must give another value from the same story.
    """

    question: str
    expects: str = ""
    about: bool = False
    of: str = ""


def suggestions(
    snapshot: Snapshot,
    question: str,
    answer: Answer,
    history: Sequence[tuple[str, Answer]] = (),
    filters: Filters = Filters(),
    as_of: str = "",
) -> tuple[str, ...]:
    """At most three questions that follow an answer, in the asker's language, and are answered.

    Args:
        snapshot: the index that gave the answer.
        question, answer: the last turn; after a refusal, questions start from the nearest quote.
        history: the turns before it, oldest first.
        filters, as_of: those with which the answer was asked for.

    Returns:
        Questions to be asked with the turn as the last of the history; () after talk.
    """
    quotes = [one for one in (*answer.citations, *answer.nearest) if not one.same_as]
    if answer.kind == "talk" or not quotes:
        return ()
    turns = [*history, (question, answer)]
    asked_before = {clean(asked) for asked, _ in turns} | {answer.completed}
    found: list[str] = []
    for idea in itertools.islice(_ideas(snapshot, answer, quotes[0]), _MAX_QUESTIONS_TRIED):
        asks = in_script(idea.question, HANT) if answer.traditional else idea.question
        if asks in asked_before or asks in found:
            continue
        given = answered(snapshot, asks, filters, turns, as_of=as_of)
        if _bears_out(snapshot, idea, given, quotes[0]):
            found.append(asks)
        if len(found) == _MAX_SUGGESTIONS:
            break
    return tuple(found)


def _bears_out(snapshot: Snapshot, idea: _Idea, given: Answer, quote: Citation) -> bool:
    """Whether an answer is the one that an idea calls for; ``quote`` is that of the last turn."""
    if given.refused or not given.citations:
        return False
    first = given.citations[0]
    new = [one for one in given.citations if one.end <= quote.start or quote.end <= one.start]
    if idea.about:
        return given.matched > 1
    if idea.of:
        return first.article_id == idea.of and bool(new)
    if idea.expects:
        return idea.expects in first.quote
    first_row, row = (snapshot.article_row(one.article_id) for one in (first, quote))
    named = given.rows[0].label or given.rows[0].place
    same_story = snapshot.columns.story[first_row] == snapshot.columns.story[row]
    return bool(named) and first in new and same_story


def _ideas(snapshot: Snapshot, answer: Answer, quote: Citation) -> Iterator[_Idea]:
    """Yields questions that may follow, the most telling first."""
    lang = "en" if answer.lang == "en" else "zh"
    article = snapshot.article_by_id(quote.article_id)
    if quote.lang == lang:
        yield from _of_article(article, answer, quote, lang)
    if answer.refused:
        return
    yield _Idea(phrase("ask_more", lang), of=article.id)
    asked = answer.completed or answer.question
    places = (one.place for one in find_places(f"{asked}\n{quote.quote}") if not one.part_of_name)
    named = [one for one in dict.fromkeys(places) if one.name != "中国"]  # most are about it
    names = [one.en if lang == "en" else one.short or one.name for one in named]
    names = list(dict.fromkeys(filter(None, (answer.about, *names))))
    latest = [_Idea(phrase("ask_latest", lang, name=name), about=True) for name in names[:3]]
    yield from latest[:1]
    if answer.kind != "corpus":
        yield from (
            _Idea(phrase(f"ask_{kind}", lang)) for kind in ("date", "places") if kind != answer.kind
        )
        topics = [asked[start:end].strip('《》“”"') for start, end in names_of(asked)]
        topics += [_topic(snapshot, asked, quote.quote)] if lang == "zh" else []
        for name in dict.fromkeys(topics):
            if name and not name.isdigit():
                yield _Idea(phrase("ask_reports", lang, name=name), about=True)
    if len(month := article.date[:7]) == 7:
        yield _Idea(phrase("ask_month", lang, name=shown_day(month, lang)), about=True)
    for other in dict.fromkeys(one.article_id for one in (*answer.citations[1:], quote)):
        one = snapshot.article_by_id(other)
        fits = 0 < len(one.title) <= MAX_TITLE_LENGTH[lang] and not re.search('[“”"]', one.title)
        if fits and one.lang == lang:
            yield _Idea(phrase("ask_title", lang, name=one.title), of=other)
    yield from latest[1:]


def _topic(snapshot: Snapshot, asked: str, quote: str) -> str:
    """The Chinese words of a question that carry the most weight, to ask for other reports on them.

    They stand side by side in the question, in the quote and in more than one article; "" for none.
    """
    query = analyse(asked, snapshot.model)
    found: dict[str, float] = {}
    for first, last in itertools.combinations(range(len(query.spans) + 1), 2):
        words = query.text[query.spans[first][0] : query.spans[last - 1][1]]
        is_candidate = words in quote and query.content[first:last].all()
        if is_candidate and len(words) in _TOPIC_LENGTHS and words.isalpha():
            found[words] = float(query.weights[first:last].sum())
    best = sorted(found, key=found.__getitem__, reverse=True)[:4]
    return next((words for words in best if holding(snapshot, words).sum() > 1), "")


def _of_article(article: Article, answer: Answer, quote: Citation, lang: str) -> Iterator[_Idea]:
    """Yields questions made from the sentences around a quote, one of each kind.

    The nearest sentence makes the question of a kind. The kind that was just asked comes last.
    """
    low, high = (
        max(0, quote.start - _CHARACTERS_AROUND_QUOTE),
        min(len(article.text), quote.end + _CHARACTERS_AROUND_QUOTE),
    )
    spans = sentences(article.text, low, high)
    made: dict[str, _Idea] = {}
    for start, end in sorted(spans, key=lambda span: abs(span[0] - quote.start)):
        begin = begins_at(article.text, start, end, end - 1)
        if start == low > 0 or is_caption(article.text, begin, end):
            continue
        for kind, idea in _of_sentence(article.text[begin:end], lang):
            if not any(idea.expects in one.quote for one in answer.citations):
                made.setdefault(kind, idea)
    for kind in sorted(made, key=lambda kind: kind == answer.kind):
        yield made[kind]


def _of_sentence(sentence: str, lang: str) -> Iterator[tuple[str, _Idea]]:
    """Yields questions that a sentence answers, each with its kind."""
    if (statement := _STATEMENT[lang].match(sentence)) and not _UNCLEAR.search(statement["name"]):
        name = re.sub(r"^(?:The|An?)\b", lambda word: word[0].lower(), statement["name"])
        yield "said", _Idea(phrase("ask_said", lang, name=name), statement["said"])
    if lang == "en":
        return
    if (why := _WHY.match(sentence)) and not _begins_badly(why["what"]):
        yield "why", _Idea(f"为什么{why['what']}？", why["cause"])
    start, end = clauses(sentence)[0]
    clause = sentence[start:end].rstrip("，。；：！、 ")
    if len(clause) in _CLAUSE_LENGTHS and not _begins_badly(clause):
        yield from _of_clause(clause)


def _begins_badly(clause: str) -> bool:
    """Whether a clause cannot be understood by itself."""
    return bool(
        DEPENDENT_OPENING.match(clause) or _NO_SUBJECT.match(clause) or _UNCLEAR.search(clause)
    )


def _of_clause(clause: str) -> Iterator[tuple[str, _Idea]]:
    """Yields a Chinese clause as a question: words that ask replace its one figure or day."""
    dates, numbers = find_dates(clause), find_numbers(clause)
    if len(numbers) == 1 and not dates:
        value = numbers[0]
        asks = f"{clause[: value.start]}多少{value.unit}{clause[value.end :]}？"
        counted = value.head is not None and value.unit and not value.ordinal
        named = _NOT_COUNTED.search(value.unit) or _GOES_ON.search(asks)
        if value.start > 3 and counted and not named:
            yield "number", _Idea(asks, value.text)
    for value in dates if len(dates) == 1 else ():
        before, behind = clause[: value.start], clause[value.end :]
        if value.iso and before.endswith(("在", "于")) and len(behind) > 1:
            yield "date", _Idea(f"{before}什么时候{behind}？", value.text)
