"""Articles that tell one story in nearly the same words are found, in whatever order they come, and
others are not.
"""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.corpus import Article
from rag.corpus.duplicates import BANDS, BAND_CROWD, group, runs, sketch
from rag.index import build_index, open_index

# Written for these tests.
BRIDGE = (
    "6月3日上午9时，河口县新渡桥正式通车，结束了两岸居民靠摆渡过河的历史。大桥全长412米，宽18米，"
    "总投资2.6亿元，由县交通局和江南路桥公司共同建设，历时27个月。"
    "桥上设有双向四条车道和两侧人行道，设计时速60公里。县长罗守成在通车仪式上说，"
    "新桥每天可通行1.5万辆汽车，从县城到火车站的路程由40分钟缩短到12分钟。"
    "摆渡船队的35名船工已全部安置到码头公园工作，其中最年长的船工撑船已有38年。"
)
LIBRARY = (
    "The town library of Eastmere opened its new reading hall on 4 March after 14 months of"
    " building work that cost 3.2 million pounds. The hall holds 52,000 books and has seats for 240"
    " readers, twice as many as the old one in Mill Lane, which closed in 2019. Head librarian Ruth"
    " Calloway said that on the first day 1,130 people came through the doors, among them pupils of"
    " all five schools of the town. The roof carries 96 solar panels, which are to supply a third"
    " of the power that the building needs."
)
MARKET = (
    "截至6月{day}日收盘，{name}报收于{price}元，{way}{share}%，成交量{volume}万手，"
    "成交额{sum}万元。当日资金流向方面，主力资金净流出{out}万元，占总成交额{part}%，"
    "散户资金净流入{flow}万元。近五日来看，该股主力资金合计净流出{five}万元，"
    "{name}所属行业排名第{rank}位。{name}主要从事食品的生产和销售，"
    "{name}今年一季度营业收入{income}亿元。以上内容由公开信息整理，不构成投资建议，"
    "投资者应当注意风险，谨慎决策，详细数据请查阅{name}的公告。"
)


def article(name: str, text: str, date: str = "", **more) -> Article:
    return Article(name, text, date=date, lang="zh" if "的" in text else "en", **more)


def stories(articles: list[Article], known: np.ndarray | None = None) -> np.ndarray:
    return group(
        np.stack([sketch(a.text) for a in articles]),
        lambda rows: {row: articles[row] for row in rows},
        known,
    )


def market(seed: int, name: str) -> str:
    chance = random.Random(seed)
    figures = {
        key: f"{chance.randrange(1000, 99999) / 100}"
        for key in (
            "price",
            "share",
            "volume",
            "sum",
            "out",
            "part",
            "flow",
            "five",
            "rank",
            "income",
        )
    }
    return MARKET.format(
        name=name, day=chance.randrange(1, 30), way=chance.choice("涨跌"), **figures
    )


