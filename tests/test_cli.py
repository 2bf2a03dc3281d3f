"""The command line as a shell sees it: processes, streams, exit codes."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

from rag.cli import run

QUESTIONS = [
    {"id": "a", "question": "清理了多少个无证经营摊点？"},
    {"id": "b", "question": "Where did a gala for the Mid-Autumn Festival take place?"},
    {"id": "c", "question": "What does a litre of milk cost in Paris?"},
]
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


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "one.md").write_text(
        "---\ntitle: 港口\ndate: 2024-05-01\n---\n海港城的新码头昨日启用，可停靠12艘货轮。\n",
        "utf-8",
    )
    (folder / "two.txt").write_text(
        "The new museum opened on Monday. It shows 40 paintings.\n", "utf-8"
    )
    return folder


def rows(done: subprocess.CompletedProcess) -> list[dict]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def one_line(done: subprocess.CompletedProcess) -> str:
    """The error of a command that failed as it should: one line, nothing on standard output."""
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("yinju: "), done.stderr
    return done.stderr


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


# What goes wrong


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        ((), 2, "Missing command"),
        (("frobnicate",), 2, "frobnicate"),
        (("ask",), 2, "got neither"),
        (("ask", "-x"), 2, "No such option"),
        (("ask", "--jsn", "x"), 2, "--jsn"),
        (("ask", "x", "--questions", os.devnull), 2, "got both"),
        (("ask", "--questions", "/no/such/file"), 2, "/no/such/file"),
        (("search", "--k", "0", "x"), 2, "--k"),
        (("search", "--from", "yesterday", "x"), 2, "YYYY-MM-DD, got 'yesterday'"),
        (("search", "--from", "2024-02-30", "x"), 2, "2024-02-30"),
        (
            ("search", "--from", "2024-02-02", "--to", "2024-02-01", "x"),
            2,
            "2024-02-02 to 2024-02-01",
        ),
        (("ask", "--model", "./no/such/model", "x"), 4, "./no/such/model"),
        (("ask", "--index", "/no/such/index", "x"), 5, "yinju build"),
        (("update", "--index", "/no/such/index"), 5, "yinju build"),
        (("serve", "--host", "0.0.0.0"), 9, "--insecure"),
    ],
)
def test_unusable_arguments(call, sample_index, monkeypatch, args, code, told):
    monkeypatch.setenv("YINJU_INDEX", str(sample_index))
    done = call(*args)
    assert told in one_line(done) and done.returncode == code


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("", "question"),
        (" \t\n", "question"),
        ("\x00\x01\x1b", "question"),
        ("为什么" * 33_334, "2,000"),
    ],
    ids=["empty", "blank", "control characters", "100,000 characters"],
)
def test_unusable_questions_are_named_by_their_line(call, sample_index, tmp_path, question, told):
    asked = tmp_path / "questions.jsonl"
    asked.write_text(
        json.dumps(QUESTIONS[0]) + "\n" + json.dumps({"id": 2, "question": question}) + "\n",
        "utf-8",
    )
    for verb in ("ask", "search"):
        done = call(verb, "--index", sample_index, "--json", "--questions", asked)
        assert done.returncode == 2 and done.stdout.count("\n") == 1  # what came before is answered
        assert "line 2" in done.stderr and told in done.stderr and len(done.stderr) < 400


@pytest.mark.parametrize(
    "line", ["nonsense", "[1]", '{"id": 1}', '{"question": 7}', "\udcff\udcfe"]
)
def test_bad_rows_are_named_by_their_line(call, sample_index, tmp_path, line):
    asked = tmp_path / "questions.jsonl"
    asked.write_bytes(b"\n" + line.encode("utf-8", "surrogateescape") + b"\n")
    done = call("ask", "--index", sample_index, "--json", "--questions", asked)
    assert done.returncode == 2 and f"{asked}, line 2" in one_line(done)


def test_a_question_with_control_characters_is_asked_without_them(call, sample_index):
    (plain,) = rows(call("ask", "--index", sample_index, "--json", "清理了多少个摊点？"))
    (odd,) = rows(
        call("ask", "--index", sample_index, "--json", "清理了\x1b\x07多少个\x7f摊点？\x01")
    )
    assert odd["text"] == plain["text"] and "\x1b" not in odd["question"]


@pytest.mark.parametrize(
    "question",
    ["Какие провинции проверили лунные пряники?", "¿Quién limpió los puestos?", "🥮🥮", "%%%"],
)
def test_a_third_language_is_answered_or_refused_in_words(call, sample_index, question):
    (row,) = rows(call("ask", "--index", sample_index, "--json", question))
    assert row["text"] and (row["refused"] or row["citations"] or row["kind"] == "talk")


def test_empty_corpora(call, tmp_path):
    (tmp_path / "empty").mkdir()
    for name, told in (("empty", ".txt, .md"), ("missing", "found nothing at")):
        done = call("build", "--corpus", tmp_path / name, "--index", tmp_path / "index")
        assert done.returncode == 3 and told in one_line(done)


def test_unwritable_index_folders(call, corpus, tmp_path):
    (tmp_path / "file").touch()
    places = [tmp_path / "file", tmp_path / "file" / "index"]
    if os.path.isdir("/proc/self"):
        places.append("/proc/index")
    for place in places:
        done = call("build", "--corpus", corpus, "--index", place)
        assert done.returncode == 8 and str(place) in one_line(done)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs the limits of a Unix shell")
def test_no_space_left_keeps_the_index_that_was_there(yinju, corpus, tmp_path):
    import resource

    index = tmp_path / "index"
    assert yinju("build", "--corpus", corpus, "--index", index).returncode == 0
    before = yinju("verify", "--index", index).stdout
    small = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))  # noqa: E731
    done = yinju("build", "--corpus", corpus, "--index", index, preexec_fn=small)
    assert done.returncode == 8 and "unchanged" in one_line(done)
    assert yinju("verify", "--index", index).stdout == before


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_output_that_cannot_be_written(sample_index):
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "rag.cli", "status", "--index", str(sample_index)]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, encoding="utf-8")
    assert done.returncode == 1 and done.stderr == "yinju: No space left on device\n"


def test_one_flipped_byte_in_each_file(call, sample_index, tmp_path):
    index = tmp_path / "index"
    shutil.copytree(sample_index, index)
    files = [
        path
        for path in index.rglob("*")
        if path.is_file() and path.stat().st_size and "version" in str(path)
    ]
    assert len(files) >= 5
    for path in files:
        whole = path.read_bytes()
        middle = len(whole) // 2
        path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
        for args in (["verify"], ["ask", QUESTIONS[0]["question"]]):
            done = call(*args, "--index", index)
            assert (
                done.returncode == 6 and path.name in one_line(done) and "rollback" in done.stderr
            )
        path.write_bytes(whole)
    assert call("verify", "--index", index).returncode == 0


def test_an_error_shows_its_trace_only_when_asked(yinju):
    assert "Traceback" not in yinju("ask", "--index", "/no/such/index", "x").stderr
    for args in (("ask", "--debug"), ("--debug", "ask")):
        done = yinju(*args, "--index", "/no/such/index", "x")
        assert (
            done.returncode == 5
            and "Traceback" in done.stderr
            and done.stderr.splitlines()[-1].startswith("yinju: ")
        )


def test_an_unexpected_fault_is_one_line_too(monkeypatch, capsys):
    from rag.library import Index

    def fail(path):
        raise ValueError("odd\nthing")

    monkeypatch.setattr(Index, "status", fail)
    assert run(["status"]) == 70
    assert (
        capsys.readouterr().err
        == "yinju: ValueError: odd thing (this is a fault of Yinju; --debug shows where)\n"
    )


def test_a_reader_who_leaves_is_no_error(sample_index, tmp_path):
    asked = tmp_path / "questions.jsonl"
    asked.write_text((json.dumps(QUESTIONS[0]) + "\n") * 500, "utf-8")
    command = [
        sys.executable,
        "-m",
        "rag.cli",
        "search",
        "--index",
        str(sample_index),
        "--json",
        "--questions",
        str(asked),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(60) == 141 and process.stderr.read() == b""


def test_ctrl_c(sample_index):
    command = [
        sys.executable,
        "-m",
        "rag.cli",
        "search",
        "--index",
        str(sample_index),
        "--json",
        "--questions",
        "-",
    ]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, **pipes) as process:
        process.stdin.write(json.dumps(QUESTIONS[0]).encode() + b"\n")
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130 and process.stderr.read() == b""


# How fast it is there


@pytest.mark.parametrize("args", [("--help",), ("ask", "--help"), ("status",), ("verify",)])
def test_start_up_loads_nothing_heavy(sample_index, args):
    code = (
        "import sys; from rag.cli import run; code = run(sys.argv[1:]);heavy = {'torch',"
        " 'transformers', 'sentence_transformers', 'gradio', 'langchain', 'langchain_core',"
        " 'scipy', 'fastapi', 'trafilatura', 'pandas'};print('loaded:', sorted(heavy &"
        " set(sys.modules))); sys.exit(code)"
    )
    env = {**os.environ, "YINJU_INDEX": str(sample_index)}
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, *args], capture_output=True, text=True, env=env
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "loaded: []"
    assert (
        time.perf_counter() - begin < 5
    )  # on an idle machine 0.2 s; a busy one must not fail the test


PLACES = "which provinces held elevator safety drills"
# What an answer needs of other people's libraries; those for values and feasts come in when a
# question asks for such.
ASKING = {
    "numpy",
    "faiss",
    "tokenizers",
    "safetensors",
    "xxhash",
    "ahocorasick",
    "click",
    "packaging",
}
VALUES = ASKING | {"dateutil", "cn2an", "proces", "text_to_num"}


@pytest.mark.parametrize(
    ("question", "libraries"), [(PLACES, ASKING), (QUESTIONS[0]["question"], VALUES)]
)
def test_asking_loads_no_more_than_it_uses(sample_index, question, libraries):
    code = (
        "import sys; from rag.cli import run; code = run(sys.argv[1:]);from importlib.metadata"
        " import packages_distributions;print('\\n' + ' '.join({name.partition('.')[0] for name in"
        " sys.modules} & packages_distributions().keys()));print(*(name for name in sys.modules if"
        " name.startswith('rag.'))); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "ask", "--index", str(sample_index), question],
        capture_output=True,
        encoding="utf-8",
    )
    others, own = done.stdout.splitlines()[-2:]
    assert done.returncode == 0, done.stderr
    assert set(others.split()) - {"rag", "_distutils_hack", "setuptools"} <= libraries
    reading = {
        "rag.index.build",
        "rag.index.builder",
        "rag.index.corpus_diff",
        "rag.corpus.reader",
        "rag.corpus.source",
        "rag.corpus.readers",
    }
    assert not reading & set(own.split())
