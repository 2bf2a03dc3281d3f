"""The assistant's own words, to what is no question: who it is, what it can do, what it does not.

They quote nothing. Example questions are made from titles, places and dates of the index.
"""

from __future__ import annotations

from rag.answer.types import Answer
from rag.index import Snapshot
from rag.index.catalogue import heading
from rag.question import ParsedQuestion, in_script
from rag.search.facets import by_code, by_province

LONGEST_TITLE = {"zh": 24, "en": 70}  # characters of a title that a question still carries well

_SAID = {
    "hello": (
        "你好！我是引据，在这里的 {n} 篇文章里找答案，逐字引用原文。",
        (
            "Hello! I am Yinju: I look for answers in the {n} articles here and quote them word for"
            " word."
        ),
    ),
    "thanks": ("不客气。还想知道什么，接着问就是。", "You are welcome. Ask on whenever you like."),
    "bye": ("再见！", "Goodbye!"),
    "who": (
        (
            "我是引据，一个离线的问答程序：答案都是文章里的原话并注明出处，文章没说的就说没有。"
            "没有大语言模型替我写话。"
        ),
        (
            "I am Yinju, a question answering program that works offline: every answer is a quote"
            " from an article with its source, or a refusal. No large language model writes for me."
        ),
    ),
    "can": (
        (
            "用中文或英文问文章里的事：谁、什么时候、多少、哪些地方、为什么；也可以问有多少篇文章、"
            "最新的新闻、关于某事的报道。答案是原文的话，可以追问。"
        ),
        (
            "Ask in Chinese or English what the articles say: who, when, how many, which places,"
            " why; or how many articles there are, the latest news, the reports about something."
            " Answers are quotes, and you can follow up."
        ),
    ),
    "add": (
        (
            "把文章（文本、网页、PDF、Word、EPUB、表格、压缩包）放进文章文件夹，再运行 yinju"
            " update；yinju add 可以加单个文件或网址，yinju remove 删除。页面允许上传时，"
            "也可以在“文章”页添加。"
        ),
        (
            "Put articles (text, HTML, PDF, Word, EPUB, tables, archives) into the corpus folder"
            " and run `yinju update`; `yinju add` takes single files and addresses, `yinju remove`"
            " takes them out. Where the page allows uploads, its articles tab adds them too."
        ),
    ),
    "stop": ("好，停下了。想问时再问。", "All right, stopped. Ask again whenever you like."),
    "ok": ("好的。还有什么想问的？", "All right. What else would you like to know?"),
    "praise": ("谢谢！答案都是文章里的话。", "Thank you! The words are those of the articles."),
    "complaint": (
        (
            "抱歉没有帮上忙。换个说法、说出地点或时间再问一次，往往更好；点 [1] 可以看原文，"
            "答错了可以在页面上标出。"
        ),
        (
            "Sorry that it did not help. Naming the place or the time, or other words, often finds"
            " more; [1] opens the article, and on the page an answer can be marked as wrong."
        ),
    ),
    "chat": (
        "我只会在文章里找答案，聊天不在行。想知道文章里的什么，尽管问。",
        "I only find answers in the articles; chatting is not what I can do. Ask me what they say.",
    ),
    "other": (
        "这个我不会：我不翻译、写作、计算，也没有看法。我只在文章里找答案，引用原文。",
        (
            "That is not what I do: I do not translate, write, calculate or have opinions. I find"
            " answers in the articles and quote them."
        ),
    ),
}
# After these a few questions to try help; after thanks, goodbyes and the like they would not.
_TRY = frozenset(("hello", "who", "can", "other", "chat", "complaint"))


def talk_answer(snapshot: Snapshot, parsed: ParsedQuestion) -> Answer:
    """What is said to a message that is no question; ``parsed.talk`` says which kind it is."""
    lang = parsed.frame
    said = _SAID[parsed.talk][lang == "en"].format(n=f"{snapshot.n_articles:,}")
    if parsed.talk in _TRY and (asks := try_questions(snapshot, lang)):
        said += f"\nTry: {' / '.join(asks)}" if lang == "en" else f"\n可以问：{' / '.join(asks)}"
    return Answer(
        parsed.text,
        "en" if lang == "en" else "zh",
        "talk",
        in_script(said, lang),
        False,
        index_version=snapshot.version,
        traditional=lang == "zh-Hant",
    )


def try_questions(snapshot: Snapshot, lang: str) -> list[str]:
    """At most three questions that this index answers: about a title, a place and a month."""
    every = snapshot.columns.story >= 0
    asks = []
    if title := _title(snapshot, "en" if lang == "en" else "zh"):
        asks.append(f"What is said about “{title}”?" if lang == "en" else f"“{title}”说了什么？")
    if places := by_province(snapshot, every)[:1]:
        place = places[0][0]
        asks.append(
            f"How many articles mention {place.en}?"
            if lang == "en"
            else f"有多少篇文章提到{place.short}？"
        )
    if months := by_code(snapshot.date_codes, every, 7)[:1]:
        asks.append(
            f"What happened in {_month(months[0][0])}?"
            if lang == "en"
            else f"{months[0][0][:4]}年{int(months[0][0][5:7])}月有哪些新闻？"
        )
    return asks


def _title(snapshot: Snapshot, lang: str) -> str:
    """The title of the newest article in a language that has a short one; of 200 that are looked
    at.
    """
    newest = snapshot.catalogue.by_date[:200].tolist()
    for _, title, _, _, of, opening in snapshot.listed(newest, 100):
        found = heading(title, opening) if title.strip() else ""
        if found and of == lang and len(found) <= LONGEST_TITLE[lang]:
            return found
    return ""


def _month(month: str) -> str:
    """ "2023-06" as "June 2023"."""
    from calendar import month_name

    return f"{month_name[int(month[5:7])]} {month[:4]}"
