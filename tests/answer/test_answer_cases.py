"""Answers with one right form each: places that did it and those that did not, values, refusals.

A learned reader gets most of them right, not each of them: each group has a share that must be, a
little under what was measured. Whatever an answer is, it keeps what holds for every answer
(``check``).
"""

import pytest
from answered import ask, labels

from rag.index import open_index

DRILL, DRILL_EN = "哪些省举行了防汛演练？", "Which provinces held a flood drill?"
# question, article, provinces
PLACES = [
    (DRILL, "四川省举行了防汛演练，出动18艘冲锋舟。", {"四川"}),
    (DRILL, "山东省举行了防汛演练。河南省没有举行防汛演练。", {"山东"}),
    (DRILL, "山东省举行了防汛演练，河南省取消了防汛演练，湖北省尚未开展防汛演练。", {"山东"}),
    (DRILL, "河南省拒绝举行防汛演练。山东省没有取消防汛演练，防汛演练如期举行。", {"山东"}),
    (
        DRILL,
        "山东省举行了防汛演练，没有人员受伤。河南省不会举行防汛演练，也没有人员受伤。",
        {"山东"},
    ),
    (DRILL, "举行防汛演练的是山东省，而不是河南省。", {"山东"}),
    (DRILL_EN, "Shandong held a flood drill. Henan did not hold a flood drill.", {"山东"}),
    (
        DRILL_EN,
        (
            "Shandong held a flood drill. Henan cancelled its flood drill, and Hubei never held a"
            " flood drill."
        ),
        {"山东"},
    ),
    (DRILL_EN, "Shandong, not Henan, held a flood drill last week.", {"山东"}),
    (
        DRILL_EN,
        (
            "Shandong held a flood drill, which did not stop the traffic. No flood drill was held"
            " in Henan."
        ),
        {"山东"},
    ),
    (DRILL_EN, "山东省举行了防汛演练。河南省没有举行防汛演练。", {"山东"}),
    (DRILL, "Shandong held a flood drill. Henan did not hold a flood drill.", {"山东"}),
    ("哪些省没有举行防汛演练？", "山东省举行了防汛演练。河南省没有举行防汛演练。", {"河南"}),
    ("哪些省没有举行防汛演练？", "山东省举行了防汛演练，浙江省举行了防汛演练。", set()),
    ("哪些省取消了防汛演练？", "河南省取消了防汛演练。", {"河南"}),
    ("Which provinces cancelled their flood drill?", "Henan cancelled its flood drill.", {"河南"}),
    ("Which provinces did not hold a flood drill?", "Henan did not hold a flood drill.", {"河南"}),
    ("除了山东，还有哪些省举行了防汛演练？", "山东、江苏、浙江举行了防汛演练。", {"江苏", "浙江"}),
    (DRILL, "据河南日报报道，山东省举行了防汛演练。", {"山东"}),
    (DRILL, "新华社郑州6月3日电，山东省举行了防汛演练。", {"山东"}),
    (DRILL, "山东省举行了防汛演练，规模比河南省大。", {"山东"}),
    (DRILL, "来自河南省的志愿者在山东省举行了防汛演练。", {"山东"}),
    (DRILL_EN, "According to the Henan Daily, Shandong held a flood drill.", {"山东"}),
    (DRILL_EN, "Unlike Henan, Shandong held a flood drill.", {"山东"}),
    (DRILL_EN, "Volunteers from Henan held a flood drill in Shandong.", {"山东"}),
    (
        "从济南到武汉的高铁途经哪些省？",
        "济南至武汉的高铁今天开工，途经山东、河南、湖北。",
        {"山东", "河南", "湖北"},
    ),
    (
        "Which provinces does the railway from Jinan to Wuhan pass through?",
        "The railway from Jinan to Wuhan passes through Shandong, Henan and Hubei.",
        {"山东", "河南", "湖北"},
    ),
    (
        "哪些省发生了山洪或泥石流？",
        "云南省发生了山洪和泥石流。甘肃省发生了泥石流。四川省发生了山洪。青海省种下新林。",
        {"云南", "甘肃", "四川"},
    ),
    (
        "Which provinces had floods or droughts?",
        (
            "Yunnan had floods and droughts. Gansu had droughts. Sichuan had floods. Qinghai"
            " planted trees."
        ),
        {"云南", "甘肃", "四川"},
    ),
    (
        "哪些省份发放了消费券？",
        "上海市发放了消费券，随后西安市雁塔区发放了消费券。",
        {"上海", "陕西"},
    ),
    ("哪些国家签署了湿地协议？", "中国、法国和丹麦签署了湿地协议。", {"中国", "法国", "丹麦"}),
    ("哪些国家举行了防灾演练？", "日本举行了防灾演练。法国修建了铁路。", {"日本"}),
    (
        "哪些省在网站上公布了结果？",
        "湖北、海南、新疆三地检查了面包房。检查结果已经公布在网站上。",
        {"湖北", "海南", "新疆"},
    ),
    ("哪些地方举行了樱花摄影大赛？", "日本举行了樱花摄影大赛。", {"日本"}),
    (
        "输油管道经过哪些省？",
        "输油管道日前在重庆开工，全长900公里，途经贵州、湖南、江西等省。",
        {"贵州", "湖南", "江西"},
    ),
    (
        "Which countries opened a desert museum?",
        "Peru, which borders Brazil, opened a desert museum. Chile mended its roads.",
        {"秘鲁"},
    ),
    (
        "总部把哪些省市的防汛响应提升到二级？",
        "国家总部今天把针对四川、重庆的防汛响应提升至二级，并向湖北派出一个工作组，为天津调拨帐篷。",
        {"四川", "重庆"},
    ),
    (
        "湖南组团去哪些国家招商？",
        "这两天，湖南先后组团前往新加坡、坦桑尼亚等国招商引资。",
        {"新加坡", "坦桑尼亚"},
    ),
    (
        "哪些城市开出了冷链班列？",
        "北京、天津、郑州三座城市开出了冷链班列。",
        {"北京", "天津", "河南"},
    ),
]
SHIPPED_PLACES = [
    ("哪些省份抽查了月饼生产企业并公布结果？", {"湖北", "海南", "新疆", "广西", "江西", "四川"}),
    ("Which provinces took part in standardizing service windows?", {"内蒙古", "河南"}),
    ("总局领导前往了哪些省份指导活动？", {"北京", "上海", "吉林", "江西", "四川", "新疆"}),
    ("Which provinces checked student bedding at universities?", {"广西", "天津"}),
    ("哪些省份正在筹备质量兴省大会？", {"河南", "吉林"}),
    ("哪个省借助杂志推出专刊？", {"山西"}),
    ("Which province took knowledge of safety to villages?", {"云南"}),
    ("Which places held launch ceremonies earlier than the others?", {"山东", "内蒙古"}),
]
VALUES = [
    ("宜昌市的演练有多少名民兵参加？", "320"),
    ("How many rescue boats did Hunan use in the drill?", "12"),
    ("How long is the Xihou Bridge?", "28 kilometres"),
    ("How much did the Xihou Bridge cost?", "23 billion yuan"),
    ("普洱市登记了多少株古茶树？", "3.6万株"),
    ("图书馆首月接待了多少读者？", "8万人次"),
    ("兰州市图书馆新馆什么时候开馆？", "2019年4月23日"),
    ("When did the Xihou Bridge open to traffic?", "29 December 2021"),
    ("古茶树保护条例何时施行？", "2023年3月1日"),
    ("Who won the Chengdu marathon?", "Daniel Kiprop"),
    ("谁在开馆仪式上介绍了新馆的设计？", "周文静"),
    ("云南省通过了哪部条例保护古茶树？", "古茶树保护条例"),
    ("What was the title of the lecture that opened the porcelain exhibition?", "Fire and Clay"),
    ("Which company built the Xihou Bridge?", "Donghai Bridge Company"),
    ("How many ancient tea trees did Pu'er register?", "3.6万株"),
    ("When does the regulation on ancient tea trees take effect?", "2023年3月1日"),
    ("Which regulation protects ancient tea trees?", "古茶树保护条例"),
    ("湖南的演练用了多少艘救生艇？", "12"),
    ("宋代瓷器展出了多少件？", "260"),
    ("How many pieces of Song porcelain are on show?", "260"),
]
SHIPPED_VALUES = [
    ("黑龙江的开放接待了多少人次？", "近1万人次"),
    ("How many companies in Sichuan visited one another?", "300"),
    ("大比武的决赛是哪一天？", "9月20日"),
    ("When is the final of the optometry contest?", "September 20"),
    ("第几届河北品牌节已经开幕？", "第五届"),
    ("Who was at the award ceremony of the Mayor's Quality Award?", "Han Zheng"),
    ("福建省政府下发了什么意见？", "关于实施质量强省提升产品质量的意见"),
    (
        "What was the title of the lecture at the Suzhou summit?",
        "The Three Foundations of a Strong Brand",
    ),
]
REFUSED = [
    "贵州省的防汛演练出动了多少艘冲锋舟？",
    "西藏的图书馆藏书多少册？",
    "How many volunteers helped the marathon in Beijing?",
    "2015年哪些省份举行了防汛演练？",
    "Which provinces held flood drills in 1998?",
    "哪些省份建设了核电站？",
    "How many penguins live in the zoo?",
    "谁获得了诺贝尔化学奖？",
]
SHIPPED_REFUSED = [
    "什么是区块链？",
    "What is the capital of France?",
    "谁是美国总统？",
    "今天天气怎么样？",
    "哪些省份举办了马拉松？",
    "Which provinces exported cars?",
    "甘肃省发生地震了吗？",
    "2018年哪些省份抽查了月饼？",
    "How many hospitals were built in Sichuan?",
    "西藏抽查月饼了吗？",
]


