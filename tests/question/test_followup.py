"""Questions that lean on the one before are asked in full; a whole question is never touched."""

import itertools

import pytest
from turns_before import after, turn

from rag.question.followup import complete
from rag.question.wording import understand


@pytest.mark.parametrize(
    ("before", "question", "full"),
    [
        # another place
        ("四川举办了什么演练？", "那浙江呢？", "浙江举办了什么演练？"),
        ("四川举办了什么演练？", "浙江", "浙江举办了什么演练？"),
        ("四川举办了什么演练？", "那成都和重庆呢？", "成都和重庆举办了什么演练？"),
        ("谁参加了上海的颁奖仪式？", "北京的呢", "谁参加了北京的颁奖仪式？"),
        ("哪些省开展了电梯安全演练？", "还有浙江呢？", "浙江开展了电梯安全演练？"),
        ("哪些城市开展了电梯安全演练？", "浙江呢？", "浙江哪些城市开展了电梯安全演练？"),
        ("四川举办了什么演练？", "那浙江怎么样？", "浙江举办了什么演练？"),
        ("颁奖仪式在哪里举行？", "那杭州呢？", "颁奖仪式在杭州举行？"),
        ("请列出开展演练的省份", "浙江呢", "浙江开展演练？"),
        ("参加演练的省份有哪些？", "浙江也有吗？", "浙江参加演练？"),
        (
            "How many people attended the ceremony in Shanghai?",
            "and in Beijing?",
            "How many people attended the ceremony in Beijing?",
        ),
        (
            "Which hospital held the drill?",
            "What about Zhejiang?",
            "Which hospital held the drill in Zhejiang?",
        ),
        ("Which provinces held drills?", "Zhejiang too?", "Zhejiang held drills?"),
        ("Where was the drill held?", "in Zhejiang?", "Was the drill held in Zhejiang?"),
        # another time
        ("2022年四川举办了什么演练？", "2023年呢", "2023年四川举办了什么演练？"),
        ("2023年5月四川举办了什么演练？", "6月呢？", "2023年6月四川举办了什么演练？"),
        (
            "Which provinces held drills in May 2023?",
            "and in June?",
            "Which provinces held drills in June 2023?",
        ),
        (
            "Which provinces held drills in May 2023?",
            "and in June 2022?",
            "Which provinces held drills in June 2022?",
        ),
        ("四川什么时候举办了演练？", "2023年呢？", "四川2023年举办了演练？"),
        (
            "Which provinces held drills in 2022?",
            "and in May 2023?",
            "Which provinces held drills in May 2023?",
        ),
        ("Which provinces held drills?", "since 2020?", "Which provinces held drills since 2020?"),
        ("When did the museum open?", "in 2019?", "Did the museum open in 2019?"),
        # other words that ask
        ("四川举办了什么演练？", "什么时候？", "四川什么时候举办了演练？"),
        ("四川举办了什么演练？", "为什么？", "四川为什么举办了演练？"),
        ("四川举办了什么演练？", "那是在哪里？", "四川在哪里举办了演练？"),
        ("四川举办了什么演练？", "有多少人参加？", "四川举办了演练，有多少人参加？"),
        ("四川举办了什么演练？", "哪些省？", "哪些省举办了演练？"),
        ("哪些省开展了电梯安全演练？", "谁？", "谁开展了电梯安全演练？"),
        ("哪些省开展了电梯安全演练？", "其中有多少个？", "多少个省开展了电梯安全演练？"),
        ("防汛演练出动了多少艘冲锋舟？", "什么时候？", "什么时候防汛演练出动了冲锋舟？"),
        ("西堠大桥有多长？", "什么时候通车的？", "西堠大桥什么时候通车的？"),
        (
            "Which hospital held the drill?",
            "when?",
            "When was it that the hospital held the drill?",
        ),
        ("Which hospital held the drill?", "Who?", "Who held the drill?"),
        (
            "Which hospital held the drill?",
            "how many people?",
            "Hospital held the drill: how many people?",
        ),
        ("What drills did Sichuan hold?", "Why?", "Why did Sichuan hold drills?"),
        ("Did Sichuan hold a drill?", "When exactly?", "When did Sichuan hold a drill?"),
        ("When was the drill held?", "and where?", "Where was the drill held?"),
        ("When was the drill held?", "where was it?", "Where was the drill held?"),
        ("Which provinces held drills?", "how many of them?", "How many provinces held drills?"),
        # both
        (
            "Which provinces held drills?",
            "which ones in 2023?",
            "Which provinces held drills in 2023?",
        ),
        ("四川什么时候举办了演练？", "哪些？", "四川什么时候举办了演练？"),
        ("四川举办了什么演练？", "浙江什么时候？", "浙江什么时候举办了演练？"),
        ("哪些省举办了演练？", "浙江哪些城市？", "浙江哪些城市举办了演练？"),
        # another thing
        ("哪些省开展了电梯安全演练？", "那消防演练呢？", "哪些省开展了消防演练？"),
        ("兰州图书馆什么时候开馆？", "那美术馆呢？", "兰州美术馆什么时候开馆？"),
        ("“望舒”阵列的首席科学家是谁？", "总工程师呢？", "“望舒”阵列的总工程师是谁？"),
        ("青溪大桥的设计师是谁？", "那总监呢？", "青溪大桥的总监是谁？"),
        (
            "Which provinces held elevator safety drills?",
            "and fire drills?",
            "Which provinces held fire drills?",
        ),
        (
            "Who built the bridge in Zhoushan?",
            "What about the museum?",
            "Who built the museum in Zhoushan?",
        ),
        # a pronoun
        ("兰州图书馆什么时候开馆？", "它有多少藏书？", "兰州图书馆有多少藏书？"),
        ("图书馆做了什么？", "它什么时候开馆？", "图书馆什么时候开馆？"),
        ("四川举办了什么演练？", "那里还有什么活动？", "四川还有什么活动？"),
        ("四川举办了什么演练？", "他们是怎么准备的？", "四川举办了演练，他们是怎么准备的？"),
        ("When did the Xihou Bridge open?", "How long is it?", "How long is the Xihou Bridge?"),
        ("When did the Xihou Bridge open?", "who built it?", "Who built the Xihou Bridge?"),
        (
            "Which hospital held the drill?",
            "How many of them were trained in first aid?",
            "Hospital held the drill: how many of them were trained in first aid?",
        ),
        ("Which drills were held in Sichuan?", "What happened there?", "What happened in Sichuan?"),
        # the other language
        ("四川举办了什么演练？", "and in Zhejiang?", "浙江举办了什么演练？"),
        ("四川举办了什么演练？", "when?", "四川什么时候举办了演练？"),
        ("四川举办了什么演练？", "which ones in 2023?", "2023年四川举办了什么演练？"),
        (
            "Which hospital held the drill?",
            "那上海呢",
            "Which hospital held the drill in Shanghai?",
        ),
        (
            "Which provinces held drills in 2022?",
            "2023年呢？",
            "Which provinces held drills in 2023?",
        ),
        ("When was the drill held?", "在哪里？", "Where was the drill held?"),
        ("暴雨造成多少人死亡？", "And how many were injured?", "暴雨: how many were injured?"),
        ("暴雨造成多少人死亡？", "What about the injured?", "暴雨: how many were injured?"),
        ("西堠大桥什么时候通车？", "and the cost?", "What is the cost of 西堠大桥?"),
        ("台风海葵造成多少人死亡？", "What about Saola?", "Saola造成多少人死亡？"),
        ("How many people died in Typhoon Saola?", "受伤的呢？", "Typhoon Saola有多少人受伤？"),
        ("How many died in Typhoon Saola?", "那海葵呢？", "How many died in 海葵?"),
        ("When did the Xihou Bridge open?", "造价呢？", "the Xihou Bridge的造价是多少？"),
        # what only joins it to the question is no part of what was asked about
        ("暴雨造成多少人死亡？", "它什么时候停的？", "暴雨什么时候停的？"),
        # traditional characters
        ("哪些省開展了電梯演練？", "浙江呢？", "浙江開展了電梯演練？"),
        ("四川举办了什么演练？", "為什麼？", "四川為什麼舉辦了演練？"),
    ],
)
def test_a_question_that_leans_on_another_is_asked_in_full(before, question, full):
    assert after(before, question) == full
    assert complete(question, []) == ""


