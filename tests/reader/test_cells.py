"""What is found in a table stands in one cell, in the column that the question means."""

import numpy as np
import pytest

from rag.answer import answer
from rag.corpus import Article
from rag.index import build_index, open_index
from rag.reader.cells import in_one_cell
from rag.reader.reading import read
from rag.reader.windows import windows_of

# Written for these tests.
PRICES = "品名\t批发价(元/斤)\t零售价(元/斤)\n白菜\t0.8\t1.5\n豆角\t2.9\t4.2\n莲藕\t3.3\t5.1"
SHIPS = "Ship\tTons\tCrew\nAurora\t5100\t22\nBoreas\t8300\t31\nCirrus\t4700\t18"
TRAMS = (
    "The town of Loke lists its tram lines in this table for 2024.\n| Line | Length (km) | Stops |\n"
    "|---|---|---|\n| Red | 11.4 | 23 |\n| Blue | 7.9 | 16 |"
)
ARTICLES = (
    Article("prices", PRICES, "五月菜价", lang="zh"),
    Article("ships", SHIPS, "Ships", lang="en"),
    Article("trams", TRAMS, "Trams of Loke", lang="en"),
)
ASKED = (
    ("豆角的零售价是多少？", "4.2"),
    ("How large is the crew of the Boreas?", "31"),
    ("How many tons is the Cirrus?", "4700"),
    ("Boreas有多少船员？", "31"),
    ("How long is the Blue line?", "7.9"),
)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    path = tmp_path_factory.mktemp("cells") / "index"
    build_index(ARTICLES, path)
    with open_index(path) as opened:
        yield opened


@pytest.mark.parametrize(("question", "value"), ASKED)
def test_the_column_that_is_asked_for_answers(snapshot, question, value):
    assert answer(snapshot, question).text.splitlines()[0] == f"{value} [1]"


@pytest.mark.parametrize("question", [question for question, _ in ASKED])
def test_no_span_runs_over_the_border_of_a_cell(snapshot, question):
    windows = windows_of(snapshot, range(len(ARTICLES)))
    for reading in read(snapshot.model, question, windows, most=12):
        assert not any("\t" in one.text or " | " in one.text for one in reading.findings)


def span_of(window, words):
    """First and last token of words of the text."""
    start = window.article.text.index(words)
    inside = [
        n
        for n, (a, b) in enumerate(window.tokens.spans.tolist())
        if n >= window.body and start <= a and b <= start + len(words)
    ]
    return inside[0], inside[-1]


@pytest.mark.parametrize(
    ("question", "words", "cell"),
    [
        ("How long is the Blue line?", "Blue | 7.9 | 16", "7.9"),  # "Line" is in the question, too
        ("豆角零售卖多少钱？", "豆角\t2.9\t4.2", "4.2"),
        ("豆角的批发价是多少？", "豆角\t2.9\t4.2", "2.9"),
        ("豆角零售卖多少钱？", "4.2", "4.2"),
        ("How old is the Boreas?", "8300\t31", "31"),  # no header tells: the reader's best
        ("How long are the lines?", "The town of Loke lists", "The town of Loke lists"),
    ],
)
def test_the_cell_is_told_by_the_header_or_else_by_the_reader(snapshot, question, words, cell):
    (window,) = [
        one for one in windows_of(snapshot, range(len(ARTICLES))) if words in one.article.text
    ]
    spans = np.zeros((len(window.tokens), 24))
    best, _ = span_of(window, "31") if "31" in words else (0, 0)
    spans[best, :] = 1.0
    first, last = in_one_cell(snapshot.model, question, window, spans, *span_of(window, words))
    assert (first, last) == span_of(window, cell)
