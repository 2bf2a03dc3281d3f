"""How answers, sources and refusals are shown, in both languages."""

import html
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from rendered import ARTICLE, Page, cite, find, shown

from rag.answer.types import Answer, Row
from rag.ui import render, sources, texts
from rag.ui.texts import (
    PAGE_TEXTS,
    counted,
    pick_language,
    reader_date,
    reader_dates,
    reader_time,
    text,
)
from rag.ui.turn import Turn


def test_a_place_answer_is_a_table_and_places_of_the_same_evidence_share_a_row():
    first, second = cite("四川省举行电梯演练", "四川"), cite("湖北省抽查月饼", "湖北")
    rows = (
        Row("Sichuan 四川", "四川", "", (1,)),
        Row("Hubei 湖北", "湖北", "武汉市", (2,)),
        Row("Jiangxi 江西", "江西", "", (2,)),
    )
    answer = Answer(
        "Where?",
        "en",
        "places",
        "",
        False,
        (),
        rows,
        (first, second),
        searched=13,
        matched=1,
        ms=12.4,
    )
    page = Page(markup := render.message(Turn("aa", answer), "en"))
    assert page.tags.count("tr") == 3
    assert [css for css, _ in page.marked].count("yj-value") == 2
    assert ("yj-value", "四川") in page.marked and ("yj-value", "湖北") in page.marked
    assert 'data-word="elevator"' in markup and "电梯 = elevator" in page.text
    assert markup.count('href="#src-aa-2"') == 1
    for words in ("3 places", "Sichuan 四川, Hubei 湖北, Jiangxi 江西", "武汉市"):
        assert words in page.text
    assert "Searched 13 articles in 12 ms, evidence in 1" in page.text


def test_a_map_of_a_few_places_is_folded():
    names = ("四川", "湖北", "江西", "湖南")
    for n in (2, 3, 4):
        answer = Answer(
            "?",
            "zh",
            "places",
            "",
            False,
            (),
            tuple(Row(name, name, "", (1,)) for name in names[:n]),
            (cite("四川省举行电梯演练"),),
        )
        assert ('<details class="yj-map" open>' in render.message(Turn("aa", answer), "zh")) is (
            n == 4
        )


def test_who_published_a_quote_and_when_stands_beside_it():
    answer = Answer(
        "问？",
        "zh",
        "number",
        "",
        False,
        (),
        (Row("18艘", "", "", (1,)),),
        (cite("四川省举行电梯演练"),),
    )
    said = Page(render.message(Turn("aa", answer), "zh")).text
    assert said.index("[1]") < said.index("某报 · 2011年9月21日")
    bare = replace(answer, citations=(replace(answer.citations[0], source="", date=""),))
    assert "yj-detail" not in render.message(Turn("aa", bare), "zh")


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (
            Answer("那浙江呢？", "zh", "text", "没有。", True, completed="浙江举办了什么演练？"),
            "理解为：浙江举办了什么演练？",
        ),
        (
            Answer("and in Zhejiang?", "en", "text", "No.", True, completed="浙江举办了什么演练？"),
            "Understood as: 浙江举办了什么演练？",
        ),
        (
            Answer(
                "那臺灣呢？",
                "zh",
                "text",
                "",
                True,
                completed="臺灣舉辦了什麼演練？",
                traditional=True,
            ),
            "理解為：臺灣舉辦了什麼演練？",
        ),
    ],
)
def test_a_follow_up_is_shown_as_it_was_understood(answer, shown):
    assert Page(render.message(Turn("aa", answer), "en")).text.startswith(shown)
    assert "yj-understood" not in render.message(Turn("aa", replace(answer, completed="")), "en")
    found = replace(answer, nearest=(cite("湖北省抽查月饼"),))
    assert answer.completed in Page(sources.sources([Turn("aa", found)], "en", find)).text


def test_an_answer_in_traditional_characters_is_framed_in_them():
    first = cite("四川省举行电梯演练", "四川")
    rows = (Row("四川", "四川", "", (1,)), Row("臺灣", "台湾", "", (1,)))
    answer = Answer(
        "哪些省？",
        "zh",
        "places",
        "",
        False,
        (),
        rows,
        (first,),
        searched=1300,
        matched=1,
        ms=12.4,
        traditional=True,
    )
    page = Page(markup := render.message(Turn("aa", answer), "en"))
    for words in (
        "共 2 個地方",
        "檢索了 1,300 篇文章，其中 1 篇有依據，用時 12 毫秒",
        "四川省举行电梯演练",
    ):
        assert words in page.text
    assert (
        'lang="zh-Hant"' in markup
        and "各省級地區的文章數" in page.text
        and "臺灣：1 篇文章" in html.unescape(markup)
    )
    refused = Page(
        render.message(
            Turn(
                "bb",
                Answer("哪些省？", "zh", "places", "", True, missing=("发射",), traditional=True),
            ),
            "zh",
        )
    )
    assert "這些文章裡沒有答案。" in refused.text and "发射" in refused.text


def test_a_source_card_shows_the_quote_in_its_passage_and_article():
    answer = Answer(
        "问？", "zh", "text", "", False, citations=(cite("四川省举行电梯演练", "四川"),)
    )
    page = Page(sources.sources([Turn("aa", answer)], "zh", find))
    assert [marked for css, marked in page.marked if css == "yj-quote"] == ["四川省举行电梯演练"]
    assert ARTICLE.text[3:18] in page.text and ARTICLE.text not in page.text
    whole = Page(sources.article(Turn("aa", answer), 1, "zh", find))
    assert [marked for css, marked in whole.marked if css == "yj-quote"] == [
        "四川省举行电梯演练"
    ] and ARTICLE.text in whole.text
    assert "2011年9月21日" in page.text and "某报" in page.text


