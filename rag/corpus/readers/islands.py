"""Articles that a page holds as data for its scripts ("islands" of JSON: JSON-LD, or the state of a
framework), and the notices that such a page shows instead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from rag.corpus.lines import width
from rag.corpus.readers.draft import Draft
from rag.corpus.readers.rows import draft_of, text_of
from rag.corpus.readers.tree import text_in

_SCRIPT = r"(?:java\s?script|\bjs\b|cookies?)"
_TURN = "enabl|turn(?:ed)? on|activat|allow|requir|need|support|without|disabl|switch(?:ed)? on"
_TURN_ZH = "启用|啟用|开启|開啟|打开|允许|支持|支援|需要|禁用|关闭|不可用"
_NOTICE = re.compile(
    rf"(?:{_TURN})[^.。]{{0,60}}{_SCRIPT}|{_SCRIPT}[^.。]{{0,60}}(?:{_TURN}|turned|switched)"
    rf"|(?:{_TURN_ZH})[^。]{{0,16}}{_SCRIPT}|{_SCRIPT}[^。]{{0,16}}(?:{_TURN_ZH})"
    r"|checking (?:if the site|your browser)|verify(?:ing)? (?:that )?you are (?:a )?human"
    r"|请完成(?:安全|人机)?验证|正在进行(?:安全|人机)验证|浏览器版本(?:过低|太低|太旧)",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"please|you (?:need|must|have)|must|requir|in order to|to (?:view|run|continue|use|see)"
    r"|disabled|before|请|請|未|无法|才能",
    re.IGNORECASE,
)
_NOTICE_COLUMNS = 240  # of a notice at most
_STATE = re.compile(
    r"\A\s*(?:window\.|self\.|var\s+|let\s+|const\s+)?[\w.$\[\]\"']{1,80}\s*=\s*(?=[{\[])"
)
_NICKNAME = re.compile(r"\bvar\s+nickname\s*=\s*(?:htmlDecode\(\s*)?[\"']([^\"'\n]{1,60})[\"']")
_MADE = re.compile(r"\bvar\s+(?:ct|oriCreateTime)\s*=\s*[\"'](\d{10})[\"']")
_CHINA = timezone(timedelta(hours=8))
_MOST_NODES = 200_000  # values of JSON that are looked at in one script
_LEAST_COLUMNS = 60  # a shorter text is no article


def without_notices(lines: list[str]) -> list[str]:
    """The lines of a page without notices at its beginning and end, which ask readers to turn on
    JavaScript or to wait for a check.
    """
    start, end = 0, len(lines)
    while start < end and (not lines[start] or _is_notice(lines[start])):
        start += 1
    while end > start and (not lines[end - 1] or _is_notice(lines[end - 1])):
        end -= 1
    return lines[start:end]


def _is_notice(line: str) -> bool:
    return width(line) <= _NOTICE_COLUMNS and bool(_NOTICE.search(line) and _ASKS.search(line))


def island(root) -> tuple[Draft | None, bool]:
    """The best article in the data of a page (None for none), and whether the data state that it is
    an article (JSON-LD's ``articleBody``).

    The best is the longest of those that are stated to be articles, else the longest of all.
    """
    best, stated = None, False
    for script in root.iter("script"):
        data = _data(script)
        for row in _objects(data):
            draft = draft_of(row, {}) if text_of(row, {}) else None
            if not isinstance(draft, Draft) or width(draft.text) < _LEAST_COLUMNS:
                continue
            is_article = isinstance(row.get("articleBody"), str)
            if best is None or (is_article, len(draft.text)) > (stated, len(best.text)):
                best, stated = draft, is_article
    return best, stated


def account(root) -> tuple[str, str]:
    """The account that published a page of WeChat, and the day (ISO date); "" where unknown.

    A page of WeChat shows both by scripts, and its metadata name the platform as publisher.
    """
    scripts = "\n".join(script.text or "" for script in root.iter("script"))
    shown, name = root.find(".//*[@id='js_name']"), _NICKNAME.search(scripts)
    made = _MADE.search(scripts)
    day = datetime.fromtimestamp(int(made[1]), _CHINA).date().isoformat() if made else ""
    return (text_in(shown) if shown is not None else "") or (name[1] if name else ""), day


def _data(script) -> object:
    """The JSON value that a script holds or assigns to a variable; None if it is a program."""
    text = script.text or ""
    if "json" not in script.get("type", ""):
        found = _STATE.match(text[:300])
        if not found:
            return None
        text = text[found.end() :]
    try:
        return json.JSONDecoder(strict=False).raw_decode(text.strip())[0]
    except (ValueError, RecursionError):
        return None


def _objects(value: object) -> Iterator[dict]:
    """Yields all objects in a JSON value, however deep; at most 200,000 values are looked at."""
    waiting = [value]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
