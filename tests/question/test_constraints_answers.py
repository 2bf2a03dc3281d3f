"""Answers to questions with a time, a place or a publisher, in the library, the shell and the server."""

import json
from datetime import date, timedelta

import numpy as np
import pytest
from constrained import PIECES
from hypothesis import given, settings
from hypothesis import strategies as st

from rag import Article, Assistant, Index
from rag.answer import answer
from rag.errors import UsageError
from rag.index import build_index, open_index
from rag.corpus.days import Period
from rag.index.named import of_period
from rag.question.periods import find_periods

# ---- in an answer


ARTICLES = (
    Article(
        "aug",
        "四川省德阳市8月12日举行桥梁抢修演练，出动吊车6台。",
        "德阳抢修演练",
        "2023-08-13",
        "江河日报",
        lang="zh",
    ),
    Article(
        "jul",
        "四川省绵阳市7月20日举行桥梁抢修演练，出动吊车9台。",
        "绵阳抢修演练",
        "2023-07-21",
        "江河日报",
        lang="zh",
    ),
    Article(
        "review",
        "回顾八月：8月25日，陕西省宝鸡市举行桥梁抢修演练。9月2日，甘肃省天水市举行桥梁抢修演练。",
        "一月回顾",
        "2023-09-03",
        "山路报",
        lang="zh",
    ),
    Article(
        "old",
        "去年8月，青海省西宁市举行桥梁抢修演练，参加者300人。",
        "西宁抢修演练",
        "2022-01-15",
        "山路报",
        lang="zh",
    ),
    Article(
        "undated",
        "2019年，云南省大理市的渡船换上了电动机，全程静音。",
        "电动渡船",
        "",
        "",
        lang="zh",
    ),
    Article(
        "en",
        "Ningxia planted 300 hectares of goji trees on Saturday. Growers used new drip pipes.",
        "Goji trees",
        "2023-09-04",
        "River Post",
        lang="en",
    ),
    Article(
        "newest",
        "黑龙江省漠河市下了第一场雪，比往年早两周。",
        "初雪",
        "2023-09-10",
        "River Post",
        lang="zh",
    ),
)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    path = tmp_path_factory.mktemp("constraints") / "index"
    build_index(ARTICLES, path)
    with open_index(path) as opened:
        yield opened


def ids(snapshot, mask):
    return {ARTICLES[row].id for row in np.flatnonzero(mask)}


def shown(given):
    return [(one.kind, one.words, one.value) for one in given.constraints]


def test_an_article_is_of_a_period_by_its_date_or_by_what_it_names(snapshot):
    august = Period(date(2023, 8, 1), date(2023, 8, 31))
    assert ids(snapshot, of_period(snapshot, august)) == {
        "aug",
        "review",
    }  # the review only names days of it
    assert ids(snapshot, of_period(snapshot, august, after=7)) == {"aug", "review", "en"}
    assert ids(snapshot, of_period(snapshot, Period(date(2021, 8, 1), date(2021, 8, 31)))) == {
        "old"
    }  # 去年8月 of January 2022
    assert ids(snapshot, of_period(snapshot, Period(date(2019, 5, 1), date(2019, 5, 31)))) == {
        "undated"
    }
    assert (
        ids(
            snapshot,
            of_period(snapshot, Period(date(2019, 5, 1), date(2019, 5, 31)), undated=False),
        )
        == set()
    )
    assert "undated" in ids(
        snapshot, of_period(snapshot, Period(date(2000, 8, 1), date(2000, 8, 31), True))
    )
    assert ids(snapshot, of_period(snapshot, Period(date(2023, 9, 4), None))) == {"en", "newest"}


