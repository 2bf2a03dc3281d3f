"""Lists and comparisons: names taken apart, what stands for a name left out, the figures that go
with each name.
"""

import numpy as np
import pytest

from rag.answer import answer
from rag.answer.compare import extreme, measured
from rag.answer.enumerations import enumerated, enumeration
from rag.answer.lists import chosen_among, grouped
from rag.answer.named import is_name, named_in
from rag.corpus import Article
from rag.question.parsing import parse
from rag.reader.encode import encode
from rag.reader.findings import Findings, ReadPassage, Spot, values_of
from rag.reader.reading import Finding, Reading
from rag.reader.windows import Window
from rag.search.types import Filters


@pytest.fixture(scope="module")
def spots(news):
    """Makes spots of some words of a text, as if the reader had found them."""

    def make(text, *words):
        article = Article("made", text, lang="en" if text.isascii() else "zh")
        window = Window(article, 0, 0, 0, len(text), encode(news.model, [text])[0], 0)
        found = []
        for number, part in enumerate(words):
            start = text.index(part)
            finding = Finding(window, start, start + len(part), 5.0 - number)
            passage = ReadPassage(Reading(window, 5.0, (finding,), np.zeros(1)), 0.0, 1.0, False, 0)
            found.append(Spot(finding, passage, finding.margin))
        return found

    return make


def names(parsed, found):
    found = [one for spot in found for one in named_in(parsed, spot)]
    return [one.label for one in enumerated(parsed, found)]


@pytest.mark.parametrize(
    ("question", "text", "words", "expected"),
    [
        (
            "哪些企业成立了协会？",
            "东礁电力、Volt、白鹭科技和Northquay Group这4家企业成立了协会。",
            "东礁电力、Volt、白鹭科技和Northquay Group这4家企业",
            ["东礁电力", "Volt", "白鹭科技", "Northquay Group"],
        ),
        (
            "Which companies founded it?",
            "Volt, Solar & Sons and the Halden Group founded it.",
            "Volt, Solar & Sons and the Halden Group",
            ["Volt", "Solar & Sons", "Halden Group"],
        ),
        (
            "印发了哪些文件？",
            "印发了《山水、林田保护条例》和《候鸟办法》。",
            "《山水、林田保护条例》和《候鸟办法》",
            ["《山水、林田保护条例》", "《候鸟办法》"],
        ),
        ("哪些国家签了协议？", "英美和日本签了协议。", "英美和日本", ["英国", "美国", "日本"]),
        ("哪些省举行了演练？", "湖南岳阳举行了演练。", "湖南岳阳", ["岳阳"]),
        ("除了湖南，还有哪些省举行了演练？", "湖南、江西举行了演练。", "湖南、江西", ["江西"]),
        ("哪些企业参加了？", "上述七家公司参加了。", "上述七家公司", []),
        ("哪些城市公布了数据？", "云山市公布了数据。", "云山市", ["云山市"]),
        ("Which companies were named?", "It names Analog Tides.", "Analog Tides", ["Analog Tides"]),
    ],
)
def test_names_of_a_span(news, spots, question, text, words, expected):
    assert names(parse(news, question), spots(text, words)) == expected


@pytest.mark.parametrize(
    "words",
    [
        "上述七家公司",
        "其他公司",
        "一名",
        "该公司",
        "they",
        "this one",
        "有关部门",
        "12",
        "420多名",
        "五份文献",
        "四地",
        "5.9 million",
        "、",
        "",
    ],
)
def test_what_stands_for_a_name_is_none(words):
    assert not is_name(words)


@pytest.mark.parametrize("words", ["林远", "Volt", "《候鸟办法》", "Anna Berg", "国家电网"])
def test_names(words):
    assert is_name(words)


RAIN = "7月，成都降雨210毫米，武汉降雨340毫米，西安降雨95毫米，去年同期为120毫米。"
PRICES = (
    "In May, Chengdu charged 18,000 yuan, up 3 percent, Wuhan 15,000 yuan and Xi'an 12,500 yuan."
)


