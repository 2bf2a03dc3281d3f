"""Every word of the page, in Chinese and English; both languages hold the same keys. The corpus tab
brings its own, and what one works with beside the chat does.

``lang`` is "zh", anything else for English, or :data:`rag.question.script.HANT`: an answer to a
question in traditional characters is shown in them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.answer.when import shown_day
from rag.question.script import HANT, in_script
from rag.ui import texts_corpus, texts_work

LANGS = ("zh", "en")
LANGUAGE_NAMES = {"zh": "中文", "en": "English"}

TEXTS: dict[str, dict[str, str]] = {
    "zh": {
        "title": "Yinju 引据",
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
        "past": "之前的对话（关闭此页后不再保留）",
        "sources": "出处",
        "sources_hint": (
            "提问之后，这里列出所引的原文。点击回答中的 [1]，即可看到这句话在文章里的位置。"
        ),
        "nearest_hint": "以下不是答案，只是最接近的内容",
        "shortened": "文章较长，此处只显示引文前后的部分。",
        "original": "原文链接",
        "page_of": "第 {n} 页",
        "read_by_ocr": "由 OCR 识别（{n}%）",
        "changed": "索引已更新，此处只保留当时的引文。",
        "back": "回到回答",
        "chip": "出处 {n}：{title}",
        "matches": "对应问题中的“{word}”",
        "untitled": "（无标题）",
        "searching": "正在检索 {articles}……",
        "found_in": "{passages}，出自 {articles}",
        "writing": "{model} 正在根据引文撰写……",
        "rewording": "正在请 {model} 换一种说法……",
        "written_by": "由 {model} 根据引文撰写，用了 {tokens} 个词元",
        "written_about": "由 {model} 根据引文撰写，约用 {tokens} 个词元",
        "written_not": "问过 {model}，用了 {tokens} 个词元",
        "written_not_about": "问过 {model}，约用 {tokens} 个词元",
        "model_wrote": "模型写的话（均无引文支持）",
        "evidence": "依据",
        "model_switch": "由语言模型撰写回答",
        "same_story": "另有 {articles}说法相同",
        "differing": "各篇数字不同：{figures}",
        "pair": "{word} = {of}",
        "stopped": "已按你的要求停止，这时还没有找到引文。",
        "unusable": "这个问题无法作答：{reason}",
        "too_long": "问题太长，最多 {most} 字。请缩短后再问。",
        "no_question": "没有看到问题。请用中文或英文提问。",
        "bad_without": "问题里没有可以取消的限定“{words}”。请直接提问。",
        "bad_date": "筛选日期须写成 YYYY-MM-DD，而这里是“{value}”。请改正或去掉这项筛选。",
        "bad_range": "筛选的起始日期 {first} 晚于结束日期 {last}。请改正或去掉其中一项。",
        "bad_place": "没有叫“{value}”的省、市、县或国家。请改正或去掉这项筛选。",
        "bad_place_near": (
            "“{value}”不能确定是哪个地方，您要找的也许是：{near}。请改正或去掉这项筛选。"
        ),
        "bad_sources": "文章里没有来源“{value}”。有的来源：{known}。",
        "bad_languages": "文章里没有语言“{value}”。有的语言：{known}。",
        "stop": "停止",
        "retry": "重新回答",
        "edit": "修改问题",
        "editing": "正在修改前面的问题，回答将替换原来的。",
        "edit_cancel": "不改了",
        "copy_answer": "复制",
        "copied": "已复制",
        "copy_failed": "未能复制",
        "right": "答得对",
        "wrong": "答错了",
        "wrong_quote": "引文不对",
        "rate": "这个回答怎么样？",
        "rated": "谢谢，已记下。",
        "rate_failed": "未能记下（编号 {ref}）。",
        "what": "内容",
        "from_source": "来源",
        "date_column": "日期",
        "sort": "排序",
        "copy_table": "复制表格",
        "save_csv": "下载 CSV",
        "all_rows": "显示全部",
        "more_lines": "再显示 {n} 行",
        "map": "各省级地区的文章数",
        "map_help": "点选一个地区，表格只显示它。",
        "tile": "{place}：{articles}",
        "map_others": "其他省级地区没有找到。",
        "open_article": "阅读全文",
        "back_to_sources": "返回出处",
        "gone": "这篇文章已不在索引里。",
        "facts_articles": "文章",
        "facts_dates": "日期",
        "facts_sources": "来源",
        "facts_index": "索引",
        "built_on": "{date} 建立（{age}）",
        "age_minutes": "{n} 分钟前",
        "age_hours": "{n} 小时前",
        "age_days": "{n} 天前",
        "age_now": "刚刚",
        "lost": (
            "与服务器的连接断了。对话已保存在本页，连接恢复后会自动接上；若一直不行，请检查 Yinju"
            " 是否仍在运行。"
        ),
        "failed": "请求没有成功。请再试一次，对话仍在；若仍不行，请重新载入页面。",
        "status": "检索了 {searched}，用时 {ms}",
        "status_matched": "检索了 {searched}，其中 {matched} 篇有依据，用时 {ms}",
        "understood": "理解为：{question}",
        "refused": "这些文章里没有答案。",
        "refused_near": "文章讲到了相关的事，但没有说到这一点。",
        "missing": "没有找到：",
        "nearest": "不是答案，但比较接近：",
        "places": "共 {n} 个省级地区：",
        "place": "地区",
        "title_column": "标题",
        "detail": "具体地点",
        "quote": "原文",
        "busy": "现在提问的人太多，还轮不到您的问题。请过几秒再试。",
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
    },
    "en": {
        "title": "Yinju 引据",
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
        "welcome": (
            "Answers are quoted word for word from the articles, each with its source. "
            "What the articles do not say, you will be told."
        ),
        "examples": "For example",
        "past": "Earlier conversations, kept until this tab is closed",
        "sources": "Sources",
        "sources_hint": (
            "The passages quoted in an answer appear here. Choose a [1] in the answer to see "
            "where the quote stands in its article."
        ),
        "nearest_hint": "Not an answer, only the closest passages",
        "shortened": "This article is long; only the part around the quote is shown.",
        "original": "Original page",
        "page_of": "page {n}",
        "read_by_ocr": "read by OCR ({n} %)",
        "changed": "The index has changed since; only the quote is kept here.",
        "back": "Back to the answer",
        "chip": "Source {n}: {title}",
        "matches": "matches “{word}” in the question",
        "untitled": "(no title)",
        "searching": "Searching {articles}…",
        "found_in": "{passages} from {articles}",
        "writing": "{model} is writing from the quotes…",
        "rewording": "Asking {model} for other wordings…",
        "written_by": "Written from the quotes by {model}, {tokens} tokens",
        "written_about": "Written from the quotes by {model}, about {tokens} tokens",
        "written_not": "{model} was asked, {tokens} tokens",
        "written_not_about": "{model} was asked, about {tokens} tokens",
        "model_wrote": "What the model wrote (the quotes bear none of it out)",
        "evidence": "Evidence",
        "model_switch": "Answers written by a language model",
        "same_story": "{articles} more say the same",
        "differing": "articles differ: {figures}",
        "pair": "{word} = {of}",
        "stopped": "Stopped, as you wished, before any quote was found.",
        "unusable": "This question cannot be answered: {reason}",
        "too_long": "A question has at most {most} characters. Please shorten it.",
        "no_question": "There is no question to be seen. Please ask in English or Chinese.",
        "bad_without": (
            "Nothing in the question restricts it by “{words}”, so that cannot be lifted. Please"
            " just ask."
        ),
        "bad_date": (
            "A date to filter by is written YYYY-MM-DD, but here is “{value}”. Correct or remove"
            " this filter."
        ),
        "bad_range": (
            "The range of dates ends on {last}, before it begins on {first}. Correct or remove one"
            " of them."
        ),
        "bad_place": (
            "No province, city, county or country is called “{value}”. Correct or remove this"
            " filter."
        ),
        "bad_place_near": (
            "“{value}” is not the name of one place; perhaps you mean one of these: {near}. Correct"
            " or remove this filter."
        ),
        "bad_sources": "No article has the source “{value}”. The sources are: {known}.",
        "bad_languages": "No article has the language “{value}”. The languages are: {known}.",
        "stop": "Stop",
        "retry": "Retry",
        "edit": "Edit question",
        "editing": "You are editing an earlier question; its answer will be replaced.",
        "edit_cancel": "Leave it as it was",
        "copy_answer": "Copy",
        "copied": "Copied",
        "copy_failed": "Could not be copied",
        "right": "Right",
        "wrong": "Wrong",
        "wrong_quote": "Wrong citation",
        "rate": "How is this answer?",
        "rated": "Thank you, noted.",
        "rate_failed": "It could not be noted (reference {ref}).",
        "what": "What",
        "from_source": "Source",
        "date_column": "Date",
        "sort": "Sort",
        "copy_table": "Copy table",
        "save_csv": "Download CSV",
        "all_rows": "Show all",
        "more_lines": "Show {n} more",
        "map": "Articles by province-level division",
        "map_help": "Choose a place to see only its rows in the table.",
        "tile": "{place}: {articles}",
        "map_others": "Nothing was found for the other divisions.",
        "open_article": "Read the article",
        "back_to_sources": "Back to the sources",
        "gone": "This article is no longer in the index.",
        "facts_articles": "Articles",
        "facts_dates": "Dates",
        "facts_sources": "Sources",
        "facts_index": "Index",
        "built_on": "built on {date} ({age})",
        "age_minutes": "{n} min ago",
        "age_hours": "{n} h ago",
        "age_days": "{n} days ago",
        "age_now": "just now",
        "lost": (
            "The connection to the server is lost. Your conversation is kept on this page and goes"
            " on as soon as the server is back; if that takes long, see whether Yinju is still"
            " running."
        ),
        "failed": (
            "That did not work. Please try again, your conversation is still here; if it stays,"
            " load the page anew."
        ),
        "status": "Searched {searched} in {ms}",
        "status_matched": "Searched {searched} in {ms}, evidence in {matched}",
        "understood": "Understood as: {question}",
        "refused": "The articles do not say.",
        "refused_near": "The articles are about this, but do not say it.",
        "missing": "Not found:",
        "nearest": "Not an answer, but close:",
        "places": "{n} province-level places:",
        "place": "Place",
        "title_column": "Title",
        "detail": "Where exactly",
        "quote": "Quote",
        "busy": (
            "Too many people are asking at once, and your question could not wait its turn. Please"
            " try again in some seconds."
        ),
        "error": (
            "Something went wrong and there is no answer. Please try again; if it stays, tell the "
            "operator the reference {ref}."
        ),
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
    },
}
for _more in (texts_corpus.TEXTS, texts_work.TEXTS):
    for _lang, _words in _more.items():
        TEXTS[_lang] |= _words


def text(lang: str, key: str, **values: object) -> str:
    """The page's text for ``key``, with values put in."""
    return in_script(TEXTS["zh" if _chinese(lang) else "en"][key], lang).format(**values)


