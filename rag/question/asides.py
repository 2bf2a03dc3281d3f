"""Short questions that only make sense after an answer: "还有呢？", "新华社的呢？", "第二个呢？",
"and the number?".

Each is a whole sentence of its own kind, matched from beginning to end; nothing longer is taken
for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rag.corpus.places import find_places
from rag.question.asking import asking
from rag.question.periods import find_periods
from rag.question.publishers import find_publisher, known_publisher
from rag.question.script import simplified
from rag.question.types import Earlier, Turns
from rag.question.whole import ANY_DAY, language, taken_apart
from rag.question.words import in_other

_END = r"[呢吗啊呀嘛吧]*[？?！!。.…\s]*"
_MORE = re.compile(
    r"(?:(?:那么?|就)?(?:还有|除此之外|除了这些|此外)[，"
    r",]?(?:呢|吗|(?:别的|其[他它](?:的)?|更多的?)(?:报道|新闻|文章|消息)?|(?:哪些|哪几个|什么|谁)(?:别的"
    r"|其[他它]的?)?)?|(?:那么?)?其[他它]的?|(?:有)?更多的?|继续|接着说|[都全部]*列(?:出来|一下|举)"
    rf")的?{_END}"
    r"|(?:and |are there |is there |any |some |the |what |which |show me )*"
    r"(?:list (?:them|all|both)|other (?:ones|reports|articles|stories|news)|others|more"
    r"|anything else|what else|else|any more|and more)(?: (?:please|ones|of them|results|examples))?[?.!\s]*",
    re.I,
)
_DETAILS = re.compile(
    rf"[请那再多给我能更]*[说讲谈介绍]*得?更?(?:详细|具体)[地的]?[说讲谈介绍情况内容细节]*(?:一?[点些下])?{_END}"
    rf"|[请再多给我]*[说讲谈介绍]+(?:一?[点些下]|具体的|细节|详情)+{_END}"
    r"|(?:please |can you |could you )*(?:tell me|say|give me) (?:some |a (?:bit|little) )?more"
    r"(?: about (?:it|this|that|them))?(?: please)?[?.!\s]*"
    r"|(?:some |any |the |more |further )*details?(?: please)?[?.!\s]*|elaborate[?.!\s]*",
    re.I,
)
_ORDER_ZH = {
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
}
_ORDER_EN = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth".split(), 1
    )
}
_NTH = re.compile(
    rf"(?:那么?|关于)?(?:第(?P<zh>[一二三四五六七八九十]|\d{{1,2}})|(?P<last>最后一?))[个項项条家名位座款]?的?(?:怎么?样|如何|是什么情况"
    rf"|是(?:什么|哪个|哪家|谁)|[详细具体再]*[说讲介绍]+[详细具体一下点]*)?{_END}"
    rf"|(?:and |but |so )?(?:(?:what|how) about "
    rf"|tell me (?:more )?about )?(?:the )?(?:(?P<en>{'|'.join(_ORDER_EN)})|(?P<end>last))(?: one"
    r"| of them)?[?.!\s]*",
    re.I,
)
_ORDERED = (  # "who came first": "and second?"
    rf"第[一二三四五六七八九十\d]|\b(?:{'|'.join(_ORDER_EN)})\b"
)
# What is asked for by its name, as the words that ask for it.
_NAMED = (
    (r"(?:具体)?(?:时间|日期|日子)", r"(?:exact )?(?:date|time|day)", "什么时候？", "when?"),
    (r"(?:具体)?(?:地点|地方|位置)", r"(?:exact )?(?:place|location|venue)", "在哪里？", "where?"),
    (r"原因|理由|缘由", r"reasons?|cause", "为什么？", "why?"),
    (r"人数|多少人", r"number of people", "有多少人？", "how many people?"),
    (
        r"数量|数目|数字|具体数字",
        r"(?:exact )?(?:number|figure|amount|count)s?",
        "有多少？",
        "how many?",
    ),
)
_SAYS_ZH = re.compile(
    rf"(?:那么?)?(?P<name>[^，。？?！!\s]{{2,16}}?|[A-Z][\w.&-]*(?:"
    rf" [\w.&-]+){{1,4}})(?:的(?:报道)?呢|呢"
    rf"|(?:是)?(?:怎么|如何)(?:说|报道)的?){_END}"
)
_SAYS_EN = re.compile(
    r"(?i:and |but )?(?i:(?:what|how) about|what (?:does|did)|and"
    r"|as for) (?i:the )?(?P<name>[A-Z][\w.'& -]{1,40}?)(?i: say| report"
    r"| write)?(?i: about (?:it|this|that))?[?.!\s]*"
)
# "No, I meant the other one": it takes the place of what was asked about.
_MEANT = re.compile(
    r"(?:不对?|不是[^，。]{0,8}|错了|哦|抱歉)?[，,。！!\s]*我?(?:想?问|说|指|要问)的是(?P<zh>[^，。？?！!]{2,16})[。！!]?"
    r"|(?:no|sorry|oops|wrong)?[,.!\s]*(?:no, )?(?:I (?:meant|mean|was asking about"
    r"|asked about)|not that,)"
    r" (?P<en>[^,.?!]{2,40})[.!]?",
    re.I,
)
# "除了海南呢？", "Apart from Hainan?": the others of a list.
_BUT = re.compile(
    rf"(?:那么?)?除了?(?P<zh>(?!此|这些)[^，。？?！!]{{1,16}}?)(?:之外|以外|外)?[，,]?(?:还有[^，。]{{0,6}}?"
    rf"|其[他它]的?)?{_END}"
    r"|(?:and |but |so |what about |who |what |anyone |any |others? )*"
    r"(?:apart from|besides|except(?: for)?|other than|excluding"
    r"|not counting) (?P<en>[^,.?!]{2,40})[?.!\s]*",
    re.I,
)
_FEAST = re.compile(rf"(?:那么?)?(?P<feast>[\u4e00-\u9fff]{{2,6}}?)(?:的)?呢{_END}")


def asks_more(question: str) -> bool:
    """Whether a question asks for other things than those that the answer before told."""
    return bool(_MORE.fullmatch(question.strip()))


def asks_details(question: str) -> bool:
    """Whether a question asks for more of the articles that the answer before told of."""
    return bool(_DETAILS.fullmatch(question.strip()))


def is_aside(question: str) -> bool:
    """Whether a question only makes sense after an answer, by its form."""
    return any(form.fullmatch(question.strip()) for form in (_MORE, _DETAILS, _NTH, _BUT))


_LEFT_OUT = re.compile(r"(?:除了(?P<zh>[^，]+)，|Besides (?P<en>[^,]+), )(?P<rest>.+)", re.S)


def others_than(question: str, before: str) -> str:
    """The question before without what is now left out; "" where nothing is, or nothing asks."""
    found, whole = _BUT.fullmatch(question.strip()), taken_apart(before)
    if not found or not whole.ask:
        return ""
    said, chinese = found["zh"] or found["en"], language(before) == "zh"
    said = in_other(said, language(question), "zh" if chinese else "en")
    if earlier := _LEFT_OUT.fullmatch(before):  # "Besides France and Japan, ...", not twice
        others, before = earlier["zh"] or earlier["en"], earlier["rest"]
        said = others if said in others else f"{others}{'和' if chinese else ' and '}{said}"
    if chinese:
        return f"除了{said}，{before}"
    return f"Besides {said}, {before[0].lower()}{before[1:]}"


def told_before(
    question: str, completed: str, history: Turns
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ids of the articles that are left out, and of those that alone are sought; () for neither.

    "还有呢" leaves out what the answers to the completed question cited, "详细说说" asks for these.
    """
    plain = simplified(question) if completed else ""
    given = [one for asked, one in history if completed in (asked, one.completed)]
    cited = tuple(dict.fromkeys(c.article_id for one in given for c in one.citations))
    listed = any(len(one.rows) > 1 and one.rows[0].place for one in given)
    main = cited if listed else cited[:1]  # more of one article, not of all that say the same
    if given and (one := quote_asked_for(plain, given[-1])):
        return (), (given[-1].citations[one - 1].article_id,)
    return cited if asks_more(plain) else (), main if asks_details(plain) else ()


