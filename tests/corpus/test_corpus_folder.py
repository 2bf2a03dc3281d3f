"""A corpus folder that is added to and removed from."""

import errno
import json
import os
import shutil
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.corpus import read_corpus
from rag.corpus.article import Article
from rag.corpus.folder import CorpusFolder
from rag.corpus.folder_files import slug
from rag.errors import CorpusError, StorageError, UsageError

FERRY = "The ferry now sails twice a day. It carries 300 passengers."


@pytest.fixture
def corpus(tmp_path) -> CorpusFolder:
    return CorpusFolder(tmp_path / "corpus", tmp_path / "index" / "trash")


def articles(corpus: CorpusFolder) -> dict[str, Article]:
    return {item.id: item for item in read_corpus(corpus.path) if isinstance(item, Article)}


def test_a_text_is_an_article_with_what_is_said_of_it(corpus):
    added = corpus.add_text(
        FERRY,
        title="Ferry: twice a day",
        date="May 3, 2024",
        source="Harbour Post",
        url="https://x.example/a",
    )
    assert (added.status, added.articles, added.title) == ("added", 1, "Ferry: twice a day")
    one = articles(corpus)[added.path]
    assert (one.title, one.date, one.source, one.url, one.text) == (
        "Ferry: twice a day",
        "2024-05-03",
        "Harbour Post",
        "https://x.example/a",
        FERRY,
    )


def test_the_same_content_is_added_once(corpus, tmp_path):
    first = corpus.add_bytes("a.txt", FERRY.encode())
    again = CorpusFolder(corpus.path, corpus.trash).add_bytes("other name.txt", FERRY.encode())
    assert again.status == corpus.add_bytes("b.txt", FERRY.encode()).status == "known"
    assert again.path == first.path and len(articles(corpus)) == 1
    (corpus.path / "by-hand.txt").write_text("A new museum opened on Monday.", "utf-8")
    fresh = CorpusFolder(corpus.path, corpus.trash)
    assert fresh.add_bytes("museum.txt", b"A new museum opened on Monday.").path == "by-hand.txt"
    assert fresh.add_file(corpus.path / "by-hand.txt").status == "known"


def test_what_lies_in_the_folder_by_hand_and_is_no_article_is_refused_too(corpus, tmp_path):
    for name, text in (("scan.doc", "x"), ("hand.txt", "The ferry sails twice a day.")):
        (
            corpus.path.mkdir(exist_ok=True),
            (corpus.path / name).write_text(text),
            (tmp_path / name).write_text(text),
        )
    assert [
        one.status for one in map(corpus.add_file, (tmp_path / "scan.doc", tmp_path / "hand.txt"))
    ] == ["refused", "known"]


def test_an_original_is_kept_byte_for_byte(corpus, tmp_path):
    data = "某市新码头昨日启用，可停靠12艘货轮。".encode("gb18030")
    (tmp_path / "码头 新闻.TXT").write_bytes(data)
    added = corpus.add_file(tmp_path / "码头 新闻.TXT")
    assert added.path.startswith("码头-新闻-") and added.path.endswith(".txt")
    assert (corpus.path / added.path).read_bytes() == data
    other = CorpusFolder(tmp_path / "other", corpus.trash)
    assert other.add_file(corpus.path / added.path).path == added.path, (
        "a key is not added to itself"
    )


def test_what_is_said_of_a_file_goes_before_what_it_says(corpus):
    data = b"---\ntitle: Old\ndate: 2020-01-01\n---\n" + FERRY.encode()
    added = corpus.add_bytes("x.md", data, title="New", source="Harbour Post")
    one = articles(corpus)[added.path]
    assert (one.title, one.date, one.source) == ("New", "2020-01-01", "Harbour Post")
    (corpus.path / "sub").mkdir()
    os.rename(corpus.path / added.path, corpus.path / "sub" / added.path)
    assert articles(corpus)[f"sub/{added.path}"].title == "New", "it may be moved"


