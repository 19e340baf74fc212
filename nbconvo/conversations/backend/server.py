"""A backend on a loopback socket, for `server_url`: tests of timeouts, retries and broken connections, and other programs."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, unquote, urlsplit

from nbconvo.conversations.backend.wire import Answer, Disconnected, Request
from nbconvo.conversations.background import Pump

Handle = Callable[[Request, float | None, Callable[[], bool]], Answer]


@contextmanager
def serve(handle: Handle, port: int) -> Generator[str]:
    """Answer requests on 127.0.0.1 with `handle` while the block runs; gives the URL."""
    server = _Server(handle, port)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="nbconvo-server", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.is_open = False
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, handle: Handle, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.handle = handle
        self.is_open = True


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride] - the one that made it

    def _answer(self) -> None:
        request = read_request(self.command, self.path, dict(self.headers.items()), self._body())
        try:
            self._send(self.server.handle(request, None, self._is_wanted))
        except (Disconnected, CancelledError, OSError):
            self.close_connection = True  # without an end: the client sees a broken connection

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _answer  # noqa: N815 - the names that http.server calls

    def _body(self) -> bytes:
        length = self.headers.get("content-length", "0")
        return self.rfile.read(int(length)) if length.isdecimal() else b""

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if not isinstance(answer.body, bytes):
            self._stream(answer.body)
            return
        if answer.status != 204:
            self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def _stream(self, body: Pump[bytes]) -> None:
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        try:
            for piece in body:
                if not self._is_wanted():
                    raise Disconnected
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")
        finally:
            body.close()

    def _is_wanted(self) -> bool:
        """False when the client has gone or the server is closing."""
        has_news = bool(select.select([self.connection], [], [], 0)[0])
        return self.server.is_open and not (has_news and self.connection.recv(1, socket.MSG_PEEK) == b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Nothing: requests are no news in a notebook."""


def read_request(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Request:
    """A request as it stands on the wire.

    >>> read_request("GET", "/v1/conversations?page=1#stream", {"Accept": "*/*"}, b"").query
    {'page': '1'}
    """
    url = urlsplit(target)
    query = dict(reversed(parse_qsl(url.query, keep_blank_values=True)))
    return Request(method, unquote(url.path), query, {name.lower(): value for name, value in headers.items()}, body)
