"""``yinju eval`` and the library behind it, on a small town's news in two languages."""

import json
import os

import numpy as np
import pytest

from rag.embed import static
from rag.errors import CorpusError, IndexMissing, UsageError
from rag.evaluation import Variant, compare, evaluate, read_questions, read_variant
from rag.library import Index
from rag.search import Fusion

NEWS = {
    "ferry": (
        "柳河渡口本月换了新船，每天早上六点开出头班，可载四十人。船票仍是两元，老人免费。",
        (
            "The Liu river ferry got a new boat this month; the first crossing leaves at six in the"
            " morning. Elders ride free."
        ),
    ),
    "market": (
        "老城夜市周五重新开张，一百二十个摊位卖小吃和手工艺品。市集晚上八点开门，凌晨一点收摊。",
        (
            "The old town's night market reopened on Friday. Its 120 stalls sell snacks and crafts"
            " from eight in the evening."
        ),
    ),
    "school": (
        "第三小学把旧锅炉房改成了天文台，学生在那里用望远镜观察土星环。",
        (
            "Pupils of the Third Primary School watch the rings of Saturn through a telescope in an"
            " observatory that once was a boiler house."
        ),
    ),
    "wall": (
        "工匠用糯米灰浆修补城墙北段，一共换了三千块青砖，工程花了两年。",
        (
            "Masons mended the northern city wall with sticky rice mortar. They replaced three"
            " thousand grey bricks in two years."
        ),
    ),
    "bees": (
        "养蜂人陈师傅在医院的屋顶放了十二箱蜜蜂，今年收了三百斤槐花蜜。",
        (
            "Beekeeper Chen keeps twelve hives on the roof of the hospital; they gave 150 kilograms"
            " of acacia honey this year."
        ),
    ),
    "tram": (
        "有轨电车延长线遇到地下暗河，隧道改道，通车推迟到明年秋天。",
        (
            "The tram extension struck an underground river. The tunnel takes another way and opens"
            " next autumn."
        ),
    ),
}
ASKED = {
    "ferry": ("渡口头班船几点开？", "When does the first ferry leave?"),
    "market": ("夜市有多少个摊位？", "How many stalls does the night market have?"),
    "school": ("学生在哪里观察土星？", "Where do pupils watch Saturn?"),
    "wall": ("城墙用什么灰浆修补？", "Which mortar mended the city wall?"),
    "bees": ("谁在医院屋顶养蜜蜂？", "Who keeps bees on the roof of the hospital?"),
    "tram": ("电车通车为什么推迟？", "Why does the tram tunnel open later?"),
}
LANGS = ("zh", "en")


