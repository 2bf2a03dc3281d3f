"""The page in a real Chromium, served by ``yinju serve`` from the shipped corpus and from a hostile
one.
"""

import re

import pytest
from browser_page import ask, browser, luminance, new_chat, ready, serving, visit, wait_for_answer

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PLACES = "In which province was an elevator emergency drill held?"
PLACES_ZH = "电梯应急演练是在哪个省举行的？"
UNANSWERABLE = "Who won the chess championship in Norway?"
HOSTILE = """---
title: Fair <script>window.hit = 1</script><img src=x onerror="window.hit = 2">
date: 2024-05-01
source: "<b onmouseover=window.hit=3>Herald</b>"
url: "javascript:window.hit=4"
---
The harvest fair opened in Hangzhou on Friday with 412 stalls <script>window.hit = 5; alert(5)</script> in its halls.
The fair's mayor said <img src="https://remote.example/x.png" onerror="window.hit = 6"> that 9,000 guests came to it.

<form action="https://remote.example/"><input name="password"><button>Log in</button></form>
<style>body { display: none }</style> ${window.hit = 7} {{constructor.constructor('window.hit = 8')()}}
![fair](https://remote.example/fair.png) [the fair](javascript:window.hit=9) <https://remote.example/fair>
The fair sold \u202e\u2066reversed\u2069 pumpkins <svg onload="window.hit = 10"><a href="//remote.example">x</a></svg> in May.
"""


@pytest.fixture(scope="module")
def site(sample_index):
    with serving(sample_index) as address:
        yield address


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "news").mkdir()
    (folder / "news" / "fair.md").write_text(HOSTILE, "utf-8")
    (folder / "news" / "rain.txt").write_text("It rained in Lisbon for 12 days in June.\n", "utf-8")
    with serving(folder / "index", [folder / "news"]) as address:
        yield address


def marked(locator, css):
    return locator.locator(f"mark.{css}").all_text_contents()


def test_an_english_question_about_places(visit, site):
    page = visit(site)
    answer = ask(page, PLACES)
    assert answer.get_attribute("lang") == "en"
    row = answer.locator(".yj-places tbody tr").first
    assert "Sichuan" in row.locator("th").inner_text() and "四川" in row.locator("th").inner_text()
    assert re.search(r"Searched 13 articles in (\d+ ms|\d\.\d s)", answer.inner_text())
    assert page.locator("#sources .yj-card").count() >= 1
    assert page.title() == "Yinju 引据"
    assert (
        page.evaluate(
            "performance.getEntriesByType('resource').reduce((n, r) => n + r.encodedBodySize, 0)"
        )
        < 1_000_000
    )


def test_a_chip_opens_and_highlights_its_own_source(visit, site):
    page = visit(site)
    answer = ask(page, PLACES)
    chips = answer.locator(".yj-chip")
    # The last one too: it may stand below what is seen of the panel.
    for chip in (chips.first, chips.last):
        chip.click()
        card = page.locator(chip.get_attribute("href"))
        page.wait_for_function(
            "card => card.matches('.yj-shown') && card.contains(document.activeElement)",
            arg=card.element_handle(),
        )
        said = chip.locator("xpath=../preceding-sibling::q[1]").text_content()
        quotes = marked(card, "yj-quote")
        assert quotes and set(quotes) == {said}
        assert page.locator(".yj-card.yj-shown").count() == 1
        quote = card.locator(".yj-quote").first
        page.wait_for_function(
            "q => { const r = q.getBoundingClientRect(); return r.top >= 0 && r.top <"
            " innerHeight }",
            arg=quote.element_handle(),
        )
        assert chip.inner_text() in card.locator("h3").inner_text()


