"""Flows that several tests use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvo.conversations.models import ScriptedModel
from nbconvo.flow import ChatState, ConversationalConfig, Flow, SQLiteFlowPersistence, listen, or_, persist, router, start


def said(session_or_flow: Any) -> list[tuple[str, str]]:
    """The messages as (role, content)."""
    state = session_or_flow.state
    messages = state["messages"] if isinstance(state, dict) else state.messages
    return [(one["role"], one["content"]) if isinstance(one, dict) else (one.role, one.content) for one in messages]


def support_flow(path: Path | None = None, *, script: list[Any] | None = None, where: str = "last") -> type[Flow[ChatState]]:
    """Document 004's quick start; `where` is "last", "first" or "class": where `@persist` stands."""
    keep = persist(SQLiteFlowPersistence(str(path))) if path is not None else lambda target: target
    nothing = lambda target: target  # noqa: E731
    first, last = keep if where == "first" else nothing, keep if where == "last" else nothing

    class SupportFlow(Flow[ChatState]):
        conversational_config = ConversationalConfig(
            default_intents=["order", "help", "goodbye"],
            intent_llm=ScriptedModel(script if script is not None else ["order", "help", "goodbye", "order", "help"]),
            defer_trace_finalization=True,
        )

        @first
        @start()
        def bootstrap(self) -> str:
            if not self.state.session_ready:
                self.state.session_ready = True
            return "ready"

        @router(bootstrap)
        def route(self) -> str:
            return self.state.last_intent or "help"

        @listen("order")
        def handle_order(self) -> str:
            reply = "Your order is on the way."
            self.append_message("assistant", reply)
            return reply

        @listen("help")
        def handle_help(self) -> str:
            reply = "How can I help?"
            self.append_message("assistant", reply)
            return reply

        @listen("goodbye")
        def handle_goodbye(self) -> str:
            reply = "Goodbye!"
            self.append_message("assistant", reply)
            return reply

        @last
        @listen(or_(handle_order, handle_help, handle_goodbye))
        def finalize(self) -> dict[str, Any]:
            return self.state.model_dump()

    return keep(SupportFlow) if where == "class" else SupportFlow


class Echo(Flow[ChatState]):
    """Says back what was said."""

    @start()
    async def echo(self) -> str:
        return f"You said {self.state.last_user_message}."
