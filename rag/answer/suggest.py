"""Three questions to go on with, each asked beforehand: they are known to be answered.

They are made from the article that the answer rests on: a clause of it with its figure, date or
place taken out and words that ask in its place, the words that ask when, where and why of what was
asked before, and what the index has about what it names and of its month.
"""

from __future__ import annotations

import calendar
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.answer.begin import begins_at
from rag.answer.engine import answer as answered
from rag.answer.summary import LEANS
from rag.answer.talk import LONGEST_TITLE
from rag.answer.types import Answer, Citation
from rag.corpus import Article, clauses, sentences
from rag.corpus.captions import is_caption
from rag.corpus.places import find_places
from rag.index import Snapshot
from rag.question.names import names_of
from rag.question.query import analyse, clean
from rag.question.script import HANT, in_script
from rag.reader.value import Value
from rag.reader.values import find_dates, find_numbers
from rag.search.mentions import holding
from rag.search.types import Filters

MOST = 3  # suggestions
TRIED = 12  # questions that are asked to find them, at some .15 s each
TOPIC = {"zh": (4, 12), "en": (8, 40)}  # characters of words that a question is about
TOPICS, FEW = 4, 1_000  # of them that are looked up; articles, at most, that one is told of in
NEAR = 600  # characters of the article on either side of the quote that questions are made from
CLAUSE = {"zh": (9, 36), "en": (24, 110)}  # characters of a clause that makes a question
# A clause begins so, or ends so, that needs another one beside what a sentence may lean on.
_LEANS = re.compile(
    r"[该其此并还也则且又均都将已把被使让为与和及或从以据给对向在于有仅不约]|目前|截[至止]|包括|分别"
    r"|[增升降涨跌减]至|达到?|导致|造成|实现|组建|应对|剩下|累计|预计|运送|查获|设定|较|通过|传达"
)
# Figures that are one of several, a range, in brackets, an age or a distance of something named,
# or of a name: "十一届四次会议", "最近一期", "六大产业", "5月15日".
_AMONG = re.compile(r"[-—~～至到、及和首前近最这那每第各*×（(]\s?$")
_GOES_ON = re.compile(r"\s?(?:[、/（(*×-]|[及和与至]\D{0,3}\d|[处内外大]|的?[^\W，]?[０-９])")
_NAMED = re.compile(r"[届期号代级线路版轮强大岁月日]|年[^\W前来]|.次[全会]")
_FEW = re.compile(r"[近约超至少逾]{0,2}[一二两几]")
_BRACKETS = re.compile(r"[（(][^）)]*$")
_ENDS = re.compile(r"(?:[中时后前下里的间]|以来|期间|之际)$")
# What something was done on a day begins with; a date before anything else only describes it.
_HAPPENED = re.compile(
    r"(?:正式|首次|再次|在[^，]{2,12}|于[^，]{2,12})?(?:出生|成立|开|举[行办]|召|发[布生射]|通[过车]|投|启|建|竣|完"
    r"|签|上[市映线]|去世|逝|入|获|当选|宣布|起|首|抵|访|到|结束|落|揭|动工|宣判|废除|生效|实施|施行|印发|出台|推出|辞|死)"
)
# Who said what; why something happened: what is said, or the reason, is asked for.
_SAID = re.compile(
    r"(?P<who>[^，。；：、“”（）\d]{2,20}?)(?:\d{1,2}日)?"
    r"(?P<verb>表示|[说称]|介绍|透露|指出|强调|宣布|呼吁|警告)(?:说|道)?[，：]\s?“?(?P<said>[^，。]{8})"
)
# By whom something is done, what was published, where something is.
_BY = re.compile(
    r"(?P<what>[^，。；：“”]{4,24}?)，?(?:是|均|共同)?由(?P<who>[^，。；：]{2,24}?)"
    r"(?P<done>(?:联合|共同)?(?:主办|承办|承建|出品|执导|发起|设计|开发|运营|制作|研制|投资|建设|主演))(?=[，。；的])"
)
_ISSUED = re.compile(
    r"(?P<who>[^，。；：“”（）\d]{2,20}?)(?:近日|日前|今日|今天|昨日|\d{1,2}日|联合|正式|制定|共同)*"
    r"(?P<verb>发布|印发|出台|公布|签署|推出|下发)了?(?P<what>《[^》]{3,40}》)"
)
_LIES = re.compile(
    r"(?P<what>[^，。；：“”（）\d]{3,20}?)(?:坐落于|位于|地处)(?P<where>[^，。；]{2,20})"
)
_NOBODY = re.compile(
    r"[【他她它其该此这那我你们]|^(?:[据有一关经还并也就对在从另但而则]|可以|文章|[^\W]{0,4}报道|消息|数据)|记者|报道|消息|引述"
    r"|(?:[都还也曾又并再将则]|分析|表示|补充)$"
)
_NO_TOPIC = re.compile("[这此该其的是了]|[一总]共|确保|进行|声称|^第.{1,3}[届次期]$")
_SPOKE = re.compile("表示|[说称]|介绍|透露")
_WHY = re.compile(
    r"(?:^|，)(?:由于|因为?|受)(?P<cause>[^，。；“”]{4,30}?)(?:影响|的原因)?，(?P<what>[^，。；：“”]{7,30})[，。；]"
)
_BARE = re.compile("[全总主]|投资|造价|占地|设计|预计|面积|票价|工期|容量|产量")
_MEASURE = re.compile(r"[^\W\d][^\d]*$")
_PLACED = re.compile(r"[在于]$")
_SUBJECT = r"(?P<subject>(?:The |An? )?[A-Z][\w'’-]*(?: (?!that|which|who)[\w'’-]+){0,6}?)"
_DONE = re.compile(
    rf"{_SUBJECT} (?P<aux>was|were|will be|is|are|has been|have been) "
    r"(?P<rest>\w+(?:ed|wn|lt|ld|en|de|un|id)\b.*?),? (?:on|in) $"
)
_DID = re.compile(
    rf"{_SUBJECT}(?P<place>(?:,? in [A-Z][\w ,]*?)?),? "
    r"(?P<rest>(?:opened|closed|began|started|ended|died|arrived|left|took|happened)\b[^,]*?)"
    r",? (?:on|in) $"
)
_IS = re.compile(rf"{_SUBJECT} (?P<aux>is|was) ")
_SIZE = re.compile(r" (?P<size>long|tall|high|deep|wide|old)\b")
_TOLD = re.compile(
    r"(?P<who>(?:The |An? )?[A-Z][\w.'’-]+(?: [\w.'’-]+){0,5}?) (?:also )?"
    r"(?:said|says|announced|warned|told reporters)(?: that|,)? [“\"]?(?P<said>\w.{20})"
)
_CAUSE = re.compile(
    r"因|由于|为了|为[^，]{2,30}，|原因|导致|之所以|because|due to|owing|caused|reason|in order|so that|after",
    re.I,
)
_WHO = re.compile(
    r"(?P<who>[A-Z][\w'’-]+ [A-Z][\w'’-]+) "
    r"(?P<rest>(?:won|built|led|founded|designed|scored|became|wrote)\b[^,;]{6,60}?)"
    r"(?: in [^.]*| and [^.]*)?\.$"
)
_COUNTED = re.compile(
    r"(?P<noun>(?: [a-z][\w-]*){1,3}?) "
    r"(?P<rest>(?:were|was|have|had|are|is|will|took|died|attended)\b[^,;]*)"
)
_WORDS = {"zh": ("什么时候？", "在哪里？", "为什么？"), "en": ("When?", "Where?", "Why?")}
# By the kind of what was asked: what needs not be asked again, or has no reason ("how long": why).
_ASKED = {"date": (0,), "places": (1,), "number": (2,), "corpus": (0, 1, 2)}
_LATEST = {"zh": "关于{}的最新消息是什么？", "en": "What is the latest about {}?"}
_REPORTS = {"zh": "有哪些关于{}的报道？", "en": "Which reports are there about {}?"}
_MONTH = {"zh": "{0}年{1}月有哪些新闻？", "en": "What happened in {2} {0}?"}
_TITLED = {"zh": "“{}”说了什么？", "en": "What is said about “{}”?"}
_ONE = {"zh": "那{}呢？", "en": "What about {}?"}
_MORE = {"zh": "详细说说", "en": "Tell me more"}


