"""What is shown is inert, whatever articles, questions and models say; and the marks stand where
they belong.
"""

import html
import re
import tomllib
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.answer.types import COLUMNS, Answer, Cell, Citation, Column, Row
from rag.corpus.article import Article
from rag.search.types import Highlight
from rag.ui import render, sources, start, texts
from rag.ui.asked import QuestionRequest
from rag.ui.markup import MarkedSpan, escape, mark_up
from rag.ui.texts import (
    TEXTS,
    Phrase,
    article_count,
    pick_language,
    reader_date,
    reader_dates,
    reader_time,
    text,
)
from rag.ui.turn import Turn, cited

HOSTILE = (
    "<script>window.hit=1</script>",
    '<img src=x onerror="window.hit=1">',
    "</mark></div><svg/onload=alert(1)>",
    '" onmouseover="alert(1)" x="',
    "' autofocus onfocus='alert(1)",
    "<style>*{position:fixed}</style><form action=//evil.example><input name=q>",
    "![x](https://evil.example/x.png) [click](javascript:alert(1)) <https://evil.example>",
    "# heading\n\n* list\n\n| a | b |\n|---|---|\n\n```\ncode\n```\n\n---\n> quote",
    "www.evil.example http://evil.example a@evil.example ~~x~~ **bold** _it_ `code` $x$ \\[y\\]",
    "${alert(1)} {{constructor.constructor('alert(1)')()}} {%raw%} #{x} <%= x %>",
    "\u202egnp.exe \u2066isolate\u2069 \u200fmark \u061c",
    "\x00\x1b[31m\x7f\x85 &lt;script&gt; &#60;b&#62; &amp;",
    "[1] [2][x] [99]",
    "line\r\nline\n\n\n<b>after a blank line</b>",
)
BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
hostile = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=60),
    st.lists(
        st.sampled_from([*HOSTILE, "四川", "<", ">", "&", '"', "\n", "[1]", "*", "`"]), max_size=6
    ).map("".join),
)


class Page(HTMLParser):
    """Tags, attributes and text of a piece of HTML; fails on tags that are not closed in order."""

    def __init__(self, markup: str):
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.marked: list[tuple[str, str]] = []
        self._open: list[tuple[str, str, int]] = []
        self.feed(markup)
        self.close()
        assert not self._open, f"left open: {self._open}"

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag != "br":
            self._open.append((tag, dict(attrs).get("class", ""), len(self.text)))

    def handle_endtag(self, tag):
        opened, css, start = self._open.pop()
        assert opened == tag
        if tag == "mark":
            self.marked.append((css, self.text[start:]))

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        raise AssertionError("a comment came through")


OWN_TAGS = set(
    "div p strong span br table thead tbody tr th td q bdi mark a blockquote ul li section h2 h3"
    " details summary article button dl dt dd svg g rect text".split()
)
OWN_ATTRIBUTES = set(
    "class lang href title id tabindex aria-labelledby aria-label aria-hidden aria-pressed"
    " aria-sort scope open target rel role type hidden viewbox transform x y width height rx"
    " data-word data-words data-do data-done data-wish data-rate data-read data-key data-card"
    " data-place data-places data-sort data-pin data-label".split()
)


def assert_inert(markup: str):
    page = Page(markup)
    assert set(page.tags) <= OWN_TAGS
    for name, value in page.attributes:
        assert name in OWN_ATTRIBUTES
        if name == "href":
            assert re.fullmatch(
                r"#(src-[0-9a-f]+-\d+|(lift|free|bind)-[0-9a-f]+-\w+|drop-\w+)?|https?://.*",
                value,
                re.DOTALL,
            )
        if name in ("data-wish", "data-rate", "data-read"):
            assert re.fullmatch(r"#\w+-[0-9a-f]+-\d+", value)
        if name in ("class", "id", "lang", "data-key", "data-do"):
            assert re.fullmatch(r"[\w -]*", value)
    assert not BIDI.search(markup)
    assert "${" not in markup and "{{" not in markup and "`" not in markup
    assert "\n" not in markup, "a blank line would end the HTML and begin Markdown"
    return page


