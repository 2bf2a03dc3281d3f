"""How an answer reads: where quotes begin and end, times beside them, values in English, one main
article, what tells second values apart, questions to go on with."""

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from rag import Article, Assistant, Index
from rag.answer.arranged import arranged
from rag.answer.begin import begins_at, ends_at, is_credit, unopened
from rag.answer.cite import Citations
from rag.answer.english import in_english
from rag.answer.sentence import Sentence, quote_span
from rag.answer.types import Row
from rag.answer.when import beside, shown_day, times_of
from rag.corpus.captions import is_caption
from rag.question.parsing import parse
from rag.serving.routes import build_api


@pytest.mark.parametrize(
    ("lead", "report"),
    [
        ("新华社北京6月1日电（记者王岚）", "国家图书馆今天开放了新馆。"),
        ("中新网成都8月18日电 (杜成)", "18日上午，推进会在成都召开。"),
        ("原标题：老馆翻新完成新华社北京6月1日电（记者王岚、李原）", "国家图书馆今天开放了新馆。"),
        ("原标题：老馆翻新完成                新京报讯 ", "据馆方消息，国家图书馆今天开放了新馆。"),
        ("原标题：女子报失手机，原来在自己包里", "8月14日晚，一名女子到派出所报案。"),
        ("原标题：一地连续地震！一地连续地震！ ", "地震台网速报显示，当地发生多次地震。"),
        ("湖北日报客户端讯（通讯员张水）", "今年的黄桃丰收了。"),
        ("央视网消息：", "上半年新增减税降费四千亿元。"),
        ("大江网讯 全媒体记者谢丽、实习生章颖报道：", "近日，高速公路传来进展。"),
        ("现场救援（受访者供图）", "消防员救出了三人。"),
        ("新华社记者 陈华 摄 ", "近日，桥梁合龙。"),
        ("团市委供图", "大会主旨演讲环节有六位专家发言。"),
        ("梁国 摄 ", "8月15日，夏令营走进传习馆。"),
        ("图为", "30日的石桥。"),
        ("视觉中国 图", "当地时间7月25日，议会通过了法案。"),
        ("视觉中国 图", "警察厅8月6日表示，议会通过了法案。"),
        ("范剑磊 界面新闻记者 | 薛冰冰 ", "据台媒报道，货机偏出了跑道。"),
        ("【江河日报驻北岭特派记者 王岚 江河日报特约记者 李原】", "当地时间1日，新馆开放。"),
        ("记者 李原 摄影报道 ", "国家图书馆今天开放了新馆。"),
        ("作者：王岚 ", "国家图书馆今天开放了新馆。"),
        ("江河日报客户端 | 记者 王岚", "近日，桥梁合龙。"),
        ("江河日报全媒记者 王岚 实习生 李原", "截至7月26日8时，水位下降。"),
        ("桥梁合龙新华社“江河3”号8月12日电（记者 王岚）", "科考队开始作业。"),
        ("北岭消息：", "桥梁合龙。"),
        ("这座大桥，合龙了          ", "当地时间7月24日，桥梁合龙。"),
        ("By Jane Doe, Reuters ", "The museum opened on Friday."),
        ("By Jane A. Doe and John Roe\n", "The museum opened on Friday."),
        ("来源：江河日报", "7月24日，省长会见了来宾。"),
        ("LONDON (Reuters) - ", "The museum opened on Friday."),
        ("BEIJING, Aug. 3 (Xinhua) -- ", "China opened a museum."),
        ("WASHINGTON — ", "The Senate voted on Friday."),
    ],
)
def test_a_quote_begins_behind_what_stands_before_a_report(lead, report):
    text = lead + report
    assert text[begins_at(text, 0, len(text), len(text) - 1) :] == report


@pytest.mark.parametrize(
    "text",
    [
        "据新华社报道，国家图书馆开放了新馆。",
        "8月3日，记者从水利部获悉，水位上涨。",
        "三星电子公布了财报。",
        "新华社成立于1931年。",
        "参加会议的有记者和作家（共300人）。",
        "8月2日消息称，公司将上市。",
        "Reuters (the agency) was founded in London.",
        "The bridge (opened in 1998) is closed.",
        "讯飞星火发布了新版本。",
        "馆长王岚说，展览持续到年底。",
        "记者 王岚 从水利部获悉，水位上涨。",
        "记者王岚近日获奖。",
        "By Monday the museum had opened.",
        "By contrast, The Tower stayed closed.",
    ],
)
def test_a_sentence_without_a_lead_is_quoted_from_its_beginning(text):
    assert begins_at(text, 0, len(text), len(text) - 1) == 0


