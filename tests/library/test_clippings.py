"""Pinned quotes as files with footnotes."""

import io
import zipfile

import pytest
from docx import Document
from fastapi.testclient import TestClient
from lxml import etree
from markdown_it import MarkdownIt

from rag import Index
from rag.clippings import Clipping, as_docx, as_markdown
from rag.serving.routes import build_api

ODD = [
    Clipping(
        "1. <b>应急</b>_管理_ [x](javascript:1)",
        "题*目*",
        "2024-06-13",
        "江河日报",
        "https://example.org/a b>c",
        "zh",
        "Which?",
    ),
    Clipping("# Not a heading\n\n- nor a list", "", "", "", "javascript:alert(1)", "en", "Which?"),
    Clipping("A\x0bbell\x07 and a \ud800 half", question="Other & more", checked=False),
]


@pytest.fixture(scope="module")
def client(news_index):
    with Index.open(news_index) as index:
        yield TestClient(build_api(index), base_url="http://127.0.0.1")


def test_markdown_shows_the_words_and_nothing_but_the_words():
    told = as_markdown(ODD, "en")
    html = MarkdownIt().render(told)
    assert (
        "<b>" not in html and html.count("<h1>") == 1 and "<ul>" not in html and "<ol>" not in html
    )
    assert "javascript" in html and 'href="javascript' not in html
    assert told.count("**Which?**") == 1 and all(
        f"[^{n}]" in told and f"[^{n}]: " in told for n in (1, 2, 3)
    )
    assert "the index has changed" in told


def test_word_has_the_quotes_in_order_each_with_a_footnote():
    made = as_docx(ODD, "zh")
    document = Document(io.BytesIO(made))
    quotes = [one.text for one in document.paragraphs if one.style.name == "Quote"]
    assert (
        quotes[0] == ODD[0].quote
        and len(quotes) == 3
        and [one.text for one in document.paragraphs][:2] == ["摘录", "Which?"]
    )
    with zipfile.ZipFile(io.BytesIO(made)) as held:
        notes, body = (
            etree.fromstring(held.read(f"word/{name}.xml")) for name in ("footnotes", "document")
        )
        assert "/word/footnotes.xml" in held.read("[Content_Types].xml").decode()
    space = {"w": notes.nsmap["w"]}
    key = f"{{{space['w']}}}id"
    referred = [one.get(key) for one in body.iterfind(".//w:footnoteReference", space)]
    told = {
        one.get(key): "".join(one.itertext()).strip() for one in notes.iterfind("w:footnote", space)
    }
    assert referred == ["1", "2", "3"] and set(referred) < set(told)
    assert told["1"] == "题*目*, 江河日报, 2024-06-13 https://example.org/ab%3Ec"


def test_the_server_takes_the_source_from_its_index_and_marks_what_it_does_not_have(client):
    article = client.get("/api/articles/bridge-en").json()
    quote = article["text"][:40]
    pinned = [
        {
            "article_id": "bridge-en",
            "start": 0,
            "quote": quote,
            "title": "another title",
            "id": "x",
        },
        {"article_id": "bridge-en", "start": 1, "quote": quote, "title": "another title"},
    ]
    reply = client.post("/api/clippings", json={"clippings": pinned})
    first, second = reply.json()["markdown"].split("[^1]: ")[1].splitlines()[:2]
    assert article["title"] in first and "another title, the index has changed" in second
    word = client.post("/api/clippings", json={"clippings": pinned, "form": "docx", "lang": "zh"})
    assert Document(io.BytesIO(word.content)).paragraphs[0].text == "摘录"
    assert client.post("/api/clippings", json={"clippings": []}).status_code == 400