def test_of_many_articles_no_title_can_be_said(corpus):
    rows = "".join(
        json.dumps({"id": str(n), "text": f"{FERRY} {n}"}) + "\n" for n in range(3)
    ).encode()
    assert "found 3" in corpus.add_bytes("x.jsonl", rows, title="One").reason
    assert corpus.add_bytes("x.jsonl", rows).articles == 3


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b"\x00\x01\x02" * 50, "NUL"),
        ("a.exe", b"MZ", "unsupported"),
        ("noend", FERRY.encode(), "unsupported"),
        ("a.jsonl", b"nonsense\n", "not JSON"),
    ],
)
def test_what_is_no_article_is_refused_and_leaves_nothing(corpus, name, data, told):
    added = corpus.add_bytes(name, data)
    assert added.status == "refused" and told in added.reason and added.path == ""
    assert [path for path in corpus.path.rglob("*") if path.is_file()] == []


def test_a_file_with_some_bad_rows_is_added_and_they_are_told(corpus):
    added = corpus.add_bytes("a.jsonl", b'{"id": "1", "text": "The ferry sails."}\nnonsense\n7\n')
    assert (
        added.status == "added"
        and added.articles == 1
        and added.reason.startswith("2 parts of it were skipped")
    )


def test_a_folder_is_added_file_by_file(corpus, tmp_path):
    given_ = tmp_path / "news"
    (given_ / "sub" / ".hidden").mkdir(parents=True)
    (given_ / "a.txt").write_text(FERRY, "utf-8")
    (given_ / "sub" / "b.md").write_text("# Museum\n\nIt opened on Monday.", "utf-8")
    (given_ / "sub" / ".hidden" / "c.txt").write_text("secret", "utf-8")
    (given_ / "README.md").write_text("no article", "utf-8")
    (given_ / "z.bin").write_bytes(b"\0")
    (tmp_path / "outside.txt").write_text("outside", "utf-8")
    (given_ / "link.txt").symlink_to(tmp_path / "outside.txt")
    assert [one.status for one in corpus.add_folder(given_)] == [
        "added",
        "refused",
        "added",
        "refused",
    ]
    assert [one.status for one in corpus.add_folder(given_)] == [
        "known",
        "refused",
        "known",
        "refused",
    ]
    with pytest.raises(CorpusError, match="lies in"):
        corpus.add_folder(tmp_path)
    with pytest.raises(CorpusError, match="No such"):
        corpus.add_folder(tmp_path / "nowhere")


def test_removing_loses_nothing(corpus):
    added = corpus.add_bytes("x.md", FERRY.encode(), title="New")
    removed = corpus.remove(added.path)
    assert removed.path == added.path and Path(removed.kept).read_text() == FERRY
    assert Path(removed.kept).is_relative_to(corpus.trash) and articles(corpus) == {}
    assert json.loads(Path(f"{removed.kept}.record.json").read_text())["title"] == "New"
    assert [one.path for one in corpus.removed()] == [added.path]
    assert (
        corpus.restore(added.path) == removed
        and articles(corpus)[added.path].title == "New"
        and corpus.removed() == []
    )
    corpus.remove(added.path)
    assert (
        CorpusFolder(corpus.path, corpus.trash).add_bytes("x.md", FERRY.encode()).status == "added"
    ), "it may come again"
    with pytest.raises(UsageError, match="there is a file"):
        corpus.restore(added.path)
    with pytest.raises(UsageError, match="found no '../x'"):
        corpus.restore("../x")