def test_a_quote_whose_article_changed_is_shown_without_it():
    answer = Answer("问？", "zh", "text", "", False, citations=(cite("四川省举行电梯演练"),))
    moved = replace(ARTICLE, text="新的一句。" + ARTICLE.text)
    page = Page(sources.sources([Turn("aa", answer)], "zh", lambda name: moved))
    assert [marked for css, marked in page.marked if css == "yj-quote"] == ["四川省举行电梯演练"]
    assert "新的一句" not in page.text and text("zh", "changed") in page.text
    for now, said in ((moved, "changed"), (None, "gone")):
        page = Page(sources.article(Turn("aa", answer), 1, "zh", lambda name, now=now: now))
        assert "新的一句" not in page.text and text("zh", said) in page.text


def test_a_long_article_is_cut_around_its_quote_and_said_to_be():
    long = replace(ARTICLE, text=ARTICLE.text + "尾" * (2 * sources.ARTICLE_LIMIT))
    answer = Answer("问？", "zh", "text", "", False, citations=(cite("四川省举行电梯演练"),))
    page = Page(sources.article(Turn("aa", answer), 1, "zh", lambda name: long))
    assert text("zh", "shortened") in page.text
    assert page.text.count("尾") < sources.ARTICLE_LIMIT


def test_a_refusal_says_what_was_not_found_and_what_is_near():
    near = (cite("湖北省抽查月饼"),)
    answer = Answer(
        "Who?", "en", "person", "", True, nearest=near, missing=("mayor", "<b>Paris"), searched=13
    )
    markup = render.message(Turn("aa", answer), "en")
    page = Page(markup)
    for words in (
        text("en", "refused"),
        text("en", "nearest"),
        "mayor",
        "<b>Paris",
        "湖北省抽查月饼",
    ):
        assert words in page.text
    assert 'href="#src-aa-1"' in markup


def test_numbers_in_a_text_become_chips_only_where_there_is_a_source():
    answer = Answer(
        "q",
        "en",
        "text",
        "First [1].\nSecond [2] and [x](y).",
        False,
        citations=(cite("湖北省抽查月饼"),),
    )
    page = Page(markup := render.message(Turn("aa", answer), "en"))
    assert markup.count("<a ") == 1 and 'href="#src-aa-1"' in markup
    assert "Second [2] and [x](y)." in page.text


def test_the_newest_answers_sources_are_open_and_the_others_folded():
    answer = Answer("q", "en", "text", "", False, citations=(cite("湖北省抽查月饼"),))
    refusal = Answer("r", "en", "text", "", True)
    panel = sources.sources([Turn("aa", answer), Turn("bb", answer)], "en", find)
    assert re.findall(r'<details class="yj-group" id="src-(\w+)"( open)?>', panel) == [
        ("bb", " open"),
        ("aa", ""),
    ]
    assert 'id="src-aa">' in sources.sources([Turn("aa", answer), Turn("bb", refusal)], "en", find)
    assert (
        text("en", "sources_hint")[:20]
        in Page(sources.sources([Turn("bb", refusal)], "en", find)).text
    )


@pytest.mark.parametrize("lang", texts.LANGS)
def test_no_part_of_the_page_has_the_key_of_another(lang):
    file = Path(texts.__file__).parent / "words" / f"{lang}.toml"
    parts = tomllib.loads(file.read_text("utf-8"))
    assert set(parts) == {"page", "corpus", "work"}
    assert sum(map(len, parts.values())) == len(PAGE_TEXTS[lang])


def test_both_languages_hold_the_same_texts_with_the_same_gaps():
    assert PAGE_TEXTS["zh"].keys() == PAGE_TEXTS["en"].keys()
    for key, english in PAGE_TEXTS["en"].items():
        assert set(re.findall(r"{\w+}", english)) == set(
            re.findall(r"{\w+}", PAGE_TEXTS["zh"][key])
        ), key


@pytest.mark.parametrize(
    ("date", "chinese", "english"),
    [
        ("2011-09-21", "2011年9月21日", "21 September 2011"),
        ("2011", "2011", "2011"),
        ("2011-13-01", "2011-13-01", "2011-13-01"),
    ],
)
def test_dates_are_in_the_readers_form(date, chinese, english):
    assert reader_date(date, "zh") == chinese
    assert reader_date(date, "en") == english


def test_ranges_times_and_counts():
    assert reader_dates("2011-09-01", "2011-09-21", "en") == "1 September 2011 to 21 September 2011"
    assert reader_dates("2011-09-21", "2011-09-21", "zh") == "2011年9月21日"
    assert reader_dates("", "", "en") == ""
    assert [reader_time(ms, "en") for ms in (0.2, 12.4, 1432)] == ["1 ms", "12 ms", "1.4 s"]
    assert [counted(n, "article", "en") for n in (1, 68221)] == ["1 article", "68,221 articles"]


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("de-DE,de;q=0.9,zh;q=0.5", "zh"),
        ("en-GB", "en"),
        ("", "en"),
    ],
)
def test_the_pages_language_is_the_browsers(header, lang):
    assert pick_language(header) == lang