def test_the_whole_article_can_be_read_with_its_quote_marked(visit, site):
    page = visit(site)
    ask(page, PLACES)
    card = page.locator("#sources .yj-card").first
    said = marked(card, "yj-quote")
    card.get_by_role("button", name="Read the article").click()
    whole = page.locator("#reader .yj-text")
    whole.wait_for()
    page.wait_for_function("document.activeElement.matches('#reader .yj-article')")
    assert marked(whole, "yj-quote") == said and not card.is_visible()
    cited = page.request.get(f"{site}/api/ask", params={"question": PLACES}).json()["citations"]
    number = 1
    article = page.request.get(f"{site}/api/articles/{cited[number - 1]['article_id']}").json()
    assert whole.text_content() == article["text"]
    page.keyboard.press("Escape")
    page.wait_for_function("id => document.activeElement.id === id", arg=card.get_attribute("id"))
    assert card.is_visible()
    ask(page, PLACES_ZH, number=2)
    assert not page.locator("#reader").is_visible(), "an article that was closed stays closed"
    card = page.locator(f"#{card.get_attribute('id')}")
    card.evaluate("card => { card.closest('.yj-group').open = true }")
    card.get_by_role("button", name="Read the article").click()
    page.wait_for_function("document.activeElement.matches('#reader .yj-article')")


def test_a_chinese_question(visit, site):
    page = visit(site, locale="zh-CN")
    assert page.locator("#send").inner_text() == "提问"
    answer = ask(page, PLACES_ZH)
    assert answer.get_attribute("lang") == "zh-CN"
    assert "四川" in answer.locator(".yj-lead").first.inner_text()
    assert "检索了 13 篇文章" in answer.inner_text()
    assert "2011年9月21日" in page.locator("#sources .yj-card").first.inner_text()


def test_the_language_switch_changes_everything_and_stays(visit, site):
    page = visit(site)
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.locator("#send").inner_text() == "Ask"
    english = page.locator("#example-1").inner_text()
    page.get_by_role("radio", name="中文").check()
    page.wait_for_function("document.documentElement.lang === 'zh-CN'")
    page.wait_for_function("document.querySelector('#send').innerText === '提问'")
    for _ in range(2):
        assert page.locator("#send").inner_text() == "提问"
        assert page.locator("#question textarea").get_attribute("placeholder") == "用中文或英文提问"
        assert (
            "13\n" in page.locator("#welcome .yj-about").inner_text()
            and "索引" in page.locator("#welcome .yj-about").inner_text()
        )
        assert "出处" in page.locator("#sources").inner_text()
        page.wait_for_function(
            "words => document.querySelector('#example-1').innerText !== words", arg=english
        )
        page.reload()
        ready(page)
        page.wait_for_function("document.documentElement.lang === 'zh-CN'")
    page.get_by_role("radio", name="English").check()
    page.wait_for_function("document.querySelector('#send').innerText === 'Ask'")


def test_the_switch_speaks_to_the_sources_of_given_answers(visit, site):
    page = visit(site)
    ask(page, PLACES)
    assert "21 September 2011" in page.locator("#sources").inner_text()
    page.get_by_role("radio", name="中文").check()
    page.wait_for_function("document.querySelector('#sources').innerText.includes('2011年9月21日')")
    assert page.locator("#chat .yj-answer").count() == 1


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_every_example_has_an_answer(visit, site, locale):
    page = visit(site, locale=locale)
    for n in range(1, 5):
        question = page.locator(f"#example-{n}").inner_text()
        page.locator(f"#example-{n}").click()
        answer = wait_for_answer(page)
        assert page.locator("#chat .yj-asked").inner_text() == question
        assert answer.locator(".yj-chip").count() >= 1
        assert answer.locator(".yj-near").count() == 0
        page.wait_for_selector("#example-1", state="hidden")
        new_chat(page)


def test_nothing_asked_is_nothing_answered_and_a_new_chat_begins_with_nothing(visit, site):
    page = visit(site)
    for nothing in ("", "   "):
        page.locator("#question textarea").fill(nothing)
        page.locator("#send").click()
    page.wait_for_timeout(500)
    assert page.locator("#chat .yj-asked").count() == 0
    assert not page.locator("#new-chat").is_visible()
    ask(page, PLACES)
    new_chat(page)
    assert page.locator("#chat .yj-answer, #sources .yj-card").count() == 0
    ask(page, PLACES)
    page.get_by_role("tab", name="Corpus").click()
    new_chat(page)


