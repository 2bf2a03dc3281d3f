"""Several processes that answer for one server: the same answers, errors, new versions, and what
becomes of one that dies.
"""

import os
import signal
import time

import pytest

from rag import Article, Assistant, Index
from rag.answer import Answer, Found, Searching
from rag.errors import UsageError
from rag.search.types import Filters
from rag.serving import QueryService, Settings
from rag.serving.workers import WorkerFailed

pytestmark = pytest.mark.slow
QUESTION = "How many paintings does the museum show?"


def build(path, paintings: int) -> str:
    return Index.build(
        [Article("a", f"The museum shows {paintings} paintings.", lang="en")], path
    ).version


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("museum")
    build(path, 40)
    return path


@pytest.fixture(scope="module")
def service(folder):
    with Index.open(folder) as index:
        made = QueryService(index, Settings(processes=2))
        yield made
        made.close()


def processes(service) -> set[int]:
    return {worker._process.pid for worker in service._workers._all}


def test_processes_give_what_the_library_gives(service):
    searching, found, *pieces, last = service.stream(QUESTION)
    whole = Assistant(service.index).ask(QUESTION)
    assert (searching, found) == (Searching(1), Found(1, 1)) and "".join(
        pieces
    ) == last.text == whole.text
    assert isinstance(last, Answer) and last.citations == whole.citations
    assert service.pool.submit(
        lambda: service.search("museum", 3, Filters())
    ).result() == service.index.search("museum", 3)
    assert (
        service.ask("and the museum?", before=(QUESTION,)).completed
        == Assistant(service.index).ask("and the museum?", [(QUESTION, whole)]).completed
    )


def test_errors_come_over(service):
    with pytest.raises(UsageError, match="YYYY-MM-DD"):
        service.ask(QUESTION, as_of="soon")
    with pytest.raises(WorkerFailed, match="Traceback"):
        list(service._workers.run("nothing"))
    assert not service.ask(QUESTION).refused


def test_who_stops_listening_leaves_a_worker_that_answers_the_next(service):
    for _ in range(5):
        events = service.stream(QUESTION)
        next(events)
        events.close()
    before = processes(service)
    assert not service.ask(QUESTION).refused and processes(service) == before


def kill(service) -> set[int]:
    dying = [worker._process for worker in service._workers._all]
    for one in dying:
        os.kill(one.pid, signal.SIGKILL)
        one.join(10)
    return {one.pid for one in dying}


def test_those_that_died_are_replaced(service):
    old = kill(service)
    for asked in [service.pool.submit(lambda: service.answer(QUESTION)) for _ in range(6)]:
        assert not asked.result().refused
    assert len(processes(service)) == 2 and not processes(service) & old


def test_only_the_question_fails_that_one_dies_of(service, caplog):
    for pid in processes(service):
        os.kill(pid, signal.SIGSTOP)
    asked = service.pool.submit(lambda: service.answer(QUESTION))
    while service._workers._free.qsize() == 2:
        time.sleep(0.01)
    kill(service)
    with pytest.raises(WorkerFailed, match="has died"):
        asked.result()
    assert "is replaced" in caplog.text and not service.ask(QUESTION).refused


def test_all_take_up_a_new_version(service, folder):
    version = build(folder, 50)
    for asked in [service.pool.submit(lambda: service.answer(QUESTION)) for _ in range(6)]:
        assert asked.result().index_version == version and "50" in asked.result().text


def test_none_is_left_behind(folder):
    with Index.open(folder) as index:
        service = QueryService(index, Settings(processes=2))
        assert not service.ask(QUESTION).refused
        workers = [worker._process for worker in service._workers._all]
        service.close()
        deadline = time.monotonic() + 10
        while any(one.is_alive() for one in workers) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not any(one.is_alive() for one in workers)
