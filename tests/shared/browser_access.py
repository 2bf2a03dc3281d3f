"""Barriers that axe-core sees on a page."""

import pytest

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What stays in place while the page scrolls covers a part of whatever is scrolled under it, so that
# axe-core would find a button too small at some places of the scroll bar and not at others.
UNSTUCK = """() => {
  window.unstuck = [...document.querySelectorAll("*")].filter(
    one => getComputedStyle(one).position === "sticky");
  for (const one of window.unstuck) one.style.position = "relative";
}"""
STUCK = "() => { for (const one of window.unstuck) one.style.position = ''; }"


@pytest.fixture
def barriers():
    """``barriers(page)``: what axe-core finds, as "impact rule: elements"."""
    sync = pytest.importorskip(
        "axe_playwright_python.sync_playwright",
        reason="axe-core is not installed: pip install axe-playwright-python",
    )

    def found(page):
        page.evaluate(UNSTUCK)
        told = sync.Axe().run(page, options={"runOnly": RULES}).response
        page.evaluate(STUCK)
        assert len(told["passes"]) > 20, "axe-core has looked at nothing"
        return [
            f"{one['impact']} {one['id']}: "
            f"{[(node['html'][:160], node['failureSummary']) for node in one['nodes'][:3]]}"
            for one in told["violations"]
        ]

    return found
