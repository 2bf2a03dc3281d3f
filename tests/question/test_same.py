"""Questions in the words of the articles: figures by their value, names of one thing, and what
tables and file names say.
"""

from decimal import Decimal
from importlib import resources

import pytest

from rag import Assistant, Index
from rag.corpus import Article
from rag.question.same import _value, _ways, in_words_of
from rag.question.words import pattern

TOLD = {
    "peak": "石塘峰海拔2780米，是本县最高的山。山上常年积雪。",
    "stone": "The Stonetop peak rises 3,200 metres above the sea. Few people climb it in winter.",
    "output": "滨江市去年国内生产总值达到15.2亿元，同比增长百分之五。",
    "bridge": "青石大桥昨日正式通车，总投资 16.3 亿元，双向六车道。",
    "library": "北京大学昨日宣布，新图书馆将于九月开放，藏书五百万册。",
    "assets": "国有资产监督管理委员会发布通知，要求中央企业在年底前完成压缩管理层级。",
    "books": "海湾市图书馆新馆藏书四十二万册，设有三百个座位。",
    "race": "东山县举办了龙舟赛，二十支队伍参加，观众一万二千人。",
    "doctors": "The World Health Organization sent 120 doctors to the island in March.",
    "east": "东北大学今年招收新生五千人，比去年多三百人。",
}


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    path = tmp_path_factory.mktemp("same") / "index"
    Index.build([Article(name, text) for name, text in TOLD.items()], path)
    with Index.open(path) as index:
        yield index


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("哪座山海拔2,780米？", "peak"),
        ("Which peak is 3200 metres high?", "stone"),
        ("哪个城市的产值是十五点二亿元？", "output"),
        ("哪座桥总投资十六点三亿元？", "bridge"),
        ("Which city's output was 1.52 billion yuan?", "output"),
        ("哪个图书馆藏书42万册？", "books"),
        ("哪场比赛有12,000名观众？", "race"),
        ("滨江市的GDP是多少？", "output"),
        ("北大新图书馆藏书多少册？", "library"),
        ("国资委要求什么？", "assets"),
        ("What did SASAC require?", "assets"),
        ("世卫组织派了多少医生？", "doctors"),
    ],
)
def test_the_article_that_says_it_otherwise_is_found(asked, question, article):
    assert asked.search(question, k=1)[0].article_id == article


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("滨江市去年GDP是多少？", "15.2亿元"),
        ("北大新图书馆藏书多少册？", "五百万册"),
        ("哪个图书馆藏书42万册？", "海湾市"),
        ("哪座桥总投资十六点三亿元？", "青石大桥"),
        ("Where did the WHO send doctors?", "island"),
    ],
)
def test_it_is_answered_and_how_the_question_was_understood_is_shown(asked, question, answer):
    given = Assistant(asked).ask(question)
    assert answer in given.text
    assert bool(given.completed) == (
        not question.startswith("北大")
    )  # an article has 北大, in 东北大学


def test_a_question_in_the_words_of_the_articles_stays_as_it_is(asked):
    for question in (
        "石塘峰海拔2780米吗？",
        "北京大学新图书馆藏书多少册？",
        "2023年发生了什么？",
        "东北大学招了多少新生？",
        "3号线在哪里？",
    ):
        assert Assistant(asked).ask(question).completed == ""


def test_a_name_within_a_word_is_none(asked):
    assert in_words_of(asked.snapshot, "云南大学在哪里？") == ("云南大学在哪里？", "")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2,780", 2780),
        ("3200", 3200),
        ("十五点二亿", 1_520_000_000),
        ("15.2亿", 1_520_000_000),
        ("一万二千", 12_000),
        ("两千三百", 2300),
        ("1.52 billion", 1_520_000_000),
        ("42万", 420_000),
    ],
)
def test_figures_by_their_value(written, value):
    found = pattern("figure").search(written)
    assert found[0] == written and _value(found) == Decimal(value)
    ways = set(_ways(Decimal(value)))
    assert written in ways


def test_each_line_of_the_table_names_one_thing_in_several_ways():
    rows = (
        resources.files("rag.question")
        .joinpath("data", "same_names.tsv")
        .read_text("utf8")
        .splitlines()
    )
    groups = [row.split("\t") for row in rows if not row.startswith("#")]
    assert len(groups) > 400
    for group in groups:
        assert len(group) == len(set(group)) > 1 and all(
            name == name.strip() and len(name) > 1 for name in group
        ), group
