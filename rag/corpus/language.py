"""Detects the language of a text by its script, and for Latin script by its small words.

Small words are short and frequent, such as "the" and "les".
"""

from __future__ import annotations

import re

from rag.corpus.tables import words_of

UNKNOWN_LANGUAGE = "other"

# characters at the head of a text that are examined
_SAMPLE = 4000
_SCRIPTS = {
    "ko": re.compile("[\uac00-\ud7af\u1100-\u11ff]"),
    "ru": re.compile("[\u0400-\u04ff]"),
    "ar": re.compile("[\u0600-\u06ff]"),
    "he": re.compile("[\u0590-\u05ff]"),
    "el": re.compile("[\u0370-\u03ff]"),
    "th": re.compile("[\u0e00-\u0e7f]"),
    "hi": re.compile("[\u0900-\u097f]"),
}
_ANY_SCRIPT = re.compile("|".join(one.pattern for one in _SCRIPTS.values()))
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]+")
_KANA = re.compile("[\u3040-\u30ff\u31f0-\u31ff]+")
_LATIN_WORD = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+")
_SMALL_WORDS = {code: frozenset(words) for code, words in words_of("small_words.tsv").items()}
LATIN_LANGUAGES = frozenset(_SMALL_WORDS)  # languages of Latin script, recognised by small words


def detect_lang(text: str) -> str:
    """ISO 639-1 code of the language of most of the text, or "other" for a text without letters.

    By script: zh (simplified and traditional), ja, ko, ru (any Cyrillic), ar, he, el, th, hi. Latin
    script is "en" unless small words of fr, de, es, it, pt or nl are more frequent. So a few
    English keywords are "en". Only the first 4,000 characters are examined.
    """
    sample = text[:_SAMPLE]
    counts = {}
    if _ANY_SCRIPT.search(sample):  # few texts contain any, and each count scans the whole sample
        counts = {code: len(pattern.findall(sample)) for code, pattern in _SCRIPTS.items()}
    words = [word.lower() for word in _LATIN_WORD.findall(sample)]
    han, kana = (sum(map(len, script.findall(sample))) for script in (_HAN, _KANA))
    counts["ja" if kana * 12 > han + kana else "zh"] = han + kana
    # A Latin word counts as much as four letters of an alphabet, or two Chinese characters.
    weights = {
        code: count / (2 if code in ("zh", "ja", "ko") else 4) for code, count in counts.items()
    }
    best = max(weights, key=lambda code: weights[code])
    # Chinese texts often contain names, units and brands in Latin letters, so half the weight is
    # enough for the script that is not Latin.
    if weights[best] and weights[best] * 2 >= len(words):
        return best
    return _latin(words) if words else UNKNOWN_LANGUAGE


def _latin(words: list[str]) -> str:
    """The language of Latin words whose small words are most frequent; "en" in doubt."""
    hits = {code: sum(word in known for word in words) for code, known in _SMALL_WORDS.items()}
    best = max(hits, key=lambda code: hits[code])
    return best if hits[best] >= 2 and hits[best] > hits["en"] else "en"
