"""Of what has a section of its own nothing is said by the other sections of its article."""

import pytest

from rag.answer import answer
from rag.corpus import Article
from rag.index import build_index, open_index

# Written for these tests.
TOWNS = "桃溪镇\n人口两万三千人，有小学四所。\n石门镇\n人口一万八千人，有小学三所。"
COUNTY = (
    "Alton\nThe population is 23,000. There are 4 schools.\n"
    "Belford\nThe population is 18,000. There are 3 schools.\n"
    "Crayton\nThe population is 9,500. There are 2 schools."
)
BRIDGES = (
    "青石大桥\n大桥全长412米，两岸种了柳树。\n沿革\n青石大桥由路桥公司承建，2019年5月通车。\n"
    "红岩大桥\n大桥全长366米，2021年8月通车。"
)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    path = tmp_path_factory.mktemp("sections") / "index"
    articles = (
        Article("towns", TOWNS, "县志摘录", lang="zh"),
        Article("county", COUNTY, "County towns", lang="en"),
        Article("bridges", BRIDGES, "县内大桥", lang="zh"),
    )
    build_index(articles, path)
    with open_index(path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "quotes"),
    [
        ("桃溪镇人口多少？", {TOWNS.split("\n")[1]}),
        ("石门镇人口多少？", {TOWNS.split("\n")[3]}),
        ("桃溪镇有几所小学？", {TOWNS.split("\n")[1]}),
        ("桃溪镇和石门镇人口各多少？", {TOWNS.split("\n")[1], TOWNS.split("\n")[3]}),
        ("What is the population of Alton?", {"The population is 23,000."}),
        ("What is the population of Belford?", {"The population is 18,000."}),
        ("How many schools does Crayton have?", {"There are 2 schools."}),
    ],
)
def test_the_heading_above_decides(snapshot, question, quotes):
    given = answer(snapshot, question)
    assert not given.refused and {one.quote for one in given.citations} == quotes


def test_a_line_of_another_section_that_names_the_thing_itself_counts(snapshot):
    assert answer(snapshot, "青石大桥什么时候通车？").text.startswith("2019年5月")
    assert answer(snapshot, "红岩大桥什么时候通车？").text.startswith("2021年8月")
