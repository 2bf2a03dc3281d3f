"""A question with its answer: how it is asked again modified, what all views of it need, as
citations, marks and near-duplicates, and the JSON that the browser keeps of it.

By this JSON a conversation goes on after the page is reloaded or the server restarts.
"""

from __future__ import annotations

import functools
import json
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from rag.answer.gloss import glosses
from rag.answer.types import Answer, Citation, Row
from rag.plain import voice
from rag.search.types import Filters
from rag.ui.markup import MarkedSpan
from rag.ui.texts import Phrase, counted, text

log = logging.getLogger("rag.ui")

_KEY = re.compile("[0-9a-f]{1,16}")
_WISH = re.compile(r"#(\w+)-([0-9a-f]+)-(\w+)")


@dataclass(frozen=True, slots=True)
class QuestionRequest:
    """A question with the arguments of :meth:`rag.assistant.Assistant.ask`.

    Attributes:
        question: the question as the reader wrote it.
        filters: the filters that the reader set.
        without: words of the question that restricted it, until the reader lifted this.
        after: key of the turn that it follows up, or "".
    """

    question: str
    filters: Filters = Filters()
    without: tuple[str, ...] = ()
    after: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and its answer.

    Attributes:
        key: hex digits that identify the turn in links, unique in its conversation.
        answer: the answer; None if there is none, see ``problem``.
        asked: the question with its filters.
        problem: why there is no complete answer, or None.
    """

    key: str
    answer: Answer | None
    asked: QuestionRequest = QuestionRequest("")
    problem: Phrase | None = None


def alone(turn: Turn) -> QuestionRequest:
    """Returns the question as a link asks it: on its own, so a follow-up in its completed form."""
    whole = turn.answer.completed if turn.answer else ""
    return replace(turn.asked, question=whole or turn.asked.question, after="")


def cited(turn: Turn) -> tuple[Citation, ...]:
    """Returns what [1] and so on refer to: the citations, or in a refusal the nearest quotes."""
    if turn.answer is None:
        return ()
    return turn.answer.nearest if turn.answer.refused else turn.answer.citations


def spans(citation: Citation, lang: str, whole: bool = False) -> list[MarkedSpan]:
    """Returns the spans to mark for a citation, outermost first: quote, value, matching words.

    Args:
        citation: the citation.
        lang: language of the tooltips.
        whole: whether text around the quote is shown, so that the quote needs a mark.
    """
    first, last = citation.start, citation.end
    made = [MarkedSpan(first, last, "yj-quote")] if whole else []
    made += [
        MarkedSpan(max(start, first), min(end, last), "yj-value") for start, end in citation.marks
    ]
    for found in citation.highlights:
        # The chat lists all words together instead of in tooltips, see `glossed`.
        title = text(lang, "matches", word=found.word) if found.word and whole else ""
        start, end = max(found.start, first), min(found.end, last)
        made.append(MarkedSpan(start, end, "yj-word", title, found.word))
    return made


def glossed(citation: Citation, lang: str) -> str:
    """Returns a line that says which words of a quote match which of the question, or ""."""
    pairs = (text(lang, "pair", word=word, of=of) for word, of in glosses(citation))
    return text(lang, "separator").join(pairs)


def with_its_copies(turn: Turn, number: int) -> list[int]:
    """Returns the number of a citation, and the numbers of its near-duplicates."""
    return [number, *(n for n, one in enumerate(cited(turn), 1) if one.same_as == number)]


def valid(turn: Turn, numbers: Iterable[int]) -> list[int]:
    """Returns those of the numbers that a citation has."""
    return [number for number in numbers if 1 <= number <= len(cited(turn))]


def told_once(turn: Turn, numbers: Iterable[int]) -> list[int]:
    """As :func:`valid`, without near-duplicates of others among them.

    The chips of near-duplicates stand beside the quote that is shown.
    """
    there = valid(turn, numbers)
    return [number for number in there if cited(turn)[number - 1].same_as not in there]


def told_besides(turn: Turn, row: Row) -> str:
    """Returns how many more articles tell a row's story, and which figures differ; or ""."""
    lang = voice(turn.answer)
    more = counted(row.more, "article", lang)
    notes = [text(lang, "same_story", articles=more)] if row.more else []
    for one in row.differing:
        figures = (f"{figure} [{n}]" for figure, n in zip(one.figures, one.citations, strict=False))
        notes.append(text(lang, "differing", figures=text(lang, "separator").join(figures)))
    return " · ".join(notes)


def wished(wish: str) -> tuple[str, str, str]:
    """Splits a control's address "#lift-0a1b-0": action, key of the turn, which of its items.

    All are "" for anything else. (A wish is what a control asks for.)
    """
    do, key, which = found.groups() if (found := _WISH.fullmatch(wish)) else ("", "", "")
    return do, key, which


def again(
    asked: QuestionRequest, answer: Answer | None, do: str, which: str
) -> QuestionRequest | None:
    """Returns the same question with changed restrictions; None if there is no such restriction.

    Args:
        asked: the question.
        answer: the answer to it, or None.
        do: "retry" repeats the question unchanged, "lift" lifts a constraint of the answer, "free"
            lifts all constraints of one kind, "bind" restores a lifted one.
        which: for "lift" the number of the constraint, for "free" the kind, and for "bind" the
            number in ``asked.without``; numbers count from 0.
    """
    bound = answer.constraints if answer else ()
    if do == "retry":
        return asked
    if do == "bind":
        words = [one for at, one in enumerate(asked.without) if str(at) != which]
    elif do == "free":
        words = [*asked.without, *(one.words for one in bound if one.kind == which)]
    elif do == "lift":
        words = [*asked.without, *(one.words for at, one in enumerate(bound) if str(at) == which)]
    else:
        return None
    without = tuple(dict.fromkeys(words))
    return replace(asked, without=without) if without != asked.without else None


def remember(turn: Turn) -> str:
    """Returns a turn as JSON."""
    return _adapter().dump_json(turn).decode()


def recall(stored: str) -> tuple[Turn, ...]:
    """Returns the turns in a JSON list, in order.

    Entries that are damaged, or that an older version wrote and this one cannot read, are skipped.
    """
    try:
        rows = json.loads(stored or "[]")
    except ValueError:
        return ()
    turns: dict[str, Turn] = {}
    for row in rows if isinstance(rows, list) else ():
        try:
            turn = _adapter().validate_python(row, strict=False)
        except ValueError as error:
            log.info("a turn that a browser kept cannot be read: %s", error)
            continue
        if _KEY.fullmatch(turn.key) and _is_whole(turn):
            turns.setdefault(turn.key, turn)
    return tuple(turns.values())


def _is_whole(turn: Turn) -> bool:
    """Whether a turn can be shown: it has an answer, or a known message why it has none."""
    if turn.answer:
        return True
    try:
        return bool(turn.problem and text("en", turn.problem.key, **dict(turn.problem.values)))
    except (KeyError, ValueError, IndexError):
        return False


@functools.cache
def _adapter():
    from pydantic import TypeAdapter

    return TypeAdapter(Turn)
