"""The page in a real Chromium: a server, a browser, and what one does there."""

import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

SERVE = [sys.executable, "-m", "rag.cli", "serve"]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run"
    " --disable-background-networking --disable-component-update --disable-sync"
).split()
# No name but this machine's leads anywhere: a request for another host fails, and is counted below.
ARGUMENTS.append("--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1")


@contextmanager
def serving(index, corpus=(), more=()):
    """The address of a server of its own, stopped by its process id."""
    command = [
        *SERVE,
        "--port",
        "0",
        "--index",
        str(index),
        *(part for one in corpus for part in ("--corpus", str(one))),
        *more,
    ]
    environment = {
        **os.environ,
        "GRADIO_ANALYTICS_ENABLED": "False",
        "HF_HUB_OFFLINE": "1",
        "PYTHONUNBUFFERED": "1",
    }
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment
    ) as process:
        try:
            told = ""
            for line in process.stdout:
                told += line
                if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                    break
            assert found, f"the server did not start: {told}"
            yield found.group()
        finally:
            process.send_signal(signal.SIGINT)


@pytest.fixture(scope="module")
def browser():
    if not CHROMIUM:
        reason = "no Chromium found: install chromium to run the browser tests"
        (
            pytest.fail(reason)
            if os.environ.get("YINJU_REQUIRE_BROWSER") == "1"
            else pytest.skip(reason)
        )
    from playwright.sync_api import sync_playwright

    with (
        sync_playwright() as play,
        play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS) as opened,
    ):
        yield opened


@pytest.fixture
def visit(browser):
    """``visit(address) -> page``, ready; checked at the end: no other host asked, no script failed,
    no dialog.
    """
    contexts, strange = [], []

    def open_page(
        address, locale="en-US", width=1280, height=800, until="#example-1:visible", **options
    ):
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale=locale, **options
        )
        contexts.append(context)
        context.set_default_timeout(60_000)  # a machine that does much else is slow, not wrong

        def local_only(request):
            target = urlsplit(request.url)
            if target.scheme not in ("data", "blob") and target.hostname != "127.0.0.1":
                strange.append(request.url)

        page = context.new_page()
        page.on("request", local_only)
        page.on("pageerror", lambda error: strange.append(f"page error: {error}"))
        page.on(
            "dialog", lambda dialog: (strange.append(f"dialog: {dialog.message}"), dialog.dismiss())
        )
        page.goto(address)
        page.wait_for_selector(until)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert strange == []


def ready(page):
    page.wait_for_selector("#example-1:visible")


def new_chat(page):
    """Begins a conversation, and waits until nothing of the one before is left on the page."""
    page.locator("#new-chat").click()
    page.wait_for_function(
        "![...document.querySelectorAll('#chat .yj-asked, #sources .yj-card, #new-chat')].some(one"
        " => one.checkVisibility())"
    )
    page.wait_for_function("sessionStorage.getItem('yinju-turns') === null")
    ready(page)


def wait_for_answer(page, number=1):
    """The ``number``-th answer, complete: its status says how long it took, or it is a notice; and
    its sources are in the panel.
    """
    page.wait_for_function(
        """n => {
            const last = [...document.querySelectorAll('#chat .yj-chip')].at(-1);
            return document.querySelectorAll('#chat .yj-status:not(.yj-busy), #chat .yj-notice').length >= n
                && (!last || document.getElementById(last.getAttribute('href').slice(1)) !== null);
        }""",
        arg=number,
    )
    return page.locator("#chat .yj-answer").nth(number - 1)


def ask(page, question, number=1):
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")
    return wait_for_answer(page, number)


def luminance(colour: str) -> float:
    """Relative luminance (WCAG) of "rgb(r, g, b)"."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
