"""What the search, batch and clippings parts show is inert, and their controls say where they
lead.
"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rendered import BIDI, OWN_ATTRIBUTES, OWN_TAGS, Page, hostile

from rag.question_table import QuestionTable
from rag.search.facets import Facets
from rag.search.sift import Sifted, Sought
from rag.search.types import Highlight, Hit
from rag.ui import batch, render, search
from rag.ui.batch import Run
from rag.ui.search import Hunt, view_after
from rag.ui.start import tray

TAGS = OWN_TAGS | set("ol nav dialog template label input kbd progress".split())
ATTRIBUTES = OWN_ATTRIBUTES | set(
    "data-go data-ask data-turn aria-current start disabled value max aria-haspopup data-lang"
    " data-most data-failed data-full data-lost checked data-label".split()
)


def assert_inert(markup):
    page = Page(re.sub(r"<input[^>]*>", "", markup))  # the one tag that is not closed
    assert set(page.tags) <= TAGS and {name for name, _ in page.attributes} <= ATTRIBUTES
    for name, value in page.attributes:
        assert name != "href" or re.fullmatch(r"\?q=.*|https?://.*", value, re.DOTALL)
    assert (
        not BIDI.search(markup) and "${" not in markup and "{{" not in markup and "\n" not in markup
    )
    return page


@st.composite
def found(draw):
    text = draw(hostile.filter(bool))
    spans = draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=2).map(sorted))
    hit = Hit(
        *(draw(hostile) for _ in range(5)),
        draw(st.sampled_from(["zh", "en", '"><b>'])),
        0,
        len(text),
        text,
        1.0,
        1.0,
        {},
        (Highlight(*spans, draw(hostile), 0.5),),
        draw(st.integers(0, 3)),
    )
    counts = ((draw(hostile), 3), *((f"x{n}", 1) for n in range(8)))
    total = draw(st.sampled_from([0, 1, 2_000]))
    return Sifted(
        (hit,),
        0,
        total,
        Facets(counts, counts, counts, counts),
        not total,
        Sought(draw(hostile), (draw(hostile),), (draw(hostile),)),
    )


@given(found(), hostile, st.sampled_from(["zh", "en"]))
def test_hits_and_facets_are_inert(sifted, chosen, lang):
    hunt = Hunt("x", source=chosen)
    for markup in (
        search.head(sifted, lang),
        search.facets(sifted, hunt, lang),
        search.hits(sifted, hunt, lang),
    ):
        assert_inert(markup)
    page = assert_inert(search.hits(sifted, hunt, lang))
    (go,) = [
        value for name, value in page.attributes if name == "data-go" and value.startswith("open:")
    ]
    assert re.match(r"open:0-\d+:", go)


@given(
    hostile,
    st.sampled_from(["answered", "near", "nothing", "error"]),
    st.sampled_from(["zh", "en"]),
    st.booleans(),
)
def test_a_table_of_answers_is_inert(raw, grade, lang, stopped):
    cells = {
        "grade": grade,
        "answer": raw,
        "quote": raw,
        "title": raw,
        "source": raw,
        "date": raw,
        "url": raw,
        "lang": raw,
    }
    run = Run(QuestionTable(("question",), ((raw,), (raw,)), 0), (cells,), stopped)
    for markup in (
        batch.table(run, lang),
        batch.progress(run, lang),
        batch.notice(raw, lang),
        render.suggested((raw,), lang),
    ):
        assert_inert(markup)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_dialogs_have_names_and_their_controls_too(lang):
    page = assert_inert(tray(lang))
    names = {value for name, value in page.attributes if name == "aria-labelledby"}
    assert (
        names
        == {"yj-clips-title", "yj-keys-title"}
        <= {value for name, value in page.attributes if name == "id"}
    )


@given(
    st.one_of(
        hostile,
        st.sampled_from(
            [
                "facet:month:2024-06",
                "facet:page:1",
                "start:40",
                "start:x",
                "open:1-2:a:b",
                "article:",
                "open:",
            ]
        ),
    )
)
def test_no_wish_breaks_the_view(wish):
    after = view_after(Hunt("x", month="2024-06"), wish)
    assert isinstance(after.filters.date_from, str) and (after.passage is None or after.passage[0])


def test_a_facet_is_chosen_and_let_go_and_pages_begin_anew():
    hunt = view_after(Hunt("x", start=40), "facet:month:2024-02")
    assert (hunt.month, hunt.start) == ("2024-02", 0) and hunt.filters.date_to == "2024-02-29"
    assert view_after(hunt, "facet:month:2024-02").month == "" and not Hunt("x").filters
    assert (
        view_after(hunt, "open:3-9:an:id").passage == ("an:id", 3, 9)
        and view_after(hunt, "open:3-9:an:id").start == 0
    )
