"""Comparisons in a question: "most", "least", more or less than a bound, and of which quantity."""

from __future__ import annotations

import re

from rag.question.asking import Ask
from rag.question.kinds import Kind
from rag.question.types import Bound, Span
from rag.question.words import pattern

# ---- the most and the least


def extreme(text: str, kind: Kind, ask: Ask | None) -> tuple[str, Span]:
    """Returns "most" or "least" and the span of the superlative; "" and (0, 0) for none.

    A superlative that only describes a thing does not count: "最长的桥在哪里", "Who built the
    longest bridge?".

    Args:
        text: the question in simplified characters.
        kind: the kind of thing asked for.
        ask: the first question words, or None.
    """
    if ask is None or kind.kind == "number" or ask.kind in ("why", "how"):
        return "", (0, 0)
    if ask.kind == "date" and not re.match("哪|which|what", text[ask.start :], re.I):
        return "", (0, 0)
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
            return ("least" if pattern("least").search(found[0]) else "most"), found.span()
    return "", (0, 0)


# ---- more or less than


def bound_of(text: str) -> tuple[Bound | None, Span]:
    """The bound that a quantity is compared with, a figure or a name, and the span of the whole
    comparison ("more than 300 shops"); None and (0, 0) for none.
    """
    for found in pattern("bound").finditer(text):
        group = next(name for name, words in found.groupdict().items() if words)
        value, start = found[group].rstrip("., "), found.start(group)
        if not re.match(r"[12]\d{3}(?:年|$)", value):  # a year is no bound: "over 2022"
            comparison = text[found.start() : start] + text[found.end(group) : found.end()]
            less, inclusive = (pattern(way).search(comparison) for way in ("below", "inclusive"))
            return Bound(start, start + len(value), value, not less, bool(inclusive)), found.span()
    return None, (0, 0)


# ---- the quantity


def measure_of(text: str, start: int, end: int, after: int) -> Span:
    """The span of the quantity that ``text[start:end]`` compares: a noun before it, else behind it.

    Args:
        text: the question in simplified characters.
        start, end: offsets of the comparison.
        after: offset where the question words end.
    """
    commas = (text.rfind(mark, 0, start) + 1 for mark in "，,：:")
    begin = max(after if after <= start else 0, *commas)
    for lead in ("when_before", "left_of_measure"):
        if found := pattern(lead).match(text, begin, start):
            begin = found.end()
    latin = text[start:end].isascii()
    head = text[begin:start]
    verb = pattern("did" if latin else "done_zh").search(head)
    if latin and pattern("size").match(text, start):
        return start, end
    bare = pattern("right_of_measure").sub("", head)
    verb = verb or re.search(r"\bha(?:ve|s|d)\b", head[len(bare) :])  # "states have"
    head = bare
    if head and not verb and len(head) <= (40 if latin else 14):
        return begin, begin + len(head)
    if found := pattern("noun_en" if latin else "noun_zh").match(text, end):
        return found.span("noun")
    return (begin, begin + len(head)) if head else (start, end)
