"""What kind of thing a question asks for: a place, a figure, a date, a person, a body, a document,
or none of these.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

from rag.question.types import Span
from rag.question.words import words

# ---- Chinese: 哪 + how many + measure word + what kind + noun
_C = "个家名位项条所台部种份次届座只件本支篇场档款首"
_KIND = f"(?:{words('modifiers')})?的?"
_WHICH = rf"哪(?:些|几|[一二两三四五六七八九十\d]+)?[{_C}]?{_KIND}"
_ENDS = r"(?:都|分别|各)?[有是](?:哪些|哪几[个家座位]|谁)(?=[，。？?！!\s]|$)"  # 参加的省份有哪些？
# ---- English: which + how many and what kind + noun
_FEW = (
    r"(?: (?!(?:did|do|does|is|are|was|were|has|have|had|will|would|can|could|should|the|an?|in|of"
    r"|to|for|on|at|by|and|or)\b)[\w-]+){0,2}"
)
_EN = (
    r"\b(?:(?:which|what)(?: of (?:the|these|those))?"
    r"|what(?:['’]s| is| was| are| were) the (?:full |official |first |last "
    r"|family )?names? of(?: the| an?)?"
    rf"|(?:please )?(?:list|name|give|show|enumerate)(?: me)?(?: all| every"
    rf"| each)?(?: of)?(?: the)?){_FEW} "
)
_DOCUMENT, _DOCUMENT_EN = words("document"), words("document_en")
_BODY, _BODY_EN = words("body"), words("body_en")
_PERSON, _PERSON_EN = words("person"), words("person_en")
# "What is the population of ...": the noun is what is sought, not only how it is asked.
_AMOUNT = words("amount_en")
_MEASURES = "天年人倍岁户口头辆艘架栋间幢棵株匹层吨米亩元块分秒周轮批组类对双门小公千万亿百十"

# (kind, level, pattern): what matches first in the question decides, of several at one place the
# first in the list.
# The matched words only ask; they are no content.
_ASKED = [
    (
        "places",
        "country",
        rf"(?:{_WHICH}|什么)(?:国家(?!级|标准|重点|队|机关|领导|[^\s，。"
        r"？?]{0,2}(?:公司|企业))|国(?![家产有营内际籍民]))"
        rf"|国家{_ENDS}|{_EN}(?:countr(?:y|ies)|nations?)\b",
    ),
    (
        "places",
        "province",
        rf"(?:{_WHICH}|什么)(?:省市自治区|省区市|省市|省份|省级地区|省、"
        r"市|省(?!区|级|长|委书记|内|外|直)|自治区"
        rf"|直辖市)|(?:省份?|省市|省区市|自治区|直辖市){_ENDS}"
        rf"|{_EN}provinces?(?:,? (?:and|or) (?:cities|regions|municipalities))?\b",
    ),
    (
        "places",
        "city",
        rf"(?:{_WHICH}|什么)(?:城市|地级市|地市|州市|市县|县市)|{_WHICH}市(?![场民委长区辖])|(?:城市"
        rf"|地级市|县市){_ENDS}|{_EN}(?:cit(?:y|ies)|towns?|municipalit(?:y|ies)|prefectures?)\b",
    ),
    (
        "places",
        "local",
        rf"(?:{_WHICH}|什么)(?:区县|县区)|(?:区县|县区){_ENDS}|{_EN}(?:counties (?:and|or) districts)\b",
    ),
    (
        "places",
        "county",
        rf"(?:{_WHICH}|什么)县(?:城|级市)?(?![长委级内外])|县{_ENDS}|{_EN}count(?:y|ies)\b",
    ),
    (
        "places",
        "district",
        rf"(?:{_WHICH}|什么)(?:市辖)?区(?![长委域块级内外别])|区{_ENDS}|{_EN}districts?\b",
    ),
    (
        "places",
        "any",
        rf"(?:{_WHICH}|什么)(?:地方(?!性|法规|标准|政府)|地区|区域|省区|地点|地(?![铁震质图理标道板面球产毯税勤方]))"
        rf"|(?:地方|地区|地点){_ENDS}"
        rf"|在哪(?![天年月日些几一二两三四五六七八九十\d{_C}])[里儿]?|哪里|哪儿|何处|何地"
        rf"|{_EN}(?:places?|regions?|areas?|locations?|localit(?:y|ies)|parts? of (?:the country"
        rf"|china))\b|\bwhere\b",
    ),
    (
        "date",
        "",
        r"什么(?:时候|时间|时刻|日子|年份|年代)|何[时年月日]|哪(?:一|几|些|个)?个?(?:年份?|月份?|日|天|星期|周|世纪|年代|时候|时间)"
        r"|(?<![近这前去十好那后头数])几[月日](?!份额)|几号(?![线楼馆厅门文])|几点"
        r"|[星周礼][期拜]?几|几几年"
        rf"|\bwhen\b|{_EN}(?:dates?|days?|weeks?|months?|years?|decades?|centur(?:y|ies)|time)\b",
    ),
    (
        "person",
        "",
        rf"谁|{_WHICH}(?:{_PERSON})|哪(?:些|几|一)?位|什么人|(?:长|员|师|家|手|人|者|士|教授|主任|书记|主席|总理|总统|老板|男子|女子"
        rf"|头目|父亲|母亲|妻子|丈夫|儿子|女儿)(?:的(?:姓名|名字)是|(?:是|名字)?叫)什么"
        rf"|\bwho(?:m|se)?\b|{_EN}(?:{_PERSON_EN})\b",
    ),
    (
        "document",
        "",
        rf"(?:{_WHICH}|(?<!有)什么)(?:{_DOCUMENT})|(?:书名|片名|题目|标题|主题|口号)(?:是|叫|为)什么"
        rf"|(?:晚会|活动|行动|节目|讲座|文件|计划|专刊|杂志|报纸|书|小说|电影|专辑|歌曲?|展览?|[会节赛])(?:的名[字称])?(?:是"
        rf"|叫)什么(?:名[字称])?(?=[，。？?！!\s]|$)|{_EN}(?:{_DOCUMENT_EN})\b",
    ),
    ("organisation", "", rf"(?:{_WHICH}|什么)(?:{_BODY})|哪几?家|{_EN}(?:{_BODY_EN})\b"),
    (
        "number",
        "",
        rf"多少[{_C}人]?|(?<![近这前去十好那后头数哪])几(?=[{_C}{_MEASURES}])[{_C}]?|百分之几"
        rf"|(?<![许很众更不诸太最大])多[大高长远重宽深久快](?![学校型中层等批量级龄])"
        rf"|\bhow (?:many|much|large|big|long|tall|old|far|high|often|deep|wide|fast|heavy)\b"
        rf"|\bwhat (?:number|amount|percent|{_AMOUNT})\b(?: of)?"
        rf"|\bwhat(?:['’]s| is| was| are| were) the (?:total |overall |average |exact )?(?:numbers?"
        rf"|amounts?|totals?|{_AMOUNT})\b(?: of)?"
        r"|\bwhat (?:did|does|do|will|would)\b(?=[^?]{1,80}\b(?:cost|weigh)\b)"
        r"|\bwhat(?:['’]s| is) the (?:(?:tele)?phone|hotline|contact) numbers?(?: (?:of|for|to))?\b"
        rf"|\bwhat(?:['’]s| is| was| are| were) the (?=(?:(?!of\b"
        rf"|the\b)[\w'-]+ ){{1,3}}(?:{_AMOUNT})\b)",
    ),
    (
        "document",
        "",
        r"\bwhat(?:['’]s| is| was) the (?:title|theme|topic|slogan) of"
        r"|\bwhat(?:['’]s| is| was)(?= (?:the |an? |this )?(?:[\w'-]+ ){1,6}(?:called|named"
        r"|entitled|titled)\b)",
    ),
    # 哪些湿地文件
    ("document", "", rf"哪些(?=[^\s\W了的在]{{1,4}}?(?P<noun>{_DOCUMENT}))"),
    ("organisation", "", rf"哪些(?=[^\s\W了的在]{{1,4}}?(?P<noun>{_BODY}))"),
    (
        "text",
        "",
        r"为什么|为何|\b(?:what|which|why|how)\b(?! and"
        r" (?:when|where|who))|^(?:did|do|does|is|are|was"
        r"|were|has|have|had|can|could|will|would|should)\b",
    ),
]
_LISTED = [
    (
        kind,
        level,
        rf"^请?(?:帮我)?(?:列出|列举|举出|说出|给出)(?=.{{0,60}}?(?P<noun>(?:{noun})(?:名单"
        rf"|名称)?)[，。？?！!\s]*$)",
    )
    for kind, level, noun in (
        ("places", "country", "国家"),
        ("places", "province", "省份|省市|省区市|省|自治区|直辖市"),
        ("places", "city", "城市|县市|市县"),
        ("places", "local", "区县|县区"),
        ("places", "county", "县"),
        ("places", "any", "地方|地区|地点"),
        ("organisation", "", "企业|公司|集团|机构|单位|部门|高校|大学|学校|医院|银行|协会"),
        ("document", "", "文件|法规|法律|条例|规划|计划|方案|意见|办法|标准|政策"),
    )
]
# "When the fire broke out, how many ...": the clause before the comma does not ask.
_BEFORE = re.compile(
    r"^(?:when|where|while|after|before|as|if|since)\b[^?]*?,\s*(?=(?:(?:in|on|at|by|from|to|for"
    r"|of) )?(?:how|which|who|whom|what|when|where|why)\b)",
    re.I,
)
_TELLING = re.compile(rf"(?:{words('telling')})$", re.I)
AMOUNTS = re.compile(_AMOUNT, re.I)


@functools.cache
def patterns() -> list[tuple[str, str, re.Pattern[str]]]:
    """Kind, level and what words ask for it."""
    return [(kind, level, re.compile(pattern, re.I)) for kind, level, pattern in _LISTED + _ASKED]


class Kind(NamedTuple):
    """What a question asks for; the fields of :class:`rag.question.types.Asked` of these names."""

    kind: str
    level: str
    idle: tuple[Span, ...]
    focus: Span
    several: bool
    where: bool


# More than one is asked for: 哪些企业, which companies, list all documents; not "which company".
_SEVERAL = re.compile(
    r"哪些|哪几|有哪|列[出举]|\b(?:list|enumerate)\b|\b(?:people|men|women|(?!(?:is|was|does|has"
    r"|this)\b)\w+(?<!s)s)\s*$",
    re.I,
)
_WHERE = re.compile(r"在哪|哪里|哪儿|何处|何地|什么地|\bwhere\b", re.I)
# Verbs of several words that say no more than that something happened; their words apart would be
# sought as they stand.
_HAPPENS = re.compile(
    r"\b(?:tak(?:es?|en|ing)|took) place\b|\b(?:is|are|was|were|been|be) held\b", re.I
)
# And of places that have no part in it: an article on a storm seldom says "遭遇".
_BEFALLS = re.compile(
    r"发生|遭遇|遭到|遭受|\b(?:(?:was|were|been|be) (?:hit|struck) by|suffer(?:ed|s)?(?: from)?"
    r"|experienced?)\b",
    re.I,
)


def kind_of(text: str) -> Kind:
    """What kind of thing a question in simplified characters asks for."""
    found = min(_found(text), key=lambda f: f[2].start(), default=None)
    kind, level, match = found or ("text", "", None)
    idle: tuple[Span, ...] = ()
    focus = (0, 0)
    if match and kind != "text":
        start, end = match.span()
        if kind == "number" and (named := AMOUNTS.search(match.group())):
            end = start + named.start()
        # "Which hospitals", "什么规划": a kind of body or document is part of what is sought;
        # "which companies" hardly is.
        if kind in ("organisation", "document") and (noun := _TELLING.search(match.group())):
            end = start + noun.start()
        idle = ((start, end), *([match.span("noun")] if "noun" in match.groupdict() else ()))
        focus = (
            match.end(),
            min(len(text), match.end() + (12 if ord(text[start]) > 0x2E80 else 40)),
        )
    several = kind != "text" and bool(_SEVERAL.search(text[idle[0][0] : focus[0]]))
    where = kind == "places" and level == "any" and bool(_WHERE.search(text[slice(*idle[0])]))
    idle += tuple(
        match.span()
        for pattern in (_HAPPENS, _BEFALLS)[: 1 + (kind == "places")]
        for match in pattern.finditer(text)
    )
    return Kind(kind, level, idle, focus, several, where)


def begin_of(text: str) -> int:
    """Where the part of a question begins that asks."""
    before = _BEFORE.match(text)
    return before.end() if before else 0


def _found(text: str) -> Iterator[tuple[str, str, re.Match[str]]]:
    """The first place where each kind of question shows, in the order of the kinds."""
    begin = begin_of(text)
    for kind, level, pattern in patterns():
        if match := pattern.search(text, begin):
            yield kind, level, match
