"""What readers said of answers: written by several at once, bounded, and read back as questions."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from rag.answer.types import Answer, Citation
from rag.errors import StorageError, UsageError
from rag.evaluation import feedback, read_questions
from rag.evaluation.feedback import FEEDBACK_FILE, append

CITED = tuple(Citation(f"{n:010x}", f"{n}.md", 0, 4, "fair") for n in (1, 2))
FOUND = Answer("When?", "en", "date", "In May. [1][2]", False, citations=CITED, index_version="v1")


def test_a_line_has_question_citations_version_verdict_and_time(tmp_path):
    append(tmp_path / FEEDBACK_FILE, "When did the fair open?\n", "quote", FOUND, 2)
    (row,) = map(json.loads, (tmp_path / FEEDBACK_FILE).read_text("utf-8").splitlines())
    assert row.pop("time").endswith("+00:00") and row.pop("version")
    assert row == {
        "question": "When did the fair open?\n",
        "verdict": "quote",
        "citation": CITED[1].id,
        "refused": False,
        "citations": [one.id for one in CITED],
        "articles": ["1.md", "2.md"],
        "index_version": "v1",
    }


def test_several_write_at_once_and_no_line_is_lost(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda n: append(tmp_path / FEEDBACK_FILE, f"Question {n}?", "right", FOUND),
                range(80),
            )
        )
    assert {one.text for one in read_questions([tmp_path / FEEDBACK_FILE])} == {
        f"Question {n}?" for n in range(80)
    }


def test_a_full_file_and_one_that_cannot_be_written_are_refused_and_nothing_is_lost(
    tmp_path, monkeypatch
):
    append(tmp_path / FEEDBACK_FILE, "When?", "right", FOUND)
    kept = (tmp_path / FEEDBACK_FILE).read_bytes()
    monkeypatch.setattr(feedback, "SIZE_LIMIT", len(kept) + 10)
    with pytest.raises(StorageError, match="move it away"):
        append(tmp_path / FEEDBACK_FILE, "When?", "right", FOUND)
    assert (tmp_path / FEEDBACK_FILE).read_bytes() == kept
    with pytest.raises(StorageError, match="rights"):
        append(tmp_path, "When?", "right", FOUND)


def test_the_last_verdict_counts_and_wrong_quotes_and_refusals_do_not(tmp_path):
    path = tmp_path / FEEDBACK_FILE
    refusal = Answer("Who?", "en", "person", "No.", True, nearest=CITED)
    for question, verdict, answer, number in (
        ("kept?", "right", FOUND, 0),
        ("changed?", "right", FOUND, 0),
        ("changed?", "wrong", FOUND, 0),
        ("refused?", "right", refusal, 0),
        ("half?", "quote", FOUND, 1),
        ("half?", "right", FOUND, 0),
        ("wrong?", "wrong", FOUND, 0),
    ):
        append(path, question, verdict, answer, number)
    found = {one.text: dict(one.relevant) for one in read_questions([path])}
    assert found == {"kept?": {"1.md": 1, "2.md": 1}, "half?": {"2.md": 1}}


@pytest.mark.parametrize(
    "line",
    [
        '{"verdict": "fine"}',
        '{"verdict": "right", "question": "q", "citations": ["a"], "articles": []}',
        '{"verdict": 3}',
    ],
)
def test_a_line_that_is_no_feedback_is_named(tmp_path, line):
    append(tmp_path / FEEDBACK_FILE, "When?", "right", FOUND)
    with (tmp_path / FEEDBACK_FILE).open("a") as file:
        file.write(line + "\n")
    with pytest.raises(UsageError, match="line 2"):
        read_questions([tmp_path / FEEDBACK_FILE])
