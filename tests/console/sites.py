"""Somebody else's site, with its own styles and a strict policy, on an origin of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_PAGE = """<!doctype html>
<html lang="ru"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Магазин</title>
<style nonce="theirs">
* {{ color: rgb(128, 0, 128); box-sizing: content-box }} button {{ background: rgb(255, 0, 0) !important }}
</style>
</head><body><main><h1>Магазин у дома</h1><a href="#goods">Товары</a></main>
{tag}
</body></html>"""


class Site:
    """policy: the Content-Security-Policy that it is served with. tag: what its owner pasted. token: what its server
    says of who is signed in, at /chat-token."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.policy = ""
        self.tag = ""
        self.token = ""

    def strict(self, chat: str) -> None:
        """As docs/widget.md says what it has to allow, and nothing else but its own style."""
        self.policy = (
            f"default-src 'none'; script-src {chat}; frame-src {chat}; style-src 'nonce-theirs'; "
            "require-trusted-types-for 'script'; base-uri 'none'"
        )


@contextmanager
def site(port: int = 0) -> Iterator[Site]:
    class Serving(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = _PAGE.format(tag=made.tag).encode() if self.path in ("/", "/#goods") else b""
            body = made.token.encode() if self.path == "/chat-token" else body
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            if made.policy:
                self.send_header("Content-Security-Policy", made.policy)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", port), Serving)
    made = Site(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
