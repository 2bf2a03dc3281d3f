"""The page behind a password and below a path of a proxy, in a real Chromium: the form, the chat,
docs, and the way out.
"""

import pytest
from browser_page import ask, browser, visit
from served import serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_reader_logs_in_asks_and_leaves(visit, sample_index):  # noqa: F811
    with serving(sample_index, "--auth", "编辑:secret", "--root-path", "/news") as (address, _):
        start = f"http://127.0.0.1:{address.port}/news/"
        page = visit(f"{start}?q=", until="#password")
        assert page.evaluate("document.activeElement.id") == "name"
        assert page.get_by_label("Password").count() == page.get_by_label("密码").count() == 1
        page.fill("#name", "编辑")
        page.fill("#password", "wrong")
        page.keyboard.press("Enter")
        assert (
            "密码不对" in page.wait_for_selector("[role=alert]").inner_text()
            and page.input_value("#name") == "编辑"
        )
        page.fill("#password", "secret")
        page.keyboard.press("Enter")
        page.wait_for_selector("#example-1:visible")
        assert page.url == f"{start}?q="
        assert (
            "Sichuan"
            in ask(page, "In which province was an elevator emergency drill held?").inner_text()
        )
        assert page.evaluate("document.cookie") == "", "no script can read the cookie"

        page.goto(f"{start}docs")
        page.get_by_text("/api/ask").first.wait_for()
        page.goto(f"{start}login")
        page.get_by_role("button", name="Log out").click()
        page.wait_for_selector("#password")
        page.goto(start)
        page.wait_for_selector("#password")
