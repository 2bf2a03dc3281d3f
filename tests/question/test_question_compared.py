"""What a question compares, denies, leaves out, and must have evidence of."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from question_forms import PIECES

from rag.question.types import FORMS
from rag.question.wording import understand


@pytest.mark.parametrize(
    "question, words, more, inclusive",
    [
        ("哪些城市新房均价超过1.5万元？", "1.5万元", True, False),
        ("哪些省检查了300家以上的商店？", "300家", True, True),
        ("生产总值超过一千亿元的城市有哪些？", "一千亿元", True, False),
        ("哪些城市降雨不到50毫米？", "50毫米", False, False),
        ("投资不超过两亿元的大桥有哪些？", "两亿元", False, True),
        ("哪个省的演练比四川多？", "四川", True, False),
        ("哪些城市的房价比成都低？", "成都", False, False),
        ("多少个城市降雨超过200毫米？", "200毫米", True, False),
        ("Which cities had more than 200 mm of rain in July?", "200 mm", True, False),
        ("Which companies lost at least $3 billion?", "$3 billion", True, True),
        ("Which schools have at most 50 pupils?", "50", False, True),
        ("Which towns recorded 40 degrees or more?", "40 degrees", True, True),
        ("Which provinces held more drills than Sichuan?", "Sichuan", True, False),
        ("Which provinces grew below 5%?", "5%", False, False),
        ("Which firms hired over a hundred people?", "a hundred", True, False),
    ],
)
def test_what_is_compared_with(question, words, more, inclusive):
    bound = understand(question).bound
    assert bound is not None and question[bound.start : bound.end] == bound.words
    assert (bound.words, bound.more, bound.inclusive) == (words, more, inclusive)


@pytest.mark.parametrize(
    "question",
    [
        "哪些企业在2022年以后成立？",
        "Which firms were founded after 2022?",
        "桥有多长？",
        "谁比赛得了第一？",
    ],
)
def test_nothing_is_compared(question):
    assert understand(question).bound is None


@pytest.mark.parametrize(
    "question, negated",
    [
        ("哪个省没有举行防汛演练？", True),
        ("哪些城市取消了马拉松？", True),
        ("谁拒绝签字？", True),
        ("哪些省不参加演练？", True),
        ("为什么不能通车？", True),
        ("哪些国家并未签署协议？", True),
        ("哪些省有没有举行演练？", False),
        ("市长来了没有？", False),
        ("哪些城市降雨不到50毫米？", False),
        ("警方没收了什么？", False),
        ("谁不断刷新纪录？", False),
        ("未来哪些城市会通地铁？", False),
        ("除了四川，还有哪些省举行了演练？", False),
        ("Which towns did not hold a drill?", True),
        ("Which province cancelled its flood drill?", True),
        ("Which companies never paid?", True),
        ("Who refused to sign?", True),
        ("Which cities had no rain?", True),
        ("Which provinces haven't reported yet?", True),
        ("Which firms failed to deliver?", True),
        ("Who not only sang but danced?", False),
        ("Which schools have no more than 50 pupils?", False),
        ("Didn't the mayor visit?", False),
        ("Which note did the bank withdraw?", False),
    ],
)
def test_what_was_not_done(question, negated):
    assert understand(question).negated is negated


@pytest.mark.parametrize(
    "question, excepted",
    [
        ("除了四川，还有哪些省举行了防汛演练？", ["四川"]),
        ("除四川、江西以外，哪些省举行了演练？", ["四川", "江西"]),
        ("除了四川和重庆之外的省有哪些？", ["四川", "重庆"]),
        ("四川以外还有哪些省举行了演练？", ["四川"]),
        ("不包括北京，哪些城市通了地铁？", ["北京"]),
        ("除了罚款，还有什么处罚？", ["罚款"]),
        ("谁解除了合同？", []),
        ("哪些城市拆除了围栏，外地人可以进入？", []),
        ("除夕外出的人有多少？", []),
        ("Besides Sichuan, which provinces held drills?", ["Sichuan"]),
        ("Which provinces other than Sichuan and Henan held drills?", ["Sichuan", "Henan"]),
        ("Which cities held drills, except for Nanjing?", ["Nanjing"]),
        ("Apart from the Harbour Museum, who lent paintings?", ["Harbour Museum"]),
        ("Which towns held a drill?", []),
    ],
)
def test_what_is_not_sought(question, excepted):
    asked = understand(question)
    assert [question[a:b] for a, b in asked.excepted] == excepted
    assert not asked.places  # nothing need be about what is excepted


@pytest.mark.parametrize(
    "question, names",
    [
        ("地铁3号线什么时候开通？", ["3号线"]),
        ("G20峰会在哪里举行？", ["G20"]),
        ("《长江保护法》规定了什么？", ["《长江保护法》"]),
        ("“青石”号渡轮何时建成？", ["“青石”"]),
        ("谁创办了OpenAI？", ["OpenAI"]),
        ("第十二届书展在哪举办？", ["第十二届"]),
        ("2011年有多少个检测室？", ["2011"]),
        ("四川的GDP是多少？", []),
        ("谁发明了电话？", []),
        ("When was the ferry Nora built?", ["Nora"]),
        ("Who is the director of the Harbour Museum?", ["Harbour Museum"]),
        ("Who succeeds Tom Hale?", ["Tom Hale"]),
        ("Where did No. 4 reactor fail?", ["No. 4"]),
        ("When does Line 3 open?", ["Line 3"]),
        ("Who won the 2018 World Cup?", ["2018", "World Cup"]),
        ("How much rain did Wuhan have in July?", []),
        ('Who wrote "The Long Road"?', ['"The Long Road"']),
        ("Which Chinese firms signed?", []),
        ("COVID-19 cases rose where?", ["COVID-19"]),
        ("Besides Tom Hale, who signed?", []),
        ("Except for France, which countries signed with Tom Hale?", ["Tom Hale"]),
        ("I'd like to know who signed", []),
    ],
)
def test_what_evidence_must_name(question, names):
    assert [question[a:b] for a, b in understand(question).names] == names


@given(
    st.one_of(
        st.text(),
        st.lists(
            st.sampled_from(
                [*PIECES, "除了", "以外", "最", "超过", "3", "more than ", "besides ", "X", "没有"]
            )
        ).map("".join),
    )
)
def test_spans_of_any_text_lie_in_it(text):
    asked = understand(text)
    bound = [(asked.bound.start, asked.bound.end)] if asked.bound else []
    for start, end in (*asked.names, *asked.excepted, *asked.idle, *bound):
        assert 0 <= start < end <= len(text)
    assert asked.form in FORMS
    assert bool(asked.counted[0]) == (asked.form == "count")
