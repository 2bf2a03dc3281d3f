"""Yinju's own server in this process: starts in a moment, can be slowed or broken, and started
again on its port.
"""

import threading
import time
from contextlib import contextmanager

from rag import Index


@contextmanager
def running(path, port=0, change=lambda service: None, page=True, **settings):
    """The address of the page of an index, or of its routes alone; ``change(service)`` may change how
    questions are answered.
    """
    import uvicorn

    from rag.serving.run import listen
    from rag.serving.routes import build_api
    from rag.serving.settings import Settings

    if page:
        from rag.ui.app import build_app as build
    else:
        build = build_api
    settings = Settings(port=port, **settings)
    socket = listen(settings)
    with Index.open(path) as index:
        app = build(index, settings)
        change(app.state.service)
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{socket.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)
            app.state.service.close()
            socket.close()


def slowed(service):
    """A question with "slowly" in it takes a second at every step, one with "broken" fails."""
    stream = service.stream

    def streamed(question, *args, **kwargs):
        if "broken" in question:
            raise ZeroDivisionError("secret path")
        for event in stream(question, *args, **kwargs):
            yield event
            for _ in range(10 if "slowly" in question else 0):
                time.sleep(0.1)

    service.stream = streamed
