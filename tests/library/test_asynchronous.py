"""Questions asked from a running event loop."""

import asyncio
import gc
import threading
import time

import numpy as np
import pytest

from rag import Answer, Assistant, Filters, Index
from rag.answer import Found, Searching
from rag.asynchronous import stepped
from rag.errors import UsageError

ZH, EN = "清理了多少个无证经营摊点？", "Which festival came with a gala?"


@pytest.fixture(scope="module")
def assistant(sample_index):
    with Index.open(sample_index) as index:
        yield Assistant(index)


def same(one: Answer, other: Answer) -> bool:
    return {**one.to_dict(), "ms": 0} == {**other.to_dict(), "ms": 0}


class Slow:
    """A reranker that waits to be let go on: the stage that runs while somebody gives up."""

    name = "slow"

    def __init__(self):
        self.entered, self.go_on, self.asked = threading.Event(), threading.Event(), 0

    def score(self, question, passages):
        self.asked += 1
        self.entered.set()
        assert self.go_on.wait(20)
        return np.zeros(len(passages), np.float32)


def test_several_questions_at_once_get_the_answers_they_get_alone(assistant):
    questions = [ZH, EN] * 6

    async def asked():
        return await asyncio.gather(*map(assistant.aask, questions))

    alone = {question: assistant.ask(question) for question in (ZH, EN)}
    for question, answer in zip(questions, asyncio.run(asked()), strict=True):
        assert same(answer, alone[question])


def test_arguments_arrive(assistant):
    filters = Filters(langs=("en",))
    history = assistant.turns([ZH])

    async def asked():
        one = await assistant.aask("几个？", history, filters, "2024-01-01", ("date",))
        *_, other = [
            e async for e in assistant.astream("几个？", history, filters, "2024-01-01", ("date",))
        ]
        return one, other

    expected = assistant.ask("几个？", history, filters, "2024-01-01", ("date",))
    assert all(same(answer, expected) for answer in asyncio.run(asked()))


def test_a_streamed_answer_is_the_answer(assistant):
    async def asked():
        return [event async for event in assistant.astream(EN)]

    searching, found, *pieces, last = asyncio.run(asked())
    assert isinstance(searching, Searching) and isinstance(found, Found)
    assert "".join(pieces) == last.text and same(last, assistant.ask(EN))


def test_the_loop_goes_on_while_a_stage_runs(sample_index):
    slow = Slow()

    async def asked(assistant):
        task = asyncio.create_task(assistant.aask(EN))
        while not slow.entered.is_set():
            await asyncio.sleep(0.001)
        assert not task.done()
        slow.go_on.set()
        return await task

    with Index.open(sample_index, rerank=slow) as index:
        assert isinstance(asyncio.run(asked(Assistant(index))), Answer)


def test_an_unusable_question_raises_where_it_is_awaited(assistant):
    async def asked():
        with pytest.raises(UsageError, match="question"):
            await assistant.aask(" ")
        with pytest.raises(UsageError, match="YYYY-MM-DD"):
            async for _ in assistant.astream(EN, as_of="tomorrow"):
                pass
        return await assistant.aask(EN)

    assert asyncio.run(asked()).citations


def test_who_stops_reading_ends_the_work_before_the_next_stage(sample_index):
    slow = Slow()

    async def asked(assistant):
        events = assistant.astream(EN)
        assert isinstance(await anext(events), Searching) and isinstance(await anext(events), Found)
        await events.aclose()
        with pytest.raises(StopAsyncIteration):
            await anext(events)

    with Index.open(sample_index, rerank=slow) as index:
        asyncio.run(asked(Assistant(index)))
    assert slow.asked == 0


def test_a_cancelled_question_returns_at_once_and_ends_after_its_stage():
    entered, go_on, closed, steps = threading.Event(), threading.Event(), threading.Event(), []

    def stages():
        try:
            yield "first"
            entered.set()
            assert go_on.wait(20)
            steps.append("second")
            yield "second"
            steps.append("third")
        finally:
            closed.set()

    async def main():
        async def read():
            async for _ in stepped(stages()):
                pass

        task = asyncio.create_task(read())
        while not entered.is_set():
            await asyncio.sleep(0.001)
        task.cancel()
        began = time.monotonic()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - began < 5 and not closed.is_set()
        go_on.set()
        while not closed.is_set():
            await asyncio.sleep(0.001)

    asyncio.run(main())
    assert steps == ["second"]


def test_a_timeout_is_kept(sample_index):
    slow = Slow()

    async def asked(assistant):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(assistant.aask(EN), 0.3)
        slow.go_on.set()

    with Index.open(sample_index, rerank=slow) as index:
        began = time.monotonic()
        asyncio.run(asked(Assistant(index)))
        assert time.monotonic() - began < 10


def test_what_a_stage_raises_for_nobody_is_not_told(caplog):
    entered, go_on = threading.Event(), threading.Event()

    def stages():
        entered.set()
        assert go_on.wait(20)
        raise UsageError("nobody hears this")
        yield

    async def main():
        task = asyncio.create_task(anext(stepped(stages())))
        while not entered.is_set():
            await asyncio.sleep(0.001)
        task.cancel()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    gc.collect()
    assert caplog.records == []


def test_a_loop_that_ends_meanwhile_leaves_no_error_behind(caplog):
    go_on, closed = threading.Event(), threading.Event()

    def stages():
        try:
            yield from iter(lambda: go_on.wait(1), None)
        finally:
            closed.set()

    async def main():
        task = asyncio.create_task(anext(stepped(stages())))
        await asyncio.sleep(0.05)
        assert not task.done()

    asyncio.run(main())  # cancels the task, and waits for its thread
    assert closed.wait(5)
    assert caplog.records == []
