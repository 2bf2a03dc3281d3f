"""The threads that answer, and the queue before them."""

import asyncio
import threading
import time

import pytest

from rag.errors import ServerBusy
from rag.serving.pool import BoundedPool


@pytest.fixture
def pool():
    made = BoundedPool(threads=1, waiting=2)
    yield made
    made.close()


def test_the_queue_has_an_end_and_room_again_after(pool):
    go = threading.Event()
    waiting = [pool.submit(go.wait) for _ in range(3)]
    with pytest.raises(ServerBusy, match="again in some seconds"):
        pool.submit(go.wait)
    with pytest.raises(ServerBusy):
        next(pool.iterate(lambda: (n for n in (1,))))
    go.set()
    assert all(one.result(5) for one in waiting)
    assert list(pool.iterate(lambda: (n for n in (1, 2)))) == [1, 2]


def test_first_come_first_served(pool):
    done = []
    for one in [pool.submit(lambda n=n: done.append(n)) for n in range(3)]:
        one.result(5)
    assert done == [0, 1, 2]


def test_an_error_comes_out_and_leaves_room(pool):
    def breaks():
        yield 1
        raise ZeroDivisionError

    for _ in range(5):
        told = pool.iterate(breaks)
        assert next(told) == 1
        with pytest.raises(ZeroDivisionError):
            next(told)


class Steps:
    """An iterator of many slow steps, which knows how far it came and that it was closed."""

    def __init__(self) -> None:
        self.done, self.closed = 0, threading.Event()

    def __call__(self):
        try:
            for self.done in range(1, 1_000):
                yield self.done
                time.sleep(0.01)
        finally:
            self.closed.set()


def test_who_stops_listening_stops_the_work(pool):
    steps = Steps()
    told = pool.iterate(steps)
    assert next(told) == 1
    told.close()
    assert steps.closed.wait(5) and steps.done < 100


def test_who_gives_up_in_the_queue_takes_no_turn(pool):
    go, steps = threading.Event(), Steps()
    first = pool.submit(go.wait)
    gone = threading.Event()
    gone.set()
    assert list(pool.iterate(steps, gone)) == []
    go.set()
    assert first.result(5) and pool.submit(lambda: "free").result(5) == "free" and steps.done == 0


def test_events_reach_an_event_loop_and_end_with_it(pool):
    async def run():
        seen = [one async for one in pool.stream(lambda: (one for one in "abc"))]
        steps = Steps()
        told = pool.stream(steps)
        assert await anext(told) == 1
        await told.aclose()
        return seen, await asyncio.to_thread(steps.closed.wait, 5)

    assert asyncio.run(run()) == (["a", "b", "c"], True)


def test_a_stopped_pool_takes_nothing_more(pool):
    pool.close()
    with pytest.raises(ServerBusy, match="stopped"):
        pool.submit(print)


def test_who_halts_waits_for_no_step(pool):
    go, halted, closed = threading.Event(), threading.Event(), threading.Event()

    def steps():
        try:
            yield 1
            go.wait()
            yield 2
        finally:
            closed.set()

    told = pool.iterate(steps, halted)
    assert next(told) == 1
    halted.set()
    assert list(told) == [] and not closed.is_set()
    go.set()
    assert closed.wait(5) and list(pool.iterate(lambda: (n for n in (3,)))) == [3]
