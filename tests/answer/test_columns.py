"""Further columns of a list: what stands in a cell stands in a quote of its row."""

import pytest

from rag import Assistant, Index
from rag.answer.columns import is_extensible
from rag.answer.types import COLUMNS
from rag.errors import UsageError
from rag.plain import column_lines


@pytest.fixture(scope="module")
def assistant(news_index):
    with Index.open(news_index) as opened:
        yield Assistant(opened)


@pytest.fixture(
    scope="module", params=["Which provinces held a flood drill?", "哪些省举行了防汛演练？"]
)
def widened(request, assistant):
    return assistant.with_columns(assistant.ask(request.param), COLUMNS)


def cells(answer, asks):
    (column,) = [one for one in answer.columns if one.asks == asks]
    return {row.place: cell.text for row, cell in zip(answer.rows, column.cells, strict=True)}


def test_every_cell_is_in_a_quote_of_its_row(widened):
    assert [one.asks for one in widened.columns] == list(COLUMNS)
    for column in widened.columns:
        for row, cell in zip(widened.rows, column.cells, strict=True):
            assert bool(cell.text) == bool(cell.citations) and set(cell.citations) <= set(
                row.citations
            )
            for number in cell.citations:
                assert cell.text in widened.citations[number - 1].quote


def test_dates_and_figures_are_those_of_the_row(widened):
    assert (
        cells(widened, "when")["山东"] == "6月12日" and cells(widened, "when")["湖南"] == "June 20"
    )
    assert cells(widened, "when")["安徽"] == ""  # its quote has no date
    assert cells(widened, "how_many") == {
        "安徽": "500人",
        "山东": "18艘",
        "湖北": "320名",
        "湖南": "12 rescue boats",
    }


def test_a_column_is_added_once_and_others_stay(assistant, widened):
    first = assistant.with_columns(assistant.ask(widened.question), ("when",))
    again = assistant.with_columns(first, ("when", "how_many"))
    assert [one.asks for one in again.columns] == ["when", "how_many"] and again.columns[
        0
    ] == first.columns[0]


def test_what_is_no_list_stays_as_it_is(assistant):
    for question in (
        "How long is the Xihou Bridge?",
        "你好",
        "Who won the chess championship in Norway?",
    ):
        answer = assistant.ask(question)
        assert not is_extensible(answer) and assistant.with_columns(answer, COLUMNS) is answer


def test_a_column_that_there_is_not_is_refused(assistant, widened):
    with pytest.raises(UsageError, match="how_many"):
        assistant.with_columns(widened, ("why",))


def test_the_command_line_and_the_interface_have_them(assistant, news_index, call):
    from fastapi.testclient import TestClient

    from rag.serving.routes import build_api

    question = "Which provinces held a flood drill?"
    told = call("ask", "--index", news_index, "--column", "how_many", question).stdout
    assert "Shandong 山东 — How many: 18艘 [2]" in told
    client = TestClient(build_api(assistant.index), base_url="http://127.0.0.1")
    answer = client.post("/api/ask", json={"question": question, "columns": ["how_many"]}).json()
    assert [cell["text"] for cell in answer["columns"][0]["cells"]] == [
        "500人",
        "18艘",
        "320名",
        "12 rescue boats",
    ]
    assert (
        client.get("/api/ask", params={"question": question, "columns": "why"}).status_code == 400
    )
    assert column_lines(assistant.ask(question)) == ""
