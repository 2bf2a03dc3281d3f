"""A line without marks that tells several events: each is answered by its own part."""

import pytest

from rag import Article, Assistant, Index
from rag.corpus.sentences import run_on, sentences

LINE = (
    "三月八日在安溪县举行了茶叶节开幕式有来自各地的客商参加{0}五月一日在栖霞市召开了果品交易会成交额创下新高"
    "{0}十月六日在五常市举办了稻田音乐会吸引了大批游客前来观看"
)


@pytest.fixture(scope="module", params=[" ", ""])
def assistant(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("index") / "i"
    Index.build(
        [Article("a", f"大事记\n\n{LINE.format(request.param)}", "大事记", lang="zh")], folder
    )
    with Index.open(folder) as index:
        yield Assistant(index)


@pytest.mark.parametrize(
    "question, place, event",
    [
        ("哪里举行了茶叶节？", "安溪", "茶叶节"),
        ("哪里召开了果品交易会？", "栖霞", "果品交易会"),
        ("哪里举办了稻田音乐会？", "五常", "稻田音乐会"),
    ],
)
def test_each_event_has_its_own_place(assistant, question, place, event):
    answer = assistant.ask(question)
    quotes = [one.quote for one in answer.citations]
    assert quotes and all(event in quote and place in quote for quote in quotes)
    others = {"安溪", "栖霞", "五常"} - {place}
    assert not any(other in answer.text for other in others)


def test_parts_of_a_short_line_that_begin_with_their_day_are_sentences():
    line = "2016年6月1日青石镇大桥通车 7月2日桥头小学落成 2016年8月3日医院开业"
    parts = line.split(" ")
    for text in (line, f"大事记\n{line}\n完。"):
        at = text.index(line)
        found = [text[start:end] for start, end in sentences(text)]
        assert [part for part in found if part in line] == parts
        for start, end in sentences(text):
            assert (start, end) in sentences(text, start)
        assert [text[start:end] for start, end in run_on(text, at)] == parts
    assert len(sentences("县长 李明 6月1日调研")) == 1
