"""Which questions are answered by a list."""

from __future__ import annotations

from rag.question import ParsedQuestion
from rag.reader.findings import Findings
from rag.reader.normal import key_of

LISTS = ("all", "count", "most", "least", "more", "less")  # forms that are answered by a list


def is_list(parsed: ParsedQuestion) -> bool:
    """Whether a question is answered by a list.

    Several are asked for, or one of the places of a kind ("which province").
    """
    return (
        parsed.form in LISTS
        or parsed.kind == "places"
        and not parsed.where
        and parsed.form == "one"
    )


def is_place_list(parsed: ParsedQuestion) -> bool:
    """Whether all places of a kind are sought, and nothing is compared or denied."""
    return (
        is_list(parsed)
        and parsed.sought[0] == "places"
        and parsed.form in ("one", "all", "count")
        and not parsed.bound
        and not parsed.negated
    )


def is_stated(parsed: ParsedQuestion, findings: Findings) -> bool:
    """Whether an article says itself how many they are: no list need be counted."""
    if parsed.form != "count" or parsed.bound or not findings.values:
        return False
    return key_of(findings.values[0].text, "number")[0] == "number"
