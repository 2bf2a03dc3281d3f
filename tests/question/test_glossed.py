"""Foreign names in English questions: as Chinese articles write them that gloss them."""

import pytest
from opened_texts import opened_texts

from rag.question.query import query_of

NEWS = (
    "今年第5号台风“杜苏芮”（DOKSURI）28日在港城登陆，登陆时风力15级。",
    "台风杜苏芮离开港城后，12座码头恢复通航。",
    "海牙航运公司首席执行官山姆·奥尔特曼（Semm Altmann）14日会见了港城市长。",
    "奥尔特曼说，公司将投资3亿元。",
    "港城的货船由卡特莱斯（Cartless）运营。",
    "卡特莱斯去年运送了两万只集装箱。",
    "国际能源署（IEA）说，港城用电增加。国际能源署将再作调查。",
    "夏威夷大岛（Big Island）的车展在港城开幕，夏威夷大岛的车展持续三天。",
    "赛里恩的母亲帕卡尼奇（Tara Pakanich）住在港城。",
    "中国商飞公司在港城交付了两架飞机，中国商飞还将交付三架。",
    "中国商飞（COMAC）的飞机由港城航空公司使用。",
    "欧盟的船在港城停靠，欧盟委员会主席出席。",
    "The European Union and the EU commission sent a ship.",
    "Delgado opened the harbour. Delgado is its director.",
    "港城港由德尔加多（Delgado）管理。",
)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    with opened_texts(tmp_path_factory.mktemp("glossed") / "index", NEWS) as opened:
        yield opened


@pytest.mark.parametrize(
    "question, written",
    [
        ("When did Typhoon Doksuri make landfall?", "When did Typhoon 杜苏芮 make landfall?"),
        ("Whom did Semm Altmann meet?", "Whom did 奥尔特曼 meet?"),
        ("How much will Altmann invest?", "How much will 奥尔特曼 invest?"),
        ("What did Cartless and Altmann do?", "What did 卡特莱斯 and 奥尔特曼 do?"),
        ("Where does Pakanich live?", "Where does 帕卡尼奇 live?"),  # 的母亲 sounds otherwise
        ("What does the IEA say?", "What does the IEA say?"),  # an abbreviation
        ("How many aircraft did COMAC deliver?", "How many aircraft did 中国商飞 deliver?"),
        ("What did the EU send?", "What did the EU send?"),  # English articles say so
        ("What opened on Big Island?", "What opened on Big Island?"),  # sounds otherwise
        ("What did Delgado open?", "What did Delgado open?"),  # as most of its articles do
        ("What did Khanun destroy?", "What did Khanun destroy?"),  # nothing glosses it
    ],
)
def test_a_name_is_written_as_it_is_glossed(snapshot, question, written):
    query = query_of(snapshot, question)
    assert query.text == written
    assert len(query.plain) == len(query.text) and query.plain.isascii()
