"""``yinju eval`` and the library behind it, on a small town's news in two languages."""

import os

import pytest
from town import ASKED, NEWS, both, town, write

from rag.errors import UsageError
from rag.evaluation import Variant, compare, evaluate, read_questions, read_variant
from rag.library import Index
from rag.search import Fusion


def test_figures_are_those_of_the_hits(town):
    asked = both(town)
    with Index.open(town / "index") as index:
        done = evaluate(index, asked, k=4)
        hits = [[hit.article_id for hit in index.search(question.text, 4)] for question in asked]
    assert [list(result.found) for result in done.results] == hits
    assert (
        all(result.ms > 0 for result in done.results)
        and 0 < done.latency["p50"] <= done.latency["p95"] <= done.latency["p99"]
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

        # Balanced, an article of the other language counts for more than its plain score.
        for zh, _ in ASKED.values():
            plain, usual = (
                index.find(zh, 12, fusion=one).hits for one in (Fusion(balanced=False), Fusion())
            )
            for hits in (plain, usual):
                assert [hit.score for hit in hits] == sorted((h.score for h in hits), reverse=True)
            before = {hit.article_id: hit.score for hit in plain}
            for hit in usual:
                if hit.article_id in before:
                    assert (hit.score != before[hit.article_id]) == (hit.lang != "zh")


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
    settings = read_variant("late=off,lexical=0.5,dense=on,balanced=off,expansion=off", first)
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
