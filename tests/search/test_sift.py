"""All hits of a search: phrases, what is left out, and counts that are those of the articles."""

import json
from collections import Counter

import pytest
from small_news import NEWS

from rag import Filters, Index
from rag.errors import UsageError
from rag.search.sift import OnlyLeftOut, Sought, sought


@pytest.fixture(scope="module")
def index(news_index):
    with Index.open(news_index) as opened:
        yield opened


def ids(found):
    return {hit.article_id for hit in found.hits}


@pytest.mark.parametrize(
    "typed, parts",
    [
        ('bridge "opened to traffic" -toll', Sought("bridge", ("opened to traffic",), ("toll",))),
        ("“正式通车” －收费 大桥", Sought("大桥", ("正式通车",), ("收费",))),
        ('「免费」 -"new toll"', Sought("", ("免费",), ("new toll",))),
        ("COVID-19 state-owned -- -", Sought("COVID-19 state-owned -- -")),
        ('an "open mark', Sought('an "open mark')),
    ],
)
def test_what_is_typed_is_words_phrases_and_what_is_left_out(typed, parts):
    assert sought(typed) == parts


def test_a_search_for_nothing_is_refused():
    with pytest.raises(OnlyLeftOut, match="left out"):
        sought("-tea")
    with pytest.raises(UsageError):
        sought("  ")


def test_words_are_found_in_both_languages_and_a_phrase_as_it_is_written(index):
    assert ids(index.sift("flood drill")) == {"flood-zh", "flood-anhui", "flood-en"}
    assert ids(index.sift('"flood drill"')) == {"flood-en"}
    assert ids(index.sift("防汛 演练 -山东")) == {"flood-anhui", "flood-en"}
    assert ids(index.sift('flood drill -"rescue boats"')) == {"flood-zh", "flood-anhui"}


def test_the_counts_are_those_of_all_that_is_found(index):
    found = index.sift("flood drill", count=1)
    articles = [one for one in NEWS if one.id in {"flood-zh", "flood-anhui", "flood-en"}]
    assert len(found.hits) == 1 and found.total == 3
    for counts, value in (
        (found.facets.months, lambda one: one.date[:7]),
        (found.facets.sources, lambda one: one.source),
        (found.facets.langs, lambda one: one.lang),
    ):
        assert dict(counts) == Counter(map(value, articles))
    assert dict(found.facets.places)["山东"] == 1 and "浙江" not in dict(found.facets.places)


@pytest.mark.parametrize(
    "filters",
    [
        {"langs": ("en",)},
        {"sources": ("江河日报",)},
        {"places": ("山东",)},
        {"date_from": "2024-06-14", "date_to": "2024-06-30"},
    ],
)
def test_a_facet_restricts_to_as_many_as_it_says(index, filters):
    whole, part = index.sift("flood drill"), index.sift("flood drill", Filters(**filters))
    assert 0 < part.total < whole.total and ids(part) < ids(whole)
    if "langs" in filters:
        assert part.total == dict(whole.facets.langs)["en"]


def test_pages_follow_each_other_without_a_gap(index):
    whole = index.sift("flood drill", count=100)
    assert index.sift("the").total > 3  # a word that says nothing is found, too
    pages = [
        index.sift("flood drill", start=start, count=2).hits for start in range(0, whole.total, 2)
    ]
    assert [hit.article_id for page in pages for hit in page] == [
        hit.article_id for hit in whole.hits
    ]


def test_where_nothing_holds_the_words_the_nearest_are_told_as_such(index):
    found = index.sift("quantum computing")
    assert found.nearest and found.total == 0 and found.hits and found.facets.sources == ()
    gone = index.sift('"no such phrase"')
    assert gone.total == 0 and not gone.hits


@pytest.mark.parametrize("given", [{"start": -1}, {"count": 0}, {"count": 101}])
def test_what_makes_no_sense_is_refused(index, given):
    with pytest.raises(UsageError):
        index.sift("tea", **given)


def test_the_command_line_and_the_interface_say_the_same(index, news_index, call):
    from fastapi.testclient import TestClient

    from rag.serving.routes import build_api

    told = call("search", "--facets", "--json", "--index", news_index, "flood drill")
    row = json.loads(told.stdout)
    client = TestClient(build_api(index), base_url="http://127.0.0.1")
    reply = client.get("/api/search", params={"question": "flood drill", "facets": True}).json()
    assert row["total"] == reply["total"] == 3
    assert [one["article_id"] for one in row["hits"]] == [
        one["article_id"] for one in reply["hits"]
    ]
    assert reply["facets"]["months"] == [["2024-06", 3]] == row["facets"]["months"]
    plain = client.get("/api/search", params={"question": "flood drill"}).json()
    assert set(plain) == {"question", "hits"}
    assert client.get("/api/search", params={"question": "-tea", "facets": True}).status_code == 400
    shown = call("search", "--facets", "--index", news_index, "--", "防汛演练", "-山东").stdout
    assert shown.startswith("2 articles\nmonth:     2024-06 2\n")
