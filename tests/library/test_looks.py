"""Folders and feeds that are read again and again: who reads them no more is told."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from rag import Index
from rag.looks import (
    MIN_OVERDUE_SECONDS,
    FEED_KIND,
    LOOKS_FILE,
    FOLDER_KIND,
    Look,
    forget,
    looked_again,
    looks,
    note,
    overdue,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def ago(**time):
    return (NOW - timedelta(**time)).isoformat()


def test_a_folder_is_overdue_after_a_while_and_a_feed_after_its_usual_time(tmp_path):
    note(tmp_path, FOLDER_KIND, "/srv/news", every=60, now=NOW - timedelta(minutes=20))
    for days in (9, 6):
        note(
            tmp_path,
            FEED_KIND,
            "https://me:secret@news.example/feed.xml",
            now=NOW - timedelta(days=days),
        )
    assert [one.kind for one in overdue(tmp_path, NOW)] == [
        FOLDER_KIND
    ]  # a feed that is read every three days
    late = overdue(tmp_path, NOW + timedelta(days=4))
    assert [one.name for one in late] == ["news.example/feed.xml", "news"] and "secret" not in late[
        0
    ].name
    looked_again(tmp_path, [tmp_path, "/srv/news"])
    assert [one.kind for one in overdue(tmp_path, datetime.now(UTC))] == [FEED_KIND]
    forget(tmp_path, FEED_KIND, "https://me:secret@news.example/feed.xml")
    assert [one.kind for one in looks(tmp_path)] == [FOLDER_KIND]


def test_what_was_read_once_is_expected_by_nobody(tmp_path):
    note(tmp_path, FEED_KIND, "https://news.example/feed", now=NOW - timedelta(days=900))
    assert len(looks(tmp_path)) == 1 and overdue(tmp_path, NOW) == ()
    note(
        tmp_path,
        FEED_KIND,
        "https://news.example/feed",
        now=NOW - timedelta(days=900) + timedelta(seconds=5),
    )
    assert overdue(tmp_path, NOW) == ()  # the same reading, twice


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "{}",
        '[{"kind": "folder"}]',
        '[{"kind": "folder", "what": "/a", "at": "noon"}]',
        "[1]",
    ],
)
def test_a_damaged_file_is_none(tmp_path, text):
    (tmp_path / LOOKS_FILE).write_text(text, "utf-8")
    assert looks(tmp_path) == () == overdue(tmp_path)
    note(tmp_path, FOLDER_KIND, "/srv/news", every=60)
    assert len(looks(tmp_path)) == 1


def test_where_nothing_can_be_written_the_work_goes_on(tmp_path):
    note(tmp_path / "no" / "such", FOLDER_KIND, "/srv/news")
    assert looks(tmp_path / "no" / "such") == ()


def test_a_watch_tells_that_it_is_there_and_that_it_ended_on_purpose(tmp_path):
    from rag.watch import watch

    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "a.txt").write_text(
        "The ferry to the island was replaced by a bridge in May.", "utf-8"
    )
    stop = threading.Event()
    watching = watch(tmp_path / "index", [tmp_path / "news"], stop=stop)
    assert next(watching).articles == 1
    next(watching)  # the second look, when the watch has begun
    (one,) = looks(tmp_path / "index")
    assert one.what == str(tmp_path / "news") and not one.is_overdue(datetime.now(UTC))
    assert one.is_overdue(
        datetime.now(UTC) + timedelta(seconds=MIN_OVERDUE_SECONDS[FOLDER_KIND] + 1)
    )
    stop.set()
    list(watching)
    assert looks(tmp_path / "index") == ()


def test_the_page_the_interface_and_the_shell_tell_of_it(news_index, tmp_path, call):
    import shutil

    from fastapi.testclient import TestClient

    from rag.serving.routes import build_api
    from rag.ui.age import overdue as told

    path = shutil.copytree(news_index, tmp_path / "index")
    with Index.open(path) as index:
        client = TestClient(build_api(index), base_url="http://127.0.0.1")
        assert "overdue" not in client.get("/healthz").json()
        note(path, FOLDER_KIND, "/srv/<b>news", every=60, now=datetime.now(UTC) - timedelta(days=3))
        assert client.get("/healthz").json()["overdue"] == ["<b>news"]
    assert "was last read on" in call("status", "--index", path).stderr
    html = told((Look(FOLDER_KIND, "/srv/<i>", ago(days=3), 60),), "en", NOW)
    assert (
        "<i>" not in html and "3 days ago" in html and "yinju watch" in html.replace("&#45;", "-")
    )
    assert told((), "en") == ""
