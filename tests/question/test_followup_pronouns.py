"""Pronouns and like things in questions that lean on the one before."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from turns_before import after, turn

from rag.question.followup import complete, otherwise
from rag.question.query import MAX_CHARACTERS, clean


@pytest.mark.parametrize(
    ("answered", "question", "full"),
    [
        (turn("谁是图书馆馆长？", "person", "周文静"), "她什么时候上任？", "周文静什么时候上任？"),
        (
            turn("Who won the marathon?", "person", "Daniel Kiprop"),
            "What is his time?",
            "What is Daniel Kiprop's time?",
        ),
        (
            turn("Which law protects old tea trees?", "document", "《古茶树条例》"),
            "who passed it?",
            "Who passed 《古茶树条例》?",
        ),
        (
            turn("哪个省举办了防汛演练？", "places", "湖南"),
            "那里出动了多少人？",
            "湖南出动了多少人？",
        ),
        (
            turn("哪个省举办了防汛演练？", "places", "湖南"),
            "what happened there?",
            "What happened in Hunan?",
        ),
        (
            turn("谁参加了仪式？", "person", "周文静", "林桥"),
            "他是哪里人？",
            "参加了仪式，他是哪里人？",
        ),  # which of them?
    ],
)
def test_a_pronoun_stands_for_what_the_answer_named(answered, question, full):
    assert complete(question, [answered]) == full


WORDS = [
    "那",
    "呢",
    "？",
    "浙江",
    "2023年",
    "什么时候",
    "哪些",
    "他们",
    "它",
    "的",
    "有",
    "在",
    "演练",
    "省",
    "and ",
    "what about ",
    "Zhejiang",
    " in ",
    "2023",
    "when",
    "how many",
    " of them",
    "it ",
    "was ",
    "?",
    "drills ",
    ": ",
    "，",
    "什麼",
]


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map("".join),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map("".join),
)
def test_whatever_is_said_the_result_can_be_asked(question, before):
    if not question.strip() or not before.strip():
        return
    full = after(clean(before), clean(question))
    assert not full or (
        clean(full)
        and len(full) <= MAX_CHARACTERS
        and not any("\ue000" <= c <= "\uf8ff" for c in full)
    )


def test_a_question_too_long_to_be_completed_stands_as_it_is():
    assert after("演练" * (MAX_CHARACTERS // 2), "那浙江呢？") == ""
    assert after("四川举办了什么演练？", "那" + "很" * 100 + "呢？") == ""


@pytest.mark.parametrize(
    ("before", "question", "full"),
    [
        ("图书馆周末开放吗？", "周一呢？", "图书馆周一开放？"),
        ("神舟十五号什么时候返回的？", "不对，我问的是神舟十六号", "神舟十六号什么时候返回的？"),
        ("When did Shenzhou 15 land?", "no, I meant Shenzhou 16", "When did Shenzhou 16 land?"),
        ("福建的四大体系是什么？", "什么时候建立的？", "福建的四大体系什么时候建立的？"),
        ("电影《长河》的票房是多少？", "导演是谁？", "电影《长河》导演是谁？"),
        ("海东机场去年运送了多少旅客？", "货物呢？", "海东机场去年运送了多少货物？"),
        (
            "How deep is the Mara trench?",
            "And its length?",
            "What is the length of the Mara trench?",
        ),
        ("How many boys passed the exam?", "And girls?", "How many girls passed the exam?"),
        (
            "Which team came first in the Harbin relay?",
            "And second?",
            "Which team came second in the Harbin relay?",
        ),
        (
            "Who designed the tram line?",
            "How much will it cost?",
            "How much will the tram line cost?",
        ),
        (
            "How many houses were flooded in Wexcombe?",
            "Shops?",
            "How many shops were flooded in Wexcombe?",
        ),
    ],
)
def test_a_like_thing_takes_the_place_and_no_other(before, question, full):
    assert after(before, question) == full


def test_the_two_that_were_asked_about_are_compared():
    turns = [turn("青石大桥有多长？"), turn("那白沙大桥呢？", completed="白沙大桥有多长？")]
    for question in ("比较一下这两座桥", "比较它们"):
        assert complete(question, turns) == "比较青石大桥和白沙大桥"
    assert complete("比较一下这两座桥", turns[:1]) == ""
    listed = [turn("how many articles are about Orla?"), turn("how many are about 塔恩?")]
    turns = [
        (asked, replace(answer, about=name))
        for (asked, answer), name in zip(listed, ("Orla", "塔恩"), strict=True)
    ]
    assert complete("compare the two", turns) == "Compare Orla and 塔恩"
    assert complete("Which one is larger?", turns) == "Which is larger, Orla or 塔恩?"
    turns.append(turn("比较一下这两个", completed="Compare Orla和塔恩"))
    assert complete("Which one is larger?", turns) == "Which is larger, Orla or 塔恩?"


def test_which_of_two_that_were_asked_about():
    turns = [turn("青石大桥有多长？"), turn("那白沙大桥呢？", completed="白沙大桥有多长？")]
    assert complete("哪个更长？", turns) == "青石大桥和白沙大桥哪个更长？"
    turns = [
        turn("How long is the Orla bridge?"),
        turn("And the Tarn bridge?", completed="How long is the Tarn bridge?"),
    ]
    assert (
        complete("Which is longer?", turns)
        == "Which is longer, the Orla bridge or the Tarn bridge?"
    )
    asked = [turn("Compare Huawei and Xiaomi")]
    assert complete("which one sold more?", asked) == "Which sold more, Huawei or Xiaomi?"


@pytest.mark.parametrize(
    ("before", "kind", "label", "question", "second"),
    [
        ("湖州丝绸节在哪里举行？", "text", "", "门票多少钱？", "湖州丝绸节门票多少钱？"),
        ("谁设计了青石大桥？", "person", "李明", "他多大年纪？", "设计了青石大桥，他多大年纪？"),
        ("四川举办了什么演练？", "text", "", "兰州图书馆什么时候开馆？", ""),
        ("任免名单有多少票赞成？", "text", "", "反对的呢？", ""),
        ("新疆的棉花产量是多少？", "text", "", "小麦呢？", "新疆的小麦产量是多少？"),
    ],
)
def test_the_other_reading(before, kind, label, question, second):
    turns = [turn(before, kind, *filter(None, [label]))]
    assert otherwise(question, complete(question, turns), turns) == second
