"""What restricts an answer, on the page in a real Chromium: chips, filters, links, and what can be taken away."""

import pytest
from small_news import NEWS
from test_page import ask, browser, luminance, ready, serving, visit, wait_for_answer  # noqa: F401

from rag import Index

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FITS = "document.documentElement.scrollWidth <= innerWidth"
PHONE = {"width": 390, "height": 844, "has_touch": True}
MONTH = "Which provinces held a flood drill in June 2024?"
NOTHING = {"en-US": "Where was a flood drill held in August 2021?", "zh-CN": "2019年南京新建了多少充电桩？"}


@pytest.fixture(scope="module")
def news_site(tmp_path_factory):
    path = tmp_path_factory.mktemp("news") / "index"
    Index.build(list(NEWS), path)
    with serving(path) as address:
        yield address


@pytest.mark.parametrize("size", [{}, PHONE], ids=["desk", "phone"])
def test_a_chip_lifts_its_constraint_and_another_binds_it_again(visit, news_site, size):  # noqa: F811
    page = visit(news_site, **size)
    answer = ask(page, MONTH)
    assert "2024-06 · from “June 2024”" in answer.locator(".yj-limit").inner_text()
    control = answer.get_by_role("button", name="Lift 2024-06, from “June 2024”, and ask again")
    box = control.bounding_box()
    assert min(box["width"], box["height"]) >= 24 and page.evaluate(FITS)
    page.locator("#question textarea").fill("half a question")
    control.click()
    lifted = wait_for_answer(page, 2)
    assert page.locator("#chat .yj-asked").nth(1).inner_text() == MONTH
    assert "without “June 2024”" in page.locator("#chat .yj-aside").inner_text()
    assert page.locator("#question textarea").input_value() == "half a question"
    assert "Lifted:" in lifted.inner_text() and "Restricted to" not in lifted.inner_text() and page.evaluate(FITS)
    lifted.get_by_role("button", name="Restrict to “June 2024” once more and ask again").click()
    assert "2024-06 · from" in wait_for_answer(page, 3).inner_text()


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
@pytest.mark.parametrize("key", ["Enter", " "])
def test_an_emptied_answer_offers_to_lift_with_the_keyboard(visit, news_site, locale, key):  # noqa: F811
    page = visit(news_site, locale=locale, **PHONE)
    answer = ask(page, NOTHING[locale])
    name = {"en-US": "Ask without the time (“August 2021”)", "zh-CN": "不限时间（“2019年”）再问一次"}[locale]
    offer = answer.get_by_role("button", name=name)
    assert offer.bounding_box()["height"] >= 24 and page.evaluate(FITS)
    offer.focus()
    page.keyboard.press(key)
    assert wait_for_answer(page, 2).locator(".yj-near").count() == 0
    assert page.evaluate(FITS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_chips_are_readable(visit, news_site, scheme):  # noqa: F811
    page = visit(news_site, color_scheme=scheme)
    ask(page, NOTHING["en-US"])
    for css in (".yj-limit", ".yj-because", ".yj-lift", ".yj-offer", ".yj-chips-label"):
        ink, ground = page.locator(f"#chat {css}").first.evaluate(
            """e => { let g = e; while (getComputedStyle(g).backgroundColor === 'rgba(0, 0, 0, 0)') g = g.parentElement;
            return [getComputedStyle(e).color, getComputedStyle(g).backgroundColor] }"""
        )
        low, high = sorted((luminance(ink), luminance(ground)))
        assert (high + 0.05) / (low + 0.05) >= 4.5, f"{css} in {scheme}"


def test_a_follow_up_is_lifted_as_it_was_understood(visit, news_site):  # noqa: F811
    page = visit(news_site, locale="zh-CN")
    ask(page, "2024年6月山东举行了什么演练？")
    answer = ask(page, "那湖北呢？", 2)
    answer.get_by_role("button", name="湖北").click()
    lifted = wait_for_answer(page, 3).inner_text()
    assert "理解为：2024年6月湖北举行了什么演练？" in lifted and "“湖北”" in lifted
