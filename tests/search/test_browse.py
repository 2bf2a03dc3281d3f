"""Going through the articles: pages, orders, words of titles, months, figures."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from index_corpus import made_articles

from rag.corpus.article import Article, Skipped
from rag.errors import UsageError
from rag.index.catalogue import HEADING_CHARS, heading
from rag.library import Index
from rag.search.types import Filters

NEWS = (
    Article("a", "甲市开通了地铁。全长30公里。", "地鐵開通", "2023-08-16", "江河日报", "", "zh"),
    Article(
        "b",
        "The Harbour Bridge was closed.",
        "Bridge CLOSED  in\nAugust",
        "2023-08-02",
        "River Post",
        "",
        "en",
    ),
    Article(
        "c", "没有标题的文章只有这一句话。还有第二句。", "", "2022-12-31", "江河日报", "", "zh"
    ),
    Article("d", "无日期的地铁消息。", "地铁延误", "", "", "", "zh"),
    Article(
        "e", "A museum opened to the public.", "Museum opens", "2021-01-05", "River Post", "", "en"
    ),
)


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    path = tmp_path_factory.mktemp("browse") / "index"
    Index.build([*NEWS, Skipped("notes.xyz", "unsupported format")], path)
    return Index.open(path)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    path, articles = tmp_path_factory.mktemp("many") / "index", made_articles(400)
    Index.build(articles, path)
    return Index.open(path), {one.id: one for one in articles}


def ids(listing) -> str:
    return "".join(one.id for one in listing.articles)


def test_orders(index):
    assert ids(index.browse()) == "abced"
    assert ids(index.browse(order="oldest")) == "ecbad"  # without a date: last either way
    # Latin letters, then Chinese by pinyin: dì tiě kāi, dì tiě yán, méi.
    assert ids(index.browse(order="title")) == "beadc"


def test_words_of_titles_in_both_scripts_and_any_case(index):
    assert ids(index.browse("地铁")) == ids(index.browse("地鐵")) == "ad"
    assert ids(index.browse("bridge August")) == ids(index.browse("ＡＵＧＵＳＴ")) == "b"
    assert ids(index.browse("标题的文章")) == "c", "the first sentence stands for a title"
    assert ids(index.browse("第二句")) == ""
    assert ids(index.browse(" ")) == "abced"


def test_articles_that_mention_a_thing_wherever_it_stands(index):
    assert ids(index.browse("about:地铁")) == "ad"
    assert ids(index.browse("about:地鐵", Filters("2023-01-01"))) == "a"
    assert index.browse("about:submarines").total == 0


def test_filters_and_months(index):
    listing = index.browse(filters=Filters("2023-08-01", "2023-08-31"))
    assert ids(listing) == "ab" and listing.total == 2
    # The months tell what there would be without the dates, so that another one can be chosen.
    assert listing.months == (("2021-01", 1), ("2022-12", 1), ("2023-08", 2), ("", 1))
    river = index.browse(filters=Filters(sources=("River Post",), langs=("en",)))
    assert ids(river) == "be" and river.months == (("2021-01", 1), ("2023-08", 1))
    assert ids(index.browse(undated=True)) == "d"
    assert ids(index.browse(filters=Filters("2999-01-01"))) == ""


def test_pages_are_parts_of_one_list(index):
    assert ids(index.browse(start=2, count=2)) == "ce"
    beyond = index.browse(start=99)
    assert beyond.articles == () and beyond.total == 5
    first = index.browse(count=1).articles[0]
    assert (first.title, first.heading, first.source, first.lang) == (
        "地鐵開通",
        "地鐵開通",
        "江河日报",
        "zh",
    )
    assert first.opening == "甲市开通了地铁。全长30公里。"


@pytest.mark.parametrize(
    "wrong",
    [{"order": "best"}, {"start": -1}, {"count": 0}, {"count": 1000}, {"filters": Filters("x")}],
)
def test_what_makes_no_sense_is_refused(index, wrong):
    with pytest.raises(UsageError, match="expected"):
        index.browse(**wrong)


def test_statistics(index):
    told = index.statistics()
    assert (told.articles, told.undated, told.date_from, told.date_to) == (
        5,
        1,
        "2021-01-05",
        "2023-08-16",
    )
    assert told.langs == (("zh", 3), ("en", 2))
    assert told.sources == (("River Post", 2), ("江河日报", 2))
    assert told.skipped == (Skipped("notes.xyz", "unsupported format"),)
    assert (
        told.version == index.version
        and told.bytes > 1000
        and told.characters == sum(len(one.text) for one in NEWS)
    )


@given(
    order=st.sampled_from(["newest", "oldest", "title"]),
    count=st.integers(1, 60),
    source=st.sampled_from(["", "晨报", "Daily Post"]),
    word=st.sampled_from(["", "電梯", "city", "1", "没有这个"]),
)
def test_every_article_that_passes_is_on_one_page_once(many, order, count, source, word):
    index, articles = many
    filters = Filters(sources=(source,) if source else ())
    pages, start = [], 0
    while page := index.browse(word, filters, order, start, count).articles:
        pages += page
        start += count
    simple = word.replace("電", "电")
    passing = [
        one.id
        for one in articles.values()
        if simple in one.title.lower() and source in ("", one.source)
    ]
    assert sorted(one.id for one in pages) == sorted(passing)
    assert sum(n for _, n in index.browse(word, filters).months) == len(passing)
    if order != "title":
        days = [one.date for one in pages if one.date]
        assert all(a >= b if order == "newest" else a <= b for a, b in pairwise(days))
        assert all(not one.date for one in pages[len(days) :])


@given(st.text(max_size=200), st.text(max_size=200))
def test_a_heading_is_one_short_line(title, text):
    told = heading(title, text[:HEADING_CHARS])
    assert "\n" not in told
    assert told == " ".join(told.split())
    if not title.strip():
        assert len(told) <= HEADING_CHARS + 1
