"""Names the ways in which a language model can fail, with the messages that users see.

The messages are fixed: they never repeat text of the model or of its client.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.question.script import in_script

PROBLEMS = {
    "time": ("took longer than {seconds:g} s", "超过 {seconds:g} 秒没有写完"),
    "rate": ("is asked too much at the moment", "目前请求过多，拒绝了这次请求"),
    "key": ("did not accept the key", "没有接受密钥"),
    "unreachable": ("could not be reached", "无法连接"),
    "failed": ("failed", "出错了"),
    "broken": ("broke off", "中途断开了"),
    "empty": ("wrote nothing", "什么也没有写"),
    "endless": ("came to no end", "没有写到头"),
    "language": ("wrote in another language", "用了另一种语言"),
    "declined": ("declined to answer", "拒绝作答"),
    "form": ("named no quotes for what it wrote", "写的话没有注明引文"),
    "unsupported": ("wrote no sentence that the quotes bear out", "写的话没有一句有引文支持"),
}
"""What the model did, by the name of the problem, in English and Chinese."""
# The line that stands below the evidence when the model failed, in English and Chinese.
_NOTE = (
    "(The language model {reason}: this is the evidence itself.)",
    "（语言模型{reason}，这里给出的是依据本身。）",
)
# Why a sentence of the model is marked, in English and Chinese.
_MARKS = {
    "words": ("not in the quotes: {words}", "引文中没有：{words}"),
    "unsaid": ("the quotes do not say this", "引文没有这样说"),
    "uncited": ("names no quote", "没有注明引文"),
    "language": ("in another language", "用了另一种语言"),
    "unchecked": ("could not be checked", "未能核对"),
    "echo": ("repeats what the model was told", "只是重复了给模型的话"),
    "again": ("said before", "重复了前面的话"),
    "cut": ("broken off here", "到此中断"),
}
_DECLINES = re.compile(
    r"\b(?:I'?m sorry|I am sorry|I apologi[sz]e|I (?:can(?:no|')t|am (?:not able|unable)|won't)"
    r"|as an AI|as a language model)\b|抱歉|对不起|對不起|作为(?:一个|一名)?(?:AI|人工智能|语言模型)"
    r"|我(?:无法|不能|無法|没有办法)",
    re.I,
)


class Failed(Exception):
    """A language model did not do what it was asked; ``name`` is a key of PROBLEMS."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)


def note(problem: str, lang: str, seconds: float) -> str:
    """Returns the line that says why the answer is only the evidence.

    Args:
        problem: a key of PROBLEMS.
        lang: "en", "zh" or :data:`rag.question.script.HANT`.
        seconds: the time limit, which the message of "time" names.
    """
    at = 0 if lang == "en" else 1
    reason = PROBLEMS[problem][at].format(seconds=seconds)
    return in_script(_NOTE[at].format(reason=reason), lang)


def mark(kind: str, lang: str, words: Iterable[str] = ()) -> str:
    """Returns the reason why a sentence is marked, in the question's language.

    Args:
        kind: a key of ``_MARKS``.
        lang: as in :func:`note`.
        words: the unsupported words, which the reason of "words" repeats unchanged.
    """
    reason = in_script(_MARKS[kind][0 if lang == "en" else 1], lang)
    return reason.format(words=(", " if lang == "en" else "、").join(words))


def declines(sentence: str) -> bool:
    """Whether a sentence is a refusal or an apology of the model."""
    return bool(_DECLINES.search(sentence))


def problem_of(error: BaseException, began: bool) -> str:
    """Returns the key of PROBLEMS for an exception that a model's client raised.

    Each client library has its own error classes, so errors are recognised by status code and class
    name. Their messages are neither read nor shown, because they may repeat an API key.

    Args:
        error: the exception.
        began: whether the model had already sent some text.
    """
    if isinstance(error, Failed):
        return error.name
    status = getattr(error, "status_code", None)
    if status in (401, 403):
        return "key"
    if status == 429:
        return "rate"
    names = " ".join(one.__name__ for one in type(error).__mro__)
    if isinstance(error, TimeoutError) or "Timeout" in names:
        return "time"
    if began:
        return "broken"
    if isinstance(error, ConnectionError) or "Connect" in names:
        return "unreachable"
    return "failed"
