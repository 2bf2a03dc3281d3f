"""Numbers, dates, documents, persons and organisations in text: exact spans, units and values."""

import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.answer import answer
from rag.reader.value import VALUE_KINDS
from rag.reader.values import chinese_number, english_number, find_dates, find_numbers
from rag.corpus import Article


def texts(values):
    return [v.text for v in values]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "展会迎来近1万人次，签约约有700多家。",
            [("近1万人次", "人次", 10000), ("约有700多家", "家", 700)],
        ),
        ("拆除摊位100多个，三百家商户搬走", [("100多个", "个", 100), ("三百家", "家", 300)]),
        (
            "全长十二点五公里，耗资2.3亿元",
            [("十二点五公里", "公里", 12.5), ("2.3亿元", "元", 2.3e8)],
        ),
        ("利润增长百分之五，成本下降3.5%", [("百分之五", "%", 5), ("3.5%", "%", 3.5)]),
        ("来了400余名游客和十几个孩子", [("400余名", "名", 400), ("十几个", "个", 10)]),
        (
            "20多万人、1万2千人、１２家、1,200吨",
            [
                ("20多万人", "人", 200000),
                ("1万2千人", "人", 12000),
                ("１２家", "家", 12),
                ("1,200吨", "吨", 1200),
            ],
        ),
        ("每组3至5名，奖金10-20万元", [("3至5名", "名", 3), ("10-20万元", "元", 100000)]),
        ("四大工程与两个中心", [("四大", "大", 4), ("两个", "个", 2)]),
        ("涨了5个百分点，占三分之二", [("5个百分点", "个百分点", 5), ("三分之二", "", 2 / 3)]),
        ("亏损-133.01万元", [("-133.01万元", "元", -1330100)]),
    ],
)
def test_chinese_quantities(text, expected):
    found = find_numbers(text)
    assert [(v.text, v.unit) for v in found] == [(t, u) for t, u, _ in expected]
    assert [v.head for v in found] == pytest.approx([h for _, _, h in expected])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("More than 700 enterprises signed.", [("More than 700 enterprises", "enterprises", 700)]),
        ("It paid $1.13bn (£600m) in cash.", [("$1.13bn", "$", 1.13e9), ("£600m", "£", 6e8)]),
        (
            "two dozen ships and thirteen mobile laboratories",
            [
                ("two dozen ships", "ships", 24),
                ("thirteen mobile laboratories", "mobile laboratories", 13),
            ],
        ),
        (
            "Sales rose 3.5% and costs 2.5 per cent.",
            [("3.5%", "%", 3.5), ("2.5 per cent", "%", 2.5)],
        ),
        ("between 30%-50%, at -5%", [("30%", "%", 30), ("50%", "%", 50), ("-5%", "%", -5)]),
        (
            "about 2000 people, half a million people",
            [("about 2000 people", "people", 2000), ("half a million people", "people", 500000)],
        ),
        (
            "1,200 cars, 10 million tonnes",
            [("1,200 cars", "cars", 1200), ("10 million tonnes", "tonnes", 1e7)],
        ),
        ("one of the two US firms", [("two", "", 2)]),
    ],
)
def test_english_quantities(text, expected):
    assert [(v.text, v.unit, v.head) for v in find_numbers(text)] == expected


def test_ordinals_are_no_quantities():
    found = find_numbers("第五届年会与首届论坛，第3次会议; the third round, his 20th win")
    assert [(v.text, v.head) for v in found if v.ordinal] == [
        ("第五届", 5),
        ("首届", 1),
        ("第3次", 3),
        ("third", 3),
        ("20th", 20),
    ]
    assert [v for v in found if not v.ordinal] == []


