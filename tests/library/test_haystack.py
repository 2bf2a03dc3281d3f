"""The retriever in a Haystack pipeline, without network."""

import asyncio
import json
import os

import pytest
import yaml

pytest.importorskip("haystack", reason="the extra haystack is not installed")

from haystack import Pipeline
from haystack.components.builders import PromptBuilder
from haystack.components.joiners import DocumentJoiner

from rag import Filters, Index
from rag.errors import IndexMissing, UsageError
from rag.haystack import YinjuRetriever, read_filters

pytestmark = pytest.mark.usefixtures("offline")

os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"  # read when Haystack is imported

ZH, EN = "清理了多少个无证经营摊点？", "Which festival came with a gala?"
TEMPLATE = (
    "{% for d in documents %}{{ d.meta.title }} ({{ d.meta.date }}): {{ d.content }}\n{% endfor"
    " %}Question: {{ query }}"
)


@pytest.fixture(scope="module")
def index(sample_index):
    with Index.open(sample_index) as index:
        yield index


@pytest.fixture
def path(sample_index):
    return str(sample_index)


def pipeline(retriever):
    made = Pipeline()
    made.add_component("retriever", retriever)
    made.add_component("prompt", PromptBuilder(TEMPLATE, required_variables=["documents", "query"]))
    made.connect("retriever.documents", "prompt.documents")
    return made


def test_documents_are_passages_with_their_span(index, path):
    documents = YinjuRetriever(path, top_k=4).run(ZH)["documents"]
    hits = index.search(ZH, 4)
    assert [document.content for document in documents] == [hit.text for hit in hits]
    for document, hit in zip(documents, hits, strict=True):
        meta = document.meta
        assert (
            index.article(meta["article_id"]).text[meta["start"] : meta["end"]] == document.content
        )
        assert (
            document.id == f"{hit.article_id}:{hit.start}-{hit.end}" and document.score == hit.score
        )
        json.dumps(document.to_dict())


def test_a_pipeline_puts_the_passages_into_the_prompt_and_outlives_writing(index, path):
    made = pipeline(YinjuRetriever(path, top_k=2, filters=Filters(langs=("zh",))))
    again = Pipeline.loads(made.dumps(), allowed_modules=["rag.haystack"])
    for one in (made, again):
        prompt = one.run({"retriever": {"query": ZH}, "prompt": {"query": ZH}})["prompt"]["prompt"]
        best, *_ = index.search(ZH, 1, Filters(langs=("zh",)))
        assert (
            best.text in prompt and f"{best.title} ({best.date})" in prompt and prompt.endswith(ZH)
        )
        assert prompt.count("): ") == 2
    assert again.get_component("retriever").filters == Filters(langs=("zh",))
    written = yaml.safe_load(made.dumps())["components"]["retriever"]["init_parameters"]
    assert written["filters"] == {"langs": ["zh"]} and written["top_k"] == 2


def test_filters_and_number_are_given_with_a_query(path):
    made = pipeline(YinjuRetriever(path, top_k=5, filters=Filters(langs=("zh",))))
    only = {"field": "meta.lang", "operator": "==", "value": "en"}
    done = made.run(
        {"retriever": {"query": ZH, "filters": only, "top_k": 1}, "prompt": {"query": ZH}},
        include_outputs_from={"retriever"},
    )
    (document,) = done["retriever"]["documents"]
    assert document.meta["lang"] == "en"


def test_two_retrievers_are_joined_and_run_asynchronously(path):
    made = Pipeline()
    for lang in ("zh", "en"):
        made.add_component(lang, YinjuRetriever(path, top_k=2, filters=Filters(langs=(lang,))))
    made.add_component("join", DocumentJoiner())
    for lang in ("zh", "en"):
        made.connect(f"{lang}.documents", "join.documents")
    data = {lang: {"query": EN} for lang in ("zh", "en")}
    expected = made.run(data)["join"]["documents"]
    assert {document.meta["lang"] for document in expected} == {"zh", "en"} and len(expected) == 4

    async def asked():
        return await made.run_async(data)

    assert asyncio.run(asked())["join"]["documents"] == expected


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (None, Filters()),
        ({}, Filters()),
        ({"langs": ["zh"], "date_from": "2024-01-01"}, Filters("2024-01-01", langs=("zh",))),
        ({"field": "meta.date", "operator": ">=", "value": "2024-01-01"}, Filters("2024-01-01")),
        ({"field": "source", "operator": "in", "value": ["a", "b"]}, Filters(sources=("a", "b"))),
        (
            {
                "operator": "AND",
                "conditions": [
                    {"field": "meta.date", "operator": ">=", "value": "2024-01-01"},
                    {"field": "meta.date", "operator": "<=", "value": "2024-02-01"},
                    {"field": "place", "operator": "==", "value": "四川"},
                ],
            },
            Filters("2024-01-01", "2024-02-01", places=("四川",)),
        ),
    ],
)
def test_filters_of_haystack_are_ours(given, meant):
    assert read_filters(given) == meant


LANG = {"field": "meta.lang", "operator": "==", "value": "zh"}


@pytest.mark.parametrize(
    "given",
    [
        {"field": "meta.title", "operator": "==", "value": "x"},
        {"field": "meta.date", "operator": ">", "value": "2024-01-01"},
        {"field": "meta.date", "operator": ">=", "value": "May"},
        {"field": "meta.date", "operator": ">=", "value": 2024},
        {"field": "lang", "operator": "in", "value": []},
        {"operator": "OR", "conditions": [LANG]},
        {"operator": "NOT", "conditions": [LANG]},
        {"operator": "AND", "conditions": []},
        {"operator": "AND", "conditions": [LANG, LANG]},
        {"operator": "AND", "conditions": [{"operator": "AND", "conditions": [LANG]}]},
        {"language": "zh"},
        {"field": "place", "operator": "==", "value": "Atlantis"},
    ],
)
def test_filters_that_cannot_be_asked_for_are_refused(path, given):
    with pytest.raises(UsageError, match="expected"):
        YinjuRetriever(path).run(ZH, filters=given)


def test_errors_are_ours(path, tmp_path):
    with pytest.raises(UsageError, match="got 0"):
        YinjuRetriever(path, top_k=0)
    with pytest.raises(UsageError, match="got 0"):
        YinjuRetriever(path).run(ZH, top_k=0)
    with pytest.raises(UsageError, match="question"):
        YinjuRetriever(path).run(" ")
    with pytest.raises(IndexMissing):
        YinjuRetriever(str(tmp_path / "none")).warm_up()
