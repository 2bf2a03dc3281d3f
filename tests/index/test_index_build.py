"""Building and reading back: nothing is lost, everything is exact, and the bytes are the same each
time.
"""

import dataclasses
import errno
import json
import threading

import numpy as np
import pytest
from embedded import Lengths
from index_corpus import made_articles

from rag.corpus import passage_text, split
from rag.corpus.article import Article, Skipped
from rag.embed import load_static
from rag.embed.protocol import ModelIdentity
from rag.errors import CorpusError, ModelError, StorageError, UsageError
from rag.index import build_index, open_index, status


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    path = tmp_path_factory.mktemp("index")
    articles = made_articles(60)
    report = build_index([*articles, Skipped("broken.txt", "no text")], path)
    with open_index(path) as snapshot:
        yield articles, report, snapshot, path


def test_every_article_comes_back_as_it_was(built):
    articles, _, snapshot, _ = built
    assert [snapshot.article(row) for row in range(snapshot.n_articles)] == articles
    for row, article in enumerate(articles):
        assert snapshot.article_row(article.id) == row
        assert snapshot.article_by_id(article.id) == article


def test_any_character_and_any_length_comes_back(tmp_path):
    letters = [chr(point) for point in range(0x20, 0x110000, 37) if not 0xD800 <= point < 0xE000]
    rare = "\ufe10\u20ac\U0001f600\U000323af\ue78d\ufffd龴\x00\u2028\r\n"
    articles = [
        Article("letters", "".join(letters)),
        Article("rare", f"质量月{rare}"),
        Article("long", "\n".join(f"第 {n} 句话说的是电梯。" for n in range(20_000))),
    ]
    build_index(articles, tmp_path)
    with open_index(tmp_path) as snapshot:
        assert [snapshot.article(row) for row in range(3)] == articles


def test_every_passage_is_the_slice_that_the_splitter_gave(built):
    articles, _, snapshot, _ = built
    expected = [
        (row, p.start, p.end) for row, article in enumerate(articles) for p in split(article)
    ]
    assert [tuple(place) for place in snapshot.passages.tolist()] == expected
    assert snapshot.n_passages == len(expected)


def test_columns_are_those_of_the_articles(built):
    articles, _, snapshot, _ = built
    assert snapshot.columns.lang.tolist() == [a.lang for a in articles]
    assert snapshot.columns.date.tolist() == [a.date for a in articles]
    assert snapshot.columns.source.tolist() == [a.source for a in articles]


def test_tokens_and_vectors_are_those_of_title_and_passage(built):
    articles, _, snapshot, _ = built
    texts = [passage_text(article, passage) for article in articles for passage in split(article)]
    ids, offsets = load_static().encode_ids(texts)
    np.testing.assert_array_equal(snapshot.token_ids, ids)
    np.testing.assert_array_equal(snapshot.token_offsets, offsets)
    vectors = np.stack([snapshot.vector(row) for row in range(snapshot.n_passages)])
    np.testing.assert_allclose(
        vectors, load_static().embed_passages(texts), atol=1.36e-3
    )  # half a step of 255


def test_report_and_manifest_tell_what_was_built(built):
    articles, report, snapshot, path = built
    assert report.version == snapshot.version == status(path).version
    assert (report.articles, report.passages) == (60, snapshot.n_passages)
    assert report.skipped == snapshot.manifest.skipped == (Skipped("broken.txt", "no text"),)
    counts = snapshot.manifest.counts
    assert counts.characters == sum(len(a.text) for a in articles)
    assert counts.tokens == len(snapshot.token_ids)
    on_disk = sum(
        p.stat().st_size
        for p in snapshot.path.rglob("*")
        if p.is_file() and p.name != "manifest.json"
    )
    assert report.bytes == on_disk
    (
        json.dumps(report.to_dict()),
        json.dumps(status(path).to_dict()),
        json.dumps(snapshot.manifest.to_dict()),
    )


def test_unknown_articles_are_refused(built):
    *_, snapshot, _ = built
    with pytest.raises(UsageError, match="'no such id'"):
        snapshot.article_by_id("no such id")
    with pytest.raises(UsageError, match="row"):
        snapshot.article(snapshot.n_articles)


