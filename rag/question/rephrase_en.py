"""Words put into a whole English question, where those of the same kind stood."""

from __future__ import annotations

import re

from rag.corpus.places import Place
from rag.question.asking import THINGS, Ask, asking, is_bare
from rag.question.whole import Whole, asks_below, taken_apart

_AUX = r"(?:is|are|was|were|did|do|does|has|have|had|will|would|can|could|should)"
_PREP = r"(?:in|at|on|for|from|during|of|by|within|to|near)"
_AUX_FIRST = re.compile(rf"{_AUX}\b", re.I)
_NOUN_AUX = re.compile(
    rf"(?P<noun>(?:the )?(?:(?!{_AUX}\b|{_PREP}\b|(?:that|who|which|the"
    rf"|an?)\b)[\w'’-]+ ){{0,3}})(?P<aux>{_AUX}) (?P<rest>.+)", re.I
)
_SUBJECT = re.compile(
    r"(?:the|an?|its?|their|his|her|this|that|these|those|there|they|he|she|you|we|[A-Z][\w'’-]*)\b"
)
_BEFORE = re.compile(rf"(?:^|\s){_PREP} $", re.I)
_WITH_TIME = re.compile(
    rf"(?:{_PREP}|since|until|till|before|after|between|last|this|next|past|yesterday|today"
    rf"|tomorrow)\b", re.I
)
_MONTH = re.compile(
    r"(?:in |on )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?: \d{1,2})?$", re.I
)
_VERB = re.compile(
    r"^\s*(?:\w+ )*?(?:\w+ed|held|hold|won|win|built|build|took|take|made|make|saw|see"
    rf"|ran|run|sent|send|sold|sell|{_PREP}) ", re.I
)
_COLON = re.compile(r"(?P<context>.+): (?P<asks>[^:]+)")
_PLURAL = {"was": "were", "is": "are", "has": "have", "does": "do"}


def place(text: str, words: str, places: tuple[Place, ...], keep: bool) -> str:
    """Another place; ``keep`` where the words that ask are not to be answered by it."""
    whole = taken_apart(text)
    body, ask = whole.body, whole.ask
    if whole.groups:
        start, end = whole.groups[0]
        return _question(f"{body[:start]}{words}{body[end:]}")
    if ask and ask.kind == "places" and not keep and not asks_below(ask, places):
        rest = body[ask.end :].strip()
        if _AUX_FIRST.match(rest):
            return _question(f"{rest} in {words}")
        return _question(f"{body[: ask.start]}{words} {rest}")
    return _at_end(body, f"in {words}")


def time(text: str, words: str) -> str:
    """Another time."""
    whole = taken_apart(text)
    body, ask = whole.body, whole.ask
    words = words if _WITH_TIME.match(words) else f"in {words}"
    if whole.times:
        start, end = whole.times[0][0], whole.times[-1][1]
        year = re.search(r"(?<!\d)[12]\d{3}(?!\d)", body[start:end])
        if year and _MONTH.match(words):  # "in June" after "in May 2023"
            words = f"{words} {year[0]}"
        if before := re.search(r"(?:in|on|during|of) $", body[:start], re.I):
            start = before.start()
        return _question(f"{body[:start]}{words}{body[end:]}")
    if ask and ask.kind == "date" and _AUX_FIRST.match(rest := body[ask.end :].strip()):
        return _at_end(rest, words)
    return _at_end(body, words)


def ask(text: str, words: str) -> str:
    """Other words that ask."""
    new = asking(words)[0]
    whole = taken_apart(text)
    body, old = whole.body, whole.ask
    if found := _COLON.fullmatch(body):
        return _question(f"{found['context']}: {_small(words)}")
    if old and is_bare(words):
        which = new.kind == "which"
        if which and old.kind in (*THINGS, "which", "what") or not which and old.kind == "number":
            return _question(body)
        if old.core < old.end or old.kind in ("number", "which", "what"):
            words = words.removesuffix(" ones").removesuffix(" one")
            return _question(f"{body[: old.start]}{words}{body[old.core :]}")
    after = body[_rest(old) :].strip() if old else ""
    if old and old.kind != "number" and _rest(old) < old.end:
        after = f"the {after}"
    if new.adverb:
        if old is None:
            asks = _AUX_FIRST.match(body)
            return _question(f"{words} {_small(body)}") if asks else behind(text, words)
        if old.adverb:
            return _question(f"{words} {after}")
        found = _NOUN_AUX.fullmatch(after)
        if found and _SUBJECT.match(found["rest"]):  # "What drills did Sichuan hold": an object
            return _question(f"{words} {found['aux']} {found['rest']} {found['noun']}")
        if found and not found["noun"]:  # "Who was injured"
            aux = _PLURAL.get(found["aux"], found["aux"])
            return _question(f"{words} was it that they {aux} {found['rest']}")
        if old.start == 0 and after:
            they = "they " if _rest(old) == old.end and old.kind != "number" else ""
            return _question(f"{words} was it that {they}{after}")
        return behind(text, words)
    persons = new.kind == "number" and old and old.kind == "person"
    fits = old and old.kind in THINGS and (new.kind in THINGS or persons)
    if fits and old.start == 0 and not _NOUN_AUX.fullmatch(body[old.end :].strip()):
        return _question(f"{words}{body[old.end :]}")
    return _question(body) if new.kind == "which" else behind(text, words)


