"""Tells which questions a list answers, and which an article whose title they quote."""

from __future__ import annotations

from collections.abc import Sequence

from rag.question import ParsedQuestion
from rag.reader.findings import Findings, ReadPassage
from rag.reader.normal import key_of

# Share of all figures found from which the best figure is taken as the stated number of places.
_MIN_SHARE_OF_STATED_NUMBER = 0.75
# The same, if the figure is larger than the number of places found.
_MIN_SHARE_OF_LARGER_NUMBER = 0.5
# Forms of questions that a list answers.
_LIST_FORMS = ("all", "count", "most", "least", "more", "less")


def is_list(parsed: ParsedQuestion) -> bool:
    """Whether a list answers a question.

    That is so if it asks for several things, or for one place of a kind ("which province").
    """
    one_place = parsed.kind == "places" and parsed.form == "one" and not parsed.where
    return parsed.form in _LIST_FORMS or one_place


def is_place_list(parsed: ParsedQuestion) -> bool:
    """Whether all places of a kind are sought, without a comparison or a denial."""
    return (
        is_list(parsed)
        and parsed.sought[0] == "places"
        and parsed.form in ("one", "all", "count")
        and not parsed.bound
        and not parsed.negated
    )


def is_stated(parsed: ParsedQuestion, findings: Findings, counted: int = 0) -> bool:
    """Whether an article itself states how many things there are, so that no list need be counted.

    Places can be counted with certainty, so a stated number of places must be clearly surer than
    other figures. Less is enough if it is larger than what was counted, since few articles name all
    of "113 countries".

    Args:
        parsed: the question.
        findings: what was found for it.
        counted: number of places found, 0 before they are known.
    """
    if parsed.form != "count" or parsed.bound or not findings.values:
        return False
    keys = [key_of(value.text, "number") for value in findings.values]
    figures = [kind == "number" for kind, _ in keys]
    if not is_place_list(parsed):
        return figures[0]
    shares = [value.share for value, one in zip(findings.values, figures) if one]
    more = counted and isinstance(keys[0][1], int | float) and keys[0][1] > counted
    return figures[0] and shares[0] >= (
        _MIN_SHARE_OF_LARGER_NUMBER if more else _MIN_SHARE_OF_STATED_NUMBER
    ) * sum(shares)


def quotes_title(parsed: ParsedQuestion, passages: Sequence[ReadPassage]) -> bool:
    """Whether a question asks what an article says whose title it quotes; that article answers it.

    ``passages`` are those that were read, best first.
    """
    if parsed.kind != "text" or not passages:
        return False
    words = parsed.text.partition("“")[2].rpartition("”")[0].rstrip("…")
    return len(words) > 3 and passages[0].reading.window.article.title.startswith(words)
