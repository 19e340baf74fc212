"""`CustomAgent`: a step that asks a model, with or without memory, tools and a knowledge base, and may be the chat's reply.

>>> CustomAgent("Answer ${userMessage}", send_as_chat_reply=True).references
['userMessage']

Source: document 002, "Custom Agent node".
"""

from __future__ import annotations

import inspect
import json
import logging
from collections.abc import Callable, Iterable
from typing import Any

from pydantic_core import to_json, to_jsonable_python

from nbconvo.conversations.models import ToolCall
from nbconvo.flow.graph import DeclaredStep
from nbconvo.flow.interpolate import interpolate, references, to_text
from nbconvo.flow.models import ask_model, stream_model
from nbconvo.flow.recall import remembered, scope_of
from nbconvo.flow.state import as_model
from nbconvo.flow.threads import in_thread
from nbconvo.flow.toolbox import Toolbox
from nbconvo.flow.turn import Turn, current_turn

logger = logging.getLogger(__name__)

MOST_ROUNDS = 10
"""Times that an agent may call tools before it has to answer."""

_SUGGEST = (
    "Suggest up to three short prompts that the user is likely to send next. Answer with a JSON list of texts and nothing else."
)
_ALONE = "Go on."


class CustomAgent(DeclaredStep):
    """Ask a model with an operation prompt, in which `${...}` names values of the turn.

    With `only_prompt_references` the model is shown nothing else; without, all data of the turn. `use_memory` adds the
    session's memory, `knowledge_base` (a function from the message to passages) what it finds, `tools` and `mcp_servers`
    what may be called.
    `send_as_chat_reply` sends the answer to the chat as it comes; otherwise it is kept under `response_key` (by default the
    step's name), as what `response_schema` (a pydantic model or a JSON schema) says. `prompt_suggestions` asks for follow-ups.
    Assign it in a flow's class body, or await `agent.run(self)` inside a step.
    Raises ValueError for a schema together with a chat reply.
    """

    def __init__(
        self,
        operation_prompt: str,
        model: Any = None,
        *,
        listen: Any = None,
        only_prompt_references: bool = True,
        use_memory: bool = False,
        mcp_servers: Iterable[Any] = (),
        knowledge_base: Callable[[str], Any] | None = None,
        send_as_chat_reply: bool = False,
        prompt_suggestions: bool = False,
        response_key: str | None = None,
        response_schema: Any = None,
        tools: Iterable[Callable[..., Any]] = (),
    ) -> None:
        super().__init__(listen)
        if send_as_chat_reply and response_schema is not None:
            raise ValueError(
                "An agent that sends a chat reply answers in plain text: give response_schema or send_as_chat_reply."
            )
        self.operation_prompt = operation_prompt
        self.model = model
        self.only_prompt_references = only_prompt_references
        self.use_memory = use_memory
        self.mcp_servers = tuple(mcp_servers)
        self.knowledge_base = knowledge_base
        self.send_as_chat_reply = send_as_chat_reply
        self.prompt_suggestions = prompt_suggestions
        self.response_key = response_key
        self.response_schema = response_schema
        self.tools = tuple(tools)
        if send_as_chat_reply and only_prompt_references and not use_memory and "userMessage" not in self.references:
            logger.warning(
                "An agent replies to the chat without seeing the message: put ${userMessage} into its operation prompt."
            )

    @property
    def references(self) -> list[str]:
        """The paths that the operation prompt names."""
        return references(self.operation_prompt)

    async def run(self, flow: Any, argument: Any = None) -> Any:
        """Ask the model; the answer's text, or what the schema makes of it. Raises what the model raises."""
        turn = current_turn.get()
        if turn is None:
            raise RuntimeError("An agent runs in a turn of a flow.")
        model = self.model or getattr(flow, "llm", None) or turn.options.get("llm") or "mistral-medium-latest"
        messages = await self._messages(turn, model, argument)
        turn.note("model", {"step": self.step_name, "messages": messages}, kept=False)
        text = await self._answer(turn, model, messages)
        if self.send_as_chat_reply:
            turn.say({"role": "assistant", "content": text})
        if self.prompt_suggestions:
            await self._suggest(turn, model, messages, text)
        result = text if self.response_schema is None else self._parsed(text)
        turn.scope[self.response_key or self.step_name] = result
        return result

    async def _messages(self, turn: Turn, model: Any, argument: Any) -> list[dict[str, Any]]:
        scope = scope_of(turn) | {"input": argument}
        message = to_text(scope["userMessage"])
        parts = [to_text(interpolate(self.operation_prompt, scope))]
        if not self.only_prompt_references:
            data = {name: value for name, value in scope.items() if name not in ("state", "messages")}
            parts.append(f"Data:\n{to_json(data, fallback=str).decode()}")
        if self.knowledge_base is not None:
            parts.append(f"Knowledge:\n{await self._found(message)}")
        if self.use_memory:
            memory = (await remembered(turn, model, message)).render()
            turn.note("memory", {"step": self.step_name, "text": memory})
            if memory:
                parts.append(memory)
        shown = not self.only_prompt_references or "userMessage" in self.references or self.use_memory
        user = {"role": "user", "content": message if shown and message else _ALONE}
        return [{"role": "system", "content": "\n\n".join(parts)}, user]

    async def _found(self, message: str) -> str:
        base = self.knowledge_base
        assert base is not None
        found = await base(message) if inspect.iscoroutinefunction(base) else await in_thread(lambda: base(message))
        return "\n".join(map(str, found)) if isinstance(found, list | tuple) else str(found)  # pyright: ignore[reportUnknownArgumentType]

    async def _answer(self, turn: Turn, model: Any, messages: list[dict[str, Any]]) -> str:
        """Let the model answer, and call tools as long as it wants some."""
        box = Toolbox(self.tools, self.mcp_servers)
        described = await box.describe()
        asked = list(messages)
        for _ in range(MOST_ROUNDS):
            text, calls = await self._round(turn, model, asked, described)
            if not calls:
                return text
            asked.append(
                {
                    "role": "assistant",
                    "content": text,
                    "tool_calls": [_call_json(one, number) for number, one in enumerate(calls)],
                }
            )
            for number, one in enumerate(calls):
                result = await box.call(one.name, one.arguments)
                turn.note(
                    "tool", {"name": one.name, "arguments": to_jsonable_python(one.arguments), "result": result}, kept=False
                )
                asked.append({"role": "tool", "name": one.name, "tool_call_id": one.id or str(number), "content": result})
        return text  # pyright: ignore[reportPossiblyUnboundVariable]

    async def _round(
        self, turn: Turn, model: Any, messages: list[dict[str, Any]], tools: list[dict[str, Any]]
    ) -> tuple[str, list[ToolCall]]:
        text, calls = "", list[ToolCall]()
        async for part in stream_model(model, messages, schema=self._schema(), tools=tools):
            if isinstance(part, str):
                text += part
                if self.send_as_chat_reply:
                    turn.note("delta", {"content": part}, kept=False)
            elif isinstance(part, ToolCall):
                calls.append(part)
        return text, calls

    def _schema(self) -> dict[str, Any] | None:
        model = as_model(self.response_schema)
        return self.response_schema if model is None else model.model_json_schema()

    def _parsed(self, text: str) -> Any:
        model = as_model(self.response_schema)
        return json.loads(text) if model is None else model.model_validate_json(text)

    async def _suggest(self, turn: Turn, model: Any, messages: list[dict[str, Any]], reply: str) -> None:
        """Follow-ups for the chat; without them the reply stands all the same."""
        asked = [*messages, {"role": "assistant", "content": reply}, {"role": "user", "content": _SUGGEST}]
        try:
            found = json.loads(await ask_model(model, asked))
            turn.suggestions = [str(one) for one in found][:3]
        except Exception as error:
            turn.note("error", f"No suggestions could be made: {error}")
        else:
            turn.note("suggestions", {"suggestions": turn.suggestions})


def _call_json(call: ToolCall, number: int) -> dict[str, Any]:
    arguments = call.arguments if isinstance(call.arguments, str) else json.dumps(dict(call.arguments))
    return {"id": call.id or str(number), "type": "function", "function": {"name": call.name, "arguments": arguments}}
