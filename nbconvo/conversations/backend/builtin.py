"""Built-in tools. Searching, drawing, libraries and connectors are simulated and say so; code can really be run.

Source: the service's documentation: a search answers with references, drawing with a `tool_file`, code with `code_output`.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbconvo.conversations.backend.interpreter import run_code
from nbconvo.conversations.jsons import Json, inner
from nbconvo.conversations.memory import estimate_tokens

SIMULATED = "simulated by nbconvo's embedded backend"

_ARGUMENT = {
    "web_search": ("query", "Search the web."),
    "web_search_premium": ("query", "Search the web and news agencies."),
    "code_interpreter": ("code", "Run Python code and see what it prints."),
    "image_generation": ("prompt", "Make an image."),
    "document_library": ("query", "Search the documents of a library."),
    "connector": ("request", "Ask a connected service."),
}


@dataclass(frozen=True, slots=True)
class Execution:
    """What an execution came to: `info` for the entry, chunks for the message that follows."""

    info: Json
    chunks: tuple[Json, ...] = ()

    @property
    def tokens(self) -> int:
        """What it adds to the usage as connector tokens."""
        return estimate_tokens(json.dumps(self.info))


def tool_name(tool: Mapping[str, Any]) -> str:
    """The name a tool is called by: a function's own, a connector's id, a built-in tool's type."""
    if tool["type"] == "function":
        return str(tool["function"]["name"])
    return str(tool["connector_id"] if tool["type"] == "connector" else tool["type"])


def offered(tool: Mapping[str, Any]) -> Json:
    """A tool as a function that a model can call."""
    if tool["type"] == "function":
        return dict(tool)
    argument, description = _ARGUMENT[tool["type"]]
    parameters = {"type": "object", "properties": {argument: {"type": "string"}}, "required": [argument]}
    return {"type": "function", "function": {"name": tool_name(tool), "description": description, "parameters": parameters}}


def builtin_tools(tools: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Those of `tools` that the backend executes, by name."""
    return {tool_name(tool): tool for tool in tools if tool["type"] != "function"}


def needs_confirmation(tool: Mapping[str, Any]) -> bool:
    """True when a person has to allow each call first."""
    return tool_name(tool) in (inner(tool, "tool_configuration").get("requires_confirmation") or ())


@dataclass(frozen=True)
class BuiltinTools:
    """Executes them. `keep_file(name, content)` stores a file and returns its id."""

    keep_file: Callable[[str, bytes], str]
    runs_code: bool = False
    _special: Mapping[str, str] = field(
        default_factory=lambda: {"code_interpreter": "_code", "image_generation": "_image", "connector": "_connector"}
    )

    async def execute(self, tool: Mapping[str, Any], arguments: str) -> Execution:
        """Run one call; `arguments` is the JSON text that the model gave."""
        asked = _argument(tool, arguments)
        run: Callable[[Mapping[str, Any], str], Awaitable[Execution]] = getattr(self, self._special.get(tool["type"], "_search"))
        return await run(tool, asked)

    async def _search(self, tool: Mapping[str, Any], query: str) -> Execution:
        result = {
            "tool": tool["type"],
            "title": f"Result for {query[:80]!r} ({SIMULATED})",
            "url": "https://example.invalid/simulated",
            "description": "No search was made: nothing leaves this computer.",
        }
        return Execution({"simulated": True, "results": [result]}, ({"type": "tool_reference", **result},))

    async def _code(self, tool: Mapping[str, Any], code: str) -> Execution:
        if self.runs_code:
            return Execution({"code": code, "code_output": await run_code(code)})
        output = f"({SIMULATED}: the code was not run; EmbeddedBackend(code_interpreter=True) runs it on this computer)"
        return Execution({"simulated": True, "code": code, "code_output": output})

    async def _image(self, tool: Mapping[str, Any], prompt: str) -> Execution:
        name = "image_generated_0.png"
        chunk = {"type": "tool_file", "tool": "image_generation", "file_name": name, "file_type": "png"}
        chunk["file_id"] = self.keep_file(name, plain_image(prompt))
        return Execution({"simulated": True, "note": f"a plain image, {SIMULATED}"}, (chunk,))

    async def _connector(self, tool: Mapping[str, Any], request: str) -> Execution:
        return Execution({"simulated": True, "answer": f"({SIMULATED}: {tool_name(tool)} was not asked {request[:80]!r})"})


def _argument(tool: Mapping[str, Any], arguments: str) -> str:
    """The one text that a built-in tool takes, whatever shape the model gave it."""
    try:
        value = json.loads(arguments)
    except ValueError:
        return arguments
    if isinstance(value, dict):
        value = value.get(_ARGUMENT[tool["type"]][0]) or next(iter(value.values()), "")  # type: ignore[reportUnknownVariableType, reportUnknownMemberType, reportUnknownArgumentType]
    return str(value)  # type: ignore[reportUnknownArgumentType]


def plain_image(prompt: str, side: int = 64) -> bytes:
    """A PNG of one colour, which depends on the prompt.

    >>> plain_image("a cat")[:8]
    b'\\x89PNG\\r\\n\\x1a\\n'
    """
    colour = zlib.crc32(prompt.encode()).to_bytes(4)[:3]
    rows = (b"\0" + colour * side) * side

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