@pytest.mark.parametrize(
    ("question", "text", "words", "expected"),
    [
        ("哪个城市降雨最多？", RAIN, ("成都", "武汉", "西安"), {"武汉": "340毫米"}),
        ("哪个城市降雨最少？", RAIN, ("成都", "武汉", "西安"), {"西安": "95毫米"}),
        (
            "哪些城市降雨超过200毫米？",
            RAIN,
            ("西安", "成都", "武汉"),
            {"成都": "210毫米", "武汉": "340毫米"},
        ),
        (
            "Which cities charged less than 15,500 yuan?",
            PRICES,
            ("Chengdu", "Wuhan", "Xi'an"),
            {"Wuhan": "15,000 yuan", "Xi'an": "12,500 yuan"},
        ),
        (
            "Which city charged the most?",
            PRICES,
            ("Chengdu", "Wuhan", "Xi'an"),
            {"Chengdu": "18,000 yuan"},
        ),
    ],
)
def test_what_is_compared(news, spots, question, text, words, expected):
    parsed = parse(news, question)
    found = [one for spot in spots(text, *words) for one in named_in(parsed, spot)]
    rows = extreme(parsed, measured(parsed, grouped(parsed, found)))
    assert {one.name.label: one.value.text.strip() for _, one in rows} == expected
    for _, one in rows:
        assert text[one.value.start : one.value.end] == one.value.text


FLEETS = "上半年东礁客运净利润2.3亿元，白鹭出行净利润1.1亿元；论车队，白鹭出行有9800辆车，东礁客运有7600辆。"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("东礁客运和白鹭出行，哪家的车最多？", {"白鹭出行": "9800辆"}),
        ("东礁客运、白鹭出行两家中，哪家净利润最高？", {"东礁客运": "2.3亿元"}),
        ("哪家的车最多？", {}),
    ],
)
def test_a_question_may_give_the_names_that_it_compares(news, spots, question, expected):
    parsed = parse(news, question)
    values = values_of(parsed, spots(FLEETS, "论车队"))
    chosen = chosen_among(parsed, Findings((), values, 1.0, np.zeros(1)))
    rows = extreme(parsed, measured(parsed, chosen))
    assert {one.name.label: one.value.text for _, one in rows} == expected


def test_a_figure_without_a_unit_has_that_of_the_one_before_it(news, spots):
    parsed = parse(news, "Which line carried the most passengers?")
    text = "Alto carried 8.4 million passengers, Bero 5.9 million and Cino 3.7 million."
    names = [one for spot in spots(text, "Alto", "Bero", "Cino") for one in named_in(parsed, spot)]
    rows = extreme(parsed, measured(parsed, grouped(parsed, names)))
    assert [one.name.label for _, one in rows] == ["Alto"]


def test_figures_without_a_unit_are_not_compared_with_others(news, spots):
    parsed = parse(news, "哪个城市得分最高？")
    text = "评分中，成都得分8.5，武汉得分9.1，西安得分7.2，广州房价3万元。"
    names = spots(text, "成都", "武汉", "西安", "广州")
    found = [one for spot in names for one in named_in(parsed, spot)]
    rows = extreme(parsed, measured(parsed, grouped(parsed, found)))
    assert [one.name.label for _, one in rows] == ["武汉"]


def test_figures_of_other_things_are_not_compared(news, spots):
    parsed = parse(news, "哪些城市的房价超过1.5万元？")
    text = "成都房价1.8万元，面积300平方米。武汉面积2万平方米。"
    found = [one for spot in spots(text, "成都", "武汉") for one in named_in(parsed, spot)]
    assert [
        one.name.label for _, one in extreme(parsed, measured(parsed, grouped(parsed, found)))
    ] == ["成都"]


