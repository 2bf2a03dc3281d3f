"""``--model`` with a real transformer from a folder."""

import json

import pytest

pytestmark = pytest.mark.slow


def test_a_transformer_builds_answers_and_is_asked_for(call, minilm, tmp_path):
    model = minilm
    rows = [
        "The museum opened its doors.",
        "A ferry sank in the storm.",
        "Bakers raised the price of bread.",
    ]
    (tmp_path / "news.jsonl").write_text(
        "".join(json.dumps({"id": str(n), "text": text}) + "\n" for n, text in enumerate(rows)),
        "utf-8",
    )
    index = ("--index", tmp_path / "index", "--json")

    built = call("build", "--corpus", tmp_path / "news.jsonl", "--model", model, *index)
    assert built.returncode == 0, built.stderr
    found = call("search", "--model", model, *index, "loaves became more expensive")
    hits = json.loads(found.stdout)["hits"]
    assert hits[0]["article_id"] == "2" and hits[0]["parts"]["dense"] > 0.5  # no word in common

    for verb in ("ask", "search"):
        refused = call(verb, *index, "bread")
        assert refused.returncode == 5 and refused.stdout == "" and str(model) in refused.stderr
    kept = call("update", *index)
    assert kept.returncode == 5 and "--model" in kept.stderr
    assert json.loads(call("update", "--model", model, *index).stdout)["built"] is False

    with (tmp_path / "news.jsonl").open("a") as more:
        more.write(json.dumps({"id": "3", "text": "Snow closed the pass for a week."}) + "\n")
    again = json.loads(call("update", "--model", model, *index).stdout)
    assert again["built"] and again["reused"] == 3 and again["articles"] == 4


def test_a_model_that_is_not_there_is_one_line(call, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    (tmp_path / "one.txt").write_text("The museum opened its doors.", "utf-8")
    done = call(
        "build",
        "--corpus",
        tmp_path,
        "--index",
        tmp_path / "index",
        "--model",
        "nobody/no-such-model",
    )
    assert done.returncode == 4 and done.stderr.count("\n") == 1 and "--model PATH" in done.stderr
    assert not (tmp_path / "index" / "CURRENT").exists()
