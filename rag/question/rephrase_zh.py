"""Words put into a whole Chinese question, where those of the same kind stood."""

from __future__ import annotations

import re

from rag.corpus.places import Place
from rag.question.asking import THINGS, Ask, asking, is_bare
from rag.question.whole import LEVELS, Whole, asks_below, taken_apart

_VERB = "举行|举办|召开|开展|进行|组织|主办|承办|参加|参与|发布|公布|通过|实施|推出|启动|建成|建设|修建"
_BEFORE = re.compile(r"(?:[有是在由于被]|都有)$")


def place(text: str, words: str, places: tuple[Place, ...], keep: bool) -> str:
    """Another place; ``keep`` where the words that ask are not to be answered by it."""
    whole = taken_apart(text)
    body, ask = whole.body, whole.ask
    if whole.groups:
        start, end = whole.groups[0]
        return f"{body[:start]}{words}{body[end:]}？"
    if ask and ask.kind == "places" and not keep and not asks_below(ask, places):
        head, rest = _BEFORE.sub("", body[: ask.start]), body[ask.end :]
        return f"{head}{'在' if body[ask.start] == '在' else ''}{words}{rest}？"
    return f"{words}{body}？"


def time(text: str, words: str) -> str:
    """Another time."""
    whole = taken_apart(text)
    body, ask = whole.body, whole.ask
    if whole.times:
        start, end = whole.times[0][0], whole.times[-1][1]
        # "6月呢" after "2023年5月" is in the same year.
        year = re.search(r"[12]\d{3}\s?年|[今去前]年", body[start:end]) if re.match(
            r"[\d一二三四五六七八九十]{1,2}\s?月", words) else None
        return f"{body[:start]}{year[0] if year else ''}{words}{body[end:]}？"
    if ask and ask.kind == "date":
        return f"{body[: ask.start]}{words}{body[ask.end :]}？"
    return f"{words}{body}？"


def ask(text: str, words: str) -> str:
    """Other words that ask."""
    new = asking(words)[0]
    whole = taken_apart(text)
    if new.kind == "places" and new.level in LEVELS:
        whole = _without_places(whole, new.level)
    body, old = whole.body, whole.ask
    if old and is_bare(words):
        if new.kind == "which" and old.kind in (*THINGS, "which", "what"):
            return f"{body}？"
        if old.core < old.end or old.kind in ("number", "which", "what"):
            return f"{body[: old.start].removesuffix('有')}{words}{body[old.core :]}？"
    head = _BEFORE.sub("", body[: old.start]) if old else ""
    subject = old is not None and _leading(head) == len(head)
    if new.adverb:
        # What stands behind its verb ("停靠多少艘货轮") leaves a gap that no adverb fills.
        if old and (old.adverb or subject or re.search("[有由被]$", body[: old.start])):
            return f"{body[: old.start] if old.adverb else head}{words}{body[_rest(old) :]}？"
        rest = context(whole)
        at = _leading(rest)
        at = at if re.match(rf"{_VERB}"
                            rf"|[\u4e00-\u9fff]{{1,2}}了", rest[at:]) else 0  # not within "舟山大桥"
        return f"{rest[:at]}{words}{rest[at:]}？"
    if new.kind in THINGS and old and old.kind in THINGS and subject:
        return f"{head}{words}{body[old.end :]}？"
    if new.kind == "places":
        return f"{words}{context(whole)}？"
    if new.kind == "which":
        return f"{body}？"
    return behind(
        f"{body}？",
        words if new.kind != "number" or words[0] in "有是" or words.isascii() else f"有{words}")


def behind(text: str, words: str) -> str:
    """What the question is about, then the words."""
    whole = taken_apart(text)
    words = re.sub(r"[？?！!。\s]+$", "", words)
    return f"{context(whole)}{'，' if ord(words[0]) > 0x2E80 else ': '}{words}？"


def topic(text: str, words: str, parallel: bool) -> str:
    """Another thing that is asked about; "" where ``parallel`` and nothing like it stands there."""
    whole = taken_apart(text)
    body, old = whole.body, whole.ask
    slots = [*whole.groups, *whole.times]
    # "消防演练" takes the place of "电梯安全演练": what ends in the same word.
    at = body.rfind(words[-2:])
    if at >= 0 and not (old and old.start <= at < old.end):
        end = at + len(words[-2:])
        bounds = [b for _, b in slots if b <= at] + [old.end if old and old.end <= at else 0]
        bounds += [match.end() for match in re.finditer(rf"[了过，]|{_VERB}", body[:at])]
        start = max(bounds)
        start += body[start:at].startswith("的")
        return f"{body[:start]}{words}{body[end:]}？"
    if parallel:
        return ""
    verb = next((m for m in re.finditer(rf"(?:{_VERB})?[了过]|{_VERB}", body)
                 if not old or m.end() <= old.start or old.end <= m.start()), None)
    if verb and (not old or old.end <= verb.end()):
        return f"{body[: verb.end()]}{words}？"
    if old and old.start and not verb:  # 西堠大桥有多长
        return f"{words}{re.search('[有是在由于被]?$', body[: old.start])[0]}{body[old.start :]}？"
    return f"{words}，{body[old.start : old.end]}？" if old else f"{words}？"


def context(whole: Whole) -> str:
    """What a question is about, without the words that ask."""
    body, old = whole.body, whole.ask
    if old is None:
        return body
    return f"{_BEFORE.sub('', body[: old.start])}{body[_rest(old) :]}".strip("，, 的:").removeprefix(
        "是"
    )


def subject(whole: Whole) -> str:
    """What the question says something of, where that is certain; else ""."""
    if whole.ask is None:
        return ""
    head = _BEFORE.sub("", whole.body[: whole.ask.start]).removesuffix("的")
    if whole.ask.kind == "what" and whole.ask.end == len(whole.body):  # 图书馆做了什么
        head = re.sub("(?:[做干说]|[^做干说]{2})了$", "", head)
    if re.search(r"[了过，,:]", head) or len(head) > 20:
        return ""
    # A place is what is spoken of in "四川有多少人口", not in "四川哪些医院举办了演练".
    return head if _leading(head) < len(head) or head != whole.body[: whole.ask.start] else ""


def _rest(old: Ask) -> int:
    """Where the words begin that stay when the old ones no longer ask: "医院" of "哪家医院" tells what is
    sought.
    """
    return old.core if old.kind in ("organisation", "document", "person", "number") else old.end


def _leading(body: str) -> int:
    """Where the places and times end that stand at the beginning."""
    whole, at = taken_apart(body), 0
    for start, end in sorted((*whole.groups, *whole.times)):
        if start - at > 1:
            break
        at = end
    return at


def _without_places(whole: Whole, level: str) -> Whole:
    """The question without the places of a level that is now asked for."""
    for (start, end), places in zip(whole.groups, whole.places):
        if all(LEVELS[place.level] >= LEVELS[level] for place in places):
            return taken_apart(whole.body[:start] + whole.body[end:].removeprefix("的"))
    return whole
