"""Many questions at once, suggestions, stopping, and every state of the page, in a real Chromium."""

import csv
import io
import json

import pytest
from browser_access import barriers
from browser_page import ask, browser, visit, wait_for_answer
from model_server import pause, scripted
from page_server import running
from page_states import (
    FITS,
    NEAR,
    NEXT,
    NOTHING,
    PLACES,
    READY,
    STATES,
    batch,
    batched,
    found,
    search,
    site,
)

from rag.looks import LOOKS_FILE
from rag.writing.models import Llm

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_many_questions_become_one_table_and_a_csv(visit, site):  # noqa: F811
    page = visit(site, until=READY)
    page.locator("#tab-batch-button").click()
    content = (
        f"编号,问题\n1,{PLACES}\n2,新馆藏书多少册？\n3,{NOTHING}\n4,this is broken <b>\n".encode(
            "gb18030"
        )
    )
    page.locator("#batch-input").set_input_files(
        {"name": "q.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.wait_for_function("document.querySelector('#batch-box textarea').value.includes('新馆')")
    page.locator("#batch-start").click()
    rows = batched(page)
    grades = rows.locator(".yj-grade").all_inner_texts()
    assert [one.split()[-1] for one in grades] == ["Answered", "Answered", "found", "Failed"]
    assert "150万册" in rows.nth(1).inner_text() and "<b>" in rows.nth(3).inner_text()
    assert (
        page.locator(".yj-batch-state").inner_text()
        == "4 questions: 2 answered, 0 close, 1 without anything, 1 failed"
    )
    assert (
        rows.nth(0)
        .get_by_role("link", name="Open in the chat")
        .get_attribute("href")
        .startswith("?q=Which+provinces")
    )
    with page.expect_download() as download:
        page.locator("#batch-save").click()
    table = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert [row["编号"] for row in table] == ["1", "2", "3", "4"] and table[1][
        "source"
    ] == "陇上周刊"


def test_a_batch_that_is_stopped_keeps_what_it_has(visit, site):  # noqa: F811
    page = visit(site, until=READY, locale="zh-CN")
    batch(page, f"{PLACES}\n{PLACES} slowly\n新馆藏书多少册？")
    page.wait_for_function(
        "document.querySelector('.yj-batch-busy')?.innerText.includes('第 2 个')"
    )
    page.wait_for_selector("#batch-start", state="hidden")
    page.get_by_role("button", name="停止").last.click()
    page.wait_for_function(
        "document.querySelector('.yj-batch-state')?.innerText.includes('已停止')"
    )
    assert (
        batched(page).count() == 1
        and "已停止，答了 1 个，共 3 个。" in page.locator(".yj-batch-state").inner_text()
    )
    batch(page, " \n")
    page.get_by_text("没有看到问题。").wait_for()


def test_suggestions_are_asked_with_a_click_and_go_meanwhile(visit, site):  # noqa: F811
    page = visit(site, until=READY)
    ask(page, PLACES)
    following = page.locator("#suggested")
    following.get_by_role("button", name=NEXT[1]).wait_for()
    page.locator("#question textarea").fill("half a question")
    following.get_by_role("button", name=NEXT[0]).click()
    wait_for_answer(page, 2)
    assert page.locator("#chat .yj-asked").last.inner_text() == NEXT[0]
    assert page.locator("#question textarea").input_value() == "half a question"
    ask(page, NOTHING, 3)
    assert not following.is_visible()


def test_stopping_a_model_leaves_the_quotes(visit, news_index):  # noqa: F811
    pytest.importorskip("langchain_openai", reason="langchain-openai is not installed")
    with (
        scripted() as model,
        running(news_index, llm=Llm("openai:scripted", model.url, 20)) as address,
    ):
        page = visit(address, until=READY)
        model.play = [pause(1), *["And ", "on ", pause(0.1)] * 300]
        page.locator("#question textarea").fill("How long is the Xihou Bridge?")
        page.locator("#question textarea").press("Enter")
        page.get_by_text("is writing from the quotes").wait_for()
        page.locator("#stop").click()
        answer = wait_for_answer(page)
        assert (
            "Stopped. These are the quotes" in answer.inner_text()
            and "28 kilometres" in answer.locator(".yj-evidence").first.inner_text()
        )
        page.reload()
        assert "Stopped. These are the quotes" in wait_for_answer(page).inner_text()


def test_a_folder_that_is_not_followed_any_more_is_told(visit, news_index, tmp_path):  # noqa: F811
    import shutil

    path = shutil.copytree(news_index, tmp_path / "index")
    (path / LOOKS_FILE).write_text(
        json.dumps(
            [
                {
                    "kind": "folder",
                    "what": "/srv/<i>news",
                    "at": "2026-01-02T03:04:05+00:00",
                    "every": 60,
                }
            ]
        ),
        "utf-8",
    )
    with running(path) as address:
        page = visit(address, until=READY)
        told = page.locator(".yj-overdue").inner_text()
        assert "“<i>news” has not been read since 2 January 2026" in told and "/srv" not in told


@STATES
def test_every_state_is_without_barriers_and_fits(visit, site, barriers, options):  # noqa: F811
    page = visit(site, until=READY, **options)
    # On a phone the question stays at the lower edge; what is half below it comes out when it is
    # scrolled to.
    page.add_style_tag(content="#ask { position: static !important }")
    answer = ask(page, PLACES)
    answer.locator("[data-do=column]").nth(1).click()
    page.wait_for_selector("table.yj-wide")
    ask(page, NEAR, 2)
    page.evaluate("document.querySelector('#chat .yj-pin').click()")
    page.locator("#chat .yj-chip").nth(1).evaluate("one => one.focus({ focusVisible: true })")
    page.wait_for_selector("#yj-peek:visible")
    assert barriers(page) == [] and page.evaluate(FITS)
    for opened in ("clips", "keys"):
        page.evaluate("name => window.yinju.doing[name]()", opened)
        assert barriers(page) == [] and page.evaluate(FITS)
        page.keyboard.press("Escape")
    search(page, "flood drill")
    found(page, 3)
    assert barriers(page) == [] and page.evaluate(FITS)
    page.locator("#search-list .yj-title").first.click()
    page.wait_for_selector("#search-read .yj-read")
    assert barriers(page) == [] and page.evaluate(FITS)
    batch(page, f"{PLACES}\n{NEAR}\n{NOTHING}")
    batched(page)
    assert barriers(page) == [] and page.evaluate(FITS)