@pytest.mark.parametrize(
    "question, as_of, places",
    [
        ("2023年8月哪些省举行了桥梁抢修演练？", "", {"四川", "陕西"}),
        ("上个月哪些省举行了桥梁抢修演练？", "", {"四川", "陕西"}),
        ("上个月哪些省举行了桥梁抢修演练？", "2023-08-20", {"四川"}),
        ("2023年7月哪些省举行了桥梁抢修演练？", "", {"四川"}),
        ("2021年哪些省举行了桥梁抢修演练？", "", {"青海"}),
        ("9月以来哪些省举行了桥梁抢修演练？", "", {"甘肃"}),
        ("据山路报报道，哪些省举行了桥梁抢修演练？", "", {"陕西", "甘肃", "青海"}),
        ("Which provinces held a bridge repair drill in August 2023?", "", {"四川", "陕西"}),
    ],
)
def test_the_places_of_a_time_or_of_a_publisher(snapshot, question, as_of, places):
    given = answer(snapshot, question, as_of=as_of)
    assert set(given.places) == places, given.text
    assert len(given.constraints) == 1 and given.as_of == (
        as_of or "2023-09-10" if given.constraints[0].kind == "date" else ""
    )


def test_the_figure_of_the_right_month(snapshot):
    for question, figure in (
        ("2023年8月四川的桥梁抢修演练出动了多少台吊车？", "6台"),
        ("2023年7月四川的桥梁抢修演练出动了多少台吊车？", "9台"),
    ):
        given = answer(snapshot, question)
        assert figure in given.text.splitlines()[0] and shown(given)[1] == (
            "place",
            "四川",
            "四川省",
        )


@pytest.mark.parametrize(
    "question, figure",
    [
        ("2025年青溪地铁客运量是多少？", "5.12亿人次"),
        ("2024年青溪地铁客运量是多少？", "4.68亿人次"),
        ("How many containers did Eastmere port handle in 2025?", "3.1 million"),
        ("How many containers did Eastmere port handle in 2024?", "3.4 million"),
    ],
)
def test_of_two_years_in_a_sentence_each_figure_is_that_of_its_clause(tmp_path, question, figure):
    texts = {
        "zh": "青溪地铁集团发布年报，2025年客运量为5.12亿人次，比2024年的4.68亿人次增长9.4%。",
        "en": "The port of Eastmere handled 3.1 million containers in 2025, down from 3.4 million in"
        " 2024.",
    }
    build_index(
        [Article(lang, text, date="2026-01-15", lang=lang) for lang, text in texts.items()],
        tmp_path,
    )
    with open_index(tmp_path) as opened:
        assert answer(opened, question).rows[0].label.startswith(figure)


def test_a_place_narrows_to_the_articles_that_name_it(snapshot):
    given = answer(snapshot, "绵阳的演练出动了多少台吊车？")
    assert "9台" in given.text.splitlines()[0] and given.searched == 1
    assert shown(given) == [("place", "绵阳", "四川省绵阳市")]


def test_a_question_that_asks_for_places_has_none(snapshot):
    assert answer(snapshot, "哪些省举行了桥梁抢修演练？").constraints == ()
    assert answer(snapshot, "Which provinces planted goji trees?").constraints == ()


def test_constraints_can_be_lifted_by_kind_or_by_their_words(snapshot):
    question = "2023年8月四川的桥梁抢修演练出动了多少台吊车？"
    assert shown(answer(snapshot, question, without=("date",))) == [("place", "四川", "四川省")]
    assert shown(answer(snapshot, question, without=("四川",))) == [
        ("date", "2023年8月", "2023-08-01/2023-08-31")
    ]
    free = answer(snapshot, question, without=("date", "place", "source"))
    assert free.constraints == () and free.searched == len(ARTICLES)
    lifted = answer(snapshot, question, without=("2023年8月",)).text
    assert "6台" in lifted and "9台" in lifted
    for bad in (("month",), ("date", "青海"), ("",)):
        with pytest.raises(UsageError, match="date, place, source"):
            answer(snapshot, question, without=bad)


