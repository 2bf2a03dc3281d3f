"""Articles into and out of a corpus, by the command line."""

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from web_site import PAGE, serving

FERRY = "The ferry now sails twice a day. It carries 300 passengers."
MUSEUM = "The new museum opened on Monday. It shows 40 paintings."


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def site():
    with serving() as site:
        site.pages["/ferry"] = PAGE.format(title="Ferry twice a day", text=FERRY)
        site.pages["/feed"] = (
            "<rss version='2.0'><channel><item><link>/ferry</link></item><item><link>/gone</link></item></channel></rss>"
        )
        yield site


def row(done: subprocess.CompletedProcess) -> dict:
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_from_nothing_to_an_answer(call, here):
    Path("note.txt").write_text(FERRY)
    added = call("add", "note.txt")
    assert added.returncode == 0 and added.stderr == "", added.stderr
    first, second = added.stdout.splitlines()
    assert first.startswith("added     corpus/note-") and second.startswith(
        "index: 1 article, 1 passage, "
    )
    assert "twice a day" in call("ask", "how often does the ferry sail?").stdout
    again = call("add", "note.txt")
    assert (
        again.returncode == 0
        and "the same content is there" in again.stdout
        and again.stdout.count("\n") == 1
    )
    assert Path("note.txt").read_text() == FERRY


def test_of_what_is_skipped_only_the_new_is_told(call, here):
    (
        Path("corpus").mkdir(),
        Path("corpus/old.doc").write_bytes(b"x"),
        Path("corpus/a.txt").write_text(MUSEUM),
    )
    assert (
        "old.doc" in call("build").stderr
        and "old.doc" in call("update").stderr + call("status").stderr
    )
    Path("note.txt").write_text(FERRY)
    added = call("add", "note.txt")
    assert added.returncode == 0 and added.stderr == "" and "1 skipped" in added.stdout
    (
        Path("corpus/sheet.xlsx").write_bytes(b"x"),
        Path("b.txt").write_text("The lift of the tower was mended on Friday."),
    )
    added = call("add", "b.txt")
    assert (
        added.stderr.count("\n") == 1
        and "sheet.xlsx: unsupported format .xlsx: save each sheet as .csv" in added.stderr
    )
    none = call("restore")
    assert (
        none.returncode == 0
        and none.stdout == ""
        and none.stderr == "yinju: nothing to put back: the trash of index is empty\n"
    )


def test_a_text_from_standard_input(call, here, monkeypatch):
    monkeypatch.setattr(
        sys, "stdin", io.TextIOWrapper(io.BytesIO("可停靠12艘货轮的新码头昨日启用。".encode()))
    )
    told = row(call("add", "-", "--title", "新码头", "--date", "2024年5月1日", "--json"))
    assert told["articles"][0]["status"] == "added" and told["update"]["articles"] == 1
    found = row(call("search", "--json", "货轮"))["hits"][0]
    assert (found["title"], found["date"]) == ("新码头", "2024-05-01")


def test_what_is_removed_is_kept_and_leaves_the_index(call, here):
    Path("a.txt").write_text(FERRY), Path("b.txt").write_text(MUSEUM)
    ids = [one["path"] for one in row(call("add", "a.txt", "b.txt", "--json"))["articles"]]
    refused = call("remove", ids[0])
    assert (
        refused.returncode == 2
        and "--yes" in refused.stderr
        and len(list(Path("corpus").glob("*.txt"))) == 2
    )
    told = row(call("remove", "--yes", ids[0], "--json"))
    assert told["removed"][0]["path"] == ids[0] and told["update"]["changes"]["removed"] == 1
    assert Path(told["removed"][0]["kept"]).read_text() == FERRY
    assert [one["path"] for one in row(call("restore", "--json"))["removed"]] == [ids[0]]
    back = row(call("restore", ids[0], "--json"))
    assert back["restored"] == told["removed"] and back["update"]["changes"]["added"] == 1
    taken = call("restore", ids[0])
    assert taken.returncode == 2 and "found no" in taken.stderr and taken.stderr.count("\n") == 1
    assert call("remove", "--yes", ids[0]).returncode == 0
    gone = call("remove", "--yes", ids[0])
    assert gone.returncode == 2 and ids[0] in gone.stderr and gone.stderr.count("\n") == 1


