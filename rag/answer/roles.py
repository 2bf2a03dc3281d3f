"""What a place is to its sentence: where it happens, or only named beside that."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.corpus.places import PlaceMention
from rag.question.wording import EVENT_AFTER

# Named, but nothing is said of it.
SOURCE = "source"  # "据湖南日报报道", "CHENGDU, June 3 (Xinhua)"
COMPARED = "compared"  # "比广东多", "more than Guangdong"
EXCEPTED = "excepted"  # "而不是广东", "except Guangdong"
EVENT = "event"  # "杭州亚运会", "the Chengdu Universiade", which may be anywhere
ASIDE = frozenset({SOURCE, COMPARED, EXCEPTED, EVENT})
# Something is said of it, though it is mostly not what is sought.
PASSED = "passed"  # "途经河南"
ORIGIN = "origin"  # "来自河南的医疗队"
WAY = "way"  # an end of a way: "郑州至武汉的高铁"
AROUND = frozenset({PASSED, ORIGIN, WAY})

_MEDIA = "日报|晚报|晨报|早报|时报|商报|都市报|电视台|卫视|广播|通讯社|新闻网|共同社|媒体"
_MEDIA_EN = r"(?:Daily|Evening|Morning|TV|Television|Satellite|Broadcasting|News|Times|Post|Herald|media|newspapers?|press)\b"
# (role, what stands before the place, what behind it), each within a sentence.
_ROLES = [
    (role, re.compile(f"(?:{before})$", re.I), re.compile(after, re.I))
    for role, before, after in (
        (EVENT, "", EVENT_AFTER.pattern),
        (SOURCE, r"(?:据|援引|引述)[^，。]{0,6}", rf"[^，。；]{{0,8}}?(?:{_MEDIA})"),
        (SOURCE, "", rf"[^，。；]{{0,4}}?(?:{_MEDIA})[^，。；]{{0,8}}?(?:报道|消息)"),
        (
            SOURCE,
            r"(?:新华社|中新社|中新网|人民网|央视网|本报|本台)[^，。]{0,4}",
            r"[^，。；]{0,12}?[电讯]",
        ),
        (SOURCE, r"according to (?:the )?", rf"(?:['’]s)? {_MEDIA_EN}"),
        (
            SOURCE,
            "",
            rf"(?:['’]s)? {_MEDIA_EN}(?: [A-Z]\w+){{0,2}} (?:reported|reports|said|says|quoted)\b",
        ),
        (SOURCE, "", r"(?:, \w+\.? \d{1,2})? ?\((?:Xinhua|Reuters|AP|AFP|CNS)\)"),
        (SOURCE, r"(?:Xinhua|Reuters|AFP)(?: -|,) ?", r"[, ]"),
        (
            COMPARED,
            r"(?<![占同环百评对])比起?|[高低多少早晚]于|不同于|有别于|不如|不及|超过|相比|领先于?|落后于?",
            "",
        ),
        (COMPARED, "[与跟和同]", r"[省市]?(?:相比|比较|不同|相反)"),
        (
            COMPARED,
            (
                r"\b(?:than(?: (?:that|those) of)?|unlike|(?:compared|in comparison|in contrast)"
                r" (?:with|to))(?: in)?(?: the)? "
            ),
            "",
        ),
        (EXCEPTED, r"(?<!是)不是|并非|而非|不含|不包括", ""),
        (
            EXCEPTED,
            "除了?",
            r"[^，。]{0,4}?[之以]?外[，,]?(?![^。]*?[还也])[^。]*?(?:都|均|全部|各[省地市])",
        ),
        (
            EXCEPTED,
            (
                r"\b(?:except(?: for)?|excluding|not|rather than|instead of|neither|nor)(?: in)?(?:"
                r" the)? "
            ),
            "",
        ),
        (WAY, "", r"[市省县]?(?:至(?![今少])|[-—–]+(?=\w))"),
        (
            WAY,
            r"[市省县](?:至|[-—–])|(?<![今甚直乃以])至",
            r"[^，。；、]{0,3}(?:高铁|铁路|高速|公路|段|线|管道|航线|工程)",
        ),
        (WAY, "从", "[市省县]?[到至]"),
        (WAY, r"\b(?:from|between) (?:the )?", r" (?:to|and) (?:the )?[A-Z]"),
        (WAY, r"\bfrom (?:the )?[A-Z][\w’' ]{1,30}? to (?:the )?", ""),
        (PASSED, "途[经径]|路过|经过|经由|取道|绕道|飞越|穿越|横穿|穿过", ""),
        (
            PASSED,
            (
                r"\b(?:via|by way of|(?:pass|travel|transit|cross)\w*(?: through)?|en route"
                r" through)(?: the)? "
            ),
            "",
        ),
        (ORIGIN, "来自", ""),
        (
            ORIGIN,
            "从",
            r"[^，。；]{0,6}?(?:出发|启程|起飞|赶[来到往赴]|前往|飞[往抵]|运往|调[运往]|[驶开发]往)",
        ),
        (ORIGIN, r"\bfrom (?:the )?", ""),
    )
]
# A question with one of these asks for places in that very role.
_ASKED = {
    PASSED: re.compile(
        r"经|穿|过|跨|流|沿线|\b(?:via|through|pass|travel|transit|cross|along|route|run)", re.I
    ),
    WAY: re.compile(r"之间|连接|起点|终点|\b(?:between|connect|link|join|start|end)", re.I),
    ORIGIN: re.compile(
        r"来自|从|出发|调运|运往|外籍|籍贯|哪里人|\b(?:from|origin|send|sent|home|come|came|native)",
        re.I,
    ),
}
_NEAR = 40  # characters around a place that are looked at
_SENTENCE = re.compile(r"[。；！？\n]|(?<=[a-z])[.;!?](?=\s)")


def role(text: str, run: Sequence[PlaceMention]) -> str:
    """The role of the places of one list, which have it in common; "" where something happens there
    or they act.

    Args:
        text: the article's text.
        run: mentions that stand in one list, in order.
    """
    before = _SENTENCE.split(text[max(0, run[0].start - _NEAR) : run[0].start])[-1]
    after = _SENTENCE.split(text[run[-1].end : run[-1].end + _NEAR])[0]
    return next(
        (name for name, left, right in _ROLES if left.search(before) and right.match(after)), ""
    )


def asks_for(question: str, name: str) -> bool:
    """Whether a question asks for places in a role ("途经哪些省", "Where did the experts come
    from?").
    """
    return name in _ASKED and bool(_ASKED[name].search(question))
