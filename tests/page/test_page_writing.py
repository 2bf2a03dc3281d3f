"""Answers that a language model writes, on the page in a real Chromium; the model is a scripted
one.
"""

import pytest
from browser_access import barriers
from browser_page import ask, browser, visit, wait_for_answer
from model_server import pause, scripted
from page_server import running

from rag.writing.models import Llm

pytest.importorskip("langchain_openai", reason="langchain-openai is not installed")
pytestmark = [pytest.mark.browser, pytest.mark.slow]

BRIDGE = "How long is the Xihou Bridge?"
PLACES = "哪些省举行了防汛演练？"


@pytest.fixture(scope="module")
def model():
    with scripted() as server:
        yield server


@pytest.fixture(scope="module")
def site(news_index, model):
    with running(news_index, llm=Llm("openai:scripted", model.url, 20), llm_switch=True) as address:
        yield address


def test_sentences_stream_and_what_does_not_hold_is_marked_with_its_reason(visit, site, model):  # noqa: F811
    page = visit(site, until="#question textarea:visible")
    model.play = [
        "The bridge is 28 kilometres long @1. ",
        "It opened in 2019 @1. ",
        "And cost <b>23</b> ",
        pause(1.5),
        "billion yuan @1.",
    ]
    page.locator("#question textarea").fill(BRIDGE)
    page.locator("#question textarea").press("Enter")
    page.wait_for_selector("#chat .yj-answer:has(.yj-busy) .yj-doubt-why")  # while it comes
    answer = wait_for_answer(page)
    wrote = answer.locator(".yj-wrote")
    assert wrote.inner_text().startswith("The bridge is 28 kilometres long.[1]")
    assert answer.locator(".yj-doubt").all_inner_texts() == ["It opened in 2019."]
    reason = answer.locator(".yj-doubt-why")
    assert (
        reason.inner_text().strip() == "⚠ not in the quotes: 2019"
        and reason.get_attribute("role") == "note"
    )
    line = answer.locator(".yj-doubt").evaluate("one => getComputedStyle(one).textDecorationStyle")
    assert line == "wavy" and answer.locator(".yj-wrote b").count() == 0
    status = answer.locator(".yj-status").inner_text()
    assert "Written from the quotes by openai:scripted, 304 tokens" in status
    assert "28 kilometres" in answer.locator(".yj-evidence").first.inner_text()
    wrote.locator(".yj-chip").first.click()
    page.wait_for_function("document.activeElement?.id.startsWith('src-')")
    page.reload()
    assert "2019" in wait_for_answer(page).locator(".yj-doubt-why").inner_text()


def test_where_nothing_holds_the_evidence_is_shown_with_the_reason(visit, site, model):  # noqa: F811
    page = visit(site, until="#question textarea:visible", color_scheme="dark", width=390)
    model.play = ["The bridge is 31 kilometres long @1."]
    answer = ask(page, BRIDGE)
    assert (
        answer.locator(".yj-model-note")
        .inner_text()
        .startswith("(The language model wrote no sentence that the quotes bear out")
    )
    assert (
        "28 kilometres" in answer.locator(".yj-evidence").first.inner_text()
        and not answer.locator(".yj-wrote").is_visible()
    )
    answer.get_by_text("What the model wrote").click()
    assert "31" in answer.locator(".yj-wrote .yj-doubt-why").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barriers(visit, site, model, barriers, scheme):  # noqa: F811
    page = visit(site, until="#question textarea:visible", color_scheme=scheme)
    model.play = ["The bridge is 28 kilometres long @1. ", "It opened in 2019 @1. "]
    ask(page, BRIDGE)
    assert barriers(page) == []


def test_a_list_keeps_its_table_below_the_lead(visit, site, model):  # noqa: F811
    page = visit(site, until="#question textarea:visible", locale="zh-CN")
    model.play = ["安徽省芜湖市在长江边开展防汛演练@1。"]
    answer = ask(page, PLACES)
    assert (
        answer.locator(".yj-wrote").inner_text().startswith("安徽省芜湖市在长江边开展防汛演练。[1]")
    )
    assert answer.locator(".yj-places tbody .yj-place").count() == 4


def test_the_reader_stops_it_and_switches_it_off(visit, site, model):  # noqa: F811
    page = visit(site, until="#question textarea:visible")
    model.hung_up.clear()
    model.play = [pause(1), *["And ", "on ", pause(0.1)] * 300]
    page.locator("#question textarea").fill(BRIDGE)
    page.locator("#question textarea").press("Enter")
    page.get_by_text("openai:scripted is writing from the quotes").wait_for()
    page.locator("#stop").click()
    assert "Stopped" in wait_for_answer(page).inner_text() and model.hung_up.wait(10)
    asked = len(model.asked)
    page.get_by_label("Answers written by a language model").uncheck()
    answer = ask(page, BRIDGE, 2)
    assert (
        "28 kilometres" in answer.inner_text()
        and answer.locator(".yj-wrote").count() == 0
        and len(model.asked) == asked
    )


def test_the_switch_is_not_offered_unless_the_server_says_so(visit, news_index, model):  # noqa: F811
    model.play = ["The bridge is 28 kilometres long @1."]
    with running(news_index, llm=Llm("openai:scripted", model.url, 20)) as address:
        page = visit(address, until="#question textarea:visible")
        assert not page.locator("#writes").is_visible()
        assert ask(page, BRIDGE).locator(".yj-wrote").count() == 1
