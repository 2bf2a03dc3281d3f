"""What several articles say in nearly the same words is told once, with its sources; where their
figures differ, that is told, too.
"""

import numpy as np
import pytest
from answered import check

from rag.answer import answer
from rag.answer.duplicates import Duplicates, differing
from rag.answer.sentence import Sentence
from rag.corpus import Article, sentences
from rag.index import build_index, open_index
from rag.search.search import search

# Written for these tests: a story in four versions, one article that quotes it, and others.
FERRY = (
    "6月3日上午9时，河口县新渡桥正式通车，结束了两岸居民靠摆渡过河的历史。大桥全长412米，宽18米，"
    "总投资2.6亿元，由县交通局和江南路桥公司共同建设。"
    "摆渡船队的35名船工已全部安置到码头公园工作，其中最年长的船工撑船已有38年。"
    "县长罗守成在通车仪式上说，从县城到火车站的路程由40分钟缩短到12分钟。"
)
QUOTED = (
    "码头公园本周迎来了新的管理员。据《江岸日报》报道，摆渡船队的35名船工已全部安置到码头公园工作，"
    "其中最年长的船工撑船已有38年。公园里新种了两百棵柳树，孩子们在树下放风筝。"
)
HALL = (
    "The town library of Eastmere opened its new reading hall on 4 March after 14 months of"
    " building work that cost 3.2 million pounds. The hall holds 52,000 books and has seats for 240"
    " readers, twice as many as the old one in Mill Lane, which closed in 2019. Head librarian Ruth"
    " Calloway said that on the first day pupils of all five schools of the town came through the"
    " doors."
)
OTHER = "青石县的渡口去年冬天停航了三个月。船工们改行种柑橘，县里给每户发了果苗。"


def zh(name: str, text: str, source: str) -> Article:
    return Article(name, text, "", "2024-06-04", source, "", "zh")


ARTICLES = (
    zh("ferry-a", FERRY, "江岸日报"),
    zh("ferry-b", "本报河口6月3日电（记者 田野）" + FERRY + "（责任编辑：林青）", "河口晚报"),
    zh("ferry-c", FERRY.replace("35名", "36名").replace("2.6亿", "2.7亿"), "江南新闻"),
    zh("ferry-d", FERRY + "桥头将建一座小博物馆。", "渡口周刊"),
    zh("ferry-e", "原标题：新渡桥通车。" + FERRY, "两岸早报"),
    zh("quoted", QUOTED, "公园通讯"),
    Article("hall-a", HALL, "A new hall", "2024-03-05", "Eastmere Gazette", "", "en"),
    Article(
        "hall-b",
        "EASTMERE - " + HALL.replace("52,000", "54,000"),
        "Hall opens",
        "2024-03-05",
        "County Post",
        "",
        "en",
    ),
    Article(
        "hall-c",
        HALL.replace(". ", ".\n\n"),
        "Readers move in",
        "2024-03-06",
        "Book News",
        "",
        "en",
    ),
    zh("other", OTHER, "江岸日报"),
)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    path = tmp_path_factory.mktemp("fold") / "index"
    build_index(ARTICLES, path)
    with open_index(path) as opened:
        yield opened


def test_a_story_is_one_statement_with_its_sources(snapshot):
    given = answer(snapshot, "摆渡船队的船工去了哪里工作，后来怎么样？")
    check(snapshot, given)
    said = [
        row for row in given.rows if "船工已全部安置" in given.citations[row.citations[0] - 1].quote
    ]
    assert len(said) == 1
    row, citations = said[0], given.citations
    assert (
        len(row.citations) == 3 and row.more == 3
    )  # five versions and the article that quotes them
    assert all(citations[n - 1].same_as == row.citations[0] for n in row.citations[1:])
    assert len({citations[n - 1].article_id for n in row.citations}) == 3
    assert given.text.count("船工已全部安置") == 1 and "另有 3 篇说法相同" in given.text


def test_figures_that_differ_are_told_in_the_language_of_the_question(snapshot):
    given = answer(snapshot, "有多少名船工安置到码头公园？")
    check(snapshot, given)
    assert len(given.rows) == 1 and {f for d in given.rows[0].differing for f in d.figures} == {
        "35名",
        "36名",
    }
    difference = given.rows[0].differing[0]
    for figure, number in zip(difference.figures, difference.citations):
        assert figure in given.citations[number - 1].quote
    assert difference.figures[0] in given.text.splitlines()[0] and "各篇数字不同：" in given.text
    given = answer(snapshot, "How many books does the new reading hall hold?")
    check(snapshot, given)
    assert "52,000" in given.text.splitlines()[0] and "articles differ: " in given.text
    assert {figure.split()[0] for figure in given.rows[0].differing[0].figures} == {
        "52,000",
        "54,000",
    }
    assert given.citations[given.rows[0].citations[0] - 1].marks
    assert "36名" in answer(
        snapshot, "How many boatmen of the ferry were settled in the wharf park?"
    ).text.replace("35名", "36名")
    assert "各篇數字不同" in answer(snapshot, "有多少名船工安置到碼頭公園？").text


def test_a_filter_holds_for_the_sources(snapshot):
    from rag.search.types import Filters

    given = answer(
        snapshot, "有多少名船工安置到码头公园？", Filters(sources=("江岸日报", "河口晚报"))
    )
    check(snapshot, given)
    assert (
        {c.source for c in given.citations} == {"江岸日报", "河口晚报"}
        and not given.rows[0].differing
        and not given.rows[0].more
    )