def test_a_refusal_helps(visit, site):
    page = visit(site)
    answer = ask(page, UNANSWERABLE)
    shown = answer.inner_text()
    assert "The articles do not say." in shown
    assert answer.locator(".yj-places").count() == 0
    if answer.locator(".yj-near").count():
        assert "Not an answer, but close" in shown
        answer.locator(".yj-chip").first.click()
        page.wait_for_selector(".yj-card.yj-shown")


def test_a_follow_up_is_completed_and_shown_and_a_new_chat_forgets(visit, site):
    page = visit(site)
    ask(page, "四川举办了什么演练？")
    assert "理解为：湖北举办了什么演练？" in ask(page, "那湖北呢？", number=2).inner_text()
    assert (
        "Understood as: 上海举办了什么演练？"
        in ask(page, "and in Shanghai?", number=3).inner_text()
    )
    new_chat(page)
    assert "理解为" not in ask(page, "那湖北呢？").inner_text()


def test_several_answers_keep_their_own_sources(visit, site):
    page = visit(site)
    first = ask(page, PLACES)
    chip = first.locator(".yj-chip").first
    said = chip.locator("xpath=../preceding-sibling::q[1]").text_content()
    ask(page, PLACES_ZH, number=2)
    assert page.locator("#sources .yj-group").count() == 2
    assert page.locator("#sources .yj-group[open]").count() == 1
    chip.click()
    page.wait_for_selector(".yj-card.yj-shown")
    assert marked(page.locator(".yj-card.yj-shown"), "yj-quote")[0] == said
    ids = page.eval_on_selector_all("[id^=src-]", "all => all.map(one => one.id)")
    assert len(ids) == len(set(ids))


def test_a_question_that_is_too_long_is_told_so_in_the_chat(visit, site):
    page = visit(site)
    answer = ask(page, "电梯" * 50_000)
    assert answer.get_attribute("class") == "yj-answer yj-notice"
    assert re.search(r"\d", answer.inner_text())
    assert len(page.locator("#chat .yj-asked").inner_text()) < 1_000
    ask(page, PLACES, number=2)


def test_with_the_keyboard_alone(visit, site):
    page = visit(site)
    page.wait_for_function("document.activeElement?.tagName === 'TEXTAREA'")
    page.keyboard.type(PLACES)
    page.keyboard.press("Enter")
    wait_for_answer(page)

    def press_until(key, reached, most=40):
        for _ in range(most):
            page.keyboard.press(key)
            if page.evaluate(reached):
                return
        raise AssertionError(f"not reached with {key}: {reached}")

    press_until("Shift+Tab", "document.activeElement.matches('.yj-chip')")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none", "the focus is not to be seen"
    chip = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("Enter")
    page.wait_for_function("id => document.activeElement.id === id", arg=chip[1:])
    press_until("Tab", "document.activeElement.matches('button[data-do=read]')")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.matches('#reader .yj-article')")
    page.keyboard.press("Escape")
    page.wait_for_function("id => document.activeElement.id === id", arg=chip[1:])
    page.keyboard.press("Escape")
    page.wait_for_function("href => document.activeElement.getAttribute('href') === href", arg=chip)


def test_every_control_has_a_name(visit, site):
    page = visit(site)
    ask(page, PLACES)
    assert page.get_by_role("button", name="Ask", exact=True).count() == 1
    assert page.get_by_role("textbox", name="Your question").count() == 1
    assert page.get_by_role("button", name="New chat").count() == 1
    nameless = page.evaluate(
        "() => [...document.querySelectorAll('button, input, textarea, a[href]')].filter(e =>"
        " e.checkVisibility()).filter(e => !(e.innerText || e.ariaLabel || e.title || [...(e.labels"
        " ?? [])].some(l => l.innerText))).map(e => e.outerHTML)"
    )
    assert nameless == []
    assert page.locator("[role=log][aria-live=polite] .yj-answer").count() == 1
    assert page.locator('#chat [aria-label*="<div"]').count() == 0


