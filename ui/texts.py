"""Every word of the page, in Chinese and English; both languages hold the same keys. The corpus tab brings its own.

``lang`` is "zh", anything else for English, or :data:`rag.answer.script.HANT`: an answer to a question in traditional
characters is shown in them.
"""

from __future__ import annotations

from rag.answer.script import HANT, in_script
from rag.ui import texts_corpus

LANGS = ("zh", "en")
LANGUAGE_NAMES = {"zh": "中文", "en": "English"}

TEXTS: dict[str, dict[str, str]] = {
    "zh": {
        "title": "Yinju 引据",
        "tagline": "有据可查的新闻问答",
        "tab_chat": "问答",
        "corpus": "{articles} · {dates} · {sources}",
        "no_date": "日期不详",
        "no_source": "来源不详",
        "more_sources": "{sources}等 {n} 个来源",
        "language": "界面语言",
        "chat": "对话",
        "question": "您的问题",
        "question_hint": "用中文或英文提问",
        "send": "提问",
        "new_chat": "新对话",
        "welcome": "回答逐字引自文章原文，每一句都附出处；文章里没有的，会如实相告。",
        "examples": "不妨试试",
        "sources": "出处",
        "sources_hint": "提问之后，这里列出所引的原文。点击回答中的 [1]，即可看到这句话在文章里的位置。",
        "nearest_hint": "以下不是答案，只是最接近的内容",
        "whole_article": "全文",
        "shortened": "文章较长，此处只显示引文前后的部分。",
        "original": "原文链接",
        "page_of": "第 {n} 页",
        "changed": "索引已更新，此处只保留当时的引文。",
        "back": "回到回答",
        "chip": "出处 {n}：{title}",
        "matches": "对应问题中的“{word}”",
        "untitled": "（无标题）",
        "searching": "正在检索 {articles}……",
        "status": "检索了 {searched}，用时 {ms}",
        "status_matched": "检索了 {searched}，其中 {matched} 篇有依据，用时 {ms}",
        "understood": "理解为：{question}",
        "refused": "这些文章里没有答案。",
        "missing": "没有找到：",
        "nearest": "不是答案，但比较接近：",
        "places": "共 {n} 个省级地区：",
        "place": "地区",
        "detail": "具体地点",
        "quote": "原文",
        "error": "出了点问题，没能回答。请再试一次；若仍不行，请把编号 {ref} 告诉管理员。",
        "separator": "、",
        "restricted": "仅限：",
        "because": "出自{words}",
        "quoted": "“{words}”",
        "lift": "取消限定 {what}（{words}），重新提问",
        "lifted": "已取消限定：",
        "bind": "恢复限定{words}，重新提问",
        "without": "不限{words}",
        "free_date": "不限时间（{words}）再问一次",
        "free_place": "不限地点（{words}）再问一次",
        "free_source": "不限来源（{words}）再问一次",
        "since": "{date} 起",
        "until": "至 {date}",
        "yearly": "{date}（每年）",
        "filters": "筛选",
        "field_from": "发表于（起）",
        "field_to": "发表于（止）",
        "field_source": "来源",
        "field_place": "地点",
        "field_lang": "语言",
        "date_hint": "YYYY-MM-DD",
        "place_hint": "如：四川",
        "only_from": "{value} 起",
        "only_to": "{value} 止",
        "only_source": "来源：{value}",
        "only_place": "地点：{value}",
        "only_lang": "语言：{value}",
        "drop": "去掉筛选“{what}”",
        "copy": "复制回答及出处",
        "save_md": "存为 Markdown",
        "save_json": "存为 JSON",
        "your_message": "问题",
        "answer_message": "回答",
    },
    "en": {
        "title": "Yinju 引据",
        "tagline": "News answers with evidence",
        "tab_chat": "Chat",
        "corpus": "{articles} · {dates} · {sources}",
        "no_date": "no dates",
        "no_source": "no source given",
        "more_sources": "{sources} and others, {n} sources",
        "language": "Language of the page",
        "chat": "Conversation",
        "question": "Your question",
        "question_hint": "Ask in English or Chinese",
        "send": "Ask",
        "new_chat": "New chat",
        "welcome": "Answers are quoted word for word from the articles, each with its source. "
        "What the articles do not say, you will be told.",
        "examples": "For example",
        "sources": "Sources",
        "sources_hint": "The passages quoted in an answer appear here. Choose a [1] in the answer to see "
        "where the quote stands in its article.",
        "nearest_hint": "Not an answer, only the closest passages",
        "whole_article": "Whole article",
        "shortened": "This article is long; only the part around the quote is shown.",
        "original": "Original page",
        "page_of": "page {n}",
        "changed": "The index has changed since; only the quote is kept here.",
        "back": "Back to the answer",
        "chip": "Source {n}: {title}",
        "matches": "matches “{word}” in the question",
        "untitled": "(no title)",
        "searching": "Searching {articles}…",
        "status": "Searched {searched} in {ms}",
        "status_matched": "Searched {searched} in {ms}, evidence in {matched}",
        "understood": "Understood as: {question}",
        "refused": "The articles do not say.",
        "missing": "Not found:",
        "nearest": "Not an answer, but close:",
        "places": "{n} province-level places:",
        "place": "Place",
        "detail": "Where exactly",
        "quote": "Quote",
        "error": "Something went wrong and there is no answer. Please try again; if it stays, tell the "
        "operator the reference {ref}.",
        "separator": ", ",
        "restricted": "Restricted to:",
        "because": "from {words}",
        "quoted": "“{words}”",
        "lift": "Lift {what}, from {words}, and ask again",
        "lifted": "Lifted:",
        "bind": "Restrict to {words} once more and ask again",
        "without": "without {words}",
        "free_date": "Ask without the time ({words})",
        "free_place": "Ask without the place ({words})",
        "free_source": "Ask without the source ({words})",
        "since": "since {date}",
        "until": "until {date}",
        "yearly": "{date}, every year",
        "filters": "Filters",
        "field_from": "Published from",
        "field_to": "Published to",
        "field_source": "Source",
        "field_place": "Place",
        "field_lang": "Language",
        "date_hint": "YYYY-MM-DD",
        "place_hint": "e.g. Sichuan",
        "only_from": "from {value}",
        "only_to": "to {value}",
        "only_source": "source: {value}",
        "only_place": "place: {value}",
        "only_lang": "language: {value}",
        "drop": "Remove the filter “{what}”",
        "copy": "Copy answer with sources",
        "save_md": "Save as Markdown",
        "save_json": "Save as JSON",
        "your_message": "Question",
        "answer_message": "Answer",
    },
}
for _lang, _words in texts_corpus.TEXTS.items():
    TEXTS[_lang] |= _words

