"""An answer written by a language model from the evidence, each sentence checked as it completes.

answer with evidence -> prompt -> model -> sentences with handles -> check -> the answer, written

Nothing is shown until a first sentence holds; from then on the text is shown as it streams, and a
sentence that does not hold is marked behind its last word. Where none holds, or the model fails,
the answer stays what it was without the model, with one line that says why.
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
from rag.corpus.language import UNKNOWN, detect_lang
from rag.writing.background import TICK_SECONDS, StreamPart, parts
from rag.writing.check import check
from rag.writing.handles import FinishedSentence, Sentences, numbers_of, unmarked
from rag.writing.help import CUT, Help
from rag.writing.models import ANSWER_TOKENS, ModelWriter
from rag.writing.problems import Failed, declines, mark, note, problem_of, voice
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

SENTENCES, LEAD_SENTENCES = 5, 2  # that an answer and the lead of a list have at most
FORMLESS = 3  # sentences without a handle after which no more is waited for
LONGEST = 1_000  # characters of a sentence, which no longer one is
SHORT = 12  # characters below which no language is told
FILTERED = ("content_filter", "refusal")
SIGN = "⚠"


def is_written(answer: Answer) -> bool:
    """Whether a model is asked to write: not for refusals, talk, and what is told of the corpus."""
    own = answer.refused or answer.kind in ("talk", "corpus")
    return not own and bool(answer.citations and answer.rows)


def write(
    writer: ModelWriter, answer: Answer, help: Help = Help()
) -> Iterator[Writing | str | Answer]:
    """The answer as a model writes it: pieces that joined are its text, and the answer, last.

    Nothing is raised for what a model does. Whoever closes the iterator ends the request at once.

    Args:
        writer: the model.
        answer: one for which :func:`is_written` is true.
        help: what was asked of the model for it before: its time and tokens count, too.
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
        held: pieces that wait for a sentence that holds.
        shown: whether one has held, so that pieces are shown as they come.
        open: the sentence that is under way, as far as it has come.
        finish: why the model ended, in its server's words.
        done: whether the model need write no more.
    """

    writer: ModelWriter
    answer: Answer
    prompt: Prompt
    help: Help
    began: float = field(default_factory=time.monotonic)
    sentences: list[WrittenSentence] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    shown: bool = False
    open: str = ""
    done: bool = False
    written: int = 0
    told: int = 0
    finish: str = ""
    problem: str = ""

    def events(self) -> Iterator[Writing | str]:
        """What the model writes, while it does; how it went is told by ``problem``."""
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
                yield from self._taken(text.end(cut=self.finish in CUT))
        except Exception as error:
            self.problem = problem_of(error, began)
            if not isinstance(error, Failed):  # its message may repeat a key
                log.info("%s: %s (%s)", self.writer.name, self.problem, type(error).__name__)
        yield from self._left_open()
        if not self.problem and not any(one.supported for one in self.sentences):
            self.problem = "unsupported" if self.sentences else "empty"

    def _parts(self) -> Generator[StreamPart | None, None, None]:
        """What the model sends, with a None at times, also where what comes is not shown."""
        messages = messages_of(self.prompt.rules, *self.prompt.example, self.prompt.user)
        deadline = self.began + self.writer.seconds - self.help.seconds
        coming = parts(self.writer.model, messages, deadline)
        ticked = self.began
        with closing(coming):
            for part in coming:
                if part is not None:
                    self.told += part.tokens
                    self.written += tokens_of(part.text)
                    self.finish = part.finish or self.finish
                    if self.written > 2 * ANSWER_TOKENS:
                        raise Failed("endless")
                    yield part
                if part is None or time.monotonic() - ticked > TICK_SECONDS:
                    ticked = time.monotonic()
                    yield None

    def _taken(self, pieces: list[str]) -> Iterator[str]:
        """The pieces, as far as they are to be shown, with the marks of sentences."""
        for piece in pieces:
            if self.done:
                return
            if isinstance(piece, FinishedSentence):
                yield from self._put(self._checked(piece))
                self._weigh()
                continue
            joined = self._joint() + piece
            self.open += piece
            if len(self.open) > LONGEST:
                raise Failed("endless")
            if self.shown:
                yield joined
            else:
                self.held.append(joined)

    def _joint(self) -> str:
        """What stands between two sentences."""
        between = " " if self.answer.lang == "en" else ""
        return between if self.sentences and not self.open else ""

    def _put(self, sentence: WrittenSentence) -> Iterator[str]:
        self.sentences.append(sentence)
        self.open = ""
        if sentence.why:
            frame = " ({} {})" if self.answer.lang == "en" else "（{} {}）"
            self.held.append(frame.format(SIGN, sentence.why))
        if self.shown or sentence.supported:
            self.shown = True
            yield from filter(None, self.held)
            self.held = []

    @property
    def _voice(self) -> str:
        return voice(self.answer.lang, self.answer.traditional)

    def _checked(self, whole: str) -> WrittenSentence:
        """A sentence with its verdict. Raises Failed where no further one need be waited for."""
        text, numbers = unmarked(whole), numbers_of(whole)

        def marked(kind: str, words: tuple[str, ...] = ()) -> WrittenSentence:
            return WrittenSentence(text, numbers, False, words, mark(kind, self._voice, words))

        if any(one.text == text for one in self.sentences):
            self.done = True
            return marked("again")
        lang = detect_lang(text) if len(text) >= SHORT else UNKNOWN
        if lang not in (self.answer.lang, UNKNOWN):
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
            # A fault of the check is no fault of the model, and takes no evidence away.
            log.exception("a sentence could not be checked")
            return marked("unchecked")
        if verdict.supported:
            return WrittenSentence(text, numbers, True)
        return marked("words" if verdict.unsupported else "unsaid", verdict.unsupported)

    def _weigh(self) -> None:
        """Ends the writing where it is long enough. Raises Failed where more would be no better."""
        most = LEAD_SENTENCES if is_list(self.answer) else SENTENCES
        self.done = self.done or len(self.sentences) >= most
        formless = not any(one.citations for one in self.sentences)
        if not self.done and formless and len(self.sentences) >= FORMLESS:
            raise Failed("form")

    def _ended(self) -> None:
        """Raises Failed where the stream ended without its end."""
        if self.writer.finishes and not self.finish:
            raise Failed("broken")
        if self.finish in FILTERED:
            raise Failed("declined")
        if self.finish in CUT:
            self.problem = "endless"

    def _left_open(self) -> Iterator[str]:
        """The end of a sentence of which the beginning is shown already and no more comes."""
        if self.shown and self.open:
            text, numbers = unmarked(self.open) + "…", numbers_of(self.open)
            yield "…"
            yield from self._put(WrittenSentence(text, numbers, why=mark("cut", self._voice)))
        self.held = []

    def rest(self) -> Iterator[str]:
        """What follows the model's sentences: the lines of a list, all evidence after a problem."""
        if self.problem or is_list(self.answer):
            yield ("\n" if self.shown else "") + self.answer.text
        if line := self._note():
            yield f"\n{line}"

    def _note(self) -> str:
        return note(self.problem, self._voice, self.writer.seconds) if self.problem else ""

    def answered(self, text: str) -> Answer:
        """The answer with this text, and what was written."""
        ms = round((time.monotonic() - self.began) * 1000, 2)
        tokens = self.told or self.prompt.tokens + self.written
        written = Written(
            tuple(self.sentences),
            self.writer.name,
            tokens + self.help.tokens,
            bool(self.told) and self.help.counted,
            self.problem,
            self._note(),
            ms,
        )
        whole = round(self.answer.ms + ms, 2)
        return dataclasses.replace(self.answer, text=text, written=written, ms=whole)
