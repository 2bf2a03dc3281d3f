"""A server on this machine that speaks the protocol of OpenAI's chat, and plays what a language
model may do.

A play is a list of steps: a string is a piece of text, in which "@1" stands for the handle of the
first quote of the prompt; others are made by the functions below. What was asked is kept.
"""

import json
import re
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def pause(seconds):
    return ("pause", seconds)


def cut():
    """The connection breaks."""
    return ("cut",)


def status(code, message="no"):
    """An error in the place of an answer."""
    return ("status", code, message)


def finish(reason):
    """How it ends; "stop" unless told."""
    return ("finish", reason)


class Scripted(ThreadingHTTPServer):
    """Attributes: play, the steps; help, those for other wordings of a question; asked, the bodies
    of the requests; headers, theirs; hung_up, set when a client closed early.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.play, self.help, self.asked, self.headers, self.hung_up = (
            [],
            [],
            [],
            [],
            threading.Event(),
        )

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request, client_address):
        """A client that hung up is no news."""

    def quotes(self, at=-1):
        """The text between the marks of the quotes of a request, and their handles."""
        user = self.asked[at]["messages"][-1]["content"]
        if "<quotes>" not in user:  # it was asked for other wordings
            return "", []
        inside = user[user.index("<quotes>") + len("<quotes>") : user.rindex("</quotes>")]
        return inside, re.findall(r"^<(c\d+)> ", inside, re.M)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        server = self.server
        server.headers.append(dict(self.headers))
        server.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        handles = server.quotes()[1]
        steps = list(server.play if handles else server.help)
        if steps and steps[0][0] == "status":
            return self._refuse(*steps[0][1:])
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        try:
            self._play(steps, handles)
        except OSError:
            server.hung_up.set()
            self.close_connection = True

    def _refuse(self, code, message):
        body = json.dumps({"error": {"message": message, "type": "error", "code": code}}).encode()
        self.send_response(code)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _play(self, steps, handles):
        ends, written = "stop", 0
        for step in steps:
            if isinstance(step, str):
                text = re.sub(r"@(\d)", lambda found: f"<{handles[int(found[1]) - 1]}>", step)
                written += 1
                self._send(
                    {
                        "choices": [
                            {
                                "index": 0,
                                "delta": {"role": "assistant", "content": text},
                                "finish_reason": None,
                            }
                        ]
                    }
                )
            elif step[0] == "pause":
                time.sleep(step[1])
            elif step[0] == "finish":
                ends = step[1]
            else:
                self.close_connection = True
                return self.connection.close()
        if ends:
            self._send({"choices": [{"index": 0, "delta": {}, "finish_reason": ends}]})
            self._send(
                {
                    "choices": [],
                    "usage": {
                        "prompt_tokens": 300,
                        "completion_tokens": written,
                        "total_tokens": 300 + written,
                    },
                }
            )
        self._write(b"data: [DONE]\n\n")
        self._write(b"")

    def _send(self, chunk):
        whole = {
            "id": "x",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "scripted",
            **chunk,
        }
        self._write(f"data: {json.dumps(whole)}\n\n".encode())

    def _write(self, body):
        self.wfile.write(f"{len(body):x}\r\n".encode() + body + b"\r\n")
        self.wfile.flush()


@contextmanager
def scripted():
    """A server of that kind, while it is needed."""
    with Scripted() as server:
        threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        ).start()
        try:
            yield server
        finally:
            server.shutdown()