WHOLE = """四川举办了什么演练？|浙江在哪里？|浙江有哪些城市？|浙江有多少人口？|浙江的人口是多少？|广东做了什么？|四川发生了什么？|今天星期几？|杭州在浙江吗？|杭州是浙江的吗？
那么四川举办了什么演练？|那年四川举办了什么演练？|那达慕大会在哪里举行？|那曲市有多少人口？|那些参加演练的学校在哪里？|那家医院叫什么名字？|那么，浙江举办了哪些演练？|那四川为什么没有举办演练呢？
还有哪些省举办了电梯演练？|还有谁参加了颁奖仪式？|浙江会不会举办演练呢？|四川举办了演练没有呢？|浙江是否举办了演练呢？|哪家医院举办了演练呢？|怎么报名参加演练呢？|如果下雨，演练还举行呢？
图书馆开馆时，它有多少藏书？|它开馆时，图书馆有多少藏书？|四川和它的邻省举办了什么演练？|周文静说她什么时候上任？|谁在他父亲去世后接管了公司？|其他省举办了什么演练？|吉他是什么时候传入中国的？
参加演练的人其中有多少学生？|什么时候飞机起飞的？|兰州那里有什么演练？|什么是质量月？|质量月是什么时候？|上海地铁|浙江 演练|浙江什么时候成立的？|上海世博会什么时候开幕？|十堰是哪个省的？|2023年浙江有多少人口？|谁是浙江省省长？
And which provinces held elevator drills?|And who won the marathon in Chengdu?|And did Sichuan hold a drill?|But why did Sichuan cancel the drill?
So which hospital held the drill?|And the mayor resigned?|Then what happened in Sichuan?
What happened in Zhejiang?|Where is Zhejiang?|What is Zhejiang?|Which cities are in Zhejiang?|What is the population of Sichuan?
Is Hangzhou in Zhejiang?|Who is the mayor of Chengdu?|When was the drill held?|Did Zhejiang hold a drill?
When the museum opened, how many paintings did it show?|When it opened, how many paintings did the museum show?|Which city improved its water supply?
Which company sold its factory?|How many people did the museum invite to visit it?
Those who attended the drill, where did they come from?|Is it true that Sichuan held drills?|Is it raining in Chengdu?
Why is it important to inspect elevators?|How long does it take to get to Chengdu?|What time is it?
How many hospitals are there in Shanghai?|Were there any fires in Zhejiang?|Was that hospital in Sichuan open?
Did the drivers say that they were trained?|Which IT companies moved to Chengdu?|Did He Jun win a medal?|fire drills?
Which provinces in 2023 held drills?|How about adding a station was decided by whom?|Which city did the mayor say he would visit?
What was it like when the bridge opened?|Drills in Zhejiang and Sichuan?""".replace(
    "\n", "|"
).split("|")
BEFORE = (
    "哪些省开展了电梯安全演练？",
    "四川举办了什么演练？",
    "兰州图书馆什么时候开馆？",
    "Which provinces held drills in 2022?",
    "When did the Xihou Bridge open?",
    "Who built the museum?",
)