def test_an_article_that_shares_its_file_cannot_be_removed_alone(call, here):
    rows = [{"id": "x1", "text": FERRY, "url": "https://x.example/1"}, {"id": "x2", "text": MUSEUM}]
    Path("all.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    assert row(call("add", "all.jsonl", "--json"))["articles"][0]["articles"] == 2
    for name in ("x1", "https://x.example/1"):
        done = call("remove", "--yes", name)
        assert done.returncode == 2 and "one of those in" in done.stderr
    assert row(call("status", "--json"))["versions"][0]["counts"]["articles"] == 2


def test_an_article_is_removed_by_the_address_in_its_front_matter(call, here):
    Path("news").mkdir()
    Path("news/a.md").write_text(f"---\ntitle: A\nurl: https://x.example/a\n---\n{FERRY}")
    Path("news/b.md").write_text(MUSEUM)
    assert call("build", "--corpus", "news").returncode == 0
    assert (
        row(call("remove", "--yes", "--json", "https://x.example/a"))["removed"][0]["path"]
        == "a.md"
    )


def test_added_articles_join_those_of_the_index(call, here):
    Path("news").mkdir()
    Path("news/b.md").write_text(MUSEUM)
    Path("a.txt").write_text(FERRY)
    assert call("build", "--corpus", "news").returncode == 0
    assert row(call("add", "a.txt", "--json"))["corpus"] == str(here / "news")
    Path("c.txt").write_text("Snow closed the pass for a week.")
    told = row(call("add", "c.txt", "--corpus", "more", "--json"))
    assert told["corpus"] == str(here / "more") and told["update"]["articles"] == 3, (
        "another folder is one more"
    )
    assert row(call("add", "c.txt", "--json"))["articles"][0]["status"] == "added", (
        "each folder is for itself"
    )


def test_an_update_waits_for_another_that_is_under_way(call, here):
    from filelock import FileLock

    Path("a.txt").write_text(FERRY), Path("b.txt").write_text(MUSEUM)
    assert call("add", "a.txt").returncode == 0
    lock = FileLock("index/.lock", thread_local=False)
    lock.acquire()
    threading.Timer(0.5, lock.release).start()
    assert row(call("add", "b.txt", "--json"))["update"]["articles"] == 2


def test_where_there_is_no_folder_of_ones_own_one_is_made(call, here):
    Path("all.jsonl").write_text(json.dumps({"id": "1", "text": FERRY}) + "\n")
    Path("a.txt").write_text(MUSEUM)
    assert (
        call("build", "--corpus", "all.jsonl", "--sample", "--index", "mine/index").returncode == 0
    )
    told = row(call("add", "a.txt", "--index", "mine/index", "--json"))
    assert (
        told["corpus"] == str(here / "mine" / "corpus") and told["update"]["changes"]["added"] == 1
    )
    assert told["update"]["changes"]["removed"] == 0


def test_pages_and_feeds(call, here, site):
    refused = call("add", site.url("/ferry"))
    assert (
        refused.returncode == 3
        and "public address" in refused.stderr
        and refused.stderr.count("\n") == 1
    )
    allow = ("--allow", f"127.0.0.1:{site.port}")
    told = row(call("add", site.url("/feed"), "--pages", "1", *allow, "--json"))
    assert [one["status"] for one in told["articles"]] == ["added", "refused"]
    hit = row(call("search", "--json", "ferry"))["hits"][0]
    assert hit["article_id"] == told["articles"][0]["path"] and hit["title"] == "Ferry twice a day"
    site.pages["/ferry"] = PAGE.format(
        title="Ferry thrice a day", text=FERRY.replace("twice", "thrice")
    )
    assert row(call("update", "--json"))["built"] is False, "nothing is fetched unasked"
    assert row(call("update", "--fetch", *allow, "--json"))["changes"]["changed"] == 1
    assert (
        row(call("remove", "--yes", "--no-update", "--json", site.url("/ferry")))["update"] is None
    )


def test_a_corpus_that_lost_much_is_not_followed_unasked(call, here):
    Path("news").mkdir()
    for number in range(20):
        Path(f"news/{number}.txt").write_text(f"{FERRY} Trip number {number} went well.")
    assert call("build", "--corpus", "news").returncode == 0
    for number in range(5):
        os.remove(f"news/{number}.txt")
    Path("new.txt").write_text(MUSEUM)
    for args in (("update",), ("add", "new.txt")):
        done = call(*args)
        assert done.returncode != 0 and "--yes" in done.stderr and done.stderr.count("\n") == 1
    assert row(call("status", "--json"))["versions"][0]["counts"]["articles"] == 20
    told = row(call("update", "--yes", "--json"))
    assert (told["articles"], told["changes"]["removed"], told["changes"]["added"]) == (16, 5, 1)


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        (("add",), 2, "PATH|URL"),
        (("add", "/nowhere"), 3, "found nothing at /nowhere"),
        (("add", "file:///etc/passwd"), 3, "http://"),
        (("add", "http://169.254.169.254/latest"), 3, "public address"),
        (("add", "x.bin"), 3, "unsupported"),
        (("add", ".", "--title", "x"), 2, "expected one file to be of that title"),
        (("add", "x.txt", "--date", "yesterday"), 2, "expected a date"),
        (("add", "x.txt", "--corpus", "x.txt"), 2, "got the file x.txt"),
        (("add", "-", "x.txt"), 2, "standard input"),
        (("remove", "--yes", "../x.txt"), 2, "found none"),
        (("watch",), 2, "--corpus DIR"),
        (("add", "http://x.example/", "--allow", "x.example"), 2, "expected HOST:PORT"),
        (("add", "www.x.example/a"), 3, "begins with http://"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(call, here, args, code, told):
    Path("x.bin").write_bytes(b"\0"), Path("x.txt").write_text(FERRY)
    done = call(*args)
    assert (
        done.returncode == code
        and told in done.stderr
        and done.stderr.count("\n") == 1
        and done.stdout == ""
    )
    assert not list(Path().rglob("corpus/*.txt")) and not Path("index/CURRENT").exists()


@pytest.mark.slow
def test_watch_follows_and_survives(tmp_path):
    news = tmp_path / "news"
    news.mkdir()
    (news / "a.txt").write_text(FERRY)
    command = [
        sys.executable,
        "-m",
        "rag.cli",
        "watch",
        "--json",
        "--index",
        str(tmp_path / "index"),
        "--corpus",
        str(news),
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as process:

        def after(change) -> dict:
            change()
            return json.loads(process.stdout.readline())

        try:
            assert json.loads(process.stdout.readline())["articles"] == 1, (
                "built where there was none"
            )
            assert after(lambda: (news / "b.txt").write_text(MUSEUM))["changes"]["added"] == 1
            assert "found nothing at" in after(lambda: news.rename(tmp_path / "away"))["error"]
            (tmp_path / "away" / "c.txt").write_text("Snow closed the pass for a week.")
            assert after(lambda: (tmp_path / "away").rename(news))["changes"]["added"] == 1
            assert after(lambda: (news / "a.txt").unlink())["changes"]["removed"] == 1
            begin = time.monotonic()
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130 and time.monotonic() - begin < 10
        assert process.stderr.read() == ""
