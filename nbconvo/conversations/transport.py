"""How the official client reaches a backend in this process, or a server from any event loop.

The HTTP library is handed in: `httpx` and `httpx2` differ in nothing that is used here.
"""

from __future__ import annotations

import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator
from typing import Any

from nbconvo.conversations.backend import EmbeddedBackend
from nbconvo.conversations.backend.server import read_request
from nbconvo.conversations.backend.wire import Answer, Disconnected, Request
from nbconvo.conversations.background import Pump, loop_thread
from nbconvo.conversations.jsons import inner


def embedded_clients(http: Any, backend: EmbeddedBackend) -> tuple[Any, Any]:
    """HTTP clients, sync and async, whose requests `backend` answers. There is no socket."""
    bodies = _bodies(http)

    class Transport(http.BaseTransport):
        def handle_request(self, request: Any) -> Any:
            try:
                answer = backend.handle_blocking(_request(request, request.read()), _read_timeout(request))
            except (TimeoutError, Disconnected) as error:
                raise _broken(http, error, request) from None
            return _response(http, request, answer, bodies[0])

    class AsyncTransport(http.AsyncBaseTransport):
        async def handle_async_request(self, request: Any) -> Any:
            try:
                answer = await backend.handle(_request(request, await request.aread()), _read_timeout(request))
            except (TimeoutError, Disconnected) as error:
                raise _broken(http, error, request) from None
            return _response(http, request, answer, bodies[1])

    return http.Client(transport=Transport()), http.AsyncClient(transport=AsyncTransport())


def any_loop_client(http: Any) -> Any:
    """An async HTTP client for real servers that may be used from one event loop after another.

    Connections belong to the loop they were made on; these are all made on the loop thread. A second `asyncio.run` with the same
    client would otherwise end in "Event loop is closed".
    """
    body = _bodies(http)[1]

    class AnyLoop(http.AsyncBaseTransport):
        def __init__(self) -> None:
            self._client = http.AsyncClient()
            weakref.finalize(self, _close, self._client).atexit = False

        async def handle_async_request(self, request: Any) -> Any:
            answer = await loop_thread().wait(self._client.send(request, stream=True, follow_redirects=False))
            stream = body(Pump(_raw(answer)), request, answer.aclose)
            return http.Response(answer.status_code, headers=answer.headers, stream=stream, request=request)

    return http.AsyncClient(transport=AnyLoop(), follow_redirects=True)


def _close(client: Any) -> None:
    """Connections are closed where they live, when the client that was given out is gone."""
    loop_thread().submit(client.aclose())


async def _raw(response: Any) -> AsyncGenerator[bytes, None]:
    async for piece in response.aiter_raw():
        yield piece


def _bodies(http: Any) -> tuple[type[Any], type[Any]]:
    class Body(http.SyncByteStream):
        def __init__(self, pump: Pump[bytes], request: Any) -> None:
            self._pump = pump
            self._request = request

        def __iter__(self) -> Iterator[bytes]:
            try:
                yield from self._pump
            except (TimeoutError, Disconnected) as error:
                raise _broken(http, error, self._request) from None

        def close(self) -> None:
            self._pump.close()

    class AsyncBody(http.AsyncByteStream):
        def __init__(self, pump: Pump[bytes], request: Any, close: Callable[[], Coroutine[Any, Any, None]] | None = None) -> None:
            self._pump = pump
            self._request = request
            self._close = close

        async def __aiter__(self) -> AsyncIterator[bytes]:
            try:
                async for piece in self._pump:
                    yield piece
            except (TimeoutError, Disconnected) as error:
                raise _broken(http, error, self._request) from None

        async def aclose(self) -> None:
            self._pump.close()
            if self._close is not None:  # a generator that nobody began to read has nothing to clean up by itself
                loop_thread().submit(self._close())

    return Body, AsyncBody


def _request(request: Any, body: bytes) -> Request:
    return read_request(request.method, request.url.raw_path.decode(), dict(request.headers), body)


def _response(http: Any, request: Any, answer: Answer, body: type[Any]) -> Any:
    if isinstance(answer.body, bytes):
        return http.Response(answer.status, headers=answer.headers, content=answer.body, request=request)
    return http.Response(answer.status, headers=answer.headers, stream=body(answer.body, request), request=request)


def _read_timeout(request: Any) -> float | None:
    return inner(request.extensions, "timeout").get("read")


def _broken(http: Any, error: Exception, request: Any) -> Exception:
    """The library's own error, so that it is caught, and retried, as over a socket."""
    if isinstance(error, Disconnected):
        return http.ReadError("The connection broke.", request=request)
    return http.ReadTimeout("The backend took longer than the timeout.", request=request)
