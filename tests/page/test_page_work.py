"""What one works with beside the chat, in a real Chromium: previews, columns, clippings, keys,
searching, many questions at once.
"""

import csv
import io
import zipfile

import pytest
from browser_page import ask, browser, visit
from page_states import NEAR, NOTHING, PLACES, READY, found, search, site

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def pin(page, number):
    page.locator("#chat .yj-pin").nth(number).click()


def test_a_number_shows_what_it_leads_to_and_goes_again(visit, site):  # noqa: F811
    page = visit(site, until=READY)
    answer = ask(page, PLACES)
    chip, peek = answer.locator(".yj-chip").nth(1), page.locator("#yj-peek")
    chip.hover()
    page.locator("#question textarea").focus()  # as the page does when an answer is complete
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
