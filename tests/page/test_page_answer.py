"""What can be done with an answer, and what a conversation outlives, in a real Chromium."""

import csv
import io
import json
import re
import shutil

import pytest
from browser_page import ask, browser, new_chat, ready, visit, wait_for_answer
from page_server import running, slowed

from rag.evaluation import read_questions
from rag.evaluation.feedback import FEEDBACK_FILE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PLACES = "Which provinces held a flood drill?"
BOATS = "How many boats took part in the flood drill in Shandong?"
FITS = "document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture(scope="module")
def index(tmp_path_factory, news_index):
    """An index of its own: verdicts are written beside it."""
    return shutil.copytree(news_index, tmp_path_factory.mktemp("verdicts") / "index")


@pytest.fixture(scope="module")
def site(index):
    with running(index, change=slowed) as address:
        yield address


def asked(page):
    return page.locator("#chat .yj-asked").all_inner_texts()


def pasted(page):
    """What the clipboard holds, as a reader gets at it."""
    box = page.locator("#question textarea")
    box.fill("")
    box.press("Control+V")
    return box.input_value()


def test_places_are_a_table_that_sorts_and_a_map_that_filters_it(visit, site):  # noqa: F811
    page = visit(site)
    answer = ask(page, PLACES)
    places = answer.locator(".yj-places tbody th .yj-place")
    rows = answer.locator(".yj-places tbody tr")
    before = places.all_inner_texts()
    assert len(before) == 4 and rows.first.locator("td").nth(2).inner_text() == "18 June 2024"
    answer.get_by_role("button", name="Date").click()
    dates = [
        cell.get_attribute("data-sort") for cell in answer.locator(".yj-places td[data-sort]").all()
    ]
    assert dates == sorted(dates) and answer.locator(
        "[aria-sort=ascending]"
    ).inner_text().startswith("Date")
    answer.get_by_role("button", name="Place").press("Enter")
    assert places.all_inner_texts() == sorted(before) != before
    tiles = answer.locator(".yj-tiles").get_by_role("button")
    assert answer.locator(".yj-tile").count() == 34 and tiles.count() == 4
    hunan = answer.get_by_role("button", name="Hunan: 1 article")
    hunan.click()
    assert [row.is_visible() for row in rows.all()].count(
        True
    ) == 1 and "Hunan: 1 article" in answer.locator(".yj-only").inner_text()
    answer.get_by_role("button", name="Show all").click()
    assert (
        all(row.is_visible() for row in rows.all()) and not answer.locator(".yj-only").is_visible()
    )
    for key in (" ", "Enter"):  # presses and lets go
        hunan.press(key)
        assert hunan.get_attribute("aria-pressed") == str(key == " ").lower()
    with page.expect_download() as download:
        answer.get_by_role("button", name="Download CSV").click()
    saved = list(csv.reader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert [row[0] for row in saved] == [
        "Place",
        *before[:0],
        *(row[0] for row in saved[1:]),
    ] and len(saved) == 5
    assert {row[0] for row in saved[1:]} == {
        "Anhui 安徽",
        "Shandong 山东",
        "Hubei 湖北",
        "Hunan 湖南",
    }


def test_an_answer_and_its_table_are_copied_where_the_page_has_no_clipboard(visit, site):  # noqa: F811
    page = visit(site)
    # As on an address that is not this machine's, without encryption.
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    answer = ask(page, PLACES)
    page.get_by_role("button", name="Copy", exact=True).click()
    page.wait_for_function("document.querySelector('.yj-saying').innerText === 'Copied'")
    assert f"## {PLACES}" in (copied := pasted(page)) and "(id " in copied
    answer.get_by_role("button", name="Copy table").click()
    page.wait_for_selector("[data-do=table].yj-done")
    assert pasted(page).startswith(
        "Place What Source Date"
    ) or "Place\tWhat\tSource\tDate" in pasted(page)


def test_words_that_match_are_shown_across_languages(visit, site):  # noqa: F811
    page = visit(site)
    answer = ask(page, BOATS)
    said, gloss = answer.locator(".yj-said").first, answer.locator(".yj-gloss").first
    assert said.get_attribute("lang") == "zh-CN" and not gloss.is_visible()
    said.locator("mark[data-word=boats]").hover()
    assert gloss.is_visible() and "舟 = boats" in gloss.inner_text()
    words = "[...CSS.highlights.get('yj-asked') ?? []].map(one => one.toString()).sort()"
    assert page.evaluate(words) == ["boats"]
    page.mouse.move(5, 5)
    assert not gloss.is_visible()
    answer.locator(".yj-chip").first.focus()
    assert gloss.is_visible() and {"boats", "drill", "flood"} <= set(page.evaluate(words))
    page.keyboard.press("Escape")
    assert not gloss.is_visible()


def test_an_edited_question_takes_its_place_and_a_retry_too(visit, site):  # noqa: F811
    page = visit(site)
    ask(page, PLACES)
    ask(page, slow := f"{BOATS} slowly", 2)
    page.get_by_role("button", name="Edit question").first.click()
    assert (
        page.locator("#question textarea").input_value() == PLACES
        and page.locator("#edit-hint").is_visible()
    )
    page.keyboard.press("Escape")
    assert (
        page.locator("#question textarea").input_value() == ""
        and not page.locator("#edit-hint").is_visible()
    )
    page.get_by_role("button", name="Edit question").first.click()
    page.locator("#question textarea").fill("Who won the Chengdu marathon?")
    page.locator("#send").click()
    page.wait_for_function(
        "document.querySelector('#chat .yj-answer .yj-lead')?.innerText.includes('Kiprop')"
    )
    page.wait_for_selector("#edit-hint", state="hidden")
    assert asked(page) == ["Who won the Chengdu marathon?", slow]
    page.get_by_role("button", name="Retry").last.click()
    page.wait_for_selector("#chat .yj-busy")
    wait_for_answer(page, 2)
    assert (
        asked(page) == ["Who won the Chengdu marathon?", slow]
        and page.locator("#chat .yj-lead").count() >= 2
    )


def test_verdicts_are_kept_beside_the_index_and_become_questions(visit, site, index):  # noqa: F811
    page = visit(site)
    ask(page, BOATS)
    right = page.get_by_role("button", name="Right", exact=True)
    right.click()
    page.wait_for_function("document.querySelector('.yj-saying').innerText.includes('noted')")
    assert right.get_attribute("aria-pressed") == "true"
    ask(page, PLACES, 2)
    page.get_by_role("button", name="Right", exact=True).last.click()
    page.wait_for_function(
        "document.querySelectorAll('button[data-rate^=\"#right\"][aria-pressed=true]').length === 2"
    )
    page.locator("#sources .yj-group[open] .yj-card").nth(3).evaluate(
        "one => { one.querySelector('details').open = true }"
    )
    page.locator("#sources .yj-group[open]").get_by_role("button", name="Wrong citation").nth(
        3
    ).click()
    page.wait_for_function(
        "document.querySelectorAll('button[data-rate^=\"#quote\"][aria-pressed=true]').length === 1"
    )
    written = [json.loads(line) for line in (index / FEEDBACK_FILE).read_text("utf-8").splitlines()]
    assert [row["verdict"] for row in written] == ["right", "right", "quote"]
    assert written[2]["citation"] == written[1]["citations"][3] and written[0]["index_version"]
    known = {one.text: set(one.relevant) for one in read_questions([index / FEEDBACK_FILE])}
    assert known == {BOATS: {"flood-zh"}, PLACES: {"flood-anhui", "flood-zh"}}


def test_a_slow_answer_can_be_stopped_and_asked_again(visit, site):  # noqa: F811
    page = visit(site, locale="zh-CN")
    page.locator("#question textarea").fill("哪些省举行了防汛演练？ slowly")
    page.locator("#send").click()
    page.wait_for_selector("#chat .yj-busy")
    page.wait_for_function(
        "document.querySelector('#chat .yj-busy')?.innerText.includes('正在检索')"
    )
    page.wait_for_selector("#send", state="hidden")
    page.get_by_role("button", name="停止").click()
    page.wait_for_selector("#chat .yj-notice")
    assert "停止" in page.locator("#chat .yj-notice").inner_text()
    page.wait_for_selector("#send")
    assert "湖南" in ask(page, "哪些省举行了防汛演练？", 2).inner_text()
    assert page.get_by_role("button", name="重新回答").count() == 2


def test_a_question_sent_in_the_moment_after_stop_is_answered(visit, site):  # noqa: F811
    page = visit(site)
    page.locator("#question textarea").fill(f"{PLACES} slowly")
    page.locator("#send").click()
    page.wait_for_selector("#chat .yj-busy")
    page.evaluate("document.querySelector('#stop').click()")
    assert "Shandong" in ask(page, "Which province sent boats to the flood drill?", 2).inner_text()
    assert page.locator("#chat .yj-notice").count() == 1


def test_a_new_chat_ends_the_answer_that_is_on_its_way(visit, site):  # noqa: F811
    page = visit(site)
    page.locator("#question textarea").fill(f"{PLACES} slowly")
    page.locator("#send").click()
    page.wait_for_selector("#chat .yj-busy")
    new_chat(page)
    assert asked(page) == []
    ask(page, BOATS)
    assert (
        asked(page) == [BOATS]
        and page.evaluate("window.yinju.remembered().includes('slowly')") is False
    )


def test_an_error_is_a_message_with_a_reference_number(visit, site):  # noqa: F811
    page = visit(site, locale="zh-CN")
    ask(page, PLACES)
    told = ask(page, "broken?", 2)
    assert "编号" in told.inner_text() and "secret" not in page.locator("body").inner_text()
    assert asked(page) == [PLACES, "broken?"] and page.locator(".toast-body:visible").count() == 0


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=yesterday", "筛选日期须写成"),
        ("place=Atlantis", "“Atlantis”不能确定是哪个地方"),
        ("source=X", "江河日报"),
    ],
)
def test_wrong_filters_are_told_in_the_readers_language(visit, site, query, said):  # noqa: F811
    page = visit(f"{site}/?q=Who&{query}", locale="zh-CN", until="#chat .yj-notice")
    assert said in page.locator("#chat .yj-notice").inner_text()


