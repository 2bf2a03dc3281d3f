"""Chinese names in English questions: found as articles write them, refused where none does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opened_texts import opened_texts

from rag.answer import answer
from rag.corpus import Article
from rag.index import open_index
from rag.library import Index
from rag.question.names import names_of
from rag.question.parsing import parse
from rag.question.pinyin import in_characters, is_pinyin, readings, surnames
from rag.question.script import is_english

NEWS = (
    "港城市长陈予宁14日上午会见了北星公司首席执行官一行。",
    "19岁的曾淑婧在港城跳水比赛中得到四百五十一分，排名第一。",
    "曾淑婧的教练欧阳立川说，她每天训练六小时。",
    "毛一舟毕业于港城戏剧学院。毛一舟今年出演了两部电影。",
    "毛义舟在港城开了一家面馆。",
    "苍南县沿江有12座码头，去年新建三座。",
    "2023年12月18日，积石山发生6.2级地震，两座桥受损。",
    "Mayor Lu Weiming opened the tram line in Harbour City on Monday.",
)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    with opened_texts(tmp_path_factory.mktemp("pinyin") / "index", NEWS) as opened:
        yield opened


@pytest.mark.parametrize(
    "question, written",
    [
        ("Who did Chen Yuning meet?", "Who did 陈予宁 meet?"),
        ("How old is Zeng Shujing?", "How old is 曾淑婧?"),
        ("Who is Ouyang Lichuan's pupil?", "Who is 欧阳立川's pupil?"),
        ("Where did Mao Yizhou study?", "Where did 毛一舟 study?"),  # as more passages write it
        ("What did Lu Weiming open?", "What did Lu Weiming open?"),  # as its article does
        ("What is Hong Kong known for?", "What is Hong Kong known for?"),  # a place
        ("When did the Jishishan earthquake happen?", "When did the 积石山 earthquake happen?"),
        ("How many piers has Cangnan?", "How many piers has 苍南县?"),
        ("Boxing clubs?", "Boxing clubs?"),  # 博兴 is spelled so, too
        ("Did He Run a marathon?", "Did He Run a marathon?"),
        ("Why Did He Die?", "Why Did He Die?"),
        ("Where is Mao Yi Zhou Street?", "Where is Mao Yi Zhou Street?"),  # more than two words
        ("Who is Wang Anananananananananananan?", "Who is Wang Anananananananananananan?"),
    ],
)
def test_a_name_is_written_as_the_articles_write_it(snapshot, question, written):
    text, plain, missing = in_characters(snapshot, question)
    assert text == written and not missing
    assert len(plain) == len(text) and plain.isascii()


@pytest.mark.parametrize(
    "question, said",
    [
        ("How old is Zeng Shujing?", "19 years old"),
        ("Which school did Mao Yizhou graduate from?", "港城戏剧学院"),
        ("Who did Chen Yuning meet on 14 August?", "北星公司"),
        ("What did Lu Weiming open?", "tram line"),
        ("How many piers has Cangnan?", "12"),
        ("When did the Jishishan earthquake happen?", "18 December 2023"),
    ],
)
def test_an_english_question_finds_a_chinese_name(snapshot, question, said):
    given = answer(snapshot, question)
    assert not given.refused and said in given.text
    assert given.lang == "en"


@pytest.mark.parametrize(
    "question",
    [
        "How old is Zhao Mingde?",
        "Who did Zhou Shulan meet?",
        "How many piers has Xinhuang?",
    ],
)
def test_a_name_that_no_article_has_is_refused(snapshot, question):
    assert in_characters(snapshot, question)[2]
    assert answer(snapshot, question).refused


def test_what_is_understood_of_english_words_stays(snapshot):
    parsed = parse(snapshot, "How many hours did Zeng Shujing train on 14 August 2023?")
    assert (parsed.lang, parsed.frame, parsed.kind) == ("en", "en", "number")
    assert [one.kind for one in parsed.constraints] == ["date"]
    (span,) = [span for span in parsed.names if "曾" in parsed.text[slice(*span)]]
    assert parsed.text[slice(*span)] == "曾淑婧"


def test_questions_about_the_corpus_are_about_the_name(snapshot):
    about = parse(snapshot, "How many articles mention Zeng Shujing?").about
    assert about and about.subject == "曾淑婧"


def test_a_name_among_english_words_is_one(snapshot):
    text = "How old is 曾淑婧?"
    assert [text[slice(*span)] for span in names_of(text)] == ["曾淑婧"]
    for text in ("《The Sea》票房多少？", "iPhone 15什么时候发布？"):
        assert not is_english(text)


def test_the_next_turn_stays_english(snapshot):
    first = answer(snapshot, "How old is Zeng Shujing?")
    second = parse(snapshot, "And Mao Yizhou?", [("How old is Zeng Shujing?", first)])
    assert second.text == "How old is 毛一舟?" and second.frame == "en"


def test_a_common_word_that_sounds_like_a_name_is_none(tmp_path):
    articles = [
        *(Article(f"w{n}", f"第{n}次检修周期为三个月。") for n in range(5)),
        Article("p", "队员周琦说，他会留下。"),
    ]
    Index.build(articles, tmp_path / "index")
    with open_index(tmp_path / "index") as opened:
        assert in_characters(opened, "Who is Zhou Qi?")[0] == "Who is 周琦?"


@given(
    st.sampled_from(sorted(surnames())),
    st.lists(st.sampled_from(sorted(readings())), min_size=1, max_size=2),
)
def test_every_name_is_pinyin_as_it_is_read(family, given_name):
    assert is_pinyin(surnames()[family])
    assert is_pinyin("".join(readings()[character][0] for character in given_name))


def test_rare_family_names_are_known():
    assert [surnames()[one] for one in ("廖", "颜", "章", "曾", "尉迟")] == [
        "liao",
        "yan",
        "zhang",
        "zeng",
        "yuchi",
    ]
    assert set(surnames(only_sure=True)) < set(surnames())
