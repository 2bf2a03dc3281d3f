"""``yinju eval --answers`` and the library behind it, on a small corpus of which all answers are
known.
"""

import json

import pytest

from rag import Answer, Article, Assistant, Citation, Index
from rag.answer.types import Row
from rag.errors import UsageError
from rag.evaluation import Known, Question, evaluate_answers, judge, read_known
from rag.evaluation.report import answers_report
from rag.evaluation.known import holds, is_value

ARTICLES = (
    Article(
        "ferry-zh",
        "柳河渡口本月换了新船，每天早上六点开出头班，可载四十人。船票仍是两元，老人免费。",
        "渡口换新船",
        "2024-03-01",
        lang="zh",
    ),
    Article(
        "market-zh",
        "老城夜市周五重新开张，共有120个摊位卖小吃和手工艺品。",
        "夜市开张",
        "2024-04-05",
        lang="zh",
    ),
    Article(
        "wall-en",
        "Masons mended the northern city wall with sticky rice mortar. They replaced 3,000 grey"
        " bricks in two years.",
        "City wall mended",
        "2024-05-06",
        lang="en",
    ),
    Article(
        "bees-en",
        "Beekeeper Ann Lowe keeps twelve hives on the roof of the hospital.",
        "Bees on the roof",
        "2024-06-07",
        lang="en",
    ),
)
ROWS = (
    {
        "id": "stalls",
        "question": "夜市有多少个摊位？",
        "answers": ["120个", "120"],
        "relevant": ["market-zh"],
    },
    {
        "id": "bricks",
        "question": "How many bricks were replaced in the city wall?",
        "answers": ["3000"],
        "relevant": ["wall-en"],
    },
    {
        "id": "bees",
        "question": "Who keeps bees on the roof of the hospital?",
        "answers": ["Ann Lowe"],
    },
    {"id": "chess", "question": "Who won the chess championship in Reykjavik?", "answers": None},
    {
        "id": "height",
        "question": "How high is the northern city wall?",
        "answers": [],
        "relevant": ["wall-en"],
    },
)