def test_a_conversation_outlives_a_reload_and_tabs_have_their_own(visit, site):  # noqa: F811
    page = visit(site)
    ask(page, PLACES)
    ask(page, "and in Hubei?", 2)
    page.wait_for_function(
        "document.querySelectorAll('#chat .yj-actions [data-do=copy]').length === 2"
    )
    # How old the index is is told anew: by then it may be a minute older.
    texts = lambda: [
        re.sub("built .* ago|built just now", "", one)
        for one in page.locator("#chat .yj-answer").all_inner_texts()
    ]
    first = texts()
    other = page.context.new_page()
    other.goto(site)
    ready(other)
    ask(other, BOATS)
    page.reload()
    page.wait_for_function(
        "document.querySelectorAll('#chat .yj-actions [data-do=copy]').length === 2"
    )
    assert texts() == first
    page.wait_for_selector("#example-1", state="hidden")
    page.locator("#chat .yj-chip").last.click()
    page.wait_for_selector(".yj-card.yj-shown")
    assert "Shandong" in ask(page, "and in Shandong?", 3).inner_text()
    assert asked(other) == [BOATS]
    with page.expect_download() as download:
        page.locator("#keep-json").click()
    assert len(json.loads(download.value.path().read_text("utf-8"))) == 3
    new_chat(page)
    page.reload()
    ready(page)
    assert asked(page) == [] and asked(other) == [BOATS]