@pytest.mark.parametrize(("width", "height"), [(390, 844), (360, 740), (820, 1180)])
def test_on_a_phone_sources_follow_the_chat_and_nothing_sticks_out(visit, site, width, height):
    page = visit(site, width=width, height=height, has_touch=True)
    fits = "document.documentElement.scrollWidth <= innerWidth"
    assert page.evaluate(fits)
    answer = ask(page, PLACES)
    assert page.evaluate(fits)
    chat, sources = page.locator("#chat").bounding_box(), page.locator("#sources").bounding_box()
    assert sources["y"] >= chat["y"] + chat["height"]
    assert answer.bounding_box()["width"] <= width
    chip = answer.locator(".yj-chip").first
    chip.tap()
    page.wait_for_selector(".yj-card.yj-shown")
    page.locator(".yj-card.yj-shown .yj-back").tap()
    page.wait_for_function("document.activeElement.matches('.yj-chip')")
    assert page.evaluate(fits)


def test_on_a_desk_chat_and_sources_stand_side_by_side(visit, site):
    page = visit(site)
    ask(page, PLACES)
    chat, sources = page.locator("#talk").bounding_box(), page.locator("#side").bounding_box()
    assert chat["x"] + chat["width"] <= sources["x"]
    assert 0.55 < chat["width"] / (chat["width"] + sources["width"]) < 0.65
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), (
        "the page itself does not scroll"
    )


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_light_and_dark_are_readable(visit, site, scheme, dark):
    page = visit(site, color_scheme=scheme)
    ask(page, PLACES)
    behind = luminance(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert (behind < 0.1) is dark
    for css in (
        ".yj-lead",
        ".yj-status",
        ".yj-asked",
        ".yj-chip",
        ".yj-meta",
        ".yj-value",
        ".yj-card .yj-quote",
        "#send",
    ):
        ink, ground = page.locator(css).first.evaluate(
            """e => { let g = e; while (getComputedStyle(g).backgroundColor === 'rgba(0, 0, 0, 0)') g = g.parentElement;
            return [getComputedStyle(e).color, getComputedStyle(g).backgroundColor] }"""
        )
        low, high = sorted((luminance(ink), luminance(ground)))
        assert (high + 0.05) / (low + 0.05) >= 4.5, f"{css} in {scheme}"


def test_a_hostile_article_does_nothing(visit, hostile_site):
    page = visit(hostile_site)
    ask(page, "How many stalls did the harvest fair open with?")
    ask(page, "<img src=x onerror=window.hit=11> How many guests came to the fair?", number=2)
    ask(page, "What pumpkins did the fair sell in May?", number=3)
    for group in page.locator("#sources details").all():
        group.evaluate("one => { one.open = true }")
    page.locator("#sources .yj-card").first.locator("button[data-do=read]").click()
    page.locator("#reader .yj-article").wait_for()
    assert "<script>window.hit = 1</script>" in page.locator("#reader").inner_text()
    page.locator("#reader button").first.click()
    page.locator("#chat .yj-said").first.hover()
    page.locator("#chat .yj-chip").first.hover()
    page.wait_for_timeout(300)
    assert page.evaluate("window.hit") is None
    assert "<script>window.hit = 1</script>" in page.locator("#sources").inner_text()
    for css in ("script", "img", "form", "input", "svg", "style", "b", 'a:not([href^="#"])'):
        assert page.locator(f"#sources {css}").count() == 0, css
        assert (
            page.locator(f"#chat .message-content {css}").count() == 0
            and page.locator(f"#reader {css}").count() == 0
        ), css
    assert "\u202e" not in page.locator("body").inner_text()
