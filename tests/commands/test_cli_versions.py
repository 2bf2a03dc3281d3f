"""The versions of an index by the command line: which there are, and what can go."""

import json
import subprocess
import time

import pytest

from rag.errors import UsageError
from rag.library import Index

FERRY = "The ferry now sails twice a day. It carries 300 passengers."


def row(done: subprocess.CompletedProcess) -> dict:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def index(tmp_path):
    """An index of three versions; a reader held the oldest open when the newest was built."""
    news = tmp_path / "news"
    news.mkdir()
    (news / "a.txt").write_text(FERRY)
    Index.build(news, tmp_path / "index")
    with Index.open(tmp_path / "index"):
        for name in ("b", "c"):
            (news / f"{name}.txt").write_text(f"{FERRY} Its number is {name}.")
            Index.update(tmp_path / "index")
    return tmp_path / "index"


def test_versions_are_listed_newest_first(call, index):
    listed = row(call("versions", "--index", index, "--json"))["versions"]
    assert [one["counts"]["articles"] for one in listed] == [3, 2, 1] and [
        one["live"] for one in listed
    ] == [True, False, False]
    lines = call("versions", "--index", index).stdout.splitlines()
    assert (
        len(lines) == 3
        and lines[0].startswith("live")
        and listed[2]["name"] in lines[2]
        and "1 article " in lines[2]
    )


def test_what_differs_between_versions(call, index):
    news = index.parent / "news"
    names = [one["name"] for one in row(call("versions", "--index", index, "--json"))["versions"]]
    told = row(call("diff", "--index", index, "--json"))
    assert (told["old"], told["new"], told["added"], told["unchanged"]) == (
        names[1],
        names[0],
        ["c.txt"],
        2,
    )
    told = row(call("diff", names[2], "--index", index, "--json"))
    assert (told["old"], told["new"], told["added"]) == (names[2], names[0], ["b.txt", "c.txt"])
    (news / "a.txt").unlink()
    (news / "b.txt").rename(news / "moved.txt")
    (news / "c.txt").write_text("The ferry sank in the storm.")
    Index.update(index, max_removed=1)
    shown = call("diff", "--index", index).stdout.splitlines()
    assert shown[:3] == ["- a.txt", "~ c.txt", "> b.txt is moved.txt now"] and shown[3].endswith(
        ": 1 removed, 1 changed, 1 moved"
    )
    backwards = row(
        call(
            "diff",
            row(call("status", "--index", index, "--json"))["version"],
            names[0],
            "--index",
            index,
            "--json",
        )
    )
    assert backwards["added"] == ["a.txt"] and backwards["moved"] == [["moved.txt", "b.txt"]]


def test_versions_that_cannot_be_compared(call, index, tmp_path):
    for args, code, told in (
        (("2",), 2, "3 do"),
        (("x",), 2, "none does"),
        (("--index", tmp_path / "none"), 5, "yinju build"),
    ):
        done = call("diff", "--index", index, *args)
        assert done.returncode == code and told in done.stderr and done.stderr.count("\n") == 1
    Index.build(tmp_path / "news", tmp_path / "one")
    assert "nothing to compare" in call("diff", "--index", tmp_path / "one").stderr


def test_gc_keeps_the_live_version_and_what_a_rollback_leads_to(call, index):
    names = [one["name"] for one in row(call("versions", "--index", index, "--json"))["versions"]]
    (index / ".building-1-2").mkdir()
    (index / ".building-1-2" / "half").write_bytes(b"x" * 1000)
    (index / "trash" / "x").mkdir(parents=True)
    with Index(index) as open_:
        told = row(call("gc", "--index", index, "--json"))
        assert (told["removed"], told["leftovers"], told["in_use"]) == (
            [names[2]],
            [".building-1-2"],
            [],
        ) and told["bytes"] > 1000
        assert open_.n_articles == 3
    assert (index / "trash" / "x").is_dir() and not (index / ".building-1-2").exists()
    assert row(call("rollback", "--index", index, "--json"))["version"] == names[1]
    assert row(call("gc", "--index", index, "--json"))["removed"] == [], (
        "two are kept, be one rolled back from"
    )
    with Index(index):
        assert row(call("gc", "--index", index, "--keep", 1, "--json"))["removed"] == [names[0]], (
            "the live one stays, though older"
        )
    assert "0 versions and 0 leftovers" in call("gc", "--index", index).stdout
    assert call("verify", "--index", index).returncode == 0


def test_gc_leaves_what_a_reader_holds(call, index):
    names = [one["name"] for one in row(call("versions", "--index", index, "--json"))["versions"]]
    call("rollback", "--index", index)
    with Index(index) as reader:
        (index.parent / "news" / "d.txt").write_text(f"{FERRY} The fourth.")
        Index.update(index)
        told = row(call("gc", "--index", index, "--keep", 1, "--json"))
        assert told["in_use"] == [reader.version] == [names[1]]
        assert reader.article("a.txt").text == FERRY
    time.sleep(0)
    assert row(call("gc", "--index", index, "--keep", 1, "--json"))["removed"] == [names[1]]


def test_gc_of_nothing(call, index, tmp_path):
    assert call("gc", "--index", tmp_path / "none").returncode == 5
    assert call("gc", "--index", index, "--keep", 0).returncode == 2
    with pytest.raises(UsageError, match="at least one"):
        Index.gc(index, 0)
