"""Which of two readings of a short question is answered."""

from rag.answer import answer
from rag.answer.reading_chosen import is_surer
from rag.answer.types import Answer
from rag.corpus import Article
from rag.index import build_index, open_index
from rag.question import parse


def test_a_question_whose_words_are_in_many_articles_leans(tmp_path):
    thefts = [f"第{n}起失窃案的嫌疑人是店员周立{n}号，他已认错。" for n in range(90)]
    thefts.append("图书馆的嫌疑犯逃走了。")
    build_index([Article(f"n{n}", text, "") for n, text in enumerate(thefts)], tmp_path)
    told, refused = (Answer("", "zh", "text", "", one) for one in (False, True))
    with open_index(tmp_path) as snapshot:
        common, named = (parse(snapshot, q) for q in ("嫌疑人是谁？", "图书馆的嫌疑犯是谁？"))
        assert is_surer(snapshot, common, told, 0.95, told, 0.8)
        assert not is_surer(snapshot, common, told, 0.95, told, 0.5)
        assert not is_surer(snapshot, common, told, 0.95, refused, 0.1)
        assert not is_surer(snapshot, named, told, 0.75, told, 0.8)
        assert is_surer(snapshot, named, told, 0.55, told, 0.8)


def test_what_a_whole_question_asks_for_is_not_lost(tmp_path):
    texts = ("港城的颁奖典礼14日举行，市长林远出席了颁奖典礼。", "港城去年修了三座桥。")
    build_index([Article(f"n{n}", text, "") for n, text in enumerate(texts)], tmp_path)
    with open_index(tmp_path) as snapshot:
        first = answer(snapshot, "港城的颁奖典礼谁出席？")
        whole = answer(
            snapshot, "谁是国家地震总局局长？", history=[("港城的颁奖典礼谁出席？", first)]
        )
        assert not first.refused and whole.refused and not whole.completed
