"""The one way in: a question as it was typed, and what came before it, to a
:class:`ParsedQuestion`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rag.corpus import detect_lang
from rag.corpus.language import UNKNOWN
from rag.question.asides import is_aside, told_before
from rag.question.constraints import day_of, find_limits
from rag.question.corpus_asked import about_corpus, of_the_same
from rag.question.followup import complete, otherwise
from rag.question.periods import find_periods
from rag.question.query import clean, query_of
from rag.question.script import HANT, in_simplified, is_traditional, simplified
from rag.question.talk import CERTAIN, SURE, is_pasted, talk_of
from rag.question.types import Asked, Earlier, ParsedQuestion
from rag.question.wording import understand

if TYPE_CHECKING:
    from datetime import date

    from rag.index import Snapshot


def parse(
    snapshot: Snapshot,
    question: str,
    history: Sequence[tuple[str, Earlier]] = (),
    as_of: str = "",
    without: Sequence[str] = (),
) -> ParsedQuestion:
    """All that the words of a question say.

    Args:
        snapshot: the index that is asked: its model, its publishers, what its articles name.
        question: Chinese or English, at most 2,000 characters.
        history: earlier turns, oldest first, as (question, answer).
        as_of: the day that "last month" is told from, "YYYY-MM-DD"; "" for that of the newest
            article.
        without: constraints to leave out: kinds, or their words.

    Raises:
        UsageError: the question is empty or too long, or ``without`` names no constraint of it.
    """
    typed = clean(question)
    today = day_of(snapshot, as_of)
    about = about_corpus(in_simplified(typed), today, snapshot.model)
    history = [turn for turn in history if turn[1].kind != "talk"]
    aside = bool(history) and is_aside(simplified(typed))
    about = None if aside else about  # "还有别的报道吗？"
    talk = "" if about or aside else _talk(typed, history, snapshot, today)
    # "How many articles are there?" is whole, but for after a question about articles of a thing.
    whole = about and (about.subject or not history or not history[-1][1].about)
    leaning = _Leaning()
    if history and not (talk or whole):
        leaning = _leaning(snapshot, typed, history, bool(about), today)
    completed = leaning.completed
    query = query_of(snapshot, completed or typed)
    if query.text != (completed or typed):  # in the words of the articles
        completed = query.text
    asked = understand(query.plain)
    if leaning.only:  # all that these articles say of it, not the one value again
        asked = dataclasses.replace(asked, kind="text", level="", form="open", idle=())
    asked, constraints, allowed, told_from = find_limits(
        snapshot, query.plain, asked, as_of, without
    )
    if completed and not leaning.only:  # with the names that stand for letters in ``asked.plain``
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
        as_of=told_from,
        seen=leaning.seen,
        only=leaning.only,
        talk=talk,
        about=about,
        second=leaning.second,
    )


@dataclasses.dataclass(frozen=True, slots=True)
class _Leaning:
    """What a message that leans on the turns before takes from them.

    Attributes:
        completed: the question as completed, "" where nothing is missing.
        second: another reading of it, or "".
        seen, only: as in :class:`rag.question.types.ParsedQuestion`.
    """

    completed: str = ""
    second: str = ""
    seen: tuple[str, ...] = ()
    only: tuple[str, ...] = ()


def _leaning(
    snapshot: Snapshot,
    typed: str,
    history: Sequence[tuple[str, Earlier]],
    about: bool,
    today: date | None,
) -> _Leaning:
    """What a message takes from the turns before, one ``about`` the corpus its subject alone."""
    second, sources = "", snapshot.source_codes[0]
    completed = "" if about else of_the_same(typed, *history[-1], today, snapshot.model)
    if not completed:
        completed = complete(typed, history, sources)
        second = otherwise(typed, completed, history, sources)
    return _Leaning(completed, second, *told_before(typed, completed, history))


def _asks_of_days(typed: str, today: date | None) -> bool:
    """Whether a message asks of a period longer than a day."""
    if not typed.endswith(("?", "？", "吗")):
        return False
    return any(one.period.first != one.period.last for one in find_periods(typed, today))


def _talk(
    typed: str, history: Sequence[tuple[str, Earlier]], snapshot: Snapshot, today: date | None
) -> str:
    """Which talk a message is, "" for none; what may lean on a turn before ("Shenzhen?") does.

    What an article says word for word is talk only where that is certain, and so is what asks of a
    stretch of days ("did it snow last month?").
    """
    talk = talk_of(typed, snapshot.model)
    if not talk or talk_of(typed, snapshot.model, CERTAIN):
        return talk
    if is_pasted(typed, snapshot) or _asks_of_days(typed, today):
        return ""
    if history and not talk_of(typed, snapshot.model, SURE):
        leans = complete(typed, history) or otherwise(typed, "", history)  # "最高气温多少度？"
        return "" if leans else talk
    return talk


def read_otherwise(
    snapshot: Snapshot, parsed: ParsedQuestion, as_of: str = "", without: Sequence[str] = ()
) -> ParsedQuestion:
    """The question in its second reading; the rest as for :func:`parse`."""
    other = parse(snapshot, parsed.second, (), as_of, without)
    return dataclasses.replace(other, asked=parsed.asked, completed=other.text, frame=parsed.frame)


def lifted(
    snapshot: Snapshot, parsed: ParsedQuestion, as_of: str = "", without: Sequence[str] = ()
) -> ParsedQuestion:
    """The same question with other constraints left out; the rest as for :func:`parse`."""
    plain = parsed.query.plain
    asked, constraints, allowed, today = find_limits(
        snapshot, plain, understand(plain), as_of, without
    )
    return dataclasses.replace(
        parsed, **_fields(asked), constraints=constraints, allowed=allowed, as_of=today
    )


def _fields(asked: Asked) -> dict[str, Any]:
    """The fields by name, each of a type of its own, to make another record of."""
    return {one.name: getattr(asked, one.name) for one in dataclasses.fields(Asked)}


def _frame(typed: str, text: str, lang: str) -> str:
    """The language that the answer speaks: that of the question as it was typed, in its script."""
    said = detect_lang(typed)
    said = lang if said == UNKNOWN else said  # "2023?"
    return "en" if said != "zh" else HANT if is_traditional(typed + text) else "zh"
