"""The only file that imports the `mistralai` client, and only when it is used: it takes half a second and 500 modules.

`mistralai` 2.x speaks through `httpx`, 3.x through `httpx2`. The client knows which, so nothing here has to choose.
"""

from __future__ import annotations

import warnings
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mistralai.client import Mistral


def mistral_class() -> type[Mistral]:
    """The official client's class."""
    from mistralai.client import Mistral  # noqa: PLC0415 - see above

    # A library of the client's looks at names that Python 3.13 deprecates; that is no news to who uses the client.
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning), suppress(ImportError):
        import_module("jsonpath")
    return Mistral


def client_models() -> Any:
    """The module of the client's pydantic models."""
    mistral_class()  # loads the client as it wants to be loaded
    from mistralai.client import models  # noqa: PLC0415 - see above

    return models


def http_library() -> Any:
    """The HTTP library that the installed client speaks through: `httpx` or `httpx2`."""
    from mistralai.client import httpclient  # noqa: PLC0415 - see above

    return vars(httpclient)["httpx"]


def api_error() -> type[Exception]:
    """The base of the client's errors. They have `status_code` and `body`, the answer as it came."""
    from mistralai.client import errors  # noqa: PLC0415 - see above

    return errors.MistralError
