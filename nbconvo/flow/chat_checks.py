"""What a flow that is made of declared steps must have, by its kind.

Source: document 002, "Constraints" and "Send as Chat Reply".
"""

from __future__ import annotations

from nbconvo.flow.agent import CustomAgent
from nbconvo.flow.errors import FlowDefinitionError
from nbconvo.flow.graph import Graph
from nbconvo.flow.navigation import EndFlow


def check_chat(kind: str | None, graph: Graph) -> None:
    """Raises `FlowDefinitionError` for what cannot work. Steps that are methods may do anything, so they are not judged."""
    steps = list(graph.steps.values())
    agents = [step.declared for step in steps if isinstance(step.declared, CustomAgent)]
    if kind == "output" and (odd := [one for one in agents if one.send_as_chat_reply or one.use_memory]):
        what = "sends a chat reply" if odd[0].send_as_chat_reply else "uses memory"
        text = f"Flow {graph.flow} has kind='output', and agent {odd[0].step_name!r} {what}. Only kind='chat' has that."
        raise FlowDefinitionError(text)
    if kind != "chat" or not steps or any(step.declared is None for step in steps):
        return
    if not any(one.send_as_chat_reply for one in agents):
        raise FlowDefinitionError(
            f"Flow {graph.flow}: at least one Custom Agent in a chat-driven workflow must have Send as Chat Reply enabled: "
            "give one of them send_as_chat_reply=True."
        )
    if not any(isinstance(step.declared, EndFlow) for step in steps):
        text = f"Flow {graph.flow}: a Chat Driven workflow requires an End Flow node. Add `end = EndFlow(listen=...)`."
        raise FlowDefinitionError(text)
