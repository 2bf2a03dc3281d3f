"""An index in shards gives what one index of the same articles gives, and is built, updated, checked
and rolled back as one.
"""

import dataclasses
import json
import os
from pathlib import Path

import numpy as np
import pytest
from embedded import Lengths
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from index_folders import write
from index_shards import MADE, asked, assert_as_one, corpus, files, plain

from rag import Assistant, Filters, Index
from rag.corpus.stretch import opened, stretches
from rag.embed.protocol import ModelIdentity
from rag.errors import CorpusError, IndexCorrupt, TooMuchRemoved, UsageError
from rag.index import index_corpus
from rag.index.manifest import read_manifest
from rag.index.shards import SHARDS_FOLDER, index_shards
from rag.question.query import analyse
from rag.search.candidates import candidates


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards")
    write(folder / "corpus", files())
    Index.build(folder / "corpus", folder / "one")
    Index.build(folder / "corpus", folder / "four", shards=4)
    with Index.open(folder / "one") as one, Index.open(folder / "four") as four:
        yield one, four


def test_shards_hold_runs_of_the_articles(both):
    one, four = (index.snapshot for index in both)
    assert len(four.manifest.shards) == 4
    assert sum(shard.articles for shard in four.manifest.shards) == one.n_articles
    assert min(shard.articles for shard in four.manifest.shards) > 5
    rows = range(one.n_articles)
    assert four.articles(rows) == one.articles(rows)
    assert four.listed(rows, 40) == one.listed(rows, 40)
    assert four.catalogue.headings == one.catalogue.headings
    np.testing.assert_array_equal(four.passages, one.passages)
    np.testing.assert_array_equal(four.token_offsets, one.token_offsets)
    np.testing.assert_array_equal(four.stories, one.stories)
    assert one.retold.sum() > 20
    for name in ("lang_codes", "date_codes", "source_codes"):
        (names, codes), (others, theirs) = getattr(one, name), getattr(four, name)
        assert names == others
        np.testing.assert_array_equal(codes, theirs)
    assert dataclasses.replace(one.manifest.counts, features=0) == dataclasses.replace(
        four.manifest.counts, features=0
    )
    assert four.manifest.skipped == one.manifest.skipped


@pytest.mark.parametrize("small", [True, False])
def test_hits_are_those_of_one_index(both, monkeypatch, small):
    one, four = both
    if not small:
        monkeypatch.setattr("rag.search.late._SMALL", 0)
    questions = asked()
    assert len(questions) == 300
    for question in questions:
        assert four.search(question) == one.search(question), question


def test_proposals_are_those_of_one_index(both, monkeypatch):
    monkeypatch.setattr("rag.search.late._SMALL", 0)
    one, four = (index.snapshot for index in both)
    mask = np.arange(one.n_articles) % 3 > 0
    for number, question in enumerate(asked()[::3]):
        query = analyse(question, one.model)
        for keep in (Filters(), mask):
            beside = np.arange(number % 7, one.n_passages, 17)
            ours, theirs = (candidates(s, query, keep, 5, beside=beside) for s in (one, four))
            assert len(ours.rows) < one.n_passages
            for name in ("rows", "lexical", "dense", "score"):
                np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))


def test_answers_are_those_of_one_index(both):
    one, four = both
    first, other = Assistant(one), Assistant(four)
    questions = [
        *asked()[:60],
        "哪些省举行了防汛演练？",
        "一共有多少篇文章？",
        "最新的新闻讲了什么？",
    ]
    for question in questions:
        assert plain(other.ask(question)) == plain(first.ask(question)), question


def test_lists_and_filters_are_those_of_one_index(both):
    one, four = both
    for words in ("电梯 安全", '"质量月" -月饼', "flood drill"):
        assert plain(four.sift(words)) == plain(one.sift(words))
    for given_ in ({"langs": ("en",)}, {"places": ("山东",)}, {"date_from": "2024-06-15"}):
        assert four.search("演练", filters=Filters(**given_)) == one.search(
            "演练", filters=Filters(**given_)
        )
        assert plain(four.browse(filters=Filters(**given_), count=50)) == plain(
            one.browse(filters=Filters(**given_), count=50)
        )
    assert four.article("flood-zh") == one.article("flood-zh")
    with pytest.raises(UsageError, match="no-such"):
        four.article("no-such")
    with pytest.raises(UsageError, match="rows"):
        four.snapshot.articles([0, one.n_articles])


