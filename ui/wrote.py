"""What a language model wrote, for the chat: its sentences with their sources, those that do not
hold marked with the reason.
"""

from __future__ import annotations

import re

from rag.answer.types import Answer, Written, WrittenSentence
from rag.ui.markup import escape
from rag.ui.texts import text
from rag.ui.turn import Turn, chip, voice

# A mark as the text of an answer has it, and a number of a source.
_MARK = re.compile(r"[(（]⚠ ([^\n]*?)[)）](?=\s|$|[^\x00-\x7f])")


def around(turn: Turn, evidence: str) -> str:
    """The model's sentences, then the evidence; where none of them holds the evidence with the
    reason, and they below it, folded.
    """
    written, lang = turn.answer.written, voice(turn.answer)
    note = (
        f'<p class="yj-model-note" role="note">{escape(written.note)}</p>' if written.note else ""
    )
    told = (" " if turn.answer.lang == "en" else "").join(
        _sentence(turn, one) for one in written.sentences
    )
    if holds(written):
        return (
            f'<p class="yj-wrote">{told}</p>{note}<p'
            f' class="yj-under-wrote">{escape(text(lang, "evidence"))}</p>{evidence}'
        )
    title = escape(text(lang, "model_wrote"))
    wrote = (
        f'<details class="yj-unheld"><summary>{title}</summary><p'
        f' class="yj-wrote">{told}</p></details>'
        if told
        else ""
    )
    return f"{note}{evidence}{wrote}"


def holds(written: Written) -> bool:
    """Whether the quotes bear a sentence out."""
    return any(one.supported for one in written.sentences)


def spent(answer: Answer) -> str:
    """Who wrote, and what it took, as a plain line; "" where no model was asked."""
    written = answer.written
    if written is None:
        return ""
    key = (
        ("written_by" if written.counted else "written_about")
        if holds(written)
        else ("written_not" if written.counted else "written_not_about")
    )
    return text(voice(answer), key, model=written.model, tokens=f"{written.tokens:,}")


def coming(raw: str) -> str:
    """A line of an answer that is under way, with its marks."""
    parts = _MARK.split(raw)
    parts[::2] = [escape(part) for part in parts[::2]]
    parts[1::2] = [_reason(part) for part in parts[1::2]]
    return "".join(parts)


def _sentence(turn: Turn, one: WrittenSentence) -> str:
    chips = "".join(chip(turn, number) for number in one.citations)
    if not one.why:
        return f"<span>{escape(one.text)}</span>{chips}"
    return f'<span class="yj-doubt">{escape(one.text)}</span>{chips}{_reason(one.why)}'


def _reason(why: str) -> str:
    return f' <span class="yj-doubt-why" role="note">⚠ {escape(why)}</span>'
