"""Names that stand in a sentence without its saying of them what it says: denied, or named aside.

"河南省没有举行演练", "Shandong, not Henan", "据河南日报报道", "more than Guangdong". The reader knows
most of them; these are certain.
"""

from __future__ import annotations

import re

from rag.corpus import Article, clauses, sentences

# What denies or calls off what stands right behind it. "不仅", "不断", "not only" deny nothing.
_DENYING = re.compile(
    r"(?<!有)没(?!收|落|过多久)有?|(?<!是)不是|并非|(?:[并尚从仍]|至今)?未(?![来成婚免央知必]|雨绸缪)(?:曾|能)?"
    r"|不(?:会|曾|予|能|准|许|愿|肯|打算|得(?!不))|无法|拒绝|拒不|取消|撤销|叫停|停办|停止|暂停|推迟|延期|放弃"
    r"|\b(?:not(?! (?:only|just|least|merely|far|long|until)\b)|\w+n['’]t|never|cannot"
    r"|no(?! (?:one|more|less|fewer|doubt|matter)\b)(?: longer)?"
    r"|declin(?:e[sd]?|ing)|refus(?:e[sd]?|ing)|reject(?:s|ed|ing)?|cancel(?:s|led|ed|ling|ing)?"
    r"|call(?:s|ed|ing)? off|abandon(?:s|ed|ing)?|suspend(?:s|ed|ing)?|postpon(?:e[sd]?|ing)"
    r"|halt(?:s|ed|ing)?|scrap(?:s|ped|ping)?|fail(?:s|ed|ing)? to|stop(?:s|ped|ping)?)\b",
    re.I,
)
_TWICE = 8  # characters from one that denies to the next within which they cancel out ("没有取消")
_MEDIA = "日报|晚报|晨报|早报|时报|商报|都市报|电视台|卫视|广播|通讯社|新闻网|共同社|媒体"
_MEDIA_EN = r"(?:Daily|Evening|Morning|TV|Television|News|Times|Post|Herald|media|newspapers?)\b"
# What stands before a name that is only named aside, and behind it; each within its sentence.
_ASIDE = [
    (re.compile(f"(?:{before})$", re.I), re.compile(behind, re.I))
    for before, behind in (
        (r"(?:据|援引|引述)[^，。]{0,6}", rf"[^，。；]{{0,8}}?(?:{_MEDIA})"),
        ("", rf"[^，。；]{{0,4}}?(?:{_MEDIA})[^，。；]{{0,8}}?(?:报道|消息)"),
        (
            r"(?:新华社|中新社|中新网|人民网|央视网|本报|本台)[^，。]{0,4}",
            r"[^，。；]{0,12}?[电讯]",
        ),
        (r"according to (?:the )?", rf"(?:['’]s)? {_MEDIA_EN}"),
        ("", rf"(?:['’]s)? {_MEDIA_EN}(?: [A-Z]\w+)?? (?:reported|reports|said|says)\b"),
        ("", r"(?:, \w+\.? \d{1,2})? ?\((?:Xinhua|Reuters|AP|AFP|CNS)\)"),
        (
            r"(?<![占同环百评对])比起?|[高低多少早晚]于|不同于|不如|不及|超过|相比|领先于?|落后于?",
            "",
        ),
        ("[与跟和同]", r"[省市]?(?:相比|比较|不同|相反)"),
        (r"\b(?:than|unlike|(?:compared|in contrast) (?:with|to))(?: in)?(?: the)? ", ""),
        (r"(?<!是)不是|并非|而非|不含|不包括", ""),
        (
            r"\b(?:except(?: for)?|excluding|not|rather than|instead of|neither|nor)(?: in)?(?: the)? ",
            "",
        ),
    )
]
_NEAR = 40  # characters around a name that are looked at


def is_aside(article: Article, start: int, end: int) -> bool:
    """Whether ``article.text[start:end]`` is the source, what something is compared with, or "not X"."""
    text = article.text
    low, high = _sentence(text, start)
    before = text[max(low, start - _NEAR) : start]
    behind = text[end : min(high, end + _NEAR)]
    return any(left.search(before) and right.match(behind) for left, right in _ASIDE)


def is_denied(article: Article, start: int, end: int) -> bool:
    """Whether the clause of ``article.text[start:end]`` denies or calls off what it says of it."""
    text = article.text
    low, high = _sentence(text, start)
    parts = clauses(text, low, high)
    low, high = next((part for part in parts if part[0] <= start < part[1]), (low, high))
    last = None
    count = 0
    for match in _DENYING.finditer(text, low, high):
        count += -1 if last is not None and match.start() - last <= _TWICE else 1
        last = match.end()
    return count > 0


def _sentence(text: str, at: int) -> tuple[int, int]:
    low, high = max(0, at - 400), min(len(text), at + 400)
    return next((s for s in sentences(text, low, high) if s[0] <= at < s[1]), (low, high))
