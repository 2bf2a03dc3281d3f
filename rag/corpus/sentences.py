"""Finds where sentences and clauses begin and end, for Chinese and English in one text.

Quotes are cut at these places, so they are spans of the text, never copies. Three libraries were
tried: pysbd (a hundred times too slow for a large corpus, unmaintained), sentencex (fast, but one
language per call: its Chinese breaks ``Dr. Smith`` and ``U.S.``, its English ``“加油！”活动``) and
blingfire (changes the text). Hence this module scans once with a compiled pattern and applies a few
rules of its own.
"""

from __future__ import annotations

import re

from rag.corpus.tables import words_of

Span = tuple[int, int]

GROUP_CHARS = 40  # characters; a quotation or bracket up to this long is never cut

_NEWLINES = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
# A single character class at the front of the event patterns lets them skip ordinary text at C
# speed.
_SHORT_GROUP = (
    r"(?<=“)[^“”{nl}]{{0,{n}}}”|(?<=「)[^「」{nl}]{{0,{n}}}」|(?<=『)[^『』{nl}]{{0,{n}}}』"
    r"|(?<=‘)[^‘’{nl}]{{0,{n}}}’|(?<=《)[^《》{nl}]{{0,{n}}}》|(?<=〈)[^〈〉{nl}]{{0,{n}}}〉"
    r"|(?<=【)[^【】{nl}]{{0,{n}}}】|(?<=[（(])[^（）(){nl}]{{0,{n}}}[)）]"
    r"|(?<=[^\s。！？.!?…,，]\")(?=\S)[^\"{nl}]{{0,{n}}}(?<!\s)\""
    r"|(?<=[\s]\")(?=\S)[^\"{nl}]{{0,{n}}}(?<!\s)\"|(?<=^\")(?=\S)[^\"{nl}]{{0,{n}}}(?<!\s)\""
).format(nl=_NEWLINES, n=GROUP_CHARS)
_OPENERS = '“「『‘《〈【（("'
_ENDERS = "。｡！？；….!?"

_SENTENCE_EVENT = re.compile(
    f"[{_OPENERS}{_ENDERS}{_NEWLINES}]"
    f"(?:(?P<group>{_SHORT_GROUP})|(?<=[{_NEWLINES}])(?P<newline>)|(?<=[{_ENDERS}])(?P<end>[{_ENDERS}]*))"
)
_CLAUSE_EVENT = re.compile(
    f"[{_OPENERS}，；：,;:—─]"
    f"(?:(?P<group>{_SHORT_GROUP})"
    r"|(?<=[，；,;])(?<!(?<=\d),(?=\d))[，；：,;:]*|(?<=[：:])(?<!(?<=\d)[：:](?=\d))(?!//)[，"
    r"；：,;:]*"
    r"|(?<=—)—+|(?<=─)─+)"
    r"[”’」』）)》】]*(?:[\"'](?=\s|$))?"
)
_CLOSERS = frozenset("”’」』）)】]》〉\"'")
# an end mark may follow the closing quote: “……！”。
_CLOSERS_AND_ENDS = _CLOSERS | set("。｡！？；…")
_REFERENCE = re.compile(r"(?:\[[\w ]{1,30}\])+(?=\s|$)")
# People also type lines without any punctuation. There, a sentence ends at a space between runs of
# Chinese characters, or before a date begins.
_MARK = re.compile(r"[，、。！？；：,.!?;:|\t“”「」『』（）()《》\"]")
_GAP = re.compile(
    r"(?<=[\u4e00-\u9fff])[ \u3000]+(?=[\u4e00-\u9fff\d])"
    r"|(?<=[\u4e00-\u9fff])(?<![年于从至到在自及和与的])"
    r"(?=(?:\d{1,2}|(?<!十)[一二三四五六七八九]|十[一二]?)月(?:\d{1,2}|[一二三四五六七八九十]{1,3})[日号]在)"
)
# A space before a date ends a sentence, however short the line is.
_DATED_GAP = re.compile(
    r"(?<=[\u4e00-\u9fff])[ \u3000]+(?=(?:\d{2,4}年)?\d{1,2}月\d{1,2}[日号][\u4e00-\u9fff])"
)
_STOPS = frozenset('，、。！？；：,.!?;:|\t“”「」『』（）()《》"\n\r') | {""}
# characters: a stretch without punctuation is cut if it is longer than _RUN_ON, into parts of at
# least _RUN
_RUN_ON = 60
_RUN = 10
_CONTINUES = frozenset("，、,：:%％")
_CJK_END = re.compile("[。｡！？；…]")
_WORD = re.compile(r"\w")
_NOT_SPACE = re.compile(r"\S")
_WORD_BEFORE = re.compile(r"(?<!\w)[^\W\d_](?:[^\W\d_]|\.)*$")
_LATIN_END = re.compile(r"[^\u2e80-\U0003fffd]*$")  # the Latin end of a word: 专家J. K. 某
_NUMBER_BEFORE = re.compile(r"\d+$")
_FIRST_WORD = re.compile(r"[A-Za-z]+")

