"""Articles added on the page, in a real Chromium: files, a text, what is refused, and the chat
meanwhile.
"""

import re

import pytest
from browser_access import barriers
from browser_page import ask, browser, serving, visit

from rag import Index

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("adding")
    (folder / "news").mkdir()
    (folder / "news" / "bridge.txt").write_text(
        "跨江大桥周一通车。大桥长九百米，双向四车道。\n", "utf-8"
    )
    Index.build(folder / "news", folder / "index")
    with serving(folder / "index", more=["--allow-upload"]) as address:
        yield address


@pytest.fixture
def tab(visit, site):  # noqa: F811
    def open_tab(**options):
        page = visit(site, until="#question:visible", **options)
        page.locator("#tab-corpus-button").click()
        page.wait_for_selector("#corpus-list .yj-row:visible")
        page.locator("#add > button").click()
        page.wait_for_selector("#add-send:visible")
        return page

    return open_tab


def told(page, words):
    page.wait_for_function(
        "words => document.querySelector('#add-state')?.innerText.includes(words)", arg=words
    )
    return page.locator("#add-state").inner_text()


def file(name, text):
    return {
        "name": name,
        "mimeType": "application/octet-stream",
        "buffer": text.encode() if isinstance(text, str) else text,
    }


def test_files_are_added_and_opened_and_the_next_question_finds_them(tab, site):
    page = tab()
    hostile = "<img src=x onerror='window.hit=1'>.txt"
    page.set_input_files(
        "#add-files",
        [
            file("ferry.txt", "渡船加班\n\n渡船从本周起每天开两班，早班七点开。"),
            file(hostile, " "),
            file("../../x.exe", b"MZ"),
        ],
    )
    shown = told(page, "Articles added: 1.")
    assert "not added" in shown and "unsupported format .exe" in shown
    assert page.evaluate("window.hit") is None and page.locator("#add-state img").count() == 0
    page.wait_for_function(
        "document.querySelector('#corpus-count').innerText.includes('2 articles')"
    )
    page.locator("#add-state .yj-go").click()
    page.wait_for_selector("#yj-read")
    assert "早班七点开" in page.locator("#yj-read .yj-text").inner_text()
    page.locator("#tabs [role=tab]").nth(0).click()
    assert "七点" in ask(page, "渡船早班几点开？").inner_text()


def test_a_text_is_added_with_what_is_said_of_it_and_a_bad_date_keeps_it(tab):
    page = tab(locale="zh-CN")
    page.get_by_label("粘贴正文").fill("灯塔在雾中亮了整夜，没有船只受损。")
    page.get_by_label("标题（可不填）").fill("灯塔值夜")
    page.get_by_label("日期（可不填）").fill("某日")
    page.get_by_role("button", name="添加正文").click()
    assert "未添加" in told(page, "没有添加新文章")
    assert page.get_by_label("粘贴正文").input_value(), "what was typed stays"
    page.get_by_label("日期（可不填）").fill("2024-05-03")
    page.get_by_role("button", name="添加正文").click()
    told(page, "已添加 1 篇文章")
    page.wait_for_function("document.querySelector('#add-text textarea').value === ''")
    page.wait_for_function(
        "[...document.querySelectorAll('#corpus-list .yj-row')].some(one =>"
        " /灯塔值夜[^]*2024年5月3日/.test(one.innerText))"
    )
    page.get_by_role("button", name="添加正文").click()
    told(page, "没有添加：没有正文。")


def test_two_people_add_at_once_while_a_third_asks(tab):
    pages = [tab() for _ in range(3)]
    for number, page in enumerate(pages[:2]):
        page.get_by_label("Paste a text").fill(
            f"第{number + 3}届风筝节周日在林镇举行，来了{number + 3}00人。"
        )
        page.get_by_role("button", name="Add the text").click()
    pages[2].locator("#tabs [role=tab]").nth(0).click()
    assert "九百米" in ask(pages[2], "跨江大桥有多长？").inner_text()
    for page in pages[:2]:
        told(page, "Articles added: 1.")
    page = pages[2]
    assert re.search("[34]00人", ask(page, "林镇的风筝节来了多少人？", number=2).inner_text()), (
        "an open conversation has the new version"
    )


def test_what_is_too_large_is_told_before_it_is_sent(tab):
    page = tab()
    asked = []
    page.on(
        "request",
        lambda request: asked.append(request.url) if "/api/articles" in request.url else None,
    )
    page.evaluate("document.querySelector('.yj-files').dataset.limit = 10")
    page.set_input_files("#add-files", [file("long.txt", "x" * 11)])
    page.wait_for_function("document.querySelector('.yj-sent').innerText.includes('more than')")
    assert asked == []


@pytest.mark.parametrize("width", [360])
def test_on_a_phone_the_form_fits(tab, width):
    page = tab(width=width, height=780, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert (
        page.locator("#add").bounding_box()["y"] < page.locator("#corpus-list").bounding_box()["y"]
    )
    nameless = page.evaluate(
        "() => [...document.querySelectorAll('#tab-corpus :is(button, input, textarea)')].filter(e"
        " => e.checkVisibility()).filter(e => !(e.innerText || e.ariaLabel || e.title ||"
        " [...(e.labels ?? [])].some(l => l.innerText))).map(e => e.outerHTML)"
    )
    assert nameless == []


PHONE = {"locale": "zh-CN", "width": 390, "height": 844, "has_touch": True}


@pytest.mark.parametrize("options", [{"color_scheme": "dark"}, PHONE], ids=["dark", "phone-zh"])
def test_axe_finds_no_barriers(tab, barriers, options):  # noqa: F811
    page = tab(**options)
    mill = "---\ndate: 2024-05-03\n---\n# Mill sold\n\nThe mill was sold for 3 million."
    page.set_input_files("#add-files", [file("mill.md", mill), file("x.exe", b"MZ")])
    page.wait_for_selector("#add-state .yj-refused")
    page.locator("#corpus-time g[data-go]").first.click()
    page.wait_for_selector("#corpus-time [aria-pressed=true]")
    page.locator(".yj-time-table summary").click()
    assert barriers(page) == []
    page.locator("#corpus-list .yj-title").first.click()
    page.wait_for_selector("#yj-read")
    assert barriers(page) == []