def test_a_disk_that_fills_up_leaves_no_half_of_a_file(corpus, monkeypatch):
    """The trash and the corpus may be on two disks: then a file is copied before it goes."""
    path = corpus.add_text("The ferry sails twice a day. " * 100).path
    file, text = corpus.path / path, (corpus.path / path).read_text()

    def other_disk(*_):
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    def full(source, target, **_):
        Path(target).write_text(Path(source).read_text()[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "rename", other_disk)
    with monkeypatch.context() as filling:
        filling.setattr(shutil, "copy2", full)
        with pytest.raises(StorageError, match="No space left"):
            corpus.remove(path)
    assert file.read_text() == text and corpus.removed() == []
    corpus.remove(path)
    assert not file.exists() and [one.path for one in corpus.removed()] == [path]
    with monkeypatch.context() as filling:
        filling.setattr(shutil, "copy2", full)
        with pytest.raises(StorageError, match="No space left"):
            corpus.restore(path)
    assert list(read_corpus(corpus.path)) == [] and [one.path for one in corpus.removed()] == [path]
    corpus.restore(path)
    assert file.read_text() == text and corpus.removed() == []


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "nothing.txt",
        "../outside.txt",
        "/etc/passwd",
        ".yinju/x.json",
        "\0",
        "https://x.example/",
    ],
)
def test_only_what_is_in_the_folder_can_be_removed(corpus, tmp_path, name):
    (tmp_path / "outside.txt").write_text(FERRY, "utf-8")
    corpus.add_text(FERRY)
    (corpus.path / ".yinju" / "x.json").write_text("{}")
    with pytest.raises(UsageError, match="found none"):
        corpus.remove(name)
    assert (tmp_path / "outside.txt").exists() and len(articles(corpus)) == 1


def test_a_link_is_removed_and_not_what_it_leads_to(corpus, tmp_path):
    corpus.path.mkdir()
    (tmp_path / "outside.txt").write_text(FERRY, "utf-8")
    (corpus.path / "link.txt").symlink_to(tmp_path / "outside.txt")
    corpus.remove("link.txt")
    assert (tmp_path / "outside.txt").read_text() == FERRY and not (
        corpus.path / "link.txt"
    ).is_symlink()


def test_what_a_killed_adding_left_is_swept(corpus):
    corpus.add_text(FERRY)
    hidden = corpus.path / ".yinju"
    for name, age in (("incoming-1-1.txt", 100_000), ("incoming-2-2.txt", 10)):
        (hidden / name).write_text("half")
        os.utime(hidden / name, (time.time() - age,) * 2)
    CorpusFolder(corpus.path, corpus.trash).add_text("The museum opened on Monday.")
    assert [path.name for path in hidden.glob("incoming-*")] == ["incoming-2-2.txt"] and len(
        articles(corpus)
    ) == 2


@pytest.mark.parametrize("date", ["yesterday", "2024-02-30"])
def test_a_date_that_is_none_is_refused(corpus, date):
    with pytest.raises(UsageError, match="expected a date"):
        corpus.add_text(FERRY, date=date)
    assert not corpus.path.exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError, match="expected to write into the corpus folder"):
        CorpusFolder(tmp_path / "file", tmp_path / "trash").add_text(FERRY)


def test_files_that_cannot_be_read_are_told(corpus, tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    for name, told in (("pipe.txt", "pipe"), ("none.txt", "nothing")):
        with pytest.raises(CorpusError, match=told):
            corpus.add_file(tmp_path / name)


@settings(max_examples=40)
@given(name=st.text(max_size=300))
def test_any_name_stays_in_the_folder(tmp_path_factory, name):
    corpus = CorpusFolder(tmp_path_factory.mktemp("any") / "corpus", "trash")
    added = corpus.add_bytes(f"{name}.txt", FERRY.encode())
    assert added.status == "added" and (corpus.path / added.path).parent == corpus.path
    assert list(articles(corpus)) == [added.path]


@given(st.text())
def test_a_slug_is_a_short_plain_word(name):
    made = slug(name)
    assert (
        0 < len(made) <= 60 and made == made.strip("-") and not set(made) & set('/\\.\0 :*?"<>|\n')
    )