_NEVER_LAST, _BEFORE_FIGURE, _MAYBE_LAST, _STARTERS = map(
    frozenset, words_of("abbreviations.tsv").values()
)


def sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Sentence spans of ``text[start:end]``: ``text[a:b]`` is a sentence without outer whitespace.

    Spans are in order, do not overlap, and cover every character that is not whitespace. Chinese
    sentences end with 。！？； or …, English ones with . ! or ? (not in abbreviations, initials and
    decimals). Closing quotes and brackets stay with their sentence. A newline always ends a
    sentence. A quotation or bracket of up to 40 characters is never cut inside.
    """
    end = len(text) if end is None else min(end, len(text))
    out: list[Span] = []
    begin = start
    for event in _SENTENCE_EVENT.finditer(text, start, end):
        kind = event.lastgroup
        if kind == "newline":
            stop = event.end()
        elif kind == "end":
            stop = _end_of_sentence(text, begin, event.start(), event.end(), end)
        else:
            stop = _end_after_group(text, event.start(), event.end(), end)
        if stop:
            if stop > begin:
                _append(out, text, begin, stop)
            begin = max(begin, stop)
    _append(out, text, begin, end)
    return out


def clauses(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """Clause spans of ``text[start:end]``: sentences, cut further after ，,；;：: and ——.

    Never cut: numbers (1,000 or 10:30), quotations and brackets of up to 40 characters, and lists
    joined by 、. The punctuation stays at the end of its clause. Order, disjointness and coverage
    are those of :func:`sentences`.
    """
    out: list[Span] = []
    for first, last in sentences(text, start, end):
        begin = searched = first
        for event in _CLAUSE_EVENT.finditer(text, first, last):
            if event.lastgroup == "group":
                continue
            stop = event.end()
            if _WORD.search(text, searched, event.start()):
                _append(out, text, begin, stop)
                begin = stop
            searched = stop  # marks without a word before them belong to the next clause
        if begin < last:
            if out and out[-1][0] >= first and not _WORD.search(text, begin, last):
                out[-1] = (out[-1][0], last)
            else:
                _append(out, text, begin, last)
    return out


def run_on(text: str, at: int) -> list[Span]:
    """The sentences of the line at an offset, if the line tells of several events without
    punctuation.

    Returns [] for any other line.
    """
    begin = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    short = end - begin <= _RUN_ON and not _DATED_GAP.search(text, begin, end)
    if short or _MARK.search(text, begin, end - 1):
        return []
    found = sentences(text, begin, end)
    return found if len(found) > 1 else []


def _append(out: list[Span], text: str, begin: int, end: int) -> None:
    """Adds the span without outer whitespace, cut where it has no punctuation; nothing if it is
    empty.
    """
    piece = text[begin:end]
    if bare := piece.strip():
        begin += len(piece) - len(piece.lstrip())
        end = begin + len(bare)
        whole = bare[-1] in _STOPS or text[end : end + 1] in _STOPS
        unmarked = bare[-1] not in _ENDERS and _DATED_GAP.search(bare)
        if len(bare) > _RUN_ON or not whole or unmarked or begin and text[begin - 1] not in _STOPS:
            for stop, start in _run_on(text, begin, end):
                out.append((begin, stop))
                begin = start
        out.append((begin, end))


def _run_on(text: str, begin: int, end: int) -> list[Span]:
    """(end, next start) of each cut in a sentence that is part of a long stretch without
    punctuation.

    The length is that of the stretch in the whole text, not in the part that is searched. So every
    part of a text yields the same sentences.
    """
    if _MARK.search(text, begin, end - 1) or not (gaps := list(_GAP.finditer(text, begin, end))):
        return []
    first, last = begin, end
    while first > begin - _RUN_ON and first > 0 and text[first - 1] not in _STOPS:
        first -= 1
    while last < end + _RUN_ON and last < len(text) and text[last] not in _STOPS:
        last += 1
    if last - first <= _RUN_ON and not _DATED_GAP.search(text, first, last):
        return []
    out = []
    ends = [*(gap.start() for gap in gaps[1:]), end]
    for gap, following in zip(gaps, ends):
        if gap.start() - begin >= _RUN and following - gap.end() >= _RUN:
            out.append((gap.start(), gap.end()))
            begin = gap.end()
    return out


def _close(text: str, begin: int, at: int, end: int) -> int:
    """The position after the closing quotes and brackets at ``at``, and after a reference like
    [1].
    """
    while at < end and text[at] in _CLOSERS_AND_ENDS:
        if text[at] in "\"'" and at + 1 < end and not text[at + 1].isspace():
            # Straight quotes look the same on both sides. An even number so far means that this one
            # opens.
            if text[at] == "'" or text.count('"', max(begin, at - 1000), at) % 2 == 0:
                break
        at += 1
    reference = _REFERENCE.match(text, at, end)
    return reference.end() if reference else at


def _end_of_sentence(text: str, begin: int, first: int, last: int, end: int) -> int:
    """The position where the sentence with the end mark ``text[first:last]`` ends; 0 if it goes
    on.
    """
    stop = _close(text, begin, last, end)
    if stop >= end:
        return stop
    follows = text[stop]
    if follows in _CONTINUES or "》" in text[last:stop]:
        return 0
    mark = text[first:last]
    if _CJK_END.search(mark):
        return 0 if mark.strip("…") == "" and _lower_next(text, stop, end) else stop
    before = text[first - 1] if first > begin else " "
    if follows.isspace():
        goes_on = mark == "." and _abbreviation(text, begin, first, stop, end)
        return 0 if goes_on or _lower_next(text, stop, end) else stop
    if follows.isascii():
        return stop if before > "\u2e7f" and follows in "(\"'[" else 0
    # Chinese with ASCII marks: 结束了.然后 ends a sentence, U.S.的 and 1.概况 do not.
    return 0 if before.isascii() and (mark == "." or before.isalpha()) else stop


def _end_after_group(text: str, first: int, last: int, end: int) -> int:
    """The position where a sentence ends with the quotation or bracket ``text[first:last]``, or
    0.
    """
    mark = text[last - 2]
    if mark not in _ENDERS or last - first < 3 or text[last - 1] in "》〉】":
        return 0
    stop = last
    while stop < end and text[stop] in _CLOSERS and text[stop] != '"':
        stop += 1
    if stop >= end:
        return stop
    follows = text[stop]
    if follows in _CONTINUES or follows in _ENDERS or _lower_next(text, stop, end):
        return 0
    if mark == "." and _abbreviation(text, first, last - 2, stop, end):
        return 0
    if mark in "。｡；" or follows.isspace() or follows in _OPENERS:
        return stop
    return 0  # “加油！”活动: the exclamation is part of a name


def _lower_next(text: str, at: int, end: int) -> bool:
    """Whether the next character other than whitespace, on the same line, is a lower-case
    letter.
    """
    found = _NOT_SPACE.search(text, at, end)
    return found is not None and found.group().islower() and "\n" not in text[at : found.start()]


def _abbreviation(text: str, begin: int, dot: int, stop: int, end: int) -> bool:
    """Whether the full stop at ``dot`` belongs to an abbreviation, initial or list number."""
    window = max(begin, dot - 16)
    found = _NOT_SPACE.search(text, stop, end)
    following = found.group() if found else ""
    if following == ".":
        return True  # . . .
    word = _WORD_BEFORE.search(text[window:dot])
    if not word:
        number = _NUMBER_BEFORE.search(text[window:dot])
        return number is not None and not text[begin : window + number.start()].strip()
    latin = _LATIN_END.search(word.group())
    lower = latin.group().lower() if latin else ""
    if lower in _NEVER_LAST:
        return True
    if lower in _BEFORE_FIGURE and following.isdigit():
        return True
    if len(lower) == 1 or "." in lower or lower in _MAYBE_LAST:
        start = _FIRST_WORD.match(text, found.start()) if found else None
        if start and len(lower) == len(start.group()) == 1 and text.startswith(".", start.end()):
            return True  # J. A. Lee
        if start:
            return start.group().lower() not in _STARTERS
        # A. B. 某博士: a Chinese sentence would end in 。
        return following.isdigit() or following > "\u2e7f"
    return False
