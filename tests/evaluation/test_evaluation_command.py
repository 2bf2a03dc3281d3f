"""The command ``yinju eval``: tables, models compared, BEIR's layout, what goes wrong."""

import json

import numpy as np
import pytest
from town import ASKED, NEWS, both, town, write

from rag.embed import static
from rag.errors import CorpusError, IndexMissing
from rag.evaluation import Variant, compare, read_variant
from rag.library import Index


def test_the_command_writes_json_and_tables(call, town, tmp_path):
    asked = ("--questions", town / "zh.jsonl", "--questions", town / "en.jsonl", "--k", 4)
    done = call(
        "eval",
        "--index",
        town / "index",
        *asked,
        "--compare",
        "lexical=off",
        "--worst",
        2,
        "--json",
    )
    assert done.returncode == 0, done.stderr
    one, two = json.loads(done.stdout)["variants"]
    assert (
        one["articles"] == 12
        and one["questions"] == 12
        and one["k"] == 4
        and one["ms"].keys() == {"p50", "p95", "p99"}
    )
    assert (
        one["groups"]["all"]["n"] == 12
        and one["groups"]["both wordings"]["n"] == 6
        and "difference" not in one
    )
    figure = one["groups"]["all"]["hit@1"]
    assert 0 <= figure["low"] <= figure["value"] <= figure["high"] <= 1
    change = two["difference"]["all"]["hit@1"]
    assert change["value"] == pytest.approx(
        two["groups"]["all"]["hit@1"]["value"] - figure["value"]
    )
    assert change["real"] is (change["low"] > 0 or change["high"] < 0)

    table = call("eval", "--index", town / "index", *asked).stdout.splitlines()
    head = next(line for line in table if "hit@1" in line)
    row = next(line for line in table if line.startswith("all"))
    assert head.split() == ["questions", "hit@1", "hit@4", "recall@4", "mrr@4", "ndcg@4"] and len(
        row
    ) == len(head)
    assert row.split()[1:3] == ["12", f"{figure['value']:.3f}".removeprefix("0")]
    assert any(line.startswith("both wordings") for line in table) and any(
        line.startswith("milliseconds: p50") for line in table
    )

    other = write(
        tmp_path / "q.jsonl",
        [{"id": "judged-otherwise", "question": ASKED["ferry"][0], "relevant": ["tram-zh"]}],
    )
    compared = call(
        "eval",
        "--index",
        town / "index",
        *asked,
        "--questions",
        other,
        "--compare",
        "lexical=off",
        "--worst",
        1,
    ).stdout
    assert "[2] lexical=off" in compared and "to the first" in compared
    worst = compared[compared.index("Worst of lexical=off") :].splitlines()
    assert (
        worst[2].startswith("judged-otherwise: ")
        and "tram-zh" in worst[3]
        and "ferry-zh" in worst[5]
        and "dense" in worst[5]
    )


def test_models_are_compared_on_indexes_built_for_it(call, town, monkeypatch):
    asked = ("--questions", town / "zh.jsonl", "--json")
    model = f"model={static.STATIC_MODEL_FOLDER}"
    done = call(
        "eval",
        "--corpus",
        town / "news.jsonl",
        *asked,
        "--compare",
        model,
        "--compare",
        town / "index",
    )
    assert done.returncode == 0, done.stderr
    one, two, three = json.loads(done.stdout)["variants"]
    assert [v["articles"] for v in (one, two, three)] == [12, 12, 12] and two["name"] == model
    # The same model by its folder, and an index of the same articles: no difference at all.
    assert one["groups"] == two["groups"] == three["groups"]
    assert two["difference"]["all"]["mrr@10"] == {"value": 0, "low": 0, "high": 0, "real": False}
    # Nothing named: the articles are those that the first index was built from.
    monkeypatch.setenv("YINJU_INDEX", str(town / "index"))
    again = call("eval", *asked, "--compare", model)
    assert json.loads(again.stdout)["variants"][1]["groups"] == two["groups"]


def test_a_reranker_is_compared_on_one_index(town, monkeypatch):
    class Backwards:
        """Likes best what came last."""

        name = "backwards"

        def score(self, question, passages):
            return np.arange(len(passages), dtype=np.float32)

    monkeypatch.setattr("rag.embed.load_reranker", lambda name: Backwards())
    first = Variant("built", "", "")
    done = compare(
        [first, read_variant("rerank=backwards", first)], both(town), 12, [town / "news.jsonl"]
    )
    one, two = done.evaluations
    assert (one.reranker, two.reranker) == ("", "backwards") and two.to_dict()[
        "rerank"
    ] == "backwards"
    assert [result.found[::-1] for result in two.results] == [
        result.found for result in one.results
    ]
    change = done.differences(1)["all"]["hit@1"]
    assert change.value < 0 and change.is_real


def test_a_folder_in_beirs_layout_is_corpus_and_questions(call, tmp_path):
    write(
        tmp_path / "corpus.jsonl",
        [{"_id": f"{n}", "title": "", "text": texts[1]} for n, texts in enumerate(NEWS.values())],
    )
    write(
        tmp_path / "queries.jsonl",
        [{"_id": f"{n}", "text": texts[1]} for n, texts in enumerate(ASKED.values())],
    )
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\n" + "".join(f"{n}\t{n}\t1\n" for n in range(6)), "utf-8"
    )
    done = call("eval", "--corpus", tmp_path, "--questions", tmp_path, "--json")
    assert done.returncode == 0, done.stderr
    (one,) = json.loads(done.stdout)["variants"]
    assert (
        one["articles"] == 6
        and list(one["groups"]) == ["all"]
        and one["groups"]["all"]["hit@1"]["value"] == 1
    )


def test_what_goes_wrong_is_one_line(call, town, tmp_path):
    asked = ("--questions", town / "zh.jsonl")
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"question": "几点？"}\n', "utf-8")
    for arguments, code, named in (
        (("--index", town / "index"), 2, "--questions"),
        (("--index", town / "index", "--questions", bad), 2, "bad.jsonl, line 1"),
        (("--index", tmp_path / "none", *asked), IndexMissing.exit_code, "none"),
        (("--corpus", tmp_path / "none", *asked), CorpusError.exit_code, "none"),
        (("--index", town / "index", *asked, "--compare", "colour=red"), 2, "--compare"),
        (
            ("--index", town / "index", *asked, "--compare", "no-such-folder"),
            IndexMissing.exit_code,
            "no-such-folder",
        ),
        (("--index", town / "index", *asked, "--k", "0"), 2, "k"),
    ):
        done = call("eval", *arguments)
        assert (done.returncode, done.stdout) == (code, ""), done.stderr
        assert done.stderr.count("\n") == 1 and named in done.stderr
    assert "eval" in call("--help").stdout


def test_an_index_that_does_not_know_its_articles_needs_a_corpus(call, town, tmp_path):
    from rag.corpus import read_corpus

    Index.build(list(read_corpus(town / "news.jsonl")), tmp_path / "index")
    done = call(
        "eval",
        "--index",
        tmp_path / "index",
        "--questions",
        town / "zh.jsonl",
        "--compare",
        f"model={static.STATIC_MODEL_FOLDER}",
    )
    assert done.returncode == 2 and "--corpus" in done.stderr