def test_what_is_nearest_is_not_the_same_story_again(snapshot):
    given = answer(snapshot, "青石县的大桥投资多少亿元建了机场？")
    assert given.refused
    stories = [snapshot.columns.story[snapshot.article_row(c.article_id)] for c in given.nearest]
    assert len(stories) > 1 and len(set(stories)) == len(stories)


def test_hits_name_their_story(snapshot):
    found = {hit.article_id: hit.story for hit in search(snapshot, "新渡桥通车").hits}
    assert {story for name, story in found.items() if name.startswith("ferry")} == {
        "ferry-a"
    } and found["other"] == found["quoted"] == ""


def test_hits_of_a_story_are_shown_together(snapshot, capsys):
    from rag.terminal import put_hits

    hits = search(snapshot, "新渡桥通车").hits
    put_hits(hits)
    shown = capsys.readouterr().out
    assert shown.count("\n    = ") == sum(hit.story != "" for hit in hits) - len(
        {hit.story for hit in hits} - {""}
    )


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ("安置了35名船工。", "安置了36名船工。", [("35名", "36名")]),
        ("It holds 52,000 books.", "It holds 54,000 books.", [("52,000 books", "54,000 books")]),
        ("投资1.5万元。", "投资15000元。", []),  # the same in another spelling
        ("大桥长412米，宽18米。", "大桥全长412米，宽20米。", [("18米", "20米")]),
        ("他种了树。", "他种了两棵树。", []),
        ("6月3日通车", "6月3日通车", []),
        ("每月就业增长将减少5000万人。", "每月就业增长将减少5000人。", [("5000万人", "5000人")]),
        (
            "The fund grew by 3 million pounds.",
            "The fund grew by 3 billion pounds.",
            [("3 million pounds", "3 billion pounds")],
        ),
        ("公司捐赠674,640,867股股份。", "公司捐赠6.75亿股股份。", []),  # rounded
        ("日产量达到1，280万桶。", "日产量达到1,280万桶。", []),
        ("台风于4—6日回旋少动，风力7级。", "台风于8月4-6日回旋少动，风力8级。", [("7级", "8级")]),
        ("大桥在8月14日开通。", "大桥在8月15日开通。", []),  # another day is another matter
        ("预售价区间为70-160万元。", "预售价区间为 70-160 万元。", []),
        ("亏损8亿4790万余元。", "亏损8亿4790万余元。", []),
        (
            "来源：https://example.org/828/8288816.html",
            "来源：https://example.org/829/9288816.html",
            [],
        ),
    ],
)
def test_figures_that_differ(one, other, found):
    assert differing(one, other) == found
    assert differing(other, one) == [(b, a) for a, b in found]


def test_what_is_alike_but_of_different_things_stays_apart(tmp_path):
    drills = [
        zh(
            f"drill-{n}",
            f"{place}举行了防汛演练，{500 + n}名居民参加，出动了{n + 3}艘冲锋舟。{rest}",
            "江岸日报",
        )
        for n, (place, rest) in enumerate(
            (
                ("河口县", "演练之后，居民们领到了急救包和手册，学校也停课半天组织学生观摩。"),
                ("青石县", "县长说，明年还要在上游的三个村子再办一次，请老船工来教大家结绳。"),
                ("临山县", "大雨下了一整夜，清晨才停，参加的人都湿透了，食堂熬了姜汤。"),
            )
        )
    ]
    build_index(drills, tmp_path / "index")
    with open_index(tmp_path / "index") as opened:
        assert len(np.unique(opened.columns.story)) == 3
        every = [
            Sentence(article, row, start, end, 0, len(article.text))
            for row, article in opened.articles(range(3)).items()
            for start, end in sentences(article.text)
        ]
        fold = Duplicates(opened, np.ones(3, bool), every)
        said = [one for one in every if "名居民参加" in one.text]
        assert len(said) == 3 and not any(fold.twins(one) for one in said)
        assert not any(fold.same(one, other) for one in said for other in said if one is not other)


def test_sentences_of_nearly_the_same_words_about_two_names_are_not_the_same(tmp_path):
    told = (
        "今年夏天雨水少、日照长，沿海各盐场的晒盐日子比往年多了二十天，工人们每天清晨四点就下滩，"
        "赶在起风之前把盐收拢成堆，再装船运往各地的港口。"
    )
    south, west = (
        f"{name}盐场今年产盐三万二千吨，比去年多出一成，创下了历史新高。"
        for name in ("南湾", "西湾")
    )
    build_index(
        [
            zh("a", told + south, "晚报"),
            zh("b", told + west, "日报"),
            zh("c", told + south, "早报"),
        ],
        tmp_path / "index",
    )
    with open_index(tmp_path / "index") as opened:
        every = [
            Sentence(found, row, start, end, 0, len(found.text))
            for row, found in opened.articles(range(3)).items()
            for start, end in sentences(found.text)
        ]
        fold = Duplicates(opened, np.ones(3, bool), every)
        of = {one.row: one for one in every if "产盐" in one.text}
        assert (
            fold.same(of[0], of[2]) and not fold.same(of[0], of[1]) and not fold.same(of[1], of[2])
        )
