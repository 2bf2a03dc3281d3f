"""A conversation without a browser: what is shown while an answer comes, and when none can."""

import logging
import threading
import time
from dataclasses import replace

import pytest
from rendered import corpus

from rag import Article, Index
from rag.answer.events import Found, Searching
from rag.answer.types import Answer, Citation
from rag.errors import UsageError
from rag.search.types import Filters
from rag.serving import QueryService
from rag.serving.pool import BoundedPool
from rag.ui.turn import QuestionRequest
from rag.ui.corpus import CorpusFacts
from rag.ui.examples import examples
from rag.ui.turn import recall, remember
from rag.ui.conversation import HISTORY_KEPT, PIECE_SECONDS, TURNS_KEPT, Conversation, converse
from rag.ui.texts import Phrase
from rag.ui.turn import Turn

ARTICLE = Article("a", "The museum shows 40 paintings. It opened on Monday.", "Museum", lang="en")
QUOTE = Citation("0" * 10, "a", 0, 30, ARTICLE.text[:30], passage_end=30, lang="en")
ANSWER = Answer("q", "en", "text", "The museum shows 40 paintings. [1]", False, citations=(QUOTE,))


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    path = tmp_path_factory.mktemp("museum")
    Index.build([ARTICLE], path)
    with Index.open(path) as opened:
        yield opened


@pytest.fixture
def service(index, monkeypatch):
    """A service whose assistant says what the test wants: ``service.says = function of the question``."""
    made = QueryService(index)
    made.says = lambda question, history: iter([ANSWER.text, ANSWER])
    monkeypatch.setattr(
        made, "stream", lambda question, history=(), *_, **__: made.says(question, history)
    )
    return made


def said(talk: Conversation) -> list[str]:
    """The messages shown, as HTML."""
    return [message["content"] for message in talk.as_chat()]


def test_an_answer_comes_stage_by_stage_and_ends_with_its_sources(service):
    service.says = lambda question, history: iter([Searching(1), Found(14, 9), ANSWER.text, ANSWER])
    states = list(converse(service, Conversation(), QuestionRequest("How many?"), "en"))
    assert "Searching 1 article…" in said(states[0])[-1]
    assert "Searching 1 article… 14 passages from 9 articles" in said(states[1])[-1]
    last = states[-1]
    assert [message["role"] for message in last.as_chat()] == ["user", "assistant"]
    assert last.coming == ("", "") and f'href="#src-{last.turns[-1].key}-1"' in said(last)[-1]


def test_a_slow_answer_is_shown_as_it_comes_but_not_word_by_word(service):
    def says(question, history):
        for word in ["word "] * 40:
            time.sleep(0.005)
            yield word
        yield ANSWER

    service.says = says
    began = time.monotonic()
    states = list(converse(service, Conversation(), QuestionRequest("How many?"), "en"))
    pieces = [said(state)[-1].count("word") for state in states[1:-1]]
    assert pieces == sorted(pieces) and pieces[0] > 0
    assert len(pieces) <= (time.monotonic() - began) / PIECE_SECONDS + 1
    assert all(len(said(state)) == 2 for state in states)


def test_who_does_not_wait_ends_the_work_and_keeps_the_question(service):
    ended = []

    def says(question, history):
        try:
            yield Searching(1)
            yield Found(3, 2)
            ended.append("went on")
        except GeneratorExit:
            ended.append("stopped")
            raise

    service.says = says
    answering = converse(service, Conversation(), QuestionRequest("How many?"), "en")
    next(answering)
    kept = next(answering)
    answering.close()
    assert ended == ["stopped"]
    assert (
        kept.turns[-1].problem == Phrase.of("stopped")
        and "#retry-" in said(replace(kept, coming=("", "")))[-1]
    )


def test_what_was_said_before_is_told_to_the_assistant_and_kept(service):
    heard = []
    service.says = lambda question, history: heard.append(history) or iter([ANSWER])
    talk = Conversation()
    for n in range(TURNS_KEPT + 3):
        *_, talk = converse(service, talk, talk.asked(f"question {n}"), "en")
    assert [len(history) for history in heard] == [
        min(n, HISTORY_KEPT) for n in range(TURNS_KEPT + 3)
    ]
    assert heard[1] == (("q", ANSWER),)
    assert len(talk.turns) == len(talk.shown) == TURNS_KEPT
    assert len({turn.key for turn in talk.turns}) == TURNS_KEPT


