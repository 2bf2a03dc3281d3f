"""What one works with beside the chat, in a real Chromium: previews, columns, clippings, keys,
searching, many questions at once.
"""

import csv
import io
import json
import zipfile
from dataclasses import replace

import pytest
from model_server import pause, scripted
from page_server import running, slowed
from test_page import ask, browser, visit, wait_for_answer  # noqa: F401
from test_page_access import barriers  # noqa: F401

from rag.answer.types import Answer
from rag.looks import FILE
from rag.writing.models import Llm

pytestmark = [pytest.mark.browser, pytest.mark.slow]

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


def pin(page, number):
    page.locator("#chat .yj-pin").nth(number).click()


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


def test_a_number_shows_what_it_leads_to_and_goes_again(visit, site):  # noqa: F811
    page = visit(site, until=READY)
    answer = ask(page, PLACES)
    chip, peek = answer.locator(".yj-chip").nth(1), page.locator("#yj-peek")
    chip.hover()
    peek.wait_for()
    told = peek.inner_text()
    # The quote stands between the sentences beside it.
    assert (
        "防汛演练在多地展开" in told
        and "13 June 2024" in told
        and "入汛以来" in told
        and "湖北省宜昌市" in told
    )
    assert "检修" not in told and peek.locator("mark.yj-quote").inner_text() in told
    peek.hover()  # stays under the pointer
    page.wait_for_timeout(400)
    assert peek.is_visible()
    page.mouse.move(5, 5)
    peek.wait_for(state="hidden")
    page.locator("#question textarea").focus()
    page.keyboard.press("Shift+Tab")  # the keyboard is at work
    chip.focus()
    peek.wait_for()
    assert (
        chip.get_attribute("aria-describedby") == "yj-peek"
        and peek.get_attribute("role") == "tooltip"
    )
    page.keyboard.press("Escape")
    assert not peek.is_visible() and chip.get_attribute("aria-describedby") is None


def test_the_three_grades_and_the_age_of_what_is_used(visit, site):  # noqa: F811
    page = visit(site, until=READY)
    answered, near, nothing = ask(page, PLACES), ask(page, NEAR, 2), ask(page, NOTHING, 3)
    looks = [
        one.evaluate(
            "one => { const css = getComputedStyle(one); return css.borderLeftStyle +"
            " css.backgroundColor }"
        )
        for one in (answered, near, nothing)
    ]
    assert (
        len(set(looks)) == 3
        and "yj-is-near" in near.get_attribute("class")
        and "yj-is-nothing" in nothing.get_attribute("class")
    )
    status = answered.locator(".yj-status").inner_text()
    assert "newest article used: 21 June 2024 (" in status and "index built" in status
    assert "newest" not in nothing.locator(".yj-status").inner_text()


def test_columns_are_added_to_a_list_and_outlive_a_reload(visit, site):  # noqa: F811
    page = visit(site, until=READY)
    answer = ask(page, PLACES)
    answer.get_by_role("button", name="How many", exact=True).click()
    page.wait_for_selector("table.yj-wide")
    answer.get_by_role("button", name="When", exact=True).click()
    page.wait_for_function("document.querySelectorAll('table.yj-wide thead th').length === 6")
    cells = {
        row.locator("th").inner_text().split()[0]: row.locator(".yj-cell").all_inner_texts()
        for row in answer.locator("tbody tr").all()
    }
    assert cells["Shandong"] == ["18艘", "6月12日"] and cells["Anhui"] == ["500人", "–"]
    with page.expect_download() as download:
        answer.get_by_role("button", name="Download CSV").click()
    head, *rows = csv.reader(io.StringIO(download.value.path().read_text("utf-8-sig")))
    assert head[-2:] == ["How many", "When"] and ["12 rescue boats", "June 20"] in [
        row[-2:] for row in rows
    ]
    page.reload()
    page.wait_for_selector("table.yj-wide")
    assert page.get_by_role("button", name="Who", exact=True).count() == 1


