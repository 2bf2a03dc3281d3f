"""Articles that readers add: into the folder and the index while questions go on, with a reason for
what is refused.
"""

import threading
import time

import pytest
from starlette.testclient import TestClient

from rag import Index
from rag.errors import ServerBusy, UsageError
from rag.index.versions import writing
from rag.serving.ingest_queue import (
    FINAL_STAGES,
    PASTED_TEXT_LIMIT,
    MAX_JOBS_WAITING,
    IngestQueue,
    Item,
)
from rag.serving.routes import build_api
from rag.serving.settings import Settings

FERRY = "渡船从本周起每天开两班，早班七点开。船票仍是三元。"


@pytest.fixture
def index(tmp_path):
    """An index of a folder of one's own."""
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "bridge.txt").write_text(
        "跨江大桥周一通车。大桥长九百米，双向四车道。\n", "utf-8"
    )
    Index.build(tmp_path / "news", tmp_path / "index")
    return tmp_path / "index"


@pytest.fixture
def ingest_queue(index):
    opened = IngestQueue(index)
    yield opened
    opened.close()


def ended(job):
    *_, last = job.watch()
    return last


def test_a_text_is_found_as_soon_as_it_is_added(index, ingest_queue):
    before = Index.open(index)
    state = ended(
        ingest_queue.add(
            [Item("text", "", FERRY)], title="渡船加班", date="2024-05-03", source="江河日报"
        )
    )
    assert (state.stage, state.error) == ("done", "")
    (one,) = state.results
    assert (one.status, one.articles) == ("added", 1)
    assert before.n_articles == 1 and before.reload() and before.version == state.version
    article = before.article(one.path)
    assert (article.title, article.date, article.source) == ("渡船加班", "2024-05-03", "江河日报")
    assert before.search("渡船每天开几班", k=1)[0].article_id == one.path


def test_files_are_told_one_by_one_and_their_names_lead_nowhere(index, ingest_queue, tmp_path):
    files = [
        Item("file", "../../../evil.txt", b"The mill was sold in May for 3 million."),
        Item("file", "C:\\news\\evil.txt", b"Another mill was built in June."),
        Item("file", "scan.xyz", b"?"),
        Item("file", "nothing.md", b" \n"),
        Item("file", "same.txt", b"The mill was sold in May for 3 million."),
    ]
    state = ended(ingest_queue.add(files))
    assert [one.status for one in state.results] == [
        "added",
        "added",
        "refused",
        "refused",
        "known",
    ]
    assert all(one.reason for one in state.results if one.status == "refused")
    assert len({one.path for one in state.results[:2]}) == 2, "two files of one name are two files"
    inside = {path.resolve() for path in (tmp_path / "news").rglob("*")}
    assert {(tmp_path / "news" / one.path).resolve() for one in state.results[:2]} <= inside
    assert not list(tmp_path.parent.rglob("evil.txt")) and str(tmp_path) not in repr(state)
    assert Index.open(index).n_articles == 3


def test_nothing_new_is_no_new_version(index, ingest_queue):
    version = Index.open(index).version
    assert ended(ingest_queue.add([Item("file", "x.bin", b"\0\1")])).stage == "done"
    assert Index.open(index).version == version


