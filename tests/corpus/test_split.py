"""Sentences, clauses and passages: every span is exact, in order, and nothing is left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.corpus import (
    SPLITTER,
    Article,
    Passage,
    clauses,
    passage_text,
    sentences,
    split,
)

PIECES = st.sampled_from(
    [
        "。",
        "！",
        "？",
        "；",
        "……",
        "…",
        ". ",
        ".",
        "! ",
        "?",
        "\n",
        "\n\n",
        "\r\n",
        " ",
        "\u3000",
        "，",
        ",",
        "、",
        "：",
        "——",
    ]
    + list("“”‘’「」《》（）()\"'")
    + ["\ud800", "\U0001f600", "\u2028", "\x00", "\u200b"]
    + [
        "港口",
        "举行",
        "演练",
        "Dr",
        "U.S",
        "No",
        "Inc",
        "The",
        "he",
        "Port",
        "3.5",
        "1,000",
        "10:30",
        "e\u0301",
    ]
)
TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(PIECES, max_size=300).map("".join),
    st.tuples(st.lists(PIECES, max_size=20).map("".join), st.integers(1, 120)).map(
        lambda pair: pair[0] * pair[1]
    ),
)


def check_spans(text, spans, start, end):
    """In order, disjoint, stripped, and covering all but whitespace."""
    at = start
    for a, b in spans:
        assert at <= a < b <= end
        assert not text[at:a].strip()
        assert text[a:b] == text[a:b].strip()
        at = b
    assert not text[at:end].strip()


@given(TEXTS)
def test_sentences_and_clauses_cover_any_text(text):
    whole = sentences(text)
    check_spans(text, whole, 0, len(text))
    parts = clauses(text)
    check_spans(text, parts, 0, len(text))
    borders = {b for _, b in parts}
    assert all(b in borders for _, b in whole)


@given(TEXTS, st.integers(0, 300), st.integers(0, 300))
def test_spans_of_a_part_lie_in_that_part(text, start, length):
    start = min(start, len(text))
    end = min(start + length, len(text))
    check_spans(text, sentences(text, start, end), start, end)
    check_spans(text, clauses(text, start, end), start, end)


@given(TEXTS)
def test_no_sentence_runs_over_a_line(text):
    assert all("\n" not in text[a:b] for a, b in sentences(text))


@pytest.mark.parametrize(
    "text, expected",
    [
        (
            "港口开放了。市长到场！人多吗？很多；真的。",
            ["港口开放了。", "市长到场！", "人多吗？", "很多；", "真的。"],
        ),
        ("他说：“今天很好。明天也好。”然后走了。", ["他说：“今天很好。明天也好。”", "然后走了。"]),
        ("全市举办“安全，人人有责！”主题演讲。完", ["全市举办“安全，人人有责！”主题演讲。", "完"]),
        (
            "电影《你是谁？》上映了。（来源：晚报。）观众不少",
            ["电影《你是谁？》上映了。", "（来源：晚报。）", "观众不少"],
        ),
        ("“船来了！”“快走！”", ["“船来了！”", "“快走！”"]),
        ("“船来了！”他喊道。", ["“船来了！”他喊道。"]),
        ("标题没有句号\n\n  第一段。\r\n第二段", ["标题没有句号", "第一段。", "第二段"]),
        ("他想了想……走了。", ["他想了想……", "走了。"]),
        ("用英文标点.也分句!对吗?对.", ["用英文标点.", "也分句!", "对吗?", "对."]),
        ("增长3.5个百分点,共1.2万人.", ["增长3.5个百分点,共1.2万人."]),
        (
            "网址是port.example.com好记。Dr. Wang来了。",
            ["网址是port.example.com好记。", "Dr. Wang来了。"],
        ),
        (
            "The port opened. It rained! Why? Nobody knew.",
            ["The port opened.", "It rained!", "Why?", "Nobody knew."],
        ),
        (
            "项目由A. B. 某博士主持。专家J. K. 某到会。",
            ["项目由A. B. 某博士主持。", "专家J. K. 某到会。"],
        ),
        (
            (
                "东山县三月五日举办消防安全演练 西湖县四月六日举办元宵灯会活动"
                " 南山县五月七日举办龙舟大赛开幕式 北海县六月八日举办海洋文化节"
            ),
            [
                "东山县三月五日举办消防安全演练",
                "西湖县四月六日举办元宵灯会活动",
                "南山县五月七日举办龙舟大赛开幕式",
                "北海县六月八日举办海洋文化节",
            ],
        ),
        ("张三 李四 王五 " * 12, [("张三 李四 王五 " * 12).strip()]),
        (
            "Dr. Lee left the U.S. yesterday. He paid $3.50.",
            ["Dr. Lee left the U.S. yesterday.", "He paid $3.50."],
        ),
        ("He lives in the U.S. The port is far.", ["He lives in the U.S.", "The port is far."]),
        (
            "The U.S. Navy came at 5 p.m. Then it left.",
            ["The U.S. Navy came at 5 p.m.", "Then it left."],
        ),
        (
            "J. K. Lee saw No. 5. No. That was p. 3.",
            ["J. K. Lee saw No. 5.", "No.", "That was p. 3."],
        ),
        (
            "Ships, e.g. ferries, came. See Fig. 2. Done.",
            ["Ships, e.g. ferries, came.", "See Fig. 2.", "Done."],
        ),
        (
            "Harbour Inc. said so. Harbour Inc. The end.",
            ["Harbour Inc. said so.", "Harbour Inc.", "The end."],
        ),
        ('"Really?" he said. "Yes." They met.', ['"Really?" he said.', '"Yes."', "They met."]),
        ("1. First of all. 2. Second of all.", ["1. First of all.", "2. Second of all."]),
        (
            "It rose in the 1950s. Lee left. It fell by 5km. Done.",
            ["It rose in the 1950s.", "Lee left.", "It fell by 5km.", "Done."],
        ),
        (
            "Wait... what? It ended... Then silence.",
            ["Wait... what?", "It ended...", "Then silence."],
        ),
        ("“他来了！”。走了", ["“他来了！”。", "走了"]),
        (
            "It opened.[1] It closed.[citation needed] So J. A. Lee said . . . nothing.",
            ["It opened.[1]", "It closed.[citation needed]", "So J. A. Lee said . . . nothing."],
        ),
        (
            "See http://port.example/a?b=1 now. 港口在U.S.的东边。",
            ["See http://port.example/a?b=1 now.", "港口在U.S.的东边。"],
        ),
    ],
)
def test_where_sentences_end(text, expected):
    assert [text[a:b] for a, b in sentences(text)] == expected


@pytest.mark.parametrize(
    "text, expected",
    [
        ("四艘船,两架机,都来了。", ["四艘船,", "两架机,", "都来了。"]),
        (
            "东港、西港、南港等地,共1,000人，10:30开始：先演练；后总结。",
            ["东港、西港、南港等地,", "共1,000人，", "10:30开始：", "先演练；", "后总结。"],
        ),
        ("印发了《港口，航道与安全》，影响很大", ["印发了《港口，航道与安全》，", "影响很大"]),
        ("——统一部署。他来了——又走了", ["——统一部署。", "他来了——", "又走了"]),
        ("“快，跟上”的号召（东港，西港）传开，好", ["“快，跟上”的号召（东港，西港）传开，", "好"]),
        (
            "At 10:30, 1,000 people (men, women) came: all cheered; then left.",
            ["At 10:30,", "1,000 people (men, women) came:", "all cheered;", "then left."],
        ),
        ("见 http://port.example：好", ["见 http://port.example：", "好"]),
        ("，，，开始", ["，，，开始"]),
    ],
)
def test_where_clauses_end(text, expected):
    assert [text[a:b] for a, b in clauses(text)] == expected


@given(TEXTS)
def test_passages_cover_any_text_and_keep_their_size(text):
    article = Article("a", text)
    passages = split(article)
    check_spans(text, [(p.start, p.end) for p in passages], 0, len(text))
    assert all(p.article_id == "a" and p.end - p.start <= SPLITTER["merge"] for p in passages)
    for one, two in zip(passages, passages[1:]):
        if min(one.end - one.start, two.end - two.start) < SPLITTER["min"]:
            assert two.end - one.start > SPLITTER["merge"], (
                "a remainder was not joined to its neighbour"
            )


@given(TEXTS)
def test_only_long_sentences_are_cut(text):
    borders = {a for a, _ in sentences(text)}
    long = [(a, b) for a, b in sentences(text) if b - a > SPLITTER["max"]]
    for passage in split(Article("a", text)):
        assert passage.start in borders or any(a < passage.start < b for a, b in long)


SENTENCE = "港务局在三号码头组织了一次灭火演练，职工和居民代表到场观看。"


def test_ordinary_articles_give_passages_of_100_to_400_characters():
    text = "\n\n".join(SENTENCE * (1 + i % 5) for i in range(40))
    sizes = [p.end - p.start for p in split(Article("a", text))]
    assert min(sizes) >= 100 and max(sizes) <= 400


def test_paragraph_ends_are_preferred_and_headings_stay_with_their_text():
    paragraph = SENTENCE * 8
    text = f"{paragraph}\n\n群众积极参与\n\n{paragraph}\n\n{paragraph}"
    cut = [text[p.start : p.end] for p in split(Article("a", text))]
    assert cut == [paragraph, f"群众积极参与\n\n{paragraph}", paragraph]


def test_a_long_sentence_is_cut_at_clauses_then_spaces_then_anywhere():
    clause = "这一句没有句号，"
    by_clause = [p for p in split(Article("a", clause * 100))]
    assert len(by_clause) > 1 and all(
        (clause * 100)[p.start : p.end].endswith("，") for p in by_clause
    )
    words = "harbour " * 200
    assert all(
        set(words[p.start : p.end].split()) == {"harbour"} for p in split(Article("a", words))
    )
    solid = "港" * 1000
    assert [p.end - p.start for p in split(Article("a", solid))] == [400, 400, 200]


def test_short_and_empty_articles():
    assert split(Article("a", "一句话")) == [Passage("a", 0, 3)]
    assert split(Article("a", " \n\u3000\t")) == []
    assert split(Article("a", "")) == []


def test_passage_text_has_the_title_as_context():
    assert (
        passage_text(Article("a", "正文。后文。", title="标题"), Passage("a", 3, 6))
        == "标题\n后文。"
    )
    assert passage_text(Article("a", "正文。后文。"), Passage("a", 3, 6)) == "后文。"


@pytest.mark.parametrize(
    "unit", ["。", "“", "”", '."', "1. ", ", ", "《", "(", " ", "a", "港\n", "…"]
)
def test_time_grows_with_length_only(unit):
    import time

    article = Article("a", unit * (60_000 // len(unit)))
    begun = time.process_time()
    split(article)
    clauses(article.text)
    assert time.process_time() - begun < 2.0


def test_the_parts_of_a_line_without_marks_are_the_same_in_every_slice():
    first = "三月八日在安溪县举行了茶叶节开幕式有来自各地的客商参加"
    second = "五月一日在栖霞市召开了果品交易会成交额创下新高"
    third = "十一月六日在五常市举办了音乐会并于2014年12月3日在省城闭幕"
    for between in (" ", ""):
        text = between.join((first, second, third))
        assert [text[a:b] for a, b in sentences(text)] == [first, second, third]
        cut = len(first) + len(second) + len(between)
        assert [text[a:b] for a, b in sentences(text, 0, cut)] == [first, second]
    short = "三月八日茶叶节开幕 五月一日交易会开幕"
    assert sentences(short) == [(0, len(short))]
