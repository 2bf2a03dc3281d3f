"""Rows, numbers and wording of an answer, in the question's language; quotes stay in the original.

``lang`` is "zh", "en", or :data:`rag.question.script.HANT` for traditional characters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.answer.enumerate import PlaceFound
from rag.question.script import HANT, in_script
from rag.answer.types import Answer, Citation, Row
from rag.corpus.places import Place, province_label


class Sheet:
    """Citations as they are numbered, each quote once."""

    def __init__(self) -> None:
        self.citations: list[Citation] = []

    def number(self, citation: Citation) -> int:
        """The number (from 1) of a citation; one with the same quote lends its own, and gains its marks."""
        for place, other in enumerate(self.citations):
            if other.id == citation.id:
                marks = tuple(sorted({*other.marks, *citation.marks}))
                self.citations[place] = replace(other, marks=marks)
                return place + 1
        self.citations.append(citation)
        return len(self.citations)


def group_places(found: Sequence[PlaceFound], level: str) -> dict[str, list[PlaceFound]]:
    """Places by what one row stands for: the province, or for "city" and "country" the place itself; in order of code."""
    groups: dict[str, list[PlaceFound]] = {}
    for place in sorted(found, key=lambda p: p.mention.place.code):
        # A country has no province: each stands for itself.
        one = place.mention.place
        key = one.code if level in ("city", "country") else one.province or one.code
        groups.setdefault(key, []).append(place)
    return groups


def place_label(place: Place, level: str, lang: str) -> str:
    """What a row of a place begins with: "Sichuan 四川", "四川", "Nanchang 南昌市 (Jiangxi 江西)"."""
    if level in ("city",):
        inside = place.level != "province"  # Beijing lies in no province
        if lang != "en":
            return in_script(f"{place.name}（{place.province}）" if inside else place.name, lang)
        return f"{place.en} {place.name}{f' ({province_label(place.province, lang)})' if inside else ''}".strip()
    return in_script(province_label(place.province or place.short, "en" if lang == "en" else "zh"), lang)


def place_row(group: Sequence[PlaceFound], level: str, lang: str, numbers: Sequence[int]) -> Row:
    """One row for a group of places; places below the province are its detail."""
    first = group[0].mention.place
    below = dict.fromkeys(p.mention.place.name for p in group if p.mention.place.level in ("city", "county"))
    detail = "、".join(below) if level != "city" else first.name
    return Row(place_label(first, level, lang), first.province or first.short, in_script(detail, lang), tuple(dict.fromkeys(numbers)))


def text_of(rows: Sequence[Row], citations: Sequence[Citation], kind: str, lang: str, matched: int, searched: int, listed: bool = False) -> str:
    """The answer as shown: a line for each row, the evidence below a value, and for places and other lists what was searched."""
    lines = []
    for row in rows:
        chips = "".join(f"[{n}]" for n in row.citations)
        if kind == "places":
            detail = row.detail if row.detail and row.detail not in row.label else ""
            detail = (f"（{detail}）" if lang != "en" else f" ({detail})") if detail else ""
            lines.append(f"{row.label}{detail} {chips}")
        elif row.label:
            lines.append(f"{row.label} {chips}{folded_text(row, lang)}")
    if kind == "places" or listed:
        return "\n".join([*lines, count_line(matched, searched, lang)])
    alone = {row.citations[0]: row for row in rows if not row.label}
    for number, citation in enumerate(citations, 1):
        if not citation.same_as:
            same = [number, *(other for other, one in enumerate(citations, 1) if one.same_as == number)]
            chips = "".join(f"[{n}]" for n in same)
            lines.append(f"{quoted(citation)} {chips}{folded_text(alone[number], lang) if number in alone else ''}")
    return "\n".join(lines)


def left_out_text(count: int, lang: str) -> str:
    """That articles cited before were left out."""
    if lang != "en":
        return in_script(f"（前面引用过的 {count} 篇文章除外。）", lang)
    return f"(The {f'{count} articles' if count > 1 else 'article'} cited before {'are' if count > 1 else 'is'} left out.)"


def folded_text(row: Row, lang: str) -> str:
    """How many articles more say what a row says, and in which figures they differ; "" for none."""
    told = []
    if lang != "en":
        told += [f"另有 {row.more} 篇说法相同"] if row.more else []
        told += ["各篇数字不同：" + "、".join(f"{figure} [{n}]" for figure, n in zip(one.figures, one.citations)) for one in row.differing]
        return in_script(f"（{'；'.join(told)}）", lang) if told else ""
    told += [f"{row.more} more article{'s say' if row.more > 1 else ' says'} the same"] if row.more else []
    told += ["articles differ: " + ", ".join(f"{figure} [{n}]" for figure, n in zip(one.figures, one.citations)) for one in row.differing]
    return f" ({'; '.join(told)})" if told else ""


def quoted(citation: Citation) -> str:
    """The quote in the quotation marks of its language."""
    quote = " ".join(citation.quote.split())
    return f"「{quote}」" if citation.lang == "zh" else f"“{quote}”"


def count_line(matched: int, searched: int, lang: str) -> str:
    """How many articles hold evidence, of how many searched."""
    if lang != "en":
        return in_script(f"在 {searched:,} 篇文章中检索，{matched:,} 篇有依据。", lang)
    return f"{matched:,} of {searched:,} article{'s' if searched != 1 else ''} searched hold{'s' if matched == 1 else ''} evidence."


_KINDS = {"zh": {"date": "时间", "place": "地点", "source": "来源"}, "en": {"date": "time", "place": "place", "source": "source"}}


def lifted_text(refusal: Answer, empty: bool) -> str:
    """What a refusal adds about the question's own constraints: that they leave it ``empty`` of articles, and which to lift."""
    said = dict.fromkeys(one.words for one in refusal.constraints)
    lift = [_KINDS[refusal.lang][kind] for kind in refusal.answered_without]
    if refusal.lang == "zh":
        lang = HANT if refusal.traditional else "zh"
        none = "" if not empty else f"{in_script('没有一篇文章符合问题里的限定', lang)}（{'、'.join(said)}）。"
        return none + (in_script(f"不限{'或不限'.join(lift)}，则有答案。", lang) if lift else "")
    none = "" if not empty else f" No article is within what the question restricts it to ({', '.join(said)})."
    return none + (f" Without the restriction of {' or of '.join(lift)} there is an answer." if lift else "")


def refusal_text(missing: Sequence[str], nearest: Sequence[Citation], lang: str) -> str:
    """That the corpus does not say, what was not found, and which articles come nearest."""
    titles = list(dict.fromkeys(c.title or c.article_id for c in nearest))
    if lang != "en":
        parts = [in_script("文章中没有这个问题的答案。", lang)]
        if missing:
            parts.append(in_script("没有找到依据的词：", lang) + "、".join(missing) + "。")
        if titles:
            parts.append(in_script("最接近的文章（不是答案）：", lang) + "；".join(titles) + "。")
        return "".join(parts)
    parts = ["The articles do not answer this."]
    if missing:
        parts.append("No support was found for: " + ", ".join(missing) + ".")
    if titles:
        parts.append("Nearest articles (not an answer): " + "; ".join(titles) + ".")
    return " ".join(parts)
