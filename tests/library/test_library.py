"""The library as a program uses it."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import rag
from rag import Answer, Article, Assistant, Citation, Filters, Hit, Index, YinjuError
from rag.answer import Found, Searching
from rag.errors import CorpusError, IndexMismatch, IndexMissing, ModelError, UsageError

ZH, EN = "清理了多少个无证经营摊点？", "Which festival came with a gala?"


@pytest.fixture(scope="module")
def index(sample_index):
    with Index.open(sample_index) as index:
        yield index


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "one.md").write_text(
        "---\ntitle: 港口\ndate: 2024-05-01\n---\n海港城的新码头昨日启用。\n", "utf-8"
    )
    (folder / "two.txt").write_text("The new museum opened on Monday.\n", "utf-8")
    return folder


def test_import_loads_nothing_heavy():
    code = (
        "import sys, rag; assert 'Index' in dir(rag);heavy = {'numpy', 'torch', 'faiss', 'gradio',"
        " 'langchain', 'langchain_core', 'transformers', 'scipy', 'click'};print(sorted(heavy &"
        " set(sys.modules)))"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
        == "[]\n"
    )


def test_public_names():
    assert len(rag.__all__) <= 12 and set(rag.__all__) == set(rag._HOME)
    for name in rag.__all__:
        assert getattr(rag, name).__name__ == name
    with pytest.raises(AttributeError, match="'rag' has no attribute 'Indes'"):
        rag.Indes  # noqa: B018


def test_search_and_article(index):
    hits = index.search(ZH, k=3)
    assert 1 <= len(hits) <= 3 and all(isinstance(hit, Hit) for hit in hits)
    for hit in hits:
        article = index.article(hit.article_id)
        assert isinstance(article, Article) and article.text[hit.start : hit.end] == hit.text
    assert "摊点" in hits[0].text
    found = index.find(ZH, k=3)
    assert list(found.hits) == hits and found.ms["total"] > 0
    assert index.n_articles >= 10 and index.n_passages >= index.n_articles and index.version


def test_an_answer_cites_word_for_word(index):
    answer = Assistant(index).ask(ZH)
    assert isinstance(answer, Answer) and not answer.refused and "100" in answer.text
    assert answer.citations and all(isinstance(citation, Citation) for citation in answer.citations)
    for citation in answer.citations:
        assert (
            index.article(citation.article_id).text[citation.start : citation.end] == citation.quote
        )
    json.dumps(answer.to_dict())


@pytest.mark.parametrize("question", [ZH, EN, "What does a litre of milk cost in Paris?"])
def test_a_streamed_answer_is_the_answer(index, question):
    searching, found, *pieces, last = Assistant(index).stream(question)
    whole = Assistant(index).ask(question)
    assert (
        searching == Searching(index.n_articles)
        and 0 < found.articles <= found.passages <= index.n_passages
    )
    assert "".join(pieces) == last.text == whole.text and all(
        isinstance(piece, str) for piece in pieces
    )
    assert last.citations == whole.citations and (len(pieces) > 1 or len(whole.text) < 40)


def test_a_refusal_under_a_restriction_says_that_it_seeks_further(index):
    events = list(
        Assistant(index).stream(
            "What did a litre of milk cost in May 2011?", filters=Filters(langs=("en",))
        )
    )
    stages = [event for event in events if isinstance(event, Searching | Found)]
    assert [type(stage) for stage in stages] == [Searching, Found] * 2
    assert stages[0].articles < stages[2].articles < index.n_articles and events[-1].refused


def test_an_answer_that_nobody_waits_for_is_given_up_between_its_stages(index):
    class Slow:
        name, asked = "slow", 0

        def score(self, question, passages):
            Slow.asked += 1
            return np.zeros(len(passages), np.float32)

    with Index.open(index.path, rerank=Slow()) as opened:
        events = Assistant(opened).stream(EN)
        assert isinstance(next(events), Searching) and isinstance(next(events), Found)
        events.close()
        assert Slow.asked == 0
        assert not Assistant(opened).ask(ZH).refused
        assert Slow.asked == 1


def test_filters_restrict_search_and_answers(index):
    assert {hit.lang for hit in index.search(ZH, 50, Filters(langs=("en",)))} == {"en"}
    assert index.search(ZH, 50, Filters(date_to="2001-01-01")) == []
    assert Assistant(index).ask(ZH, filters=Filters(sources=("nobody",))).refused


@pytest.mark.parametrize(
    "filters",
    [
        Filters(date_from="2024-2-1"),
        Filters(date_to="20240201"),
        Filters(date_from="2024-02-02", date_to="2024-02-01"),
    ],
)
def test_filters_that_make_no_sense_are_refused(index, filters):
    for call in (index.search, Assistant(index).ask):
        with pytest.raises(UsageError, match="expected .*date.*got"):
            call(ZH, filters=filters)


def test_filters_and_turns_of_another_kind_are_refused(index):
    for call in (index.search, Assistant(index).ask):
        with pytest.raises(UsageError, match="rag.Filters.*got a dict"):
            call(ZH, filters={"langs": ("en",)})
    for history in (["清理了什么？"], [("清理了什么？", "摊点")], [("a", "b", "c")]):
        with pytest.raises(UsageError, match="pairs of a question and its Answer"):
            Assistant(index).ask(ZH, history)


@pytest.mark.parametrize("question", ["", " \n\u3000", "\x00\x1b", "x" * 2_001])
def test_unusable_questions_are_refused(index, question):
    for call in (index.search, Assistant(index).ask):
        with pytest.raises(UsageError, match="question"):
            call(question)


def test_the_longest_question_is_asked(index):
    question = (ZH * 200)[:2_000]
    assert index.search(question, 1) and Assistant(index).ask(question).text


@pytest.mark.parametrize("k", [0, -1, 1_001])
def test_k_has_a_range(index, k):
    with pytest.raises(UsageError, match=f"got {k}"):
        index.search(ZH, k)


def test_an_index_may_be_shared_by_threads(index):
    questions = [ZH, EN] * 10
    expected = [index.search(question, 5) for question in questions]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda question: index.search(question, 5), questions)) == expected


def test_reload_takes_up_a_new_version_and_only_then(corpus, tmp_path):
    Index.build(corpus, tmp_path / "index")
    with Index.open(tmp_path / "index") as index:
        assert index.reload() is False
        (corpus / "three.txt").write_text("The ferry now sails twice a day.\n", "utf-8")
        report = Index.build(corpus, tmp_path / "index")
        assert index.n_articles == 2 and index.reload() is True
        assert index.n_articles == 3 and index.version == report.version
        assert Index.rollback(tmp_path / "index") != report.version
        assert index.reload() is True and index.n_articles == 2


def test_an_index_of_articles_that_are_no_files(tmp_path):
    articles = [Article(id="a", text="The new museum opened on Monday.", lang="en")]
    report = Index.build(iter(articles), tmp_path / "index")
    assert (
        report.articles == 1
        and Index.open(tmp_path / "index").article("a").text == articles[0].text
    )
    with pytest.raises(UsageError, match="name the corpus"):
        Index.update(tmp_path / "index")
    assert (
        Index.verify(tmp_path / "index").version
        == Index.status(tmp_path / "index").version
        == report.version
    )


def test_articles_of_a_program_get_the_language_of_their_text(tmp_path):
    texts = (
        "The new museum opened on Monday.",
        "海港城的新码头昨日启用。",
        "The old museum is closed.",
    )
    Index.build(
        (Article(f"{n}", text, lang="fr" * (n == 2)) for n, text in enumerate(texts)), tmp_path
    )
    with Index.open(tmp_path) as index:
        assert [index.article(f"{n}").lang for n in range(3)] == ["en", "zh", "fr"]
        assert [hit.article_id for hit in index.search("码头", filters=Filters(langs=("zh",)))] == [
            "1"
        ]


def _edit(corpus):
    (corpus / "two.txt").write_text("The old museum opened on Monday.\n", "utf-8")


def _edit_and_set_the_clock_back(corpus):
    import os

    before = (corpus / "two.txt").stat()
    _edit(corpus)
    os.utime(corpus / "two.txt", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (corpus / "two.txt").stat().st_size == before.st_size


def _add(corpus):
    (corpus / "below").mkdir()
    (corpus / "below" / "three.txt").write_text("The ferry now sails twice a day.\n", "utf-8")


def _remove(corpus):
    (corpus / "two.txt").unlink()


def _rename(corpus):
    (corpus / "two.txt").rename(corpus / "second.txt")


@pytest.mark.parametrize("change", [_edit, _edit_and_set_the_clock_back, _add, _remove, _rename])
def test_every_change_of_the_articles_makes_an_index_stale(corpus, tmp_path, change):
    path = tmp_path / "index"
    assert Index.stale(path, corpus) == "there is none yet"
    Index.build(corpus, path)
    assert Index.stale(path, corpus) == "" and Index.update(path) is None
    (corpus / ".hidden").touch()
    (corpus / "one.md").touch()
    assert Index.stale(path, corpus) == ""
    change(corpus)
    assert Index.stale(path, corpus) == "the articles have changed"
    assert Index.update(path).articles == len(
        [p for p in corpus.rglob("*") if p.suffix in (".md", ".txt")]
    )
    assert Index.stale(path, corpus) == ""


def test_an_index_is_stale_after_rollback_and_with_other_settings(corpus, tmp_path, monkeypatch):
    path = tmp_path / "index"
    Index.build(corpus, path)
    _edit(corpus)
    Index.update(path)
    Index.rollback(path)
    assert "articles have changed" in Index.stale(
        path, corpus
    )  # each version knows what it was read from
    assert Index.update(path).changes.changed == 1
    assert "other folders" in Index.stale(path, [corpus, corpus / "one.md"])
    assert "another model" in Index.stale(path, corpus, "some/model")
    monkeypatch.setattr("rag.freshness.__version__", "0.0.1")
    assert "version of Yinju" in Index.stale(path, corpus)
    monkeypatch.undo()
    monkeypatch.setattr("rag.index.live.SPLITTER", {"name": "other"})
    assert "settings" in Index.stale(path, corpus)


def test_update_does_not_change_the_model(corpus, tmp_path):
    Index.build(corpus, tmp_path / "index")
    with pytest.raises(IndexMismatch, match="leave --model out"):
        Index.update(tmp_path / "index", model="some/model")


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda tmp: Index.open(tmp / "index"), IndexMissing),
        (lambda tmp: Index.update(tmp / "index"), IndexMissing),
        (lambda tmp: Index.build(tmp / "missing", tmp / "index"), CorpusError),
        (lambda tmp: Index.build([], tmp / "index"), CorpusError),
        (lambda tmp: Index.build(tmp, tmp / "index", model="./missing"), ModelError),
    ],
)
def test_errors_are_ours(tmp_path, call, error):
    (tmp_path / "one.txt").write_text("The new museum opened on Monday.\n", "utf-8")
    with pytest.raises(error) as caught:
        call(tmp_path)
    assert isinstance(caught.value, YinjuError) and "expected" in str(caught.value)
