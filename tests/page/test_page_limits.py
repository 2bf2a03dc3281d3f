"""What restricts an answer, on the page in a real Chromium: chips, filters, links, and what can be
taken away.
"""

import json
import re

import pytest
from browser_page import ask, browser, luminance, serving, visit, wait_for_answer

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FITS = "document.documentElement.scrollWidth <= innerWidth"
PHONE = {"width": 390, "height": 844, "has_touch": True}
MONTH = "Which provinces held a flood drill in June 2024?"
NOTHING = {
    "en-US": "Where was a flood drill held in August 2021?",
    "zh-CN": "2019年哪些省举行了防汛演练？",
}


@pytest.fixture(scope="module")
def news_site(news_index):
    with serving(news_index) as address:
        yield address


@pytest.mark.parametrize("size", [{}, PHONE], ids=["desk", "phone"])
def test_a_chip_lifts_its_constraint_and_another_binds_it_again(visit, news_site, size):  # noqa: F811
    page = visit(news_site, **size)
    answer = ask(page, MONTH)
    assert "June 2024" in answer.locator(".yj-limit").inner_text()
    control = answer.get_by_role("button", name="Lift June 2024, from “June 2024”, and ask again")
    box = control.bounding_box()
    assert min(box["width"], box["height"]) >= 24 and page.evaluate(FITS)
    page.locator("#question textarea").fill("half a question")
    control.click()
    lifted = wait_for_answer(page, 2)
    assert page.locator("#chat .yj-asked").nth(1).inner_text() == MONTH
    assert "without “June 2024”" in page.locator("#chat .yj-aside").inner_text()
    assert page.locator("#question textarea").input_value() == "half a question"
    assert (
        "Lifted:" in lifted.inner_text()
        and "Restricted to" not in lifted.inner_text()
        and page.evaluate(FITS)
    )
    lifted.get_by_role("button", name="Restrict to “June 2024” once more and ask again").click()
    assert "June 2024" in wait_for_answer(page, 3).inner_text()


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
@pytest.mark.parametrize("key", ["Enter", " "])
def test_an_emptied_answer_offers_to_lift_with_the_keyboard(visit, news_site, locale, key):  # noqa: F811
    page = visit(news_site, locale=locale, **PHONE)
    answer = ask(page, NOTHING[locale])
    name = {
        "en-US": "Ask without the time (“August 2021”)",
        "zh-CN": "不限时间（“2019年”）再问一次",
    }[locale]
    offer = answer.get_by_role("button", name=name)
    assert offer.bounding_box()["height"] >= 24 and page.evaluate(FITS)
    offer.focus()
    page.keyboard.press(key)
    assert wait_for_answer(page, 2).locator(".yj-near").count() == 0
    assert page.evaluate(FITS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_chips_are_readable(visit, news_site, scheme):  # noqa: F811
    page = visit(news_site, color_scheme=scheme)
    ask(page, NOTHING["zh-CN"])  # a year, told in other words than the question's
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


def put(page, field, value):
    """Fills a field of the filters, as a reader would."""
    entry = page.locator(f"#filter-{field} :is(input, textarea)").first
    if field in ("source", "lang"):
        entry.click()
        page.get_by_role("option", name=value).click()
    else:
        if field in ("from", "to"):  # the page's script has made them fields for dates
            page.wait_for_selector(f"#filter-{field} input[type=date]")
        entry.fill(value)
        entry.press("Enter")
    page.wait_for_selector(f'#filters-set a[href="#drop-{field}"]')


@pytest.mark.parametrize(
    ("locale", "name", "chip", "size"),
    [("en-US", "Filters", "source: River Post", {}), ("zh-CN", "筛选", "来源：River Post", PHONE)],
)
def test_filters_hold_for_every_question_and_go_with_the_link(
    visit, news_site, locale, name, chip, size
):  # noqa: F811
    page = visit(news_site, locale=locale, **size)
    fold = page.get_by_role("button", name=re.compile(f"^{name}"))
    assert fold.bounding_box()["height"] >= 24
    fold.click()
    put(page, "from", "2024-01-01")
    assert page.locator("#filter-from input").get_attribute("type") == "date", (
        "the browser's calendar opens on it"
    )
    put(page, "source", "River Post")
    assert page.evaluate(FITS)
    for number, question in enumerate(
        ("Which provinces held a flood drill?", "哪些省举行了防汛演练？"), 1
    ):
        shown = ask(page, question, number).inner_text()
        assert "湖南" in shown and "山东" not in shown
    assert chip in page.locator("#chat .yj-aside").last.inner_text()
    page.wait_for_function(
        "['哪些省', 'from=2024-01-01', 'source=River'].every(one =>"
        " decodeURIComponent(location.search).includes(one))"
    )
    other = visit_link(visit, page.evaluate("location.href"), locale, size)
    assert "湖南" in wait_for_answer(other).inner_text()
    assert other.locator("#chat .yj-asked").inner_text() == "哪些省举行了防汛演练？"
    other.wait_for_function(
        "chip => document.querySelector('#filters-set').innerText.includes(chip)", arg=chip
    )
    assert other.evaluate(FITS)
    other.locator('#filters-set a[href="#drop-source"]').press("Enter")
    other.wait_for_function("!document.querySelector('#filters-set a[href=\"#drop-source\"]')")
    assert "山东" in ask(other, "哪些省举行了防汛演练？", 2).inner_text()
    other.wait_for_function("!location.search.includes('source=')")


def visit_link(visit, link, locale, size):  # noqa: F811
    return visit(link, locale=locale, until="#chat .yj-asked", **size)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=yesterday", "YYYY-MM-DD"),
        ("from=2024-05-01&to=2023-01-01", "before it begins"),
        ("place=Atlantis", "Atlantis"),
        ("source=Sea+Post", "Sea Post"),
        ("lang=tlh", "tlh"),
        ("without=nothing", "nothing"),
        ("from=%3Cimg+src%3Dx%3E", "<img src=x>"),
    ],
)
def test_wrong_filters_are_told_and_the_page_lives_on(visit, news_site, query, said):  # noqa: F811
    page = visit(
        f"{news_site}/?q=Which+provinces+held+a+flood+drill%3F&{query}", until="#chat .yj-asked"
    )
    assert said in wait_for_answer(page).inner_text()
    assert page.locator("#chat .yj-notice").count() == 1 and page.locator("#chat img").count() == 0
    for field in ("from", "to", "source", "place", "lang"):
        if f"{field}=" in query:
            page.locator(f'#filters-set a[href="#drop-{field}"]').click()
    page.wait_for_function("!document.querySelector('#filters-set a')")
    assert "湖南" in ask(page, "Which provinces held a flood drill?", 2).inner_text()


