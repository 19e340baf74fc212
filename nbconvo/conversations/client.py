"""`connect`: the official client, of Mistral's API or of a backend in this process."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from nbconvo.conversations.backend import EmbeddedBackend
from nbconvo.conversations.errors import InvalidKey
from nbconvo.conversations.models.contract import Model
from nbconvo.conversations.sdk import http_library, mistral_class
from nbconvo.conversations.transport import any_loop_client, embedded_clients

if TYPE_CHECKING:
    from nbconvo.conversations.sdk import Mistral

_EMBEDDED_URL = "http://embedded.invalid"
_default: list[EmbeddedBackend] = []


def connect(
    api_key: str | None = None,
    *,
    server_url: str | None = None,
    store: str | os.PathLike[str] | EmbeddedBackend | None = None,
    model: Model | None = None,
) -> Mistral:
    """The official client. With a key, or a `server_url`, it speaks to a server; otherwise to a backend in this process.

    The key is `api_key`, else the environment's `MISTRAL_API_KEY`, which is sent to Mistral only and not to a `server_url` of
    your own. Blanks around a key are dropped. Without a key nothing leaves this process: all such clients share one
    `EmbeddedBackend`, unless `store` (a path, ":memory:", or a backend) or `model` asks for another. These two are for the
    embedded backend only and win over the environment's key. Raises `InvalidKey`, and ValueError for a mix that has no meaning.

    >>> client = connect(model=lambda messages: "Hello!")
    >>> client.beta.conversations.start(model="any", inputs="Hi").outputs[0].content
    'Hello!'

    Source: documents 001 and 003.
    """
    http = http_library()
    given = clean_key(api_key)
    if store is None and model is None:
        key = given or (clean_key(os.environ.get("MISTRAL_API_KEY")) if _is_mistral(server_url) else "")
        if key or server_url is not None:
            return mistral_class()(api_key=key or "none", server_url=server_url, async_client=any_loop_client(http))
    elif given or server_url is not None:
        raise ValueError(
            "connect: store and model belong to the embedded backend; leave out api_key and server_url, or these two."
        )
    client, async_client = embedded_clients(http, _backend(store, model))
    # A key of its own: the client would otherwise send the environment's along.
    return mistral_class()(api_key="embedded", server_url=_EMBEDDED_URL, client=client, async_client=async_client)


def _backend(store: str | os.PathLike[str] | EmbeddedBackend | None, model: Model | None) -> EmbeddedBackend:
    if isinstance(store, EmbeddedBackend):
        return store
    if store is not None or model is not None:
        return EmbeddedBackend(store or ":memory:", model)
    if not _default:
        _default.append(EmbeddedBackend())
    return _default[0]


def _is_mistral(server_url: str | None) -> bool:
    return server_url is None or (urlsplit(server_url).hostname or "").endswith(".mistral.ai")


def clean_key(key: str | None) -> str:
    """A key without the blanks around it. Raises `InvalidKey`, whose text does not show it.

    >>> clean_key(" abc\\n")
    'abc'
    """
    stripped = (key or "").strip()
    if not stripped.isascii() or not stripped.isprintable() or " " in stripped:
        raise InvalidKey("has characters that no key has (blanks inside, control characters, or letters beyond ASCII)")
    return stripped
