"""Filters against brute force: the same articles pass, and the search over them is the exhaustive
one.
"""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_news import NEWS

from rag import Article, Assistant, Index
from rag.corpus.place_names import full_name, place_named
from rag.corpus.gazetteer import all_places, contains
from rag.corpus.places import find_places
from rag.errors import UsageError
from rag.index import build_index, open_index
from rag.question.query import analyse
from rag.search import Filters, late, search
from rag.search.candidates import candidates
from rag.search.filters import allowed_articles

# Beside the small news: nested places, foreign ones, no date, no source, a place in the title only.
MORE = (
    Article(
        "wuhou",
        "武侯区的社区开了夜校，教老人用手机。",
        "成都：夜校开课",
        "2023-03-05",
        "江河日报",
        lang="zh",
    ),
    Article(
        "tokyo",
        "日本与韩国的船只在海上交换了救生设备。",
        "两国船只会面",
        "2023-03-05",
        "",
        lang="zh",
    ),
    Article(
        "undated", "The Leshan ferry got new life jackets.", "Ferry", "", "River Post", lang="en"
    ),
    Article(
        "nowhere",
        "Old clocks are repaired by hand.",
        "Clocks",
        "2022-01-31",
        "Orchard News",
        lang="en",
    ),
    Article("campus", "四川大学的学生修好了水车。", "水车", "2022-02-01", "草原报", lang="zh"),
    Article("title", "冰灯节今年提前开幕。", "哈尔滨冰灯节", "2021-12-20", "草原报", lang="zh"),
)
ARTICLES = NEWS + MORE
DATES = sorted({a.date for a in ARTICLES if a.date} | {"2000-01-01", "2023-03-04", "2099-12-31"})
SOURCES = sorted({a.source for a in ARTICLES if a.source} | {"no such paper"})
PLACES = [
    "四川",
    "Sichuan",
    "成都市",
    "Chengdu",
    "武侯区",
    "乐山",
    "Gansu",
    "湖北",
    "日本",
    "韩国",
    "中国",
    "China",
    "Zhejiang",
    "舟山",
    "广东",
    "黑龙江",
    "US",
    "510000",
]


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    path = tmp_path_factory.mktemp("filters") / "index"
    build_index(ARTICLES, path)
    with open_index(path) as opened:
        yield opened


def passes(article: Article, filters: Filters) -> bool:
    """What a filter says of one article, read off the article itself."""
    if filters.date_from and not article.date >= filters.date_from:
        return False
    if filters.date_to and not "" < article.date <= filters.date_to:
        return False
    if (
        filters.sources
        and article.source not in filters.sources
        or filters.langs
        and article.lang not in filters.langs
    ):
        return False
    named = [mention.place for mention in find_places(f"{article.title}\n{article.text}")]
    return not filters.places or any(
        contains(place_named(one), place) for one in filters.places for place in named
    )


def some(values, most):
    return st.one_of(
        st.just(()),
        st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True).map(tuple),
    )


bounds = st.one_of(st.just(""), st.sampled_from(DATES))
any_filters = st.builds(
    Filters, bounds, bounds, some(SOURCES, 3), some(["zh", "en", "fr"], 2), some(PLACES, 3)
)


@settings(max_examples=200)
@given(any_filters)
def test_the_articles_that_pass_are_those_of_brute_force(snapshot, filters):
    assert allowed_articles(snapshot, filters).tolist() == [
        passes(article, filters) for article in ARTICLES
    ]


@pytest.mark.parametrize(
    "small", [True, False], ids=["every passage is scored", "passages are proposed"]
)
@settings(max_examples=60)
@given(
    any_filters,
    st.sampled_from(["防汛演练", "How long is the bridge?", "四川的学生", "new shelters", "瓷器"]),
)
def test_a_filtered_search_is_the_exhaustive_one_of_what_passes(snapshot, small, filters, question):
    allowed = allowed_articles(snapshot, filters)
    query = analyse(question, snapshot.model)
    whole = candidates(snapshot, query)
    kept = np.flatnonzero(allowed[whole.articles])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(late, "_SMALL", late._SMALL if small else 0)
        found = candidates(snapshot, query, filters)  # each side may propose more than there is
        hits = search(snapshot, question, k=100, filters=filters).hits
    at = {row: place for place, row in enumerate(found.rows.tolist())}
    if small:
        assert found.rows.tolist() == whole.rows[kept].tolist()
    assert set(at) <= set(whole.rows[kept].tolist())
    same = [place for place in kept if whole.rows[place] in at]
    for part in ("score", "dense", "late", "lexical"):
        mine = getattr(found, part)[[at[row] for row in whole.rows[same].tolist()]]
        np.testing.assert_allclose(mine, getattr(whole, part)[same], atol=1e-4)
    if len(kept):  # what is best of all that pass is found
        assert whole.rows[kept[whole.score[kept].argmax()]] in at
    assert {hit.article_id for hit in hits} == {
        ARTICLES[row].id for row in np.unique(found.articles)
    }


@pytest.mark.parametrize(
    "place, ids",
    [
        ("四川", {"marathon-en", "wuhou", "undated", "campus"}),
        ("Sichuan", {"marathon-en", "wuhou", "undated", "campus"}),
        ("成都", {"marathon-en", "wuhou"}),
        ("武侯区", {"wuhou"}),
        ("甘肃", {"library-opens", "library-month", "apples-en"}),
        ("哈尔滨", {"title"}),
        ("South Korea", {"tokyo"}),
        ("西藏", set()),
    ],
)
def test_a_place_holds_the_places_inside_it(snapshot, place, ids):
    assert {
        ARTICLES[row].id
        for row in np.flatnonzero(allowed_articles(snapshot, Filters(places=(place,))))
    } == ids