@pytest.mark.parametrize(
    "text",
    [
        "统一部署，一定十分小心，大家一起唱",
        "三亚和四川",
        "固件1.2.0支持5G",
        "电话010-88889999或13800138000",
        "文号〔2011〕5号",
        "2011年9月20日10:30",
        "in 2011 and since May 5, 2013",
        "one of the best",
    ],
)
def test_no_quantity(text):
    assert find_numbers(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("三百", 300),
        ("两千三百", 2300),
        ("十二点五", 12.5),
        ("2.3亿", 2.3e8),
        ("百万", 1e6),
        ("1,200", 1200),
        ("700多", 700),
        ("１２万", 120000),
        ("十几", 10),
        ("几十", None),
        ("数百", None),
        ("", None),
        ("万", 10000),
    ],
)
def test_chinese_number(text, expected):
    assert chinese_number(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("twenty-one thousand three hundred and four", 21304),
        ("two dozen", 24),
        ("half a dozen", 6),
        ("a hundred", 100),
        ("Thirteen", 13),
        ("many", None),
    ],
)
def test_english_number(text, expected):
    assert english_number(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "比赛定在9月20日，2011年9月21日上午10时开赛",
            [("9月20日", "2011-09-20"), ("2011年9月21日上午10时", "2011-09-21")],
        ),
        (
            "2011-09-21 2011.9.21 2011/9/1",
            [("2011-09-21", "2011-09-21"), ("2011.9.21", "2011-09-21"), ("2011/9/1", "2011-09-01")],
        ),
        ("20日，2010年度，8月上旬", [("20日", None), ("2010年度", "2010"), ("8月上旬", "2011-08")]),
        ("规划期为2011-2020年", [("2011-2020年", "2011")]),
        ("二〇一一年九月二十日", [("二〇一一年九月二十日", "2011-09-20")]),
        (
            "今年上半年、去年、昨日、前天、下周三",
            [
                ("今年上半年", None),
                ("去年", None),
                ("昨日", None),
                ("前天", None),
                ("下周三", None),
            ],
        ),
        ("19世纪末到上世纪80年代", [("19世纪末", None), ("上世纪80年代", None)]),
        ("9月1日至10月7日", [("9月1日至10月7日", "2011-09-01")]),
        ("22时30分许，中秋节前", [("22时30分许", None), ("中秋节", None)]),
        ("今天（28日）上午9点55分前后", [("今天（28日）上午9点55分", None)]),
        ("20日本报记者", [("20日", None)]),
        ("目前日本3个月卖出20日元的月饼", []),
        ("2011年2月30日", [("2011年2月30日", None)]),
        (
            "on Sept. 20, and 20 September 2010",
            [("Sept. 20", "2011-09-20"), ("20 September 2010", "2010-09-20")],
        ),
        ("born May 5, 2013 in the 1990s", [("May 5, 2013", "2013-05-05"), ("the 1990s", None)]),
        ("It may march on, said May", []),
        (
            "last Monday, in 1975, in the 19th century",
            [("last Monday", None), ("1975", "1975"), ("the 19th century", None)],
        ),
        ("2000 people paid $2000", []),
        ("生产2000个，约1900多名，2019新款", [("2019", "2019")]),
        ("Tuesday, 1 June 2004", [("Tuesday, 1 June 2004", "2004-06-01")]),
    ],
)
def test_dates(text, expected):
    assert [(v.text, v.iso) for v in find_dates(text, default_year=2011)] == expected


def test_without_a_default_year_a_date_that_names_none_has_no_iso():
    assert [v.iso for v in find_dates("9月20日和Sept. 20")] == [None, None]


PIECES = st.sampled_from(
    [
        "近",
        "约有",
        "700",
        "多",
        "家",
        "亿",
        "百分之",
        "第",
        "首届",
        "三",
        "十",
        "点",
        "元",
        "-",
        "至",
        "9月",
        "20日",
        "2011",
        "年",
        "上午",
        "10:30",
        "《",
        "》",
        "“",
        "”",
        '"',
        "'",
        "市长",
        "王",
        "小明",
        "说",
        "四川省",
        "公司",
        "部",
        "局",
        "·",
        "Mr ",
        "John ",
        "Smith",
        " Bank of ",
        "$",
        "1.13",
        "bn",
        " million ",
        "two ",
        "dozen ",
        "May ",
        "5, ",
        "1990s",
        " century",
        "，",
        " ",
        "\n",
        "İ",
        "①",
        "²",
        "٣",
        "零",
        "数",
        "\ud800",
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=2), max_size=24).map("".join)


@pytest.mark.parametrize("find", [find_numbers, find_dates])
@given(text=TEXTS)
@example(text="")
@example(text="第٣届²年")
def test_spans_are_exact_ordered_and_without_overlap(find, text):
    at = 0
    for value in find(text):
        assert at <= value.start < value.end <= len(text)
        assert text[value.start : value.end] == value.text
        assert value.text == value.text.strip() and value.kind in VALUE_KINDS
        at = value.end


@given(st.integers(0, 10**9))
def test_plain_figures_have_their_value(n):
    (found,) = find_numbers(f"共{n:,}人")
    assert (found.text, found.head, found.unit) == (f"{n:,}人", n, "人")


@given(st.dates(min_value=datetime.date(1900, 1, 1), max_value=datetime.date(2099, 12, 31)))
def test_every_day_is_found_in_both_languages(day):
    for text in (
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.day} {day:%B} {day.year}",
        f"{day:%B} {day.day}, {day.year}",
        f"{day:%Y-%m-%d}",
    ):
        assert [(v.text, v.iso) for v in find_dates(f"于{text}。")] == [(text, day.isoformat())]


def test_a_figure_of_another_kind_is_no_answer(index):
    snapshot = index(
        "Holm's 800m gold medal victory was the moment of the games. The team won medals in Oslo.",
        "Rain fell on the harbour.",
    )
    assert all(
        "800m" not in row.label
        for row in answer(snapshot, "How many medals did the team win?").rows
    )


def test_last_year_is_not_this_year(index):
    harvest = Article(
        "grain",
        "今年，夏粮产量为14613万吨。2022年，夏粮产量14740万吨，与前年相比增长1%。",
        "夏粮丰收",
        "2023-07-15",
        lang="zh",
    )
    assert answer(index(harvest), "去年夏粮产量是多少？").rows[0].label == "14740万吨"
