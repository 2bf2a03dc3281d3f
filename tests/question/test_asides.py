"""Short questions after an answer: more of it, another publisher's, one of its rows, another of its
facts.
"""

import pytest
from answered import check
from small_news import NEWS

from rag.answer import answer
from rag.answer.types import Answer, Citation, Row
from rag.corpus import Article
from rag.index import build_index, open_index
from rag.question import parse
from rag.question.asides import asks_details, asks_more
from rag.question.followup import complete

SOURCES = ("江河日报", "River Post", "新华社", "浙江新闻网", "")


def turn(question: str, kind: str = "text", *rows: Row) -> tuple[str, Answer]:
    return question, Answer(question, "zh", kind, "", not rows, rows=rows)


DRILLS = turn("四川举办了什么演练？", "text", Row("", citations=(1,)))
PROVINCES = turn(
    "哪些省举办了防汛演练？",
    "places",
    Row("四川", "四川"),
    Row("浙江", "浙江"),
    Row("湖北", "湖北"),
)
BESIDES = turn("除了四川，哪些省举办了防汛演练？", "places", Row("浙江", "浙江"))
PROVINCES_EN = turn(
    "Which provinces held flood drills?",
    "places",
    Row("Sichuan 四川", "四川"),
    Row("Zhejiang 浙江", "浙江"),
)
HOSPITALS = turn(
    "Which hospital held the drill?", "organisation", Row("First Hospital"), Row("River Hospital")
)
PEOPLE = turn("谁赢得了马拉松？", "person", Row("周文静"), Row("罗守成"))
BOATS = turn("演练出动了多少艘冲锋舟？", "number", Row("18艘"), Row("12艘"))


@pytest.mark.parametrize(
    "question",
    [
        "还有呢？",
        "还有吗？",
        "还有别的吗？",
        "还有哪些？",
        "还有其他的吗？",
        "其他呢？",
        "其他的呢？",
        "更多",
        "还有谁？",
        "还有别的报道吗？",
        "接着说",
        "都列出来",
        "list them",
        "are there other articles?",
        "others?",
        "any others?",
        "more",
        "More please",
        "anything else?",
        "What else?",
        "and others?",
        "Are there any more?",
        "show me more examples",
    ],
)
def test_others_than_those_that_were_told(question):
    for before in (DRILLS, PROVINCES, HOSPITALS):
        assert (
            asks_more(question)
            and not asks_details(question)
            and complete(question, [before]) == before[0]
        )
    assert complete(question, []) == ""


@pytest.mark.parametrize(
    "question",
    [
        "详细说说",
        "再说详细点",
        "具体呢？",
        "说具体一点",
        "请详细介绍一下",
        "多说一点",
        "能说得更具体吗？",
        "tell me more",
        "Tell me more about it.",
        "more details please",
        "Could you tell me more?",
    ],
)
def test_more_of_the_same(question):
    for before in (DRILLS, PROVINCES, HOSPITALS):
        assert (
            asks_details(question)
            and not asks_more(question)
            and complete(question, [before]) == before[0]
        )
    assert complete(question, []) == ""


@pytest.mark.parametrize(
    "question",
    [
        "还有哪些省举办了电梯演练？",
        "还有谁参加了颁奖仪式？",
        "其他省举办了什么演练？",
        "更多的人参加了演练吗？",
        "More people attended, why?",
        "What else did Sichuan hold?",
        "Which other hospitals held drills?",
        "还有三天开幕吗？",
        "more drills in Sichuan",
    ],
)
def test_a_whole_question_with_more_in_it_does_not_ask_for_more(question):
    assert not asks_more(question)


@pytest.mark.parametrize(
    "question",
    [
        "详细规划什么时候公布？",
        "介绍一下西堠大桥",
        "四川的具体情况是什么？",
        "Tell me more about the Xihou Bridge",
        "What details did the mayor give?",
    ],
)
def test_a_whole_question_with_details_in_it_does_not_ask_for_them(question):
    assert not asks_details(question)


