"""Renders chips: the restrictions of an answer, each with a control to ask again without it.

The controls are links, which the chat permits. The page's script gives them their titles as names
and sends their address to the server (:func:`rag.ui.turn.wished`).
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
"""Renders the chips of the filters that the reader has set, in a language; or ""."""
put_aside = macro("chips", "put_aside")
"""Renders, for beside a question, its filters and which of its restrictions were lifted, in a
language; or "".
"""


def constraints(turn: Turn) -> list[tuple[int, Constraint]]:
    """Returns the constraints of an answer with their numbers.

    Of several with the same kind and words only the first, as they are lifted together.
    """
    once: dict[tuple[str, str], tuple[int, Constraint]] = {}
    for at, one in enumerate(turn.answer.constraints):
        once.setdefault((one.kind, one.words), (at, one))
    return list(once.values())


def quoted(words: Iterable[str], lang: str) -> str:
    """Returns distinct words as a list in quotation marks: "“May”, “Wenzhou”"."""
    marked = (text(lang, "quoted", words=one) for one in dict.fromkeys(words))
    return text(lang, "separator").join(marked)


def period(value: str, lang: str) -> str:
    """Formats an interval "2023-08-01/2023-08-31" as briefly as possible: "August 2023".

    Others: "2023", "1 August 2023 – 15 September 2023". An end ".." is open, and an interval that
    begins with "--" recurs each year.
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
    """Returns a constraint's value as readers write it; in English a place has both its names."""
    if one.kind == "place" and lang == "en" and (found := find_places(one.value)):
        return f"{found[-1].place.en} {found[-1].place.short}"
    return period(one.value, lang) if one.kind == "date" else one.value
