"""Finds the form of a question, such as one thing, all that fit, a count, the most, or why.

The question words come from :mod:`rag.question.asking`.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.corpus.places import find_places
from rag.question.asking import ENTITY_KINDS, Ask, number_of
from rag.question.compared import extreme
from rag.question.kinds import Kind, kind_of
from rag.question.types import Bound, Span
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
        fits = thing.focus[0] == len(which) - 1  # not "大学入学率"
    elif found := pattern("how_many").match(text, start, max(end, start + 3)):
        chinese = found[0][0] > "\u2e80"
        which = (f"哪{found['measure'] or '个'}" if chinese else "which") + text[found.end() :]
        thing = kind_of(which)
        fits = not pattern("counted_object").match(which, thing.focus[0])
        placed = any(m.end == start for m in find_places(text[:start])) if chinese else False
        fits = fits and (
            not chinese or placed or bool(pattern("before_subject").search(text[:start]))
        )
        fits = fits or bool(pattern("into").search(text[:start]))
    else:
        return "", ""
    noun = which[: thing.focus[0]]
    if thing.kind == "person":
        fits = fits and bool(pattern("office").search(noun))
    elif thing.kind == "organisation":
        fits = fits and not noun.endswith("家")  # 多少家分店
    elif thing.kind not in ("places", "document") or thing.where:
        fits = False
    return (thing.kind, thing.level) if fits else ("", "")


def form_of(
    text: str, kind: Kind, asks: Sequence[Ask], number: bool, bound: Bound | None
) -> tuple[str, Span]:
    """Returns one of ``FORMS``, and the span of the superlative for "most" and "least".

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
    word, span = extreme(text, kind, first)
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
    return form, span


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