def quote_asked_for(question: str, answer: Earlier) -> int:
    """The number of the quote that "the second one" asks for, of an answer of mere quotes; 0 for
    none.
    """
    found = _NTH.fullmatch(question.strip())
    if not found or any(row.label for row in answer.rows):
        return 0
    number = _number(found, len(answer.citations))
    return number if number <= len(answer.citations) else 0


def reworded(question: str, before: str, answer: Earlier) -> str:
    """The question in words that :func:`rag.question.followup.leaning` completes; as it is where
    it is of no such kind.

    "" where it asks for a row that the answer before does not have, or that has no name.
    """
    question = question.strip()
    if meant := _MEANT.fullmatch(question):
        if asking(meant["zh"] or meant["en"]):  # "不对，我问的是损失多少本书"
            return f"{meant['zh'] or meant['en']}？"
        return f"那{meant['zh']}呢？" if meant["zh"] else f"What about {meant['en']}?"
    found = _NTH.fullmatch(question)
    if found and (answer.rows or not re.search(_ORDERED, before, re.I)):
        return _nth(found, question, answer)
    for zh, en, chinese, english in _NAMED:
        if re.fullmatch(
            rf"(?:那么?|还有)?(?:{zh})(?:是什么" rf"|是多少)?呢?{_END}",
            question,
        ) and not re.search(zh, before):
            return chinese
        asks = re.fullmatch(
            rf"(?:and |what about |what is |what was " rf"|what's )*(?:the )?(?:{en})[?.!\s]*",
            question,
            re.I,
        )
        if asks and not re.search(rf"\b(?:{en})\b", before, re.I):
            return english
    found = _FEAST.fullmatch(question)
    if found and any(
        one.kind == "festival" for one in find_periods(f"{found['feast']}期间", ANY_DAY)
    ):
        return f"{found['feast']}期间呢？"
    return question


