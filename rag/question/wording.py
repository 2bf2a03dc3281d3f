"""What the words of a question say on their own: what is asked for, and what its answer must be
about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.corpus.gazetteer import Place
from rag.corpus.places import PlaceMention, find_places
from rag.question.asking import asking, number_of
from rag.question.compared import bound_of, measure_of
from rag.question.denied import denies, exceptions
from rag.question.forms import counted, form_of
from rag.question.kinds import begin_of, kind_of
from rag.question.names import names_of, years_of
from rag.question.script import is_traditional, simplified
from rag.question.types import Asked, Bound, Span

EVENT_AFTER = re.compile(
    r"[市省]?(?:第[\d一二三四五六七八九十]+届)?(?:[冬夏]季)?(?:世界)?(?:大学生)?(?:亚洲|世界)?(?:[冬夏]季|青年|残疾人)?"
    r"(?:运动会|奥运|冬奥|残奥|亚运|亚残运|大运会|青奥会|世锦赛|全运会|世博会|进博会|服贸会|广交会|国际电影节)"
    r"|(?: \d{4})?(?: (?:[A-Z]\w+|World|Summer|Winter)){0,2} (?:Games|Olympics?|Paralympics?"
    r"|Universiade|Expo|Film Festival)\b"
)
"""What follows the name of a place where both name an event."""


def understand(text: str) -> Asked:
    """What a cleaned question asks for, in either script; without the limits that take an index to
    find.
    """
    if is_traditional(text):
        text = simplified(text)
    kind, begin = kind_of(text), begin_of(text)
    asks = [ask for ask in asking(text) if ask.start >= begin]
    things, (bound, compared) = counted(text, kind), bound_of(text)
    form, words = form_of(text, kind, asks, any(things), bound)
    excepted, phrases = exceptions(text)
    mentions = [m for m in find_places(text) if not _aside(text, m, excepted, bound)]
    measure = (0, 0)
    if form in ("most", "least"):
        measure = measure_of(text, *words, asks[0].end)
    elif bound and form in ("more", "less", "count"):
        measure = measure_of(text, *compared, asks[0].end if asks else 0)
    if form not in ("more", "less", "count"):
        bound = None
    return Asked(
        plain=text,
        **kind._asdict() | {"idle": (*kind.idle, *phrases)},
        form=form,
        counted=things,
        number=number_of(text),
        bound=bound,
        measure=measure,
        negated=denies(text),
        excepted=tuple(excepted),
        names=tuple(names_of(text, excepted)),
        places=tuple(m.place for m in mentions),
        place_spans=tuple((m.start, m.end) for m in mentions),
        countries=tuple(_abroad(text, excepted, bound)),
        years=tuple(dict.fromkeys(years_of(text))),
    )


def _abroad(text: str, excepted: list[Span], bound: Bound | None) -> Iterator[Place]:
    """The countries that a question names, but for China, of which most articles tell."""
    besides = (*excepted, *([(bound.start, bound.end)] if bound else ()))
    for mention in find_places(text):
        country = mention.place.level == "country" and mention.place.code != "CN"
        if country and not any(a <= mention.start < b for a, b in besides):
            yield mention.place


def _aside(text: str, mention: PlaceMention, excepted: list[Span], bound: Bound | None) -> bool:
    """Whether a place is only part of a name, excepted or compared with: nothing need be about
    it.
    """
    inside = any(
        a <= mention.start < b
        for a, b in (*excepted, *([(bound.start, bound.end)] if bound else ()))
    )
    return (
        mention.part_of_name
        or mention.place.level == "country"
        or inside
        or bool(EVENT_AFTER.match(text, mention.end))
    )
