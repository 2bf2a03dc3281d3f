"""A web site on this machine, for tests of fetching."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = """<!doctype html><html lang="en"><head><title>{title}</title>
<meta property="og:site_name" content="Harbour Post"><meta property="article:published_time" content="2024-05-03"></head>
<body><nav><a href="/">Home</a></nav><article><h1>{title}</h1><p>{text} The council had decided so in the spring, after
long talks with the crews and the people of the islands.</p><p>It was the first change for ten years.</p></article></body></html>"""


@dataclass
class Site:
    """Answers by path: bytes, text (HTML), or a function of the request that does everything
    itself.
    """

    port: int = 0
    pages: dict[str, bytes | str | Callable[[BaseHTTPRequestHandler], None]] = field(
        default_factory=dict
    )
    types: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def allow(self) -> tuple[str, ...]:
        return (f"127.0.0.1:{self.port}",)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def redirect(self, path: str, to: str, status: int = 302) -> None:
        def answer(request: BaseHTTPRequestHandler) -> None:
            send(request, b"", status, location=to.encode().decode("latin-1"))

        self.pages[path] = answer


def send(request: BaseHTTPRequestHandler, data: bytes, status: int = 200, **headers: str) -> None:
    request.send_response(status)
    for name, value in {
        "content_type": "text/html; charset=utf-8",
        "content_length": str(len(data)),
        **headers,
    }.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(data)


@contextlib.contextmanager
def serving() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked.append((self.path, dict(self.headers)))
            page = site.pages.get(self.path)
            with contextlib.suppress(ConnectionError):
                if callable(page):
                    page(self)
                elif page is None:
                    send(self, b"not found", 404)
                else:
                    data = page.encode() if isinstance(page, str) else page
                    send(
                        self,
                        data,
                        content_type=site.types.get(self.path, "text/html; charset=utf-8"),
                    )

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Clients that leave early are what is tested here."""

    server = Quiet(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.port = server.server_address[1]
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    )
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
