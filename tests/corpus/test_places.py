"""Places in text: names found, look-alikes passed over, shared names settled or left out."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.corpus import places
from rag.corpus.gazetteer import all_places, province_label
from rag.corpus.places import find_places


def names(text):
    return [(text[m.start : m.end], m.place.name) for m in find_places(text)]


def codes(text):
    return [m.place.code for m in find_places(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("四川省疾控中心和四川的医院", [("四川省", "四川省"), ("四川", "四川省")]),
        ("内蒙古敖汉旗举行那达慕", [("内蒙古", "内蒙古自治区"), ("敖汉旗", "敖汉旗")]),
        (
            "新疆维吾尔自治区与新疆",
            [("新疆维吾尔自治区", "新疆维吾尔自治区"), ("新疆", "新疆维吾尔自治区")],
        ),
        (
            "南昌、苏州、宁德和永州四市",
            [("南昌", "南昌市"), ("苏州", "苏州市"), ("宁德", "宁德市"), ("永州", "永州市")],
        ),
        ("深圳市南山区的无人机", [("深圳市", "深圳市"), ("南山区", "南山区")]),
        ("凉山州的孩子到九寨沟旅行", [("凉山州", "凉山彝族自治州"), ("九寨沟", "九寨沟县")]),
        ("臺灣與廣東省的商人", [("臺灣", "台湾省"), ("廣東省", "广东省")]),
        ("Ｓｉｃｈｕａｎ的茶", [("Ｓｉｃｈｕａｎ", "四川省")]),
        ("美国和南韩的谈判，北韩缺席", [("美国", "美国"), ("南韩", "韩国"), ("北韩", "朝鲜")]),
        ("全国各地", [("全国", "中国")]),
        ("襄樊就是今天的襄阳", [("襄樊", "襄阳市"), ("襄阳", "襄阳市")]),
        ("监利市和盘州市", [("监利市", "监利县"), ("盘州市", "盘县")]),
    ],
)
def test_chinese_names(text, expected):
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Shanxi's mines and Shaanxi's apples", ["140000", "610000"]),
        ("from SICHUAN to inner mongolia and Mongolia", ["510000", "150000", "MN"]),
        ("Macau, Macao and Hong Kong", ["820000", "820000", "810000"]),
        ("Tibet or Xizang", ["540000", "540000"]),
        ("Nanchang is not Nanchangers", ["360100"]),
        ("Xi’an, Xi'an and Lüliang, Luliang", ["610100", "610100", "141100", "141100"]),
        ("Britain, the UK, the U.S. and America", ["GB", "GB", "US", "US"]),
        ("they told us about a turkey in a jersey", []),
        ("Turkey said so", ["TR"]),
        ("New Jersey, New South Wales and South America", []),
        ("Côte d'Ivoire and Cote d'Ivoire", ["CI", "CI"]),
        ("Nanshan District of Shenzhen", ["440305", "440300"]),
    ],
)
def test_english_names(text, expected):
    assert codes(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "大厅铺着大理石，早餐是三明治",
        "他穿着中山装",
        "沿海地区的今日本地新闻",
        "其中国有企业占三成",
        "食品安全国家标准",
        "各位来宾请入座",
        "警方提高县域治理水平，建设示范县",
        "佛罗里达州遭遇飓风",
        "真金白银的投入",
        "在黄河南岸散步",
        "走在北京东路上",
        "东方的天空",
        "阿里巴巴的云计算",
        "广大同胞",
        "发展中国家的债务",
        "西孟加拉邦的茶园",
        "俄亥俄州东巴勒斯坦的居民",
        "a train near East Palestine, Ohio",
    ],
)
def test_words_that_only_look_like_places(text):
    assert [m for m in find_places(text) if m.place.code != "CN"] == []
    assert "中国" not in [text[m.start : m.end] for m in find_places(text)]


def test_a_weak_name_counts_beside_its_province_or_once_its_full_form_stood():
    assert names("广西来宾迎来游客") == [("广西", "广西壮族自治区"), ("来宾", "来宾市")]
    assert names("山东来宾")[1:] == []
    assert names("中山市昨晚停水，中山的居民")[1] == ("中山", "中山市")
    assert names("甘肃文县有地震")[1] == ("文县", "文县")


def test_the_province_before_the_city_of_the_same_name():
    assert codes("吉林、吉林省和吉林市") == ["220000", "220000", "220200"]
    assert codes("吉林市场") == ["220000"]
    assert codes("海南、海南州与海南藏族自治州") == ["460000", "632500", "632500"]
    assert codes("Jilin and Jilin City") == ["220000", "220200"]


def test_a_shared_county_name_is_settled_by_what_was_named_before_or_left_out():
    assert codes("鼓楼区的老街") == []
    assert codes("福建福州的鼓楼区") == ["350000", "350100", "350102"]
    assert codes("江苏徐州办完，南京的鼓楼区接着办")[-1] == "320106"
    assert codes("江苏的鼓楼区") == ["320000"]  # Nanjing and Xuzhou both have one
    assert codes("黑龙江鹤岗南山区")[-1] == "230404"
    assert codes("The park in Chaoyang District, Beijing") == ["110105", "110000"]


def test_a_shared_english_name_has_its_usual_meaning_unless_the_text_says_otherwise():
    assert codes("Suzhou gardens") == ["320500"]
    assert codes("Anhui: the city of Suzhou") == ["340000", "341300"]
    assert codes("Taizhou") == []
    assert codes("Taizhou in Zhejiang") == ["331000", "330000"]


def test_counties_of_a_list_need_no_suffix_where_their_region_is_known():
    assert names("福建宁德市福鼎、柘荣、寿宁三县市停课")[2:] == [
        ("福鼎", "福鼎市"),
        ("柘荣", "柘荣县"),
        ("寿宁", "寿宁县"),
    ]
    assert names("湛江市霞山、坡头两区")[1:] == [("霞山", "霞山区"), ("坡头", "坡头区")]
    assert names("浙江苍南、平阳四地")[1:] == [("苍南", "苍南县"), ("平阳", "平阳县")]
    assert names("柘荣、寿宁两县停课") == []  # of which province is not said
    assert names("福建人民建设、发展等地方")[1:] == names("福建促进和平与发展区域")[1:] == []


def test_a_city_right_after_a_foreign_country_is_not_in_china():
    assert codes("美国德州的牧场") == ["US"]
    assert codes("山东德州的扒鸡") == ["370000", "371400"]


def test_groups_of_one_character_each():
    assert names("京津冀降雨") == [("京", "北京市"), ("津", "天津市"), ("冀", "河北省")]
    assert names("中美两国") == [("中", "中国"), ("美", "美国")]
    assert find_places("中美洲") == find_places("其中美味") == []


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("上海交通大学", [True]),
        ("湖北日报", [True]),
        ("广东省人民医院", [True]),
        ("四川长虹电器股份有限公司", [True]),
        ("四川组织企业和银行座谈", [False]),
        ("四川大学生返乡", [False]),
        ("四川省农业农村厅、天津市政府", [False, False]),
        ("the Bank of China and China Daily", [True, True]),
        ("Sichuan University in Sichuan", [True, False]),
    ],
)
def test_names_inside_the_name_of_a_body(text, flags):
    assert [m.part_of_name for m in find_places(text)] == flags


def test_labels_and_the_list_of_provinces():
    assert province_label("四川", "en") == "Sichuan 四川"
    assert province_label("四川", "zh") == "四川"
    assert province_label("日本", "en") == "Japan 日本"
    with pytest.raises(KeyError):
        province_label("苏州", "en")
    short = [place.short for place in all_places() if place.level == "province"]
    assert len(short) == len(set(short)) == 34
    assert short[0] == "北京" and short[-1] == "澳门"


def test_every_place_is_found_by_its_full_name():
    """After its province (or another country): some are shared, some are other words as well."""
    lost = []
    for place in all_places():
        before = (
            place.province
            if place.level in ("city", "county")
            else "冰岛、"
            if place.level == "country"
            else ""
        )
        text = before + place.name
        mentions = find_places(text)
        if not mentions or mentions[-1].place.name != place.name:
            lost.append(place.name)
        elif mentions[-1].place.code != place.code and place.province:
            assert mentions[-1].place.level == place.level
    # a shared name (市中区) that several cities of one province have cannot be told apart by the
    # province
    assert set(lost) <= _shared_within_a_province()


def _shared_within_a_province():
    seen, shared = set(), set()
    for place in all_places():
        if (place.province, place.name) in seen:
            shared.add(place.name)
        seen.add((place.province, place.name))
    return shared


def test_province_is_that_of_the_code():
    by_prefix = {p.code[:2]: p.short for p in all_places() if p.level == "province"}
    assert all(p.province == by_prefix[p.code[:2]] for p in all_places() if p.level != "country")


FRAGMENTS = st.sampled_from(
    [
        "四川省",
        "吉林市场",
        "鼓楼区",
        "来宾",
        "京津冀",
        "大理石",
        "臺灣",
        "Xi’an",
        "Suzhou",
        " ",
        "、",
        "İ",
        "ﬃ",
        "\ud800",
        "ß",
        "𠀀",
        "中国",
        "美国",
        "海南州",
        "Shaanxi",
        "Shanxi",
        "x",
        "新疆维吾尔自治",
        "内蒙",
        "古",
        "大学",
        "Ａ",
        "路",
        "\n",
    ]
)
TEXTS = st.lists(FRAGMENTS | st.text(max_size=3), max_size=24).map("".join)


@given(TEXTS)
@example("")
@example("İ四川")
def test_spans_are_in_range_ordered_and_without_overlap(text):
    at = 0
    for m in find_places(text):
        assert at <= m.start < m.end <= len(text)
        at = m.end


@given(TEXTS)
@example(
    "京津冀吉林市场"
)  # a run of letters, each a province, beside a name that begins with the last
@settings(max_examples=50)
def test_the_automaton_over_bytes_finds_what_a_plain_search_finds(text):
    folded = places.fold(text)
    assert len(folded) == len(text)
    expected = set()
    for name, key in places._automaton().items():
        name = name.encode("latin-1").decode("utf8")
        at = folded.find(name)
        while at >= 0:
            expected.add((at, -(at + key.size)))
            at = folded.find(name, at + 1)
    expected |= {(m.start(), -m.end()) for m in places._RUN.finditer(folded)}
    assert {(start, end) for start, end, _ in places._matches(folded)} == expected


@pytest.mark.parametrize(
    "text, places",
    [
        ("国家总部针对京津冀晋豫启动响应", "北京 天津 河北 山西 河南"),
        ("云贵川桂四省共护一江水", "云南 贵州 四川 广西"),
        ("陕甘宁等地降水偏少", "陕西 甘肃 宁夏"),
        ("粤港澳青年联欢", "广东 香港 澳门"),
        ("北京京港地铁加开列车", "北京"),
        ("青云新区动工", ""),
    ],
)
def test_a_run_of_letters_is_so_many_provinces(text, places):
    assert " ".join(m.place.short for m in find_places(text)) == places
