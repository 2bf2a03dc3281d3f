"""Serves the page, a chat with sources built with Gradio. The library does all the actual work."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from importlib import resources
from pathlib import Path

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import Receive, Scope, Send

from rag.library import Index
from rag.serving.routes import build_api
from rag.serving.run import listen, run
from rag.serving.settings import Settings
from rag.ui.corpus import CorpusFacts


class _Compressed(GZipMiddleware):
    """Compresses the page itself to a sixth of its bytes; Gradio compresses only its files.

    Streamed answers are not compressed, as each piece must arrive at once.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = scope["type"] == "http" and scope["path"].endswith("/")
        await (super().__call__(scope, receive, send) if page else self.app(scope, receive, send))


SCRIPTS = "conversation tables fields away page peek keys clips batch corpus".split()
STYLES = "style answer corpus work".split()


def serve(
    index: str | Path | Index = "index",
    settings: Settings = Settings(),
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Serves the page and ``/api`` until the process is told to stop.

    Args:
        index: an index folder, or an open index.
        settings: the settings of the server.
        on_ready: is called with the page's address once it can be opened.

    Raises ServerError (port taken, unsafe address) before anything is loaded, and the errors of
    ``Index.open``.
    """
    socket = listen(settings)
    try:
        opened = index if isinstance(index, Index) else Index.open(index)
        app = build_app(opened, settings)
        # Finding example questions with answers takes time, which the first reader need not wait
        # for.
        threading.Thread(target=app.state.about.prepare, daemon=True).start()
        run(app, socket, settings, on_ready)
    finally:
        socket.close()


def build_app(index: Index, settings: Settings = Settings()) -> FastAPI:
    """Returns the API of :func:`rag.serving.routes.build_api` with the page mounted behind it."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported
    import gradio as gr

    from rag.ui.layout import theme
    from rag.ui.page import page

    api = build_api(index, settings)
    api.add_middleware(_Compressed)
    api.state.about = CorpusFacts(api.state.service)
    package_files = resources.files("rag.ui")
    scripts, styles = (
        "".join(package_files.joinpath(f"{name}.{kind}").read_text("utf-8") for name in names)
        for names, kind in ((SCRIPTS, "js"), (STYLES, "css"))
    )
    return gr.mount_gradio_app(
        api,
        page(api.state.service, api.state.about),
        path="/",
        footer_links=[],
        show_error=False,
        ssr_mode=False,
        pwa=False,
        theme=theme(),
        css=styles,
        head=f"<script>{scripts}</script>",
    )
