"""`Navigate` and `EndFlow`: steps that move the user's screen, and that end a chat-driven flow; `Subworkflow` runs another flow.

Source: document 002, "Navigate in UI Flow node" and "Constraints".
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nbconvo.flow.errors import ChatDrivenNotCallableError, NavigationError
from nbconvo.flow.graph import DeclaredStep
from nbconvo.flow.interpolate import interpolate
from nbconvo.flow.recall import scope_of
from nbconvo.flow.turn import current_turn


@dataclass(frozen=True)
class View:
    """A place to go to: a widget, an output area, a heading. `handler` is called with the parameters."""

    name: str
    required: Sequence[str] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict[str, Any])
    handler: Callable[..., Any] | None = None


_views: dict[str, View] = {}


def register_view(view: View) -> View:
    """Make a view known by its name; a later one of the same name takes its place."""
    _views[view.name] = view
    return view


class Navigate(DeclaredStep):
    """Opens a view with parameters, in which `${...}` names values of the turn. For chat-driven flows.

    A required parameter that comes out empty fails the step; an optional one is left out. Raises `NavigationError`.
    """

    def __init__(self, view: View | str, parameters: Mapping[str, Any] | None = None, *, listen: Any = None) -> None:
        super().__init__(listen)
        self.view = view
        self.parameters = dict(parameters or {})

    async def run(self, flow: Any, argument: Any = None) -> dict[str, Any]:
        """Resolve the parameters, tell the chat, call the view."""
        turn = current_turn.get()
        if turn is None or getattr(flow, "kind", None) != "chat":
            raise NavigationError("Navigate is for chat-driven flows: give the class kind='chat'.")
        view = self._view()
        given = interpolate(self.parameters, scope_of(turn) | {"input": argument}, "empty")
        values = {name: value for name, value in {**view.defaults, **_filled(given)}.items() if value not in (None, "")}
        if missing := [name for name in view.required if name not in values]:
            given = self.parameters.get(missing[0])
            raise NavigationError(f"Required parameter {missing[0]!r} of view {view.name!r} is empty: {given!r}.")
        turn.note("navigate", {"view": view.name, "parameters": values})
        if view.handler is not None:
            result = view.handler(**values)
            if inspect.isawaitable(result):
                await result
        return values

    def _view(self) -> View:
        if isinstance(self.view, View):
            return self.view
        if self.view not in _views:
            known = ", ".join(map(repr, _views)) or "none"
            raise NavigationError(f"There is no view {self.view!r}; registered are: {known}. Use register_view(View(...)).")
        return _views[self.view]


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}


class EndFlow(DeclaredStep):
    """The end of a chat-driven flow: nothing but a mark, since replies are sent by agents."""

    async def run(self, flow: Any, argument: Any = None) -> None:
        """Nothing is left to do."""


class Subworkflow(DeclaredStep):
    """Runs another flow for its output. Raises `ChatDrivenNotCallableError` for a chat-driven one."""

    def __init__(self, flow: Any, inputs: Mapping[str, Any] | None = None, *, listen: Any = None) -> None:
        super().__init__(listen)
        if getattr(flow, "kind", None) == "chat":
            raise ChatDrivenNotCallableError("Chat Driven workflows cannot be referenced as subworkflows: messages start them.")
        self.flow = flow
        self.inputs = dict(inputs or {})

    async def run(self, flow: Any, argument: Any = None) -> Any:
        """The output of a fresh run."""
        turn = current_turn.get()
        scope = {} if turn is None else scope_of(turn)
        inner = self.flow() if isinstance(self.flow, type) else self.flow
        return await inner.kickoff_async(interpolate(self.inputs, scope | {"input": argument}))


def require_chat(flow: Any) -> None:
    """Raises `ChatDrivenNotCallableError` for a flow that a chat cannot show: one of kind "output"."""
    if getattr(flow, "kind", None) == "output":
        raise ChatDrivenNotCallableError("Only chat-driven workflows can be shown in a chat: this one has kind='output'.")