def test_a_question_asked_again_takes_its_place_and_its_history(service):
    heard = []
    service.says = lambda question, history: (
        heard.append((question, len(history))) or iter([ANSWER])
    )
    talk = Conversation()
    for n in range(3):
        *_, talk = converse(service, talk, talk.asked(f"question {n}"), "en")
    keys = [turn.key for turn in talk.turns]
    asked, instead = talk.asked_again(f"#retry-{keys[1]}-0")
    *_, talk = converse(service, talk, asked, "en", instead=instead)
    *_, talk = converse(service, talk, talk.asked("edited", instead=keys[1]), "en", instead=keys[1])
    assert heard[3:] == [("question 1", 1), ("edited", 1)]
    assert [turn.key for turn in talk.turns] == keys
    assert [turn.asked.question for turn in talk.turns] == ["question 0", "edited", "question 2"]


def test_a_conversation_is_remembered_and_shown_again(service):
    talk = Conversation()
    *_, talk = converse(service, talk, talk.asked("first"), "en")
    *_, talk = converse(service, talk, talk.asked("second", Filters("yesterday")), "en", corpus())
    kept = f"[{','.join(remember(turn) for turn in talk.turns)}]"
    assert recall(kept) == talk.turns
    again = Conversation()
    for turn in recall(kept):
        again = again.put(turn)
    assert said(again) == said(talk)


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "null",
        "{",
        "7",
        "[1, null, {}]",
        '[{"key": "<b>", "answer": null, "problem": {"key": "stopped", "values": []}}]',
        '[{"key": "aa", "answer": null, "problem": {"key": "none such", "values": []}}]',
        '[{"key": "aa", "answer": null}]',
        '[{"key": "aa", "answer": {"question": 3}}]',
        '[{"key": "aa", "answer": null, "problem": {"key": "error", "values": []}}]',
    ],
)
def test_what_a_browser_kept_and_cannot_be_read_is_left_out(damaged):
    assert recall(damaged) == ()


def test_a_follow_up_is_completed_from_the_turn_before(index):
    service, talk = QueryService(index), Conversation()
    for question in (
        "How many paintings does the museum show?",
        "When?",
        "und warum nicht heute morgen?",
        "Why?",
    ):
        *_, talk = converse(service, talk, talk.asked(question), "en")
    shown = said(talk)[1::2]
    assert "yj-understood" not in shown[0] + shown[2]
    assert "Understood as" in shown[1] and "paintings" in shown[1]
    assert talk.turns[1].answer.completed.startswith("When ")


def test_an_unusable_question_is_answered_with_the_reason(service):
    def says(question, history):
        raise UsageError("expected fewer than 10 <b>characters</b>")
        yield

    service.says = says
    *_, last = converse(service, Conversation(), QuestionRequest("How many?"), "zh")
    assert "expected fewer than 10" in said(last)[-1] and "<b>" not in said(last)[-1]
    assert last.turns[-1].answer is None


@pytest.mark.parametrize(
    ("asked", "zh", "en"),
    [
        (QuestionRequest("楼" * 2001), "问题太长，最多 2,000 字", "at most 2,000 characters"),
        (QuestionRequest("\u200b\u2060"), "没有看到问题", "no question to be seen"),
        (
            QuestionRequest("How many paintings?", without=("<b>May</b>",)),
            "没有可以取消的限定“",
            "Nothing in the question restricts it by “",
        ),
    ],
)
def test_what_a_reader_can_do_wrong_is_told_in_the_readers_language(index, asked, zh, en):
    for lang, told in (("zh", zh), ("en", en)):
        *_, last = converse(QueryService(index), Conversation(), asked, lang)
        assert (
            told in said(last)[-1]
            and "expected" not in said(last)[-1]
            and "<b>" not in said(last)[-1]
        )


@pytest.mark.parametrize("after", [0, 1])
def test_an_error_is_a_message_with_a_reference_found_in_the_log(service, caplog, after):
    def says(question, history):
        yield from ["half an ans"] * after
        raise ZeroDivisionError("secret path /srv/x")

    service.says = says
    before = Conversation().put(Turn("aa", ANSWER, QuestionRequest("q")))
    with caplog.at_level(logging.ERROR, "rag.ui"):
        *_, last = converse(service, before, QuestionRequest("How many?"), "en")
    reference = caplog.records[-1].args[0]
    assert reference in said(last)[-1] and "secret" not in said(last)[-1]
    assert "ZeroDivisionError" in caplog.text
    assert said(last)[:2] == said(before) and len(said(last)) == 4


def test_who_comes_when_too_many_ask_is_told_to_come_again(index, caplog):
    service, go = QueryService(index, pool=BoundedPool(threads=1, waiting=0)), threading.Event()
    service.pool.submit(go.wait)
    *_, last = converse(service, Conversation(), QuestionRequest("How many?"), "zh")
    go.set()
    assert "请过几秒再试" in said(last)[-1] and not caplog.records