@dataclass(frozen=True, slots=True)
class Said:
    """Something that the page says: a text's key, and what is put in. It can be said in any
    language, at any time.
    """

    key: str
    values: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, key: str, **values: object) -> Said:
        return cls(key, tuple((name, str(value)) for name, value in values.items()))

    def speak(self, lang: str) -> str:
        return text(lang, self.key, **dict(self.values))


def _chinese(lang: str) -> bool:
    return lang in ("zh", HANT)


def article_count(n: int, lang: str) -> str:
    """ "13 articles", "1 article"; "13 篇文章"."""
    return f"{n:,} 篇文章" if _chinese(lang) else f"{n:,} article{'' if n == 1 else 's'}"


def passage_count(n: int, lang: str) -> str:
    """ "14 passages", "1 passage"; "14 段"."""
    return f"{n:,} 段" if _chinese(lang) else f"{n:,} passage{'' if n == 1 else 's'}"


def reader_date(date: str, lang: str) -> str:
    """ "2011-09-21" as a reader writes it: "2011年9月21日" or "21 September 2011"; "2011-09" and
    "09-21" too; else unchanged.
    """
    found = re.fullmatch(r"(\d{4}-)?(\d\d)(?:-\d\d)?", date)
    if not found or not 1 <= int(found[2]) <= 12:
        return date
    return shown_day(date if found[1] else f"--{date}", lang if _chinese(lang) else "en")


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
    """The page's language for a browser that sent this Accept-Language header: its first of the
    two.
    """
    for part in accept_language.lower().split(","):
        code = part.split(";")[0].strip()[:2]
        if code in LANGS:
            return code
    return "en"
