"""A robot as WeCom and DingTalk run them, on this machine: keeps what it is sent."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Robot:
    """What it was sent (path, message), and how it answers the next: ok, or one of ``answers``."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, dict[str, Any]]] = []
        self.answers: list[str] = []
        self.address = ""

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        how = self.answers.pop(0) if self.answers else "ok"
        if how == "silent":
            time.sleep(3)
            return
        if how == "redirect":
            handler.send_response(302)
            handler.send_header("Location", f"{self.address}/elsewhere")
            handler.end_headers()
            return
        body = json.dumps({"errcode": 0 if how == "ok" else 310000, "errmsg": how}).encode()
        handler.send_response(500 if how == "broken" else 200)
        handler.send_header("Content-Length", "1000" if how == "drip" else str(len(body)))
        handler.end_headers()
        if how == "drip":
            for _step in range(30):
                try:
                    handler.wfile.write(b" ")
                    handler.wfile.flush()
                except OSError:
                    return
                time.sleep(0.1)
            return
        handler.wfile.write(body)


@contextmanager
def running() -> Iterator[Robot]:
    """A robot that listens."""
    robot = Robot()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            robot.seen.append((self.path, json.loads(self.rfile.read(length))))
            robot.reply(self)

        def log_message(self, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    robot.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield robot
    finally:
        server.shutdown()
        server.server_close()