VERSIONS = [
    BRIDGE,
    "本报河口6月3日电（记者 田野）" + BRIDGE + "（责任编辑：林青）",
    BRIDGE.replace("35名", "36名").replace("2.6亿元", "2.7亿元"),
    BRIDGE[: len(BRIDGE) * 3 // 5],
    LIBRARY,
    "EASTMERE (Gazette) - " + LIBRARY.replace("1,130", "1,150"),
    LIBRARY.replace(". ", ".\n\n").upper(),
    market(1, "丰禾食品"),
    market(2, "长岭乳业"),
    market(3, "丰禾食品"),
]
TOLD = [0, 0, 0, 0, 4, 4, 4, 7, 8, 9]


def test_versions_of_a_story_are_found_and_reports_made_from_one_form_are_not():
    assert stories([article(str(n), text) for n, text in enumerate(VERSIONS)]).tolist() == TOLD


@settings(max_examples=25)
@given(order=st.permutations(range(len(VERSIONS))), cut=st.integers(0, len(VERSIONS)))
def test_neither_their_order_nor_how_the_index_grew_changes_the_stories(order, cut):
    articles = [article(str(n), VERSIONS[n]) for n in order]
    told = stories(articles)
    assert {
        tuple(sorted(order[i] for i in np.flatnonzero(told == s))) for s in set(told.tolist())
    } == {(0, 1, 2, 3), (4, 5, 6), (7,), (8,), (9,)}
    assert all(row == np.flatnonzero(told == row)[0] for row in set(told.tolist()))
    known = np.full(len(order), -1)
    known[:cut] = stories(articles[:cut]) if cut else []
    assert np.array_equal(stories(articles, known), told)


def test_what_is_known_is_not_compared_again():
    articles, read = [article(str(n), text) for n, text in enumerate(VERSIONS)], []

    def reading(rows):
        read.extend(rows)
        return {row: articles[row] for row in rows}

    known = np.array(TOLD)
    known[5] = -1
    assert group(np.stack([sketch(a.text) for a in articles]), reading, known).tolist() == TOLD
    assert set(read) <= {4, 5, 6}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ((BRIDGE, "2023-06-03"), (BRIDGE.replace("靠摆渡过河", "坐船"), "2023-06-05"), True),
        ((BRIDGE, "2023-06-03"), (BRIDGE, "2024-06-03"), True),  # posted again
        (
            (BRIDGE, "2023-06-03"),
            (
                BRIDGE.replace("412", "366")
                .replace("2.6亿", "1.9亿")
                .replace("27个", "31个")
                .replace("35名", "22名"),
                "2024-06-03",
            ),
            False,
        ),
        # without dates the date line tells, of reports that are made day by day
        (
            ("本报河口6月3日电" + BRIDGE, ""),
            (
                "本报河口6月23日电"
                + BRIDGE.replace("412", "366").replace("18米", "20米").replace("60公里", "80公里"),
                "",
            ),
            False,
        ),
        (
            ("本报河口6月3日电" + BRIDGE, ""),
            (
                "本报河口6月3日电"
                + BRIDGE.replace("412", "366").replace("18米", "20米").replace("60公里", "80公里"),
                "",
            ),
            True,
        ),
        (("短讯。", ""), ("短讯。", ""), False),
        ((BRIDGE, ""), (LIBRARY, ""), False),
    ],
)
def test_days_and_figures_tell_stories_apart(one, other, same):
    told = stories([article("a", *one), article("b", *other)])
    assert (told[0] == told[1]) == same


def test_two_of_the_same_form_about_different_people_are_two_stories():
    form = (
        "经市委批准，市纪委对{0}严重违反纪律的问题进行了审查。经查，{0}不如实说明问题，"
        "{0}收受礼品，{0}违反工作纪律。依据有关规定，经研究并报市委批准，决定给予{0}开除处分。"
        "{0}的违法所得予以收缴，移送检察机关依法审查起诉，所涉财物一并移送。"
    )
    assert stories(
        [article("a", form.format("周文静")), article("b", form.format("罗守成"))]
    ).tolist() == [0, 1]


def test_thousands_of_one_form_are_compared_with_few():
    reports = [article(str(n), market(n, f"第{n}号公司")) for n in range(4 * BAND_CROWD)]
    assert len(set(stories(reports).tolist())) == len(reports)
    copies = [article(str(n), BRIDGE) for n in range(4 * BAND_CROWD)]
    assert set(stories(copies).tolist()) == {0}


@settings(max_examples=40)
@given(st.text(max_size=80))
def test_any_text_has_a_sketch(text):
    assert sketch(text).shape == (BANDS,) and sketch(text).dtype == np.uint32
    assert np.array_equal(sketch(text), sketch(text)) and len(runs(text)) <= max(
        len(text.lower()), 1
    )


def test_an_index_knows_its_stories(tmp_path):
    articles = [article(str(n), text) for n, text in enumerate(VERSIONS)]
    report = build_index(articles, tmp_path / "index")
    assert (report.stories, report.repeats) == (2, 5)
    with open_index(tmp_path / "index") as snapshot:
        assert snapshot.columns.story.tolist() == TOLD
        assert (snapshot.manifest.counts.stories, snapshot.manifest.counts.repeats) == (2, 5)


def test_the_status_tells_how_many_repeat_another(tmp_path, call):
    build_index([article(str(n), text) for n, text in enumerate(VERSIONS)], tmp_path / "index")
    assert (
        "10 articles (5 repeat the story of another)"
        in call("status", "--index", tmp_path / "index").stdout
    )


