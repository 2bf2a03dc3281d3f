"""Questions about the corpus itself, on a dozen articles of which everything is known."""

import json
from html import unescape

import pytest
from conftest import ROOT
from small_news import NEWS

from rag.answer import answer
from rag.index import build_index, open_index
from rag.question.parsing import parse

ASKED = [
    json.loads(line)
    for line in (ROOT / "benchmarks" / "corpus_questions.jsonl").read_text("utf8").splitlines()
]
BY_ID = {article.id: article for article in NEWS}


def test_nearly_all_examples_are_recognised_and_answered(news):
    wrong = []
    for row in (row for row in ASKED if row["asks"]):
        about, got = parse(news, row["text"]).about, answer(news, row["text"])
        if (
            about is None
            or about.asks != row["asks"]
            or got.kind != "corpus"
            or row["answer"] not in got.text
        ):
            wrong.append(row["text"])
    assert len(wrong) <= 0.02 * len(ASKED), wrong


def test_hardly_a_question_about_the_world_is_taken_for_one(news):
    taken = [row["text"] for row in ASKED if not row["asks"] and parse(news, row["text"]).about]
    assert len(taken) <= 2, taken


@pytest.mark.parametrize(
    "question", ["列出关于防汛演练的报道", "list the reports about flood drills"]
)
def test_reports_in_both_languages_are_listed_each_with_its_first_sentence(news, question):
    got = answer(news, question)
    assert {one.article_id for one in got.citations} == {"flood-zh", "flood-anhui", "flood-en"}
    for row in got.rows:
        cited = got.citations[row.citations[0] - 1]
        text = BY_ID[cited.article_id].text
        assert text[cited.start : cited.end] == cited.quote and text.startswith(cited.quote)
        assert (row.label, row.value) == (BY_ID[cited.article_id].title, cited.date)


def test_a_time_holds_and_can_be_lifted(news):
    got = answer(news, "2024年6月有多少篇文章？")
    assert got.text.startswith("3 ") and [one.kind for one in got.constraints] == ["date"]
    assert answer(news, "2024年6月有多少篇文章？", without=["date"]).text.startswith("13 ")


def test_of_a_time_without_articles_the_question_goes_to_the_articles(news):
    assert answer(news, "2001年9月11日发生了什么？").kind != "corpus"


def test_a_list_goes_on_where_it_stopped(index):
    articles = [
        f"第{n}个渡口添了新渡船，船长{n}米，可坐{n * 3}人。村民{n * 7}户从此过江方便，票价{n}元。"
        for n in range(10, 40)
    ]
    ferries = index(*articles)
    first = answer(ferries, "列出关于渡船的报道")
    assert first.text.startswith("30 篇") and len(first.citations) == len(first.rows) <= 20
    then = answer(ferries, "还有呢？", history=[("列出关于渡船的报道", first)])
    assert then.kind == "corpus" and not {c.article_id for c in first.citations} & {
        c.article_id for c in then.citations
    }


def test_what_the_last_update_brought(tmp_path):
    build_index(NEWS[:-2], tmp_path / "index")
    build_index(NEWS, tmp_path / "index")
    with open_index(tmp_path / "index") as snapshot:
        got = answer(snapshot, "What is new since the last update?")
    assert got.text.startswith("2 articles added")
    assert {one.article_id for one in got.citations} == {"porcelain-zh", "porcelain-en"}


def test_nothing_found_is_a_count_of_none(news):
    got = answer(news, "How many articles mention submarines?")
    assert got.text.startswith("0 articles") and not got.citations and not got.refused


def test_the_page_links_to_the_whole_list(news):
    from rag.ui import render
    from rag.ui.turn import QuestionRequest
    from rag.ui.browse import BrowseState, view_after
    from rag.ui.turn import Turn

    got = answer(news, "2024年6月有哪些关于防汛演练的报道？")
    shown = unescape(render.message(Turn("aa", got, QuestionRequest(got.question)), "zh"))
    assert 'data-go="list:2024-06:about:防汛演练"' in shown
    assert view_after(BrowseState("x", article="y"), "list:2024-06:about:防汛演练") == BrowseState(
        "about:防汛演练", period="2024-06"
    )
    plain = unescape(
        render.message(
            Turn("aa", answer(news, "有多少篇文章？"), QuestionRequest("有多少篇文章？")), "zh"
        )
    )
    assert 'data-go="list::"' in plain and view_after(BrowseState("x"), "list::") == BrowseState()


def test_since_a_day_is_what_was_published_since_then(news):
    got = answer(news, "What is new since June 15, 2024?")
    assert {one.article_id for one in got.citations} == {"flood-anhui", "flood-en"}


@pytest.mark.parametrize(
    "question, subject",
    [
        ("讲新能源汽车的新闻总共多少条", "新能源汽车"),
        ("which provinces come up most in articles about floods", "floods"),
        ("in what month was Evergrande covered the most", "Evergrande"),
        ("articles about world cup qualifiers", "world cup qualifiers"),
        ("给我找几篇讲高铁的新闻", "高铁"),
        ("2023年8月关于洪水的新闻有哪些", "洪水"),
        ("How many articles did River Post publish?", "River Post"),
    ],
)
def test_what_the_articles_are_to_be_about(news, question, subject):
    assert parse(news, question).about.subject == subject


def test_a_question_about_the_corpus_is_whole(news):
    provinces = answer(news, "哪些省举行了防汛演练？")
    counted = answer(news, "有多少篇文章？", history=[("哪些省举行了防汛演练？", provinces)])
    assert (counted.kind, counted.completed) == ("corpus", "")


@pytest.mark.parametrize("verb", ["wrote about", "reported on", "have covered"])
def test_who_wrote_about_a_subject(news, verb):
    about = parse(news, f"Which newspaper {verb} the flood drills?").about
    assert (about.asks, about.subject) == ("publishers", "flood drills")


def test_a_subject_that_nothing_mentions_leaves_the_question_to_the_articles(news):
    assert answer(news, "Which newspaper covered the Martian embargo?").refused
    assert answer(news, "How many articles mention Mars?").kind == "corpus"
