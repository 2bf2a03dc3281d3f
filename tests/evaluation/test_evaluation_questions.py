"""Question files: what is read, and what is refused by file and line."""

import json

import pytest

from rag.corpus.article import Article, Skipped
from rag.errors import CorpusError, UsageError
from rag.evaluation import read_questions
from rag.evaluation.beir import is_beir, read_articles

GOOD = {"id": "q1", "question": "新渡口几点开船？", "relevant": ["ferry.md"]}


def write(path, *rows):
    text = "".join(
        (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n"
        for row in rows
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_rows_with_and_without_what_may_be_left_out(tmp_path):
    path = write(
        tmp_path / "q.jsonl",
        GOOD,
        "",
        {
            "question": "When does the ferry leave?",
            "relevant": ["ferry.md", "plan.md"],
            "answers": ["six"],
            "pair": "ferry",
        },
        {
            "id": 7,
            "question": "Quanto custa o bilhete?",
            "relevant": {"a": 2, "b": 0, "c": 1},
            "lang": "pt-BR",
        },
    )
    one, two, three = read_questions([path])
    assert (one.id, one.lang, one.relevant, one.pair, one.file) == (
        "q1",
        "zh",
        {"ferry.md": 1},
        "",
        str(path),
    )
    assert (two.id, two.lang, two.pair) == ("3", "en", "ferry") and list(two.relevant) == [
        "ferry.md",
        "plan.md",
    ]
    assert (three.id, three.lang, three.relevant) == ("7", "pt", {"a": 2, "c": 1})
    assert len(read_questions([path, path])) == 6


def test_a_short_question_is_of_the_language_of_its_file(tmp_path):
    texts = ("What is on at the museum?", "Who opened the market?", "Did dos Santos do as e do?")
    rows = [{"question": text, "relevant": ["a"]} for text in texts]
    assert {question.lang for question in read_questions([write(tmp_path / "q.jsonl", *rows)])} == {
        "en"
    }


BAD = [
    ("not json", "JSON"),
    ('["a list"]', "question"),
    ({**GOOD, "question": ""}, "a question"),
    ({**GOOD, "question": "长" * 2_001}, "2,000"),
    ({**GOOD, "question": None}, "question"),
    ({**GOOD, "relevant": []}, "at least one id"),
    ({**GOOD, "relevant": "ferry.md"}, "at least one id"),
    ({**GOOD, "relevant": [None]}, "at least one id"),
    ({**GOOD, "relevant": {"a": 0}}, "at least one id"),
    ({**GOOD, "relevant": {"a": "1"}}, "whole numbers"),
    ({"id": "x", "question": "?!"}, "at least one id"),
    ({**GOOD, "id": ["x"]}, '"id"'),
    ({**GOOD, "lang": 5}, '"lang"'),
    ({**GOOD, "pair": {}}, '"pair"'),
    (GOOD, "line 1 has it"),
    ("[" * 100_000, "JSON"),
]


@pytest.mark.parametrize("row, named", BAD, ids=range(len(BAD)))
def test_a_bad_line_is_refused_by_file_and_line(tmp_path, row, named):
    path = write(tmp_path / "q.jsonl", GOOD, row)
    with pytest.raises(UsageError) as refused:
        read_questions([path])
    assert str(refused.value).startswith(f"{path}, line 2: expected ") and named in str(
        refused.value
    )


def test_files_that_hold_no_questions(tmp_path):
    with pytest.raises(UsageError, match="found none"):
        read_questions([write(tmp_path / "empty.jsonl", "", "")])
    with pytest.raises(UsageError, match="nowhere.jsonl"):
        read_questions([tmp_path / "nowhere.jsonl"])
    (tmp_path / "gb.jsonl").write_bytes(
        '{"question": "几点", "relevant": ["a"]}\n'.encode("gb18030")
    )
    with pytest.raises(UsageError, match="line 1: expected UTF-8"):
        read_questions([tmp_path / "gb.jsonl"])


def beir(folder, judged="query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t0\nq2\td2\t1\n"):
    write(
        folder / "corpus.jsonl",
        {"_id": "d1", "title": "轮渡", "text": "新渡口每天六点开出头班船。", "metadata": {}},
        {"_id": "d2", "title": "Market", "text": "The night market opens at eight."},
        {"_id": "d3", "title": "Only a title", "text": ""},
    )
    write(
        folder / "queries.jsonl",
        {"_id": "q1", "text": "When does the first ferry leave?", "metadata": {"source": "x"}},
        {"_id": "q2", "text": "夜市几点开门？"},
        {"_id": "q3", "text": "A query that nobody judged"},
    )
    (folder / "qrels").mkdir(exist_ok=True)
    (folder / "qrels" / "test.tsv").write_text(judged, "utf-8")
    return folder


def test_beirs_layout_there_and_back(tmp_path):
    folder = beir(tmp_path / "set")
    asked = read_questions([folder])
    assert [(q.id, q.lang, q.relevant) for q in asked] == [
        ("q1", "en", {"d1": 2}),
        ("q2", "zh", {"d2": 1}),
    ]
    assert is_beir(folder) and not is_beir(tmp_path)
    one, two, three = read_articles([folder])
    assert (one.id, one.title, one.text, one.lang) == (
        "d1",
        "轮渡",
        "新渡口每天六点开出头班船。",
        "zh",
    )
    assert (two.lang, three.text) == ("en", "Only a title")
    judged = "query-id\tcorpus-id\tscore\n" + "".join(
        f"{q.id}\t{a}\t{g}\n" for q in asked for a, g in q.relevant.items()
    )
    again = beir(tmp_path / "again", judged)
    assert [(q.id, q.relevant) for q in read_questions([again])] == [
        (q.id, q.relevant) for q in asked
    ]


def test_of_several_judgements_the_test_set_or_the_one_that_is_named(tmp_path):
    folder = beir(tmp_path / "set")
    dev = write(folder / "qrels" / "dev.tsv", "query-id\tcorpus-id\tscore", "q3\td3\t1")
    assert [q.id for q in read_questions([folder])] == ["q1", "q2"]
    assert [q.id for q in read_questions([dev])] == ["q3"]
    (folder / "qrels" / "test.tsv").rename(folder / "qrels" / "train.tsv")
    with pytest.raises(UsageError, match="dev.tsv, train.tsv: name one"):
        read_questions([folder])
    with pytest.raises(UsageError, match="BEIR"):
        read_questions([tmp_path])


@pytest.mark.parametrize(
    "judged, named",
    [
        ("q1\td1\n", "test.tsv, line 1: expected query-id"),
        ("q1\td1\thigh\n", "whole number"),
        ("q9\td1\t1\n", "an _id of queries.jsonl, got q9"),
    ],
)
def test_bad_judgements_are_refused(tmp_path, judged, named):
    with pytest.raises(UsageError, match=named):
        read_questions([beir(tmp_path, judged)])


def test_bad_queries_are_refused_and_bad_articles_skipped(tmp_path):
    folder = beir(tmp_path / "set")
    write(
        folder / "corpus.jsonl",
        {"_id": "d1", "text": "A line."},
        "nothing",
        {"_id": 5, "text": "x"},
        {"_id": "e", "text": " "},
    )
    items = list(read_articles([folder]))
    assert (
        isinstance(items[0], Article)
        and all(isinstance(item, Skipped) for item in items[1:])
        and len(items) == 4
    )
    assert items[1].path.endswith("corpus.jsonl:2") and "expected" in items[2].reason
    write(folder / "queries.jsonl", {"_id": "q1", "text": "x"}, {"_id": "q1", "text": "y"})
    with pytest.raises(UsageError, match="queries.jsonl, line 2: expected an _id of its own"):
        read_questions([folder])
    with pytest.raises(CorpusError):
        list(read_articles([tmp_path / "nowhere"]))
