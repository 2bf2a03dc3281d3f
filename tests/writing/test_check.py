"""The check of a sentence against its evidence: in the library, on the shell and over HTTP."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import rag
from rag.cli import cli
from rag.errors import UsageError
from rag.writing.check import EVIDENCE_LIMIT, SENTENCE_LIMIT, TEXTS_LIMIT, check
from rag.writing.facts import Days, find_days
from rag.writing.facts import EvidenceFacts
from rag.writing.figures import Figures, find_figures
from rag.writing.names import UNSUPPORTED, SUPPORTED
from rag.writing.opposites import denials

NEWS = [
    "9月21日，浙江省杭州市启动质量月活动，三百二十多家企业参加，比去年增加两成。省市场监管局局长沈国强说，不合格产品将被召回。",
    "国家发展和改革委员会表示，该项目总投资12亿元，预计2026年建成。德国外长施泰因迈尔没有出席仪式。",
    "The council approved the plan on Tuesday by 12 votes to 9. "
    "Mayor Helen Carter said the bridge would not be closed in winter.",
]


def stands(sentence: str, *evidence: str) -> dict[str, bool]:
    """Which of a sentence's facts stand in the evidence."""
    return {
        sentence[one.start : one.end]: one.state == SUPPORTED
        for one in EvidenceFacts(evidence).facts(sentence)
    }


@pytest.mark.parametrize(
    ("said", "known", "agrees"),
    [
        ("over 700 firms", "七百多家企业", True),
        ("700余家企业", "七百多家企业", True),
        ("about 700 firms", "712家企业", True),
        ("over 700 firms", "不到700家企业", False),
        ("700 firms", "712家企业", False),
        ("1.2 billion yuan", "12亿元", True),
        ("1.2 billion dollars", "12亿元", False),
        ("1.2 million yuan", "12亿元", False),
        ("增长20%", "增长了两成", True),
        ("a fifth more", "增长20%", True),
        ("two thirds of them", "其中三分之二", True),
        ("half of the teams", "41支队伍中的一半", True),
        ("sales doubled", "销售额翻了一番", True),
        ("in the third quarter", "第三季度", True),
        ("in the first quarter", "第三季度", False),
        ("the first three quarters", "前三季度", True),
        ("20 points ahead", "领先20个百分点", True),
        ("3 years", "3公里", False),
        ("MH370", "MH370航班", True),
        ("50 percent", "涨幅在30%-50%之间", True),
        ("-50%", "涨幅在30%-50%之间", False),
        ("50%", "占3到5成", True),
        ("5%", "占3到5成", False),
        ("5℃", "气温-5℃", False),
        ("2 percent", "两国都增长", False),
        ("two countries", "两国都增长", True),
    ],
)
def test_figures_are_compared_by_what_they_say(said, known, agrees):
    figures = find_figures(said)
    there = Figures([known], [find_figures(known)])
    assert figures
    assert all(there.stands(one) for one in figures) is agrees


@pytest.mark.parametrize(
    ("said", "known", "agrees"),
    [
        ("on 1 August", "8月1日", True),
        ("on August 2", "8月1日", False),
        ("on 1 August 2023", "2023年8月1日", True),
        ("on 1 August 2022", "2023年8月1日", False),
        ("at 3 p.m. on Wednesday", "周三下午3点", True),
        ("on Thursday", "周三下午3点", False),
        ("on Mondays", "每逢星期一", True),
        ("in the 1990s", "20世纪90年代", True),
        ("in 2022", "2023年比去年多", True),
        ("二〇二三年", "in 2023", True),
    ],
)
def test_dates_are_compared_part_by_part(said, known, agrees):
    days = find_days(said)
    there = Days([known], [find_days(known)])
    assert days
    assert all(there.stands(one) for one in days) is agrees


def test_names_are_known_by_their_other_names():
    assert stands("The NDRC said so.", NEWS[1]) == {"NDRC": True}
    assert stands("发改委说。", NEWS[1]) == {"发改委": True}
    assert stands("Shen Guoqiang spoke in Zhejiang.", NEWS[0]) == {
        "Shen": True,
        "Guoqiang": True,
        "Zhejiang": True,
    }
    assert not stands("Shen Guohua spoke.", NEWS[0])["Guohua"]
    lacks = EvidenceFacts([NEWS[0]]).facts("A campaign began in Hubei.")
    assert [one.state for one in lacks if one.kind == "place"] == [UNSUPPORTED]
    assert stands("A campaign began in Zhejiang.", "杭州启动活动") == {"Zhejiang": True}, (
        "Hangzhou lies in it"
    )


TRUE = [
    ("More than 320 firms joined the quality month in Hangzhou on 21 September.", 0),
    ("杭州9月21日启动质量月，超过320家企业参加。", 0),
    ("The NDRC said the project would cost 1.2 billion yuan.", 1),
    ("市议会周二以12票对9票通过了该计划。", 2),
]
FALSE = [
    ("More than 420 firms joined the quality month in Hangzhou on 21 September.", 0, "420"),
    ("杭州8月21日启动质量月。", 0, "8月21日"),
    ("More than 320 firms joined the quality month in Nanjing.", 0, "Nanjing"),
    ("The NDRC said the project would be finished in 2031.", 1, "2031"),
    ("The council rejected the plan on Tuesday.", 2, "rejected"),
]