def _nth(found: re.Match[str], question: str, answer: Earlier) -> str:
    """What asks for one row of the answer before, by its label."""
    number = _number(found, len(answer.rows))
    if not 1 <= number <= len(answer.rows):
        return ""
    label = answer.rows[number - 1].label
    if not label:
        return ""
    if answer.kind == "places":  # "临沂市（山东）", "Sichuan 四川"
        latin = question[:1] < "\u2e80" and label[:1].isascii()
        label = re.split(r"\s*[\u4e00-\u9fff（(]" if latin else "[（(]", label)[0].strip()
    return f"那{label}呢？" if question[:1] > "\u2e80" else f"What about {label}?"


def _number(found: re.Match[str], last: int) -> int:
    if found["last"] or found["end"]:
        return last
    if word := found["zh"]:
        return int(word) if word.isdecimal() else _ORDER_ZH[word]
    return _ORDER_EN[found["en"].lower()]


def row_asked_for(question: str, before: str, answer: Earlier) -> str:
    """The question before about the one row that is asked for, where that is no place: its label
    stands for the words that asked.
    """
    found = _NTH.fullmatch(question.strip())
    if not found or answer.kind in ("places", "text"):
        return ""
    if answer.kind == "corpus":  # a list of articles
        label = re.sub(r"^(?:那|What about )|呢?[？?]$", "", _nth(found, question.strip(), answer))
        said = f"“{label.rstrip('…')}”"
        if not label:
            return ""
        return f"{said}说了什么？" if language(before) == "zh" else f"What is said about {said}?"
    said = re.sub(r"^(?:那|What about )|(?:呢)?[？?]$", "", _nth(found, question.strip(), answer))
    whole = taken_apart(before)
    if whole.ask is None or not any(row.label == said for row in answer.rows):
        return ""
    start, end = whole.ask.start, whole.ask.end if whole.ask.kind != "number" else whole.ask.core
    rest = whole.body[end:]
    twice = next(
        (size for size in (3, 2, 1) if rest[:size].strip() and said.endswith(rest[:size])), 0
    )  # 120万册 in place of "多少" of "多少册"
    full = f"{whole.body[:start]}{said}{rest[twice:]}"
    return f"{full}？" if language(before) == "zh" else f"{full[0].upper()}{full[1:]}?"


def of_publisher(question: str, before: str, sources: Sequence[str]) -> str:
    """The question before, of the reports of the publisher that is now named; "" where none is."""
    found = _SAYS_ZH.fullmatch(question.strip()) or _SAYS_EN.fullmatch(question.strip())
    name = found["name"].strip() if found else ""
    place = any(one.end - one.start == len(name) for one in find_places(name))
    if not name or place or not known_publisher(name, sources):
        return ""  # "那四川呢？" names no publisher of Sichuan
    chinese = language(before) == "zh"
    if old := find_publisher(before, (*sources, *_names_in(before))):
        return f"{before[: old.start]}{name}{before[old.end :]}"
    asks = re.match(
        r"(?:Who|What|When|Where|Which|Why|How|Did|Does|Do|Is|Are|Was|Were|Has" r"|Have)\b",
        before,
    )
    small = before[0].lower() + before[1:] if asks else before
    return f"据{name}报道，{before}" if chinese else f"According to {name}, {small}"


def _names_in(question: str) -> Iterable[str]:
    """What a question itself calls a publisher, as if the corpus had it: it is only replaced."""
    for pattern in (
        r"据\s?([^\s，。]{2,16}?)(?:的)?(?:报道" r"|报导|消息)",
        r"[Aa]ccording to (?:the )?([^,?]{2,40}),",
    ):
        yield from re.findall(pattern, question)