def test_china_is_wherever_one_of_its_divisions_is_named(snapshot):
    inside = {
        ARTICLES[row].id
        for row in np.flatnonzero(allowed_articles(snapshot, Filters(places=("中国",))))
    }
    assert inside == {article.id for article in ARTICLES} - {"tokyo", "nowhere"}


def test_every_place_has_a_full_name_of_its_own():
    names = [full_name(place) for place in all_places()]
    assert len(set(names)) == len(names)
    assert all(
        place_named(name) == place_named(place.code) == place
        for name, place in zip(names, all_places())
    )


@pytest.mark.parametrize(
    "name, full",
    [
        ("四川", "四川省"),
        ("sichuan", "四川省"),
        ("  SICHUAN ", "四川省"),
        ("臺灣", "台湾省"),
        ("成都", "四川省成都市"),
        ("Chengdu", "四川省成都市"),
        ("吉林", "吉林省"),
        ("吉林市", "吉林省吉林市"),
        ("Suzhou", "江苏省苏州市"),
        ("Suzhou, Anhui", "安徽省宿州市"),
        ("南京鼓楼区", "江苏省南京市鼓楼区"),
        ("Nanshan District of Shenzhen", "广东省深圳市南山区"),
        ("中山", "广东省中山市"),
        ("Japan", "日本"),
        ("US", "美国"),
        ("北京", "北京市"),
    ],
)
def test_names_of_places(name, full):
    assert full_name(place_named(name)) == full


@pytest.mark.parametrize(
    "name, told",
    [
        ("Sichaun", "near it are Sichuan"),
        ("四州省", "四川省"),
        ("鼓楼区", "4: 江苏省南京市鼓楼区"),
        ("Taizhou", "江苏省泰州市、浙江省台州市"),
        ("xyzzy", "'xyzzy'"),
        ("", "''"),
        ("四川和重庆", "重庆市"),
        ("in Sichuan or so", "expected"),
        ("区", "expected"),
    ],
)
def test_a_name_of_no_place_or_of_several_is_refused_with_what_is_near(name, told):
    with pytest.raises(UsageError, match=told):
        place_named(name)


@given(st.text(max_size=12))
def test_any_name_is_a_place_or_refused(name):
    try:
        assert place_named(name) in all_places()
    except UsageError as error:
        assert str(error).startswith("expected")


def test_whoever_filters_names_a_place_the_same_way(tmp_path, call):
    Index.build(ARTICLES, tmp_path / "index")
    with Index.open(tmp_path / "index") as index:
        only = Filters(places=("Gansu",))
        assert {hit.article_id for hit in index.search("新馆", 50, only)} == {
            "library-opens",
            "library-month",
            "apples-en",
        }
        assert Assistant(index).ask("大桥有多长？", filters=only).refused
        for bad in (
            Filters(places=("Sichaun",)),
            Filters(places="四川"),
            Filters(sources="River Post"),
        ):
            with pytest.raises(UsageError, match="near it are Sichuan|as a tuple"):
                index.search("新馆", 5, bad)
    told = call(
        "search",
        "--index",
        tmp_path / "index",
        "--place",
        "甘肃",
        "--place",
        "日本",
        "--json",
        "新馆",
    )
    assert (
        all(
            name in told.stdout for name in ("library-opens", "library-month", "apples-en", "tokyo")
        )
        and "bridge-en" not in told.stdout
    )
    told = call("ask", "--index", tmp_path / "index", "--place", "Sichaun", "新馆")
    assert told.returncode == 2 and "near it are Sichuan" in told.stderr


def test_places_pass_the_server(tmp_path):
    from starlette.testclient import TestClient

    from rag.serving.routes import build_api

    Index.build(ARTICLES, tmp_path / "index")
    with (
        Index.open(tmp_path / "index") as index,
        TestClient(build_api(index), base_url="http://127.0.0.1") as client,
    ):
        hits = client.get(
            "/api/search", params={"question": "新馆", "k": 50, "places": ["甘肃", "成都"]}
        ).json()["hits"]
        assert {hit["article_id"] for hit in hits} == {
            "library-opens",
            "library-month",
            "apples-en",
            "marathon-en",
            "wuhou",
        }
        assert (
            client.get("/api/search", params={"question": "新馆", "places": "Sichaun"}).status_code
            == 400
        )
        body = {"question": "新馆藏书多少册？", "filters": {"places": ["四川"]}}
        assert client.post("/api/ask", json=body).json()["refused"]


def test_the_same_articles_give_the_same_names(tmp_path):
    tables = []
    for name in ("one", "other"):
        build_index(ARTICLES, tmp_path / name)
        with open_index(tmp_path / name) as opened:
            tables.append([(key, rows.tolist()) for key, rows in opened.named("", "\U0010ffff")])
    assert tables[0] == tables[1] and all(rows == sorted(set(rows)) for _, rows in tables[0])
    assert list(
        itertools.chain.from_iterable(rows for key, rows in tables[0] if key == "place:510107")
    ) == [len(NEWS)]
