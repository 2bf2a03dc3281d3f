"""Which places, and which of them: events, ways, regions, places that the question names, what an article is about."""

import numpy as np

from rag.answer import answer
from rag.answer.compose import place_label
from rag.answer.evidence import _joined
from rag.corpus import Article
from rag.corpus.places import find_places
from rag.index import open_index
from rag.question.query import analyse
from rag.question.wording import understand


def cities(given):
    return {row.detail for row in given.rows}


def test_a_place_that_names_an_event_is_not_where_it_is(index):
    snapshot = index("洛阳第3届青年运动会火炬今天在许昌传递，170人参加。", "洛阳第3届青年运动会火炬今天在南阳传递。", "洛阳市检修了全部泵站。")
    for question in ("洛阳青年运动会的火炬在哪些城市传递？", "河南哪些城市传递了火炬？"):
        assert cities(answer(snapshot, question)) == {"许昌市", "南阳市"}, question
    assert [place.short for place in understand("洛阳青年运动会的火炬在哪些城市传递？").places] == []
    assert [place.short for place in understand("In which cities of Henan was the torch of the Luoyang Youth Games shown?").places] == ["河南"]


def test_cities_that_are_provinces_are_cities(index):
    snapshot = index("北京、天津、郑州三座城市开出了冷链班列。", "山西省种下新林。")
    given = answer(snapshot, "哪些城市开出了冷链班列？")
    assert cities(given) == {"北京市", "天津市", "郑州市"} and given.places == ("北京", "天津", "河南")
    assert [row.label for row in given.rows] == ["北京市", "天津市", "郑州市（河南）"]
    assert [place_label(m.place, "city", "en") for m in find_places("北京、郑州")] == ["Beijing 北京市", "Zhengzhou 郑州市 (Henan 河南)"]


def test_asked_what_it_passes_it_is_not_where_it_begins(index):
    snapshot = index("输油管道日前在重庆开工，全长900公里，途经贵州、湖南、江西等省。", "湖北省修订了山洪预警办法。")
    assert set(answer(snapshot, "输油管道经过哪些省？").places) == {"贵州", "湖南", "江西"}
    assert set(answer(snapshot, "输油管道在哪个省市开工？").places) == {"重庆"}


def test_a_country_that_the_question_names_is_not_asked_for(index):
    snapshot = index("Chile and Peru, which both had observers in Kenya, brought them home from Kenya last week.", "Kenya planted trees.")
    assert set(answer(snapshot, "Which countries brought their observers home from Kenya?").places) == {"智利", "秘鲁"}


def test_a_relative_clause_has_no_subject_of_its_own(index):
    snapshot = index("Peru, which borders Brazil, opened a desert museum. Chile mended its roads.")
    assert answer(snapshot, "Which countries opened a desert museum?").places == ("秘鲁",)


def test_a_region_is_none_of_its_provinces(index):
    snapshot = index("粤港澳大湾区首座潮汐电站开工。", "山东省乳山市的潮汐电站开工。")
    assert answer(snapshot, "哪些省的潮汐电站开工了？").places == ("山东",)
    assert {m.place.short for m in find_places("粤港澳大湾区")} == {"广东", "香港", "澳门"}  # what a filter looks for


def test_what_an_article_is_about_need_not_be_said_again(index):
    lesson = "海底授课今天举行。在海南文昌、山东烟台设两个分课堂。江苏省检修了泵站。"
    assert set(answer(index(Article("sea", lesson, "海底授课举行", lang="zh")), "海底授课的分课堂设在哪些省？").places) == {"海南", "山东"}
    # but not of another place than the one that it is about
    drill = Article("drill", "贵州省举行了溶洞救援演练。云南省向学校送去救援手册。", "贵州举行溶洞救援演练", lang="zh")
    assert answer(index(drill), "哪些省举行了溶洞救援演练？").places == ("贵州",)


def test_neighbours_in_the_question_are_neighbours_in_the_answer(index):
    snapshot = index("山东、江西两省同日放归了中华鲟。福建省渔业局同意20日修订放归办法，向村民放映鲟鱼短片。")
    assert set(answer(snapshot, "Which provinces released sturgeons on the same day?").places) == {"山东", "江西"}


def test_two_english_words_are_one_chinese_one(sample_index):
    with open_index(sample_index) as snapshot:
        model = snapshot.model
        query = analyse("interest rate of the bank", model, snapshot.embedder)
        ids = np.asarray(model.encode_ids(["利率"])[0]).astype(np.int64)
        vectors = model.token_vectors(ids)[0]
        before = query.vectors @ vectors.T
        after = before.copy()
        _joined(query, vectors, after, np.ones_like(before, bool))
        assert (after[:2].max(axis=1) >= before[:2].max()).all() and (after >= before).all()
        same = before.copy()
        _joined(query, vectors, same, np.zeros_like(before, bool))  # nothing between words of one language
        assert (same == before).all()


def test_the_topic_of_an_article_does_not_speak_for_every_place_in_it(sample_index):
    with open_index(sample_index) as snapshot:  # one article is about laboratories that were opened, and about pledges elsewhere
        assert answer(snapshot, "哪些省的质监局开放了实验室？").places == ("黑龙江",)


def test_what_the_topic_says_is_not_lent_to_those_who_say_little(index):
    week = ("全国“节水周”活动进入高潮。甘肃、陕西等省与总局同日启动活动。天津市水务局启动管道检修技能大赛，计划在9月20日举行决赛。"
            "苏州市在举行“节水周”开幕式时，同步举办节水论坛。云南省水务局发送“节水周”公益短信。")
    given = answer(index(Article("week", week, "“节水周”活动进入高潮", lang="zh")),
                   "Which provinces launched the Water Saving Week on the same day as the national administration?")
    assert set(given.places) == {"甘肃", "陕西"}


def test_places_that_lead_no_clause_have_each_their_own(index):
    snapshot = index("国家总部今天把针对四川、重庆的防汛响应提升至二级，并向湖北派出一个工作组，为天津调拨帐篷。", "山东省修好了泵站。")
    assert set(answer(snapshot, "总部把哪些省市的防汛响应提升到二级？").places) == {"四川", "重庆"}


def test_a_country_that_the_question_names_is_a_condition(index):
    snapshot = index("Mr Diaz pointed out that Chile and Peru, which both have medics working in the south of Kenya, announced their departure.",
                     "Norway announced that it would pull out of the race.", "Ghana will pull its fleet back next week.", "Kenya planted trees.")
    assert set(answer(snapshot, "Which countries announced that they would pull their medics out of Kenya?").places) == {"智利", "秘鲁"}


def test_places_of_the_level_that_is_asked_for(index):
    snapshot = index("这两天，湖南先后组团前往新加坡、坦桑尼亚等国招商引资。", "湖南检修了泵站。")
    assert set(answer(snapshot, "湖南组团去哪些国家招商？").places) == {"新加坡", "坦桑尼亚"}


def test_the_best_of_places_that_are_not_supported_is_no_answer(index):
    told = (
        "Heilongjiang opened its laboratories to the public, 26 rooms in 13 towns. Officials travelled to Shanghai and Suzhou. "
        "Nanjing took lectures into its communities. The television of Dezhou showed a film about brands."
    )
    given = answer(index(Article("tour", told, lang="en")), "Which city opened its laboratories to the public?")
    assert given.refused and not given.places
    assert answer(index(Article("tour", told, lang="en")), "Which province opened its laboratories to the public?").places == ("黑龙江",)
