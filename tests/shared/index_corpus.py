"""Small made-up articles for the tests of the index: the same seed gives the same articles."""

import random

from rag.corpus.article import Article

_ZH = (
    "市场监管 部门 电梯 安全 演练 质量 月 活动 企业 代表 消费者 产品 检验 中心 开放 日 山东 四川"
    " 南昌 培训 标准"
).split()
_EN = (
    "the city opened a new bridge for trains while engineers tested 24 elevators near the harbour"
    " in 2011".split()
)
_SOURCES = ("晨报", "Daily Post", "")


def made_articles(count: int, seed: int = 0, mark: str = "") -> list[Article]:
    """``count`` articles of 3 to 12 sentences, two of three Chinese; ``mark`` stands in every
    title.
    """
    rng = random.Random(seed)
    articles = []
    for number in range(count):
        zh = number % 3 < 2
        words, gap, stop = (_ZH, "", "。") if zh else (_EN, " ", ". ")
        text = "".join(
            gap.join(rng.choices(words, k=rng.randint(6, 20))) + stop
            for _ in range(rng.randint(3, 12))
        ).strip()
        date = f"20{number % 24 + 1:02}-03-{number % 28 + 1:02}" if number % 5 else ""
        source, title = _SOURCES[number % 3], f"{mark}{rng.choice(words)} {number}"
        articles.append(
            Article(
                f"a{number}",
                text,
                title,
                date,
                source,
                f"https://example.org/{number}",
                "zh" if zh else "en",
            )
        )
    return articles
