"""Which companies, documents, persons: complete lists over all articles."""

import pytest

from rag.answer import answer
from rag.corpus import Article
from rag.index import build_index, open_index
from rag.question.wording import understand

ARTICLES = (
    Article("wind-1", "远海风能集团在乐亭县建成海上风电场，装机30万千瓦。北辰电力公司检修了变电站。", "乐亭海上风电场建成", lang="zh"),
    Article("wind-2", "蓝湾能源有限公司、东礁电力集团也建成了海上风电场。", "两家企业的海上风电场并网", lang="zh"),
    Article("wind-3", "据介绍，远海风能集团今年又建成一座海上风电场。南屏钢铁公司没有建成海上风电场。", "海上风电再添一座", lang="zh"),
    Article("rules", "省政府印发了《湿地保护条例》和《候鸟栖息地管理办法》。市文旅局出版了《古桥地图》。", "两部湿地法规出台", lang="zh"),
    Article("rules-2", "《红树林湿地保护规划》由省政府印发，自下月起实施。", "红树林规划印发", lang="zh"),
    Article("ferries", "Corvane Shipping Company ordered electric ferries last year. Baltmar Holdings and Northquay Group ordered electric ferries "
            "in May. "
            "Elmhurst Bank opened a branch.", "Electric ferries are ordered", lang="en"),
    Article("ferries-2", "Sundvik Corporation also ordered electric ferries. Halden Group cancelled its order.", "More electric ferries", lang="en"),
    Article("prize", "李文博、孙雅琴两位教授获得水利科技奖。研究员赵启明获得水利科技奖二等奖。记者周航报道了颁奖。", "水利科技奖颁发", lang="zh"),
)


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    path = tmp_path_factory.mktemp("items") / "index"
    build_index(ARTICLES, path)
    with open_index(path) as snapshot:
        yield snapshot


@pytest.mark.parametrize(("question", "labels"), [
    ("哪些企业建成了海上风电场？", ["远海风能集团", "东礁电力集团", "蓝湾能源有限公司"]),
    ("省政府印发了哪些湿地文件？", ["《候鸟栖息地管理办法》", "《湿地保护条例》", "《红树林湿地保护规划》"]),
    ("请列出建成海上风电场的企业名单", ["远海风能集团", "东礁电力集团", "蓝湾能源有限公司"]),
    ("Which companies ordered electric ferries?", ["Baltmar Holdings", "Corvane Shipping Company", "Northquay Group", "Sundvik Corporation"]),
    ("List all companies that ordered electric ferries", ["Baltmar Holdings", "Corvane Shipping Company", "Northquay Group", "Sundvik Corporation"]),
])
def test_every_one_is_listed_and_no_other(index, question, labels):
    given = answer(index, question)
    assert [row.label for row in given.rows] == labels
    assert all(len(row.citations) == 1 for row in given.rows)
    for row in given.rows:
        citation = given.citations[row.citations[0] - 1]
        assert row.label in {citation.quote[a - citation.start : b - citation.start] for a, b in citation.marks}
    lines = given.text.splitlines()
    assert [line.split(" [")[0] for line in lines[:-1]] == labels and str(given.searched) in lines[-1]
    assert given.matched == len({c.article_id for c in given.citations})


def test_one_alone_is_a_value(index):
    assert not understand("Which company ordered electric ferries?").several and not understand("哪家企业建成了海上风电场？").several
    assert understand("Which companies ordered ferries?").several and understand("哪些部门参加了？").several and understand("列出建成风电场的企业").several
    assert understand("哪些省举行了演练？").several
    given = answer(index, "哪些企业检修了变电站？")
    assert given.rows[0].label == "北辰电力公司"
    assert given.text == "北辰电力公司 [1]\n「北辰电力公司检修了变电站。」 [1]"  # quoted, not counted as a list of one


def test_a_list_of_what_nothing_says_is_refused(index):
    assert answer(index, "哪些企业发射了卫星？").refused
    assert answer(index, "Which companies launched satellites?").refused
