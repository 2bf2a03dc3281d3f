"""Filters of the page: what a form holds, what a chip says, and what a link asks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rendered import corpus

from rag.errors import UsageError
from rag.search.types import Filters
from rag.ui.turn import QuestionRequest
from rag.ui.filters import (
    FILTER_FIELDS,
    VALUES_KEPT,
    as_fields,
    checked,
    from_fields,
    from_link,
    to_link,
    told,
)

values = (
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
    .map(str.strip)
    .filter(bool)
)
several = st.lists(values, max_size=3, unique=True).map(tuple)
filters = st.builds(Filters, values | st.just(""), values | st.just(""), several, several, several)


@given(st.builds(QuestionRequest, values | st.just(""), filters, several))
def test_a_link_asks_what_was_asked(asked):
    link = to_link(asked)
    assert from_link(link) == asked
    assert link.isascii() and not set(link) & set(" <>\"'\\`{}")


@pytest.mark.parametrize(
    "link",
    ["", "?", "?q", "?&&==", "?%ff%fe&q=%ff", "?__theme=dark", "?from=&source=&q=", "?q=\ud800"],
)
def test_a_damaged_link_asks_little_but_does_no_harm(link):
    assert from_link(link).filters == Filters()


def test_a_link_without_end_is_cut():
    assert len(from_link("?" + "&source=x" * 500).filters.sources) == VALUES_KEPT
    assert to_link(QuestionRequest("")) == to_link(QuestionRequest("桥" * 50_000)) == ""
    assert from_link(to_link(QuestionRequest("桥" * 2_000))).question == "桥" * 2_000
    assert (
        to_link(QuestionRequest("a b", Filters(sources=("A&B", "C"))))
        == "?q=a+b&source=A%26B&source=C"
    )


def test_fields_and_filters_are_each_other():
    chosen = Filters("2024-06-01", "", ("River Post",), ("zh",), ("Suzhou, Anhui", "四川"))
    assert from_fields(*as_fields(chosen)) == chosen
    assert (
        from_fields(None, None, None, None, None)
        == from_fields(" ", "", [], " ;；", [])
        == Filters()
    )
    assert from_fields("", "", [], "四川；成都、 Japan", []).places == ("四川", "成都", "Japan")
    assert from_fields("", "", [], "", ["English", "zh", "xx"]).langs == ("en", "zh", "xx")
    assert (
        [field for field, _ in told(chosen, "en")]
        == ["from", "source", "place", "lang"]
        == [f for f in FILTER_FIELDS if f != "to"]
    )
    assert ("lang", "语言：中文") in told(chosen, "zh") and told(Filters(), "zh") == []


def test_what_the_corpus_does_not_have_is_named():
    there = corpus(("River Post", "江河日报"), ("zh",))
    checked(Filters(sources=("River Post",), langs=("zh",)), there)
    with pytest.raises(UsageError, match="Sea Post.*River Post, 江河日报"):
        checked(Filters(sources=("River Post", "Sea Post")), there)
    with pytest.raises(UsageError, match="xx.*zh"):
        checked(Filters(langs=("xx",)), there)