def shown(raw: str) -> str:
    """What a browser shows of ``escape(raw)``."""
    return html.unescape(escape(raw))


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
    assert_inert(
        start.about(start.CorpusHeader(3, "2011-09-21", "2011-09-21", (raw, raw, raw, raw)), "en")
    )


ARTICLE = Article(
    "a.md",
    "开头。四川省举行电梯演练，湖北省抽查月饼。结尾。",
    "标题",
    "2011-09-21",
    "某报",
    lang="zh",
)


def find(article_id: str) -> Article | None:
    return ARTICLE if article_id == ARTICLE.id else None


def cite(quote: str, *marks: str) -> Citation:
    start = ARTICLE.text.index(quote)
    spans = tuple(
        (ARTICLE.text.index(mark), ARTICLE.text.index(mark) + len(mark)) for mark in marks
    )
    return Citation(
        "0" * 10,
        "a.md",
        start,
        start + len(quote),
        quote,
        "标题",
        "2011-09-21",
        "某报",
        "",
        "zh",
        3,
        18,
        spans,
        (Highlight(ARTICLE.text.index("电梯"), ARTICLE.text.index("电梯") + 2, "elevator", 0.8),),
    )


def test_a_place_answer_is_a_table_and_places_of_the_same_evidence_share_a_row():
    first, second = cite("四川省举行电梯演练", "四川"), cite("湖北省抽查月饼", "湖北")
    rows = (
        Row("Sichuan 四川", "四川", "", (1,)),
        Row("Hubei 湖北", "湖北", "武汉市", (2,)),
        Row("Jiangxi 江西", "江西", "", (2,)),
    )
    answer = Answer(
        "Where?",
        "en",
        "places",
        "",
        False,
        (),
        rows,
        (first, second),
        searched=13,
        matched=1,
        ms=12.4,
    )
    page = Page(markup := render.message(Turn("aa", answer), "en"))
    assert page.tags.count("tr") == 3
    assert [css for css, _ in page.marked].count("yj-value") == 2
    assert ("yj-value", "四川") in page.marked and ("yj-value", "湖北") in page.marked
    assert 'data-word="elevator"' in markup and "电梯 = elevator" in page.text
    assert markup.count('href="#src-aa-2"') == 1
    for words in ("3 province-level places", "Sichuan 四川, Hubei 湖北, Jiangxi 江西", "武汉市"):
        assert words in page.text
    assert "Searched 13 articles in 12 ms, evidence in 1" in page.text


def test_a_map_of_a_few_places_is_folded():
    names = ("四川", "湖北", "江西", "湖南")
    for n in (2, 3, 4):
        answer = Answer(
            "?",
            "zh",
            "places",
            "",
            False,
            (),
            tuple(Row(name, name, "", (1,)) for name in names[:n]),
            (cite("四川省举行电梯演练"),),
        )
        assert ('<details class="yj-map" open>' in render.message(Turn("aa", answer), "zh")) is (
            n == 4
        )


