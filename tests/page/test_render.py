"""What is shown is inert, whatever articles, questions and models say; and the marks stand where
they belong.
"""

import html
import re
from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rendered import BIDI, Page, assert_inert, corpus, find, hostile, shown

from rag.answer.types import COLUMNS, Answer, Cell, Citation, Column, Row
from rag.corpus.article import Article
from rag.search.types import Highlight
from rag.ui import render, sources, start
from rag.ui.turn import QuestionRequest
from rag.ui.markup import MarkedSpan, escape, mark_up
from rag.ui.texts import Phrase, text
from rag.ui.turn import Turn, cited


@given(hostile)
@example("".join(map(chr, range(0x20, 0x7F))))
def test_escaped_text_is_only_text(raw):
    page = Page(escape(raw))
    assert page.tags == []
    assert not BIDI.search(page.text)
    page.text.encode("utf-8")
    kept = re.sub("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]|" + BIDI.pattern, "", raw)
    assert page.text.replace("\ufffd", "").replace(" ", "") == kept.replace("\ufffd", "").replace(
        " ", ""
    )


@given(hostile, st.sampled_from(('"', "'")))
def test_escaped_text_stays_in_its_attribute(raw, quote):
    page = Page(f"<p title={quote}{escape(raw)}{quote}></p>")
    assert page.tags == ["p"]
    assert page.attributes == [("title", shown(raw))]


@given(hostile)
def test_escaped_text_is_no_markdown(raw):
    markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = markdown.parse("x" + escape(raw))
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert {child.type for child in tokens[1].children} <= {"text", "text_special"}


@given(
    hostile.filter(bool),
    st.integers(0, 40),
    st.lists(
        st.tuples(st.integers(0, 120), st.integers(0, 40), st.sampled_from(["a", "b", "c"])),
        max_size=6,
    ),
)
def test_marks_cover_what_they_should_and_nest(raw, base, places):
    spans = [MarkedSpan(start, start + length, css, "<i>\"'") for start, length, css in places]
    markup = mark_up(raw, spans, base)
    page = Page(markup)
    assert page.text == Page(escape(raw)).text
    assert set(page.tags) <= {"mark"}
    for css in "abc":
        wanted = {
            at
            for span in spans
            if span.css == css
            for at in range(max(span.start, base), min(span.end, base + len(raw)))
        }
        assert covered(markup, css) == {
            len(shown(raw[: at - base])) for at in wanted if shown(raw[at - base])
        }


def covered(markup: str, css: str) -> set[int]:
    """Offsets of the text that stand in a mark of this class."""
    inside: list[str] = []
    found, at = set(), 0
    for tag, close, name, ref, char in re.findall(
        r'(<(/?)mark(?: class="(\w+)"[^>]*)?>)|(&#\d+;)|(.)', markup, re.S
    ):
        if tag:
            inside.pop() if close else inside.append(name)
        elif ref or char:
            if css in inside:
                found.add(at)
            at += 1
    return found


def test_an_outer_span_stays_whole_where_inner_ones_nest():
    markup = mark_up(
        "在四川举行",
        [MarkedSpan(0, 5, "quote"), MarkedSpan(1, 3, "value"), MarkedSpan(2, 4, "word", "held")],
    )
    assert (
        markup == '<mark class="quote">在<mark class="value">四<mark class="word"'
        ' title="held">川</mark></mark>'
        '<mark class="word" title="held">举</mark>行</mark>'
    )