@pytest.mark.parametrize(
    ("before", "question", "full"),
    [
        # another publisher
        (DRILLS, "新华社的呢？", "据新华社报道，四川举办了什么演练？"),
        (DRILLS, "那江河日报呢？", "据江河日报报道，四川举办了什么演练？"),
        (DRILLS, "人民日报怎么说？", "据人民日报报道，四川举办了什么演练？"),
        (DRILLS, "那浙江新闻网呢？", "据浙江新闻网报道，四川举办了什么演练？"),
        (DRILLS, "浙江呢？", "浙江举办了什么演练？"),  # no publisher, though one has this name
        # what was meant
        (DRILLS, "不是四川，我说的是浙江", "浙江举办了什么演练？"),
        (DRILLS, "不对，我问的是什么时候", "四川什么时候举办了演练？"),
        (HOSPITALS, "What about Xinhua?", "According to Xinhua, which hospital held the drill?"),
        (
            HOSPITALS,
            "what does the River Post say?",
            "According to River Post, which hospital held the drill?",
        ),
        (
            turn("据新华社报道，四川举办了什么演练？"),
            "江河日报呢？",
            "据江河日报报道，四川举办了什么演练？",
        ),
        (
            turn("According to Reuters, who won?"),
            "What about the River Post?",
            "According to River Post, who won?",
        ),
        # one of the rows
        (PROVINCES, "第二个呢？", "浙江举办了防汛演练？"),
        (PROVINCES, "最后一个呢？", "湖北举办了防汛演练？"),
        (PROVINCES_EN, "the second one?", "Zhejiang held flood drills?"),
        (PROVINCES_EN, "and the first?", "Sichuan held flood drills?"),
        (HOSPITALS, "what about the second one?", "River Hospital held the drill?"),
        (PEOPLE, "第二个是谁？", "罗守成赢得了马拉松？"),
        (BOATS, "第二个呢？", "演练出动了12艘冲锋舟？"),
        # a row that is not there, or has no name
        (PROVINCES, "第七个呢？", ""),
        (DRILLS, "第二个呢？", ""),
        (DRILLS, "第一个呢？", ""),
        (HOSPITALS, "the tenth one?", ""),
        # the others of a list
        (PROVINCES, "除了四川呢？", "除了四川，哪些省举办了防汛演练？"),
        (PROVINCES, "除四川以外还有哪些？", "除了四川，哪些省举办了防汛演练？"),
        (PROVINCES_EN, "Besides Sichuan?", "Besides Sichuan, which provinces held flood drills?"),
        (PROVINCES_EN, "除了四川呢？", "Besides Sichuan, which provinces held flood drills?"),
        (BOATS, "除了四川呢？", "除了四川，演练出动了多少艘冲锋舟？"),
        (BESIDES, "除了浙江呢？", "除了四川和浙江，哪些省举办了防汛演练？"),
        (BESIDES, "除了四川呢？", "除了四川，哪些省举办了防汛演练？"),
        # another fact
        (DRILLS, "具体时间呢？", "四川什么时候举办了演练？"),
        (DRILLS, "地点呢？", "四川在哪里举办了演练？"),
        (DRILLS, "那原因呢？", "四川为什么举办了演练？"),
        (DRILLS, "数量呢？", "四川举办了多少演练？"),
        (HOSPITALS, "and the date?", "When was it that the hospital held the drill?"),
        (HOSPITALS, "the place?", "Where was it that the hospital held the drill?"),
        (PROVINCES_EN, "and the number?", "How many provinces held flood drills?"),
        (HOSPITALS, "the reason?", "Why was it that the hospital held the drill?"),
        # another time, in words
        (DRILLS, "去年呢？", "去年四川举办了什么演练？"),
        (DRILLS, "去年夏天呢？", "去年夏天四川举办了什么演练？"),
        (DRILLS, "春节呢？", "春节期间四川举办了什么演练？"),
        (HOSPITALS, "last summer?", "Which hospital held the drill last summer?"),
        (HOSPITALS, "去年呢？", "Which hospital held the drill last year?"),
        (DRILLS, "last year?", "去年四川举办了什么演练？"),
        (PROVINCES, "只看四川", "四川举办了防汛演练？"),
        # what is no publisher stays what it was
        (DRILLS, "那浙江呢？", "浙江举办了什么演练？"),
        (turn("哪些省开展了电梯安全演练？"), "那消防演练呢？", "哪些省开展了消防演练？"),
        # traditional characters
        (DRILLS, "還有呢？", "四川舉辦了什麼演練？"),
        (DRILLS, "新華社的呢？", "據新華社報道，四川舉辦了什麼演練？"),
        (PROVINCES, "第二個呢？", "浙江舉辦了防汛演練？"),
    ],
)
def test_short_questions_in_full(before, question, full):
    assert complete(question, [before], SOURCES) == full


