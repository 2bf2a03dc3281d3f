"""Raw page texts lose their furniture, plain texts lose nothing."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus import read_corpus
from rag.corpus.lines import tidy
from rag.corpus.page import read_page

FIRST = "滨江市园林局昨日宣布，自三月起城区十二座公园全部免费开放，市民凭身份证即可入园。"
SECOND = "据介绍，公园每日开放时间为早六点至晚十点，节假日延长一小时。"
THIRD = "园林局提醒市民文明游园，爱护花草树木，不要携带宠物入园。"
ENGLISH = (
    (
        "The city opened three new libraries on Tuesday, the mayor said at a ceremony. More than"
        " two hundred came."
    ),
    'The next two will open in spring. "We want every child to have a card," the mayor said.',
)


def page(*lines, gap="\n\n"):
    return read_page(tidy(gap.join(lines)))


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize(
    "date",
    [
        "2015.3.2",
        "2015-03-02",
        "2015年3月2日",
        "2015/03/02 10:20",
        "20150302",
        "Mar 2, 2015",
        "发布时间：2015-03-02 10:20:30",
    ],
)
def test_a_page_with_its_furniture(gap, date):
    found = page(
        "滨江在线",
        "登录",
        "收藏本文",
        "赞赏支持赞赏支持",
        "×",
        "城区十二座公园免费开放",
        date,
        "市民游园更方便，节假日开放时间延长一小时",
        FIRST,
        "文明游园",
        SECOND,
        THIRD,
        "猜你喜欢",
        gap=gap,
    )
    assert (found.title, found.date, found.source) == (
        "城区十二座公园免费开放",
        "2015-03-02",
        "滨江在线",
    )
    assert found.text.split("\n")[-1] == THIRD
    assert [line for line in found.text.split("\n") if line][-4:] == [
        FIRST,
        "文明游园",
        SECOND,
        THIRD,
    ]
    for furniture in ("滨江在线", "登录", "收藏", "赞赏", "×", "猜你"):
        assert furniture not in found.text


def test_a_page_with_menus_labels_links_and_a_notice():
    found = page(
        "滨江在线",
        "首页 | 时政 | 社会 | 体育",
        "您现在的位置：首页 > 社会 > 正文",
        "城区十二座公园免费开放",
        "2015年03月02日 08:15　来源：滨江晚报　作者：李明　字号：大 中 小",
        FIRST,
        "开放时间",
        SECOND,
        THIRD,
        "责任编辑：王芳",
        "相关新闻",
        "一季度房价走势",
        "周末天气预报",
        "春季招聘会下周举行",
        "本站所载文章仅代表作者个人观点，与本站无关，如有侵权请与我们联系。",
        "关于我们 | 联系我们 | 网站地图",
        "Copyright © 2015 滨江在线 版权所有 滨ICP备00000000号",
        gap="\n",
    )
    assert (found.title, found.date, found.source) == (
        "城区十二座公园免费开放",
        "2015-03-02",
        "滨江晚报",
    )
    assert found.text == "\n".join((FIRST, "开放时间", SECOND, THIRD))


def test_an_english_page():
    found = page(
        "Harbour Daily",
        "Menu",
        "Search",
        "Home > World > Asia",
        "City opens three new libraries on the waterfront",
        "By Jane Doe",
        "Sep 21, 2011 10:20 AM",
        "Share",
        "Tweet",
        ENGLISH[0],
        "What comes next",
        ENGLISH[1],
        "Most Read",
        "Ferry timetable changes this weekend",
        "How to renew your card",
        "© 2011 Harbour Daily. All rights reserved.",
    )
    assert (found.title, found.date) == (
        "City opens three new libraries on the waterfront",
        "2011-09-21",
    )
    assert (found.source, found.text) == (
        "Harbour Daily",
        "\n\n".join((ENGLISH[0], "What comes next", ENGLISH[1])),
    )


def test_the_date_may_stand_above_the_title():
    found = page("新潮网", "2015-03-02", "城区十二座公园免费开放", FIRST + SECOND, "推荐阅读")
    assert (found.title, found.date, found.source, found.text) == (
        "城区十二座公园免费开放",
        "2015-03-02",
        "新潮网",
        FIRST + SECOND,
    )


def test_a_page_without_a_date_is_known_by_its_buttons():
    found = page("新潮网", "×", "登录登录", "城区十二座公园免费开放", FIRST + SECOND, "推荐阅读")
    assert (found.title, found.date, found.source, found.text) == (
        "城区十二座公园免费开放",
        "",
        "新潮网",
        FIRST + SECOND,
    )


def test_a_list_that_the_text_announces_stays():
    found = page(
        "新潮网",
        "登录",
        "城区十二座公园免费开放",
        "2015-03-02",
        FIRST,
        "免费公园名单如下，请市民留意开放时间：",
        "东山公园",
        "西湖公园",
    )
    assert found.text.endswith("东山公园\n\n西湖公园")
    found = page(
        "新潮网",
        "登录",
        "城区十二座公园免费开放",
        "2015-03-02",
        FIRST,
        "名单如下：",
        "东山公园",
        "西湖公园",
        THIRD,
        "推荐阅读",
    )
    assert found.text == "\n\n".join((FIRST, "名单如下：", "东山公园", "西湖公园", THIRD))


PLAIN = {
    "note": "明天下午三点开会",
    "notes": "会议改期。\n\n明天下午三点开会，地点不变。",
    "poem": "静夜思\n\n李白\n\n床前明月光，\n疑是地上霜。\n举头望明月，\n低头思故乡。",
    "verse": "床前明月光\n疑是地上霜\n举头望明月\n低头思故乡",
    "list": "苹果\n梨\n香蕉",
    "dated sentence": f"2011年9月21日，海湾市举行了一次灭火演练，二百多名职工参加。\n\n{FIRST}",
    "diary": f"2011年9月21日 晴\n\n{FIRST}",
    "chronicle": f"大事记\n\n2011-09-01\n\n{FIRST}\n\n2011-09-21\n\n{SECOND}",
    "introduced": f"{THIRD}\n\n2011-09-01\n\n{FIRST}\n\n名单\n\n东山公园",
    "notice": f"关于公园开放的通知\n\n各科室：\n\n{FIRST}\n\n滨江市园林局\n二〇一五年三月二日",
    "headings": f"公园开放\n\n{FIRST}\n\n文明游园\n\n{SECOND}\n\n获奖者\n\n张三\n\n李四",
    "dialogue": "“谁？”\n\n“我。”\n\n门开了。\n\n“进来吧！”",
    "english": f"{ENGLISH[0]}\n\n{ENGLISH[1]}\n\nWith thanks to the staff",
}


@pytest.mark.parametrize("name", PLAIN)
def test_plain_texts_keep_every_line(name):
    assert read_page(PLAIN[name]).text == PLAIN[name]


def test_title_and_date_of_plain_texts():
    assert read_page(PLAIN["poem"]).title == "静夜思"
    assert read_page(PLAIN["headings"]).title == "公园开放"
    assert (
        read_page(PLAIN["note"]).title
        == read_page(PLAIN["list"]).title
        == read_page(PLAIN["dialogue"]).title
        == ""
    )
    notice = read_page(PLAIN["notice"])
    assert (notice.title, notice.date) == ("关于公园开放的通知", "2015-03-02")
    assert read_page(PLAIN["chronicle"]).date == ""


def test_title_and_date_on_top_of_a_plain_text_are_all_that_is_taken():
    found = page(
        "春季植树活动总结", "2012-03-15", FIRST, "参加单位：", "第一科", "第二科", "获奖者", "张三"
    )
    assert (found.title, found.date) == ("春季植树活动总结", "2012-03-15")
    assert found.text == "\n\n".join((FIRST, "参加单位：", "第一科", "第二科", "获奖者", "张三"))
    found = page(
        "公园免费开放惠及全市居民", "滨江市推进绿色城市建设纪实", "2012-03-15", FIRST, "获奖者"
    )
    assert (found.title, found.source) == ("公园免费开放惠及全市居民", "")
    assert found.text == "\n\n".join(("滨江市推进绿色城市建设纪实", FIRST, "获奖者"))


LINES = st.sampled_from(
    [
        FIRST,
        SECOND,
        *ENGLISH,
        "滨江在线",
        "登录",
        "×",
        "城区十二座公园免费开放",
        "2015-03-02",
        "2015-03-02 10:20",
        "",
        "东山公园",
        "来源：滨江晚报",
        "首页 | 社会 | 体育",
        "© 2015",
        "名单如下：",
        "真的吗？",
        "——",
        "2015年3月2日，",
    ]
)


@given(st.lists(LINES, min_size=1, max_size=12).map("\n".join) | st.text())
def test_no_text_is_lost_altogether_and_none_is_made_up(text):
    text = tidy(text)
    found = read_page(text)
    assert bool(found.text) == bool(text)
    rest = iter(text.split("\n"))
    assert all(line in rest for line in found.text.split("\n") if line), (
        "lines of another order or origin"
    )


def test_a_real_page():
    path = Path(__file__).parents[3] / "shared" / "corpus" / "quality-month-2011.txt"
    if not path.exists():
        pytest.skip("the source article is not on this machine")
    (article,) = read_corpus([path])
    lines = [line for line in path.read_text("utf-8").splitlines() if line.strip()]
    assert (article.title, article.date, article.source, article.lang) == (
        lines[5].strip(),
        "2011-09-21",
        lines[0],
        "zh",
    )
    kept = [line for line in article.text.split("\n") if line]
    assert kept == [line.strip() for line in lines[7:-1]]