@st.composite
def turns(draw) -> Turn:
    """Answers as no assistant would give them: every text hostile, offsets and numbers anywhere."""
    body = draw(hostile.filter(bool)) + "甲乙丙" + draw(hostile)
    start = draw(st.integers(0, len(body) - 1))
    end = draw(st.integers(start + 1, len(body)))
    span = st.tuples(st.integers(0, len(body)), st.integers(0, len(body)))
    citation = Citation(
        "0123456789",
        draw(hostile),
        start,
        end,
        body[start:end],
        *(draw(hostile) for _ in range(4)),
        draw(st.sampled_from(["zh", "en", "", '"><script>'])),
        draw(st.integers(0, start)),
        draw(st.integers(end, 999)),
        tuple(draw(st.lists(span, max_size=2))),
        tuple(Highlight(a, b, draw(hostile), 0.5) for a, b in draw(st.lists(span, max_size=2))),
    )
    citation = replace(
        citation, url=draw(st.sampled_from(["", "javascript:alert(1)", 'https://x.example/"><b>']))
    )
    cited = (citation,) * draw(st.integers(0, 2))
    refused = draw(st.booleans())
    rows = st.builds(
        Row, hostile, hostile, hostile, st.lists(st.integers(-1, 4), max_size=3).map(tuple)
    )  # numbers without a citation too
    answer = Answer(
        draw(hostile),
        draw(st.sampled_from(["zh", "en"])),
        draw(st.sampled_from(["places", "number", "text"])),
        draw(hostile),
        refused,
        (),
        tuple(draw(st.lists(rows, max_size=3))),
        () if refused else cited,
        cited if refused else (),
        tuple(draw(st.lists(hostile, max_size=2))),
        draw(st.integers(0, 10**6)),
        1,
        12.0,
    )
    cells = st.builds(Cell, hostile, st.lists(st.integers(1, 2), max_size=1).map(tuple))
    told = st.lists(cells, min_size=len(answer.rows), max_size=len(answer.rows)).map(tuple)
    answer = replace(
        answer,
        columns=tuple(
            Column(asks, draw(told)) for asks in draw(st.sampled_from([(), COLUMNS[:2]]))
        ),
    )
    known = draw(st.booleans())
    changed = draw(st.booleans())
    article = Article(citation.article_id, "x" + body if changed else body)
    return Turn("0a1b2c3d", answer, QuestionRequest(draw(hostile))), (
        lambda name: article if known and name == article.id else None
    )


@given(turns(), st.sampled_from(["zh", "en"]))
def test_answers_and_sources_are_inert(drawn, lang):
    turn, find = drawn
    message = assert_inert(render.message(turn, lang))
    panel = assert_inert(sources.sources([turn], lang, find))
    if cited(turn):
        assert_inert(sources.article(turn, 1, lang, find))
    links = {value for name, value in message.attributes if name == "href"}
    cards = {f"#{value}" for name, value in panel.attributes if name == "id"}
    assert links <= cards, "a chip leads nowhere"


@given(hostile)
def test_questions_pieces_and_notices_are_inert(raw):
    problem = Turn("aa", None, QuestionRequest(raw), Phrase.of("unusable", reason=raw))
    for markup in (render.question(raw), render.partial(raw), render.notice(problem, "zh")):
        assert_inert(markup)
    told = corpus((raw, raw, raw, raw), dates=("2011-09-21", "2011-09-21"))
    assert_inert(start.welcome(told, "en"))


def test_values_with_the_same_quotes_share_them():
    text_of_both = "古青、张澜主演，吴岸导演。"
    quotes = [
        Citation(f"{n}", f"a{n}", 0, len(text_of_both), text_of_both, "", "", "", "", "zh", 0, 13)
        for n in (1, 2)
    ]
    names = [("古青", (1,)), ("张澜", (1,)), ("吴岸", (2,))]
    answer = Answer(
        question="谁？",
        lang="zh",
        kind="person",
        text="",
        refused=False,
        rows=tuple(Row(name, citations=numbers) for name, numbers in names),
        citations=tuple(quotes),
    )
    page = str(render.message(Turn("0a1b", answer), "zh"))
    told = re.findall(r"<strong>(.*?)</strong>|<(blockquote)", page)
    assert [name or quote for name, quote in told] == [
        *("古青", "张澜", "blockquote", "吴岸", "blockquote")
    ]
