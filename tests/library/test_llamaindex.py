"""The retriever in LlamaIndex's own machinery, with a model that needs no network."""

import asyncio
import json
import subprocess
import sys

import pytest

pytest.importorskip("llama_index.core", reason="the extra llamaindex is not installed")

from llama_index.core import PromptTemplate, get_response_synthesizer
from llama_index.core.llms import MockLLM
from llama_index.core.postprocessor import SimilarityPostprocessor
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import MetadataMode

from rag import Filters, Index
from rag.errors import IndexMissing, UsageError
from rag.llamaindex import YinjuRetriever

pytestmark = pytest.mark.usefixtures("offline")

ZH, EN = "清理了多少个无证经营摊点？", "Which festival came with a gala?"


@pytest.fixture(scope="module")
def index(sample_index):
    with Index.open(sample_index) as index:
        yield index


def test_nodes_are_passages_with_their_span(index):
    nodes = YinjuRetriever(index, k=4).retrieve(ZH)
    hits = index.search(ZH, 4)
    assert [node.text for node in nodes] == [hit.text for hit in hits]
    for node, hit in zip(nodes, hits, strict=True):
        article = index.article(node.node.ref_doc_id)
        assert article.text[node.node.start_char_idx : node.node.end_char_idx] == node.text
        assert node.node_id == f"{hit.article_id}:{hit.start}-{hit.end}" and node.score == hit.score
        assert node.metadata["support"] == hit.support and node.metadata["lang"] == hit.lang
        json.dumps(node.to_dict())


def test_a_model_is_shown_the_source_and_no_offsets(index):
    node = YinjuRetriever(index, k=1).retrieve(EN)[0].node
    shown = node.get_content(MetadataMode.LLM)
    assert (
        node.metadata["title"]
        and f"title: {node.metadata['title']}" in shown
        and node.text in shown
    )
    assert not node.metadata["url"] and "url" not in shown
    assert "start" not in shown and "support" not in shown
    assert node.get_content(MetadataMode.EMBED) == node.text


def test_asynchronous_and_filtered(index):
    retriever = YinjuRetriever(index, k=2, filters=Filters(langs=("en",)))

    async def asked():
        return await asyncio.gather(*(retriever.aretrieve(question) for question in (ZH, EN, ZH)))

    found = asyncio.run(asked())
    assert [len(nodes) for nodes in found] == [2, 2, 2]
    assert {node.metadata["lang"] for nodes in found for node in nodes} == {"en"}
    assert [node.node_id for node in found[0]] == [node.node_id for node in retriever.retrieve(ZH)]


def test_a_query_engine_puts_the_passages_before_the_model(sample_index, index):
    prompt = PromptTemplate("Articles:\n{context_str}\n\nQuestion: {query_str}")
    synthesizer = get_response_synthesizer(llm=MockLLM(), text_qa_template=prompt)
    engine = RetrieverQueryEngine(
        YinjuRetriever(sample_index, k=3),
        synthesizer,
        node_postprocessors=[SimilarityPostprocessor(similarity_cutoff=0.0)],
    )
    response = engine.query(ZH)
    best = index.search(ZH, 1)[0]
    assert (
        str(response).startswith("Articles:") and best.text in str(response) and ZH in str(response)
    )
    assert [source.node_id for source in response.source_nodes] == [
        f"{hit.article_id}:{hit.start}-{hit.end}" for hit in index.search(ZH, 3)
    ]
    assert str(asyncio.run(engine.aquery(ZH))) == str(response)


def test_errors_are_ours(index, tmp_path):
    with pytest.raises(UsageError, match="question"):
        YinjuRetriever(index).retrieve(" ")
    with pytest.raises(UsageError, match="got 0"):
        YinjuRetriever(index, k=0).retrieve(ZH)
    with pytest.raises(IndexMissing):
        YinjuRetriever(tmp_path)


@pytest.mark.parametrize(
    ("module", "package"), [("llamaindex", "llama_index"), ("haystack", "haystack")]
)
def test_without_the_framework_the_extra_is_named(module, package):
    code = (
        f"import sys; sys.modules[{package!r}] = None; sys.modules[{package + '.core'!r}] = None\n"
        f"from rag.errors import YinjuError\n"
        f"try: import rag.{module}\n"
        f"except YinjuError as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.stdout.endswith(f"pip install 'yinju[{module}]'\n"), done.stderr
