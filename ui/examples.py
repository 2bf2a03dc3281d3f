"""Makes example questions from the text of articles, and keeps those that have an answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice, repeat, zip_longest

from rag.corpus.article import Article
from rag.corpus.places import find_places

QUESTIONS_TRIED = 24
"""Maximum questions that are asked in order to find enough that have an answer."""


@dataclass(frozen=True, slots=True)
class _Maker:
    """A template that makes questions from a text.

    Attributes:
        pattern: matches what is asked about, in named groups.
        asks: the question, with a field for each group.
        placed: whether the sentence must name a place before the match.
    """

    pattern: re.Pattern[str]
    asks: str
    placed: bool = False


# Words that refer to something said before: outside its article, such a clause is unclear.
_POINTS = re.compile(
    r"[这那该此其他她它之]|上述|有关|一批|部分|一系列"
    r"|\b(?:this|that|these|those|their|there|its|it|they|his|her|he|she|such|other)\b"
)
_ZH_EVENT = re.compile(
    "(?P<verb>举行|举办|开展|启动|开播|推出|召开|发布|抽查)了?"
    "(?P<what>(?!仪式|会|式|时|[了得的于在到第]|[一二两三四五六七八九十数几多0-9]+[次个项场])"
    "[^，。；：、“”《》（）()]{6,22})(?<!时)(?=[，。；]|$)"
)
_ZH_WRITING = re.compile(
    "(?P<verb>下发|印发|发布|出台|颁布|推出|通过)了?《(?P<title>[^《》]{4,40})》"
)
# A number of something and what they did: "35家企业签署了承诺书". The 了 is required, as clauses
# without it (what is, or what comes) say too little to ask about.
_ZH_COUNT = re.compile(
    "(?:^|[，。；让请]|组织|吸引)(?:大约|约|共|近)?有?[0-9][0-9,.]*[万亿多余]*"
    "(?P<unit>家|所|名|台|个|座|条|辆)"
    "(?P<what>[^，。；：《》（）()0-9了将]{2,24}了[^，。；：《》（）()0-9了]{3,20})(?=[，。；]|$)",
    re.MULTILINE,
)
# Excludes the passive ("was launched by") and phrases without an object ("opened up").
_EN_EVENT = re.compile(
    r"(?<!\bis )(?<!\bbe )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!\bbeen )(?<!\bbeing )"
    r"\b(?P<verb>held|launched|opened|organi[sz]ed|issued|published|announced|built|ran|set up"
    r"|carried out) "
    r"(?!(?:up|down|out|off|in|on|at|by|to|for|from|with|of|as|into|over|and|or|but|when|after|before"
    r"|until|while|[a-z]+ly) )"
    r"(?P<what>(?:an? )?[a-z][^,.;:\"“”()《》]{10,55})(?=[,.;]| and )"
)
_EN_COUNT = re.compile(
    r"(?<![\w,.-])[0-9][0-9,]* "
    r"(?P<who>(?:[a-z]+ )?(?!was|has|is|its)(?:[a-z]+s|people|children|men|women)) "
    r"(?P<what>(?:[a-z]{3,}ed|took part|won|met|went) [^,.;:\"“”()《》]{6,60})(?=[,.;])"
)
_MAKERS = {
    "zh": (
        _Maker(_ZH_EVENT, "哪些地方{verb}了{what}？", placed=True),
        _Maker(_ZH_COUNT, "有多少{unit}{what}？"),
        _Maker(_ZH_WRITING, "《{title}》是哪里{verb}的？"),
    ),
    "en": (
        _Maker(_EN_EVENT, "Which places {verb} {what}?", placed=True),
        _Maker(_EN_COUNT, "How many {who} {what}?"),
    ),
}
# By language of the question: words for an event at a place, in text of the other language.
_ACROSS = {
    "en": {
        "举行|举办|召开": "What was held in {place}?",
        "开通|启用|开业|开馆|投入使用": "What was opened in {place}?",
        "发布|印发|出台": "What was published in {place}?",
        "开工|建设|建成": "What was built in {place}?",
    },
    "zh": {
        "held|hosted|staged": "{place}举办了什么？",
        "opened|opening": "{place}有什么开放了？",
        "published|issued|announced": "{place}公布了什么？",
        "built|building": "{place}建了什么？",
    },
}


def examples(
    articles: Sequence[Article], lang: str, answered: Callable[[str, str], bool], n: int = 4
) -> list[str]:
    """Returns up to ``n`` questions in ``lang`` that ``answered`` confirms.

    The questions alternate between kinds and articles. They are made from articles in ``lang``. If
    there are none, they ask about events at a place in articles of the other language, since the
    gazetteer knows the names of places in both.

    Args:
        articles: the articles to ask about.
        lang: language of the questions.
        answered: whether a question has an answer from the article with an id.
        n: number of questions wanted.
    """
    chosen = [article for article in articles if article.lang == lang]
    makers = [partial(_asked, maker) for maker in _MAKERS[lang]]
    if not chosen:
        chosen = list(articles)
        makers = [partial(_across, lang, pattern, asks) for pattern, asks in _ACROSS[lang].items()]
    # The makers take turns, and each begins at another place of the corpus, to mix the articles.
    turns = []
    for at, maker in enumerate(makers):
        first = at * len(chosen) // len(makers)
        turns.append(_each_article(maker, chosen[first:] + chosen[:first]))
    made = chain(filter(None, chain.from_iterable(zip_longest(*turns))), _titles(chosen, lang))
    once: dict[str, str] = {}
    for question, article_id in islice(made, 4 * QUESTIONS_TRIED):
        once.setdefault(question, article_id)
    found: list[str] = []
    for question, article_id in islice(once.items(), QUESTIONS_TRIED):
        if answered(question, article_id):
            found.append(question)
        if len(found) == n:
            break
    return found


def _each_article(
    maker: Callable[[str], Iterator[str]], articles: Sequence[Article]
) -> Iterator[tuple[str, str]]:
    """Yields (question, article id): the first question of every article, then the second, ..."""
    made = [zip(dict.fromkeys(maker(one.text)), repeat(one.id)) for one in articles]
    return filter(None, chain.from_iterable(zip_longest(*made)))


def _asked(maker: _Maker, text: str) -> Iterator[str]:
    """Yields the questions that a maker makes from a text."""
    for found in maker.pattern.finditer(text):
        groups = {name: words.strip() for name, words in found.groupdict().items()}
        points = _POINTS.search(groups.get("what", ""))
        if not points and (not maker.placed or _names_a_place(text, found.start())):
            yield maker.asks.format(**groups)


def _names_a_place(text: str, before: int) -> bool:
    """Whether the sentence names a place before the offset ``before`` of the text."""
    begin = max(text.rfind(end, 0, before) for end in ("。", "\n", ". "))
    return bool(find_places(text[begin + 1 : before]))


def _across(lang: str, pattern: str, asks: str, text: str) -> Iterator[str]:
    """Yields questions in ``lang`` about cities and provinces in a text of the other language.

    Args:
        lang: language of the questions.
        pattern: matches words for an event; one must be in the first 300 characters of the text,
            as must the place.
        asks: the question, with a field for the place.
        text: the text.
    """
    lead = text[:300]
    for mention in find_places(lead) if re.search(pattern, lead) else ():
        place = mention.place
        name = place.short if lang == "zh" else place.en
        if name and place.level in ("province", "city"):
            yield asks.format(place=name)


def _titles(articles: Sequence[Article], lang: str) -> Iterator[tuple[str, str]]:
    """Yields (question, article id): what is said about the title of an article."""
    asks = "关于“{title}”，说了什么？" if lang == "zh" else "What is said about “{title}”?"
    titled = (article for article in articles if article.title)
    return ((asks.format(title=article.title), article.id) for article in titled)
