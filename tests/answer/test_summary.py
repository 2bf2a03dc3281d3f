"""Summaries of verbatim sentences, and two of them side by side, over made-up articles on two
bridges.
"""

import pytest

from rag.answer import answer
from rag.corpus import Article
from rag.index import build_index, open_index

BRIDGE = (
    (
        "plan",
        "2023-01-10",
        "云州市政府公布青岚江大桥的建设方案。青岚江大桥全长1280米，计划投资9.6亿元。方案征求了沿江三个镇居民的意见。",
    ),
    (
        "start",
        "2023-03-02",
        "青岚江大桥3月1日在云州市动工，首批桩基施工人员240人进场。项目经理韩松介绍，大桥将用三年建成。",
    ),
    (
        "start-again",
        "2023-03-03",
        "青岚江大桥3月1日在云州市动工，首批桩基施工人员240人进场。项目经理韩松介绍，大桥将用三年建成。市民纷纷拍照。",
    ),
    (
        "flood",
        "2023-07-19",
        "受上游洪水影响，青岚江大桥工地7月18日停工，转移工人310人。水利部门说，水位高出警戒线两米。",
    ),
    (
        "money",
        "2024-02-08",
        "审计报告显示，青岚江大桥的造价已升至11.2亿元，比计划多出1.6亿元。主要原因是钢材涨价。",
    ),
    (
        "birds",
        "2024-05-21",
        "为保护江中的候鸟，青岚江大桥工地夜间关闭照明灯，环保志愿者每周巡查两次。",
    ),
    (
        "open",
        "2026-04-30",
        "青岚江大桥4月29日建成通车，从云州市区到对岸的车程由五十分钟缩短到八分钟。",
    ),
)
FERRY = (
    (
        "ferry-new",
        "2023-05-06",
        "青岚江轮渡添置两艘电动渡船，每艘可以载客180人。轮渡公司说，电动渡船没有尾气。",
    ),
    ("ferry-price", "2024-01-02", "青岚江轮渡从1月1日起票价由两元涨到三元，老人仍然免费乘坐。"),
    (
        "ferry-end",
        "2026-05-01",
        "因为多数人改走公路，青岚江轮渡的日客流从9000人降到1200人，轮渡公司将减少班次。",
    ),
)
OTHER = (
    Article(
        "tea", "山里的茶园今年采茶比往年早十天，茶农请来一百名帮工。", "", "2024-03-20", lang="zh"
    ),
    Article(
        "lighthouse",
        "The lighthouse on Gull Rock was repainted in May 2024. The work cost 40,000 dollars.",
        "",
        "2024-05-30",
        lang="en",
    ),
    Article(
        "lighthouse-lamp",
        "A new lamp in the lighthouse on Gull Rock can be seen from 30 miles away, engineers said.",
        "",
        "2024-08-11",
        lang="en",
    ),
    Article(
        "lighthouse-visits",
        "The lighthouse on Gull Rock drew 12,000 visitors last summer, twice as many as before.",
        "",
        "2025-01-09",
        lang="en",
    ),
)


@pytest.fixture(scope="module")
def bridges(tmp_path_factory):
    path = tmp_path_factory.mktemp("bridges")
    made = [Article(name, text, "", day, lang="zh") for name, day, text in (*BRIDGE, *FERRY)]
    build_index([*made, *OTHER], path)
    with open_index(path) as snapshot:
        yield snapshot


@pytest.mark.parametrize(
    "asked",
    [
        "总结青岚江大桥的报道",
        "青岚江大桥的来龙去脉",
        "請總結一下青岚江大橋",
        "概括一下青岚江大桥",
        "summarise the coverage of 青岚江大桥",
    ],
)
def test_a_summary_is_of_sentences_in_order_of_date_one_of_each_story(bridges, asked):
    got = answer(bridges, asked)
    assert (got.kind, got.refused, got.grade) == ("corpus", False, "answered")
    assert 4 <= len(got.citations) <= 8
    days = [one.date for one in got.citations]
    assert days == sorted(days) and len(set(days)) == len(days)
    ids = {one.article_id for one in got.citations}
    assert not {"start", "start-again"} <= ids and ids <= {name for name, *_ in BRIDGE}
    assert [row.value for row in got.rows] == days
    for one in got.citations:
        text = bridges.article_by_id(one.article_id).text
        assert text[one.start : one.end] == one.quote and one.quote.endswith("。")


def test_it_says_how_many_articles_and_stories_it_draws_on(bridges):
    got = answer(bridges, "总结青岚江大桥的报道")
    first = got.text.splitlines()[0]
    assert "7 篇" in first and "6 件事" in first and got.matched == 7
    row = next(
        row for row in got.rows if got.citations[row.citations[0] - 1].date.startswith("2023-03")
    )
    assert row.more == 1


def test_an_english_summary(bridges):
    got = answer(bridges, "Summarise the news about the lighthouse on Gull Rock")
    assert {one.article_id for one in got.citations} == {
        "lighthouse",
        "lighthouse-lamp",
        "lighthouse-visits",
    }
    assert "3 articles" in got.text.splitlines()[0]


def test_of_a_time_alone_the_articles_published_then_are_summarised(bridges):
    got = answer(bridges, "总结2024年5月的新闻")
    assert {one.article_id for one in got.citations} == {"birds", "lighthouse"}
    assert [one.kind for one in got.constraints] == ["date"]


@pytest.mark.parametrize(
    "asked", ["比较青岚江大桥和青岚江轮渡", "对比一下青岚江大桥与青岚江轮渡的报道"]
)
def test_two_are_compared_side_by_side(bridges, asked):
    got = answer(bridges, asked)
    of = {
        side: {
            got.citations[row.citations[0] - 1].article_id
            for row in got.rows
            if row.label.startswith(side)
        }
        for side in ("青岚江大桥", "青岚江轮渡")
    }
    assert of["青岚江轮渡"] <= {name for name, *_ in FERRY} and len(of["青岚江轮渡"]) >= 2
    assert of["青岚江大桥"] <= {name for name, *_ in BRIDGE} and len(of["青岚江大桥"]) >= 2
    assert len(got.text.splitlines()) == 2 + len(got.rows)


@pytest.mark.parametrize(
    "asked", ["总结火星移民计划", "summarise the coverage of the moon landing"]
)
def test_of_nothing_there_is_no_summary(bridges, asked):
    assert answer(bridges, asked).refused


@pytest.mark.parametrize(
    "question",
    [
        "会议总结了什么",
        "谁写了工作总结",
        "青岚江大桥和轮渡谁更长？",
        "How does the bridge compare in length?",
    ],
)
def test_a_question_with_such_words_is_none(bridges, question):
    assert answer(bridges, question).kind != "corpus"