@pytest.fixture(scope="module")
def shipped(sample_index):
    with open_index(sample_index) as snapshot:
        yield snapshot


def mostly(wrong: list, count: int, least: float) -> None:
    """Fails with the wrong ones where less than a share of all is right."""
    assert 1 - len(wrong) / count >= least, (
        f"{count - len(wrong)} of {count} right, expected {least:.0%}: {wrong}"
    )


def test_places_that_did_it_and_no_others(index, shipped):
    wrong = []
    for number, (question, article, expected) in enumerate(PLACES):
        given = ask(index(article), question)
        if set(given.places) != expected:
            wrong.append((question, article, given.places))
    for question, expected in SHIPPED_PLACES:
        given = ask(shipped, question)
        if set(given.places) != expected:
            wrong.append((question, given.places))
    mostly(wrong, len(PLACES) + len(SHIPPED_PLACES), 0.6)


def test_the_value_asked_for_comes_first(news, shipped):
    wrong = []
    for snapshot, cases in ((news, VALUES), (shipped, SHIPPED_VALUES)):
        for question, value in cases:
            given = ask(snapshot, question)
            first = given.text.splitlines()[0]
            if given.refused or value not in first:
                wrong.append((question, value, first))
            elif given.rows[0].label:
                citation = given.citations[given.rows[0].citations[0] - 1]
                marked = [
                    citation.quote[a - citation.start : b - citation.start]
                    for a, b in citation.marks
                ]
                label = given.rows[
                    0
                ].label  # the value as it stands, or in English with that behind it
                assert given.kind == "places" or any(
                    label == one or label.endswith(f"({one})") for one in marked
                )
    mostly(wrong, len(VALUES) + len(SHIPPED_VALUES), 0.7)


