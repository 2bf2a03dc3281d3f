"""What the words of an article hardly tell apart: the second from the third, what was from what is,
what is denied from what is said. The articles and questions are in
``benchmarks/told_apart.jsonl``.
"""

import importlib.util
import json
import sys

import pytest
from answered import check
from conftest import ROOT

from rag.answer import answer
from rag.corpus import Article
from rag.index import open_index
from rag.library import Index
from rag.question.rivals import tells_of_another, things_of
from rag.reader.changed import unasked
from rag.reader.values import find_numbers

_SPEC = importlib.util.spec_from_file_location("cases", ROOT / "benchmarks" / "cases.py")
cases = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = cases
_SPEC.loader.exec_module(cases)

ROWS = [
    json.loads(line)
    for line in (ROOT / "benchmarks" / "told_apart.jsonl").read_text("utf-8").splitlines()
]
CASES = [case for row in ROWS for case in row["cases"]]


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    path = tmp_path_factory.mktemp("told") / "index"
    articles = [
        Article(str(n), row["text"], row["title"], row["date"], row["source"])
        for n, row in enumerate(ROWS)
    ]
    Index.build(articles, path)
    with open_index(path) as snapshot:
        yield snapshot


def test_most_are_told_apart(index):
    wrong = []
    for case in CASES:
        given = answer(index, case["question"])
        check(index, given)
        if not cases.right(case, given):
            wrong.append((case["question"], given.text))
    assert len(wrong) <= 0.15 * len(CASES), wrong


@pytest.mark.parametrize(
    ("question", "text", "another"),
    [
        ("谁得了第二名？", "张三得了第三名。", True),
        ("安置房三期投资多少？", "二期原定投资8.9亿元。", True),
        ("安置房三期投资多少？", "二期原定投资8.9亿元，三期投资6亿元。", False),
        ("他二审被判了几年？", "一审判处有期徒刑三年。", True),
        ("高铁一等座票价多少？", "二等座票价129元。", True),
        ("他在任期间投资多少？", "二期原定投资8.9亿元。", False),
        ("谁得了第二名？", "张三得了第三名，李四得了第二名。", False),
        ("谁得了第二名？", "张三夺冠，李四获得亚军，王五是第三名。", False),
        ("谁得了第一名？", "张三夺冠，李四得了第三名。", False),
        ("二等奖是谁？", "一等奖由张三获得。", True),
        ("Who finished second?", "Berg finished third.", True),
        ("Who finished second?", "Berg finished third, Lund was runner-up.", False),
        ("Who came in the second half?", "Berg finished third.", False),
        ("副市长是谁？", "市长王五出席。", True),
        ("市长是谁？", "副市长王五出席。", True),
        ("市长是谁？", "市长王五和副市长赵六出席。", False),
        ("Who is the vice president?", "President Roe spoke.", True),
        ("Who is the president?", "Deputy president Roe and President Doe spoke.", False),
        ("女子100米谁夺冠？", "男子100米由张三夺冠。", True),
        ("女子100米谁夺冠？", "男子和女子100米都由中国选手夺冠。", False),
    ],
)
def test_of_others_of_its_kind_alone_nothing_is_said(question, text, another):
    assert tells_of_another(question, text) == another


@pytest.mark.parametrize(
    ("question", "text", "figures"),
    [
        ("成绩是多少？", "他以10秒3夺冠，比去年快了2秒。", ["2秒"]),
        ("比去年快了多少？", "他以10秒3夺冠，比去年快了2秒。", []),
        ("床位有多少张？", "床位由原来的450张增加到800张。", []),
        ("扩建前有多少张床位？", "床位由原来的450张增加到800张。", ["800张"]),
        ("How many hours was it open before?", "It is open 62 hours, up from 48.", ["62 hours"]),
        ("How many hours is it open?", "It is open 62 hours, up from 48.", []),
        ("What is the rent?", "The rent is 740 crowns, 35 crowns more than in May.", ["35 crowns"]),
    ],
)
def test_figures_of_a_change_that_are_not_meant(question, text, figures):
    assert [text[a:b] for a, b in unasked(question, text, find_numbers(text))] == figures


def test_what_the_name_of_the_thing_ends_with():
    assert things_of("哪座大桥最长？")[0].startswith("大桥") and "大桥" in things_of(
        "哪座大桥最长？"
    )
    assert things_of("造价21亿元的隧道是哪条？")[0] == "隧道"
    assert things_of("隧道有多长？") == ()
