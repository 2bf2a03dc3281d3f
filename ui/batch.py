"""Many questions and their answers as one table, as HTML and as CSV."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from rag.answer.types import Answer
from rag.question_table import RESULTS, QuestionTable, TableWriter, failed, result
from rag.ui.asked import QuestionRequest
from rag.ui.filters import to_link
from rag.ui.markup import escape, lang_tag
from rag.ui.render import SIGNS
from rag.ui.texts import reader_date, text

MOST = 200
"""Questions at once; more are for the command line."""
QUOTE = 300
"""Characters of a quote in the table; it is whole in the CSV."""


@dataclass(frozen=True, slots=True)
class Run:
    """Questions, and what came of them so far.

    Attributes:
        sheet: the questions.
        cells: of each row that is done, as :func:`rag.question_table.result` gives them.
        stopped: whether the reader wanted no more.
    """

    sheet: QuestionTable = QuestionTable(("question",), (), 0)
    cells: tuple[Mapping[str, str], ...] = ()
    stopped: bool = False

    @property
    def done(self) -> bool:
        """Whether no more will come."""
        return self.stopped or len(self.cells) == len(self.sheet.rows)


def cells(answer: Answer | None, reason: str = "") -> dict[str, str]:
    """The cells of a row for an answer, or for why there is none."""
    if answer is None:
        return failed(reason)
    told = result(answer)
    return {**told, "lang": answer.citations[0].lang} if answer.citations else told


def as_csv(run: Run, lang: str) -> str:
    """The rows that are done."""
    writer = TableWriter(run.sheet, {name: text(lang, f"csv_{name}") for name in RESULTS})
    return writer.head() + "".join(
        writer.row(at, {**one, "grade": text(lang, f"grade_{one['grade']}")})
        for at, one in enumerate(run.cells)
    )


def progress(run: Run, lang: str) -> str:
    """How far it is, and in the end how it went."""
    total, at = len(run.sheet.rows), len(run.cells)
    if not total:
        return ""
    counts = Counter(one["grade"] for one in run.cells)
    if not run.done:
        words = text(lang, "batch_at", n=at + 1, total=total)
    elif run.stopped:
        words = text(lang, "batch_stopped", n=at, total=total)
    else:
        words = text(
            lang,
            "batch_done",
            total=total,
            **{grade: counts[grade] for grade in ("answered", "near", "nothing")},
        )
        words += text(lang, "batch_failed", n=counts["error"]) if counts["error"] else ""
    bar = (
        ""
        if run.done
        else f'<progress max="{total}" value="{at}" aria-label="{escape(words)}"></progress>'
    )
    return (
        f'<div class="yj-batch-state{"" if run.done else " yj-batch-busy"}"'
        f' lang="{lang_tag(lang)}"><p role="status">{escape(words)}</p>{bar}</div>'
    )


def table(run: Run, lang: str) -> str:
    """What came of each question; nothing before the first is answered."""
    if not run.cells:
        return ""
    names = ("batch_question", "batch_answer", "batch_quote", "batch_source")
    heads = "".join(f'<th scope="col">{escape(text(lang, name))}</th>' for name in names)
    rows = "".join(
        _row(question, one, lang)
        for question, one in zip(run.sheet.questions, run.cells, strict=False)
    )
    label = escape(text(lang, "batch_table"))
    return (
        f'<div class="yj-batch" tabindex="0" role="region" lang="{lang_tag(lang)}"'
        f' aria-label="{label}"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(question: str, one: Mapping[str, str], lang: str) -> str:
    grade, said = one["grade"], one.get("quote", "")
    link = to_link(QuestionRequest(question))
    opens = (
        f'<a href="{escape(link)}" target="_blank"'
        f' rel="noopener">{escape(text(lang, "batch_open"))}</a>'
        if link
        else ""
    )
    badge = (
        f'<span class="yj-grade yj-is-{grade}"><span aria-hidden="true">{SIGNS[grade]}</span>'
        f" {escape(text(lang, f'grade_{grade}'))}</span>"
    )
    answer = escape(_short(one.get("answer", "")))
    quote = (
        '<q class="yj-said"'
        f' lang="{lang_tag(one.get("lang", ""))}"><bdi>{escape(_short(said))}</bdi></q>'
        if said
        else ""
    )
    return (
        f'<tr><th scope="row"><bdi>{escape(_short(question))}</bdi><br>{opens}</th>'
        f"<td>{badge}<div><bdi>{answer}</bdi></div></td><td>{quote}</td><td>{_source(one, lang)}</td></tr>"
    )


def _source(one: Mapping[str, str], lang: str) -> str:
    title, url = one.get("title", ""), one.get("url", "")
    named = f"<bdi>{escape(title)}</bdi>" if title else ""
    if url.startswith(("https://", "http://")):
        named = (
            f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer'
            f' nofollow">{named or escape(text(lang, "original"))}</a>'
        )
    about = " · ".join(
        escape(part)
        for part in (one.get("source", ""), reader_date(one.get("date", ""), lang))
        if part
    )
    return f'{named}<span class="yj-detail">{about}</span>'


def _short(words: str) -> str:
    return words if len(words) <= QUOTE else words[:QUOTE] + "…"


def check(sheet: QuestionTable, lang: str) -> str:
    """Why a sheet is not asked; "" where it is."""
    return (
        text(lang, "batch_many", most=MOST, n=f"{len(sheet.rows):,}")
        if len(sheet.rows) > MOST
        else ""
    )


def notice(words: str, lang: str) -> str:
    """What the page says where there is no table."""
    return f'<p class="yj-notice" role="note" lang="{lang_tag(lang)}">{escape(words)}</p>'