def test_who_published_a_quote_and_when_stands_beside_it():
    answer = Answer(
        "问？",
        "zh",
        "number",
        "",
        False,
        (),
        (Row("18艘", "", "", (1,)),),
        (cite("四川省举行电梯演练"),),
    )
    said = Page(render.message(Turn("aa", answer), "zh")).text
    assert said.index("[1]") < said.index("某报 · 2011年9月21日")
    bare = replace(answer, citations=(replace(answer.citations[0], source="", date=""),))
    assert "yj-detail" not in render.message(Turn("aa", bare), "zh")


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (
            Answer("那浙江呢？", "zh", "text", "没有。", True, completed="浙江举办了什么演练？"),
            "理解为：浙江举办了什么演练？",
        ),
        (
            Answer("and in Zhejiang?", "en", "text", "No.", True, completed="浙江举办了什么演练？"),
            "Understood as: 浙江举办了什么演练？",
        ),
        (
            Answer(
                "那臺灣呢？",
                "zh",
                "text",
                "",
                True,
                completed="臺灣舉辦了什麼演練？",
                traditional=True,
            ),
            "理解為：臺灣舉辦了什麼演練？",
        ),
    ],
)
def test_a_follow_up_is_shown_as_it_was_understood(answer, shown):
    assert Page(render.message(Turn("aa", answer), "en")).text.startswith(shown)
    assert "yj-understood" not in render.message(Turn("aa", replace(answer, completed="")), "en")
    found = replace(answer, nearest=(cite("湖北省抽查月饼"),))
    assert answer.completed in Page(sources.sources([Turn("aa", found)], "en", find)).text


def test_an_answer_in_traditional_characters_is_framed_in_them():
    first = cite("四川省举行电梯演练", "四川")
    rows = (Row("四川", "四川", "", (1,)), Row("臺灣", "台湾", "", (1,)))
    answer = Answer(
        "哪些省？",
        "zh",
        "places",
        "",
        False,
        (),
        rows,
        (first,),
        searched=1300,
        matched=1,
        ms=12.4,
        traditional=True,
    )
    page = Page(markup := render.message(Turn("aa", answer), "en"))
    for words in (
        "共 2 個省級地區",
        "檢索了 1,300 篇文章，其中 1 篇有依據，用時 12 毫秒",
        "四川省举行电梯演练",
    ):
        assert words in page.text
    assert (
        'lang="zh-Hant"' in markup
        and "各省級地區的文章數" in page.text
        and "臺灣：1 篇文章" in html.unescape(markup)
    )
    refused = Page(
        render.message(
            Turn(
                "bb",
                Answer("哪些省？", "zh", "places", "", True, missing=("发射",), traditional=True),
            ),
            "zh",
        )
    )
    assert "這些文章裡沒有答案。" in refused.text and "发射" in refused.text


def test_a_source_card_shows_the_quote_in_its_passage_and_article():
    answer = Answer(
        "问？", "zh", "text", "", False, citations=(cite("四川省举行电梯演练", "四川"),)
    )
    page = Page(sources.sources([Turn("aa", answer)], "zh", find))
    assert [marked for css, marked in page.marked if css == "yj-quote"] == ["四川省举行电梯演练"]
    assert ARTICLE.text[3:18] in page.text and ARTICLE.text not in page.text
    whole = Page(sources.article(Turn("aa", answer), 1, "zh", find))
    assert [marked for css, marked in whole.marked if css == "yj-quote"] == [
        "四川省举行电梯演练"
    ] and ARTICLE.text in whole.text
    assert "2011年9月21日" in page.text and "某报" in page.text


def test_a_quote_whose_article_changed_is_shown_without_it():
    answer = Answer("问？", "zh", "text", "", False, citations=(cite("四川省举行电梯演练"),))
    moved = replace(ARTICLE, text="新的一句。" + ARTICLE.text)
    page = Page(sources.sources([Turn("aa", answer)], "zh", lambda name: moved))
    assert [marked for css, marked in page.marked if css == "yj-quote"] == ["四川省举行电梯演练"]
    assert "新的一句" not in page.text and text("zh", "changed") in page.text
    for now, said in ((moved, "changed"), (None, "gone")):
        page = Page(sources.article(Turn("aa", answer), 1, "zh", lambda name, now=now: now))
        assert "新的一句" not in page.text and text("zh", said) in page.text


def test_a_long_article_is_cut_around_its_quote_and_said_to_be():
    long = replace(ARTICLE, text=ARTICLE.text + "尾" * (2 * sources.ARTICLE_LIMIT))
    answer = Answer("问？", "zh", "text", "", False, citations=(cite("四川省举行电梯演练"),))
    page = Page(sources.article(Turn("aa", answer), 1, "zh", lambda name: long))
    assert text("zh", "shortened") in page.text
    assert page.text.count("尾") < sources.ARTICLE_LIMIT


