"""Chips: what restricts an answer, each with a control that asks the same question without it.

The controls are links, which the chat lets through: the page's script names them by their titles
and hands their address to the server (:func:`rag.ui.asked.wished`).
"""

from __future__ import annotations

from collections.abc import Iterable

from rag.answer.types import Constraint
from rag.corpus.places import find_places
from rag.ui.templating import macro
from rag.ui.texts import reader_date, text
from rag.ui.timeline import bounds
from rag.ui.turn import Turn

filters = macro("chips", "filters")
"""The chips of the filters that the reader set, in a language; or ""."""
put_aside = macro("chips", "put_aside")
"""Beside a question: the filters it was asked under, and which of its restrictions were lifted, in
a language; or "".
"""


def constraints(turn: Turn) -> list[tuple[int, Constraint]]:
    """What an answer is restricted to, each with its number; words that restrict twice are lifted
    together, so they are told once.
    """
    once: dict[tuple[str, str], tuple[int, Constraint]] = {}
    for at, one in enumerate(turn.answer.constraints):
        once.setdefault((one.kind, one.words), (at, one))
    return list(once.values())


def quoted(words: Iterable[str], lang: str) -> str:
    """Each of some words once, in quotation marks: "“May”, “Wenzhou”"."""
    marked = (text(lang, "quoted", words=one) for one in dict.fromkeys(words))
    return text(lang, "separator").join(marked)


def period(value: str, lang: str) -> str:
    """An interval "2023-08-01/2023-08-31" as short as a reader would tell it: "August 2023";
    "2023", "1 August 2023 – 15 September 2023".
    """
    yearly = value.startswith("--")
    first, _, last = value.partition("/")
    if last == "..":
        words = text(lang, "since", date=reader_date(first, lang))
    elif first == "..":
        words = text(lang, "until", date=reader_date(last, lang))
    elif first == last:
        words = reader_date(first, lang)
    elif not yearly and (first, last) == bounds(first[:4]):
        words = first[:4]
    elif not yearly and (first, last) == bounds(first[:7]):
        words = reader_date(first[:7], lang)
    else:
        words = f"{reader_date(first, lang)} – {reader_date(last, lang)}"
    return text(lang, "yearly", date=words) if yearly else words


def meaning(one: Constraint, lang: str) -> str:
    """What a restriction means, as its reader tells it: a place in both languages for English."""
    if one.kind == "place" and lang == "en" and (found := find_places(one.value)):
        return f"{found[-1].place.en} {found[-1].place.short}"
    return period(one.value, lang) if one.kind == "date" else one.value
