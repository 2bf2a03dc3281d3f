"""Answers to take away: as Markdown and as JSON, with citation ids that are the same in every session."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from rag.answer.types import Citation
from rag.ui.filters import told
from rag.ui.texts import text
from rag.ui.turn import Turn


def as_markdown(turns: Sequence[Turn], lang: str) -> str:
    """Questions, answers and their quotes, in order, as Markdown that reads well as plain text; ``lang`` is the page's."""
    return "\n\n".join(_turn(turn, lang) for turn in turns) + "\n" if turns else ""


def as_json(turns: Sequence[Turn]) -> str:
    """A list of objects: ``asked`` (question, filters, constraints lifted) and ``answer`` as in docs/answer.schema.json."""
    kept = [
        {
            "asked": {
                "question": turn.asked.question,
                "filters": asdict(turn.asked.filters),
                "without": list(turn.asked.without),
            },
            "answer": turn.answer.to_dict(),
        }
        for turn in turns
    ]
    return json.dumps(kept, ensure_ascii=False, indent=1) + "\n"


def _turn(turn: Turn, lang: str) -> str:
    answer = turn.answer
    under = [words for _, words in told(turn.asked.filters, lang)]
    under += [text(lang, "without", words=text(lang, "quoted", words=one)) for one in turn.asked.without]
    parts = [f"## {_line(answer.completed or answer.question)}", f"({' · '.join(map(_line, under))})" if under else "", answer.text]
    # The nearest quotes of a refusal are no sources of an answer.
    cited = () if answer.refused else answer.citations
    parts.append("\n".join(_source(number, one) for number, one in enumerate(cited, 1)))
    return "\n\n".join(filter(None, parts))


def _source(number: int, one: Citation) -> str:
    about = ", ".join(filter(None, map(_line, (one.title or one.article_id, one.source, one.date, one.url))))
    return f"[{number}] “{_line(one.quote)}”: {about} (id {one.id})"


def _line(raw: str) -> str:
    return " ".join(raw.split())
