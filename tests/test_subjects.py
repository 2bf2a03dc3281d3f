"""Which place each part of a sentence is about."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answer.subjects import segments
from rag.corpus.places import find_places


def cut(text, carried=""):
    """[(words, places)] of one sentence; ``carried`` names the places of the sentence before it."""
    before = tuple(find_places(carried))
    parts = segments(text, 0, len(text), find_places(text), before)
    return [(text[s.start : s.end].strip(), [m.place.short for m in s.places]) for s in parts]


def test_a_subject_governs_until_the_next_one():
    assert cut("四川省质监局搭建模型，举办演练，吸引市民，江苏省架桥。") == [
        ("四川省质监局搭建模型，举办演练，吸引市民，", ["四川"]),
        ("江苏省架桥。", ["江苏"]),
    ]


@pytest.mark.parametrize(
    "text, places",
    [
        ("湖北、海南、新疆、广西等地抽查了面包。", ["湖北", "海南", "新疆", "广西"]),
        ("湖北，海南，新疆和广西抽查了面包。", ["湖北", "海南", "新疆", "广西"]),
        ("广东与福建两省签约，共建风电场。", ["广东", "福建"]),
        ("甘肃（兰州、天水）启动试点，招募村民。", ["甘肃", "兰州", "天水"]),
        ("Bureaus in Sichuan, Jiangxi and Guangxi inspected bakeries, then published the list.", ["四川", "江西", "广西"]),
        ("Leaders went to Beijing, Shanghai, Jilin and Sichuan to see the work.", ["北京", "上海", "吉林", "四川"]),
    ],
)
def test_a_list_of_places_is_never_cut(text, places):
    assert cut(text) == [(text, places)]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("山东省修路，河南省架桥，进展很快。", [("山东省修路，", ["山东"]), ("河南省架桥，进展很快。", ["河南"])]),
        ("据湖南省统计局介绍，旱情缓解；湖北省下了雨。", [("据湖南省统计局介绍，旱情缓解；", ["湖南"]), ("湖北省下了雨。", ["湖北"])]),
        ("青海省植树，此外，甘肃省治沙。", [("青海省植树，此外，", ["青海"]), ("甘肃省治沙。", ["甘肃"])]),
        (
            "Sichuan held a drill, while Henan inspected bakeries.",
            [("Sichuan held a drill,", ["四川"]), ("while Henan inspected bakeries.", ["河南"])],
        ),
        (
            "In Shandong, 50 children came; in Hebei, none did.",
            [("In Shandong, 50 children came;", ["山东"]), ("in Hebei, none did.", ["河北"])],
        ),
        ("上海市架桥，随后西安市修路。", [("上海市架桥，", ["上海"]), ("随后西安市修路。", ["西安"])]),
        ("上海市架桥，今年5月西安市修路。", [("上海市架桥，", ["上海"]), ("今年5月西安市修路。", ["西安"])]),
        ("上海市架桥，专家从上海赶到云南指导。", [("上海市架桥，专家从上海赶到云南指导。", ["上海"])]),
        ("江西省南昌市、九江市同日启动，赣州市稍后启动。", [("江西省南昌市、九江市同日启动，", ["江西", "南昌", "九江"]), ("赣州市稍后启动。", ["赣州"])]),
    ],
)
def test_a_clause_with_its_own_leading_place_begins_anew(text, expected):
    assert cut(text) == expected


def test_a_place_that_does_not_lead_belongs_to_the_subject_before_it():
    assert cut("江苏省派出医疗队，赶赴云南救灾。") == [("江苏省派出医疗队，赶赴云南救灾。", ["江苏"])]


def test_an_opening_clause_goes_with_the_subject_behind_it():
    for text in ("节日到来前，湖北省抽查了面包。", "Before the festival, bakeries in Hubei were inspected."):
        assert cut(text) == [(text, ["湖北"])]
    assert cut("节日到来前，湖北省抽查了面包。", carried="四川省修路。") == [("节日到来前，湖北省抽查了面包。", ["湖北"])]
    # a plain clause still goes on about the sentence before
    assert cut("工程进展顺利，湖北省也已动工。", carried="四川省修路。") == [("工程进展顺利，", ["四川"]), ("湖北省也已动工。", ["湖北"])]


def test_an_opening_clause_before_several_subjects_is_of_them_all():
    text = "节日到来前，湖北省抽查面包，湖南省抽查月饼。"
    parts = segments(text, 0, len(text), find_places(text))
    assert [text[s.start : s.end] for s in parts] == ["湖北省抽查面包，", "湖南省抽查月饼。"]
    assert [text[slice(*s.opening)] for s in parts] == ["节日到来前，"] * 2
    assert all(s.opening == (0, 0) for s in segments("湖北省抽查面包。", 0, 8, find_places("湖北省抽查面包。")))


def test_a_sentence_without_a_place_goes_on_about_the_one_before():
    (segment,) = segments(text := "活动持续三天。", 0, len(text), [], tuple(find_places("四川省")))
    assert [m.place.short for m in segment.places] == ["四川"] and not segment.certain
    (segment,) = segments(text, 0, len(text), [])
    assert segment.places == () and not segment.certain


def test_a_name_that_only_begins_that_of_a_body_is_no_subject():
    assert cut("四川大学派出专家，指导救灾。") == [("四川大学派出专家，指导救灾。", [])]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("据山西省电视台报道，甘肃省种下新林。", [["甘肃"]]),
        ("据日本媒体报道，发生了林火。", [["日本"]]),  # nothing else is named
        ("Unlike Shanxi, Gansu and Qinghai planted trees.", [["甘肃", "青海"]]),
        ("Trees were planted in Malawi, Chile and the Netherlands.", [["马拉维", "智利", "荷兰"]]),
        ("来自山西的医生在甘肃坐诊。", [["山西", "甘肃"]]),
        ("甘肃省种下新林，面积比山西省大。", [["甘肃"]]),
    ],
)
def test_a_place_that_is_only_named_beside_governs_nothing(text, expected):
    assert [places for _, places in cut(text)] == expected


def test_only_the_sentence_asked_for_counts():
    text = "山东省修路。河南省架桥，工期一年。湖北省植树。"
    start, end = text.index("河南"), text.index("湖北")
    parts = segments(text, start, end, find_places(text))
    assert [(s.start, s.end, [m.place.short for m in s.places]) for s in parts] == [(start, end, ["河南"])]


_WORDS = ["四川省", "南昌市", "、", "，", "和", "举办演练", "等地", "；", "In Henan", ", ", " and Jilin ", "held a drill", "（", "）", "四川大学", "其中"]


@settings(deadline=None)
@given(st.lists(st.sampled_from(_WORDS), min_size=1, max_size=14).map("".join))
def test_segments_cover_the_sentence_in_order(text):
    mentions = find_places(text)
    parts = segments(text, 0, len(text), mentions)
    assert all(a.end <= b.start for a, b in zip(parts, parts[1:]))
    spans = [*(s.opening for s in parts[:1]), *((s.start, s.end) for s in parts)]
    assert "".join(text[a:b] for a, b in spans).replace(" ", "") == text.replace(" ", "")
    for segment in parts:
        assert segment.certain == bool(segment.places)  # nothing is carried here
        assert all(segment.start <= m.start < m.end <= segment.end and m in mentions for m in segment.places)
