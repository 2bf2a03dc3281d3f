"""Answers to take away: Markdown for people, JSON for programs."""

import json

from rag.answer.types import Answer, Citation
from rag.search.types import Filters
from rag.ui.asked import Asked
from rag.ui.keep import as_json, as_markdown
from rag.ui.turn import Turn

QUOTE = Citation("0a1b2c3d4e", "a", 0, 12, "The fair\nopened.", "Fair", "2024-05-01", "Herald", "https://example.org/fair", "en")
FOUND = Answer("and the fair?", "en", "text", "It opened. [1]", False, citations=(QUOTE,), completed="When did the fair open?")
TURNS = [
    Turn("aa", FOUND, asked=Asked("and the fair?", Filters("2024-01-01", sources=("Herald",)), ("May",))),
    Turn("bb", Answer("Why?", "en", "text", "The articles do not answer this.", True, nearest=(QUOTE,))),
]


def test_markdown_has_question_filters_answer_and_sources_with_their_ids():
    first, second = as_markdown(TURNS, "en").split("## ")[1:]
    assert first.startswith("When did the fair open?\n\n(from 2024-01-01 · source: Herald · without “May”)\n\nIt opened. [1]")
    assert first.strip().endswith("[1] “The fair opened.”: Fair, Herald, 2024-05-01, https://example.org/fair (id 0a1b2c3d4e)")
    assert second == "Why?\n\nThe articles do not answer this.\n"
    assert as_markdown([], "zh") == ""


def test_json_has_what_was_asked_and_the_whole_answer():
    first, second = json.loads(as_json(TURNS))
    assert first["answer"] == FOUND.to_dict() and second["answer"]["refused"]
    assert first["asked"] == {
        "question": "and the fair?", "without": ["May"],
        "filters": {"date_from": "2024-01-01", "date_to": "", "sources": ["Herald"], "langs": [], "places": []},
    }  # fmt: skip
    assert json.loads(as_json([])) == []
