"""An update gives the index that a build from nothing gives, byte for byte, and reads only what
changed.
"""

import os
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from index_folders import ARTICLES, assert_as_from_nothing, corpus, files_of, row, write

from rag.errors import TooMuchRemoved
from rag.index import corpus_diff, file_scan, index_corpus, open_index
from rag.index.changes import Changes
from rag.index.sources import Sources


def updated(tmp_path, files, **given):
    write(tmp_path / "corpus", files)
    return index_corpus([tmp_path / "corpus"], tmp_path / "index", **given)


def test_nothing_changed_nothing_done(tmp_path, corpus, monkeypatch):
    before = files_of(tmp_path / "index")
    monkeypatch.setattr(corpus_diff, "read_files", lambda files: pytest.fail("a file was read"))
    assert updated(tmp_path, corpus) is None
    assert files_of(tmp_path / "index") == before


def test_from_whichever_folder_the_corpus_is_named(tmp_path, corpus, monkeypatch):
    (tmp_path / "corpus" / "link.txt").symlink_to("/nowhere")  # skipped, and named by its path
    monkeypatch.chdir(tmp_path)
    assert "corpus/link.txt" in [
        one.path for one in index_corpus([Path("corpus")], Path("index"), afresh=True).skipped
    ]
    assert index_corpus([tmp_path / "corpus"], tmp_path / "index") is None


@pytest.mark.parametrize(
    "name, change, expected",
    [
        (
            "add",
            {"05b.txt": "A ferry for the harbour was tested by engineers. " * 3},
            Changes(added=1, unchanged=60),
        ),
        ("edit", {"07.txt": ARTICLES[7].text + "A line more."}, Changes(changed=1, unchanged=59)),
        ("remove", {"03.txt": None}, Changes(removed=1, unchanged=59)),
        ("move", {"03.txt": None, "zz.txt": ARTICLES[3].text}, Changes(moved=1, unchanged=59)),
        (
            "first of two with one id goes",
            {"rows.jsonl": "\n".join(map(row, ARTICLES[23:60]))},
            Changes(removed=2, unchanged=58),
        ),
        (
            "an id is taken earlier",
            {"00.jsonl": row(ARTICLES[30], text="Another text for this id. " * 5)},
            Changes(added=1, changed=1, unchanged=59),
        ),
        ("an article is there earlier", {"00.jsonl": row(ARTICLES[30])}, Changes(unchanged=60)),
        (
            "an id of a table",
            {"00.csv": f"id,text\na30,{'Another text for this id. ' * 5}\n"},
            Changes(added=1, changed=1, unchanged=59),
        ),
        (
            "row edited",
            {
                "rows.jsonl": "\n".join(
                    row(a, **({"title": "New"} if a.id == "a25" else {})) for a in ARTICLES[20:60]
                )
            },
            Changes(changed=1, unchanged=59),
        ),
        (
            "rows in another order",
            {"rows.jsonl": "\n".join(map(row, reversed(ARTICLES[20:60])))},
            Changes(unchanged=60),
        ),
        (
            "a row becomes empty",
            {
                "rows.jsonl": "\n".join(
                    row(a, **({"text": " "} if a.id == "a25" else {})) for a in ARTICLES[20:60]
                )
            },
            Changes(removed=1, unchanged=59),
        ),
    ],
)
def test_an_update_gives_what_a_build_from_nothing_gives(tmp_path, corpus, name, change, expected):
    files = {name: text for name, text in (corpus | change).items() if text is not None}
    report = updated(tmp_path, files)
    assert report.changes == expected
    assert_as_from_nothing(tmp_path / "index", tmp_path / "corpus", tmp_path / "fresh")
    assert updated(tmp_path, files) is None
    back = updated(tmp_path, corpus)
    assert_as_from_nothing(tmp_path / "index", tmp_path / "corpus", tmp_path / "fresh")
    assert back is not None and back.articles == 60


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12)
@given(st.lists(st.tuples(st.integers(0, 2**32), st.integers(1, 12)), min_size=1, max_size=3))
def test_any_updates_one_after_the_other(tmp_path_factory, steps):
    tmp_path = tmp_path_factory.mktemp("updates")
    rng = random.Random(1)
    articles = {name: rng.choice(ARTICLES) for name in range(30)}

    def files():
        out = {f"{name}.txt": article.text for name, article in articles.items() if name % 3}
        for part in range(2):
            out[f"m{part}.jsonl"] = "\n".join(
                row(a, id=str(name))
                for name, a in articles.items()
                if name % 3 == 0 and name % 2 == part
            )
        return out

    write(tmp_path / "corpus", files())
    index_corpus([tmp_path / "corpus"], tmp_path / "index")
    for seed, count in steps:
        rng = random.Random(seed)
        for _ in range(count):
            if rng.random() < 0.4:
                articles.pop(rng.choice(list(articles)), None)
            else:
                articles[rng.randrange(40)] = rng.choice(ARTICLES)
        updated(tmp_path, files())
        assert_as_from_nothing(tmp_path / "index", tmp_path / "corpus", tmp_path / "fresh")


