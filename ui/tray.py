"""Dialogs that the page's script opens: the clippings, and the keys. Both stand empty or whole in
the page's language.
"""

from __future__ import annotations

from rag.ui.markup import escape, lang_tag
from rag.ui.texts import text

KEYS = (
    ("/", "ask"),
    ("j", "next"),
    ("k", "previous"),
    ("o", "read"),
    ("p", "pin"),
    ("?", "help"),
    ("Esc", "escape"),
)
MOST = 100
"""Quotes that are pinned at once."""


def tray(lang: str) -> str:
    """The controls in the head of the page and the dialogs that they open."""
    opener = (
        '<button type="button" class="yj-do yj-tray" data-do="clips" aria-haspopup="dialog"'
        f' data-label="{escape(text(lang, "clips_n", n="%"))}">'
        f"{escape(text(lang, 'clips'))}</button>"
    )
    keys = escape(text(lang, "keys_open"))
    help_ = (
        '<button type="button" class="yj-do yj-tray yj-help" data-do="keys" aria-haspopup="dialog"'
        f' aria-label="{keys}" title="{keys}">?</button>'
    )
    return (
        '<div class="yj-trays"'
        f' lang="{lang_tag(lang)}">{opener}{help_}{_clips(lang)}{_keys(lang)}</div>'
    )


def _clips(lang: str) -> str:
    tools = "".join(
        '<button type="button" class="yj-do"'
        f' data-do="clips-{name}">{escape(text(lang, f"clips_{name}"))}</button>'
        for name in ("copy", "md", "docx", "clear")
    )
    # One clipping, which the script copies for each; its texts are put in as text.
    moves = "".join(
        f'<button type="button" class="yj-do" data-do="clip-{name}"'
        f' aria-label="{escape(text(lang, f"clip_{name}"))}"'
        f' title="{escape(text(lang, f"clip_{name}"))}">{sign}</button>'
        for name, sign in (("up", "↑"), ("down", "↓"), ("remove", "×"))
    )
    one = (
        '<template class="yj-clip"><li><blockquote class="yj-evidence"></blockquote><p'
        f' class="yj-meta"></p><div class="yj-actions">{moves}</div></li></template>'
    )
    words = " ".join(
        f'data-{name}="{escape(text(lang, key, **values))}"'
        for name, key, values in (
            ("failed", "clips_failed", {"why": "%"}),
            ("full", "clips_full", {"most": MOST}),
            ("lost", "clip_lost", {}),
        )
    )
    return (
        '<dialog id="yj-clips" class="yj-dialog" aria-labelledby="yj-clips-title"'
        f' data-lang="{lang_tag(lang)[:2]}" data-most="{MOST}" {words}><div'
        ' class="yj-dialog-top"><h2'
        f' id="yj-clips-title">{escape(text(lang, "clips"))}</h2>{_close(lang)}</div><p'
        f' class="yj-hint">{escape(text(lang, "clips_none"))}</p><ol class="yj-clips"></ol><div'
        f' class="yj-actions" hidden>{tools}</div>{one}</dialog>'
    )


def _keys(lang: str) -> str:
    rows = "".join(
        f"<div><dt><kbd>{escape(key)}</kbd></dt><dd>{escape(text(lang, f'key_{name}'))}</dd></div>"
        for key, name in KEYS
    )
    # Who speaks to the computer, or hits keys by chance, can do without them (WCAG 2.1.4).
    switch = (
        '<label class="yj-keys-on"><input type="checkbox" id="yj-keys-on" checked>'
        f" {escape(text(lang, 'keys_on'))}</label>"
    )
    return (
        f'<dialog id="yj-keys" class="yj-dialog" aria-labelledby="yj-keys-title"><div'
        f' class="yj-dialog-top"><h2 id="yj-keys-title">'
        f"{escape(text(lang, 'keys'))}</h2>{_close(lang)}</div><dl>{rows}</dl>{switch}</dialog>"
    )


def _close(lang: str) -> str:
    name = escape(text(lang, "clips_close"))
    return (
        f'<button type="button" class="yj-do" data-do="dialog-close" aria-label="{name}"'
        f' title="{name}">×</button>'
    )