def write(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    Index.build(ARTICLES, folder / "index")
    write(folder / "answers.jsonl", ROWS)
    return folder


@pytest.fixture(scope="module")
def assistant(town):
    with Index.open(town / "index") as index:
        yield Assistant(index)


@pytest.mark.parametrize(
    ("text", "answer", "held"),
    [
        ("共有１２０个摊位", "120个", True),
        ("They replaced 3,000 bricks", "3000", True),
        ("in 2018", "18", False),
        ("3.5亿元", "5亿元", False),
        ("28km long", "28", True),
        ("fourteen boats", "four", False),
        ("FOUR  boats", "four boats", True),
        ("廣東省舉行了演練", "广东省", True),
        ("由 光荣 公司", "光荣公司", True),
        ("北京大学的学生", "北京大学", True),
    ],
)
def test_an_answer_stands_in_a_text(text, answer, held):
    assert holds(text, [answer]) is held
    assert holds(text, ["nowhere", answer]) is held


@pytest.mark.parametrize(
    ("label", "answer", "same"),
    [
        ("over 700", "700多家", True),
        ("over 700", "710家", False),
        ("8月1日", "1 August 2023", True),
        ("8月1日", "2 August 2023", False),
        ("Sichuan 四川", "四川省", True),
        ("Sichuan 四川", "云南省", False),
        ("北京", "北京国安", False),
        ("2008年", "2008年北京奥运会", False),
        ("两个", "two", True),
        ("山东", "山东省北部环渤海地区", False),
        ("山东", "Shandong", True),
        ("Ann Lowe", "Ann Love", False),
    ],
)
def test_values_that_say_the_same(label, answer, same):
    assert is_value(label, [answer], "2023-08-05") is same


def quote(text, article="a", **fields):
    return Citation(text, article, 0, len(text), text, **fields)


def answer(text="120 [1]\n…", refused=False, citations=(), **fields):
    return Answer("?", "en", "number", text, refused, citations=tuple(citations), **fields)


def known(*answers, relevant=()):
    return Known(Question("q", "?", dict.fromkeys(relevant, 1), "en"), answers)


def test_measures_of_an_answer():
    right, other, stray = (
        quote("There are 120 stalls."),
        quote("It opens at eight.", "b"),
        quote("Bees.", "c"),
    )
    said = judge(answer(citations=[right, other, stray, stray]), known("120", relevant=["b"]))
    assert said == {
        "quoted": 1,
        "first": 1,
        "refused": 0,
        "cited": 1,
        "precision": 0.5,
        "characters": len("".join(c.quote for c in (right, other, stray))),
    }
    late = judge(answer("Many [1]\n120 [1]", citations=[right]), known("120"))
    assert (late["quoted"], late["first"], late["precision"]) == (1, 0, 1) and "cited" not in late
    wrong = judge(answer("eight [1]", citations=[other]), known("120", relevant=["x"]))
    assert (
        wrong["quoted"],
        wrong["first"],
        wrong["cited"],
        wrong["precision"],
        wrong["refused"],
    ) == (0, 0, 0, 0, 0)
    refused = judge(answer("Nothing on 120.", True, grade="nothing"), known("120", relevant=["b"]))
    assert refused == {"quoted": 0, "first": 0, "refused": 1, "cited": 0}


def test_a_value_in_another_language_is_right_by_what_it_says():
    text = "全市有700多家企业参加。"
    cited = quote(text, marks=((3, 8),), date="2024-01-01", lang="zh")
    said = judge(
        answer("700多家 [1]", citations=[cited], rows=(Row("700多家", citations=(1,)),)),
        known("over 700"),
    )
    assert (said["quoted"], said["first"], said["precision"]) == (1, 1, 1)
    assert (
        judge(
            answer("700多家 [1]", citations=[cited], rows=(Row("700多家", citations=(1,)),)),
            known("over 600"),
        )["quoted"]
        == 0
    )


def test_measures_of_what_cannot_be_answered():
    assert judge(answer("Nothing.", True, grade="nothing"), known()) == {"answered": 0}
    assert judge(answer("120", citations=[quote("120")]), known()) == {
        "answered": 1,
        "characters": 3,
    }
    near = known(relevant=["a"])
    assert judge(answer("…", True, grade="near"), near) == {
        "answered": 0,
        "near_answered": 0,
        "near_told": 1,
    }
    assert judge(answer("…", True, grade="nothing"), near) == {
        "answered": 0,
        "near_answered": 0,
        "near_told": 0,
    }
    assert judge(answer("120", citations=[quote("120")]), near) == {
        "answered": 1,
        "near_answered": 1,
        "characters": 3,
    }


def test_an_evaluation_is_that_of_the_answers(town, assistant):
    asked = read_known([town / "answers.jsonl"])
    assert [(one.question.lang, one.near) for one in asked] == [
        ("zh", False),
        ("en", False),
        ("en", False),
        ("en", False),
        ("en", True),
    ]
    (run,) = evaluate_answers({"plain": assistant}, asked)
    assert [one.known for one in run.said] == asked and all(one.ms > 0 for one in run.said)
    for one in run.said:
        alone = assistant.ask(one.known.question.text)
        assert one.answer.text == alone.text and one.values == judge(alone, one.known)
    measures = run.measures()
    assert {
        name: one.n
        for name, one in measures.items()
        if name in ("quoted", "first", "refused", "cited", "answered", "near_answered")
    } == {"quoted": 3, "first": 3, "refused": 3, "cited": 2, "answered": 2, "near_answered": 1}
    figure = measures["quoted"].figure
    assert figure.value == sum(one.values["quoted"] for one in run.said[:3]) / 3 > 0.5
    # Wilson's interval, unlike the bootstrap's, does not take three of three for certain.
    assert figure.low < figure.value and figure.low < 1 - 1 / 3
    assert {one.known.question.id for one in run.said if one.wrong} == {
        one.known.question.id
        for one in run.said
        if (one.values.get("quoted") == 0 or one.values.get("answered"))
    }
    assert run.group("zh").measures()["quoted"].n == 1


def test_runs_are_compared_in_pairs(town, assistant):
    class Silent:
        """Refuses whatever it is asked."""

        index = assistant.index

        def ask(self, question):
            return Answer(question, "en", "number", "Nothing.", True, grade="nothing")

    asked = read_known([town / "answers.jsonl"])
    first, second = evaluate_answers({"plain": assistant, "silent": Silent()}, asked)
    changes = second.minus(first)
    quoted = first.measures()["quoted"].figure.value
    assert (
        changes["quoted"].value == -quoted
        and changes["refused"].value == 1 - first.measures()["refused"].figure.value
    )
    assert "precision" not in changes  # what is refused has no citations
    table = answers_report([first, second], worst=9).splitlines()
    row = next(line for line in table if line.startswith("a quote holds the answer"))
    assert row.split()[5] == "3" and row.split()[-2].startswith(".000-.56")
    assert any(line.startswith("[2] silent") for line in table)
    wrong = table[table.index("Wrong in silent, the first 3") :]
    assert (
        wrong[2] == "stalls: 夜市有多少个摊位？"
        and wrong[3] == "  wanted 120个 | 120"
        and wrong[4] == "  said   Nothing."
    )


def test_the_command_writes_a_table_and_json(call, town):
    arguments = ("eval", "--index", town / "index", "--answers", town / "answers.jsonl")
    done = call(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    (one,) = json.loads(done.stdout)["assistants"]
    assert (one["articles"], one["questions"], one["absent"]) == (4, 5, 0)
    assert one["groups"].keys() == {"all", "en", "zh"} and one["groups"]["en"]["n"] == 4
    group = one["groups"]["all"]
    assert (
        group["quoted"]["n"] == 3
        and 0 <= group["quoted"]["low"] <= group["quoted"]["value"] <= group["quoted"]["high"] <= 1
    )
    assert 0 < group["ms"]["p50"] <= group["ms"]["p95"]
    assert [row["id"] for row in one["results"]] == [row["id"] for row in ROWS]
    assert all(set(row) >= {"wrong", "text", "grade", "ms"} for row in one["results"])

    table = call(*arguments).stdout
    row = next(line for line in table.splitlines() if line.startswith("a quote holds the answer"))
    assert row.split()[5:7] == ["3", f"{group['quoted']['value']:.3f}".removeprefix("0")]
    assert "en, 4 questions" in table and "milliseconds: p50" in table


def test_an_index_of_another_model_is_compared(call, town, tmp_path):
    Index.build(ARTICLES[:2], tmp_path / "half")
    done = call(
        "eval",
        "--index",
        town / "index",
        "--answers",
        town / "answers.jsonl",
        "--compare",
        tmp_path / "half",
        "--json",
    )
    assert done.returncode == 0, done.stderr
    first, second = json.loads(done.stdout)["assistants"]
    assert (second["articles"], second["absent"]) == (2, 2)
    assert (
        second["difference"]["cited"]["value"]
        == second["groups"]["all"]["cited"]["value"] - first["groups"]["all"]["cited"]["value"]
        < 0
    )


GOOD = '{"question": "几点？", "answers": null}\n'


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "found none"),
        ('{"question": "几点？"}\n', "line 1: expected a list of texts, or null"),
        (GOOD + '{"question": "几点？", "answers": "六点"}\n', "line 2: expected a list of texts"),
        ('{"question": "几点？", "answers": ["  "]}\n', "line 1: expected a list of texts"),
        ('{"question": "几点？", "answers": [6]}\n', "line 1: expected a list of texts"),
        ('{"question": "几点？", "answers": null, "relevant": [""]}\n', 'in "relevant"'),
        ('{"question": "", "answers": null}\n', "line 1"),
        (
            '{"id": 1, "question": "几点？", "answers": null}\n' * 2,
            "line 2: expected an id of its own",
        ),
        ("no json\n", "line 1"),
    ],
)
def test_rows_that_are_none_are_refused_by_line(tmp_path, text, named):
    path = tmp_path / "bad.jsonl"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=named):
        read_known([path])


def test_what_goes_wrong_is_one_line(call, town, tmp_path):
    answers = ("--answers", town / "answers.jsonl")
    foreign = write(
        tmp_path / "foreign.jsonl",
        [{"question": "几点？", "answers": ["六点"], "relevant": ["elsewhere"]}],
    )
    for arguments, named in (
        ((), "--questions FILE or --answers FILE, got neither"),
        ((*answers, "--questions", town / "answers.jsonl"), "got both"),
        ((*answers, "--compare", "lexical=off"), "weights are for --questions"),
        (("--answers", foreign), "'elsewhere'"),
        (("--answers", tmp_path / "none"), "none"),
    ):
        done = call("eval", "--index", town / "index", *arguments)
        assert (done.returncode, done.stdout) == (2, ""), done.stderr
        assert done.stderr.count("\n") == 1 and named in done.stderr


def test_an_assistant_is_needed(town, assistant):
    asked = read_known([town / "answers.jsonl"])
    for assistants, questions in (({}, asked), ({"plain": assistant}, [])):
        with pytest.raises(UsageError, match="at least one"):
            evaluate_answers(assistants, questions)