def test_only_what_changed_is_read(tmp_path, corpus, monkeypatch):
    read = []
    add = corpus_diff.CorpusDiff._unique

    def noting(self, at, where, found, file):
        if not isinstance(found, corpus_diff.Rows):
            read.append(found.id)
        return add(self, at, where, found, file)

    monkeypatch.setattr(corpus_diff.CorpusDiff, "_unique", noting)
    rows = [row(a, **({"title": "New"} if a.id == "a40" else {})) for a in ARTICLES[20:60]]
    updated(tmp_path, corpus | {"rows.jsonl": "\n".join(rows), "07.txt": "Short and new."})
    # A file of which something was left out because of another one is read again.
    assert sorted(read) == ["07.txt", "a22", "a40"]


def test_a_change_within_the_tick_of_the_clock_is_seen(tmp_path, corpus):
    file = tmp_path / "corpus" / "04.txt"
    index_corpus([tmp_path / "corpus"], tmp_path / "index", afresh=True)
    times, text = file.stat(), file.read_text("utf-8")
    with file.open("r+", encoding="utf-8") as stream:  # the same size, inode and time of change
        stream.write("Z" if text[0].isascii() else "丕")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    report = index_corpus([tmp_path / "corpus"], tmp_path / "index")
    assert report.changes == Changes(changed=1, unchanged=59)


def test_a_file_that_changes_while_it_is_read_is_read_again(tmp_path, corpus, monkeypatch):
    file, settle = tmp_path / "corpus" / "04.txt", file_scan.ScannedFile.settle

    def meanwhile(self):
        if self.path == file:
            with file.open("a", encoding="utf-8") as stream:
                stream.write("Written while it was read.")
        settle(self)

    monkeypatch.setattr(file_scan.ScannedFile, "settle", meanwhile)
    index_corpus([tmp_path / "corpus"], tmp_path / "index", afresh=True)
    monkeypatch.undo()
    assert index_corpus([tmp_path / "corpus"], tmp_path / "index").changes == Changes(
        changed=1, unchanged=59
    )
    assert index_corpus([tmp_path / "corpus"], tmp_path / "index") is None


def test_touched_files_are_not_read_again(tmp_path, corpus):
    for file in (tmp_path / "corpus").iterdir():
        os.utime(file, (1, 1))
    assert index_corpus([tmp_path / "corpus"], tmp_path / "index") is None


def test_the_guard_and_the_report(tmp_path, corpus):
    fewer = {
        name: text
        for name, text in corpus.items()
        if not name.startswith("1") and name != "twice.jsonl"
    }
    live = (tmp_path / "index" / "CURRENT").read_text()
    for name in list(fewer)[:6]:
        del fewer[name]
    with pytest.raises(TooMuchRemoved):
        updated(tmp_path, fewer, max_removed=0.2)
    assert (tmp_path / "index" / "CURRENT").read_text() == live
    report = updated(tmp_path, fewer)
    assert report.changes == Changes(removed=16, unchanged=44)
    with open_index(tmp_path / "index") as snapshot:
        assert (
            snapshot.manifest.report["changes"]["removed"] == 16
            and snapshot.manifest.report["skipped"] == 1
        )
        assert snapshot.manifest.skipped == report.skipped


def test_another_version_of_the_program_reads_all(tmp_path, corpus):
    report = index_corpus([tmp_path / "corpus"], tmp_path / "index", program="another")
    assert report.changes == Changes(unchanged=60)
    assert Sources.read(tmp_path / "index" / "versions" / report.version).program == "another"


def test_damaged_notes_of_what_was_read_are_no_obstacle(tmp_path, corpus):
    name = (tmp_path / "index" / "CURRENT").read_text().strip()
    (tmp_path / "index" / "versions" / name / "sources").write_bytes(b"rubbish")
    assert index_corpus([tmp_path / "corpus"], tmp_path / "index").changes == Changes(unchanged=60)
