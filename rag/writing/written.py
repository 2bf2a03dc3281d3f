"""Has a language model write an answer from the evidence, and checks each complete sentence.

answer with evidence -> prompt -> model -> sentences with handles -> check -> written answer

Nothing is shown until the check supports a sentence. From then on the text is shown as it streams,
and an unsupported sentence gets a mark after its last word. If no sentence is supported, or the
model fails, the answer is the evidence as without a model, with a line that says why.
"""

from __future__ import annotations

import dataclasses
import itertools
import logging
import time
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field

from rag.answer.events import Writing
from rag.answer.types import Answer, Written, WrittenSentence
from rag.corpus.language import UNKNOWN_LANGUAGE, detect_lang
from rag.plain import voice
from rag.writing.background import TICK_SECONDS, StreamPart, parts
from rag.writing.check import check
from rag.writing.handles import FinishedSentence, Sentences, numbers_of, unmarked
from rag.writing.help import CUT_OFF_REASONS, Help
from rag.writing.models import ANSWER_TOKENS, ModelWriter
from rag.writing.problems import Failed, declines, mark, note, problem_of
from rag.writing.prompt import (
    Prompt,
    evidence_of,
    is_list,
    messages_of,
    prompt_of,
    table_of,
    tokens_of,
)

log = logging.getLogger("rag.writing")

_MAX_SENTENCES, _MAX_LEAD_SENTENCES = 5, 2  # at most, in an answer and in the lead of a list
_MAX_UNCITED_SENTENCES = 3  # sentences without a handle after which the model is stopped
_MAX_SENTENCE_CHARACTERS = 1_000  # maximum characters of a sentence
_MIN_DETECTED_CHARACTERS = 12  # characters below which the language of a sentence is not detected
_REFUSAL_REASONS = ("content_filter", "refusal")  # finish reasons of providers for a refusal
_WARNING_SIGN = "⚠"  # begins the mark after an unsupported sentence


def is_written(answer: Answer) -> bool:
    """Whether a model may write this answer: no refusal, small talk or fact about the corpus."""
    excluded = answer.refused or answer.kind in ("talk", "corpus")
    return not excluded and bool(answer.citations and answer.rows)


def write(
    writer: ModelWriter, answer: Answer, help: Help = Help()
) -> Iterator[Writing | str | Answer]:
    """Streams the answer as a model writes it.

    Yields Writing while the model is busy, the pieces of the text as strings, and last the answer,
    whose text is the joined pieces. A failure of the model raises nothing. Closing the iterator
    ends the request at once.

    Args:
        writer: the model.
        answer: an answer for which :func:`is_written` is true.
        help: the wordings that the model proposed before; their time and tokens are added.
    """
    draft, text = _Draft(writer, answer, prompt_of(answer), help), ""
    yield Writing(writer.name, 0)
    for event in itertools.chain(draft.events(), draft.rest()):
        text += event if isinstance(event, str) else ""
        yield event
    yield draft.answered(text)