def test_what_the_articles_do_not_say_is_refused(news, shipped):
    wrong = []
    for snapshot, questions in ((news, REFUSED), (shipped, SHIPPED_REFUSED)):
        for question in questions:
            given = ask(snapshot, question)
            if given.kind == "talk":
                continue
            if not given.refused:
                wrong.append((question, labels(given)))
                continue
            assert len({c.article_id for c in given.nearest}) == len(given.nearest) <= 3
            assert all(word in given.text for word in given.missing) and given.grade in (
                "near",
                "nothing",
            )
    mostly(wrong, len(REFUSED) + len(SHIPPED_REFUSED), 0.7)


def test_a_stated_number_of_places_is_taken_where_few_of_them_are_named(index):
    article = "港城运动会今天开幕，共有113个国家和地区参加运动会，日本代表团第一个入场。"
    given = ask(index(article), "港城运动会有多少个国家和地区参加？")
    assert "113" in given.text.splitlines()[0] and not given.places


@pytest.mark.parametrize(
    "question", ["which provinces held elevator safety drills", "哪些省举行了电梯安全演练？"]
)
def test_a_quote_of_a_place_has_the_head_of_what_is_asked_for(shipped, question):
    given = ask(shipped, question)
    quotes = [given.citations[number - 1].quote for number in given.rows[0].citations]
    assert quotes and all("演练" in quote or "drill" in quote for quote in quotes)
