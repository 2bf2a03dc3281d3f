"""What a refusal says that it did not find: words as they were asked, and none that only ask."""

import pytest

from rag.answer import answer
from rag.answer.gloss import glosses
from rag.corpus import Article
from rag.index import build_index, open_index
from rag.question.query import analyse

# Written for these tests.
ARTICLES = (
    Article("a", "青峰山主峰海拔2780米。索道投资15.2亿元，日运送游客3,200人。", "索道", lang="zh"),
    Article("b", "清华大学、复旦大学未参加。东岭钢厂派员随行。", "签约", lang="zh"),
    Article("c", "The Corran hut drew 12500 visitors last year.", "Trail", lang="en"),
)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    path = tmp_path_factory.mktemp("refused") / "index"
    build_index(ARTICLES, path)
    with open_index(path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("What is <b>jury duty</b>?", ("jury duty",)),
        ('What is <a href="x.html">jury duty</a><br/>?', ("jury duty",)),
        ("What is R&D spending?", ("R&D spending",)),
        ("哪条船沉没了？", ("船沉没",)),
        ("哪條船沉沒了？", ("船沉沒",)),
        ("哪两艘船沉没了？", ("船沉没",)),
        ("哪只猫会飞？", ("猫会飞",)),
        ("哪辆车翻了？", ("车翻",)),
        ("投资十五点二亿元的渡口什么时候开工？", ("渡口", "开工")),
    ],
)
def test_what_was_not_found_is_told_in_whole_words(snapshot, question, missing):
    given = answer(snapshot, question)
    assert given.refused and given.missing == missing


@pytest.mark.parametrize(
    ("question", "idle"),
    [
        ("东岭钢厂派人去了哪里？", "去了"),
        ("市长到了哪儿？", "到了"),
        ("Why isn't the cable car open?", "isn"),
        ("Why won’t the cable car open?", "won"),
    ],
)
def test_what_only_helps_to_ask_is_not_looked_for(snapshot, question, idle):
    query = analyse(question, snapshot.model)
    words = {question[a:b]: content for (a, b), content in zip(query.spans, query.content)}
    assert not words[idle]


def test_a_word_that_only_denies_explains_no_quote(snapshot):
    given = answer(snapshot, "Why isn't the cable car open?")
    glossed = [of for one in given.nearest for _, of in glosses(one)]
    assert given.nearest and "isn" not in glossed


def test_a_word_that_looks_like_one_that_denies_is_looked_for(snapshot):
    query = analyse("Who won the cup?", snapshot.model)
    assert [bool(one) for one in query.content] == [False, True, False, True]