def write(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Articles, questions in both languages, and an index of all articles."""
    folder = tmp_path_factory.mktemp("town")
    told = [(name, lang, text) for name, texts in NEWS.items() for lang, text in zip(LANGS, texts)]
    write(
        folder / "news.jsonl",
        [
            {"id": f"{name}-{lang}", "title": f"{name} {lang}", "text": text}
            for name, lang, text in told
        ],
    )
    for number, lang in enumerate(LANGS):
        asked = [
            (name, texts[number], [f"{name}-zh", f"{name}-en"]) for name, texts in ASKED.items()
        ]
        write(
            folder / f"{lang}.jsonl",
            [{"id": name, "question": text, "relevant": ids} for name, text, ids in asked],
        )
    Index.build(folder / "news.jsonl", folder / "index")
    return folder


def both(town):
    return read_questions([town / "zh.jsonl", town / "en.jsonl"])


def test_figures_are_those_of_the_hits(town):
    asked = both(town)
    with Index.open(town / "index") as index:
        done = evaluate(index, asked, k=4)
        hits = [[hit.article_id for hit in index.search(question.text, 4)] for question in asked]
    assert [list(result.found) for result in done.results] == hits
    assert (
        all(result.ms > 0 for result in done.results)
        and 0 < done.latency.p50 <= done.latency.p95 <= done.latency.p99
    )
    ranks = [
        next((n for n, i in enumerate(found, 1) if i in q.relevant), 0)
        for q, found in zip(asked, hits)
    ]
    assert [result.rank or 0 for result in done.results] == ranks
    figures = done.group("all").figures
    assert figures["hit@1"].value == pytest.approx(sum(rank == 1 for rank in ranks) / 12)
    assert figures["mrr@4"].value == pytest.approx(sum(1 / rank for rank in ranks if rank) / 12)
    assert figures["recall@4"].value == pytest.approx(
        sum(len(q.relevant.keys() & set(f)) / 2 for q, f in zip(asked, hits)) / 12
    )
    # A group from one language to the other is about the articles of the other alone.
    assert [group.name for group in done.groups] == [
        "all",
        "en",
        "zh",
        "en > en",
        "en > zh",
        "zh > en",
        "zh > zh",
        "both wordings",
    ]
    across = [
        any(i == f"{q.id}-zh" for i in found) for q, found in zip(asked, hits) if q.lang == "en"
    ]
    assert done.group("en > zh").figures["hit@4"].value == pytest.approx(sum(across) / 6)
    first = {(q.lang, q.id): found[0].rpartition("-")[0] for q, found in zip(asked, hits)}
    same = sum(first["zh", name] == first["en", name] for name in ASKED) / 6
    assert done.group("both wordings").figures["same first"].value == pytest.approx(same)
    assert same >= 0.5  # or nothing of this says much


def test_articles_that_are_not_there(town, tmp_path):
    rows = [
        {"id": "here", "question": "夜市几点开门？", "relevant": ["market-zh"]},
        {"id": "gone", "question": "谁修桥？", "relevant": ["bridge"]},
    ]
    with Index.open(town / "index") as index:
        done = evaluate(index, read_questions([write(tmp_path / "q.jsonl", rows)]), worst=5)
        assert [question.id for question in done.absent] == ["gone"]
        assert done.group("all").figures["hit@10"].value == 0.5 and done.worst == ()
        with pytest.raises(UsageError, match=r"'bridge'.*'ferry-zh'"):
            evaluate(index, read_questions([write(tmp_path / "q.jsonl", rows[1:])]))
        with pytest.raises(UsageError, match="at least one question"):
            evaluate(index, [])


def test_the_worst_questions_say_what_was_found_instead(town, tmp_path):
    rows = [
        {
            "id": "wrong",
            "question": "渡口头班船几点开？",
            "relevant": ["tram-zh"],
        },  # asks for one article, is judged by another
        {"id": "right", "question": "夜市有多少个摊位？", "relevant": ["market-zh"]},
    ]
    with Index.open(town / "index") as index:
        done = evaluate(index, read_questions([write(tmp_path / "q.jsonl", rows)]), k=1, worst=5)
        place = [hit.article_id for hit in index.search("渡口头班船几点开？", 100)].index(
            "tram-zh"
        ) + 1
    (miss,) = done.worst
    assert miss.question.id == "wrong" and miss.rank == miss.wanted.rank == place > 1
    assert (
        miss.first.article_id == "ferry-zh"
        and miss.first.title == "ferry zh"
        and NEWS["ferry"][0].startswith(miss.first.text)
    )
    assert {
        "dense",
        "late",
        "lexical",
    } <= miss.first.parts.keys() and miss.first.score > miss.wanted.score


def test_each_part_of_the_score_can_be_left_out(town):
    with Index.open(town / "index") as index:
        question = "渡口 ferry 头班船"
        usual = index.find(question, 5)
        assert index.find(question, 5, fusion=Fusion()).hits == usual.hits
        for part in ("dense", "late", "lexical", "phrase"):
            alone = index.find(
                question,
                5,
                fusion=Fusion(
                    **{"dense": 0, "late": 0, "article": 0, "lexical": 0, "phrase": 0, part: 1},
                    balanced=False,
                ),
            )
            assert [hit.score for hit in alone.hits] == pytest.approx(
                [hit.parts[part] for hit in alone.hits], abs=2e-4
            )

        # Unbalanced, the plain scores decide; balanced, a translation may pass an article that
        # scores higher.
        def in_order(fusion: Fusion) -> list[bool]:
            found = [
                [hit.score for hit in index.find(zh, 12, fusion=fusion).hits]
                for zh, _ in ASKED.values()
            ]
            return [scores == sorted(scores, reverse=True) for scores in found]

        assert all(in_order(Fusion(balanced=False))) and not all(in_order(Fusion()))


def test_a_comparison_is_the_difference_of_its_evaluations(town):
    first = Variant("shipped", str(town / "index"))
    done = compare(
        [first, read_variant("dense=0,late=0,article=0,balanced=off", first)], both(town), k=4
    )
    with Index.open(town / "index") as index:
        alone = evaluate(index, both(town), 4, Fusion(dense=0, late=0, article=0, balanced=False))
    one, two = done.evaluations
    assert [result.found for result in two.results] == [result.found for result in alone.results]
    for group, change in done.differences(1).items():
        for name, figure in change.items():
            assert figure.value == pytest.approx(
                two.group(group).figures[name].value - one.group(group).figures[name].value
            )
            assert figure.low <= figure.value <= figure.high
    # Words alone find nothing across languages.
    assert done.differences(1)["en > zh"]["mrr@4"].value < 0


def test_variants_as_they_are_written(tmp_path):
    first = Variant("index", "index", "some-model", "reader", Fusion(late=3.0))
    assert read_variant("other/folder", first) == Variant(
        "other/folder", "other/folder", "some-model", "reader", first.fusion
    )
    assert read_variant("other,late=0", first).index == "other"
    # Another model needs another index, unless one is named.
    assert read_variant("model=b", first).source == ("", "b")
    assert read_variant("index=a,b,model=b", first).source == ("a,b", "b")
    assert read_variant("index=~/a", first).index == os.path.expanduser("~/a")
    assert (
        read_variant("rerank=off", first).rerank == ""
        and read_variant("rerank=b", first).source == first.source
    )
    settings = read_variant("late=off,lexical=0.5,dense=on,balanced=off,expansion=no", first)
    assert (
        settings.fusion == Fusion(late=0.0, lexical=0.5, balanced=False, expansion=False)
        and settings.source == first.source
    )
    for bad, named in (
        ("colour=red", "dense=…"),
        ("late=0,other", "late="),
        ("late=", "late=…"),
        ("late=1,late=2", "expected"),
        ("late=-1", "late="),
        ("late=nan", "late="),
        ("late=inf", "late="),
        ("balanced=2", "balanced="),
        ("", "--compare"),
    ):
        with pytest.raises(UsageError, match=named):
            read_variant(bad, first)


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
    model = f"model={static.FOLDER}"
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
        f"model={static.FOLDER}",
    )
    assert done.returncode == 2 and "--corpus" in done.stderr
