"""Makes a :class:`ParsedQuestion` of a typed question and the turns before: the only entry point.

A question "leans" on the turns before if it is incomplete without them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rag.corpus import detect_lang
from rag.corpus.language import UNKNOWN_LANGUAGE
from rag.question.asides import article_limits, is_aside
from rag.question.constraints import day_of, find_limits
from rag.question.corpus_asked import about_corpus, of_the_same
from rag.question.followup import complete, otherwise
from rag.question.periods import find_periods
from rag.question.query import clean, query_of
from rag.question.script import HANT, in_simplified, is_traditional, simplified
from rag.question.talk import (
    MIN_PROBABILITY_IF_FOLLOW_UP,
    MIN_PROBABILITY_IF_PASTED,
    is_pasted,
    talk_of,
)
from rag.question.types import Asked, ParsedQuestion, Turns
from rag.question.wording import understand

if TYPE_CHECKING:
    from datetime import date

    from rag.index import Snapshot


def parse(
    snapshot: Snapshot,
    question: str,
    history: Turns = (),
    as_of: str = "",
    without: Sequence[str] = (),
) -> ParsedQuestion:
    """Parses a question: completes it, classifies it and finds its constraints.

    Args:
        snapshot: the index, whose model, publishers and article contents the parsing uses.
        question: the question, Chinese or English, at most 2,000 characters.
        history: earlier turns, oldest first, as (question, answer).
        as_of: the day to which "last month" refers, "YYYY-MM-DD"; "" for that of the newest
            article.
        without: constraints to lift, by kind or by their words.

    Raises:
        UsageError: the question is empty or too long, or ``without`` has an entry that is no kind
            and no constraint of it.
    """
    typed = clean(question)
    today = day_of(snapshot, as_of)
    history = [turn for turn in history if turn[1].kind != "talk"]
    aside = bool(history) and is_aside(simplified(typed))
    # "还有别的报道吗？" is about the last answer.
    about = None if aside else about_corpus(in_simplified(typed), today, snapshot.model)
    talk = "" if about or aside else _talk(typed, history, snapshot, today)
    # "How many articles are there?" is whole, unless the last question was about a subject.
    whole = about and (about.subject or not history or not history[-1][1].about)
    leaning = _Leaning()
    if history and not (talk or whole):
        leaning = _leaning(snapshot, typed, history, bool(about), today)
    completed = leaning.completed
    query = query_of(snapshot, completed or typed)
    if query.text != (completed or typed):  # names or figures as the articles write them
        completed = query.text
    asked = understand(query.plain)
    if leaning.only:  # details from cited articles: ask openly, not for the same value again
        asked = dataclasses.replace(asked, kind="text", level="", form="open", idle=())
    asked, constraints, allowed, reference_day = find_limits(
        snapshot, query.plain, asked, as_of, without
    )
    if completed and not leaning.only:  # from ``query.text``, which has the names in characters
        about = about_corpus(in_simplified(query.text), today, snapshot.model)
    return ParsedQuestion(
        **_fields(asked),
        text=query.text,
        asked=typed,
        completed=completed,
        lang=query.lang,
        frame=_frame(typed, query.text, query.lang),
        query=query,
        constraints=constraints,
        allowed=allowed,
        as_of=reference_day,
        seen=leaning.seen,
        only=leaning.only,
        talk=talk,
        about=about,
        second=leaning.second,
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Leaning:
    """What a question that leans on the turns before takes from them.

    Attributes:
        completed: the completed question, "" if it is whole.
        second: the second reading in full, or "".
        seen, only: article ids, as in :class:`rag.question.types.ParsedQuestion`.
    """

    completed: str = ""
    second: str = ""
    seen: tuple[str, ...] = ()
    only: tuple[str, ...] = ()


def _leaning(
    snapshot: Snapshot,
    typed: str,
    history: Turns,
    about: bool,
    today: date | None,
) -> _Leaning:
    """Completes a question from the turns before.

    A follow-up to a question about the corpus is tried first, unless it is a full one (``about``).
    """
    second, sources = "", snapshot.source_codes[0]
    completed = "" if about else of_the_same(typed, *history[-1], today, snapshot.model)
    if not completed:
        completed = complete(typed, history, sources)
        second = otherwise(typed, completed, history, sources)
    return _Leaning(completed, second, *article_limits(typed, completed, history))


def _asks_of_days(typed: str, today: date | None) -> bool:
    """Whether a message is a question about a period longer than a day."""
    if not typed.endswith(("?", "？", "吗")):
        return False
    return any(one.period.first != one.period.last for one in find_periods(typed, today))


def _talk(typed: str, history: Turns, snapshot: Snapshot, today: date | None) -> str:
    """Returns which of ``TALK_KINDS`` a message is, "" for none.

    A message that an article contains word for word, or that asks about a period of several days
    ("did it snow last month?"), counts as talk only from probability
    ``MIN_PROBABILITY_IF_PASTED``. One that can be completed from the turns before ("Shenzhen?")
    counts only from ``MIN_PROBABILITY_IF_FOLLOW_UP``.
    """
    talk = talk_of(typed, snapshot.model)
    if not talk or talk_of(typed, snapshot.model, MIN_PROBABILITY_IF_PASTED):
        return talk
    if is_pasted(typed, snapshot) or _asks_of_days(typed, today):
        return ""
    if history and not talk_of(typed, snapshot.model, MIN_PROBABILITY_IF_FOLLOW_UP):
        leans = complete(typed, history) or otherwise(typed, "", history)  # "最高气温多少度？"
        return "" if leans else talk
    return talk


def read_otherwise(
    snapshot: Snapshot, parsed: ParsedQuestion, as_of: str = "", without: Sequence[str] = ()
) -> ParsedQuestion:
    """Parses the second reading of a question; arguments as for :func:`parse`."""
    other = parse(snapshot, parsed.second, (), as_of, without)
    return dataclasses.replace(other, asked=parsed.asked, completed=other.text, frame=parsed.frame)


def lifted(
    snapshot: Snapshot, parsed: ParsedQuestion, as_of: str = "", without: Sequence[str] = ()
) -> ParsedQuestion:
    """The same question with other constraints lifted; arguments as for :func:`parse`."""
    plain = parsed.query.plain
    asked, constraints, allowed, today = find_limits(
        snapshot, plain, understand(plain), as_of, without
    )
    return dataclasses.replace(
        parsed, **_fields(asked), constraints=constraints, allowed=allowed, as_of=today
    )


def _fields(asked: Asked) -> dict[str, Any]:
    """The fields of a record by name; unlike ``asdict`` it does not convert nested records."""
    return {one.name: getattr(asked, one.name) for one in dataclasses.fields(Asked)}


def _frame(typed: str, text: str, lang: str) -> str:
    """The language of the answer: that of the question as typed, and its script for Chinese."""
    typed_lang = detect_lang(typed)
    # "2023?" has no language of its own.
    typed_lang = lang if typed_lang == UNKNOWN_LANGUAGE else typed_lang
    return "en" if typed_lang != "zh" else HANT if is_traditional(typed + text) else "zh"
