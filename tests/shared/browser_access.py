"""Barriers that axe-core sees on a page."""

import pytest

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def barriers():
    """``barriers(page)``: what axe-core finds, as "impact rule: elements"."""
    sync = pytest.importorskip(
        "axe_playwright_python.sync_playwright",
        reason="axe-core is not installed: pip install axe-playwright-python",
    )

    def found(page):
        told = sync.Axe().run(page, options={"runOnly": RULES}).response
        assert len(told["passes"]) > 20, "axe-core has looked at nothing"
        return [
            f"{one['impact']} {one['id']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
            for one in told["violations"]
        ]

    return found
