"""Words of the corpus tab, in Chinese and English; both languages hold the same keys."""

from __future__ import annotations

TEXTS: dict[str, dict[str, str]] = {
    "zh": {
        "tab_corpus": "文章库",
    },
    "en": {
        "tab_corpus": "Corpus",
    },
}
