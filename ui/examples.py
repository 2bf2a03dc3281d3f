"""Questions that a reader can try, made from what the articles say, each known to have an
answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, islice, zip_longest

from rag.corpus.article import Article
from rag.corpus.places import find_places

ARTICLES_READ = 200
"""Articles looked at, spread evenly over the corpus."""
QUESTIONS_TRIED = 24
"""Questions asked at most until enough of them have an answer."""

# Words that point at something said before: out of its article, such a clause asks about nothing.
_ZH_POINTS = re.compile("[这那该此其他她它之]|上述|有关|一批|部分|一系列")
_ZH_EVENT = re.compile(
    "(?:举行|举办|开展|启动|开播|推出|召开|发布|抽查)了?((?!仪式|会|式|时|[了得的于在到第]|[一二两三四五六七八九十数几多0-9]+[次个项场])"
    "[^，。；：、“”《》（）()]{6,22})(?<!时)(?=[，。；]|$)"
)
_ZH_WRITING = re.compile("(下发|印发|发布|出台|颁布|推出|通过)了?《([^《》]{4,40})》")
# With what they did: "35家企业签署了承诺书"; what only is or comes says too little to be asked
# about.
_ZH_COUNT = re.compile(
    "(?:^|[，。"
    "；让请]|组织|吸引)(?:大约|约|共|近)?有?[0-9][0-9,.]*[万亿多余]*(家|所|名|台|个|座|条|辆)"
    "([^，。；：《》（）()0-9了将]{2,24}了[^，。；：《》（）()0-9了]{3,20})(?=[，。；]|$)",
    re.MULTILINE,
)
# Not what was done to something ("was launched by"), nor a phrase without an object ("opened up").
_EN_EVENT = re.compile(
    r"(?<!\bis )(?<!\bbe )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!\bbeen )(?<!\bbeing )"
    r"\b(held|launched|opened|organi[sz]ed|issued|published|announced|built|ran|set up|carried"
    r" out) "
    r"(?!(?:up|down|out|off|in|on|at|by|to|for|from|with|of|as|into|over|and|or|but|when|after|before|until|while|[a-z]+ly) )"
    r"((?:an? )?[a-z][^,.;:\"“”()《》]{10,55})(?=[,.;]| and )"
)
_EN_COUNT = re.compile(
    r"(?<![\w,.-])[0-9][0-9,]* ((?:[a-z]+"
    r" )?(?!was|has|is|its)(?:[a-z]+s|people|children|men|women)) "
    r"((?:[a-z]{3,}ed|took part|won|met|went) [^,.;:\"“”()《》]{6,60})(?=[,.;])"
)
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
_EN_POINTS = re.compile(
    r"\b(?:this|that|these|those|their|there|its|it|they|his|her|he|she|such|other)\b"
)


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
    spread = list(articles)[:: max(1, len(articles) // ARTICLES_READ)][:ARTICLES_READ]
    own = [article for article in spread if article.lang == lang]
    makers = (_zh_events, _zh_counts, _zh_writings) if lang == "zh" else (_en_events, _en_counts)
    if not own:
        own, makers = (
            spread,
            tuple(
                partial(_across, lang=lang, said=said, asks=asks)
                for said, asks in _ACROSS[lang].items()
            ),
        )
    # One maker after the other, each beginning at another place of the corpus, so that they mix.
    turns = [
        _each_article(
            maker, own[at * len(own) // len(makers) :] + own[: at * len(own) // len(makers)]
        )
        for at, maker in enumerate(makers)
    ]
    mixed = (made for group in zip_longest(*turns) for made in group if made)
    found: list[str] = []
    for question, article_id in _first(chain(mixed, _titles(own, lang)), QUESTIONS_TRIED):
        if answered(question, article_id):
            found.append(question)
        if len(found) == n:
            break
    return found


def _first(made: Iterable[tuple[str, str]], n: int) -> list[tuple[str, str]]:
    """The first ``n`` questions, each once."""
    once: dict[str, str] = {}
    for question, article_id in islice(made, 4 * n):
        once.setdefault(question, article_id)
    return list(islice(once.items(), n))


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
    return (one for group in zip_longest(*made) for one in group if one)


def _zh_events(text: str) -> Iterator[str]:
    for found in _ZH_EVENT.finditer(text):
        if not _ZH_POINTS.search(found[1]) and _names_a_place(text, found.start()):
            verb = found[0][:2]
            yield f"哪些地方{verb}了{found[1]}？"


def _zh_counts(text: str) -> Iterator[str]:
    for found in _ZH_COUNT.finditer(text):
        if not _ZH_POINTS.search(found[2]):
            yield f"有多少{found[1]}{found[2]}？"


def _zh_writings(text: str) -> Iterator[str]:
    for found in _ZH_WRITING.finditer(text):
        yield f"《{found[2]}》是哪里{found[1]}的？"


def _en_events(text: str) -> Iterator[str]:
    for found in _EN_EVENT.finditer(text):
        if not _EN_POINTS.search(found[2]) and _names_a_place(text, found.start()):
            yield f"Which places {found[1]} {found[2].strip()}?"


def _en_counts(text: str) -> Iterator[str]:
    for found in _EN_COUNT.finditer(text):
        if not _EN_POINTS.search(found[2]):
            yield f"How many {found[1]} {found[2].strip()}?"


def _names_a_place(text: str, before: int) -> bool:
    """Whether the sentence that has something happen there names a place before it."""
    begin = max(text.rfind(end, 0, before) for end in ("。", "\n", ". "))
    return bool(find_places(text[begin + 1 : before]))


def _across(text: str, lang: str, said: str, asks: str) -> Iterator[str]:
    """Questions in ``lang`` about the cities and provinces of a text in the other language, where
    its first sentences have the word.
    """
    lead = text[:300]
    if not re.search(said, lead):
        return
    for mention in find_places(lead):
        place = mention.place
        if place.level in ("province", "city") and (
            name := place.short if lang == "zh" else place.en
        ):
            yield asks.format(place=name)


def _titles(articles: Sequence[Article], lang: str) -> Iterator[tuple[str, str]]:
    for article in articles:
        if article.title:
            asks = "关于“{title}”，说了什么？" if lang == "zh" else "What is said about “{title}”?"
            yield asks.format(title=article.title), article.id
