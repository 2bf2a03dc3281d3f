"""``yinju serve`` as a process: refusals before anything heavy, answers, an orderly end."""

import io
import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from conftest import ROOT
from rag.commands.serve import serve
from rag.serving.passwords import read_accounts


@pytest.fixture
def taken_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def test_a_taken_port_is_told_before_anything_is_built(yinju, tmp_path, taken_port):
    (tmp_path / "one.txt").write_text("The new museum opened on Monday.\n", "utf-8")
    index = tmp_path / "index"
    done = yinju("serve", "--port", taken_port, "--corpus", tmp_path, "--index", index)
    assert done.returncode == 9 and not index.exists()
    assert (
        done.stderr.count("\n") == 1
        and f"port {taken_port}" in done.stderr
        and "--port" in done.stderr
    )


def test_a_missing_index_is_told(yinju, tmp_path):
    done = yinju("serve", "--port", 0, "--index", tmp_path / "index")
    assert done.returncode == 5 and "yinju build" in done.stderr


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (("--host", "0.0.0.0"), 9, "--auth"),
        (("--auth", "nobody"), 2, "name:password"),
        (("--allow-url",), 2, "--allow-upload"),
        (("--trust-proxy", "nginx"), 2, "10.0.0.0/8"),
        (("--as-of", "soon"), 2, "YYYY-MM-DD"),
        (("--hash-password", "a:b"), 2, "without a colon"),
    ],
)
def test_what_makes_no_sense_is_told_before_anything_is_built(
    call, tmp_path, monkeypatch, options, code, says
):
    monkeypatch.setattr("sys.stdin", io.StringIO("secret\n"))
    (tmp_path / "one.txt").write_text("The new museum opened on Monday.\n", "utf-8")
    done = call("serve", "--port", 0, "--corpus", tmp_path, "--index", tmp_path / "index", *options)
    assert done.returncode == code and says in done.stderr and not (tmp_path / "index").exists()


def test_a_hashed_password_is_a_line_for_the_file_of_accounts(call, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("päss wörd\n"))
    done = call("serve", "--hash-password", "editor")
    assert done.returncode == 0 and "päss" not in done.stdout
    (tmp_path / "accounts").write_text(done.stdout, "utf-8")
    assert read_accounts(str(tmp_path / "accounts")).holds("editor", "päss wörd")


def test_the_docs_name_every_option():
    text = (ROOT / "docs" / "serving.md").read_text("utf-8")
    options = {name for option in serve.params for name in option.opts} - {"--debug"}
    assert [name for name in sorted(options) if f"`{name}" not in text] == []


@pytest.mark.slow
def test_serve_builds_answers_and_ends_on_ctrl_c(tmp_path):
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "one.txt").write_text(
        "The new museum opened on Monday. It shows 40 paintings.\n", "utf-8"
    )
    command = [
        sys.executable,
        "-m",
        "rag.cli",
        "serve",
        "--port",
        "0",
        "--corpus",
        str(tmp_path / "news"),
    ]
    command += ["--index", str(tmp_path / "index")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            lines = [process.stdout.readline(), process.stdout.readline()]
            assert "1 article," in lines[0]
            address = re.search(r"http://127\.0\.0\.1:\d+", lines[1]).group()
            with urllib.request.urlopen(
                address + "/api/ask?question=How+many+paintings+does+the+museum+show%3F"
            ) as reply:
                answer = json.load(reply)
            assert (
                "40" in answer["text"]
                and answer["citations"][0]["quote"] == "It shows 40 paintings."
            )
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