@pytest.mark.parametrize(("sentence", "at"), TRUE)
def test_what_the_evidence_says_is_supported(sentence, at):
    verdict = check(sentence, [NEWS[at]])
    assert verdict.supported and not verdict.unsupported, verdict
    assert verdict.probability < 0.5


@pytest.mark.parametrize(("sentence", "at", "word"), FALSE)
def test_what_it_does_not_say_is_marked_in_place(sentence, at, word):
    verdict = check(sentence, NEWS[at : at + 1])
    assert not verdict.supported
    assert any(word in told for told in verdict.unsupported), verdict
    assert verdict.unsupported == tuple(sentence[start:end] for start, end in verdict.spans)
    assert verdict.unsupported[0] in verdict.why


def test_more_evidence_does_not_take_support_away_from_a_quote():
    for text in NEWS:
        first = re.split(r"(?<=[。.]) ?", text)[0]
        assert check(first, NEWS).supported


@settings(max_examples=60)
@given(st.sampled_from(NEWS), st.data())
def test_a_verbatim_slice_is_supported(text, data):
    starts = (
        [m.start() for m in re.finditer(r"[A-Za-z\d]+|[^\W\d_]", text)]
        if text.isascii()
        else range(len(text) - 8)
    )
    start = data.draw(st.sampled_from(list(starts)))
    ends = (
        [m.end() for m in re.finditer(r"\w+", text) if m.end() > start]
        if text.isascii()
        else range(start + 6, len(text) + 1)
    )
    end = data.draw(st.sampled_from(list(ends)))
    words = text[start:end]
    cut = re.compile(r"[A-Za-z\d]{2}")
    if (
        not words.strip("，。, .")
        or cut.match(text[start - 1 : start + 1])
        or cut.match(text[end - 1 : end + 1])
    ):
        return  # a figure or a word cut in two says something else
    if denials(re.split(r"[，。,.；]", text[:start])[-1]):
        return  # so does what was denied
    verdict = check(words, NEWS)
    assert verdict.supported and verdict.unsupported == () and verdict.spans == ()


@settings(max_examples=60)
@given(
    st.integers(13, 99_999),
    st.sampled_from(
        [
            "共有{}家企业参加了质量月活动。",
            "{} firms joined the quality month in Hangzhou.",
            "投票结果为{}票。",
        ]
    ),
)
def test_a_figure_that_the_evidence_lacks_is_marked(value, frame):
    there = {str(number) for text in NEWS for number in re.findall(r"\d+", text)} | {"320"}
    if str(value) in there:
        return
    verdict = check(frame.format(value), NEWS)
    assert not verdict.supported
    assert any(str(value) in told for told in verdict.unsupported)


@settings(max_examples=40)
@given(st.text(max_size=60), st.lists(st.text(max_size=60), max_size=3))
def test_any_text_gets_a_verdict_whose_words_stand_in_it(sentence, evidence):
    if not sentence.strip():
        with pytest.raises(UsageError):
            check(sentence, evidence)
        return
    verdict = check(sentence, evidence)
    assert verdict.supported is (not verdict.spans)
    assert 0 <= verdict.probability <= 1
    assert verdict.why
    assert verdict.unsupported == tuple(sentence[start:end] for start, end in verdict.spans)


def test_what_the_evidence_denies_is_not_supported_by_its_words():
    evidence = ["No trace of the missing climber had been found by Monday."]
    assert check(evidence[0], evidence).supported
    assert check("The mayor said the bridge would be closed.", NEWS[2:]).why.startswith(
        "the evidence says otherwise"
    )
    assert not check("施泰因迈尔出席仪式。", NEWS[1:2]).supported
    assert not check("The council rejected the plan.", NEWS[2:]).supported


def test_a_direction_is_that_of_its_figure():
    evidence = ["前三季度出口上升27.3%，进口下降了11%。"]
    assert check("Exports rose 27.3 percent in the first three quarters.", evidence).supported
    verdict = check("Exports fell 27.3 percent in the first three quarters.", evidence)
    assert not verdict.supported and "fell" in verdict.unsupported


def test_the_same_comes_out_again():
    sentence = "The council rejected the plan."
    assert check(sentence, NEWS) == check(sentence, list(NEWS))


@pytest.mark.parametrize(
    ("sentence", "evidence", "told"),
    [
        ("", NEWS, "expected a sentence"),
        ("字" * (SENTENCE_LIMIT + 1), NEWS, "at most"),
        ("好。", "a text, no list", "list of texts"),
        ("好。", [1], "list of texts"),
        ("好。", ["字"] * (TEXTS_LIMIT + 1), "at most"),
        ("好。", ["字" * (EVIDENCE_LIMIT + 1)], "at most"),
    ],
)
def test_what_cannot_be_checked_is_refused(sentence, evidence, told):
    with pytest.raises(UsageError, match=told):
        check(sentence, evidence)


