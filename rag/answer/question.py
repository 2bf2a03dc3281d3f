"""What a question asks for, and what its answer must be about."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.answer.places import Place, find_places

_C = "个家名位项条所台部种份次届座只件"
# (kind, level, pattern), the first that matches decides. The matched words only ask; they are no content.
_ASKED = [
    ("places", "country", rf"哪(?:些|几|一)?[{_C}]?国家?(?![^\s，。？?]{{0,2}}(?:公司|企业))|which countr(?:y|ies)|what countr(?:y|ies)"),
    ("places", "city", rf"哪(?:些|几|一)?[{_C}]?(?:城市|地级市|市|地市|州市|区县|县市|县|区)(?!场|民|委|长|域)|(?:which|what) (?:cit(?:y|ies)|towns?|municipalit(?:y|ies)|count(?:y|ies)|districts?|prefectures?)\b"),
    ("places", "province", rf"哪(?:些|几|一)?[{_C}]?(?:省市自治区|省区市|省市|省份|省级地区|省、市|省|自治区|直辖市)|什么省份?|(?:which|what) (?:chinese )?provinces?(?: (?:and|or) (?:cities|regions|municipalities))?\b"),
    ("places", "any", rf"哪(?:些|几|一)?[{_C}]?(?:地方|地区|区域|省区|地)|什么地方|在哪(?:里|儿)?|哪里|哪儿|何处|何地|(?:which|what) (?:places?|regions?|areas?|localit(?:y|ies)|parts? of (?:the country|china))\b|\bwhere\b"),
    ("date", "", r"什么时候|什么时间|何时|何年|哪一?年(?:份)?|哪一?天|哪一?月|哪个月|几月几[日号]|几[月号日]|哪日|\bwhen\b|(?:which|what) (?:date|day|month|year|decade|century|time)s?\b"),
    ("person", "", rf"谁|哪(?:些|几|一)?位(?:\w{{0,2}})?|什么人|哪(?:些|个)人|\bwho(?:m|se)?\b|(?:which|what) (?:person|people|official|leader|player|scientist|author|minister|mayor|president)s?\b"),
    ("document", "", rf"(?:哪|什么)(?:些|几|一)?[{_C}]?(?:文件|法规|法律|条例|规划|计划|方案|纲要|意见|办法|杂志|报纸|刊物|期刊|书|专著|作品|节目|讲座|标准|政策)|(?:which|what) (?:document|plan|programme|program|law|regulation|magazine|journal|newspaper|book|policy|standard|outline|lecture|talk|title)s?\b"),
    ("organisation", "", rf"(?:哪|什么)(?:些|几|一|两|二|三)?[{_C}]?(?:公司|企业|机构|单位|部门|组织|大学|学校|医院|银行|机关|厂家|俱乐部|球队|协会|政府|局)|(?:which|what) (?:compan(?:y|ies)|organi[sz]ations?|department|agenc(?:y|ies)|institution|universit(?:y|ies)|school|bank|firm|bureau|team|club|group|government)s?\b"),
    ("number", "", rf"多少[{_C}人]?|几(?=[{_C}天年人倍岁])[{_C}]?|百分之几|多[大高长远重宽深久快]|how (?:many|much|large|big|long|tall|old|far|high|often|deep|wide)\b|what (?:percent(?:age)?|number|amount|proportion|share|fraction|population)\b(?: of)?|what (?:is|was) the (?:number|amount|percentage|proportion|total|population) of"),
]
_PATTERNS = [(kind, level, re.compile(pattern, re.I)) for kind, level, pattern in _ASKED]
_LIST = re.compile(r"^(?:请)?(?:列出|列举)(?:所有|全部)?(?:的)?(.*?)(省份?|城市|地方|地区)|^list (?:all |the )*(provinces?|cities|places|regions)", re.I)
_YEAR = re.compile(r"(?<!\d)(1[0-9]{3}|20[0-9]{2})(?!\d)")
_POPULATION = re.compile(r"population|proportion", re.I)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted.

    Attributes:
        kind: one of ``rag.answer.types.KINDS``.
        level: for places: "country", "province", "city" or "any"; else "".
        idle: spans of the question that only ask ("which provinces"); they need no support.
        places: places that the answer must be about (named in the question).
        place_spans: where they stand in the question.
        years: years that the evidence must be of.
        focus: span right behind the words that ask, where what is counted stands; may be empty.
    """

    kind: str
    level: str
    idle: tuple[tuple[int, int], ...]
    places: tuple[Place, ...]
    place_spans: tuple[tuple[int, int], ...]
    years: tuple[str, ...]
    focus: tuple[int, int]


def understand(text: str) -> Asked:
    """Kind, level and constraints of a cleaned question."""
    kind, level, idle, focus = "text", "", [], (0, 0)
    listed = _LIST.search(text)
    for kind_, level_, pattern in _PATTERNS:
        if found := pattern.search(text):
            kind, level = kind_, level_
            start, end = found.span()
            # "What is the population of ...": the word is what is sought, not only how it is asked.
            if named := _POPULATION.search(found.group()):
                end = start + named.start()
            idle.append((start, end))
            focus = (found.end(), min(len(text), found.end() + (12 if ord(text[start]) > 0x2E80 else 40)))
            break
    else:
        if listed:
            kind = "places"
            word = (listed.group(2) or listed.group(3)).lower()
            level = "province" if word.startswith(("省", "province")) else "city" if word.startswith(("城", "cit")) else "any"
            idle.append(listed.span(2) if listed.group(2) else listed.span())
    mentions = [m for m in find_places(text) if not m.part_of_name and m.place.level != "country"]
    return Asked(kind, level, tuple(idle), tuple(m.place for m in mentions), tuple((m.start, m.end) for m in mentions),
                 tuple(dict.fromkeys(_YEAR.findall(text))), focus)
