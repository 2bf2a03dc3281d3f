"""What a place is to its sentence, and what a sentence denies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.negation import asks_denial, denied
from rag.answer.roles import COMPARED, EXCEPTED, ORIGIN, PASSED, SOURCE, WAY, asks_for, role
from rag.answer.subjects import lists
from rag.corpus.places import find_places


def roles(text):
    """{place: role} of a sentence."""
    return {m.place.short: role(text, run) for run in lists(text, [m for m in find_places(text) if not m.part_of_name]) for m in run}


@pytest.mark.parametrize(
    "text, expected",
    [
        ("据山西晚报报道，甘肃省种下新林。", {"甘肃": ""}),
        ("据日本媒体报道，智利发生林火。", {"日本": SOURCE, "智利": ""}),
        ("新华社昆明5月8日电，贵州省种下新林。", {"昆明": SOURCE, "贵州": ""}),
        ("据山西省统计局介绍，产量上升。", {"山西": ""}),
        ("LANZHOU, May 8 (Xinhua) -- Yunnan planted trees.", {"兰州": SOURCE, "云南": ""}),
        ("According to Japanese media, a fire broke out in Chile.", {"智利": ""}),
        ("Shanxi Daily reported that Gansu planted trees.", {"甘肃": ""}),
        ("甘肃省的产量比山西省高。", {"甘肃": "", "山西": COMPARED}),
        ("与山西、陕西相比，甘肃省的产量更高。", {"山西": COMPARED, "陕西": COMPARED, "甘肃": ""}),
        ("甘肃省占比高，产量同比上升。", {"甘肃": ""}),
        ("Gansu grew more wheat than Shanxi.", {"甘肃": "", "山西": COMPARED}),
        ("Compared with Shanxi, Gansu grew more.", {"山西": COMPARED, "甘肃": ""}),
        ("种树的是甘肃，而不是山西。", {"甘肃": "", "山西": EXCEPTED}),
        ("除山西省外，各省都种了树。", {"山西": EXCEPTED}),
        ("除了山西省之外，甘肃省也种了树。", {"山西": "", "甘肃": ""}),
        ("Trees were planted everywhere except Shanxi and Gansu.", {"山西": EXCEPTED, "甘肃": EXCEPTED}),
        ("列车途经山西、陕西，抵达甘肃。", {"山西": PASSED, "陕西": PASSED, "甘肃": ""}),
        ("The convoy reached Gansu via Shanxi.", {"甘肃": "", "山西": PASSED}),
        ("太原至兰州铁路途经陕西。", {"太原": WAY, "兰州": WAY, "陕西": PASSED}),
        ("The railway from Taiyuan to Lanzhou passes through Shaanxi.", {"太原": WAY, "兰州": WAY, "陕西": PASSED}),
        ("山西省至今没有种树，陕西至少种了三次。", {"山西": "", "陕西": ""}),
        ("来自山西的医生在甘肃坐诊。", {"山西": ORIGIN, "甘肃": ""}),
        ("医生从山西赶到甘肃。", {"山西": ORIGIN, "甘肃": ""}),
        ("从山西的经验看，效果很好。", {"山西": ""}),
        ("Doctors from Shanxi worked in Gansu.", {"山西": ORIGIN, "甘肃": ""}),
    ],
)
def test_the_role_of_a_place(text, expected):
    assert roles(text) == expected


def test_a_question_may_ask_for_a_role():
    for question in ("铁路途经哪些省？", "Which provinces does the line pass through?"):
        assert asks_for(question, PASSED) and not asks_for(question, ORIGIN)
    for question in ("医生来自哪些省？", "Which provinces did the doctors come from?"):
        assert asks_for(question, ORIGIN)
    assert not asks_for("哪些省种了树？", PASSED) and not asks_for("与哪些省相比？", COMPARED)


@pytest.mark.parametrize(
    "text, what",
    [
        ("山西省没有种树。", "种树"),
        ("山西省未能按时种树，很遗憾。", "按时种树"),
        ("山西省取消了植树节活动。", "了植树节活动"),
        ("未受影响的山西省种了树。", "受影响"),
        ("Shanxi did not plant trees.", "plant trees"),
        ("Shanxi didn't plant trees, sadly.", "plant trees"),
        ("Shanxi refused to plant any.", "to plant any"),
        ("Shanxi no longer plants trees.", "plants trees"),
    ],
)
def test_what_is_denied(text, what):
    ((start, end),) = denied(text, 0, len(text))
    assert text[start:end].strip() == what


@pytest.mark.parametrize(
    "text",
    ["山西省不仅种了树，还修了路。", "山西省不断种树。", "有没有种树？", "山西省没有取消植树节。", "未来山西省将种树。", "警方没收了树苗。", "Not only Shanxi planted trees.",
     "No fewer than 20 trees were planted.", "Shanxi did not cancel the planting.", "山西省种了树。", "Notes on trees in Shanxi.", ""],
)
def test_what_denies_nothing(text):
    assert denied(text, 0, len(text)) == []


def test_questions_that_ask_for_a_denial():
    assert all(map(asks_denial, ("哪些省没有种树？", "哪些城市停课？", "Which cities cancelled it?", "Which provinces did not plant trees?")))
    assert not any(map(asks_denial, ("哪些省举行了消防演练？", "哪些省种了树？", "Which provinces planted trees?", "Which notable cities are northern?")))


_WORDS = ["山西省", "没有", "未", "取消", "的", "，", "种树", "not ", "no ", "refused ", "plant ", ". ", "不是", "拒绝"]


@given(st.lists(st.sampled_from(_WORDS), max_size=12).map("".join), st.integers(0, 10))
def test_denials_are_disjoint_and_inside(text, start):
    spans = denied(text, min(start, len(text)), len(text))
    assert all(a < b for a, b in spans) and all(b <= c for (_, b), (c, _) in zip(spans, spans[1:]))
    assert all(min(start, len(text)) <= a and b <= len(text) for a, b in spans)
