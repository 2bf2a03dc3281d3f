"""No barriers that axe-core sees (WCAG 2.2 AA and good practice), in each state of the page."""

import pytest
from browser_access import barriers
from browser_page import ask, browser, visit
from page_server import running

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHONE = {"width": 390, "height": 844, "has_touch": True}


@pytest.fixture(scope="module")
def site(news_index):
    with running(news_index) as address:
        yield address


def test_the_start_and_the_filters(visit, site, barriers):  # noqa: F811
    page = visit(site)
    assert barriers(page) == []
    page.locator("#filters > button").click()
    page.wait_for_selector("#filter-from:visible")
    assert barriers(page) == []


@pytest.mark.parametrize(
    "options",
    [{"color_scheme": "dark"}, {"color_scheme": "light", "locale": "zh-CN", **PHONE}],
    ids=["dark", "phone-zh"],
)
def test_answers_refusals_articles_and_the_corpus(visit, site, barriers, options):  # noqa: F811
    page = visit(site, **options)
    ask(page, "Which provinces held a flood drill?")
    ask(page, "Who won the chess championship in Norway?", 2)
    ask(page, "哪些省举行了防汛演练？", 3)
    assert (
        page.locator("#chat .yj-tiles").count() == 2 and page.locator("#chat .yj-near").count() == 1
    )
    page.locator("#chat .yj-tile[data-place]").last.press("Enter")
    page.locator("#chat .yj-chip").last.focus()
    assert barriers(page) == []
    small = page.evaluate(
        "() => [...document.querySelectorAll('button, summary, .yj-tile[data-place], .yj-lift,"
        " .yj-offer, .yj-chip')].filter(one => one.checkVisibility() &&"
        " !one.closest('[aria-hidden=true]')).map(one => [one.textContent.slice(0, 30),"
        " one.getBoundingClientRect()]).filter(([, box]) => Math.min(box.width, box.height) < 24 &&"
        " box.width > 1).map(([words, box]) => `${words} ${box.width}x${box.height}`)"
    )
    assert small == [], "smaller than 24 px"
    page.locator("#sources button[data-do=read]").first.click()
    page.wait_for_selector("#reader .yj-article")
    assert barriers(page) == []
    page.locator("#tab-corpus-button").click()
    page.wait_for_selector("#corpus-list .yj-row:visible")
    assert barriers(page) == []


def test_motion_is_left_out_where_it_is_not_wanted(visit, site):  # noqa: F811
    page = visit(site, reduced_motion="reduce")
    ask(page, "Which provinces held a flood drill?")
    page.locator("#chat .yj-chip").last.click()
    page.wait_for_selector(".yj-card.yj-shown")
    moving = page.evaluate(
        "() => [...document.querySelectorAll('#talk *, #side *, #head *')].filter(one => { const"
        " css = getComputedStyle(one); return css.animationName !== 'none' && one.checkVisibility()"
        " || css.scrollBehavior === 'smooth' }).length"
    )
    assert moving == 0
