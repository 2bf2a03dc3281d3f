"""A table of questions in, the same table with answers out."""

import csv
import io
import json

import pytest

from rag import Assistant, Index
from rag.question_table import RESULT_COLUMNS, NoQuestions, TableWriter, cell, read_sheet, result

QUESTIONS = (
    "编号;问题\n甲;哪些省举行了防汛演练？\n乙;\n丙;Who won the chess championship in Norway?\n"
)


@pytest.fixture(scope="module")
def assistant(news_index):
    with Index.open(news_index) as opened:
        yield Assistant(opened)


@pytest.mark.parametrize(
    "text, columns, questions",
    [
        (
            "How long, in km, is it?\n\n新馆多大？",
            ("question",),
            ["How long, in km, is it?", "新馆多大？"],
        ),
        (
            QUESTIONS,
            ("编号", "问题"),
            ["哪些省举行了防汛演练？", "Who won the chess championship in Norway?"],
        ),
        (
            '\ufeffid,Question\r\n1,"Two\nlines, one cell"\r\n',
            ("id", "Question"),
            ["Two\nlines, one cell"],
        ),
        ("question\tid\nWho?\n", ("question", "id"), ["Who?"]),
    ],
)
def test_a_table_or_lines_are_read(text, columns, questions):
    sheet = read_sheet(text)
    assert (sheet.columns, sheet.questions) == (columns, questions)
    assert all(len(row) == len(columns) for row in sheet.rows)


@pytest.mark.parametrize("text", ["", " \n ", "question,id\n,1\n"])
def test_no_questions_are_refused(text):
    with pytest.raises(NoQuestions, match="question"):
        read_sheet(text)


def test_an_answer_in_cells_is_verbatim_and_a_refusal_has_no_quote(assistant):
    told = result(answer := assistant.ask("哪些省举行了防汛演练？"))
    assert told["grade"] == "answered" and "湖南" in told["answer"]
    assert (
        told["quote"] == answer.citations[0].quote and told["source"] == answer.citations[0].source
    )
    assert all(one.quote in told["all_quotes"] for one in answer.citations)
    refused = result(assistant.ask("Who won the chess championship in Norway?"))
    assert (
        refused["grade"] == "nothing"
        and refused["answer"] == refused.get("quote", "") == refused["all_quotes"] == ""
    )


def test_a_cell_is_never_a_formula():
    sheet = read_sheet("question\n=1+1\n")
    line = TableWriter(sheet).row(0, {"answer": "@SUM(A1)", "quote": "plain"})
    cells = next(csv.reader(io.StringIO(line)))
    assert cells[0] == "'=1+1" and cells[2] == "'@SUM(A1)" and cells[3] == "plain"
    assert cell(" =x") == "' =x" and cell("a=b") == "a=b"


def test_the_command_keeps_the_columns_and_answers_each_row(news_index, tmp_path, call):
    file, out = tmp_path / "q.csv", tmp_path / "a.csv"
    file.write_bytes(QUESTIONS.encode("gb18030"))
    assert call("batch", "--index", news_index, file, "-o", out).returncode == 0
    head, *rows = csv.reader(io.StringIO(out.read_text("utf-8-sig")))
    assert head == ["编号", "问题", *RESULT_COLUMNS] and [row[0] for row in rows] == ["甲", "丙"]
    assert [row[2] for row in rows] == ["answered", "nothing"] and "江河日报" in rows[0]
    told = call("batch", "--index", news_index, "--json", file).stdout.splitlines()
    assert [json.loads(one)["answer"]["grade"] for one in told] == ["answered", "nothing"]


def test_a_row_that_cannot_be_answered_does_not_cost_the_others(news_index, tmp_path, call):
    file = tmp_path / "q.csv"
    file.write_text(f"question\n{'x' * 2_001}\nHow long is the Xihou Bridge?\n", "utf-8")
    told = call("batch", "--index", news_index, file)
    rows = list(csv.DictReader(io.StringIO(told.stdout.removeprefix("\ufeff"))))
    assert [row["grade"] for row in rows] == ["error", "answered"] and "at most" in rows[0][
        "answer"
    ]
    file.write_bytes(b"\x00\x01\x02\xff" * 50)
    assert call("batch", "--index", news_index, file).returncode == 2
