"""What a question asks for, told from its wording."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from question_forms import PIECES

from rag.question.types import ASKED_KINDS
from rag.question.wording import understand

_FORMS = """
places province | 哪些省份开展了防汛演练？ | 哪个省的小麦产量最高？ | 哪几个省开通了高速铁路？ | 哪些省市发布了消费券？ | 哪四个省签了协议？
places province | 开展垃圾分类的直辖市有哪些？ | 什么省份的茶叶最有名？ | 列出举办过马拉松的省份 | 近几年哪些省份建了机场？ | 哪些省政府出台了政策？
places city | 请列举所有修建了地铁的城市 | 哪些城市修建了地铁？ | 哪座城市举办了花卉博览会？ | 哪个市的公交车换成了电动车？
places county | 哪些县种植苹果？
places district | 哪个区建了新图书馆？
places city | 哪些沿海城市举办了书展？ | 论坛在哪个城市召开？ | 参加演练的城市有哪些？
places country | 哪个国家赢得了比赛？ | 哪些国家派出了代表团？ | 哪国的球队夺冠？
places any | 哪里发生了地震？ | 书展在哪儿举行？ | 论坛在什么地方召开？ | 哪些地方下了大雪？ | 哪几地建了风电场？ | 展览地点在哪？
date | 桥什么时候通车？ | 图书馆何时开放？ | 医院是哪一年建成的？ | 比赛在哪一年举行？ | 展览几月几日开幕？ | 比赛在哪天举行？ | 星期几休馆？
person | 谁主持了会议？ | 哪位教授做了报告？ | 省长是谁？ | 会上哪些人发了言？ | 哪些专家访问了学校？ | 哪个市长出席了仪式？ | 县长叫什么名字？ | 除了几位主演，还有谁客串？ | 《夜航》里除十名群众演员外，谁也到了场？
number | 有多少名志愿者参加？ | 修了几座桥？ | 一共多少公里？ | 这座桥有多长？ | 增长了百分之几？ | 花了几天时间？ | 村里有几户人家？ | 耗资几亿元？
document | 省里印发了什么文件？ | 他写了哪本书？ | 哪部法律规定了这一点？ | 讲座的题目是什么？ | 这台晚会叫什么名字？ | 哪份报纸登了名单？
organisation | 哪家公司承建了大桥？ | 哪所大学研制了新药？ | 什么部门发布了通知？ | 哪支球队夺冠？ | 哪四个部门联合检查？ | 哪家承建了大桥？
text | 为什么推迟了会议？ | 工程进展如何？ | 介绍一下防汛演练 | 怎样检查食品？ | 哪些食品被检查了？ | 哪个品牌的手机销量最高？ | 这次改革有什么意见？
text | 许多大学生参加了哪项活动？ | 哪个地铁站最大？ | 论坛在哪个展馆召开？ | 开通了几号线？ | 哪些市民参加？ | 两个县区之间有什么区别？ | 防汛演练
places province | Which provinces ran flood drills? | Which province grows the most wheat? | What northern provinces opened railways?
places province | List all provinces that held a marathon | Name the provinces that held a marathon | Which of the provinces signed the deal?
places city | In which cities were subways built? | Which two coastal cities built ports? | Which towns planted apple trees?
places county | Which counties planted apple trees?
places city | Name the cities where the fair was held
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
        (
            "What is the population of the county?",
            {"What is the "},
        ),  # the population is what is sought
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


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join)))
def test_any_text_is_understood(text):
    asked = understand(text)
    assert asked.kind in ASKED_KINDS and (asked.kind == "places") == bool(asked.level)
    for start, end in (*asked.idle, *asked.place_spans):
        assert 0 <= start < end <= len(text)
    assert all(year in text for year in asked.years)