def live(folder):
    version = folder / "versions" / (folder / "CURRENT").read_text().strip()
    return {one.folder: one.version for one in read_manifest(version).shards}


def test_an_update_builds_only_the_shards_that_changed(corpus):
    index, before = corpus / "shards", live(corpus / "shards")
    assert Index.update(index) is None
    assert Index.stale(index, corpus / "corpus") == ""
    (corpus / "corpus" / "00.txt").write_text("一座新桥今天通车。" * 5, "utf-8")
    assert Index.stale(index, corpus / "corpus") == "the articles have changed"
    report = Index.update(index)
    assert (report.changes.changed, report.changes.added) == (1, 0)
    # The last holds a file in which an id of another is stated, which may have become free.
    built = [name for name, version in live(index).items() if version != before[name]]
    assert built == [f"{SHARDS_FOLDER}/000", f"{SHARDS_FOLDER}/002"]
    assert_as_one(corpus)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_updates_lead_to_what_one_index_holds(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("updates")
    corpus = {name: text for name, text in files().items() if name[0] in "0rte"}
    write(folder / "corpus", corpus)
    Index.build(folder / "corpus", folder / "shards", shards=data.draw(st.integers(1, 5)))
    for _ in range(2):
        for name in data.draw(st.sets(st.sampled_from(sorted(files())), min_size=1, max_size=5)):
            change = data.draw(st.sampled_from(["gone", "whole", "lines", "first"]))
            text = files()[name]
            lines = text.splitlines(keepends=True)
            corpus[name] = {
                "gone": None,
                "whole": text,
                "lines": "".join(lines[: len(lines) // 2] + lines[-len(lines) // 3 :]),
                "first": lines[0] + text if lines else "",
            }[change]
        corpus = {name: text for name, text in corpus.items() if text is not None}
        write(folder / "corpus", corpus)
        try:
            Index.update(folder / "shards", max_removed=1.0)
        except CorpusError:
            return
        assert_as_one(folder)


def test_damage_in_a_shard_is_found(corpus):
    index = corpus / "shards"
    name, version = list(live(index).items())[1]
    damaged = index / name / "versions" / version / "tokens"
    data = bytearray(damaged.read_bytes())
    data[40] ^= 1
    damaged.write_bytes(data)
    for reading in (Index.verify, Index.open):
        with pytest.raises(IndexCorrupt, match="tokens"):
            reading(index)


def test_rollback_status_diff_and_gc_work_over_shards(corpus):
    index, before = corpus / "shards", live(corpus / "shards")
    size = Index.status(index).live.bytes
    assert size == sum(
        file.stat().st_size
        for file in index.rglob("*")
        if file.is_file() and "versions" in file.parts and file.name != "manifest.json"
    )
    with Index.open(index) as opened_before:
        (corpus / "corpus" / "01.txt").unlink()
        report = Index.update(index)
        assert report.changes.removed == 1
        assert Index.diff(index).difference.removed == ("01.txt",)
        assert opened_before.article("01.txt").text == MADE[1].text
        assert opened_before.reload()
        assert opened_before.n_articles == report.articles
    Index.rollback(index)
    assert live(index) == before
    with Index.open(index) as again:
        assert again.article("01.txt").text == MADE[1].text
    Index.update(index)
    assert_as_one(corpus)
    del opened_before
    assert Index.gc(index, keep=1).bytes > 10_000
    kept = [(one.parent.parent.name, one.name) for one in index.glob("shards/*/versions/*")]
    assert {f"{SHARDS_FOLDER}/{name}": version for name, version in kept} == live(index)
    assert len(kept) == 3


def test_too_much_removed_changes_nothing(corpus):
    index, before = corpus / "shards", live(corpus / "shards")
    for name in files():
        if name.endswith(".txt") or name == "told.jsonl":
            (corpus / "corpus" / name).unlink()
    with pytest.raises(TooMuchRemoved):
        Index.update(index)
    assert live(index) == before
    Index.verify(index)
    Index.update(index, max_removed=1.0)
    assert_as_one(corpus)


def test_an_interrupted_build_goes_on(corpus, monkeypatch):
    from rag.index import shards

    built = []

    def interrupted(task, *given):
        if len(built) == 2:
            raise KeyboardInterrupt
        built.append(task.path.name)
        return build(task, *given)

    build, before = shards.build_shard, live(corpus / "shards")
    monkeypatch.setattr(shards, "build_shard", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Index.build(corpus / "corpus", corpus / "shards", shards=3)
    assert live(corpus / "shards") == before
    made = {
        name: (corpus / "shards" / SHARDS_FOLDER / name / "CURRENT").read_text().strip()
        for name in built
    }
    monkeypatch.setattr(shards, "build_shard", build)
    Index.build(corpus / "corpus", corpus / "shards", shards=3)
    after = {Path(name).name: version for name, version in live(corpus / "shards").items()}
    assert built == ["000", "001"] and made.items() <= after.items()
    assert_as_one(corpus)
    Index.build(corpus / "corpus", corpus / "shards", shards=3)
    assert not made.items() & {Path(n).name: v for n, v in live(corpus / "shards").items()}.items()


def test_one_index_and_shards_follow_each_other(corpus):
    index = corpus / "shards"
    report = Index.build(corpus / "corpus", index)
    assert report.changes.none and not live(index)
    assert Index.rollback(index) and len(live(index)) == 3
    Index.build(corpus / "corpus", index, shards=2)
    assert Index.stale(index, corpus / "corpus", shards=2) == ""
    assert "number of shards" in Index.stale(index, corpus / "corpus", shards=3)
    assert len(live(index)) == 2
    assert_as_one(corpus)


def test_more_shards_than_files(tmp_path):
    write(tmp_path / "corpus", {"a.txt": MADE[0].text, "b.txt": "", "c.txt": MADE[1].text})
    report = Index.build(tmp_path / "corpus", tmp_path / "shards", shards=9)
    assert (report.articles, len(report.skipped)) == (2, 1)
    assert_as_one(tmp_path)
    with pytest.raises(CorpusError):
        write(tmp_path / "none", {"b.txt": "", "c.txt": ""})
        Index.build(tmp_path / "none", tmp_path / "other", shards=3)
    with pytest.raises(UsageError, match="shards"):
        Index.build(MADE[:3], tmp_path / "other", shards=3)


@given(
    st.lists(st.binary(max_size=6).map(lambda b: b.replace(b"\n", b"x")), max_size=12),
    st.lists(st.integers(0, 90), min_size=1, max_size=5).map(sorted),
    st.booleans(),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_stretches_are_whole_lines_and_all_of_the_file(tmp_path, lines, begins, ended):
    file = tmp_path / f"{os.urandom(4).hex()}.jsonl"
    file.write_bytes(b"\n".join(lines) + (b"\n" if ended else b""))
    parts = stretches(file, [0, *begins])
    read = b""
    for part in parts:
        if part:
            with opened(file, part) as some:
                data = some.read()
                some.seek(part[0])
                assert b"".join(iter(some.readline, b"")) == data
            assert part[2] == read.count(b"\n") and (not read or read.endswith(b"\n"))
            read += data
    assert read == file.read_bytes()


def test_vectors_of_shards_are_found_again_by_one_index(tmp_path):
    write(tmp_path / "corpus", {f"{n}.txt": MADE[n].text for n in range(12)})
    paths, index = [tmp_path / "corpus"], tmp_path / "index"
    index_shards(paths, index, 3, Lengths())
    report = index_corpus(paths, index, Lengths(), afresh=True)
    assert report.articles == report.changes.unchanged == 12
    assert report.reused == report.passages
