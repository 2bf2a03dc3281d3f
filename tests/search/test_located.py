"""Tokens located from the index against tokenizing again, and the sentences of passages against
looking them up one by one.
"""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_news import NEWS

from rag.corpus import Article, Passage, passage_text
from rag.embed.spans import characters, laid
from rag.index import build_index, open_index
from rag.search.located import locate

_PIECES = [
    "世界卫生组织",
    "電梯安全",
    "Dr. Smith’s café",
    " ",
    "\n",
    "…",
    "3.5%",
    "1,000",
    "㎡",
    "℃",
    "①",
    "don't",
    "𓀀",
    "e\u0301",
    "…2",
    ".",
    "，",
    "Ａ股",
    "ｶﾞ",
    "\u200b",
    "★",
    "한국",
]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    odd = [
        Article(
            "odd", "这是 3.5㎡，25℃…电梯𓀀安全 e\u0301t\u200b卫生。", title="Ｆｕｌｌ 全形 café"
        ),
        Article("bare", "  电梯安全，Lift safety."),
    ]
    path = tmp_path_factory.mktemp("located") / "index"
    build_index([*NEWS, *odd], path)
    with open_index(path) as snapshot:
        yield snapshot


def texts_of(snapshot):
    for passage in snapshot.passages:
        article = snapshot.article(int(passage.article_row))
        yield passage_text(article, Passage(article.id, int(passage.start), int(passage.end)))


def assert_as_tokenized(model, found, texts):
    for number, (ids, spans) in enumerate(model.fine_spans(texts)):
        begin, end = found.starts[number : number + 2]
        np.testing.assert_array_equal(found.ids[begin:end], ids)
        np.testing.assert_array_equal(found.spans[begin:end], spans)


def test_every_passage_of_an_index(snapshot, monkeypatch):
    texts, again = list(texts_of(snapshot)), []
    tokenize = snapshot.model.located
    monkeypatch.setattr(
        type(snapshot.model), "located", lambda self, texts: again.extend(texts) or tokenize(texts)
    )
    found = locate(snapshot, range(snapshot.n_passages), texts)
    monkeypatch.undo()
    assert_as_tokenized(snapshot.model, found, texts)
    assert 0 < len(again) < len(texts) / 4  # ㎡ and ℃ are tokenized again, plain news is not


@settings(max_examples=60)
@given(
    st.lists(st.lists(st.sampled_from(_PIECES), max_size=8).map("".join), min_size=1, max_size=4)
)
def test_whatever_stands_in_a_text(texts):
    from rag.embed import load_static

    model = load_static()
    ids, offsets = model.encode_ids(texts)
    held = np.split(ids.astype(np.int64), offsets[1:-1])
    snapshot = SimpleNamespace(model=model, tokens=lambda rows: [held[row] for row in rows])
    assert_as_tokenized(model, locate(snapshot, range(len(texts)), texts), texts)


def test_tokens_of_another_text_are_not_believed(snapshot):
    text = "卫生组织检查电梯"
    held = snapshot.model.encode_ids(["卫生组织检查桥梁"])[0].astype(np.int64)
    found = laid(characters(snapshot.model), [held], [text])
    assert found == [None]
