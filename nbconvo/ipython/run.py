"""A run: one execution as a notebook holds it. Answer it, await it, read it, show it, go back in it.

Widget and Python are equals: both answer through the same engine call, and the first valid answer wins.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path
from typing import Any

from nbconvo.engine import KernelEngine, KernelHandle
from nbconvo.errors import InputRejected, NbconvoError, NoAnswerToRewind, NoPendingInput, NoReplyError, ReplyMismatch
from nbconvo.ipython import host, replies_files
from nbconvo.ipython.branches import Branches
from nbconvo.ipython.delivery import wait_in_cell
from nbconvo.ipython.display import RunDisplay
from nbconvo.ipython.replies import Reply, ReplyQueue
from nbconvo.ipython.settings import settings
from nbconvo.ipython.start import StartForm
from nbconvo.journal.files import Upload, files_beside
from nbconvo.protocol.envelope import Event
from nbconvo.views.asks import ask_name
from nbconvo.views.model import AskView, ShowActivities, TranscriptView
from nbconvo.views.recording import recording
from nbconvo.views.replies import reply_input, upload_for
from nbconvo.views.replies_file import recording_text
from nbconvo.views.saved import family_events
from nbconvo.views.script import Script
from nbconvo.views.timeline import Timeline
from nbconvo.views.transcript import Transcript


class Run:
    """One execution. `await run` gives its result; as the last line of a cell it shows the conversation.

    `name` is the variable that a workflow cell bound it to.
    """

    def __init__(
        self,
        engine: KernelEngine,
        handle: KernelHandle | StartForm,
        replies: Iterable[Any] | Script = (),
        *,
        resumed: bool = False,
        show_activities: ShowActivities | None = None,
    ) -> None:
        self.name: str | None = None
        self._engine = engine
        self._queue = ReplyQueue(replies)
        self._refused: InputRejected | None = None
        self._stuck: asyncio.Future[Exception | None] | None = None
        self._problem: Exception | None = None
        self._branches = Branches(engine, self._changed, show_activities or settings().show_activities)
        if isinstance(handle, StartForm):
            self._branches.ask_to_start(handle)
        else:
            self._branches.add(handle, resumed=resumed)
        self._display = RunDisplay(self._branches, self)
        self._changed(self._branches.view)

    @property
    def id(self) -> str:
        """The id of the execution."""
        return self._handle.id

    @property
    def status(self) -> str:
        """ "running", "waiting" (for an answer), "completed", "failed" or "canceled"."""
        return self._branches.view["status"]

    @property
    def is_started(self) -> bool:
        """False while the workflow's input is asked for: then there is no execution, and nothing is recorded."""
        return not isinstance(self._handle, StartForm)

    @property
    def pending(self) -> list[AskView]:
        """The open asks, oldest first; those of child workflows are among them."""
        return self._branches.view["asks"]

    @property
    def events(self) -> list[Event]:
        """What happened so far, without the journal's internal events."""
        return [event for event in self._recorded() if not event.internal]

    @property
    def transcript(self) -> Transcript:
        """The conversation so far: prints as text, shows as HTML."""
        return Transcript(self._branches.view)

    def to_markdown(self) -> str:
        """The conversation so far as markdown."""
        return self.transcript.to_markdown()

    def to_html(self) -> str:
        """The conversation so far as HTML, with nothing active in it."""
        return self.transcript.to_html()

    def to_json(self) -> str:
        """The conversation so far as JSON text, with everything that a page would draw."""
        return self.transcript.to_json()

    def timeline(self) -> Timeline:
        """What the run has spent its time on so far: activities, retries, waits and timers."""
        return Timeline(self._recorded())

    def reply(self, value: Any, label: str | None = None) -> Reply:
        """Answer the open ask (with this `label`), or the next one that opens.

        `value` is what a person would type: a string for a chat or a canvas, an option's value or label for a confirmation, a
        dict for a form (a path for a file, an option's label for a choice) or any other model.
        Raises `InputRejected` (the ask stays open), `NoPendingInput` when the run has ended.
        """
        if self._following.done():
            raise NoPendingInput("(the run has ended)")
        reply = Reply(value, label)
        self._queue.add(reply)
        self._answer()
        if reply.error is not None:
            raise reply.error
        return reply

    def cancel(self, reason: str | None = None) -> None:
        """Ask the run to stop; the workflow sees a CancelledError."""
        self.cancel_nowait(reason)

    def rewind(self, to: str) -> None:
        """Go back to an answered ask, named by its label, its prompt or its task id (the newest that fits), and ask it again.

        What was before it is reused, what follows runs anew, in another branch of this run; both stay in the journal.
        Raises `NoAnswerToRewind` when no answer fits.
        """
        answers = [item for item in self._branches.view["items"] if item["kind"] == "answer" and item["state"] == "answered"]
        named = [answer["id"] for answer in answers if to in (answer["id"], answer["label"], answer["prompt"])]
        self.rewind_nowait(named[-1] if named else to)

    def record(self, path: str | os.PathLike[str]) -> Path:
        """Write the replies of this run so far to a file that `%%workflow --replies`, `play` and `nbconvo run` take.

        A relative path starts at the notebook's folder; a file that is there is replaced. Secrets are left out, and the file
        says where they belong (see `nbconvo.views.recording`). Returns where it is.
        """
        target = host.notebook_folder() / path
        target.write_text(self._recording(), encoding="utf-8")
        return target

    def __await__(self) -> Generator[Any, None, Any]:
        return self.result().__await__()

    async def result(self, timeout: float | None = None) -> Any:
        """Wait for the end and return what the workflow returned; interrupting the wait leaves the run alive.

        Raises `WorkflowFailed`, `WorkflowCanceled`, TimeoutError after `timeout` seconds, and, where nobody can answer,
        `NoReplyError` for an ask that no scripted reply is left for.
        """
        __tracebackhide__ = True
        try:
            if host.is_headless():
                await self._until_ended_or_stuck(timeout)
            else:
                await self.scripted(timeout)
                self._display.show_once()
                await self._until_ended(timeout)
            self._following.result()
            return await self._handle.result()
        except (NbconvoError, TimeoutError) as error:
            raise error.with_traceback(None)  # noqa: B904 - the same error: its cause stays, the frames that only carried it go

    async def scripted(self, timeout: float | None = None) -> None:
        """Show the conversation and wait until a replies file has given its last reply; at once when there is none.

        Raises `ReplyMismatch` when the conversation does not go as it was recorded, `InputRejected` for a reply that does not
        fit its ask, TimeoutError after `timeout` seconds. The run goes on in each case: a person can answer.
        """
        __tracebackhide__ = True
        if self._queue.has_script or self._problem is not None:
            self._display.show_once()
            try:
                await self._until_stuck(timeout)
            except (NbconvoError, TimeoutError) as error:
                raise error.with_traceback(None) from None  # the text says it all

    async def settle(self) -> None:
        """Give the workflow a moment to say its first words, so that a cell shows them with its first drawing."""
        for _ in range(8):
            if self.pending or self._following.done():
                return
            await asyncio.sleep(0)

    # What the widget does

    def submit_input_nowait(self, task_id: str, value: Any) -> None:
        """Answer an ask of this run or of one of its children. Raises `InputRejected` or `NoPendingInput`."""
        holder = self._holder(task_id)
        holder.submit_input_nowait(task_id, value)
        if isinstance(holder, StartForm) and holder.started is not None:
            self._branches.add(holder.started)
            self._changed(self._branches.view)
        self._branches.answered()

    def begin_upload_nowait(self, task_id: str, field: list[str | int], filename: str, content_type: str, size: int) -> Upload:
        """Take in a file for a field of an open ask. Raises `InputRejected` when it is not wanted there, `NoPendingInput`."""
        ask = next((ask for ask in self.pending if ask["task_id"] == task_id), None)
        if ask is None:
            raise NoPendingInput(task_id)
        return upload_for(ask, field, files_beside(self._engine.journal), filename, content_type, size)

    def cancel_nowait(self, reason: str | None = None) -> None:
        """Ask the run to stop."""
        self._handle.cancel_nowait(reason)
        if isinstance(self._handle, StartForm):
            self._changed(self._branches.view)

    def rewind_nowait(self, task_id: str) -> None:
        """Ask an answered ask again, in a new branch. Raises `NoAnswerToRewind`."""
        if isinstance(self._handle, StartForm):
            raise NoAnswerToRewind(task_id)
        self._branches.add(self._engine.fork(self._handle.id, task_id))

    def show_branch_nowait(self, index: int) -> None:
        """Show branch number `index` (from 1). Raises IndexError."""
        self._branches.choose(index)

    def start_over_nowait(self) -> None:
        """Begin anew with the same input, in a new branch; the run that was resumed is cancelled."""
        fresh = self._engine.start_again(self._handle.id)
        self.cancel_nowait("started over")
        self._branches.add(fresh)

    def save_replies_nowait(self) -> str:
        """Write the replies to a new file beside the notebook; returns what to tell the person. Raises `UsageError`."""
        path = replies_files.save_new(self._recording(), self.name or self._handle.workflow_name)
        return f"Replies saved to {path.name}"

    # Inside

    @property
    def _handle(self) -> KernelHandle | StartForm:
        return self._branches.current.handle

    @property
    def _family(self) -> Sequence[KernelHandle | StartForm]:
        """What waits for answers here: the execution with its children, or the form before its start."""
        handle = self._handle
        return [handle] if isinstance(handle, StartForm) else self._engine.family(handle.id)

    @property
    def _following(self) -> asyncio.Future[None]:
        return self._branches.current.following

    def _recorded(self) -> list[Event]:
        """What the journal has of the branch that is shown and of its children."""
        return family_events(self._engine.journal, {self._handle.id: 0})

    def _holder(self, task_id: str) -> KernelHandle | StartForm:
        for handle in self._family:
            if any(ask["task_id"] == task_id for ask in handle.pending_inputs_nowait()):
                return handle
        raise NoPendingInput(task_id)

    def _ipython_display_(self) -> None:
        self._display.show_as_value()

    def __repr__(self) -> str:
        asks = ", ".join(ask_name(ask) for ask in self.pending)
        return f"<Run of {self._handle.workflow_name}: {self.status}{' for ' + asks if asks else ''}>"

    async def _until_ended(self, timeout: float | None) -> None:
        """Until the branch that is shown has ended, whichever that is by then."""
        following = None
        while following is not self._following:
            following = self._following
            await wait_in_cell(following, timeout=timeout)

    async def _until_ended_or_stuck(self, timeout: float | None) -> None:
        """Headless: wait for the end, or for an ask that nobody answers; show the transcript as it is then."""
        try:
            await self._until_stuck(timeout)
        finally:
            self._display.show_once()

    async def _until_stuck(self, timeout: float | None) -> None:
        """Until the run has ended or nothing scripted brings it on. Raises why, where that is a mistake."""
        self._stuck = stuck = asyncio.get_running_loop().create_future()
        self._check_stuck()
        try:
            while not (stuck.done() or self._following.done()):  # a run that starts has another following
                await wait_in_cell(self._following, stuck, timeout=timeout)
            problem = self._problem
            if problem is None and self._following.done():
                problem = self._queue.left_over() if self.status == "completed" else None
            elif problem is None:
                problem = stuck.result()
            if problem is not None:
                raise problem
        finally:
            self._stuck = self._problem = None

    def _changed(self, view: TranscriptView) -> None:
        self._answer()
        self._display.update(view)
        if self._stuck is not None and (view["asks"] or self._queue.script is not None):
            asyncio.get_running_loop().call_soon(self._check_stuck)
        if view["ended_at"] is not None:
            self._queue.clear(NoPendingInput("(the run has ended)"))

    def _answer(self) -> None:
        """Give open asks the replies that wait for them. Called with every event: without replies it looks at nothing."""
        try:
            while len(self._queue) and (pair := self._queue.take(self._unanswered())) is not None:
                self._give(*pair)
        except ReplyMismatch as error:
            self._stop_script(error)

    def _give(self, ask: AskView, reply: Reply) -> None:
        try:
            self.submit_input_nowait(ask["task_id"], reply_input(ask, reply.value, files_beside(self._engine.journal)))
        except NoPendingInput:  # answered or closed this very moment: the reply is for the next ask
            return
        except InputRejected as error:
            reply.failed(error)
            self._refused = error
            if reply.script is not None:
                self._stop_script(reply.script.rejected(ask, reply.value, error))
            self._set_stuck(error)
        else:
            reply.accepted(ask)

    def _stop_script(self, problem: Exception) -> None:
        """From here on a person answers; who waits for the script is told."""
        self._queue.script, self._problem = None, problem
        self._set_stuck(problem)

    def _unanswered(self) -> list[AskView]:
        """The asks of the view that the engine still waits for; the view is a moment behind."""
        open_ids = {ask["task_id"] for handle in self._family for ask in handle.pending_inputs_nowait()}
        return [ask for ask in self.pending if ask["task_id"] in open_ids]

    def _check_stuck(self) -> None:
        """An ask that nothing will ever answer ends the wait. One with a deadline ends by itself."""
        asks = self._unanswered()
        if self._problem is not None:
            self._set_stuck(self._problem)
        elif self._queue.script is not None and self._queue.has_script:
            if asks and all(handle.is_still for handle in self._family):
                self._stop_script(self._queue.script.stalled(asks))
        elif not host.is_headless():
            self._set_stuck(None)
        elif asks and not self._queue.has_one_for(asks) and all(ask["deadline"] is None for ask in asks):
            refused = self._refused if self._refused is not None and self._refused.task_id == asks[0]["task_id"] else None
            self._set_stuck(refused or NoReplyError(ask_name(asks[0])))

    def _set_stuck(self, error: Exception | None) -> None:
        if self._stuck is not None and not self._stuck.done():
            self._stuck.set_result(error)

    def _recording(self) -> str:
        return recording_text(recording(self._recorded(), self._handle.definition.shape.input_schema()))