def test_an_earlier_conversation_is_listed_and_gone_on_with(visit, site):  # noqa: F811
    page = visit(site)
    hostile = "<img src=x onerror=window.hit=1> Which boats?"
    ask(page, PLACES)
    ask(page, "and in Hubei?", 2)
    new_chat(page)
    earlier = page.locator("#past button")
    earlier.first.wait_for()
    assert earlier.all_inner_texts() == [PLACES]
    ask(page, hostile)
    new_chat(page)
    page.wait_for_function("document.querySelectorAll('#past button').length === 2")
    assert earlier.all_inner_texts() == [hostile, PLACES] and page.locator("#past img").count() == 0
    earlier.last.click()
    page.wait_for_function(
        "document.querySelectorAll('#chat .yj-actions [data-do=copy]').length === 2"
    )
    assert asked(page) == [PLACES, "and in Hubei?"]
    assert "Shandong" in ask(page, "and in Shandong?", 3).inner_text()
    new_chat(page)
    page.wait_for_function("document.querySelectorAll('#past button').length === 2")
    assert earlier.all_inner_texts() == [PLACES, hostile] and page.evaluate("window.hit") is None


def test_a_server_that_was_started_again_goes_on_with_the_conversation(visit, index):  # noqa: F811
    with running(index) as address:
        page = visit(address)
        ask(page, PLACES)
        page.locator("#question textarea").fill("half typed")
    page.evaluate("dispatchEvent(new Event('offline'))")
    page.wait_for_selector(".yj-alert-lost", state="visible")
    assert "conversation is kept" in page.locator(".yj-alert-lost").inner_text() and asked(
        page
    ) == [PLACES]
    with running(index, port=int(address.rpartition(":")[2])):
        page.wait_for_selector(".yj-alert-lost", state="hidden")
        page.wait_for_selector("#chat .yj-answer")
        assert asked(page) == [PLACES]
        page.wait_for_function(
            "document.querySelector('#question textarea').value === 'half typed'"
        )
        ask(page, BOATS, 2)


def test_nothing_sticks_out_at_any_width_and_nothing_jumps(visit, site):  # noqa: F811
    page = visit(site, locale="zh-CN")
    page.evaluate(
        "new PerformanceObserver(list => { for (const one of list.getEntries()) if"
        " (!one.hadRecentInput) window.jumped += one.value }).observe({ type: 'layout-shift',"
        " buffered: false })"
    )
    for width in (360, 768, 1280, 2560):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(FITS), f"start at {width}"
    page.set_viewport_size({"width": 1280, "height": 800})
    page.wait_for_timeout(600)  # what a new size moves is no jump
    page.evaluate("window.jumped = 0")
    page.locator("#question textarea").fill("哪些省举行了防汛演练？ slowly")
    page.locator("#question textarea").press("Enter")
    page.wait_for_selector("#chat .yj-busy")
    page.evaluate(
        "window.jumped = 0"
    )  # nor is that the chat takes the place of the examples, however late after the key
    wait_for_answer(page)
    page.wait_for_timeout(300)
    assert page.evaluate("window.jumped") < 0.1
    for width in (360, 390, 599, 600, 768, 899, 900, 1280, 1920, 2560):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(FITS), f"answer at {width}"
