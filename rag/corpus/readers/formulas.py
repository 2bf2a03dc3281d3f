"""Formulas in TeX as plain text: $v_0 \\approx 3\\times10^{5}$ as v0 ≈ 3×10⁵."""

from __future__ import annotations

import re
import unicodedata

from rag.corpus.readers.numbering import raised
from rag.corpus.readers.tree import path, raw_text, text_in
from rag.corpus.tables import words_of

# Any other text between two dollar signs is taken to be prices.
_FORMULA = re.compile(
    r".*(?:[\\^={]|[A-Za-z)}]_).*|[A-Za-z]['\d]{0,2}(?:\s?[-+*/,<>]\s?\w{1,3}){0,9}", re.DOTALL
)
_LONGEST = 300  # characters of a formula
_DEEPEST = 20  # levels of braces that are resolved
_SIGNS = {"quad": " ", "qquad": " "}
_SIGNS |= {name: sign for sign, names in words_of("tex_signs.tsv").items() for name in names}
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_ROOT = re.compile(r"\\sqrt\s*\{([^{}]*)\}")
_UP = re.compile(r"\^\s*(?:\{([^{}]*)\}|([\w°′*]))")
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\s*\{[^{}]*\}")
_GROUP = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"\\([A-Za-z]+)\*?")
_DELIMITED = re.compile(r"(?:\\[(\[]|\$\$?)(.{1,2000}?)(?:\\[)\]]|\$\$?)", re.DOTALL)
_MARKED = path("//span[@data-tex] | //*[@class][contains(@class, 'math')][not(*)]")
BRACKETED_TEX = re.compile(r"\\(?:\((.{1,300}?)\\\)|\[(.{1,300}?)\\\])", re.DOTALL)
"""Matches TeX between \\( and \\) (group 1) or between \\[ and \\] (group 2)."""

_SIGNED = re.compile(r"[\\^={]|[A-Za-z)}]_")
_HOLDS_TEX = path("//*[text()[contains(., '\\(') or contains(., '\\[')]]")
_SPACE = re.compile(r"\\[,;:! \\]|~|&")


def is_formula(tex: str) -> bool:
    """Whether the text between two dollar signs is mathematics, not text between two prices."""
    return len(tex) <= _LONGEST and bool(_FORMULA.fullmatch(tex.strip()))


def plain_formula(tex: str) -> str:
    """A formula in TeX as plain text in one line."""
    text = _NAME.sub(_sign, _SPACE.sub(" ", _ENVIRONMENT.sub(" ", tex)))
    for _ in range(_DEEPEST):
        before = text
        text = _FRACTION.sub(lambda found: f"{in_brackets(found[1])}/{in_brackets(found[2])}", text)
        text = _ROOT.sub(lambda found: f"√{in_brackets(found[1])}", text)
        text = _GROUP.sub(r"\1", _UP.sub(_raised, text))
        if text == before:
            break
    return " ".join(re.sub(r"[\\{}_]", "", text).split())


def formula_in(found: re.Match[str]) -> str:
    """The formula of a match of :data:`BRACKETED_TEX` as plain text in one line; "" if it is none.

    Square brackets enclose much else, so the text in them must hold a sign of TeX: a letter alone
    is no formula there.
    """
    tex = found[1] or found[2]
    if not is_formula(tex) or (found[2] and not _SIGNED.search(tex)):
        return ""
    return plain_formula(tex)


def _plain_text(text: str | None) -> str | None:
    return BRACKETED_TEX.sub(lambda found: formula_in(found) or found[0], text) if text else text


def in_text(root) -> None:
    """Replaces the formulas of a page with plain text.

    It finds MathML, the TeX that KaTeX and encyclopaedias keep beside a formula, elements that are
    marked as TeX, and TeX in the text that a script of the page would typeset.
    """
    for node in list(root.iter("math")):
        tex = node.xpath("string(.//annotation[contains(@encoding, 'tex')])")
        _put(node, tex or node.get("alttext", ""))
        node.getparent().attrib.pop("style", None)  # hides it on pages that show a picture instead
    for node in _MARKED(root):
        marked = _DELIMITED.fullmatch((node.text or "").strip())
        _put(node, node.get("data-tex") or (marked[1] if marked else ""))
    for node in _HOLDS_TEX(root) if BRACKETED_TEX.search(raw_text(root)) else ():
        if node.tag not in ("code", "pre", "script", "style"):
            node.text = _plain_text(node.text)
            for inner in node:
                inner.tail = _plain_text(inner.tail)


def _put(node, tex: str) -> None:
    """Replaces what an element holds with its formula; ``tex`` is "" for MathML without TeX."""
    if node.tag == "math" and not tex:
        for raising in node.xpath(".//msup[count(*)=2]"):
            raising[1].text = raised(text_in(raising[1]))
            del raising[1][:]
        for part in reversed([*node.iter("mfrac", "msqrt")]):  # inner ones first
            inside = [in_brackets(text_in(one)) for one in part]
            fraction = part.tag == "mfrac" and len(inside) == 2
            part.text = "/".join(inside) if fraction else f"√{in_brackets(text_in(part))}"
            del part[:]
        tex = text_in(node)
    elif tex:
        tex = plain_formula(tex)
    if tex:
        del node[:]
        node.text = tex


def in_brackets(text: str) -> str:
    """A part of a fraction or root, in brackets if it holds a +, - or /, to keep its meaning."""
    text = text.strip()
    return f"({text})" if re.search(r"\w\s*[-+/]", text) else text


def _raised(found: re.Match[str]) -> str:
    text = (found[1] if found[1] is not None else found[2]).strip()
    if text in ("°", "′"):
        return text
    return up if (up := raised(text)) != text else f"^{in_brackets(text)}"


def _sign(found: re.Match[str]) -> str:
    name = found[1]
    if name.endswith(("frac", "sqrt")):
        return found[0]
    if name in _SIGNS:
        return _SIGNS[name]
    size = "CAPITAL" if name[0].isupper() else "SMALL"
    try:
        return unicodedata.lookup(f"GREEK {size} LETTER {name.removeprefix('var').upper()}")
    except KeyError:
        return name
