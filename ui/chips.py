"""Chips: what restricts an answer, each with a control that asks the same question without it.

The controls are links, which the chat lets through: the page's script names them by their titles
and hands their address to the server (:func:`rag.ui.asked.wished`).
"""

from __future__ import annotations

from dataclasses import dataclass

from rag.answer.types import Constraint
from rag.corpus.places import find_places
from rag.search.types import Filters
from rag.ui.asked import QuestionRequest
from rag.ui.filters import told
from rag.ui.templating import macro
from rag.ui.texts import reader_date, text
from rag.ui.timeline import bounds
from rag.ui.turn import Turn, voice

_restrictions = macro("chips", "restrictions")
_line = macro("chips", "line")
_aside = macro("chips", "aside")


@dataclass(frozen=True, slots=True)
class _Chip:
    """What restricts an answer, and the control that it has.

    Attributes:
        shown: what it says.
        address: what its control asks for.
        name: the name of the control, "" where what it shows says all.
        because: the words of the question that it comes from, "" where they are what is shown.
        struck: whether it is lifted.
    """

    shown: str
    address: str
    name: str = ""
    because: str = ""
    struck: bool = False


def restrictions(turn: Turn) -> str:
    """The chips of an answer: what its question restricts it to, what was lifted, and what to lift
    to get an answer; or "".
    """
    answer, lang = turn.answer, voice(turn.answer)
    offers = [_offer(turn, kind, lang) for kind in answer.answered_without]
    # Words that restrict twice are lifted together, so they are one chip.
    first = {(one.kind, one.words): at for at, one in reversed(list(enumerate(answer.constraints)))}
    bound = [_bound(turn, at, answer.constraints[at], lang) for at in sorted(first.values())]
    quoted = (text(lang, "quoted", words=words) for words in turn.asked.without)
    lifted = [
        _Chip(words, f"#bind-{turn.key}-{at}", text(lang, "bind", words=words), struck=True)
        for at, words in enumerate(quoted)
    ]
    return _restrictions(offers, bound, lifted, lang)


def filters(chosen: Filters, lang: str) -> str:
    """The chips of the filters that the reader set; or ""."""
    chips = [
        _Chip(words, f"#drop-{field}", text(lang, "drop", what=words))
        for field, words in told(chosen, lang)
    ]
    return _line(chips, "×")


def put_aside(asked: QuestionRequest, lang: str) -> str:
    """Beside a question: the filters it was asked under, and which of its restrictions were lifted;
    or "".
    """
    parts = [words for _, words in told(asked.filters, lang)]
    lifted = text(lang, "separator").join(text(lang, "quoted", words=one) for one in asked.without)
    return _aside([*parts, text(lang, "without", words=lifted)] if lifted else parts)


def period(value: str, lang: str) -> str:
    """An interval "2023-08-01/2023-08-31" as short as a reader would tell it: "August 2023";
    "2023", "1 August 2023 – 15 September 2023".
    """
    yearly = value.startswith("--")
    first, _, last = value.replace("--", "").partition("/")
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


def _meaning(one: Constraint, lang: str) -> str:
    """What a restriction means, as its reader tells it: a place in both languages for English."""
    if one.kind == "place" and lang == "en" and (found := find_places(one.value)):
        return f"{found[-1].place.en} {found[-1].place.short}"
    return period(one.value, lang) if one.kind == "date" else one.value


def _bound(turn: Turn, at: int, one: Constraint, lang: str) -> _Chip:
    meaning, words = _meaning(one, lang), text(lang, "quoted", words=one.words)
    plain = one.words.casefold() in meaning.casefold()
    return _Chip(
        meaning,
        f"#lift-{turn.key}-{at}",
        text(lang, "lift", what=meaning, words=words),
        "" if plain else text(lang, "because", words=words),
    )


def _offer(turn: Turn, kind: str, lang: str) -> _Chip:
    words = dict.fromkeys(one.words for one in turn.answer.constraints if one.kind == kind)
    named = text(lang, "separator").join(text(lang, "quoted", words=one) for one in words)
    return _Chip(text(lang, f"free_{kind}", words=named), f"#free-{turn.key}-{kind}")