_MONTHS = (
    "January February March April May June July August September October November December"
).split()


def text(lang: str, key: str, **values: object) -> str:
    """The page's text for ``key``, with values put in."""
    return in_script(TEXTS["zh" if _chinese(lang) else "en"][key], lang).format(**values)


def _chinese(lang: str) -> bool:
    return lang in ("zh", HANT)


def article_count(n: int, lang: str) -> str:
    """ "13 articles", "1 article"; "13 篇文章"."""
    return f"{n:,} 篇文章" if _chinese(lang) else f"{n:,} article{'' if n == 1 else 's'}"


def reader_date(date: str, lang: str) -> str:
    """ "2011-09-21" as a reader writes it: "2011年9月21日" or "21 September 2011"; else unchanged."""
    try:
        year, month, day = (int(part) for part in date.split("-"))
        name = _MONTHS[month - 1]
    except (ValueError, IndexError):
        return date
    return f"{year}年{month}月{day}日" if _chinese(lang) else f"{day} {name} {year}"


def reader_dates(first: str, last: str, lang: str) -> str:
    """A range of dates, or one date where both ends are the same, or "" where neither is known."""
    ends = [reader_date(date, lang) for date in dict.fromkeys((first, last)) if date]
    return (" 至 " if _chinese(lang) else " to ").join(ends)


def reader_time(ms: float, lang: str) -> str:
    """Milliseconds as "12 ms", from one second on "1.4 s" ("12 毫秒", "1.4 秒")."""
    if ms < 1000:
        return f"{max(1, round(ms))} {'毫秒' if _chinese(lang) else 'ms'}"
    return f"{ms / 1000:.1f} {'秒' if _chinese(lang) else 's'}"


def pick_language(accept_language: str) -> str:
    """The page's language for a browser that sent this Accept-Language header: its first of the two."""
    for part in accept_language.lower().split(","):
        code = part.split(";")[0].strip()[:2]
        if code in LANGS:
            return code
    return "en"
