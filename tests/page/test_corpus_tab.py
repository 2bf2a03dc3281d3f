"""The corpus tab in a real Chromium: months, list, filters, reading, in both languages, by keyboard
and on a phone.
"""

import re

import pytest
from browser_page import browser, luminance, serving, visit
from index_corpus import made_articles

from rag import Index
from rag.corpus.article import Article, Skipped

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OWN = (
    Article(
        "rain",
        "暴雨袭击了南部沿海。\n各地转移群众500人。",
        "暴雨襲擊沿海",
        "2024-07-02",
        "江河日报",
        "https://example.org/rain",
        "zh",
    ),
    Article(
        "fair",
        "The fair opened <script>window.hit = 1</script> in May. ${window.hit = 2} {{1+1}}"
        " \u202efdp.exe",
        "Fair <img src=x onerror='window.hit=3'> & \"more\"",
        "2024-05-01",
        "<b>Herald</b>",
        "javascript:window.hit=4",
        "en",
    ),
    Article("bare", "没有标题也没有日期的消息。", "", "", "", "", "zh"),
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    path = tmp_path_factory.mktemp("tab") / "index"
    Index.build(
        [
            *OWN,
            *made_articles(60),
            Skipped("/home/someone/news/scan.tiff", "unsupported format .tiff"),
        ],
        path,
    )
    with serving(path) as address:
        yield address


@pytest.fixture
def tab(visit, site):  # noqa: F811
    def open_tab(**options):
        page = visit(site, until="#question:visible", **options)
        page.locator("#tab-corpus-button").click()
        page.wait_for_selector("#corpus-list .yj-row:visible")
        return page

    return open_tab


def counted(page, n):
    page.wait_for_function(
        "n => new RegExp('(^|\\\\D)' + n + '"
        " ').test(document.querySelector('#corpus-count').innerText)",
        arg=n,
    )


def titles(page):
    return page.locator("#corpus-list .yj-title").all_inner_texts()


def test_the_list_is_paged_sorted_and_searched_in_both_scripts(tab):
    page = tab()
    assert len(titles(page)) == 20 and "1–20 of 63" in page.locator(".yj-pager").inner_text()
    assert titles(page)[0] == "暴雨襲擊沿海"
    page.get_by_role("button", name="Next page").click()
    page.wait_for_function("document.querySelector('.yj-pager span').innerText.startsWith('21–40')")
    page.wait_for_function("document.activeElement.dataset.turn === 'next'")
    page.get_by_role("button", name="Last page").click()
    page.wait_for_function("document.querySelector('.yj-pager span').innerText.startsWith('61–63')")
    page.get_by_label("Search titles").fill("暴雨 沿海")
    counted(page, 1)
    page.wait_for_function("document.querySelectorAll('#corpus-list .yj-row').length === 1")
    assert titles(page) == ["暴雨襲擊沿海"]
    page.get_by_label("Search titles").fill("no such words")
    page.wait_for_selector(".yj-nothing")
    page.get_by_role("button", name="Show all").click()
    counted(page, 63)
    page.wait_for_function(
        "document.querySelector('#corpus-words :is(input, textarea)').value === ''"
    )
    page.get_by_label("Order").click()
    page.get_by_role("option", name="Oldest first").click()
    page.wait_for_function(
        "document.querySelector('#corpus-list .yj-meta').innerText.includes('March 2001')"
    )


def test_source_language_and_month_restrict_the_list_together(tab):
    page = tab()
    page.locator("#corpus-source input").click()
    page.get_by_role("option", name=re.compile("Daily Post")).click()
    counted(page, 20)
    page.locator("#corpus-lang input").click()
    page.get_by_role("option", name=re.compile("English")).click()
    page.wait_for_selector(".yj-nothing")
    page.locator("#corpus-lang input").click()
    page.get_by_role("option", name=re.compile("中文")).click()
    counted(page, 20)
    bar = page.locator("#corpus-time g[data-go]").last
    n = int(re.search(r"(\d+) article", bar.get_attribute("aria-label"))[1])
    bar.click()
    page.wait_for_function(
        "document.querySelector('#corpus-time [aria-pressed=true], #corpus-time .yj-time-beside"
        ' [data-go="period:"]\')'
    )
    page.wait_for_function(
        "n => document.querySelectorAll('#corpus-list .yj-row').length === n", arg=n
    )
    page.get_by_role("button", name="All time").click()
    counted(page, 20)
    page.get_by_role("button", name=re.compile("without a date")).click()
    page.wait_for_function("document.querySelector('#corpus-count').innerText.includes('No date')")


def test_an_article_is_read_whole_with_what_is_known_of_it(tab):
    page = tab()
    page.get_by_role("button", name="暴雨襲擊沿海").click()
    read = page.locator("#yj-read")
    read.wait_for()
    page.wait_for_function("document.activeElement.id === 'yj-read'")
    assert read.locator(".yj-text").text_content() == OWN[0].text
    facts = read.locator(".yj-facts").inner_text()
    assert "江河日报" in facts and "2 July 2024" in facts and "rain" in facts
    link = read.get_by_role("link")
    assert link.get_attribute("href") == OWN[0].url and "noopener" in link.get_attribute("rel")
    assert page.locator("#corpus-list [aria-current]").inner_text() == "暴雨襲擊沿海"
    page.keyboard.press("Escape")
    page.wait_for_selector(".yj-overview")
    page.wait_for_function("document.activeElement.innerText === '暴雨襲擊沿海'")


def test_the_overview_tells_figures_and_what_was_not_loaded_but_not_where_it_lies(tab):
    page = tab()
    told = page.locator("#corpus-read:has(.yj-overview)").inner_text()
    for words in (
        "Articles\n63\n",
        r"Indexed\n.*(just now|minute)",
        r"Size of the index\n[\d.,]+ [kM]B",
        r"scan\.tiff",
        "unsupported format",
    ):
        assert re.search(words, told), words
    assert "someone" not in told


def test_without_leave_nothing_can_be_added(tab, site):
    page = tab()
    assert page.locator("#add, #add-files, #add-text").count() == 0
    assert page.request.post(f"{site}/api/articles", multipart={"text": "x"}).status == 404


def test_hostile_articles_do_nothing(tab):
    page = tab()
    page.get_by_role("button", name=re.compile("^Fair <img")).click()
    page.wait_for_selector("#yj-read")
    page.wait_for_timeout(300)
    assert page.evaluate("window.hit") is None
    told = page.locator("#yj-read").inner_text()
    assert (
        "<script>window.hit = 1</script>" in told
        and "${window.hit = 2}" in told
        and "\u202e" not in told
    )
    assert page.locator("#tab-corpus :is(script, img, b)").count() == 0
    assert page.locator("#yj-read a").count() == 0, "an address that is no web page is no link"


def test_with_the_keyboard_alone_in_chinese(tab):
    page = tab(locale="zh-CN")
    page.wait_for_function("document.querySelector('#corpus-count').innerText.includes('篇文章')")
    assert page.get_by_label("在标题中查找").count() == 1
    bars = page.locator("#corpus-time g[data-go]")
    assert page.locator('#corpus-time g[tabindex="0"]').count() == 1
    page.locator('#corpus-time g[tabindex="0"]').focus()
    page.keyboard.press("End")
    name = bars.last.get_attribute("aria-label")
    page.wait_for_function(
        "name => document.activeElement.getAttribute('aria-label') === name", arg=name
    )
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#corpus-count').innerText.includes('年')")
    page.wait_for_function("document.activeElement !== document.body")
    page.locator("#corpus-list .yj-title").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'yj-read'")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.get_by_role("radio", name="English").check()
    page.wait_for_function(
        "document.querySelector('#yj-read .yj-close')?.innerText.includes('Back')"
    )


@pytest.mark.parametrize("width", [360, 390])
def test_on_a_phone_what_is_read_takes_the_place_of_the_list(tab, width):
    page = tab(width=width, height=780, has_touch=True)
    fits = "document.documentElement.scrollWidth <= innerWidth"
    assert page.evaluate(fits)
    page.locator("#corpus-list .yj-title").nth(3).tap()
    page.wait_for_selector("#yj-read")
    page.wait_for_selector("#corpus-list", state="hidden")
    page.wait_for_function("document.querySelector('#yj-read').getBoundingClientRect().y < 400")
    assert page.evaluate(fits)
    page.locator(".yj-close").tap()
    page.wait_for_selector("#corpus-list .yj-row:visible")
    page.wait_for_function("document.activeElement.matches('.yj-title')")
    small = page.evaluate(
        "() => [...document.querySelectorAll('#tab-corpus :is(button, g[data-go],"
        " input)')].filter(e => e.checkVisibility()).filter(e => e.getBoundingClientRect().height <"
        " 24 || e.getBoundingClientRect().width < 24).map(e => e.outerHTML)"
    )
    assert small == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_have_contrast(tab, scheme):
    page = tab(color_scheme=scheme)
    for css in (
        ".yj-count",
        ".yj-title",
        ".yj-opening",
        ".yj-meta",
        ".yj-pager",
        "#tab-corpus dt",
        "#tab-corpus dd",
        ".yj-time-table summary",
    ):
        ink, ground = page.locator(f"#tab-corpus {css}" if css[0] == "." else css).first.evaluate(
            """e => { let g = e; while (getComputedStyle(g).backgroundColor === 'rgba(0, 0, 0, 0)') g = g.parentElement;
            return [getComputedStyle(e).color, getComputedStyle(g).backgroundColor] }"""
        )
        low, high = sorted((luminance(ink), luminance(ground)))
        assert (high + 0.05) / (low + 0.05) >= 4.5, f"{css} in {scheme}"
