"""The official `mistralai` client, made here and nowhere else. It takes a while to import, so it is imported when it is used."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nbconvo.errors import MissingKey

if TYPE_CHECKING:
    from mistralai.client import Mistral


def connect(api_key: str | None = None, *, server_url: str | None = None) -> Mistral:
    """A client of Mistral's API, or of a server that speaks it.

    The key is `api_key`, else the environment's `MISTRAL_API_KEY`; blanks around it are dropped (a pasted newline would end in an
    unreadable HTTP error). A `server_url` of your own may need none. Raises `MissingKey`.
    """
    key = (api_key or os.environ.get("MISTRAL_API_KEY", "")).strip()
    if not key and server_url is None:
        raise MissingKey
    from mistralai.client import Mistral  # noqa: PLC0415 - half a second that only users of the API pay

    return Mistral(api_key=key or None, server_url=server_url)