@pytest.mark.parametrize(
    ("report", "credit"),
    [
        ("国家图书馆开放了新馆。", "（记者 王岚 李原）"),
        ("国家图书馆开放了新馆。", "(完)"),
        ("国家图书馆开放了新馆（位于北岭）。", ""),
        ("参加会议的有作家（和记者共300人）。", ""),
    ],
)
def test_a_quote_ends_before_who_wrote_it(report, credit):
    text = report + credit
    assert text[: ends_at(text, 0, len(text), 1)] == report
    assert ends_at(text, 0, len(text), len(text)) == len(text)


def test_the_words_that_are_asked_for_are_never_cut_off():
    text = "原标题：塌方致11人死亡 新华社北京6月1日电（记者王岚）南岭矿区发生塌方，原因正在调查。"
    for keep in ("11人", "南岭", "调查"):
        at = text.index(keep)
        start = begins_at(text, 0, len(text), at)
        assert 0 < start <= at
        one = Sentence(Article("a", text, lang="zh"), 0, 0, len(text), 0, len(text))
        low, high = quote_span(one, (at, at + len(keep)))
        assert keep in text[low:high] and not text[low:high].startswith("原标题")


def test_a_long_sentence_is_quoted_to_its_end_where_there_is_room():
    parts = [f"第{n}座水库放水{n}00立方米并检修了闸门和泵站" for n in range(1, 16)]
    text = "，".join(parts) + "。"
    one = Sentence(Article("a", text, lang="zh"), 0, 0, len(text), 0, len(text))
    at = text.index("1300立方米")
    start, end = quote_span(one, (at, at + 4))
    assert end == len(text) and 0 < start <= at
    start, end = quote_span(one, (0, 3))
    assert start == 0 and end < len(text), "what it is quoted for comes first"


def test_a_mark_that_closes_what_was_not_opened_is_left_out():
    assert unopened("摄影展开幕了。”") and not unopened("他说：“开幕了。”") and not unopened("”")


def test_captions_are_known():
    def known(text: str) -> bool:
        return is_caption(text, 0, len(text))

    for caption in (
        "图为兰州图书馆新馆。",
        "列车驶过大桥。新华社记者 陈华 摄",
        "图2：新馆一角",
        "东山（资料图）",
    ):
        assert known(caption)
    for sentence in ("展览展出摄影作品300幅。", "会议明确了时间表和路线图。", "影片在东山拍摄。"):
        assert not known(sentence)


@pytest.mark.parametrize(
    ("text", "day", "told"),
    [
        ("昨天下雨，今天放晴。", "2023-08-10", ["2023-08-09", "2023-08-10"]),
        (
            "截至19日，周三和上周五都有雨，下周一放晴。",
            "2023-08-20",
            ["2023-08-19", "2023-08-16", "2023-08-11", "2023-08-21"],
        ),
        ("去年8月开工，12月3日完工。", "2023-03-01", ["2022-08", "2022-12-03"]),
        (
            "It opened on Wednesday and closed last Friday.",
            "2023-08-10",
            ["2023-08-09", "2023-08-04"],
        ),
        ("He died on the 19th.", "2023-08-20", ["2023-08-19"]),
        ("2023年8月1日开馆，周刊第三期出版。", "2023-08-10", []),
        ("今天开馆。", "", []),
        ("今年建成，本月10日试运行。", "2023-08-20", ["2023-08-10"]),
    ],
)
def test_times_are_told_from_the_day_of_writing(text, day, told):
    assert [one.day for one in times_of(text, 0, len(text), day)] == told


def test_a_bureau_line_dates_an_article_without_a_date():
    text = "中新网三亚7月20日电 夏令营20日开营，昨天报到，周五结束。"
    start = text.index("夏令营")
    assert [one.day for one in times_of(text, start, len(text), "")] == ["--07-20", "--07-19"]
    assert times_of(text, start, len(text), "2023-07-21")[0].day == "2023-07-20"
    assert [shown_day("--07-20", lang) for lang in ("en", "zh")] == ["20 July", "7月20日"]


