"""The page at work: questions, and what is pinned, searched and asked at once."""

from dataclasses import replace

import pytest
from page_server import running, slowed

from rag.answer.types import Answer

PLACES = "Which provinces held a flood drill?"
NEAR = "Who nearly won the chess championship in Norway?"
NOTHING = "Who won the chess championship in Norway?"
READY = "#question textarea:visible"
FITS = "document.documentElement.scrollWidth <= innerWidth"
PHONE = {"width": 390, "height": 844, "has_touch": True}
STATES = pytest.mark.parametrize(
    "options",
    [{"color_scheme": "dark"}, {"color_scheme": "light", "locale": "zh-CN", **PHONE}],
    ids=["dark", "phone-zh"],
)
NEXT = ("And the boats?", "<b>Who</b> came?")


def change(service):
    slowed(service)
    stream = service.stream

    def graded(question, *args, **kwargs):
        for event in stream(question, *args, **kwargs):
            near = isinstance(event, Answer) and event.refused and "nearly" in question
            yield replace(event, grade="near") if near else event

    service.stream = graded
    service.suggestions = lambda question, answer, history=(), filters=None: (
        NEXT if not answer.refused else ()
    )


@pytest.fixture(scope="module")
def site(news_index):
    with running(news_index, change=change) as address:
        yield address


def batch(page, words):
    page.locator("#tab-batch-button").click()
    page.locator("#batch-box textarea").fill(words)
    page.locator("#batch-start").click()


def batched(page):
    page.wait_for_selector(".yj-batch-state:not(.yj-batch-busy)")
    return page.locator(".yj-batch tbody tr")


def search(page, words):
    page.locator("#tab-search-button").click()
    page.locator("#search-words :is(textarea, input)").fill(words)
    page.keyboard.press("Enter")


def found(page, n):
    page.wait_for_function(
        "n => document.querySelectorAll('#search-list .yj-row').length === n", arg=n
    )
    return page.locator("#search-list .yj-title")