EVENTS = [
    Article(
        "1", "青州市在广场上举行了大型消防演练。主办方说，有120名学生参加了这次演练。", lang="zh"
    ),
    Article(
        "2", "南岭县政府印发了《关于加强水库管理的意见》。共有35家企业签署了承诺书。", lang="zh"
    ),
    Article(
        "3",
        "The harbour town of Yantai held a boat race for schools. About 300 children took part in"
        " the race.",
        lang="en",
    ),
]


def always(question, article_id):
    return True


def test_examples_ask_about_what_stands_in_the_articles():
    asked = examples(EVENTS, "zh", always)
    assert "哪些地方举行了大型消防演练？" in asked
    assert "《关于加强水库管理的意见》是哪里印发的？" in asked
    assert "有多少家企业签署了承诺书？" in asked
    assert not any("这" in question for question in asked), "asks about something said before"
    english = examples(EVENTS, "en", always)
    assert english == [
        "Which places held a boat race for schools?",
        "How many children took part in the race?",
    ]


def test_examples_without_an_answer_are_left_out_and_asking_ends():
    tried = []
    assert examples(EVENTS, "zh", lambda question, _: tried.append(question)) == []
    assert len(tried) == len(set(tried)) >= 3
    many = [Article(str(n), f"成都市举办了国际茶叶文化节{n}号展。", lang="zh") for n in range(500)]
    tried.clear()
    assert examples(many, "zh", lambda question, _: tried.append(question)) == []
    assert 4 <= len(tried) <= 40
    assert examples(many, "zh", lambda question, _: len(question) % 2)
    assert len(examples(many, "zh", always)) == 4


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", "会议自发布之日起到追悼大会举行之日止。"),
        ("zh", "四川省召开了三次座谈会。"),
        ("zh", "一座算力新城崛起，有30个算力新城不断崛起。"),
        ("zh", "四川的活动开展得有声有色又很热闹。"),
        ("zh", "公司举行了大型消防演练。"),
        ("zh", "四川省发布了的最新天气预报显示。"),
        ("en", "He wrote 14 which went on to become a bestseller."),
        ("en", "A study in China was carried out independently by consultants Booz."),
        ("en", "The market in China opened up in recent years."),
        ("en", "She held hands with the alleged victim."),
    ],
)
def test_what_says_too_little_out_of_its_article_is_no_example(lang, said):
    assert examples([Article("1", said, lang=lang)], lang, always) == []


def test_an_example_is_answered_from_its_own_article(tmp_path):
    told = [
        ("fair", "Chengdu held a large fair for old books on Sunday."),
        ("cats", "The cats of the harbour sleep on the nets of the boats."),
    ]
    Index.build([Article(name, said, f"About {name}", lang="en") for name, said in told], tmp_path)
    with Index.open(tmp_path) as index:
        about = CorpusFacts(QueryService(index))
        assert "Which places held a large fair for old books on Sunday?" in about.examples("en")
        assert about._is_answered("What do the cats sleep on?", "cats") and not about._is_answered(
            "What do the cats sleep on?", "fair"
        )


def test_titles_are_asked_about_where_nothing_else_can_be():
    plain = [Article("1", "Nothing here fits.", "A quiet day", lang="en")]
    assert examples(plain, "en", always) == ["What is said about “A quiet day”?"]
    assert examples(plain, "zh", always) == ["关于“A quiet day”，说了什么？"]
    assert examples([], "en", always) == []


def test_a_corpus_in_the_other_language_is_asked_about_by_its_places():
    held = [
        Article("1", "成都市举办了国际马拉松赛。", lang="zh"),
        Article("2", "上海市一座新图书馆开馆。", lang="zh"),
    ]
    assert examples(held, "en", always) == [
        "What was held in Chengdu?",
        "What was opened in Shanghai?",
    ]
    assert examples([Article("1", "Wuhan hosted a boat race.", lang="en")], "zh", always) == [
        "武汉举办了什么？"
    ]


def test_the_corpus_is_described_once_per_version(tmp_path):
    Index.build([ARTICLE], tmp_path)
    with Index.open(tmp_path) as index:
        about = CorpusFacts(QueryService(index))
        assert about.statistics() is about.statistics()
        assert (about.statistics().articles, about.statistics().sources) == (1, ())
        dated = [
            Article(
                str(n),
                f"The fair opened its gate {n}.",
                date=f"2024-0{n}-01",
                source="Herald" if n > 1 else "Post",
                lang="en",
            )
            for n in (1, 2, 3)
        ]
        Index.build(dated, tmp_path)
        index.reload()
        told = about.statistics()
        assert (told.articles, told.date_from, told.date_to) == (3, "2024-01-01", "2024-03-01")
        assert told.sources == (("Herald", 2), ("Post", 1))
