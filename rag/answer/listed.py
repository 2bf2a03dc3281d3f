"""Which questions are answered by a list, and which by an article that they name."""

from __future__ import annotations

from collections.abc import Sequence

from rag.question import ParsedQuestion
from rag.reader.findings import Findings, ReadPassage
from rag.reader.normal import key_of

# Share of all figures found from which the first is taken for the number of some places.
STATED = 0.75
LARGER = 0.5  # the same for one that is larger than the number of places that were found
LISTS = ("all", "count", "most", "least", "more", "less")  # forms that are answered by a list


def is_list(parsed: ParsedQuestion) -> bool:
    """Whether a question is answered by a list.

    Several are asked for, or one of the places of a kind ("which province").
    """
    one_place = parsed.kind == "places" and parsed.form == "one" and not parsed.where
    return parsed.form in LISTS or one_place


def is_place_list(parsed: ParsedQuestion) -> bool:
    """Whether all places of a kind are sought, and nothing is compared or denied."""
    return (
        is_list(parsed)
        and parsed.sought[0] == "places"
        and parsed.form in ("one", "all", "count")
        and not parsed.bound
        and not parsed.negated
    )


def is_stated(parsed: ParsedQuestion, findings: Findings, counted: int = 0) -> bool:
    """Whether an article says itself how many they are: no list need be counted.

    Places can be counted with certainty: what is said of their number must be surer than a figure
    that is merely the likeliest, unless it is larger than what was counted, since few articles name
    all of "113 countries".

    Args:
        parsed: the question.
        findings: what was found for it.
        counted: number of places that were found, 0 before that.
    """
    if parsed.form != "count" or parsed.bound or not findings.values:
        return False
    keys = [key_of(value.text, "number") for value in findings.values]
    figures = [kind == "number" for kind, _ in keys]
    if not is_place_list(parsed):
        return figures[0]
    shares = [value.share for value, one in zip(findings.values, figures) if one]
    more = counted and isinstance(keys[0][1], int | float) and keys[0][1] > counted
    return figures[0] and shares[0] >= (LARGER if more else STATED) * sum(shares)


def quotes_title(parsed: ParsedQuestion, passages: Sequence[ReadPassage]) -> bool:
    """Whether a question asks what the article says whose title it quotes, which always answers.

    ``passages`` are those that were read, best first.
    """
    if parsed.kind != "text" or not passages:
        return False
    words = parsed.text.partition("“")[2].rpartition("”")[0].rstrip("…")
    return len(words) > 3 and passages[0].reading.window.article.title.startswith(words)
