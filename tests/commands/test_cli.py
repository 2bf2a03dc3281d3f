"""The command line as a shell sees it: processes, streams, exit codes."""

import json
import re
import subprocess
import sys

import pytest
from shell import QUESTIONS, corpus, rows

HIT = {
    "article_id",
    "title",
    "date",
    "source",
    "lang",
    "start",
    "end",
    "text",
    "score",
    "support",
    "highlights",
}
ANSWER = {
    "id",
    "text",
    "refused",
    "places",
    "citations",
    "nearest",
    "ms",
    "rows",
    "missing",
    "kind",
    "lang",
}


@pytest.fixture
def questions(tmp_path):
    path = tmp_path / "questions.jsonl"
    path.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in QUESTIONS), "utf-8"
    )
    return path


def test_build_then_search_then_ask(yinju, corpus, tmp_path):
    index = tmp_path / "index"
    built = yinju("build", "--corpus", corpus, "--index", index)
    assert built.returncode == 0 and "2 articles" in built.stdout
    assert built.stderr == ""  # no progress bar where nobody watches it

    found = yinju("search", "--index", index, "码头")
    assert found.returncode == 0 and found.stdout.splitlines()[0].startswith("1. 港口 (2024-05-01)")

    answered = yinju("ask", "--index", index, "新码头可停靠多少艘货轮？")
    assert answered.returncode == 0
    assert "海港城的新码头昨日启用，可停靠12艘货轮。" in answered.stdout
    assert "[1] 港口 (2024-05-01)" in answered.stdout


def test_search_as_json_holds_the_contract(yinju, sample_index, questions):
    found = rows(
        yinju("search", "--index", sample_index, "--k", 3, "--json", "--questions", questions)
    )
    assert [row["id"] for row in found] == ["a", "b", "c"]
    for row in found:
        assert row["ms"] > 0 and 1 <= len(row["hits"]) <= 3
        assert all(HIT <= hit.keys() for hit in row["hits"])


def test_answers_as_json_hold_the_contract(yinju, sample_index, questions):
    from rag import Index

    index = Index.open(sample_index)
    found = rows(yinju("ask", "--index", sample_index, "--json", "--questions", questions))
    assert [row["id"] for row in found] == ["a", "b", "c"]
    for row in found:
        assert ANSWER <= row.keys() and row["ms"] > 0
        for citation in row["citations"] + row["nearest"]:
            text = index.article(citation["article_id"]).text
            assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert [row["refused"] for row in found] == [False, False, True]
    assert "100多个" in found[0]["text"]


def test_one_question_as_json_is_one_object_of_the_same_shape(call, sample_index):
    (row,) = rows(call("ask", "--index", sample_index, "--json", QUESTIONS[0]["question"]))
    assert ANSWER - {"id"} <= row.keys() and "id" not in row
    (row,) = rows(
        call("search", "--index", sample_index, "--json", "--k", 1, QUESTIONS[0]["question"])
    )
    assert len(row["hits"]) == 1 and "id" not in row


def test_a_question_after_another_leans_on_it(call, corpus, tmp_path):
    index = tmp_path / "index"
    (corpus / "three.txt").write_text("云溪市的新码头去年启用，可停靠30艘货轮。\n", "utf-8")
    assert call("build", "--corpus", corpus, "--index", index).returncode == 0
    told = call("ask", "--index", index, "--after", "新码头可停靠多少艘货轮？", "为什么？").stdout
    assert told.startswith("理解为：为什么新码头可停靠货轮？\n")
    told = call(
        "ask",
        "--index",
        index,
        "--after",
        "What does the new museum show?",
        "--after",
        "when?",
        "and in 2023?",
    ).stdout
    assert told.startswith("Understood as: ") and "2023" in told.splitlines()[0]
    (row,) = rows(
        call("ask", "--index", index, "--json", "--after", "新碼頭可停靠多少艘貨輪？", "為什麼？")
    )
    assert row["completed"] == "為什麼新碼頭可停靠貨輪？" and row["question"] == "為什麼？"
    whole = call(
        "ask",
        "--index",
        index,
        "--after",
        "新码头可停靠多少艘货轮？",
        "What does the new museum show?",
    ).stdout
    assert "Understood" not in whole and "40 paintings" in whole


def test_words_of_a_quote_in_the_other_language_are_glossed(call, sample_index):
    def under_quotes(question: str) -> list[str]:
        lines = call("ask", "--index", sample_index, question).stdout.split("\n")
        return [line.strip() for line in lines if line.startswith("    ") and " = " in line]

    english = under_quotes("In which province was an elevator emergency drill held?")
    assert english and "电梯 = elevator" in english[0] and ", " in english[0]
    chinese = under_quotes("哪里的博物馆展出了绘画？")
    assert all(re.fullmatch("[^=，]+ = [^=，]+(，[^=，]+ = [^=，]+)*", line) for line in chinese)
    assert not any("电梯 = " in line for line in under_quotes("哪个省举办了电梯演练？")), (
        "one script needs no gloss"
    )


def test_json_is_utf_8_whatever_the_locale(yinju, sample_index):
    done = yinju(
        "search", "--index", sample_index, "--json", "月饼", env={"PYTHONIOENCODING": "ascii"}
    )
    assert "月饼" in rows(done)[0]["hits"][0]["text"]
    plain = yinju("search", "--index", sample_index, "月饼", env={"PYTHONIOENCODING": "ascii"})
    assert plain.returncode == 0 and "??" in plain.stdout


