"""The scoring of lists in benchmarks/lists.py, and the form of its questions."""

import importlib.util
import sys
from collections import Counter

import pytest
from conftest import ROOT

from rag.answer.types import Answer, Row

_SPEC = importlib.util.spec_from_file_location("lists_benchmark", ROOT / "benchmarks" / "lists.py")
lists = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = lists
_SPEC.loader.exec_module(lists)


def answer(*labels: str, text: str = "", refused: bool = False) -> Answer:
    rows = tuple(Row(label=label) for label in labels)
    return Answer(question="", lang="zh", kind="", text=text, refused=refused, rows=rows)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        ("四川", "Sichuan 四川", True),
        ("US", "Russia", False),
        ("US", "The US", True),
        ("中国银行", "中国银行股份有限公司", True),
        ("慢", "慢性病", False),
        ("慢", "《慢》", True),
        ("Hitch", "Hitchcock", False),
        ("满江红", "《满江红》", True),
        ("ＬＧ新能源", "LG新能源", True),
        ("", "四川", False),
    ],
)
def test_a_name_is_inside_another(part, whole, expected):
    assert lists.inside(part, whole) is expected


def test_rows_are_scored_against_all_names_of_a_thing():
    question = {"expected": [["四川", "Sichuan"], ["浙江", "Zhejiang"], ["江西", "Jiangxi"]]}
    result = lists.score(question, answer("Sichuan 四川", "Zhejiang", "Hunan 湖南"))
    assert (result.right, result.found) == (2, 2)
    assert result.wrong == ("Hunan 湖南",) and result.missed == ("江西",)
    assert result.precision == pytest.approx(2 / 3) and result.recall == pytest.approx(2 / 3)


def test_place_and_detail_of_a_row_count_too():
    row = Row(label="26个", place="四川", detail="成都市")
    assert lists.is_named(row, ["成都"]) and lists.is_named(row, ["四川省"])
    assert not lists.is_named(row, ["重庆"])
    assert not lists.is_named(Row(label=""), ["成都"])


def test_a_refused_answer_has_no_rows():
    result = lists.score({"expected": [["四川"]]}, answer("四川", refused=True))
    assert (result.right, result.found, result.missed) == (0, 0, ("四川",))
    assert result.refused and result.recall == 0 and result.precision == 1


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        ("共有13个省区市[1]。", 13, True),
        ("共有十三个省区市。", 13, True),
        ("共有二十三个。", 13, False),
        ("Six cities [2] did.", 6, True),
        ("There were 16 of them.", 6, False),
        ("It rose by 6.5%.", 6, False),
        ("有两个。", 2, True),
        ("见下[6]。\n6个", 6, False),
    ],
)
def test_the_number_stands_in_the_first_line(text, number, expected):
    assert lists.tells(text, number) is expected


def test_a_count_needs_its_number_and_its_rows():
    question = {"expected": [["四川"], ["浙江"]], "count": 2}
    result = lists.score(question, answer("四川", text="有2个。"))
    assert result.counted is True and result.missed == ("浙江",)
    assert lists.score(question, answer("四川", text="有3个。")).counted is False
    assert "numbers right 1 of 1" in lists.summary([result])


QUESTIONS = lists.questions()


def test_ids_and_questions_are_unique():
    assert len({one["id"] for one in QUESTIONS}) == len(QUESTIONS) >= 200
    assert len({one["question"] for one in QUESTIONS}) == len(QUESTIONS)


@pytest.mark.parametrize("one", QUESTIONS, ids=lambda one: one["id"])
def test_a_question_is_well_formed(one):
    assert one["lang"] in ("zh", "en") and one["corpus"] in ("titled_news", "news_docs")
    assert one["form"] in lists.FORMS and one["kind"] in lists.KINDS and one["set"] in lists.SETS
    assert one["articles"] and len(set(one["articles"])) == len(one["articles"])
    assert one["expected"] and all(names and all(names) for names in one["expected"])
    assert len({names[0] for names in one["expected"]}) == len(one["expected"])
    assert ("count" in one) == (one["form"] == "count")
    assert one.get("count", len(one["expected"])) == len(one["expected"])
    assert one["form"] not in ("most", "least") or len(one["expected"]) == 1
    assert set(one) <= {
        "id",
        "lang",
        "question",
        "kind",
        "form",
        "corpus",
        "articles",
        "expected",
        "count",
        "set",
    }


def test_no_name_is_long_enough_to_be_text_of_an_article():
    assert not [
        name for one in QUESTIONS for names in one["expected"] for name in names if len(name) > 60
    ]
    assert not [one["id"] for one in QUESTIONS if len(one["question"]) > 180]


def test_no_article_is_in_both_sets():
    articles = {
        name: {article for one in lists.questions(name) for article in one["articles"]}
        for name in lists.SETS
    }
    assert not articles["train"] & articles["test"]


def test_languages_and_sets_are_of_about_the_same_size():
    for field in ("lang", "set"):
        sizes = Counter(one[field] for one in QUESTIONS)
        assert len(sizes) == 2 and min(sizes.values()) > 0.4 * len(QUESTIONS)