def test_filters_are_there_in_both_languages_and_named(visit, news_site):  # noqa: F811
    page = visit(news_site)
    page.get_by_role("button", name=re.compile("^Filters")).click()
    put(page, "lang", "English")
    for name in ("Published from", "Published to", "Place"):
        assert page.get_by_label(name, exact=True).count() == 1
    assert "language: English" in page.locator("#filters-set").inner_text()
    page.get_by_role("radio", name="中文").check()
    page.wait_for_function(
        "document.querySelector('#filters-set').innerText.includes('语言：English')"
    )
    assert page.get_by_label("发表于（起）").count() == 1
    answer = ask(page, "哪些省举行了防汛演练？").inner_text()
    assert "湖南" in answer and "山东" not in answer


@pytest.mark.parametrize(("locale", "size"), [("en-US", {}), ("zh-CN", PHONE)])
def test_answers_can_be_taken_away(visit, news_site, locale, size):  # noqa: F811
    page = visit(
        news_site, locale=locale, permissions=["clipboard-read", "clipboard-write"], **size
    )
    assert not page.locator("#keep-md").is_visible()
    ask(page, "Which provinces held a flood drill?")
    ask(page, MONTH, 2)
    cited = page.request.get(f"{news_site}/api/ask", params={"question": MONTH}).json()["citations"]
    assert page.locator("#keep-md").bounding_box()["height"] >= 24 and page.evaluate(FITS)
    page.get_by_role(
        "button", name={"en-US": "Copy", "zh-CN": "复制"}[locale], exact=True
    ).last.click()
    for _ in range(50):
        if copied := page.evaluate("navigator.clipboard.readText()"):
            break
        page.wait_for_timeout(100)
    assert copied.count("## ") == 1 and MONTH in copied
    assert all(f"“{one['quote']}”" in copied and f"(id {one['id']})" in copied for one in cited)
    for kind in ("md", "json"):
        with page.expect_download() as download:
            page.locator(f"#keep-{kind}").click()
        assert download.value.suggested_filename == f"yinju.{kind}"
        saved = download.value.path().read_text("utf-8")
        assert saved.count(MONTH) >= 1 and cited[0]["id"] in saved
    assert [one["asked"]["question"] for one in json.loads(saved)] == [
        "Which provinces held a flood drill?",
        MONTH,
    ]


def test_the_link_of_a_follow_up_asks_it_in_full(visit, news_site):  # noqa: F811
    page = visit(news_site, locale="zh-CN")
    ask(page, "哪些省举行了防汛演练？", 1)
    ask(page, "那山东呢？", 2)
    page.wait_for_function(
        "decodeURIComponent(location.search).includes('山东') &&"
        " decodeURIComponent(location.search).includes('防汛演练')"
    )
