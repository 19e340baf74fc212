"""`Runner.run`: an agent works until it has nothing more to ask its tools.

Source: document 000, "Streaming agent responses"; workflows specification, "Agents layer".
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from nbconvo.errors import ErrorCode, WorkflowsException
from nbconvo.workflows.plugins.mistralai.agent import Agent
from nbconvo.workflows.plugins.mistralai.cards import notice
from nbconvo.workflows.plugins.mistralai.session.remote_session import RemoteSession
from nbconvo.workflows.plugins.mistralai.session.session import Session
from nbconvo.workflows.plugins.mistralai.tool_calls import unwrapped

logger = logging.getLogger(__name__)


class Runner:
    """Lets agents work."""

    @classmethod
    async def run(cls, agent: Agent, inputs: Any, max_turns: int = 10, session: Session | None = None) -> list[Any]:
        """What the agent answers to `inputs` (text, a chunk, or a list of these), as content chunks.

        The tools it calls in one turn run at once; their results go back to it, at most `max_turns` times. When it still calls
        tools then, a card says so and what there is so far is the answer. Without `session` a `RemoteSession` of this call alone
        is used; with one, a conversation that has begun goes on. Raises `WorkflowsException` (code `agent_execution_error`);
        the conversation is closed then.
        """
        if session is None:
            own = RemoteSession()
            try:
                return await cls.run(agent, inputs, max_turns, own)
            finally:
                await own.cleanup()
        try:
            return await _run(agent, inputs if isinstance(inputs, list) else [inputs], max_turns, session)  # pyright: ignore[reportUnknownArgumentType]
        except Exception as error:
            if session.is_conversation_active():
                await session.close_conversation()
            text = f"Agent runner failed: {unwrapped(error)}"
            raise WorkflowsException(text, code=ErrorCode.AGENT_EXECUTION_ERROR, type="agent_execution_error") from error


async def _run(agent: Agent, inputs: list[Any], max_turns: int, session: Session) -> list[Any]:
    if session.is_conversation_active():
        outputs = await session.append_messages(inputs)
    else:
        outputs = await session.initialize_conversation(agent, inputs)
    for _ in range(max_turns):
        answers = await asyncio.gather(*(session.process_output(output) for output in outputs))
        results = [answer for several in answers for answer in several]
        if not results:
            return session.format_final_outputs(outputs)
        outputs = await session.append_messages(results)
    if session.has_open_calls():
        text = (
            f"{agent.name} still called tools after {max_turns} turns, and was not asked again. Raise max_turns to let it go on."
        )
        logger.warning(text)
        await notice("warning", f"Stopped after {max_turns} turns", text)
    return session.format_final_outputs(outputs)