def test_clippings_of_several_answers_are_put_in_order_and_taken_away(visit, site):  # noqa: F811
    page = visit(site, until=READY)
    ask(page, PLACES)
    ask(page, "How long is the Xihou Bridge?", 2)
    for number in (0, 1, 4):
        pin(page, number)
    opener = page.get_by_role("button", name="Clippings 3")
    assert page.locator("#chat .yj-pin[aria-pressed=true]").count() == 3
    opener.click()
    rows = page.locator("#yj-clips li")
    texts = rows.locator("blockquote").all_inner_texts()
    assert "28 kilometres" in texts[2]
    rows.nth(2).get_by_role("button", name="Move up").click()
    assert rows.locator("blockquote").all_inner_texts() == [texts[0], texts[2], texts[1]]
    assert page.evaluate("document.activeElement.closest('li').dataset.at") == "1"
    rows.nth(0).get_by_role("button", name="Remove").click()
    with page.expect_download() as markdown:
        page.locator("#yj-clips").get_by_role("button", name="Save as Markdown").click()
    told = markdown.value.path().read_text("utf-8")
    assert (
        told.index("28 kilometres") < told.index("山东省")
        and "[^2]: 防汛演练在多地展开, 江河日报, 2024-06-13" in told
    )
    with page.expect_download() as word:
        page.get_by_role("button", name="Save for Word").click()
    with zipfile.ZipFile(word.value.path()) as held:
        assert held.read("word/footnotes.xml").decode().count("<w:footnote ") == 4
    page.keyboard.press("Escape")
    page.reload()
    page.get_by_role("button", name="Clippings 2").click()
    page.get_by_role("button", name="Remove all").click()
    assert (
        page.locator("#yj-clips .yj-hint").is_visible()
        and page.locator("#chat .yj-pin[aria-pressed=true]").count() == 0
    )


def test_keys_go_from_quote_to_quote_and_can_be_switched_off(visit, site):  # noqa: F811
    page = visit(site, until=READY)
    ask(page, PLACES)
    page.locator("#question textarea").blur()
    number = "document.activeElement.getAttribute('href')?.split('-').at(-1)"
    page.keyboard.press("j")
    first = page.evaluate(number)
    page.keyboard.press("j")
    assert int(page.evaluate(number)) == int(first) + 1
    page.wait_for_timeout(300)  # the page has come to rest
    assert page.locator("#yj-peek").is_visible()
    page.keyboard.press("k")
    assert page.evaluate(number) == first
    page.keyboard.press("p")
    assert page.get_by_role("button", name="Clippings 1").is_visible()
    page.keyboard.press("o")
    page.wait_for_selector("#reader .yj-article")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.closest('#question') !== null")
    page.keyboard.type("j?")  # is typed
    assert (
        page.locator("#question textarea").input_value() == "j?"
        and not page.locator("#yj-keys").is_visible()
    )
    page.locator("#question textarea").blur()
    page.keyboard.press("?")
    page.locator("#yj-keys-on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert not page.locator("#yj-keys").is_visible()
    page.get_by_role("button", name="Keyboard shortcuts (?)").click()
    page.locator("#yj-keys-on").check()


def test_searching_counts_narrows_and_opens_at_the_passage(visit, site):  # noqa: F811
    page = visit(site, until=READY)
    search(page, "flood drill")
    titles = found(page, 3)
    assert "3 articles found" in page.locator("#search-count").inner_text()
    page.get_by_role("button", name="River Post (1)").press("Enter")
    found(page, 1)
    chosen = page.get_by_role("button", name="River Post (1)")
    assert chosen.get_attribute("aria-pressed") == "true"
    page.wait_for_function("document.activeElement.dataset.go === 'facet:source:River Post'")
    chosen.press("Enter")
    found(page, 3)
    page.get_by_role("button", name="Shandong 山东 (1)").click()
    found(page, 1)
    titles.first.click()
    read = page.locator("#search-read .yj-read")
    assert (
        "山东省应急管理厅" in read.locator("mark.yj-quote").inner_text()
        and page.locator("#search-list [aria-current]").count() == 1
    )
    page.keyboard.press("Escape")
    read.wait_for(state="detached")
    search(page, '"flood drill" -"no such"')
    page.get_by_text("as written: “flood drill” · without: “no such”").wait_for()
    assert found(page, 1).inner_text() == "Hunan stages a flood drill on the lake"
    search(page, "-flood")
    page.get_by_text("only words to leave out").wait_for()
    search(page, "quantum <img src=x>")
    page.get_by_text("merely the nearest").wait_for()
    search(page, "Xihou bridge")
    found(page, 1)
    page.get_by_role("button", name="Ask this").click()
    assert page.locator("#question textarea").input_value() == "Xihou bridge"


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
    (path / FILE).write_text(
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
