"""A small town's news in two languages, and questions about it."""

import json

import pytest

from rag.evaluation import read_questions
from rag.library import Index

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