def test_many_threads_read_one_snapshot(built):
    articles, _, snapshot, _ = built
    expected = snapshot.lexical(articles[5].text)
    failures = []

    def read(seed):
        for row in np.random.default_rng(seed).permutation(len(articles)):
            scores = snapshot.lexical(articles[5].text)
            found, _ = snapshot.dense(snapshot.vector(int(row)), 1)
            if (
                snapshot.article(row) != articles[row]
                or not np.array_equal(scores, expected)
                or len(found) != 1
            ):
                failures.append(row)

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_same_corpus_gives_the_same_bytes(tmp_path):
    articles = made_articles(80, seed=3)
    folders = []
    for name in ("one", "two"):
        report = build_index(iter(articles), tmp_path / name)
        folders.append(tmp_path / name / "versions" / report.version)
    one, two = (
        {p.relative_to(f): p.read_bytes() for p in f.rglob("*") if p.is_file()} for f in folders
    )
    assert one.keys() == two.keys()
    differing = [name for name in one if one[name] != two[name]]
    assert [name.name for name in differing] in ([], ["manifest.json"])
    manifests = [
        json.loads(files[name])
        for files in (one, two)
        for name in files
        if name.name == "manifest.json"
    ]
    assert {**manifests[0], "created": "", "report": ""} == {
        **manifests[1],
        "created": "",
        "report": "",
    }


def test_batches_leave_no_trace(tmp_path, monkeypatch):
    articles = made_articles(50, seed=4)
    whole = build_index(articles, tmp_path / "whole")
    monkeypatch.setattr("rag.index.builder._BATCH_STATIC", 7)
    pieces = build_index(articles, tmp_path / "pieces")
    with open_index(tmp_path / "whole") as one, open_index(tmp_path / "pieces") as two:
        assert one.manifest.counts == two.manifest.counts
        assert one.manifest.files == two.manifest.files
    assert whole.passages == pieces.passages


def test_same_id_twice_loses_nothing(tmp_path):
    first = Article("x", "市场监管部门开展了安全检查。" * 3, "标题")
    other = dataclasses.replace(
        first, text="An entirely different text about bridges and trains. " * 3
    )
    report = build_index(
        [first, other, first, dataclasses.replace(first, path="copy.txt")], tmp_path
    )
    with open_index(tmp_path) as snapshot:
        assert snapshot.article_by_id("x") == first
        assert snapshot.article_by_id("x#2").text == other.text
        assert snapshot.n_articles == 2
    assert [entry.path for entry in report.skipped] == ["x", "copy.txt"]
    assert "came before" in report.skipped[0].reason


def test_unusable_articles_are_reported_and_the_rest_is_indexed(tmp_path):
    bad = {"half": "a \ud800 b. " * 20, "empty": "", "blank": " \n\t ", "none": None}
    odd = [Article(name, text) for name, text in bad.items()]
    text = "Control \x00 characters \x1b and 𠀀𠮷 are text. " * 3
    strange = Article("nul", text, "\x00", source="'; DROP TABLE x")
    report = build_index([*odd, strange, *made_articles(2)], tmp_path)
    assert {entry.path for entry in report.skipped} == bad.keys()
    assert all(entry.reason for entry in report.skipped)
    with open_index(tmp_path) as snapshot:
        assert snapshot.article_by_id("nul") == strange


@pytest.mark.parametrize("text", ["!!!", "۞ ۞ ۞", "x"])
def test_a_corpus_with_next_to_no_words_can_be_indexed(tmp_path, text):
    build_index([Article("a", text)], tmp_path)
    with open_index(tmp_path) as snapshot:
        assert snapshot.lexical("质量 quality").shape == (1,)
        assert snapshot.article(0).text == text