def test_that_something_happened_needs_no_support():
    for text in (
        "When did the boat race take place?",
        "Where did the boat race TAKE PLACE in May",
        "Who won the race that took place in Hubei?",
    ):
        spans = [text[a:b].lower() for a, b in understand(text).idle]
        assert any(words in ("take place", "took place") for words in spans), text
    assert "place" not in " ".join(
        text[a:b] for text in ["Which place took part?"] for a, b in understand(text).idle[1:]
    )
    for text in (
        "哪些省份遭遇了台风？",
        "哪些国家发生过地震？",
        "Which countries were hit by floods?",
    ):
        assert len(understand(text).idle) == 2, text
    assert len(understand("什么时候遭遇了台风？").idle) == 1


# How much is asked for; each line a form, then questions.
_ASKED_FOR = """
one | 这座桥有多少座塔？ | 四川有多少个县？ | 谁主持了会议？ | 桥什么时候通车？ | 最高气温是多少？ | 谁修了最长的桥？ | 最长的跨海大桥什么时候通车？
one | 有多少名志愿者参加？ | 收购了多少家公司？ | 哪家公司承建了大桥？ | 市长承诺了什么？ | 请问图书馆几点关门？ | 矿区塌方死了几个人？
one | 能告诉我大桥有多长吗？ | 你知道谁发明了电话吗？ | 书展在哪儿举行？ | 最大的书店在哪里？ | 任免名单有多少票反对？ | 那次爆炸之后，死者达到多少人？
one | How many people were killed? | How long is the bridge? | Who chaired the meeting? | Who built the longest bridge? | When was the tallest tower finished?
one | Can you tell me when the bridge opened? | Do you know who founded the museum? | How many companies did the group buy? | Which bridge is 2,780 metres long?
one | What did the mayor say about the library? | How many counties are there in Sichuan? | Where were more than 300 shops closed? | What did the mayor promise? | What was the highest price paid?
one | Who won the most recent election? | How many votes were cast against the tram line? | At least how many people were hurt?
all | 哪些省份开展了防汛演练？ | 列出举办过马拉松的省份 | 参加演练的城市有哪些？ | 哪些企业成立了论坛？ | 会上都有谁发言？ | 哪些食品被检查了？
all | 除了四川，还有哪些省举行了演练？ | 有哪几所大学加入了联盟？ | 请列举所有修建了地铁的城市 | 分别是谁获奖？ | 有没有哪些省取消了演练？
all | Which provinces ran flood drills? | Name the cities where the fair was held | Which companies founded the forum? | Which foods were inspected?
all | List all documents the ministry issued | Which people were arrested? | Besides Sichuan, which provinces held drills? | What countries sent delegations?
all | In which cities were subways built? | Could you list the companies that signed? | Which towns did not hold a drill?
count | 多少个省举行了防汛演练？ | 一共有多少个城市开通了地铁？ | 在几个省开展了演练？ | 举行演练的省份有多少个？ | 有几家企业签了协议？ | 多少所大学加入了联盟？
count | 几个国家派出了代表团？ | 多少位市长出席了论坛？ | 超过300毫米降雨的城市有几个？ | 签署协议的国家总共有多少个？ | 多少部法规涉及食品安全？
count | How many provinces held flood drills? | In how many provinces were drills held? | How many companies signed the deal? | How many countries are affected?
count | How many governors attended the summit? | What is the number of provinces that held drills? | How many cities had more than 200 mm of rain?
count | So how many universities joined the alliance? | Across how many countries did the storm pass? | How many laws were repealed?
most | 哪个省的小麦产量最高？ | 哪个城市新房均价最高？ | 哪里的雨下得最大？ | 进球最多的是谁？ | 降雨最多的城市是哪座？ | 哪家公司卖出了最多的车？ | 哪个地铁站最大？
most | 全国哪个省去年生产总值居首？ | 哪三个省的出口额最大？ | 最大的桥是哪座？ | 哪一年降雨最多？
most | Which city had the most rain in July? | Who scored the most goals? | Which province grows the most wheat? | Which bridge is the longest?
most | What is the largest city in Anhui? | Which company reported the highest profit? | Which of the towns was hottest on Monday? | Which year had the heaviest snow?
least | 哪个城市新房均价最低？ | 哪个省的失业率最低？ | 哪位选手年龄最小？ | 票价最便宜的是哪家航空公司？ | 哪个区垫底？
least | Which city had the least rain? | Which airline charges the lowest fare? | Who sold the fewest tickets? | Which team was the youngest? | Which district has the lowest rents?
more | 哪些城市新房均价超过1.5万元？ | 上半年生产总值超过一千亿元的城市有哪些？ | 哪些省检查了300家以上的商店？ | 哪些企业员工不少于五百人？ | 哪个省的演练比四川多？
more | Who earned more than Tom Hale? | Which river is longer than the Yellow River? | 哪个队赢的场次比北京队多？
more | Which cities had more than 200 mm of rain in July? | Which companies lost at least $3 billion? | Which provinces held more drills than Sichuan?
more | Which towns recorded 40 degrees or more? | Which cities' average price exceeded 30,000 yuan? | Which firms hired over a hundred people?
less | 哪些城市降雨不到50毫米？ | 哪些省的增速低于5%？ | 哪些学校学生不足一百人？ | 投资不超过两亿元的大桥有哪些？ | 哪些城市的房价比成都低？
less | Which cities had less than 20 mm of rain? | Which clubs sold fewer than 100 tickets? | Which provinces grew below 5%? | Which schools have at most 50 pupils?
whether | 图书馆开放了吗？ | 大桥是否已经通车？ | 市长有没有出席仪式？ | 会议取消了没有？ | 展览收不收费？ | 四川也举行演练了吗？ | 请问大桥通车了吗？
whether | Did the mayor visit when it rained? | Is the museum open? | Was the drill cancelled? | Has the bridge been finished? | Didn't the mayor resign? | Will the fair be held in May?
why | 为什么推迟了会议？ | 体育馆屋顶为什么坍塌？ | 火灾的原因是什么？ | 大桥为何停工？ | 是什么原因导致停电？ | 四川为什么没有举行演练？ | 怎么会发生塌方？
why | Why was the meeting put off? | What caused the fire? | What was the reason for the strike? | How come the bridge was closed? | Please tell me why the roof fell in
how | 怎样检查食品？ | 如何申请补贴？ | 居民怎么领取消费券？ | 消防队是怎样救出矿工的？ | How does the bureau inspect food? | How was the miner rescued? | How can residents apply?
open | 介绍一下防汛演练 | 工程进展如何？ | 南岭矿区发生了什么？ | 新能源论坛怎么样了？ | 关于青石大桥的新闻 | 防汛演练 | 请给我讲讲图书馆的事 | 那场火灾是怎么回事？
open | Tell me about the flood drill | What happened after the fire? | flood drill | Describe the new museum | Can you tell me about the tram line? | What is known about the ferry?
"""
_FORM_CASES = [
    (line.split("|")[0].strip(), question.strip())
    for line in _ASKED_FOR.strip().splitlines()
    for question in line.split("|")[1:]
]


@pytest.mark.parametrize("form, question", _FORM_CASES)
def test_how_much_is_asked_for(form, question):
    assert understand(question).form == form


@pytest.mark.parametrize(
    "question, counted",
    [
        ("多少个省举行了防汛演练？", ("places", "province")),
        ("举行演练的城市有几个？", ("places", "city")),
        ("有几家企业签了协议？", ("organisation", "")),
        ("多少位市长出席了论坛？", ("person", "")),
        ("How many countries are affected?", ("places", "country")),
        ("What is the number of provinces that held drills?", ("places", "province")),
        ("How many laws were repealed?", ("document", "")),
        ("How many people were hurt?", ("", "")),
        ("有多少名志愿者参加？", ("", "")),
    ],
)
def test_what_is_counted(question, counted):
    assert understand(question).counted == counted
