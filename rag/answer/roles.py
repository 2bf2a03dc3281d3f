"""What a place is to its sentence: where it happens, or only named beside that."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.corpus.places import PlaceMention
from rag.question.wording import EVENT_AFTER

# Named, but nothing is said of it: "杭州亚运会" may be anywhere, "据美国媒体报道" of anything.
ASIDE = "aside"
# Something is said of it, though it is mostly not what is sought.
PASSED = "passed"  # "途经河南"
ORIGIN = "origin"  # "来自河南的医疗队"
AROUND = frozenset({PASSED, ORIGIN})

_MEDIA = re.compile(
    r"[^，。；]{0,8}?(?:日报|晚报|时报|电视台|广播|通讯社|新闻网|共同社|媒体)"
    r"|(?:['’]s)? (?:Daily|TV|News|Times|Post|media|newspapers?|press)\b"
)
# By role, what stands right before the place.
_BEFORE = {
    PASSED: re.compile(
        r"(?:途[经径]|路过|经过|经由|取道|绕道|飞越|穿越|横穿|穿过"
        r"|\b(?:via|by way of|(?:pass|travel|transit|cross)\w*(?: through)?)(?: the)? )$",
        re.I,
    ),
    ORIGIN: re.compile(r"(?:来自|\bfrom (?:the )?)$", re.I),
}
# A question with one of these asks for places in that very role.
_ASKED = {
    PASSED: re.compile(
        r"经|穿|过|跨|流|沿线|\b(?:via|through|pass|travel|transit|cross|along|route|run)", re.I
    ),
    ORIGIN: re.compile(
        r"来自|从|出发|调运|运往|外籍|籍贯|哪里人|\b(?:from|origin|send|sent|home|come|came|native)",
        re.I,
    ),
}
_NEAR = 40  # characters before a place that are looked at


def role(text: str, run: Sequence[PlaceMention]) -> str:
    """The role of the places of one list, which have it in common; "" where something happens there
    or they act.

    Args:
        text: the article's text.
        run: mentions that stand in one list, in order.
    """
    if EVENT_AFTER.match(text, run[-1].end) or _MEDIA.match(text, run[-1].end):
        return ASIDE
    before = text[max(0, run[0].start - _NEAR) : run[0].start]
    return next((name for name, pattern in _BEFORE.items() if pattern.search(before)), "")


def asks_for(question: str, name: str) -> bool:
    """Whether a question asks for places in a role ("途经哪些省", "Where did the experts come
    from?").
    """
    return name in _ASKED and bool(_ASKED[name].search(question))
