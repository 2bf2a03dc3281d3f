"""What goes wrong on the command line is one line and an exit code; what starting up loads."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from shell import QUESTIONS, corpus, one_line, rows

from rag.cli import run

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
    "cachetools",
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
