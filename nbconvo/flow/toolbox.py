"""Tools of an agent step: Python functions, and MCP servers by what they can do (`list_tools`, `call_tool`).

Source: document 002, "Settings" (MCP Servers).
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterable
from typing import Any

from pydantic import ConfigDict, Field, create_model
from pydantic_core import to_jsonable_python

from nbconvo.flow.interpolate import to_text
from nbconvo.flow.threads import in_thread


class Toolbox:
    """Tools by name. `describe` is what a model is told, `call` runs one."""

    def __init__(self, tools: Iterable[Callable[..., Any]], servers: Iterable[Any] = ()) -> None:
        self._functions = {tool.__name__: tool for tool in tools}
        self._servers = list(servers)
        self._remote: dict[str, Any] = {}

    async def describe(self) -> list[dict[str, Any]]:
        """The functions in the API's JSON."""
        described = [_described(name, function) for name, function in self._functions.items()]
        for server in self._servers:
            listed = await server.list_tools()
            for tool in getattr(listed, "tools", listed):
                self._remote[tool.name] = server
                schema: dict[str, Any] = getattr(tool, "inputSchema", None) or {"type": "object", "properties": {}}
                described.append(_function(tool.name, tool.description or "", schema))
        return described

    async def call(self, name: str, arguments: Any) -> str:
        """What a tool gives, as text; what goes wrong is told to the model, too."""
        try:
            values: dict[str, Any] = json.loads(arguments) if isinstance(arguments, str) else dict(arguments)
            if (server := self._remote.get(name)) is not None:
                result = await server.call_tool(name, values)
                return "\n".join(str(getattr(one, "text", one)) for one in getattr(result, "content", [result]))
            function = self._functions[name]
            given = function(**values) if inspect.iscoroutinefunction(function) else await in_thread(lambda: function(**values))
            return to_text(to_jsonable_python(await given if inspect.isawaitable(given) else given))
        except Exception as error:
            return f"The tool failed: {type(error).__name__}: {error}"


def _described(name: str, function: Callable[..., Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for parameter in inspect.signature(function, eval_str=True).parameters.values():
        annotation = Any if parameter.annotation is parameter.empty else parameter.annotation
        default = ... if parameter.default is parameter.empty else parameter.default
        fields[parameter.name] = (annotation, Field(default))
    model = create_model(name, __config__=ConfigDict(arbitrary_types_allowed=True), **fields)
    return _function(name, inspect.getdoc(function) or "", model.model_json_schema())


def _function(name: str, description: str, parameters: dict[str, Any]) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}