def test_without_evidence_nothing_is_supported():
    assert not check("杭州启动质量月。", []).supported
    assert not check("杭州启动质量月。", ["  \n"]).supported


def test_the_library_has_it_by_name():
    assert rag.check is check
    assert isinstance(rag.check("Hangzhou.", NEWS), rag.Verdict)
    heavy = "{'torch', 'faiss', 'gradio', 'langchain', 'transformers'}"
    code = (
        f"import rag, sys; rag.check; found = {heavy} & sys.modules.keys(); assert not found, found"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_shell_takes_a_file_of_many(tmp_path):
    file = tmp_path / "rows.jsonl"
    rows = [
        {"id": n, "sentence": one[0], "evidence": NEWS[one[1] : one[1] + 1]}
        for n, one in enumerate(TRUE[:1] + FALSE[:1])
    ]
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n", "utf8")
    result = CliRunner().invoke(cli, ["check", "--json", str(file)], obj={})
    assert result.exit_code == 0, result.output
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["id"] for row in told] == [0, 1]
    assert [row["supported"] for row in told] == [True, False]
    assert any("420" in word for word in told[1]["unsupported"]) and told[1]["why"]


def test_the_shell_takes_one_sentence(tmp_path):
    text = tmp_path / "quote.txt"
    text.write_text(NEWS[0], "utf8")
    marked = CliRunner().invoke(cli, ["check", FALSE[0][0], "--evidence", str(text)], obj={})
    assert marked.exit_code == 0 and marked.stdout.startswith("marked: ") and "420" in marked.stdout
    fine = CliRunner().invoke(cli, ["check", TRUE[0][0], "--evidence", str(text)], obj={})
    assert fine.stdout.startswith("supported: ")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"id": 1}', "line 1: expected"),
        ("{", "got no JSON in UTF-8"),
        ('{"sentence": "a", "evidence": "b"}', "line 1"),
    ],
)
def test_the_shell_names_the_line_that_it_cannot_use(tmp_path, line, told):
    file = tmp_path / "rows.jsonl"
    file.write_text(line + "\n", "utf8")
    result = CliRunner().invoke(cli, ["check", "--json", str(file)], obj={})
    assert isinstance(result.exception, UsageError) and told in str(result.exception)


def test_the_shell_wants_evidence():
    result = CliRunner().invoke(cli, ["check", "杭州启动质量月。"], obj={})
    assert isinstance(result.exception, UsageError) and "--evidence" in str(result.exception)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    from starlette.testclient import TestClient

    from rag import Index
    from rag.serving.routes import build_api

    folder = tmp_path_factory.mktemp("check")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "a.txt").write_text(NEWS[0], "utf8")
    Index.build(folder / "corpus", folder / "index")
    with (
        Index.open(folder / "index") as index,
        TestClient(build_api(index), base_url="http://127.0.0.1") as client,
    ):
        yield client


def test_the_server_checks(client):
    reply = client.post("/api/check", json={"sentence": FALSE[0][0], "evidence": NEWS[:1]})
    assert reply.status_code == 200
    body = reply.json()
    assert (
        body["supported"] is False
        and any("420" in word for word in body["unsupported"])
        and body["why"]
    )
    assert client.post("/api/check", json={"sentence": TRUE[0][0], "evidence": NEWS[:1]}).json()[
        "supported"
    ]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"sentence": "好。"},
        {"sentence": "", "evidence": NEWS},
        {"sentence": "好。", "evidence": "one"},
        {"sentence": "字" * (SENTENCE_LIMIT + 1), "evidence": NEWS},
        {"sentence": "好。", "evidence": ["字"] * (TEXTS_LIMIT + 1)},
        {"sentence": "好。", "evidence": ["字" * (EVIDENCE_LIMIT + 1)]},
    ],
)
def test_the_server_refuses_what_cannot_be_checked(client, body):
    reply = client.post("/api/check", json=body)
    assert reply.status_code == 400 and reply.json()["error"] and reply.json()["reference"]


def test_the_network_is_the_one_that_was_trained():
    torch = pytest.importorskip("torch")
    from rag.embed.static import load_static
    from rag.writing.aligned import align
    from rag.writing.network import CHECKER_FILE, load_network
    from safetensors.numpy import load_file
    from training.checker.examples import Made, example
    from training.checker.network import Checker, padded

    model = load_static()
    network = Checker(model).eval()
    network.load_state_dict(
        {name: torch.from_numpy(array).float() for name, array in load_file(CHECKER_FILE).items()}
    )
    made = [Made(sentence, tuple(NEWS), True, (), "") for sentence, *_ in (*TRUE, *FALSE)]
    examples = [example(model, one) for one in made]
    with torch.no_grad():
        whole, tokens = network(padded(examples))
    for row, one in enumerate(made):
        facts = EvidenceFacts(one.evidence).facts(one.sentence)
        score, each = load_network(model).scores(align(model, one.sentence, one.evidence, facts))
        assert abs(score - float(whole[row])) < 0.05
        assert abs(each - tokens[row, : len(each)].numpy()).max() < 0.05