def test_a_bureau_line_of_29_february_dates_an_article():
    text = "中新网三亚2月29日电 夏令营29日开营，昨天报到。"
    days = [one.day for one in times_of(text, text.index("夏令营"), len(text), "")]
    assert days == ["--02-29", "--02-28"]


def test_days_as_they_are_shown():
    assert [shown_day("2023-08-02", lang) for lang in ("en", "zh")] == [
        "2 August 2023",
        "2023年8月2日",
    ]
    assert [shown_day(day, "en") for day in ("2023-08", "2023", "", "soon")] == [
        "August 2023",
        "2023",
        "",
        "soon",
    ]


@pytest.mark.parametrize(
    ("label", "kind", "english"),
    [
        ("近2万人次", "number", "nearly 20,000 visits"),
        ("3.2亿元", "number", "320 million yuan"),
        ("700多家", "number", "more than 700"),
        ("1人", "number", "1 person"),
        ("40至60元", "number", "40 to 60 yuan"),
        ("百分之五", "number", "5%"),
        ("8月3日", "date", "3 August 2023"),
        ("昨天", "date", "8 August 2023"),
        ("2019年", "date", "2019"),
        ("昨天（8日）上午9点55分", "date", "8 August 2023, 9:55 a.m."),
        ("8月3日18时许", "date", "3 August 2023, about 6:00 p.m."),
        ("3日晚", "date", "3 August 2023, evening"),
        ("晚上8点半", "date", "8:30 p.m."),
        ("四川省", "text", "Sichuan"),
        ("数百家", "number", ""),
        ("第三十五届", "number", ""),
        ("周文静", "person", ""),
        ("湖南大学", "organisation", ""),
        ("28 kilometres", "number", ""),
    ],
)
def test_values_in_english(label, kind, english):
    assert in_english(label, kind, "2023-08-09") == english


COLLAPSE = (
    "受降雨影响，珍珠岩浸水增重，导致石桥体育馆屋顶坍塌。深入调查仍在进行。施工单位负责人已被控制。"
)
ARTICLES = (
    Article(
        "a",
        f"原标题：石桥体育馆坍塌新华社石桥7月24日电（记者王岚）{COLLAPSE}",
        "",
        "2023-07-24",
        lang="zh",
    ),
    Article("b", f"中新网7月24日电 {COLLAPSE}", "", "2023-07-25", lang="zh"),
    Article(
        "c",
        "石桥体育馆坍塌的原因让排球运动员李可心里一紧，她说这个消息太突然。",
        "",
        "2023-07-24",
        lang="zh",
    ),
    Article("d", "石桥体育馆坍塌已造成9人死亡。", "", "2023-07-23", lang="zh"),
    Article(
        "e",
        "截至24日，石桥体育馆坍塌共造成11人死亡。市政府昨天举行了发布会。",
        "",
        "2023-07-24",
        lang="zh",
    ),
    Article(
        "f",
        "青石大桥6月18日建成通车，全长2780米，总投资15.2亿元。大桥由中建路桥集团承建。大桥设计时速80公里，双向六车道。"
        "省交通厅厅长赵国强出席通车仪式。",
        "青石大桥通车",
        lang="zh",
    ),
)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    path = tmp_path_factory.mktemp("reads") / "index"
    Index.build(ARTICLES, path)
    with Index.open(path) as index:
        yield Assistant(index)


def test_why_is_answered_by_one_article_in_its_order(assistant):
    given = assistant.ask("石桥体育馆为什么坍塌？")
    assert len({one.article_id for one in given.citations if not one.same_as}) == 1
    assert (
        given.citations[0].quote.startswith("受降雨影响") and "深入调查" in given.citations[0].quote
    )


def test_every_quote_has_its_date_and_is_a_slice(assistant):
    texts = {one.id: one.text for one in ARTICLES}
    for question in (
        "石桥体育馆坍塌造成多少人死亡？",
        "青石大桥有多长？",
        "How long is the Qingshi bridge?",
    ):
        given = assistant.ask(question)
        for one in given.citations:
            assert texts[one.article_id][one.start : one.end] == one.quote
            assert (
                f"（{beside(one, 'zh')}）" in given.text or f"({beside(one, 'en')})" in given.text
            )
    assert "未注明日期" in assistant.ask("青石大桥有多长？").text


