"""Questions that a reader can try, made from what the articles say, each known to have an
answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice, zip_longest

from rag.corpus.article import Article
from rag.corpus.places import find_places

QUESTIONS_TRIED = 24
"""Questions asked at most until enough of them have an answer."""


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes questions of what stands in a text.

    Attributes:
        pattern: what is asked about, in named groups.
        asks: the question, into which the groups are put.
        placed: whether the sentence must name a place before it.
    """

    pattern: re.Pattern[str]
    asks: str
    placed: bool = False


# Words that point at something said before: out of its article, such a clause asks about nothing.
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
# With what they did: "35家企业签署了承诺书"; what only is or comes says too little to be asked
# about.
_ZH_COUNT = re.compile(
    "(?:^|[，。；让请]|组织|吸引)(?:大约|约|共|近)?有?[0-9][0-9,.]*[万亿多余]*"
    "(?P<unit>家|所|名|台|个|座|条|辆)"
    "(?P<what>[^，。；：《》（）()0-9了将]{2,24}了[^，。；：《》（）()0-9了]{3,20})(?=[，。；]|$)",
    re.MULTILINE,
)
# Not what was done to something ("was launched by"), nor a phrase without an object ("opened up").
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
# What is said to happen at a place, and what to ask about it in the other language.
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
    """At most ``n`` questions in ``lang`` that ``answered`` says yes to; fewer where there are no
    more.

    Questions of different kinds and articles take turns. Articles in the page's language are
    preferred; where there are none, what is said to happen at a place is asked about in the other
    language, whose name for the place is known. ``answered`` is told the question and the id of the
    article that it was made from.
    """
    own = [article for article in articles if article.lang == lang]
    makers = [partial(_asked, maker) for maker in _MAKERS[lang]]
    if not own:
        own = list(articles)
        makers = [partial(_across, lang, said, asks) for said, asks in _ACROSS[lang].items()]
    # One maker after the other, each beginning at another place of the corpus, so that they mix.
    turns = []
    for at, maker in enumerate(makers):
        first = at * len(own) // len(makers)
        turns.append(_each_article(maker, own[first:] + own[:first]))
    made = chain(filter(None, chain.from_iterable(zip_longest(*turns))), _titles(own, lang))
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
    """The first question of every article with its id, then the second of every article, and so
    on.
    """
    made = [
        [(question, article.id) for question in dict.fromkeys(maker(article.text))]
        for article in articles
    ]
    return filter(None, chain.from_iterable(zip_longest(*made)))


def _asked(maker: _Maker, text: str) -> Iterator[str]:
    """Questions in the language of a text."""
    for found in maker.pattern.finditer(text):
        groups = {name: words.strip() for name, words in found.groupdict().items()}
        points = _POINTS.search(groups.get("what", ""))
        if not points and (not maker.placed or _names_a_place(text, found.start())):
            yield maker.asks.format(**groups)


def _names_a_place(text: str, before: int) -> bool:
    """Whether the sentence that has something happen there names a place before it."""
    begin = max(text.rfind(end, 0, before) for end in ("。", "\n", ". "))
    return bool(find_places(text[begin + 1 : before]))


def _across(lang: str, said: str, asks: str, text: str) -> Iterator[str]:
    """Questions in ``lang`` about the cities and provinces of a text in the other language, where
    its first sentences have the word.
    """
    lead = text[:300]
    for mention in find_places(lead) if re.search(said, lead) else ():
        place = mention.place
        name = place.short if lang == "zh" else place.en
        if name and place.level in ("province", "city"):
            yield asks.format(place=name)


def _titles(articles: Sequence[Article], lang: str) -> Iterator[tuple[str, str]]:
    asks = "关于“{title}”，说了什么？" if lang == "zh" else "What is said about “{title}”?"
    titled = (article for article in articles if article.title)
    return ((asks.format(title=article.title), article.id) for article in titled)
