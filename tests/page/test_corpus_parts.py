"""What the corpus tab is made of, without a browser: views, lists, articles, additions as HTML."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus.article import Article, Skipped
from rag.corpus.folder import Added
from rag.library import Index
from rag.search.browse import Listed, Listing, Statistics
from rag.serving.ingest_queue import State
from rag.ui import add_form, browse
from rag.ui.age import age
from rag.ui.browse import BrowseState

NASTY = (
    "<img src=x onerror=hit()> \" ' & ${hit()} {{hit()}} [a](javascript:hit()) \u202etxt.exe\x00"
)
STORY = (
    "市图书馆新馆周六开放，馆藏图书一百二十万册，设有少儿阅览室和自习室，每天开放到晚上九点，"
    "读者凭身份证即可入馆。市民可以预约参观。"
)


def inert(html):
    """No tag, attribute or template that Yinju did not write: what is nasty stands there as
    text.
    """
    for bad in ("<img", "onerror=", "${", "{{", "](", "\u202e", "\x00"):
        assert bad not in html, bad
    return html


@given(
    st.text(),
    st.builds(
        BrowseState,
        words=st.text(),
        period=st.sampled_from(["", "none", "2023"]),
        start=st.sampled_from([0, 40]),
    ),
)
def test_no_wish_breaks_the_view(wish, view):
    after = browse.view_after(view, wish)
    assert isinstance(after, BrowseState) and after.start % browse.ARTICLES_PER_PAGE == 0
    if not wish.startswith(("article:", "period:", "start:", "all:")):
        assert after == view


def test_wishes():
    view = BrowseState(words="ferry", start=40)
    assert browse.view_after(view, "article:a:b/c.txt").article == "a:b/c.txt"
    assert browse.view_after(view, "period:2023-08") == BrowseState(words="ferry", period="2023-08")
    assert browse.view_after(BrowseState(period="2023-08"), "period:2023-08").period == "", (
        "what is chosen is let go"
    )
    assert (
        browse.view_after(view, "period:x").period == ""
        and browse.view_after(view, "start:-20") == view
    )
    assert browse.view_after(view, "all:") == BrowseState()
    assert browse.narrowed(view, None, None, None, "worst") == BrowseState()
    assert len(browse.narrowed(view, "x" * 9_999, "", "", "title").words) == browse.WORDS_LIMIT


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    path = tmp_path_factory.mktemp("parts") / "index"
    own = [
        Article("one", STORY, "新馆开放", "2024-05-04", "晨报", "", "zh"),
        Article("two", STORY + "停车场同时启用。", "新馆周六开放", "2024-05-05", "晚报", "", "zh"),
    ]
    rest = [
        Article(
            f"a{n}",
            f"The number {n} tram was painted in {n + 3} colours.",
            f"Tram {n}",
            f"2023-0{n % 9 + 1}-01",
            "Post",
            "",
            "en",
        )
        for n in range(45)
    ]
    Index.build([*own, *rest], path)
    return Index.open(path)


def test_a_page_beyond_the_end_is_the_last(index):
    found = browse.listing(index, BrowseState(start=400))
    assert (found.start, len(found.articles), found.total) == (40, 7, 47)
    assert browse.listing(index, BrowseState(words="tram 7", period="2023")).total == 4, (
        "7, 17, 27, 37"
    )
    assert browse.listing(index, BrowseState(words="no", source="nobody")).articles == ()


def test_the_same_story_elsewhere(index):
    (other,) = index.retold("one")
    assert other.id == "two" and index.retold("a3") == ()
    html = unescape(browse.reader(index.article("one"), "en", index.retold("one")))
    assert "Nearly the same text elsewhere: 1" in html and 'data-go="article:two"' in html
    assert index.statistics().stories == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_of_an_article_or_a_file_is_anything_but_text(lang):
    article = Article(NASTY, NASTY, NASTY, NASTY, NASTY, "javascript:hit()", NASTY, NASTY)
    listed = Listed(NASTY, NASTY, NASTY, NASTY, NASTY, NASTY, NASTY)
    html = inert(browse.reader(article, lang, (listed,)))
    assert "<a " not in html
    inert(browse.articles(Listing((listed,) * 3, 0, 60, ()), BrowseState(article=NASTY), lang))
    inert(browse.count(Listing((), 0, 0, ()), BrowseState(words=NASTY), lang))
    told = Statistics(
        NASTY,
        "2024-05-04T10:00:00+00:00",
        1,
        NASTY,
        1,
        1,
        1,
        NASTY,
        "",
        1,
        ((NASTY, 1),),
        ((NASTY, 1),),
        (),
        (Skipped(NASTY, NASTY),),
    )
    inert(browse.overview(told, lang))
    results = tuple(
        Added(NASTY, status, NASTY, NASTY, 2, NASTY)
        for status in ("added", "known", "replaced", "refused")
    )
    for stage in ("waiting", "reading", "indexing", "done", "failed"):
        html = inert(
            add_form.progress(
                State(stage, 1, 3, results, "", NASTY if stage == "failed" else ""),
                lang,
                lambda _: True,
            )
        )
        assert html.count("<li") == 4
    inert(add_form.refusal(NASTY, lang))
    inert(add_form.file_field(lang))


def test_an_article_that_is_gone_is_told(index):
    assert "no longer" in browse.reader(None, "en")


def test_a_very_long_article_is_cut_and_said_to_be():
    html = browse.reader(Article("long", "字" * (browse.READ_LIMIT + 5)), "en")
    assert html.count("字") == browse.READ_LIMIT and "only its first" in html


def test_progress_says_in_numbers_what_is_known():
    assert 'value="40" max="100"' in add_form.progress(State("indexing", 40, 100), "en")
    assert "value=" not in add_form.progress(State("indexing", 0, None), "en")
    assert "Reading 2 of 3" in add_form.progress(State("reading", 1, 3), "en")
    many = State(
        "done", results=tuple(Added(f"{n}.txt", "added", f"{n}.txt", "", 1) for n in range(70))
    )
    html = unescape(add_form.progress(many, "en"))
    assert (
        "Articles added: 70." in html and "20 more" in html and len(re.findall("<li", html)) == 50
    )


def test_ages():
    now = datetime(2024, 5, 4, 12, tzinfo=UTC)
    stamps = ("04T11:59:30", "04T11:59:00", "04T11:00:00", "03T09:00:00", "01T09:00:00")
    told = [age(datetime.fromisoformat(f"2024-05-{one}+00:00"), "en", now) for one in stamps]
    assert told == ["just now", "1 min ago", "1 h ago", "27 h ago", "3 days ago"]
    assert age(datetime(2024, 5, 1, 9, tzinfo=UTC), "zh", now) == "3 天前"