def test_an_empty_result_says_so_and_what_to_lift(snapshot):
    given = answer(snapshot, "2015年哪些省举行了桥梁抢修演练？")
    assert given.refused and given.searched == 0 and given.answered_without == ("date",)
    assert (
        "2015年" in given.missing
        and "2015年" in given.text
        and "不限时间" in given.text
        and given.nearest
    )
    given = answer(snapshot, "How many cranes did the bridge repair drill in Tibet use?")
    assert given.refused and given.searched == 0 and given.answered_without in (("place",), ())
    assert "Tibet" in given.text and "No article" in given.text
    given = answer(snapshot, "2023年8月谁发明了蒸汽机？")
    assert (
        given.refused and given.searched and not given.answered_without and "限定" not in given.text
    )


@pytest.fixture(scope="module")
def seasons(tmp_path_factory):
    path = tmp_path_factory.mktemp("seasons") / "index"
    texts = (
        ("2022-02-07", "春节期间，青溪古镇接待游客5万人次，灯会点了三百盏灯。"),
        ("2023-01-28", "春节期间，青溪古镇接待游客8万人次，戏台连演六天。"),
        ("2023-07-12", "青溪古镇上半年接待游客41万人次，新开了两家茶馆。"),
        ("2022-08-15", "持续高温，青溪古镇每天给游客发凉茶600杯。"),
        ("2023-09-10", "青溪古镇的老桥开始维修，预计两个月完工。"),
    )
    build_index(
        [Article(f"t{n}", text, date=day, lang="zh") for n, (day, text) in enumerate(texts)], path
    )
    with open_index(path) as opened:
        yield opened


@pytest.mark.parametrize(
    "question, found, value",
    [
        ("春节期间青溪古镇接待游客多少人次？", "8万人次", "2023-01-21/2023-01-29"),
        ("去年春节期间青溪古镇接待游客多少人次？", "5万人次", "2022-01-31/2022-02-08"),
        ("2022年春节青溪古镇接待游客多少人次？", "5万人次", "2022-01-31/2022-02-08"),
        (
            "How many tourists did Qingxi receive during Spring Festival last year?",
            "5万人次",
            "2022-01-31/2022-02-08",
        ),
        ("上半年青溪古镇接待游客多少人次？", "41万人次", "2023-01-01/2023-06-30"),
        (
            "How many tourists did the old town receive in the first half of the year?",
            "41万人次",
            "2023-01-01/2023-06-30",
        ),
        ("去年夏天青溪古镇每天发多少杯凉茶？", "600杯", "2022-06-01/2022-08-31"),
        (
            "How many cups of cool tea did tourists get each day in the summer of 2022?",
            "600杯",
            "2022-06-01/2022-08-31",
        ),
    ],
)
def test_the_figure_of_a_feast_a_half_or_a_season(seasons, question, found, value):
    given = answer(seasons, question)
    assert (
        value in [one.value for one in given.constraints]
        and not given.refused
        and found in given.text.splitlines()[0]
    ), given.text


def test_filters_and_constraints_both_hold(snapshot):
    from rag.search import Filters

    given = answer(snapshot, "2023年8月哪些省举行了桥梁抢修演练？", Filters(sources=("山路报",)))
    assert set(given.places) == {"陕西"} and given.searched == 1


def test_an_undated_corpus_tells_no_last_month(tmp_path):
    build_index(
        [Article("one", "上个月，西藏自治区林芝市修好了吊桥。", lang="zh")], tmp_path / "index"
    )
    with open_index(tmp_path / "index") as undated:
        given = answer(undated, "上个月哪里修好了吊桥？")
        assert given.constraints == () and not given.refused
        assert shown(answer(undated, "上个月哪里修好了吊桥？", as_of="2023-09-10")) == [
            ("date", "上个月", "2023-08-01/2023-08-31")
        ]


def test_a_date_that_lies_ahead_is_not_the_newest(tmp_path):
    ahead = (date.today() + timedelta(days=400)).isoformat()
    build_index(
        [*ARTICLES, Article("slip", "漠河市的温度计坏了。", date=ahead, lang="zh")],
        tmp_path / "index",
    )
    with open_index(tmp_path / "index") as slipped:
        assert slipped.newest == "2023-09-10"


