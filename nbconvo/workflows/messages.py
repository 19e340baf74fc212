"""What a workflow says: messages at once or piece by piece, with canvases, components, images, and objects of a notebook.

Source: workflows specification, "Messages, canvases, final output"; the state of a message is `{"contentChunks": [...]}`.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, get_running_loop
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any, Self
from weakref import WeakKeyDictionary

from nbconvo.engine.context import current, current_activity, current_or_none
from nbconvo.protocol.canvas import CanvasResource
from nbconvo.protocol.events import CustomTaskCompleted, CustomTaskStarted
from nbconvo.protocol.outputs import Output, ResourceOutput, TextOutput, ThinkingOutput
from nbconvo.workflows.display import as_output
from nbconvo.workflows.task import Task, emit, new_id

ASSISTANT_MESSAGE = "assistant_message"

_canvases: WeakKeyDictionary[AbstractEventLoop, set[str]] = WeakKeyDictionary()
"""The canvases that the code of a run has sent, by the loop of the run."""


async def send_assistant_message(message: Any, *, canvas: CanvasResource | None = None) -> None:
    """Show a message in the conversation: markdown text, or a sequence of chunks; a `canvas` comes below it.

    A component, or any object that a notebook can display, may stand for a message or for a chunk (ours).
    Raises `NotInWorkflow` outside of a workflow and its activities (upstream drops the message there without a word), TypeError
    for None.
    """
    _check_place("send_assistant_message")
    many = isinstance(message, Sequence) and not isinstance(message, str)
    outputs: list[Output] = [as_output(part) for part in (message if many else [message])]  # pyright: ignore[reportUnknownVariableType]
    if canvas is not None:
        outputs.append(ResourceOutput(resource=canvas))
    state = _state(outputs)
    _note_canvases(outputs)
    task_id = new_id()
    emit(CustomTaskStarted(task_id, ASSISTANT_MESSAGE, state))
    emit(CustomTaskCompleted(task_id, ASSISTANT_MESSAGE, state))


async def show(value: Any) -> None:
    """Place an object in the conversation as a notebook displays it: a table, a figure, anything with a rich form (ours).

    Raises as `send_assistant_message`.
    """
    await send_assistant_message([value])


class StreamedMessage:
    """A message that grows while people read it, as an async context manager (ours; agents that stream say it the same way).

    >>> async def answer(words: list[str]) -> None:
    ...     async with StreamedMessage() as message:
    ...         for word in words:
    ...             await message.write(word)
    """

    def __init__(self) -> None:
        self._task: Task[dict[str, Any]] = Task(ASSISTANT_MESSAGE, {"contentChunks": []})
        self._outputs: list[Output] = []

    async def write(self, text: str) -> None:
        """Go on with text; it continues the last chunk when that is text, too."""
        match self._outputs:
            case [*before, TextOutput(text=so_far)]:
                self._outputs = [*before, TextOutput(text=so_far + text)]
            case _:
                self._outputs = [*self._outputs, TextOutput(text=text)]
        await self._changed()

    async def think(self, text: str) -> None:
        """Go on with a thought; it is shown folded."""
        match self._outputs:
            case [*before, ThinkingOutput(thinking=[part])]:
                thought = part.model_copy(update={"text": part.text + text})
                self._outputs = [*before, ThinkingOutput(thinking=[thought])]
            case _:
                self._outputs = [*self._outputs, ThinkingOutput.model_validate({"thinking": [{"text": text}]})]
        await self._changed()

    async def add(self, part: Any) -> None:
        """Add whatever may be a chunk of a message: a canvas, a component, an image, an object to display."""
        self._outputs = [*self._outputs, as_output(part)]
        await self._changed()

    async def _changed(self) -> None:
        await self._task.set_state(_state(self._outputs))

    async def __aenter__(self) -> Self:
        _check_place("StreamedMessage")
        await self._task.__aenter__()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None:
            _note_canvases(self._outputs)
        await self._task.__aexit__(kind, error, trace)


def has_sent_canvas(uri: str) -> bool:
    """True when the code of the run that is running has sent this canvas."""
    return uri in _canvases.get(get_running_loop(), ())


def _check_place(what: str) -> None:
    if current_activity.get() is None:
        current(what)


def _state(outputs: Iterable[Output]) -> dict[str, Any]:
    return {"contentChunks": [output.model_dump(mode="json") for output in outputs]}


def _note_canvases(outputs: Iterable[Output]) -> None:
    if current_or_none() is None:
        return  # an activity: a replay would not see it
    sent = _canvases.setdefault(get_running_loop(), set())
    sent |= {
        output.resource.uri
        for output in outputs
        if isinstance(output, ResourceOutput) and isinstance(output.resource, CanvasResource)
    }