@pytest.mark.parametrize(
    ("form", "names"),
    [
        (
            (
                "{0}今年产盐三万二千吨，比去年多出一成。场长介绍，今年夏天雨水少、日照长，"
                "晒盐的日子比往年多了二十天。工人们每天清晨四点就下滩，赶在起风之前把盐收拢成堆。"
                "产出的盐先运到港口，再装船运往各地。"
            ),
            ("南湾盐场", "西湾盐场"),
        ),
        (
            (
                "The {0} made 32,000 tons of salt this year, a tenth more than last year. The"
                " manager said that the summer was dry and long, so that there were twenty more"
                " days of harvest. Workers go out at four in the morning to heap up the salt before"
                " the wind rises."
            ),
            ("South Bay Saltworks", "West Bay Saltworks"),
        ),
    ],
)
def test_the_same_words_of_two_names_are_two_stories(form, names):
    one, other = (article(str(n), form.format(name)) for n, name in enumerate(names))
    assert stories([one, other]).tolist() == [0, 1]
    again = article("2", "本报讯 " + form.format(names[0]))
    assert stories([one, other, again]).tolist() == [0, 1, 0]


def test_a_person_who_is_named_again_and_again_tells_two_texts_apart():
    form = (
        "{0}获得今年的劳动奖章。{0}在码头开了二十年吊车，没有出过一次事故。工友们说，不管刮风下雨，"
        "总是提前半小时到岗，把机器里里外外检查一遍才开工。今年春天，货轮在港外搁浅，"
        "连夜赶到现场参加抢险。"
    )
    one, other = (article(str(n), form.format(name)) for n, name in enumerate(("周文静", "罗守成")))
    assert stories([one, other]).tolist() == [0, 1]


ROADWORKS = (
    "经过三个月施工，{0}大修工程昨日完工，全线恢复使用。该工程长四公里，更换了排水管道，"
    "加装路灯一百二十盏，工程耗资两千万元。沿线居民说，出行比以前方便多了，夜里也亮堂了。"
)
SHOP = (
    "The {0} reopened on Monday after a fire in the winter. Owner {1} said the repairs took four"
    " months and cost 80,000 euros. It employs 12 people and will open at six in the morning."
    " Customers queued around the block for the first day, and the mayor cut a ribbon."
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(
            (ROADWORKS.format(one), ROADWORKS.format(other))
            for one, other in (
                ("长春路", "长安路"),
                ("清河村", "沙河村"),
                ("天一广场", "天星广场"),
                ("红星剧院", "红旗剧院"),
                ("东门菜市场", "北门菜市场"),
                ("城南养老院", "城北养老院"),
                ("幸福小区", "平安小区"),
                ("青龙河", "白龙河"),
                ("临安县", "安吉县"),
                ("东关隧道", "西关隧道"),
                ("三号楼", "四号楼"),
            )
        ),
        *(
            (SHOP.format(*one), SHOP.format(*other))
            for one, other in (
                (("library in Ashby", "Amy Poe"), ("library in Corby", "Amy Poe")),
                (("Northgate bakery", "Karl Lind"), ("Southgate bakery", "Karl Lind")),
                (("Northgate bakery", "Karl Lind"), ("Northgate bakery", "Erik Holm")),
                (("Northgate bakery", "Karl Lind"), ("Southgate bakery", "Erik Holm")),
            )
        ),
    ],
)
def test_the_same_words_of_another_name_in_the_same_place_are_two_stories(one, other):
    assert stories([article("a", one), article("b", other)]).tolist() == [0, 1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{0}", "By Ann Lee\n\n{0}"),
        ("By Tom Ray\n\n{0}", "By Ann Lee\n\n{0}"),
        ("EASTMERE (Reuters) - {0}", "EASTMERE (Gazette) - {0}"),
        ("{0} (Reporting by Tom Ray)", "{0} Reporting by Ann Lee"),
        ("On Tuesday the news was out. {0}", "Good news came in June. {0}"),
    ],
)
def test_a_copy_by_someone_else_is_the_same_story(one, other):
    text = SHOP.format("Northgate bakery", "Karl Lind")
    copies = [one.format(text), other.format(text), text.replace("80,000", "90,000")]
    assert stories([article(str(n), copy) for n, copy in enumerate(copies)]).tolist() == [0, 0, 0]


def test_a_name_that_is_only_cut_otherwise_is_the_same_story():
    # "松江" stands in both, and the words before it and the sorts of the others are not the same.
    text = ROADWORKS.format("长春路")
    copies = [text + "据称松江也要修路。", "上海松江的消息说，" + text.replace("昨日", "近日")]
    assert stories([article(str(n), copy) for n, copy in enumerate(copies)]).tolist() == [0, 0]
