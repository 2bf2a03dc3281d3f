"""Examples composed for the reader: marked answers are answers, questions are of every kind."""

import random
import re
from itertools import islice
from pathlib import Path

import pytest

from training.composed import Places, composed
from training.composed_frames import EN, ZH, Written, all_frames, parse
from training.composed_words import WORDS, Draw, chinese

GAZETTEER = Path(__file__).parents[3] / "shared" / "data" / "gazetteer"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def examples():
    return list(islice(composed(random.Random(1)), 12000))


def answers(example):
    return [example.text[start:end] for start, end in example.spans]


def test_the_same_seed_gives_the_same_examples(examples):
    assert list(islice(composed(random.Random(1)), 200)) == examples[:200]
    assert list(islice(composed(random.Random(2)), 200)) != examples[:200]


def test_answers_are_clean_words_of_the_text(examples):
    for example in examples:
        for answer in answers(example):
            assert answer == answer.strip(" ，。；、,;：:"), example
            assert not re.search(r"[{}<>|\[\]]", answer)
        written = example.title + example.text + example.question
        assert not re.search(r"[{}<>|\[\]#]|  ", written), example


def test_spans_in_english_are_whole_words(examples):
    for example in examples:
        if not CHINESE.search(example.text):
            for start, end in example.spans:
                before, after = example.text[max(start - 1, 0) : start], example.text[end : end + 1]
                assert not before.isalnum(), example
                assert not after.isalnum() or after == "s", example  # "Mondays"


def test_the_share_of_unanswered_questions(examples):
    assert 0.25 < sum(not example.spans for example in examples) / len(examples) < 0.5


def test_questions_are_in_both_languages_on_passages_in_both(examples):
    pairs = [(bool(CHINESE.search(e.text)), bool(CHINESE.search(e.question))) for e in examples]
    for pair in ((True, True), (True, False), (False, True), (False, False)):
        assert pairs.count(pair) > len(pairs) * 0.12


def test_a_passage_has_several_questions_with_different_answers(examples):
    by_text = {}
    for example in examples:
        by_text.setdefault(example.text, []).append(example)
    different = [len({e.spans for e in group}) for group in by_text.values()]
    assert sum(number > 1 for number in different) > 0.85 * len(different)


def test_lists_give_every_name_once(examples):
    lists = [example for example in examples if example.several and example.spans]
    assert len(lists) > 100 and any(len(example.spans) > 2 for example in lists)
    for example in lists:
        names = answers(example)
        assert len(set(names)) == len(names), example
        assert not any(re.search("[、，]|, | and (?!Bridges)", name) for name in names), example


def test_a_question_but_for_one_name_leaves_that_name_out(examples):
    but = re.compile(
        r"除了?([^，]+?)[，外]|(?:besides|Apart from) ([A-Z][\w ']+?)(?:,| founded| held| won)"
    )
    found = 0
    for example in examples:
        named = but.match(example.question) or but.search(example.question)
        if named and example.several and example.spans:
            found += 1
            assert (named[1] or named[2]) not in answers(example), example
    assert found > 20


def test_no_one_answers_how_many_died(examples):
    asked = [e for e in examples if re.search("死|遇难|died|killed", e.question)]
    said = {answer for example in asked for answer in answers(example)}
    for language in (ZH, EN):
        ways = {way[language].lower() for way in WORDS["nodead"]}
        assert ways & {answer.lower() for answer in said}


def test_every_frame_is_told_and_asked_in_both_languages():
    frames = all_frames()
    assert len({frame.name for frame in frames}) == len(frames)
    for frame in frames:
        assert frame.key and frame.asks and (frame.stories[ZH] or frame.stories[EN]), frame.name
        for ask in frame.asks:
            assert ask.wordings[ZH] and ask.wordings[EN], (frame.name, ask.labels)


@pytest.mark.parametrize("frame", all_frames(), ids=lambda frame: frame.name)
def test_every_template_of_a_frame_can_be_written(frame):
    rng = random.Random(3)
    draw = Draw(rng, Places.small())
    for language in (ZH, EN):
        templates = [part for story in frame.stories[language] for part in story]
        templates += frame.titles[language]
        templates += [wording.nodes for ask in frame.asks for wording in ask.wordings[language]]
        for nodes in templates:
            for _ in range(3):
                written = Written(rng, frame.draw(draw), language).write(nodes)
                text = written.text()
                assert all(0 <= start < end <= len(text) for _, start, end in written.marks)


def test_every_family_occurs(examples):
    """By a question of each family, answered and unanswered."""
    kinds = {
        "offices": "任命|appointed",
        "votes": "反对|against",
        "several": "号线|Line",
        "lists": "哪些|Which",
        "roles": "设计|designed",
        "dates": "什么时候|When",
        "sports": "第三名|third",
        "money": "罚款|fined",
        "accidents": "受伤|injured",
        "lookup": "哪座|Which bridge",
        "quantities": "多重|heavy",
        "documents": "签|sign",
        "where": "在哪里|Where",
        "whether": "吗|Did|Will",
        "how": "怎样|How does",
        "why": "为什么|Why",
        "saying": "说了什么|What did",
    }
    for name, wanted in kinds.items():
        some = [example for example in examples if re.search(wanted, example.question)]
        assert any(e.spans for e in some) and any(not e.spans for e in some), name


def test_marks_move_with_an_article():
    written = Written(random.Random(1), {}, EN).write(parse("a [x:earthquake], a [y:one-eyed cat]"))
    text = written.text()
    assert text == "An earthquake, a one-eyed cat"
    assert [text[start:end] for _, start, end in written.marks] == ["earthquake", "one-eyed cat"]


@pytest.mark.parametrize("wrong", ["[x:a", "a]", "<a|b", "a>", "[x:<a]>"])
def test_an_unbalanced_template_is_an_error(wrong):
    with pytest.raises(ValueError, match="unbalanced|not closed"):
        parse(wrong)


NUMERALS = {2: "两", 12: "十二", 105: "一百零五", 4820: "四千八百二十", 20300: "两万零三百"}


@pytest.mark.parametrize(("number", "written"), NUMERALS.items())
def test_chinese_numerals(number, written):
    assert chinese(number) == written


@pytest.mark.skipif(not GAZETTEER.is_dir(), reason="the gazetteer is not beside this checkout")
def test_places_of_a_gazetteer():
    places = Places.load(GAZETTEER)
    assert ("成都", "Chengdu") in places.cities and ("湖南", "Hunan") in places.provinces
    few = list(islice(composed(random.Random(1), places), 50))
    assert len(few) == 50