def test_a_refusal_says_what_was_not_found_and_what_is_near():
    near = (cite("湖北省抽查月饼"),)
    answer = Answer(
        "Who?", "en", "person", "", True, nearest=near, missing=("mayor", "<b>Paris"), searched=13
    )
    markup = render.message(Turn("aa", answer), "en")
    page = Page(markup)
    for words in (
        text("en", "refused"),
        text("en", "nearest"),
        "mayor",
        "<b>Paris",
        "湖北省抽查月饼",
    ):
        assert words in page.text
    assert 'href="#src-aa-1"' in markup


def test_numbers_in_a_text_become_chips_only_where_there_is_a_source():
    answer = Answer(
        "q",
        "en",
        "text",
        "First [1].\nSecond [2] and [x](y).",
        False,
        citations=(cite("湖北省抽查月饼"),),
    )
    page = Page(markup := render.message(Turn("aa", answer), "en"))
    assert markup.count("<a ") == 1 and 'href="#src-aa-1"' in markup
    assert "Second [2] and [x](y)." in page.text


def test_the_newest_answers_sources_are_open_and_the_others_folded():
    answer = Answer("q", "en", "text", "", False, citations=(cite("湖北省抽查月饼"),))
    refusal = Answer("r", "en", "text", "", True)
    panel = sources.sources([Turn("aa", answer), Turn("bb", answer)], "en", find)
    assert re.findall(r'<details class="yj-group" id="src-(\w+)"( open)?>', panel) == [
        ("bb", " open"),
        ("aa", ""),
    ]
    assert 'id="src-aa">' in sources.sources([Turn("aa", answer), Turn("bb", refusal)], "en", find)
    assert (
        text("en", "sources_hint")[:20]
        in Page(sources.sources([Turn("bb", refusal)], "en", find)).text
    )


@pytest.mark.parametrize("lang", texts.LANGS)
def test_no_part_of_the_page_has_the_key_of_another(lang):
    file = Path(texts.__file__).parent / "words" / f"{lang}.toml"
    parts = tomllib.loads(file.read_text("utf-8"))
    assert set(parts) == {"page", "corpus", "work"}
    assert sum(map(len, parts.values())) == len(TEXTS[lang])


def test_both_languages_hold_the_same_texts_with_the_same_gaps():
    assert TEXTS["zh"].keys() == TEXTS["en"].keys()
    for key, english in TEXTS["en"].items():
        assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", TEXTS["zh"][key])), (
            key
        )


@pytest.mark.parametrize(
    ("date", "chinese", "english"),
    [
        ("2011-09-21", "2011年9月21日", "21 September 2011"),
        ("2011", "2011", "2011"),
        ("2011-13-01", "2011-13-01", "2011-13-01"),
    ],
)
def test_dates_are_in_the_readers_form(date, chinese, english):
    assert reader_date(date, "zh") == chinese
    assert reader_date(date, "en") == english


def test_ranges_times_and_counts():
    assert reader_dates("2011-09-01", "2011-09-21", "en") == "1 September 2011 to 21 September 2011"
    assert reader_dates("2011-09-21", "2011-09-21", "zh") == "2011年9月21日"
    assert reader_dates("", "", "en") == ""
    assert [reader_time(ms, "en") for ms in (0.2, 12.4, 1432)] == ["1 ms", "12 ms", "1.4 s"]
    assert [article_count(n, "en") for n in (1, 68221)] == ["1 article", "68,221 articles"]


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("de-DE,de;q=0.9,zh;q=0.5", "zh"),
        ("en-GB", "en"),
        ("", "en"),
    ],
)
def test_the_pages_language_is_the_browsers(header, lang):
    assert pick_language(header) == lang
