"""What every engine offers. A widget, a test or a script does not know which one it talks to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Protocol

from typing_extensions import TypedDict

from nbconvo.protocol.envelope import Event


class PendingInput(TypedDict):
    """An open ask, as upstream's `__get_pending_inputs` lists it."""

    task_id: str
    input_schema: dict[str, Any]
    label: str | None


class ExecutionHandle(Protocol):
    """One execution, from the outside."""

    @property
    def id(self) -> str:
        """The id of the execution."""
        ...

    @property
    def workflow_name(self) -> str:
        """The name of its definition."""
        ...

    async def pending_inputs(self) -> list[PendingInput]:
        """The open asks, oldest first."""
        ...

    async def submit_input(self, task_id: str, value: Any) -> None:
        """Answer an ask with JSON or with an instance of its model.

        Raises `InputRejected` (the ask stays open) or `NoPendingInput`.
        """
        ...

    async def result(self) -> Any:
        """What the entrypoint returned, when it has. Raises `WorkflowFailed` or `WorkflowCanceled`."""
        ...

    def events(self, after: int = 0, *, internal: bool = False) -> AsyncIterator[Event]:
        """Recorded and coming events with a sequence number above `after`; ends with the execution.

        `internal` adds what only a local journal knows.
        """
        ...

    async def signal(self, name: str, value: Any = None) -> None:
        """Tell the workflow something; `value` is the handler's input as JSON.

        Raises `HandlerNotFound` or `HandlerRejected` (then the run never heard of it), `ExecutionEnded`.
        """
        ...

    async def query(self, name: str, value: Any = None) -> Any:
        """Ask the workflow something; changes nothing, and an ended one still answers. The result is JSON.

        Raises `HandlerNotFound`, `HandlerRejected`, or what the handler raises.
        """
        ...

    async def update(self, name: str, value: Any = None) -> Any:
        """Change the workflow and wait for what its handler returns, as JSON.

        Raises `HandlerNotFound`, `HandlerRejected` or `UpdateFailedError` (the run goes on in each case), `ExecutionEnded`.
        """
        ...

    async def cancel(self, reason: str | None = None) -> None:
        """Ask the run to stop: its code sees a CancelledError. Harmless when it has ended."""
        ...

    async def terminate(self, reason: str | None = None) -> None:
        """End the run at once, without asking its code. Harmless when it has ended."""
        ...


class Engine(Protocol):
    """Something that runs executions."""

    async def start(self, workflow: type[Any], input: Any = None, id: str | None = None) -> ExecutionHandle:  # noqa: A002
        """Start a workflow, or return the handle of the execution that has this id already.

        `input` is JSON or the entrypoint's model. Raises `StartInputInvalid`; then nothing was started.
        """
        ...