def behind(text: str, words: str) -> str:
    """What the question is about, then the words."""
    return _question(f"{context(taken_apart(text))}: {_small(words)}")


def topic(text: str, words: str, parallel: bool) -> str:
    """Another thing that is asked about; "" where ``parallel`` and nothing like it stands there."""
    whole = taken_apart(text)
    body, old = whole.body, whole.ask
    head = re.escape(re.sub(r"(?:es|s)$", "", words.split()[-1]))
    slots = [*whole.groups, *whole.times, *([(old.start, old.end)] if old else [])]
    like = rf"(?<!\w)(?:(?:the|an?) )?(?:[\w-]+ ){{0,3}}?{head}(?:es|s)?(?!\w)"
    for match in reversed(list(re.finditer(like, body, re.I))):
        start = max([match.start(), *(b for _, b in slots if b <= match.end())])
        if not any(a < match.end() <= b for a, b in slots):
            phrase = body[start : match.end()]
            # From the article on, else from the verb that most such questions have before it.
            article = rf"(?:^|\s)((?:the|an?) (?:[\w-]+ ){{0,3}})?(?<!\w){head}\w*$"
            cut, verb = re.search(article, phrase, re.I), _VERB.search(phrase)
            begin = cut.start(1) if cut and cut[1] else len(phrase) - len(phrase.lstrip())
            begin = start + (verb.end() if verb else begin)
            return _question(f"{body[:begin]}{words}{body[match.end() :]}")
    if parallel:
        return ""
    things = re.finditer(rf"(?<!\w)(?:the|an?) (?:(?!{_PREP}\b)[\w'’-]+ ?)+", body, re.I)
    objects = [m for m in things if all(m.start() >= b or m.end() <= a for a, b in slots)]
    if objects and not _NOUN_AUX.search(body):
        last = objects[-1]
        return _question(f"{body[: last.start()]}{words} {body[last.end() :]}")
    return _question(f"{words}: {_small(body[old.start : old.end])}") if old else _question(words)


def context(whole: Whole) -> str:
    """What a question is about, without the words that ask."""
    body, old = whole.body, whole.ask
    if found := _COLON.fullmatch(body):
        return found["context"]
    if old:
        body = f"{_BEFORE.sub(' ', body[: old.start])}{body[_rest(old) :]}"
    body = re.sub(r"^\s*was it that (?:they )?", "", body)
    found = _NOUN_AUX.fullmatch(body.strip())
    return " ".join((f"{found['rest']} {found['noun']}" if found and _SUBJECT.match(found["rest"])
                     else _AUX_FIRST.sub("", body.strip())).split())


def subject(whole: Whole) -> str:
    """The one thing or person that a question calls by name, or ""."""
    things = [match for match in re.finditer(r"(?:\b[Tt]he )?\b[A-Z][\w'’-]*(?:(?: of"
                                             r"| the)* "
                                             r"[A-Z][\w'’-]*)*", whole.body) if match.start() > 0]
    taken = [*whole.times, *([(whole.ask.start, whole.ask.end)] if whole.ask else [])]
    things = [
        m for m in things if not any(a < m.end() and m.start() < b
                                     for a, b in (*taken, *whole.groups)) or _names_more(m, whole)
    ]
    return things[0][0] if len(things) == 1 else ""


def _names_more(match: re.Match[str], whole: Whole) -> bool:
    """Whether a name holds more than the name of a place: the Chengdu Museum."""
    return any(match.start() <= a and b <= match.end() and (a, b) != (match.start(), match.end())
               for a, b in whole.groups)


def _rest(old: Ask) -> int:
    """Where the words begin that stay when the old ones no longer ask: "hospital" of "which
    hospital" tells what is sought.
    """
    return old.core if old.kind in ("organisation", "document", "person", "number") else old.end


def _at_end(body: str, words: str) -> str:
    if found := _COLON.fullmatch(body):
        return _question(f"{found['context']} {words}: {found['asks']}")
    return _question(f"{body} {words}")


def _small(words: str) -> str:
    """A first word that is no name, with a small letter."""
    first = words.split(" ")[0]
    asks = first.istitle() and re.fullmatch(rf"{_AUX}|when|where|why|how|who|whom|which|what|it"
                                            rf"|they|he|she|their|its", first, re.I)
    return words[0].lower() + words[1:] if asks else words


def _question(words: str) -> str:
    words = re.sub(r"[?？.!\s]+$", "", " ".join(words.split())).strip(" ,")
    return f"{words[:1].upper()}{words[1:]}?"
