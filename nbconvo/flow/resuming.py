"""Human feedback that is waited for: what it is, and going on with the answer, in this process or another. Mixed into `Flow`.

Source: document 004; flow specification, "Human in the loop".
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Self

from nbconvo.flow import blocking
from nbconvo.flow.errors import NoPendingFeedback
from nbconvo.flow.feedback import HumanFeedbackResult, PendingFeedbackContext
from nbconvo.flow.graph import Graph
from nbconvo.flow.run import Run
from nbconvo.flow.session import Session
from nbconvo.flow.turn import Turn
from nbconvo.protocol.events import FlowNoted


class Resuming:
    """Feedback of the flow's sessions."""

    session: Callable[..., Session]
    _turn_now: Callable[[], Turn | None]
    _settled: Callable[..., Any]
    _last_run: Run | None
    __nbconvo_graph__: Graph

    @property
    def human_feedback_history(self) -> list[HumanFeedbackResult]:
        """The feedback of the turn whose step asks, else of the last one."""
        turn = self._turn_now() or (self._last_run.turn if self._last_run is not None else None)
        return list(turn.scope.get("$feedback", ())) if turn is not None else []

    @property
    def last_human_feedback(self) -> HumanFeedbackResult | None:
        """The newest of them."""
        return self.human_feedback_history[-1] if self.human_feedback_history else None

    @classmethod
    def from_pending(cls, flow_id: str, persistence: Any = None, **options: Any) -> Self:
        """The flow of a session that waits for feedback, in any process. Raises ValueError when none waits under this id."""
        make: Any = cls
        flow: Any = make(persistence, id=flow_id, **options)
        if not flow.store.line(flow_id).log.waits:
            raise ValueError(f"No pending feedback found for flow_id: {flow_id}")
        return flow

    @property
    def pending_feedback(self) -> PendingFeedbackContext | None:
        """What is waited for; None when nothing is."""
        log = self.session().log
        notes = [event.attributes for event in log.open if isinstance(event.attributes, FlowNoted)]
        asked = [note.data for note in notes if note.kind == "feedback"]
        if not asked or not log.waits:
            return None
        data, output = asked[-1], asked[-1]["output"]
        config = self.__nbconvo_graph__.steps[data["method"]].feedback
        return PendingFeedbackContext(
            log.id, type(self).__name__, data["method"], output.get("value"), data["message"],
            data["emit"], config.default_outcome, config.metadata, config.llm,
        )  # fmt: skip

    def resume(self, feedback: str = "") -> Any:
        """Answer a feedback that is waited for, and run on to the end. Raises ValueError when none is."""
        if asyncio._get_running_loop() is not None:  # noqa: SLF001 - the one way that does not raise
            raise RuntimeError(
                "resume() cannot be called from within an async context. Use 'await flow.resume_async(feedback)' instead."
            )
        return blocking.call(lambda console: self._resume(feedback, console), "resume")

    async def resume_async(self, feedback: str = "") -> Any:
        """The same, awaited."""
        return await self._resume(feedback, None)

    async def _resume(self, feedback: str, console: blocking.Console | None) -> Any:
        session = self.session()
        if not session.pending:
            raise NoPendingFeedback
        run = session.submit(session.pending[0]["task_id"], feedback)
        if run.turn is not None:
            run.turn.options.pop("pending", None)
        return await self._settled(run, console)
