"""The role of a place in its sentence: where something happens, or only named beside that."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.corpus.places import PlaceMention
from rag.question.wording import EVENT_AFTER

# Named, but nothing is said of the place: "杭州亚运会" may be held anywhere, "据美国媒体报道" may
# report on anything.
ROLE_ASIDE = "aside"
# Something is said of the place, but it is mostly not the place that is sought.
ROLE_PASSED = "passed"  # "途经河南"
ROLE_ORIGIN = "origin"  # "来自河南的医疗队"
INDIRECT_ROLES = frozenset({ROLE_PASSED, ROLE_ORIGIN})

_MEDIA = re.compile(
    r"[^，。；]{0,8}?(?:日报|晚报|时报|电视台|广播|通讯社|新闻网|共同社|媒体)"
    r"|(?:['’]s)? (?:Daily|TV|News|Times|Post|media|newspapers?|press)\b"
)
# By role, the words that stand right before the place.
_BEFORE = {
    ROLE_PASSED: re.compile(
        r"(?:途[经径]|路过|经过|经由|取道|绕道|飞越|穿越|横穿|穿过"
        r"|\b(?:via|by way of|(?:pass|travel|transit|cross)\w*(?: through)?)(?: the)? )$",
        re.I,
    ),
    ROLE_ORIGIN: re.compile(r"(?:来自|\bfrom (?:the )?)$", re.I),
}
# A question that matches asks for places in that very role.
_ASKED = {
    ROLE_PASSED: re.compile(
        r"经|穿|过|跨|流|沿线|\b(?:via|through|pass|travel|transit|cross|along|route|run)", re.I
    ),
    ROLE_ORIGIN: re.compile(
        r"来自|从|出发|调运|运往|外籍|籍贯|哪里人|\b(?:from|origin|send|sent|home|come|came|native)",
        re.I,
    ),
}
_NEAR = 40  # characters before a place in which such words are looked for


def role(text: str, run: Sequence[PlaceMention]) -> str:
    """The role that the places of one list share; "" if they act or something happens there.

    Args:
        text: the article's text.
        run: mentions that stand in one list, in order.
    """
    if EVENT_AFTER.match(text, run[-1].end) or _MEDIA.match(text, run[-1].end):
        return ROLE_ASIDE
    before = text[max(0, run[0].start - _NEAR) : run[0].start]
    return next((name for name, pattern in _BEFORE.items() if pattern.search(before)), "")


def asks_for(question: str, name: str) -> bool:
    """Whether a question asks for places in a role.

    "途经哪些省", "Where did the experts come from?".
    """
    return name in _ASKED and bool(_ASKED[name].search(question))