@pytest.mark.parametrize("question", WHOLE)
def test_a_whole_question_is_never_touched(question):
    assert [after(before, question) for before in BEFORE] == [""] * len(BEFORE)


def test_no_whole_question_of_many_is_touched():
    leads = ("", "那么", "请问", "那么，", "还有，")
    who = ("四川", "浙江省", "兰州市图书馆", "那家医院", "2023年上海", "其他省", "当地")
    asked = (
        "什么时候举办了防汛演练",
        "在哪里举行防汛演练",
        "举办了多少次演练",
        "为什么取消了演练",
        "举办了什么演练呢",
        "有哪些城市参加了演练",
        "的演练有多少人参加",
        "是否举办了演练呢",
    )
    for parts in itertools.product(leads, who, asked):
        assert after("哪些省开展了电梯安全演练？", "".join(parts) + "？") == "", parts
    leads = ("", "And ", "So, ", "But ", "Also, ", "Then ")
    asked = (
        "when did {} hold a drill",
        "where was the drill of {} held",
        "how many people lived in {} in 2020",
        "why did {} close its museum",
        "which hospitals in {} were inspected",
        "what did the mayor of {} say about it in May",
        "did {} send its team to Beijing",
        "who said that {} would send them help",
    )
    for lead, question, place in itertools.product(
        leads, asked, ("Sichuan", "the Xihou Bridge Company", "Hangzhou")
    ):
        text = lead + question.format(place) + "?"
        assert after("Which provinces held drills in 2022?", text[0].upper() + text[1:]) == "", text


@pytest.mark.parametrize(
    ("before", "question", "kind", "places"),
    [
        ("四川举办了什么演练？", "那浙江呢？", "text", ["浙江"]),
        ("哪些省举办了演练？", "浙江呢", "text", ["浙江"]),
        ("四川举办了什么演练？", "什么时候？", "date", ["四川"]),
        ("四川举办了什么演练？", "有多少人参加？", "number", ["四川"]),
        ("四川举办了什么演练？", "哪些省？", "places", []),
        ("Which hospital in Sichuan held the drill?", "when?", "date", ["四川"]),
        ("Which hospital in Sichuan held the drill?", "how many people?", "number", ["四川"]),
        ("Which hospital in Sichuan held the drill?", "and in Zhejiang?", "organisation", ["浙江"]),
        ("Which hospital in Sichuan held the drill?", "who?", "person", ["四川"]),
        ("Which provinces held the drill?", "哪些城市？", "places", []),
    ],
)
def test_the_question_in_full_is_understood(before, question, kind, places):
    asked = understand(after(before, question))
    assert (asked.kind, [place.short for place in asked.places]) == (kind, places)


def test_a_follow_up_of_a_follow_up_leans_on_the_question_in_full():
    history, seen = [turn("四川举办了什么演练？")], []
    for question in ("那浙江呢？", "什么时候？", "and in Hunan?", "多少人？"):
        seen.append(complete(question, history))
        history.append(turn(question, completed=seen[-1]))
    assert seen == [
        "浙江举办了什么演练？",
        "浙江什么时候举办了演练？",
        "湖南什么时候举办了演练？",
        "湖南举办了演练，有多少人？",
    ]
    history.append(turn("谁修建了西堠大桥？"))
    assert complete("为什么？", history) == "为什么修建了西堠大桥？"