def test_all_who_add_at_once_are_served_in_turn(index, ingest_queue):
    jobs = []

    def add(number):
        jobs.append(
            ingest_queue.add(
                [
                    Item(
                        "text",
                        "",
                        f"Festival number {number} was held in the town of Lin on a Sunday.",
                    )
                ]
            )
        )

    people = [threading.Thread(target=add, args=(number,)) for number in range(5)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    states = [ended(job) for job in jobs]
    assert [state.stage for state in states] == ["done"] * 5
    assert Index.open(index).n_articles == 6
    assert len({state.version for state in states}) <= 3, (
        "those who wait together are served together"
    )


@pytest.mark.parametrize(
    ("items", "said", "told"),
    [
        ([], {}, "1 to"),
        ([Item("text", "", "  ")], {}, "none"),
        ([Item("text", "", "长" * (PASTED_TEXT_LIMIT + 1))], {}, "as a file"),
        ([Item("url", "https://example.org/")], {}, "--allow-url"),
        (
            [Item("file", "a.txt", b"a"), Item("file", "b.txt", b"b")],
            {"title": "both"},
            "one at a time",
        ),
    ],
)
def test_what_cannot_be_added_is_refused_at_once(ingest_queue, items, said, told):
    with pytest.raises(UsageError, match=told):
        ingest_queue.add(items, **said)


def test_a_closed_queue_ends_even_when_it_is_full_and_takes_nothing_more(ingest_queue, monkeypatch):
    going, go = threading.Event(), threading.Event()

    def hold(jobs):
        going.set()
        assert go.wait(60)

    monkeypatch.setattr(ingest_queue, "_round", hold)
    ingest_queue.add([Item("text", "", FERRY)])
    assert going.wait(60)  # the first job is worked on, and others fill the queue
    for _ in range(MAX_JOBS_WAITING):
        ingest_queue.add([Item("text", "", FERRY)])
    ingest_queue.close()
    with pytest.raises(ServerBusy, match="stopping"):
        ingest_queue.add([Item("text", "", FERRY)])
    go.set()
    ingest_queue._thread.join(60)
    assert not ingest_queue._thread.is_alive()


def test_a_date_that_is_none_is_a_reason(ingest_queue):
    (one,) = ended(ingest_queue.add([Item("text", "", FERRY)], date="soon")).results
    assert one.status == "refused" and "date" in one.reason


def test_an_update_that_fails_is_told_and_the_index_stays(index, ingest_queue, tmp_path):
    version = Index.open(index).version
    with writing(index):  # as another build would
        state = ended(ingest_queue.add([Item("text", "", FERRY)]))
    assert state.stage == "failed" and state.error
    assert Index.open(index).version == version
    assert "渡船" in "".join(
        path.read_text("utf-8") for path in (tmp_path / "news").iterdir() if path.is_file()
    )
    # Adding it again finds it there, and indexes it now.
    again = ended(ingest_queue.add([Item("text", "", FERRY)]))
    assert again.results[0].status == "known" and Index.open(index).n_articles == 2


def test_too_much_waits(index, monkeypatch):
    monkeypatch.setattr("rag.serving.ingest_queue.MAX_UNFINISHED_BYTES", 10)
    with pytest.raises(ServerBusy, match="again"):
        IngestQueue(index).add([Item("file", "a.txt", b"x" * 11)])


def test_an_index_of_unknown_articles_is_not_added_to(tmp_path):
    from small_news import NEWS

    Index.build(NEWS, tmp_path / "index")
    with pytest.raises(UsageError, match="--corpus"):
        IngestQueue(tmp_path / "index")


def test_over_http(index):
    app = build_api(Index.open(index), Settings(allow_upload=True))
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        files = [("files", ("ferry.txt", FERRY.encode())), ("files", ("ferry.exe", b"MZ"))]
        reply = client.post("/api/articles", files=files)
        told = reply.json()
        assert reply.status_code == 200 and told["stage"] == "done"
        assert [one["status"] for one in told["results"]] == ["added", "refused"]
        assert (
            client.get(f"/api/articles/{told['results'][0]['path']}")
            .json()["text"]
            .startswith("渡船")
        )
        assert (
            "七点" in client.post("/api/ask", json={"question": "渡船早班几点开？"}).json()["text"]
        ), "the next question finds it"
        later = client.post(
            "/api/articles?wait=false",
            data={"text": "The tower was painted red.", "title": "Tower"},
        ).json()
        while (state := client.get(f"/api/jobs/{later['job']}").json())[
            "stage"
        ] not in FINAL_STAGES:
            time.sleep(0.05)
        assert state["results"][0]["title"] == "Tower"
        assert client.get("/api/jobs/unknown").status_code == 404
        assert (
            client.post("/api/articles", data={"address": "https://example.org/"}).status_code
            == 400
        )
        assert (
            client.post(
                "/api/articles", files=files, headers={"origin": "https://evil.example"}
            ).status_code
            == 403
        )
    app.state.service.close()


def test_where_it_is_not_allowed_there_is_no_such_route(index):
    with TestClient(build_api(Index.open(index)), base_url="http://127.0.0.1:7860") as client:
        assert client.post("/api/articles", files=[("files", ("a.txt", b"a"))]).status_code == 404
        assert client.get("/api/jobs/x").status_code == 404
