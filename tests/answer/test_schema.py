"""The contract of answers: what is written in docs/ is what comes out, the same by every way to
ask.
"""

import json
from dataclasses import fields

import pytest
from conftest import ROOT
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from rag import Assistant, Index
from rag.answer.schema import answer_schema
from rag.answer.types import CONSTRAINTS, KINDS, Answer, Citation, Constraint, Row
from rag.search.types import Highlight
from rag.serving.routes import build_api

SCHEMA = json.loads((ROOT / "docs" / "answer.schema.json").read_text("utf-8"))
QUESTIONS = [
    ("清理了多少个无证经营摊点？", ()),
    ("Which cities checked mooncakes in 2011?", ()),
    ("哪些省舉辦了中秋晚會？", ()),
    ("What does a litre of milk cost in Paris?", ()),
    ("那四川呢？", ("哪些地方举办了中秋晚会？",)),
]


@pytest.fixture(scope="module")
def index(sample_index):
    with Index.open(sample_index) as opened:
        yield opened


def errors(given: object) -> list[str]:
    return [
        error.json_path + ": " + error.message
        for error in Draft202012Validator(SCHEMA).iter_errors(given)
    ]


def test_the_schema_in_docs_is_that_of_the_code():
    assert answer_schema() == SCHEMA, (
        "make it anew: python -m rag.answer.schema > docs/answer.schema.json"
    )
    Draft202012Validator.check_schema(SCHEMA)


def test_every_attribute_is_described():
    for of in (Answer, Citation, Constraint, Row, Highlight):
        part = SCHEMA if of is Answer else SCHEMA["$defs"][of.__name__]
        assert list(part["properties"]) == part["required"] == [field.name for field in fields(of)]
        assert part["description"] and all(
            one.get("description") for one in part["properties"].values()
        ), of
    assert SCHEMA["properties"]["kind"]["enum"] == list(KINDS)
    assert SCHEMA["$defs"]["Constraint"]["properties"]["kind"]["enum"] == list(CONSTRAINTS)


def test_every_way_to_ask_gives_the_same_object_and_it_holds_the_schema(index, sample_index, call):
    assistant, kinds = Assistant(index), set()
    with TestClient(build_api(index), base_url="http://127.0.0.1") as client:
        for question, before in QUESTIONS:
            told = assistant.ask(question, assistant.turns(before)).to_dict()
            assert errors(told) == []
            after = [part for one in before for part in ("--after", one)]
            asked = json.loads(
                call("ask", "--index", sample_index, "--json", *after, question).stdout
            )
            posted = client.post("/api/ask", json={"question": question, "history": before}).json()
            got = client.get("/api/ask", params={"question": question, "history": before}).json()
            assert (
                {**told, "ms": 0} == {**asked, "ms": 0} == {**posted, "ms": 0} == {**got, "ms": 0}
            )
            assert (told["completed"] != "") == bool(before)
            kinds.add((told["refused"], told["lang"], told["traditional"]))
    assert {(True, "en", False), (False, "zh", False)} <= kinds and any(
        traditional for _, _, traditional in kinds
    )


@pytest.mark.parametrize(
    "break_it",
    [
        lambda told: told.pop("rows"),
        lambda told: told.update(kind="poem"),
        lambda told: told.update(extra=1),
        lambda told: told["citations"][0].update(start="0"),
        lambda told: told["citations"][0]["marks"].append([1]),
        lambda told: told["rows"][0].update(citations=None),
    ],
)
def test_what_breaks_the_contract_is_seen(index, break_it):
    told = Assistant(index).ask("清理了多少个无证经营摊点？").to_dict()
    assert errors(told) == []
    break_it(told)
    assert errors(told) != []