@dataclass(slots=True, eq=False)
class _Draft:
    """What a model has written so far.

    Attributes:
        began: time of the start, by :func:`time.monotonic`.
        sentences: the complete sentences, with their verdicts.
        held_back: pieces that are held back until a sentence is supported.
        shown: whether a sentence was supported, so that pieces are now shown as they arrive.
        open: the text so far of the sentence that is not complete yet.
        done: whether the text is long enough, or repeats itself, so that reading stops.
        written: tokens written so far, as an upper estimate.
        reported_tokens: tokens of the whole request as the server reports them, else 0.
        finish: the finish reason, in the server's words.
        problem: "" or what went wrong, a key of ``rag.writing.problems.PROBLEMS``.
    """

    writer: ModelWriter
    answer: Answer
    prompt: Prompt
    help: Help
    began: float = field(default_factory=time.monotonic)
    sentences: list[WrittenSentence] = field(default_factory=list)
    held_back: list[str] = field(default_factory=list)
    shown: bool = False
    open: str = ""
    done: bool = False
    written: int = 0
    reported_tokens: int = 0
    finish: str = ""
    problem: str = ""

    def events(self) -> Iterator[Writing | str]:
        """Streams what the model writes; afterwards ``problem`` says whether it failed."""
        text = Sentences(self.prompt.handles)
        began = False
        try:
            with closing(self._parts()) as coming:
                for part in coming:
                    began = began or bool(part and part.text)
                    if part is None:
                        yield Writing(self.writer.name, len(self.sentences))
                    else:
                        yield from self._taken(text.feed(part.text))
                    if self.done or text.over:
                        break
            if not self.done:
                if not text.over:
                    self._ended()
                yield from self._taken(text.end(cut=self.finish in CUT_OFF_REASONS))
        except Exception as error:
            self.problem = problem_of(error, began)
            if not isinstance(error, Failed):  # the message is not logged, as it may repeat a key
                log.info("%s: %s (%s)", self.writer.name, self.problem, type(error).__name__)
        yield from self._left_open()
        if not self.problem and not any(one.supported for one in self.sentences):
            self.problem = "unsupported" if self.sentences else "empty"

    def _parts(self) -> Generator[StreamPart | None, None, None]:
        """Streams the parts that the model sends, and a None about every ``TICK_SECONDS``.

        The Nones also come between parts, so that progress shows while pieces are held back.
        """
        messages = messages_of(self.prompt.rules, *self.prompt.example, self.prompt.user)
        deadline = self.began + self.writer.seconds - self.help.seconds
        coming = parts(self.writer.model, messages, deadline)
        ticked = self.began
        with closing(coming):
            for part in coming:
                if part is not None:
                    self.reported_tokens += part.tokens
                    self.written += tokens_of(part.text)
                    self.finish = part.finish or self.finish
                    if self.written > 2 * ANSWER_TOKENS:
                        raise Failed("endless")
                    yield part
                if part is None or time.monotonic() - ticked > TICK_SECONDS:
                    ticked = time.monotonic()
                    yield None

    def _taken(self, pieces: list[str]) -> Iterator[str]:
        """Takes in pieces and finished sentences, and yields the pieces and marks to show now."""
        for piece in pieces:
            if self.done:
                return
            if isinstance(piece, FinishedSentence):
                yield from self._put(self._checked(piece))
                self._weigh()
                continue
            joined = self._joint() + piece
            self.open += piece
            if len(self.open) > _MAX_SENTENCE_CHARACTERS:
                raise Failed("endless")
            if self.shown:
                yield joined
            else:
                self.held_back.append(joined)

    def _joint(self) -> str:
        """Returns what separates the next piece from the sentence before it, if it begins one."""
        between = " " if self.answer.lang == "en" else ""
        return between if self.sentences and not self.open else ""

    def _put(self, sentence: WrittenSentence) -> Iterator[str]:
        """Adds a sentence with its mark, and yields what was held back if it may be shown."""
        self.sentences.append(sentence)
        self.open = ""
        if sentence.why:
            frame = " ({} {})" if self.answer.lang == "en" else "（{} {}）"
            self.held_back.append(frame.format(_WARNING_SIGN, sentence.why))
        if self.shown or sentence.supported:
            self.shown = True
            yield from filter(None, self.held_back)
            self.held_back = []

    def _checked(self, whole: str) -> WrittenSentence:
        """Returns a sentence with its verdict.

        Raises Failed if nothing is shown yet and the sentence is in another language or declines.
        """
        text, numbers = unmarked(whole), numbers_of(whole)

        def marked(kind: str, words: tuple[str, ...] = ()) -> WrittenSentence:
            return WrittenSentence(
                text, numbers, False, words, mark(kind, voice(self.answer), words)
            )

        if any(one.text == text for one in self.sentences):
            self.done = True
            return marked("again")
        lang = detect_lang(text) if len(text) >= _MIN_DETECTED_CHARACTERS else UNKNOWN_LANGUAGE
        if lang not in (self.answer.lang, UNKNOWN_LANGUAGE):
            if not self.shown:
                raise Failed("language")
            return marked("language")
        if not numbers:
            if declines(text) and not self.shown:
                raise Failed("declined")
            return marked("uncited")
        if self.prompt.echoes(text):
            return marked("echo")
        cited = [self.answer.citations[number - 1] for number in numbers]
        evidence = [one for citation in cited for one in evidence_of(citation)]
        try:
            verdict = check(text, [*evidence, *table_of(self.answer)])
        except Exception:
            # An error of the check must not count as a failure of the model: mark, and go on.
            log.exception("a sentence could not be checked")
            return marked("unchecked")
        if verdict.supported:
            return WrittenSentence(text, numbers, True)
        return marked("words" if verdict.unsupported else "unsaid", verdict.unsupported)

    def _weigh(self) -> None:
        """Sets ``done`` if there are enough sentences.

        Raises Failed if there are ``_MAX_UNCITED_SENTENCES`` sentences and none cites a quote.
        """
        most = _MAX_LEAD_SENTENCES if is_list(self.answer) else _MAX_SENTENCES
        self.done = self.done or len(self.sentences) >= most
        formless = not any(one.citations for one in self.sentences)
        if not self.done and formless and len(self.sentences) >= _MAX_UNCITED_SENTENCES:
            raise Failed("form")

    def _ended(self) -> None:
        """Evaluates the finish reason at the end of the stream.

        Raises Failed if the stream broke off or the provider refused. Sets ``problem`` if the text
        was cut at the limit of tokens.
        """
        if self.writer.finishes and not self.finish:
            raise Failed("broken")
        if self.finish in _REFUSAL_REASONS:
            raise Failed("declined")
        if self.finish in CUT_OFF_REASONS:
            self.problem = "endless"

    def _left_open(self) -> Iterator[str]:
        """Ends a shown but incomplete sentence with "…" and a mark, as no more text comes."""
        if self.shown and self.open:
            text, numbers = unmarked(self.open) + "…", numbers_of(self.open)
            yield "…"
            yield from self._put(
                WrittenSentence(text, numbers, why=mark("cut", voice(self.answer)))
            )
        self.held_back = []

    def rest(self) -> Iterator[str]:
        """Yields the end of the text: a list's lines, or after a problem the evidence and why."""
        if self.problem or is_list(self.answer):
            yield ("\n" if self.shown else "") + self.answer.text
        if line := self._note():
            yield f"\n{line}"

    def _note(self) -> str:
        return note(self.problem, voice(self.answer), self.writer.seconds) if self.problem else ""

    def answered(self, text: str) -> Answer:
        """Returns the answer with this text and a record of what the model wrote."""
        ms = round((time.monotonic() - self.began) * 1000, 2)
        tokens = self.help.tokens + (self.reported_tokens or self.prompt.tokens + self.written)
        counted = bool(self.reported_tokens) and self.help.counted
        written = Written(
            tuple(self.sentences), self.writer.name, tokens, counted, self.problem, self._note(), ms
        )
        whole = round(self.answer.ms + ms, 2)
        return dataclasses.replace(self.answer, text=text, written=written, ms=whole)