def cited_rows(snapshot, parsed, *values):
    """Citations, and a row for each value with the first sentence of the article that is named."""
    cited, rows = Citations(parsed.query, snapshot.model), []
    for name, value in values:
        row = snapshot.article_row(name)
        article = snapshot.article(row)
        at, end = article.text.index(value), article.text.index("。") + 1
        sentence = Sentence(article, row, 0, end, 0, end)
        number = cited.cite(sentence, (0, end), [(at, at + len(value))])
        rows.append(Row(value, citations=(number,)))
    return cited, rows


def test_a_second_value_says_what_it_is(assistant):
    snapshot = assistant.index.snapshot
    for question, detail in (
        ("石桥体育馆坍塌造成多少人死亡？", "石桥体育馆坍塌共造成11人死亡，2023年7月24日，较晚"),
        ("How many people died at Shiqiao?", "24 July 2023, later"),
    ):
        parsed = parse(snapshot, question)
        cited, rows = cited_rows(snapshot, parsed, ("d", "9人"), ("e", "11人"), ("d", "9人"))
        first, second = arranged(snapshot, parsed, rows, cited, listed=False)
        assert first.detail == "" and second.detail == detail
        assert (first.citations, second.citations) == ((1,), (2,))


def test_of_rows_that_quote_the_same_words_the_first_stays_first(assistant):
    snapshot = assistant.index.snapshot
    parsed = parse(snapshot, "石桥体育馆坍塌造成多少人死亡？")
    values = ("d", "9人"), ("e", "11人"), ("d", "石桥")
    cited, rows = cited_rows(snapshot, parsed, *values)
    assert [row.label for row in arranged(snapshot, parsed, rows, cited, False)] == ["9人", "11人"]


def test_more_of_the_same_article(assistant):
    first = assistant.ask("青石大桥有多长？")
    given = assistant.ask("详细说说", [("青石大桥有多长？", first)])
    assert {one.article_id for one in given.citations} == {"f"}
    assert [one.start for one in given.citations] == sorted(one.start for one in given.citations)
    assert len(given.citations) == 4


def test_of_two_readings_the_surer_is_answered(assistant):
    first = assistant.ask("青石大桥有多长？")
    given = assistant.ask("谁出席了通车仪式？", [("青石大桥有多长？", first)])
    assert not given.refused and "赵国强" in given.text


def test_suggestions_are_answered(assistant):
    first = assistant.ask("青石大桥有多长？")
    turn = ("青石大桥有多长？", first)
    found = assistant.suggestions(*turn)
    assert 0 < len(found) <= 3 and len(set(found)) == len(found)
    for question in found:
        assert not assistant.ask(question, [turn]).refused
    assert assistant.suggestions("你好", assistant.ask("你好")) == ()


def test_suggestions_over_the_wire(assistant):
    client = TestClient(build_api(assistant.index), base_url="http://127.0.0.1:7860")
    reply = client.post("/api/suggest", json={"question": "青石大桥有多长？"})
    assert reply.status_code == 200
    turn = ("青石大桥有多长？", assistant.ask("青石大桥有多长？"))
    assert tuple(reply.json()["suggestions"]) == assistant.suggestions(*turn)


def test_the_contract_has_the_times():
    schema = json.loads((Path(__file__).parents[2] / "docs/answer.schema.json").read_text("utf8"))
    assert set(schema["$defs"]["Time"]["properties"]) == {"start", "end", "day"}


@pytest.mark.parametrize(
    ("text", "words", "credit"),
    [
        ("新馆开放。来源 江河日报", "江河日报", True),
        ("本文属于原创文章，如若转载，请注明来源：新馆9日开放", "9日", True),
        ("责编：王岚、李原返回搜狐，查看更多", "李原", True),
        ("新馆9日开放。责任编辑：王岚", "9日", False),
        ("法院7日判决版权案，赔偿三万元。", "三万元", False),
    ],
)
def test_what_stands_below_a_report_answers_nothing(text, words, credit):
    assert is_credit(text, text.index(words), text.index(words) + len(words)) is credit