@settings(max_examples=40)
@given(
    st.lists(
        st.sampled_from([*PIECES, "River Post", "报道", "建了什么", "哪些省"]),
        min_size=1,
        max_size=7,
    ).map("".join)
)
def test_what_is_shown_stands_in_the_question(snapshot, question):
    given = answer(snapshot, question)
    for one in given.constraints:
        assert given.question[one.start : one.end] == one.words and one.value
    assert json.loads(json.dumps(given.to_dict()))["constraints"] == [
        {"kind": c.kind, "words": c.words, "start": c.start, "end": c.end, "value": c.value}
        for c in given.constraints
    ]
    assert answer(snapshot, question, without=("date", "place", "source")).constraints == ()


# ---- from outside


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    path = tmp_path_factory.mktemp("outside") / "index"
    Index.build(ARTICLES, path)
    return path


def test_the_library_checks_the_day_and_what_to_lift(index):
    with Index.open(index) as opened:
        assistant = Assistant(opened)
        assert (
            shown(assistant.ask("上个月下了雪吗？", as_of="2022-03-31"))[0][2]
            == "2022-02-01/2022-02-28"
        )
        *_, last = assistant.stream("上个月下了雪吗？", without=("date",))
        assert last.constraints == ()
        for wrong in (
            {"as_of": "2022-3-1"},
            {"as_of": "yesterday"},
            {"without": "date"},
            {"without": ("dates",)},
        ):
            with pytest.raises(UsageError, match="expected"):
                assistant.ask("上个月下了雪吗？", **wrong)


def test_the_command_shows_what_was_understood(index, call):
    told = call("ask", "--index", index, "上个月四川的桥梁抢修演练出动了多少台吊车？")
    assert (
        "仅限：上个月 (2023-08-01 至 2023-08-31) · 四川 (四川省)" in told.stdout
        and "6台" in told.stdout
    )
    told = call("ask", "--index", index, "--as-of", "2023-08-20", "Where was snow seen last month?")
    assert "Restricted to: last month (2023-07-01 to 2023-07-31)" in told.stdout
    assert (
        "Restricted"
        not in call(
            "ask", "--index", index, "--no-constraints", "Where was snow seen last month?"
        ).stdout
    )
    row = json.loads(call("ask", "--index", index, "--json", "上个月下了雪吗？").stdout)
    assert (
        row["constraints"][0]["value"] == "2023-08-01/2023-08-31" and row["as_of"] == "2023-09-10"
    )
    assert call("ask", "--index", index, "--as-of", "soon", "雪").returncode == 2


def test_the_server_takes_the_same(index):
    from starlette.testclient import TestClient

    from rag.serving.routes import build_api

    question = "上个月四川的桥梁抢修演练出动了多少台吊车？"
    with (
        Index.open(index) as opened,
        TestClient(build_api(opened), base_url="http://127.0.0.1") as client,
    ):
        body = client.post(
            "/api/ask", json={"question": question, "as_of": "2023-08-20", "without": ["place"]}
        ).json()
        assert [(one["kind"], one["value"]) for one in body["constraints"]] == [
            ("date", "2023-07-01/2023-07-31")
        ]
        body = client.get(
            "/api/ask", params={"question": question, "without": ["date", "四川"]}
        ).json()
        assert body["constraints"] == []
        for wrong in ({"as_of": "soon"}, {"without": ["dates"]}):
            assert client.get("/api/ask", params={"question": question, **wrong}).status_code == 400


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("What happened between 29 February and May 2023?", (2023, 2, 1), (2023, 5, 31)),
        ("自2月29日以来发生了什么？", (2023, 2, 28), None),
        ("2024年2月29日发生了什么？", (2024, 2, 29), (2024, 2, 29)),
    ],
)
def test_a_year_without_29_february(question, first, last):
    (told,) = find_periods(question, date(2023, 6, 1))
    assert told.period.first == date(*first)
    assert told.period.last == (last and date(*last))
