"""Answers to take away: Markdown for people, JSON for programs, CSV for spreadsheets."""

import csv
import io
import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rag.answer.types import Answer, Citation, Row
from rag.search.types import Filters
from rag.ui.turn import QuestionRequest
from rag.ui.export import as_csv, as_json, as_markdown
from rag.ui.turn import Turn

QUOTE = Citation(
    "0a1b2c3d4e",
    "a",
    0,
    12,
    "The fair\nopened.",
    "Fair",
    "2024-05-01",
    "Herald",
    "https://example.org/fair",
    "en",
)
FOUND = Answer(
    "and the fair?",
    "en",
    "text",
    "It opened. [1]",
    False,
    citations=(QUOTE,),
    completed="When did the fair open?",
)
TURNS = [
    Turn(
        "aa",
        FOUND,
        asked=QuestionRequest(
            "and the fair?", Filters("2024-01-01", sources=("Herald",)), ("May",)
        ),
    ),
    Turn(
        "bb",
        Answer("Why?", "en", "text", "The articles do not answer this.", True, nearest=(QUOTE,)),
    ),
]


def test_markdown_has_question_filters_answer_and_sources_with_their_ids():
    first, second = as_markdown(TURNS, "en").split("## ")[1:]
    assert first.startswith(
        "When did the fair open?\n\n(from 1 January 2024 · source: Herald · without “May”)\n\nIt"
        " opened. [1]"
    )
    assert first.strip().endswith(
        "[1] “The fair opened.”: Fair, Herald, 2024-05-01, https://example.org/fair (id 0a1b2c3d4e)"
    )
    assert second == "Why?\n\nThe articles do not answer this.\n"
    assert as_markdown([], "zh") == ""


def test_json_has_what_was_asked_and_the_whole_answer():
    first, second = json.loads(as_json(TURNS))
    assert first["answer"] == FOUND.to_dict() and second["answer"]["refused"]
    assert first["asked"] == {
        "question": "and the fair?",
        "without": ["May"],
        "filters": {
            "date_from": "2024-01-01",
            "date_to": "",
            "sources": ["Herald"],
            "langs": [],
            "places": [],
        },
    }
    assert json.loads(as_json([])) == []


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.sampled_from(["=1+1", "+1", "-1", "@x", "\t=1", " =HYPERLINK(1)", "＝1", "\n=1", ""]),
)
def test_no_cell_of_a_table_is_a_formula_and_every_word_is_kept(words, began):
    raw = began + words
    cited = (replace(QUOTE, quote=raw, title=raw, source=raw),)
    answer = Answer(
        "Where?", "en", "places", "", False, rows=(Row(raw, "四川", raw, (1, 9)),), citations=cited
    )
    head, row = csv.reader(
        io.StringIO(as_csv(Turn("aa", answer), "en").removeprefix("\ufeff"), newline="")
    )
    assert (
        head == ["Place", "Where exactly", "Quote", "Title", "Source", "Date", "URL", "ID"]
        and row[-1] == QUOTE.id
    )
    for cell in row:
        assert not cell.lstrip(" \ufeff").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))
    assert row[2].removeprefix("'") == raw or row[2] == raw