def test_empty_corpus_is_an_error_and_the_old_version_stays(tmp_path):
    old = build_index(made_articles(3), tmp_path).version
    with pytest.raises(CorpusError, match="there are none"):
        build_index([], tmp_path)
    with pytest.raises(CorpusError, match="a.pdf: not a text.*b: no text to index"):
        build_index([Skipped("a.pdf", "not a text"), Article("b", "")], tmp_path)
    assert status(tmp_path).version == old
    assert not list(tmp_path.glob(".building-*"))
    with open_index(tmp_path) as snapshot:
        assert snapshot.n_articles == 3


def test_an_error_of_the_reader_passes_through_and_leaves_no_rubbish(tmp_path):
    def failing():
        yield from made_articles(3)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        build_index(failing(), tmp_path)
    assert not list(tmp_path.glob(".building-*"))
    assert build_index(made_articles(3), tmp_path).articles == 3


@pytest.mark.parametrize("failing", ["rag.index.store.group", "rag.index.bits.write_lists"])
def test_a_disk_that_fills_up_late_is_told_and_the_old_version_stays(
    tmp_path, monkeypatch, failing
):
    old = build_index(made_articles(3), tmp_path).version

    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(failing, full)
    with pytest.raises(StorageError, match="the disk is full.*unchanged"):
        build_index(made_articles(5), tmp_path)
    assert status(tmp_path).version == old
    assert not list(tmp_path.glob(".building-*"))


def test_progress_grows_to_the_end(tmp_path, monkeypatch):
    monkeypatch.setattr("rag.index.builder._BATCH_STATIC", 8)
    articles = made_articles(30)
    seen = []
    build_index(articles, tmp_path, progress=lambda *call: seen.append(call))
    done = [done for done, total, phase in seen if phase == "passages"]
    assert len(done) > 2 and done == sorted(done) and done[-1] == 30
    assert {total for _, total, phase in seen if phase == "passages"} == {30}
    assert {phase for *_, phase in seen} == {"passages", "stories", "write", "check"}


def test_another_embedder_makes_the_vectors(tmp_path):
    articles = made_articles(10)
    build_index(articles, tmp_path, embedder=Lengths())
    with open_index(tmp_path, embedder=Lengths()) as snapshot:
        texts = [
            passage_text(article, passage) for article in articles for passage in split(article)
        ]
        vectors = np.stack([snapshot.vector(row) for row in range(snapshot.n_passages)])
        np.testing.assert_allclose(vectors, Lengths().embed_passages(texts), atol=5e-4)
        assert snapshot.manifest.model == Lengths.identity
        assert snapshot.manifest.static_model == load_static().identity


def test_only_what_changed_is_embedded_again(tmp_path):
    asked = []

    class Counting(Lengths):
        def embed_passages(self, texts):
            asked.extend(texts)
            return super().embed_passages(texts)

    articles = made_articles(12)
    first = build_index(articles, tmp_path / "index", embedder=Counting())
    assert (first.reused, len(asked)) == (0, first.passages)
    asked.clear()
    changed = dataclasses.replace(
        articles[4], text=articles[4].text + " Now with a new sentence at the end."
    )
    new = Article("new", "Something was added to the corpus today. " * 4)
    corpus = [*reversed(articles[5:]), changed, *articles[:4], new]
    second = build_index(corpus, tmp_path / "index", embedder=Counting())
    assert 0 < len(asked) < first.passages / 2 and second.reused == second.passages - len(asked)
    build_index(corpus, tmp_path / "fresh", embedder=Counting())
    with (
        open_index(tmp_path / "index", Counting()) as one,
        open_index(tmp_path / "fresh", Counting()) as two,
    ):
        assert one.manifest.files == two.manifest.files
    other = ModelIdentity("lengths", "6" * 64, 2)
    Counting.identity = other
    assert build_index(corpus, tmp_path / "index", embedder=Counting()).reused == 0


@pytest.mark.parametrize(
    "broken", [lambda v: v[:-1], lambda v: v * np.nan, lambda v: np.hstack([v, v])]
)
def test_an_embedder_that_gives_rubbish_is_refused(tmp_path, broken):
    class Broken(Lengths):
        def embed_passages(self, texts):
            return broken(super().embed_passages(texts))

    with pytest.raises(ModelError, match="lengths"):
        build_index(made_articles(3), tmp_path, embedder=Broken())
