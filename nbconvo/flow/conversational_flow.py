"""`ConversationalFlow`: a chat with a router that a model drives; the author writes the routes.

    @ConversationConfig(llm=model, router=RouterConfig())
    class Support(ConversationalFlow):
        @listen("SEARCH")
        def search(self) -> str:
            "Fresh web research."
            ...

A route is a label with a listener; its description is the first line of the listener's docstring.

Source: document 004, "High-level ConversationalFlow"; flow specification, "Intent and routing" for the router's prompt.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic_core import to_jsonable_python

from nbconvo.flow.config import SYSTEM_PROMPT, ConversationalConfig, ConversationConfig, RouterConfig
from nbconvo.flow.decorators import listen, router, start
from nbconvo.flow.ending import reply_text
from nbconvo.flow.flow import Flow
from nbconvo.flow.intents import label_schema
from nbconvo.flow.labels import whole_label
from nbconvo.flow.models import ask_model, stream_model
from nbconvo.flow.recall import remembered
from nbconvo.flow.state import AgentMessage, ConversationEvent, ConversationState, as_model
from nbconvo.flow.threads import in_thread

NO_LLM = "I can continue the conversation once an LLM is configured."
ENDED = "Conversation ended."
_RULE = (
    "Choose exactly one route. Prefer converse for follow-ups about what was said already; choose a custom route only for a "
    "fresh request that it describes."
)


class ConversationalFlow(Flow[ConversationState]):
    """Base of chats whose messages are routed to listeners: `converse` (ordinary chat), `end`, and labels of the subclass.

    Give it a `ConversationConfig`. Override `route_turn` to route by code; a handler that is named like a built-in one takes
    its place. What a handler returns as text is said when it has said nothing itself.
    """

    conversational = True
    keeps_last_intent = True
    conversation_config: ClassVar[ConversationConfig] = ConversationConfig()
    builtin_route_descriptions: ClassVar[Mapping[str, str]] = {
        "converse": "Ordinary chat, follow-ups, summaries, clarifications and questions about the conversation itself.",
        "end": "User signals the conversation is finished (goodbye, exit, done).",
        "answer_from_history": "The message can be answered from the conversation so far.",
    }

    # The graph

    @start()
    def conversation_start(self) -> Any:
        """The message is in the state already."""
        return self.state.current_user_message

    @router(conversation_start)
    async def route_conversation(self) -> str:
        """Where the message goes: `route_turn`, else the classified intent, else the router's model, else `converse`."""
        turn = self._turn_or_raise("route_conversation")
        classified = self.state.last_intent if any(kind == "intent" for kind, _ in turn.trace) else None
        context = await self._router_context()
        label = await in_thread(lambda: self.route_turn(context))
        if inspect.isawaitable(label):
            label = await label
        label = label or classified or await self._route_with_config(context)
        label = "converse" if label == "answer_from_history" and not self._listens(label) else label
        self.state.last_intent = label
        return label

    @listen("converse")
    async def converse_turn(self) -> str:
        """Ordinary chat: the model answers the conversation so far."""
        llm = self.conversation_config.llm
        text = NO_LLM if llm is None else await self._streamed(llm)
        self.append_assistant_message(text)
        return text

    @listen("end")
    def end_conversation(self) -> str:
        """The conversation is over."""
        self.state.ended = True
        self.append_assistant_message(ENDED)
        return ENDED

    # What subclasses use

    def route_turn(self, context: dict[str, Any]) -> str | None:
        """A label chosen by code; None leaves it to the router. `context` is what the router's model would be shown."""
        return None

    def append_assistant_message(self, content: Any, *, metadata: dict[str, Any] | None = None) -> None:
        """Say something to the user."""
        extra = {"metadata": metadata} if metadata else {}
        self._turn_or_raise("append_assistant_message").say({"role": "assistant", "content": content, **extra})

    def append_agent_result(
        self,
        agent_name: str,
        result: Any,
        *,
        visibility: Literal["public", "private"] = "private",
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Keep what an agent found: an event and an entry of the agent's own thread; a public one is said to the user, too."""
        turn = self._turn_or_raise("append_agent_result")
        text = reply_text(result)
        content = text if text is not None else to_jsonable_python(result)
        event = ConversationEvent(
            type="agent_result", payload={"result": content, **(metadata or {})}, agent_name=agent_name, visibility=visibility
        )
        self.state.events.append(event)
        self.state.agent_threads.setdefault(agent_name, []).append(AgentMessage(content=content, metadata=metadata or {}))
        turn.scope.setdefault("$agent_results", []).append(result)
        visible = self.conversation_config.visible_agent_outputs
        if visibility == "public" or visible == "all" or agent_name in (visible or ()):
            self.append_assistant_message(text if text is not None else json.dumps(content))

    def build_agent_context(self, agent_name: str) -> list[dict[str, Any]]:
        """The conversation and the agent's own thread, as messages for that agent."""
        thread = self.state.agent_threads.get(agent_name, [])
        return [*self.conversation_messages, *({"role": one.role, "content": one.content} for one in thread)]

    # Routing

    def route_catalog(self) -> dict[str, str]:
        """The routes and their descriptions, sorted: given ones, then built-in texts, then docstrings, then nothing."""
        config = self._router()
        given = (config.route_descriptions if config else None) or {}
        graph = self.__nbconvo_graph__
        wanted = set((config.routes if config else None) or graph.listened_labels) | {"converse", "end"}
        labels = sorted(wanted & set(graph.listened_labels))
        known = self.builtin_route_descriptions
        return {label: given.get(label) or known.get(label) or graph.description(label) for label in labels}

    def router_prompt(self) -> str:
        """What the router's model is told: the framing, the catalogue, the rule."""
        config = self._router()
        listed = [f"- {label}: {text}" if text else f"- {label}" for label, text in self.route_catalog().items()]
        return "\n".join([*([config.prompt] if config and config.prompt else []), "Routes:", *listed, _RULE])

    def _router(self) -> RouterConfig | None:
        return self.conversation_config.router

    def _listens(self, label: str) -> bool:
        return bool(self.__nbconvo_graph__.listeners(label))

    async def _router_context(self) -> dict[str, Any]:
        turn = self._turn_or_raise("route_turn")
        config = self._router()
        message = self.state.current_user_message or ""
        memory = await remembered(turn, self._router_llm(), message) if config is not None and self._router_llm() else None
        return {
            "system_prompt": self._system_prompt(),
            "current_user_message": message,
            "message_history": turn.conversation[:-1] if memory is None else memory.messages(),
            "events": [event.model_dump(mode="json") for event in self.state.events],
            "last_intent": turn.log.fields.get("last_intent") if turn.log.fields else None,
            "available_routes": list(self.route_catalog()),
        }

    def _router_llm(self) -> Any:
        config, chat = self._router(), self.conversation_config
        return (config.llm if config else None) or chat.intent_llm or chat.llm

    async def _route_with_config(self, context: dict[str, Any]) -> str:
        """The route that the router's model chooses; what goes wrong is noted, and the fallback is taken."""
        config, llm = self._router(), self._router_llm()
        if config is None:
            return "converse"
        if llm is None:
            return config.default_intent
        try:
            return await self._asked_router(config, llm, context)
        except Exception as error:
            fallback = config.fallback_intent or config.default_intent
            self._turn_or_raise("route_turn").note("route", {"label": fallback, "router": "model", "error": str(error)})
            return fallback

    async def _asked_router(self, config: RouterConfig, llm: Any, context: dict[str, Any]) -> str:
        labels, model = list(self.route_catalog()), as_model(config.response_format)
        schema = label_schema(labels, config.intent_field) if model is None else model.model_json_schema()
        told = json.dumps(context, sort_keys=True)
        messages = [{"role": "system", "content": self.router_prompt()}, {"role": "user", "content": told}]
        answer = await ask_model(llm, messages, schema=schema)
        text = answer if model is None else str(getattr(model.model_validate_json(answer), config.intent_field))
        label = whole_label(text, labels, field=config.intent_field)
        if label is None:
            raise ValueError(f"the model answered {answer!r}, which names none of {labels}")
        return label

    # Answering

    def _system_prompt(self) -> str:
        prompt = self.conversation_config.system_prompt
        return SYSTEM_PROMPT if prompt is None else prompt

    async def _streamed(self, llm: Any) -> str:
        turn, prompt, text = self._turn_or_raise("converse_turn"), self._system_prompt(), ""
        messages = [*([{"role": "system", "content": prompt}] if prompt else []), *turn.conversation]
        turn.note("model", {"step": "converse_turn", "messages": messages}, kept=False)
        async for part in stream_model(llm, messages):
            if isinstance(part, str):
                text += part
                turn.note("delta", {"content": part}, kept=False)
        return text

    def _config(self) -> ConversationalConfig:
        chat = self.conversation_config
        return self.conversational_config or ConversationalConfig(
            default_intents=chat.default_intents,
            intent_llm=chat.intent_llm or chat.llm,
            defer_trace_finalization=chat.defer_trace_finalization,
            trace_scope=chat.trace_scope,
        )