def test_a_person_is_one_row_with_a_title_and_without(news, spots):
    parsed = parse(news, "神舟十六号的航天员有哪些人？")
    text = "航天员景海鹏出舱。景海鹏挥手。教授说明了情况，教授张说也在场。"
    words = "航天员景海鹏", "景海鹏", "教授", "教授张说"
    found = [one for spot in spots(text, *words) for one in named_in(parsed, spot)]
    groups = grouped(parsed, found)
    assert [[one.label for one in group] for group in groups] == [
        ["景海鹏", "景海鹏"],
        ["教授张说"],  # "教授" alone is no name
    ]
    assert all(text[one.start : one.end] == one.label for group in groups for one in group)


CAST = "影片由古青、张澜和吴岸领衔主演，吕帆客串，导演是邱礼。"
STARS = "The film stars Ann Lee, Bob Ray and Cy Dow; it was made by Di Fox."


@pytest.mark.parametrize(
    ("question", "text", "words", "expected"),
    [
        ("谁主演了这部影片？", CAST, ("张澜", "古青", "吴岸"), ["古青", "张澜", "吴岸"]),
        ("谁主演了这部影片？", CAST, ("古青、张澜和吴岸",), ["古青", "张澜", "吴岸"]),
        ("谁导演了这部影片？", CAST, ("邱礼", "古青"), []),
        ("这部影片什么时候上映？", CAST, ("张澜", "古青"), []),
        ("Who stars in the film?", STARS, ("Bob Ray", "Ann Lee"), ["Ann Lee", "Bob Ray", "Cy Dow"]),
        ("Who made the film?", STARS, ("Di Fox", "Ann Lee"), []),
    ],
)
def test_an_enumeration_answers_a_question_for_one(news, spots, question, text, words, expected):
    parsed = parse(news, question)
    values = values_of(parsed, spots(text, *words))
    names = enumeration(parsed, news.model, Findings((), values, 1.0, np.zeros(1)))
    assert [one.label for one in names] == expected


def test_what_a_person_is_belongs_to_the_name(news, spots):
    parsed = parse(news, "哪些人出席了会议？")
    text = "县委常委、宣传部部长林远和副县长、公安局局长周海出席会议，记者在场。"
    found = spots(text, "县委常委、宣传部部长林远和副县长、公安局局长周海", "记者")
    assert names(parsed, found) == ["县委常委、宣传部部长林远", "副县长、公安局局长周海"]


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        (CAST, ("古青", "吴岸"), ["古青", "张澜", "吴岸"]),
        (CAST, ("古青", "吕帆"), ["古青", "吕帆"]),
        (
            "上映了《云海》《山海》《北山》。",
            ("《云海》", "《山海》"),
            ["《云海》", "《山海》", "《北山》"],
        ),
        (STARS, ("Ann Lee", "Bob Ray"), ["Ann Lee", "Bob Ray", "Cy Dow"]),
        (STARS, ("Bob Ray", "Cy Dow"), ["Ann Lee", "Bob Ray", "Cy Dow"]),
        (STARS, ("Bob Ray",), ["Bob Ray"]),
        (
            "参与机构有智利的Alto、南非的Karoo Trust和荷兰的Delft Group。",
            ("Alto", "Delft Group"),
            ["Alto", "Karoo Trust", "Delft Group"],
        ),
    ],
)
def test_an_enumeration_is_taken_whole(news, spots, text, words, expected):
    parsed = parse(news, "有哪些名字？")
    found = [one for spot in spots(text, *words) for one in named_in(parsed, spot)]
    whole = enumerated(parsed, found)
    assert [one.label for one in whole] == expected
    assert all(text[one.start : one.end] == one.label for one in whole)


def test_an_enumeration_goes_on_behind_a_name_that_is_excluded(news, spots):
    text = "Schools closed in Penmarrow, Saltash Vale and Invercairn."
    for question, expected in (
        ("Where did schools close, apart from Saltash Vale?", ["Penmarrow", "Invercairn"]),
        ("Where did schools close?", ["Invercairn"]),
    ):
        assert names(parse(news, question), spots(text, "Invercairn")) == expected


def test_a_place_that_is_named_in_another_language_is_listed(news):
    given = answer(news, "哪些省举行了防汛演练？", Filters(date_from="2024-01-01"))
    assert set(given.places) == {"安徽", "山东", "湖北", "湖南"}
