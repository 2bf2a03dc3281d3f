"""Finds the form of a question, such as one thing, all that fit, a count, the most, or why.

With it come its comparisons: the superlative, and the bound ("more than 300"). The question words
come from :mod:`rag.question.asking`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.corpus.places import find_places
from rag.question.asking import ENTITY_KINDS, Ask, Kind, kind_of, number_of
from rag.question.types import Bound
from rag.question.words import pattern

_LOOSE = ("how", "what", "which")  # question words that imply no kind of thing
_NEAR = 12  # most characters between question words and a reason: "What was the reason for"


def counted(text: str, kind: Kind) -> tuple[str, str]:
    """Kind and level of the things to count, found by asking "which" in place of "how many".

    ("", "") if the number is a figure that articles state, such as a number of people, or of things
    that something has.
    """
    if kind.kind != "number":
        return "", ""
    start, end = kind.idle[0]
    if found := pattern("of_them").search(text):
        which = f"哪个{found['noun']}做"
        thing = kind_of(which)
        fits = thing.end == len(which) - 1  # not "大学入学率"
    elif found := pattern("how_many").match(text, start, max(end, start + 3)):
        chinese = found[0][0] > "\u2e80"
        which = (f"哪{found['measure'] or '个'}" if chinese else "which") + text[found.end() :]
        thing = kind_of(which)
        fits = not pattern("counted_object").match(which, thing.end)
        placed = any(m.end == start for m in find_places(text[:start])) if chinese else False
        fits = fits and (
            not chinese or placed or bool(pattern("before_subject").search(text[:start]))
        )
        fits = fits or bool(pattern("into").search(text[:start]))
    else:
        return "", ""
    noun = which[: thing.end]
    if thing.kind == "person":
        fits = fits and bool(pattern("office").search(noun))
    elif thing.kind == "organisation":
        fits = fits and not noun.endswith("家")  # 多少家分店
    elif thing.kind not in ("places", "document") or thing.where:
        fits = False
    return (thing.kind, thing.level) if fits else ("", "")


def form_of(text: str, kind: Kind, asks: Sequence[Ask], number: bool, bound: Bound | None) -> str:
    """Returns one of ``FORMS``.

    Args:
        text: the question in simplified characters.
        kind: the kind of thing asked for.
        asks: the question words of the main clause.
        number: whether things are to be counted (:func:`counted`).
        bound: the bound of a comparison, or None.
    """
    first = asks[0] if asks else None
    lead = pattern("polite").match(text)
    begin = lead.end() if lead else 0
    word = extreme(text, kind, first)
    why = pattern("why").search(text)
    nearby = first.end + _NEAR if first and first.kind in _LOOSE else -1
    if pattern("open").search(text, begin if first else 0):
        form = "open"
    elif first and first.kind == "why" or why and (not first or why.start() <= nearby):
        form = "why"
    elif number:
        form = "count"
    elif pattern("whether_en").match(text, begin):
        form = "whether"
    elif not first and kind.kind == "text" and pattern("whether").search(text):
        form = "one" if lead and "知道" in lead[0] else "whether"  # "你知道大桥的长度吗？"
    elif not first and kind.kind == "text" and not pattern("asks_any").search(text):
        form = "all" if pattern("list").search(text) else "open"
    elif word:
        form = word
    elif kind.kind == "text" and first and first.kind == "how":
        form = "how"
    else:
        form = _form_of_things(text, kind, first, bound)
    return form


def _form_of_things(text: str, kind: Kind, first: Ask | None, bound: Bound | None) -> str:
    """One of "one", "all", "more" and "less", for a question of which nothing else is told.

    Args:
        text, kind, bound: as for :func:`form_of`.
        first: the first question word of the main clause, if any.
    """
    loose = first is None or first.kind in _LOOSE
    listed = kind.several or kind.kind in ("text", "person") and bool(pattern("list").search(text))
    listed = listed or number_of(text) > 1 and kind.kind in ("text", *ENTITY_KINDS)
    things = listed or kind.kind in ("places", "organisation", "document")
    things = things or first is not None and first.kind == "which"
    things = things or bound is not None and bound.words[0].isalpha() and not loose
    if bound and things and kind.kind != "number" and not kind.where:
        return "more" if bound.more else "less"
    return "all" if listed and kind.kind != "number" else "one"


# ---- the most and the least


def extreme(text: str, kind: Kind, ask: Ask | None) -> str:
    """Returns "most" or "least" for a question with a superlative; else "".

    A superlative that only describes a thing does not count: "最长的桥在哪里", "Who built the
    longest bridge?".

    Args:
        text: the question in simplified characters.
        kind: the kind of thing asked for.
        ask: the first question words, or None.
    """
    if ask is None or kind.kind == "number" or ask.kind in ("why", "how"):
        return ""
    if ask.kind == "date" and not re.match("哪|which|what", text[ask.start :], re.I):
        return ""
    for found in pattern("most").finditer(text):
        before = text[: found.start()]
        if found.start() < ask.start:  # not "最长的桥在哪里"
            to_ask = pattern("to_ask").fullmatch(text, found.end(), ask.start)
            counts = bool(to_ask) and not (ask.kind == "places" and ask.adverb)
        elif found["zh"]:  # not "谁修了最长的桥", "最高等级勋章"
            counts = found["zh"] in "多少" or bool(pattern("said_most").match(text, found.end()))
        elif found["en"] or found["quantity"] and pattern("adjective_en").match(text, found.end()):
            counts = bool(pattern("shown").search(before))  # not "Who built the longest bridge?"
        else:
            counts = True
        if counts and not re.search(r"\bone of (?:\w+ )?$", before):
            return "least" if pattern("least").search(found[0]) else "most"
    return ""


# ---- more or less than


def bound_of(text: str) -> Bound | None:
    """The bound that a quantity is compared with, a figure or a name; None for no comparison."""
    for found in pattern("bound").finditer(text):
        group = next(name for name, words in found.groupdict().items() if words)
        value, start = found[group].rstrip("., "), found.start(group)
        if not re.match(r"[12]\d{3}(?:年|$)", value):  # a year is no bound: "over 2022"
            comparison = text[found.start() : start] + text[found.end(group) : found.end()]
            less, inclusive = (pattern(way).search(comparison) for way in ("below", "inclusive"))
            return Bound(start, start + len(value), value, not less, bool(inclusive))
    return None
