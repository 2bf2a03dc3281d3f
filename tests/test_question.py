"""What a question asks for, told from its wording."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.question.kinds import understand
from rag.question.types import KINDS

_FORMS = """
places province | 哪些省份开展了防汛演练？ | 哪个省的小麦产量最高？ | 哪几个省开通了高速铁路？ | 哪些省市发布了消费券？ | 哪四个省签了协议？
places province | 开展垃圾分类的直辖市有哪些？ | 什么省份的茶叶最有名？ | 列出举办过马拉松的省份 | 近几年哪些省份建了机场？ | 哪些省政府出台了政策？
places city | 请列举所有修建了地铁的城市 | 哪些城市修建了地铁？ | 哪座城市举办了花卉博览会？ | 哪个市的公交车换成了电动车？ | 哪些县种植苹果？
places city | 哪个区建了新图书馆？ | 哪些沿海城市举办了书展？ | 论坛在哪个城市召开？ | 参加演练的城市有哪些？
places country | 哪个国家赢得了比赛？ | 哪些国家派出了代表团？ | 哪国的球队夺冠？
places any | 哪里发生了地震？ | 书展在哪儿举行？ | 论坛在什么地方召开？ | 哪些地方下了大雪？ | 哪几地建了风电场？ | 展览地点在哪？
date | 桥什么时候通车？ | 图书馆何时开放？ | 医院是哪一年建成的？ | 比赛在哪一年举行？ | 展览几月几日开幕？ | 比赛在哪天举行？ | 星期几休馆？
person | 谁主持了会议？ | 哪位教授做了报告？ | 省长是谁？ | 会上哪些人发了言？ | 哪些专家访问了学校？ | 哪个市长出席了仪式？ | 县长叫什么名字？
number | 有多少名志愿者参加？ | 修了几座桥？ | 一共多少公里？ | 这座桥有多长？ | 增长了百分之几？ | 花了几天时间？ | 村里有几户人家？ | 耗资几亿元？
document | 省里印发了什么文件？ | 他写了哪本书？ | 哪部法律规定了这一点？ | 讲座的题目是什么？ | 这台晚会叫什么名字？ | 哪份报纸登了名单？
organisation | 哪家公司承建了大桥？ | 哪所大学研制了新药？ | 什么部门发布了通知？ | 哪支球队夺冠？ | 哪四个部门联合检查？ | 哪家承建了大桥？
text | 为什么推迟了会议？ | 工程进展如何？ | 介绍一下防汛演练 | 怎样检查食品？ | 哪些食品被检查了？ | 哪个品牌的手机销量最高？ | 这次改革有什么意见？
text | 许多大学生参加了哪项活动？ | 哪个地铁站最大？ | 论坛在哪个展馆召开？ | 开通了几号线？ | 哪些市民参加？ | 两个县区之间有什么区别？ | 防汛演练
places province | Which provinces ran flood drills? | Which province grows the most wheat? | What northern provinces opened railways?
places province | List all provinces that held a marathon | Name the provinces that held a marathon | Which of the provinces signed the deal?
places city | In which cities were subways built? | Which two coastal cities built ports? | Which towns planted apple trees?
places city | Which counties planted apple trees? | Name the cities where the fair was held
places country | Which country won the match? | What countries sent delegations?
places any | Where did the earthquake strike? | Which regions had heavy snow? | In what part of China is the lake? | which places were named
date | When does the bridge open? | In what year was the hospital built? | On which day is the match? | What time does the hall open?
date | Since when has the rule applied? | When did the fire break out, and where?
person | Who chaired the meeting? | Whose speech opened the forum? | Which professor gave the talk? | By whom was the report written?
person | Who said the bridge where cars fell was safe? | What was the last name of the player?
number | How many volunteers took part? | How much did the bridge cost? | What did the bridge cost? | How long is the bridge? | What percentage of farms were flooded?
number | What was the total number of visitors? | In how many provinces were drills held? | What was the cost of the bridge?
number | How many people were there when the bridge opened? | When the fire broke out, how many people were inside?
document | Which document did the ministry issue? | What law covers this? | What was the title of the lecture? | Which magazine printed it?
organisation | Which company built the bridge? | At which hospital was he treated? | What is the name of the firm that built it?
text | Why was the meeting put off? | How does the bureau inspect food? | Tell me about the flood drill | Which foods were inspected?
text | What did the mayor promise when he visited? | Why did residents who live near the river leave? | What happened after the fire?
text | Did the mayor visit when it rained? | Which court case changed the rule? | flood drill
"""
_CASES = [
    (kind_level, question.strip())
    for line in _FORMS.strip().splitlines()
    for kind_level, *questions in [line.split("|")]
    for question in questions
]


@pytest.mark.parametrize("expected, question", _CASES)
def test_kind_and_level(expected, question):
    asked = understand(question)
    assert f"{asked.kind} {asked.level}".strip() == expected.strip()


@pytest.mark.parametrize(
    "question, idle",
    [
        ("哪些省份开展了防汛演练？", {"哪些省份"}),
        ("2015年有多少名志愿者参加？", {"多少名"}),
        ("Which provinces ran flood drills?", {"Which provinces"}),
        ("Which areas had heavy snow?", {"Which areas"}),
        ("How many volunteers took part?", {"How many"}),
        ("What is the population of the county?", {"What is the "}),  # the population is what is sought
        ("请列出建了地铁的城市", {"请列出", "城市"}),
        ("介绍一下防汛演练", set()),
    ],
)
def test_the_words_that_only_ask_are_told_apart(question, idle):
    assert {question[a:b] for a, b in understand(question).idle} == idle


@pytest.mark.parametrize(
    "question, places, years",
    [
        ("四川省2011年开放了多少个检测室？", ["四川"], ("2011",)),
        ("What did Shandong and Henan do in 2015 and 2016?", ["山东", "河南"], ("2015", "2016")),
        ("2000名志愿者去了哪里？", [], ()),
        ("招收1500人的学校在哪儿？", [], ()),
        ("2010年度奖项颁给了谁？", [], ("2010",)),
        ("造价1,980万元的桥在哪里？", [], ()),
        ("2011年第五届书展在哪举办？", [], ("2011",)),
        ("四川大学在哪里？", [], ()),  # part of a name
        ("中国哪些城市有地铁？", [], ()),  # the whole country restricts nothing
        ("四川哪些城市有地铁？", ["四川"], ()),
    ],
)
def test_places_and_years_that_evidence_must_be_of(question, places, years):
    asked = understand(question)
    assert [place.short for place in asked.places] == places
    assert asked.years == years
    assert [question[a:b].replace("省", "") for a, b in asked.place_spans] == [
        p if p in question else {"山东": "Shandong", "河南": "Henan"}[p] for p in places
    ]


def test_what_is_counted_is_in_focus():
    for question, word in (("开放了多少个检测室？", "检测室"), ("How many volunteers took part?", "volunteers")):
        start, end = understand(question).focus
        assert word in question[start:end]


_PIECES = ["哪些", "省", "谁", "多少", "在哪", "几", "年", "what is the ", "which ", "city ", "when ", "2011", "四川", "，", "?", "家"]


@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(st.sampled_from(_PIECES)).map("".join)))
def test_any_text_is_understood(text):
    asked = understand(text)
    assert asked.kind in KINDS and (asked.kind == "places") == bool(asked.level)
    for start, end in (*asked.idle, *asked.place_spans):
        assert 0 <= start < end <= len(text)
    assert 0 <= asked.focus[0] <= asked.focus[1] <= len(text)
    assert all(year in text for year in asked.years)


def test_that_something_happened_needs_no_support():
    for text in ("When did the boat race take place?", "Where did the boat race TAKE PLACE in May", "Who won the race that took place in Hubei?"):
        spans = [text[a:b].lower() for a, b in understand(text).idle]
        assert any(words in ("take place", "took place") for words in spans), text
    assert "place" not in " ".join(text[a:b] for text in ["Which place took part?"] for a, b in understand(text).idle[1:])
    for text in ("哪些省份遭遇了台风？", "哪些国家发生过地震？", "Which countries were hit by floods?"):
        assert len(understand(text).idle) == 2, text
    assert len(understand("什么时候遭遇了台风？").idle) == 1