def test_the_words_of_a_question_need_no_quotes(call, sample_index):
    (row,) = rows(
        call(
            "ask", "--index", sample_index, "--json", "who", "cleared", "stalls", "near", "schools"
        )
    )
    assert row["question"] == "who cleared stalls near schools"


def test_questions_stream_from_standard_input(sample_index):
    command = [
        sys.executable,
        "-m",
        "rag.cli",
        "ask",
        "--index",
        str(sample_index),
        "--json",
        "--questions",
        "-",
    ]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        for row in QUESTIONS[:2]:  # each answer is there before the next question is asked
            process.stdin.write(json.dumps(row) + "\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == row["id"]
        process.stdin.close()
        assert process.wait(20) == 0


def test_filters(call, corpus, tmp_path):
    index = tmp_path / "index"
    assert call("build", "--corpus", corpus, "--index", index).returncode == 0
    search = ("search", "--index", index, "--json", "new", "museum", "码头")

    def titles(*options: str) -> set[str]:
        return {hit["article_id"] for hit in rows(call(*search, *options))[0]["hits"]}

    assert titles() == {"one.md", "two.txt"}
    assert titles("--lang", "en") == {"two.txt"}
    assert titles("--from", "2024-05-01", "--to", "2024-05-01") == {"one.md"}
    assert titles("--from", "2024-05-02") == set()
    nothing = call("search", "--index", index, "--source", "nobody", "museum")
    assert (
        nothing.returncode == 0
        and nothing.stdout == ""
        and "within these filters" in nothing.stderr
    )


def test_update_rollback_status_and_verify(call, corpus, tmp_path):
    index = ("--index", tmp_path / "index", "--json")
    first = rows(call("build", "--corpus", corpus, *index))[0]
    assert first["built"] and first["articles"] == 2
    assert rows(call("build", "--if-stale", "--corpus", corpus, *index))[0]["built"] is False
    assert rows(call("update", *index))[0]["built"] is False

    (corpus / "three.txt").write_text("The ferry now sails twice a day.\n", "utf-8")
    second = rows(call("update", *index))[0]  # finds its articles by itself
    assert second["built"] and second["articles"] == 3

    status = rows(call("status", *index))[0]
    assert [version["name"] for version in status["versions"]] == [
        second["version"],
        first["version"],
    ]
    assert [version["live"] for version in status["versions"]] == [True, False]
    assert rows(call("verify", *index))[0]["version"] == second["version"]
    assert rows(call("rollback", *index))[0]["version"] == first["version"]
    assert rows(call("status", *index))[0]["version"] == first["version"]
    for verb, code in (("status", 0), ("verify", 0), ("rollback", 5)):
        assert call(verb, "--index", tmp_path / "index").returncode == code


def test_unreadable_files_are_told_by_name_and_the_rest_is_indexed(yinju, corpus, tmp_path):
    (corpus / "empty.txt").write_text("", "utf-8")
    done = yinju("build", "--quiet", "--corpus", corpus, "--index", tmp_path / "index")
    assert done.returncode == 0 and done.stdout == ""
    assert "skipped" in done.stderr and "empty.txt" in done.stderr


def test_of_much_that_is_skipped_each_reason_is_told_once(call, corpus, tmp_path):
    for number in range(30):
        (corpus / f"{number:02}.jpg").write_bytes(b"\xff")
    (corpus / "empty.txt").write_text("")
    told = call("build", "--corpus", corpus, "--index", tmp_path / "index")
    lines = told.stderr.splitlines()
    assert (
        len(lines) == 2
        and "00.jpg: unsupported format" in lines[0]
        and lines[0].endswith("(and 29 more like it)")
    )
    assert "empty.txt" in lines[1] and "31 skipped" in told.stdout


def test_an_article_cannot_command_the_terminal(call, tmp_path):
    article = {
        "id": "x",
        "title": "Evil \x1b]0;title\x07",
        "text": "The red \x1b[2J lighthouse fell \u202eover in May.",
    }
    (tmp_path / "evil.jsonl").write_text(json.dumps(article) + "\n", "utf-8")
    assert (
        call("build", "--corpus", tmp_path / "evil.jsonl", "--index", tmp_path / "index").returncode
        == 0
    )
    for verb in ("ask", "search"):
        done = call(verb, "--index", tmp_path / "index", "When did the lighthouse fall?")
        assert "lighthouse" in done.stdout and not {"\x1b", "\x07", "\u202e"} & set(
            done.stdout + done.stderr
        )


@pytest.mark.parametrize(
    "args",
    [
        ("-5度是哪里",),
        ("-5", "degrees"),
        ("--after", "-5", "why?"),
        ("--", "-5"),
        ("- what -x was it",),
    ],
)
def test_a_question_may_begin_with_a_hyphen(args):
    from rag.commands.ask import ask

    context = ask.make_context("ask", ["--index", "x", *args])
    question = args[-1] if args[0].startswith("--") else " ".join(args)
    assert " ".join(context.params["question"]) == question and context.params["path"] == "x"
    assert context.params["after"] == (("-5",) if args[0] == "--after" else ())