@pytest.fixture(scope="module")
def news(tmp_path_factory):
    path = tmp_path_factory.mktemp("asides") / "index"
    again = Article(
        "again",
        NEWS[3].text + "（来源：黄河晚报）",
        "转发：兰州新图书馆开馆",
        "2019-04-25",
        "金城论坛",
        "",
        "zh",
    )
    build_index([*NEWS, again], path)
    with open_index(path) as opened:
        yield opened


def test_more_leaves_out_what_was_cited_and_what_tells_the_same(news):
    question = "兰州市图书馆新馆藏书多少册？"
    first = answer(news, question)
    more = answer(news, "还有呢？", history=[(question, first)])
    check(news, more)
    before = {c.article_id for c in first.citations}
    assert more.completed == question and more.left_out == len(before) and "除外" in more.text
    assert not {c.article_id for c in more.citations} & (before | {"again", "library-opens"})
    third = answer(news, "还有吗？", history=[(question, first), ("还有呢？", more)])
    assert third.left_out == len(before | {c.article_id for c in more.citations})
    assert not {c.article_id for c in third.citations} & {
        c.article_id for c in (*first.citations, *more.citations)
    }


@pytest.mark.parametrize(
    ("question", "more"),
    [
        ("兰州市图书馆新馆藏书多少册？", "详细说说"),
        ("How long is the Xihou Bridge?", "tell me more"),
        ("哪些省举行了防汛演练？", "具体呢？"),
    ],
)
def test_details_are_of_the_articles_that_were_cited(news, question, more):
    first = answer(news, question)
    given = answer(news, more, history=[(question, first)])
    check(news, given)
    assert given.completed == question and given.left_out == 0 and not given.refused
    stories = {news.columns.story[news.article_row(c.article_id)] for c in first.citations}
    assert {news.columns.story[news.article_row(c.article_id)] for c in given.citations} <= stories
    assert not any(row.label for row in given.rows)


def test_details_tell_what_the_first_answer_did_not(news):
    question = "兰州市图书馆新馆藏书多少册？"
    first = answer(news, question)
    given = answer(news, "详细说说", history=[(question, first)])
    assert {c.quote for c in given.citations} - {c.quote for c in first.citations}


def test_more_in_english(news):
    first = answer(news, "How long is the Xihou Bridge?")
    more = answer(news, "anything else?", history=[("How long is the Xihou Bridge?", first)])
    assert more.left_out == 1 and "The article cited before is left out." in more.text
    assert (
        answer(
            news,
            "How long is the Xihou Bridge?",
            history=[("How long is the Xihou Bridge?", first)],
        ).left_out
        == 0
    )


def test_the_publisher_restricts(news):
    first = answer(news, "哪些省举行了防汛演练？")
    given = answer(news, "River Post呢？", history=[("哪些省举行了防汛演练？", first)])
    assert [(one.kind, one.value) for one in given.constraints] == [("source", "River Post")]
    assert {c.source for c in (*given.citations, *given.nearest)} <= {"River Post"}


def test_the_second_of_mere_quotes_is_more_of_its_article(tmp_path):
    texts = [
        "青石大桥5月1日通车。大桥长1200米。市民都来参观。",
        "青石大桥投资2亿元。大桥由周立设计。工期三年。",
    ]
    build_index([Article(f"n{at}", text, "") for at, text in enumerate(texts)], tmp_path)
    with open_index(tmp_path) as snapshot:
        before, cited = (
            "青石大桥有什么特别？",
            tuple(Citation(str(at), f"n{at}", 0, 9, text[:9]) for at, text in enumerate(texts)),
        )
        rows = tuple(Row("", citations=(at,)) for at in (1, 2))
        told = Answer(before, "zh", "text", "", False, citations=cited, rows=rows)
        for question in ("第二个说说", "the second one"):
            given = answer(snapshot, question, history=[(before, told)])
            assert {one.article_id for one in given.citations} == {"n1"}
        assert complete("第三个说说", [(before, told)]) == ""
        more = parse(snapshot, "还有别的报道吗？", [(before, told)])  # not how many there are
        assert more.about is None and more.completed == before
        assert more.seen == ("n0", "n1")
