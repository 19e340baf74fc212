"""Conversational workflows in Jupyter: a cell talks, asks, waits for a person and goes on.

Everything public is here and loads when it is first used; importing this module does nothing else.

>>> import nbconvo
>>> from nbconvo.workflows import workflow
>>> @workflow.define(name="hello")
... class Hello:
...     @workflow.entrypoint
...     async def run(self) -> str:
...         return "Hello!"
>>> async def main() -> str:
...     return await nbconvo.run(Hello)
>>> import asyncio
>>> asyncio.run(main())
'Hello!'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbconvo import conversations, engine, errors, flow, journal, portability, testing, views, workflows
    from nbconvo.conversations.memory import MemoryPolicy
    from nbconvo.conversations.tools import tool
    from nbconvo.flow import Session
    from nbconvo.ipython.inbox import inbox
    from nbconvo.ipython.notebook import run
    from nbconvo.ipython.run import Run
    from nbconvo.ipython.runs import attach, forget, resume, runs

_MODULES = ("conversations", "engine", "errors", "flow", "journal", "portability", "testing", "views", "workflows")
_NAMES = {
    "MemoryPolicy": "nbconvo.conversations.memory",
    "Run": "nbconvo.ipython.run",
    "Session": "nbconvo.flow",
    "inbox": "nbconvo.ipython.inbox",
    "run": "nbconvo.ipython.notebook",
    "tool": "nbconvo.conversations.tools",
} | dict.fromkeys(("attach", "forget", "resume", "runs"), "nbconvo.ipython.runs")

__all__ = [
    "MemoryPolicy",
    "Run",
    "Session",
    "attach",
    "conversations",
    "engine",
    "errors",
    "flow",
    "forget",
    "inbox",
    "journal",
    "portability",
    "resume",
    "run",
    "runs",
    "testing",
    "tool",
    "views",
    "workflows",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"nbconvo.{name}")
    if name in _NAMES:
        return getattr(import_module(_NAMES[name]), name)
    raise AttributeError(f"module 'nbconvo' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "load_ipython_extension", "unload_ipython_extension"])


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext nbconvo` calls."""
    from nbconvo.ipython.extension import load  # noqa: PLC0415 - importing nbconvo must stay cheap

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """What `%unload_ext nbconvo` calls."""
    from nbconvo.ipython.extension import unload  # noqa: PLC0415 - importing nbconvo must stay cheap

    unload(shell)
