"""Answers that a scripted model writes, and what holds for every one of them."""

import re

import pytest
from model_server import scripted

from rag import Assistant, Index
from rag.answer import Answer
from rag.writing.models import Llm

pytest.importorskip("langchain_openai", reason="langchain-openai is not installed")

BRIDGE = "How long is the Xihou Bridge?"
BOOKS = "兰州市图书馆新馆藏书多少册？"
PLACES = "哪些省举行了防汛演练？"
KEYS = ("sk-very-secret-0123456789", "another-secret-key-42")


@pytest.fixture(scope="module")
def server():
    with scripted() as server:
        yield server


@pytest.fixture
def model(server):
    """The scripted server with nothing asked of it yet."""
    server.play, server.asked[:], server.headers[:] = [], [], []
    server.hung_up.clear()
    return server


@pytest.fixture(scope="module")
def opened(news_index):
    with Index.open(news_index) as index:
        yield index


@pytest.fixture
def ask(model, opened):
    """Asks with a model that plays these steps; checks what holds of every written answer."""

    def asked(question, *steps, seconds=20.0, index=opened, **given) -> Answer:
        model.play = steps
        assistant = Assistant(index, Llm("openai:scripted", model.url, seconds))
        *events, answer = assistant.stream(question, **given)
        assert "".join(one for one in events if isinstance(one, str)) == answer.text
        check_whole(answer, Assistant(index).ask(question, **given))
        return answer

    return asked


def check_whole(answer: Answer, plain: Answer) -> None:
    """The evidence is what it is without a model, every [n] exists, and all that is not supported
    is marked.
    """
    assert (answer.rows, answer.citations, answer.places, answer.refused) == (
        plain.rows,
        plain.citations,
        plain.places,
        plain.refused,
    )
    assert all(1 <= int(n) <= len(answer.citations) for n in re.findall(r"\[(\d+)\]", answer.text))
    if answer.written is None:
        assert answer.text == plain.text
        return
    assert not re.search(r"<\s*c?\d", answer.text) and answer.written.tokens > 0
    held = [one for one in answer.written.sentences if one.supported]
    for one in answer.written.sentences:
        assert bool(one.why) != one.supported and (one.citations or not one.supported)
        assert not held or re.sub(r"\W", "", one.text) in re.sub(r"\s*\[\d+\]|\W", "", answer.text)
        assert not held or one.why in answer.text
    if answer.written.problem:
        assert plain.text in answer.text and answer.text.endswith(answer.written.note)
    else:
        assert held and not answer.written.note