@dataclass(frozen=True, slots=True)
class _Idea:
    """A question, and what its answer must quote one of; () for anything of the same story."""

    question: str
    expects: tuple[str, ...] = ()
    about: bool = False  # the index answers it, whatever story is quoted
    of: str = ""  # the id of the article that it asks for


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
        question, answer: the last turn; of a refusal the nearest quote is gone on from.
        history: the turns before it, oldest first.
        filters, as_of: as the answer was asked for.

    Returns:
        Questions to be asked with the turn as the last of the history; () after talk.
    """
    quotes = [one for one in (*answer.citations, *answer.nearest) if not one.same_as]
    if answer.kind == "talk" or not quotes:
        return ()
    turns = [*history, (question, answer)]
    said = {clean(asked) for asked, _ in turns} | {answer.completed}
    found: list[str] = []
    for idea in itertools.islice(_ideas(snapshot, answer, quotes[0]), TRIED):
        asks = in_script(idea.question, HANT) if answer.traditional else idea.question
        if asks in said or asks in found:
            continue
        given = answered(snapshot, asks, filters, turns, as_of=as_of)
        if _bears_out(snapshot, idea, given, quotes[0]):
            found.append(asks)
        if len(found) == MOST:
            break
    return tuple(found)


def _bears_out(snapshot: Snapshot, idea: _Idea, given: Answer, quote: Citation) -> bool:
    """Whether an answer is that to an idea: the value that was taken out, or the same story."""
    if given.refused or not given.citations:
        return False
    first = given.citations[0]
    if idea.of:
        return first.article_id == idea.of
    if idea.about:
        return given.matched > 1
    if idea.expects:
        return any(one in first.quote for one in idea.expects)
    story = snapshot.columns.story
    rows = (snapshot.article_row(one.article_id) for one in (first, quote))
    new = [one for one in given.citations if one.end <= quote.start or quote.end <= one.start]
    if len({int(story[row]) for row in rows}) > 1 or not new:
        return False
    if idea.question in (*_MORE.values(), in_script(_MORE["zh"], HANT)):
        return len(new) > 1
    told = given.rows[0].label or given.rows[0].place or _CAUSE.search(first.quote)
    return first in new and bool(told)


def _ideas(snapshot: Snapshot, answer: Answer, quote: Citation) -> Iterator[_Idea]:
    """Questions that may follow, the most telling first, of each kind one after another."""
    lang = "en" if answer.lang == "en" else "zh"
    article = snapshot.article_by_id(quote.article_id)
    kinds = ("number", "why", "said", "date", "places", "person")
    made: dict[str, list[_Idea]] = {kind: [] for kind in kinds}
    if quote.lang == lang:
        make = _chinese if lang == "zh" else _english
        low, high = max(0, quote.start - NEAR), min(len(article.text), quote.end + NEAR)
        spans = sorted(
            sentences(article.text, low, high), key=lambda span: abs(span[0] - quote.start)
        )
        for start, end in spans:
            begin = begins_at(article.text, start, end, end - 1)
            if (start > low or not low) and not is_caption(article.text, begin, end):
                for kind, idea in make(article.text[begin:end]):
                    if not any(idea.expects[0] in one.quote for one in answer.citations):
                        made[kind].append(idea)
    order = sorted(made, key=lambda kind: kind == answer.kind)  # first of another kind than before
    turns = itertools.zip_longest(*(made[kind][:2] for kind in order))
    yield from filter(None, itertools.chain.from_iterable(turns))
    if answer.refused:
        return
    for name in answer.places[:2] if len(answer.rows) > 1 else ():
        place = find_places(name)[0].place
        said = place.en if lang == "en" else place.short
        yield _Idea(_ONE[lang].format(said), tuple(filter(None, (place.short, place.en))))
    yield _Idea(_MORE[lang])
    places = [one.place for one in find_places(quote.quote) if not one.part_of_name]
    places = list(dict.fromkeys(one for one in places if one.name != "中国"))  # most are about it
    asked = answer.completed or answer.question
    named = {one.place for one in find_places(asked)}
    places.sort(key=lambda one: one not in named)
    names = [one.en if lang == "en" else one.short or one.name for one in places]
    yield from (_Idea(_LATEST[lang].format(name), about=True) for name in names[:1])
    left = [n for n in range(len(_WORDS[lang])) if n not in _ASKED.get(answer.kind, ())]
    yield from (_Idea(_WORDS[lang][n]) for n in left)
    yield from _of_the_index(snapshot, answer, quote, article, lang)
    yield from (_Idea(_LATEST[lang].format(name), about=True) for name in names[1:3])


def _of_the_index(
    snapshot: Snapshot, answer: Answer, quote: Citation, article: Article, lang: str
) -> Iterator[_Idea]:
    """What the index has about names that were asked of or are quoted, of the month of the article,
    and of what else was cited.
    """
    asked = answer.completed or answer.question
    names = [asked[start:end].strip('《》“”"') for start, end in names_of(asked)]
    names += itertools.islice(_topics(snapshot, asked, quote.quote, lang), 2)
    for name in dict.fromkeys(names) if answer.kind != "corpus" else ():
        if not name.isdigit() and not _NO_TOPIC.search(name):
            yield _Idea(_REPORTS[lang].format(name), about=True)
    if len(month := article.date[:7]) == 7:
        year, number = month.split("-")
        words = _MONTH[lang].format(year, int(number), calendar.month_name[int(number)])
        yield _Idea(words, about=True)
    others = dict.fromkeys(one.article_id for one in answer.citations[1:])
    for one in (*(snapshot.article_by_id(id) for id in others if id != article.id), article):
        fits = 0 < len(one.title) <= LONGEST_TITLE[lang] and not re.search('[“”"]', one.title)
        if fits and one.lang == lang:
            yield _Idea(_TITLED[lang].format(one.title), of=one.id)


def _topics(snapshot: Snapshot, asked: str, quote: str, lang: str) -> Iterator[str]:
    """Words of a question that stand side by side in the quote and in some other articles, too,
    those that say most of what is sought first.
    """
    query = analyse(asked, snapshot.model)
    least, most = TOPIC[lang]
    found: dict[str, float] = {}
    for first, last in itertools.combinations(range(len(query.spans) + 1), 2):
        words = query.text[query.spans[first][0] : query.spans[last - 1][1]]
        if len(words) > most or not query.content[first:last].all():
            continue
        told = words in quote and not _NO_TOPIC.search(words)
        if len(words) >= least and told and words.replace(" ", "").isalpha():
            found[words] = float(query.weights[first:last].sum())
    best = sorted(found, key=found.__getitem__, reverse=True)
    apart = [one for one in best if not any(one in other for other in best[: best.index(one)])]
    for words in apart[:TOPICS]:
        if 1 < int(holding(snapshot, words).sum()) <= FEW:
            yield words


def _chinese(sentence: str) -> Iterator[tuple[str, _Idea]]:
    """Clauses of a sentence as questions, words that ask where the figure, date or place stands."""
    least, most = CLAUSE["zh"]
    yield from _who_and_why(sentence)
    named = next((one.start for one in find_dates(sentence)), 0)
    subject = sentence[:named] if 2 <= named <= 12 and sentence[:named].isalnum() else ""
    subject = "" if _BARE.search(subject) else subject
    for start, end in clauses(sentence):
        clause = sentence[start:end].rstrip("，。；：！？、 ")
        if start and len(clause) < least + 3 and _BARE.match(clause):
            clause = f"{subject}{clause}"  # "全长2780米"
        if not least <= len(clause) <= most or _ENDS.search(clause):
            continue
        if LEANS.match(clause) or _LEANS.match(clause) or re.search("[“”？?]", clause):
            continue
        dates = find_dates(clause)
        yield from (("number", idea) for idea in _figures(clause, dates))
        yield from (("date", idea) for idea in _days(clause, dates))
        groups = [one for one in find_places(clause) if not one.part_of_name]
        if groups and groups[0].start > 3 and _PLACED.search(clause[: groups[0].start]):
            ends = groups[-1].end if len(groups) < 3 else groups[0].end
            rest = clause[ends:]
            if re.match("举[行办]|召开|开[幕赛]|启动|成立|落[成户]|揭[牌幕]|发生", rest):
                asks = f"{clause[: groups[0].start]}哪里{rest}？"
                yield "places", _Idea(asks, (clause[groups[0].start : ends],))


def _who_and_why(sentence: str) -> Iterator[tuple[str, _Idea]]:
    """Who said, issued or did something, where it is and why, of how a sentence begins."""
    if (found := _SAID.match(sentence)) and not _NOBODY.search(found["who"]):
        verb = "说了" if _SPOKE.match(found["verb"]) else found["verb"]
        yield "said", _Idea(f"{found['who']}{verb}什么？", (found["said"],))
    found = _WHY.search(sentence)
    if (
        found
        and not _LEANS.match(found["what"])
        and not re.search("[他她它其该此这]", found["what"])
    ):
        yield "why", _Idea(f"为什么{found['what']}？", (found["cause"],))
    if (found := _ISSUED.match(sentence)) and not _NOBODY.search(found["who"]):
        yield "person", _Idea(f"{found['who']}{found['verb']}了什么？", (found["what"],))
    if (found := _BY.match(sentence)) and not _NOBODY.search(found["what"]):
        yield "person", _Idea(f"{found['what']}由谁{found['done']}？", (found["who"],))
    if (found := _LIES.match(sentence)) and not _NOBODY.search(found["what"]):
        yield "places", _Idea(f"{found['what']}位于哪里？", (found["where"],))


def _figures(clause: str, dates: Sequence[Value]) -> Iterator[_Idea]:
    """A clause that asks for its one figure; of several it would not be clear for which."""
    numbers = [
        value
        for value in find_numbers(clause)
        if not any(one.start < value.end and value.start < one.end for one in dates)
    ]
    for value in numbers if len(numbers) == 1 else ():
        before, behind = clause[: value.start], clause[value.end :]
        named = _NAMED.match(clause, value.end - len(value.unit)) or _FEW.match(value.text)
        among = _AMONG.search(before) or _BRACKETS.search(before) or _GOES_ON.match(behind)
        short = len(clause) < CLAUSE["zh"][0] + len(value.text) - 3  # "2个气囊"
        alone = not (value.ordinal or named or among or short or not before and value.unit == "%")
        if alone and value.head is not None and _MEASURE.search(value.unit):
            yield _Idea(f"{before}多少{value.unit}{behind}？", (value.text,))


def _days(clause: str, dates: Sequence[Value]) -> Iterator[_Idea]:
    """A clause that asks for the day of what was done."""
    for value in dates:
        before, behind = clause[: value.start], clause[value.end :]
        said = re.match("报道|消息|电|讯|[晚早的首该]|年[^\\W，]", behind)
        alone = not (said or _BRACKETS.search(before))
        if alone and (_PLACED.search(before) or _HAPPENED.match(behind)):
            if value.iso and len(before) > 1 and len(behind) > 1:
                yield _Idea(f"{before}什么时候{behind}？", (value.text,))


def _english(sentence: str) -> Iterator[tuple[str, _Idea]]:
    """Of what a sentence says "When was it opened?", "How many people were hurt in the fire?"."""
    least, most = CLAUSE["en"]
    if not least <= len(sentence) <= most:
        return
    if found := _TOLD.match(sentence):
        yield "said", _Idea(f"What did {_inside(found['who'])} say?", (found["said"],))
    for value in find_dates(sentence):
        said = sentence[: value.start]
        if value.iso and (found := _DONE.match(said)):
            first, _, other = found["aux"].partition(" ")
            words = ("When", first, _inside(found["subject"]), other, found["rest"])
            yield "date", _Idea(f"{' '.join(filter(None, words))}?", (value.text,))
        elif value.iso and (found := _DID.match(said)):
            asks = f"When was it that {_inside(found['subject'])} {found['rest']}?"
            yield "date", _Idea(asks, (value.text,))
    for value in find_numbers(sentence):
        noun = re.sub(r"^.*?\d[\d,.]*(?: (?:million|billion|thousand))?", "", value.text)
        if value.head is None or value.ordinal:
            continue
        of, how = _IS.fullmatch(sentence[: value.start]), _SIZE.match(sentence, value.end)
        if of and how:
            asks = f"How {how['size']} {of['aux']} {_inside(of['subject'])}?"
            yield "number", _Idea(asks, (value.text,))
        elif value.start < 12 and (found := _COUNTED.match(noun + sentence[value.end :])):
            rest = found["rest"].rstrip(". ")
            yield "number", _Idea(f"How many{found['noun']} {rest}?", (value.text,))
    if found := _WHO.match(sentence):
        yield "person", _Idea(f"Who {found['rest'].rstrip('. ')}?", (found["who"],))


def _inside(subject: str) -> str:
    """A subject within a sentence."""
    return re.sub(r"^(?:The|An?|It|He|She|They)\b", lambda word: word[0].lower(), subject)
