"""The processes that documents are read in: limits, crashes, and what is said of them."""

import os
import signal
import threading

import pytest

from rag.corpus import read_bytes
from rag.corpus.readers import Draft, Unreadable
from rag.corpus.worker import WORKER_MEMORY_BYTES, Worker, ReadingWorkers

PAGE = "<p>公园昨日免费开放，市民可以凭身份证入园。</p>".encode()


@pytest.fixture
def worker():
    made = Worker()
    yield made
    made.close()


def test_one_process_reads_many_documents_and_is_replaced_where_it_died(worker):
    assert worker.read(".html", PAGE)[0].text == "公园昨日免费开放，市民可以凭身份证入园。"
    first = worker._process.pid
    assert worker.read(".txt", b"abc") == [Draft("abc")]
    with pytest.raises(Unreadable, match="no text"):
        worker.read(".html", b"<nav>x</nav>")
    assert worker._process.pid == first
    os.kill(first, signal.SIGKILL)
    worker._process.wait()
    assert worker.read(".html", PAGE) and worker._process.pid != first


def test_a_process_that_goes_idle_as_a_job_comes_is_replaced():
    short = Worker(idle=0.01)
    short.read(".txt", b"a")
    process = short._process
    assert process.wait(10) == 0
    process.poll = lambda: None  # as if it ended just after it was looked at
    assert short.read(".txt", b"abc") == [Draft("abc")]
    short.close()


def test_time_is_limited():
    slow = Worker(seconds=0.01)
    with pytest.raises(Unreadable, match=r"longer than 0\.01 s"):
        slow.read(".html", PAGE * 50_000)
    slow.close()


@pytest.mark.skipif(not hasattr(signal, "SIGXCPU"), reason="no limits of resources on this system")
def test_memory_is_limited():
    small = Worker(memory=150 << 20)
    with pytest.raises(Unreadable, match="too much memory"):
        small.read(".txt", b"a\n" * 20_000_000)
    assert small.read(".txt", b"abc") == [Draft("abc")]
    small.close()


def test_a_crash_is_named(worker):
    worker.read(".txt", b"a")
    os.kill(worker._process.pid, signal.SIGSTOP)
    threading.Timer(0.2, os.kill, (worker._process.pid, signal.SIGSEGV)).start()
    threading.Timer(0.3, os.kill, (worker._process.pid, signal.SIGCONT)).start()
    with pytest.raises(Unreadable, match=r"crashed on it \(signal 11\)"):
        worker.read(".html", PAGE)
    assert worker.read(".html", PAGE)


def test_workers_read_at_the_same_time():
    workers = ReadingWorkers(2)
    found = [workers.submit(".txt", lambda n=n: b"%d" % n, {}) for n in range(9)]
    assert [one.result()[0].text for one in found] == [str(n) for n in range(9)]


def test_the_shared_workers_serve_read_bytes():
    assert WORKER_MEMORY_BYTES >= 1 << 30
    assert read_bytes("a.html", PAGE)[0].id == "a.html"
