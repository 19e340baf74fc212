"""What can go wrong in a flow or a session, sorted by who must act. All of them are `NbconvoError`s.

The author of a flow: `FlowDefinitionError`, `RouteNotFoundError`, `HumanFeedbackCollapseError`, `InputProviderError`,
`NavigationError`, `ChatDrivenNotCallableError`, `StateNotSerializable`, `StateMismatch`, `UnknownModel`, `NoChatReplyError`,
`StepExited`.
Who sends messages: `SessionBusyError`, `SessionEndedError`, `SessionNotFound`, `InputUnavailableError`, `NoPendingFeedback`.

Source: document 004 and document 002 for the texts that are theirs.
"""

from __future__ import annotations

from collections.abc import Iterable

from nbconvo.errors import NbconvoError


class FlowDefinitionError(NbconvoError, ValueError):
    """The graph of a flow class cannot work; raised when the class is made. The text names the fix."""


class RouteNotFoundError(NbconvoError):
    """A router gave a label that nothing listens to. `label` is the label, `known` are those that are listened to."""

    def __init__(self, router: str, label: str, known: Iterable[str]) -> None:
        self.label = label
        self.known = sorted(known)
        listed = ", ".join(map(repr, self.known)) or "none"
        super().__init__(
            f"Router {router!r} gave {label!r}, and nothing listens to that. Labels with a listener: {listed}. "
            f"Add `@listen({label!r})`, return one of these labels, or return None to stop."
        )


class HumanFeedbackCollapseError(NbconvoError):
    """A model's answer names none of the outcomes, or the model failed. No branch is taken."""


class InputProviderError(NbconvoError):
    """An input provider raised (the cause). It is no timeout, so `ask` does not give None."""


class InputUnavailableError(NbconvoError):
    """Somebody is asked and nobody can answer here; raised at once instead of waiting for ever."""

    def __init__(self, prompt: str) -> None:
        super().__init__(
            f"Nobody can answer {prompt!r} here: a blocking kickoff() holds the notebook's loop, and this front end takes no "
            "typed input. Use `await flow.kickoff_async(...)` and answer with session.send(...) or session.submit(...), or give "
            "the flow an `input_provider`."
        )


class NavigationError(NbconvoError):
    """A Navigate step has no chat to move, no such view, or a required parameter that is empty."""


class ChatDrivenNotCallableError(NbconvoError):
    """A chat-driven flow was used where only a flow with an output can be: chat-driven flows are started by messages alone."""


class NoChatReplyError(NbconvoError):
    """A chat-driven turn ended and no step had sent a chat reply."""

    def __init__(self, flow: str) -> None:
        super().__init__(
            f"No step of {flow} sent a chat reply. At least one Custom Agent must have send_as_chat_reply=True, "
            "or a step must call append_message('assistant', ...) or return a text."
        )


class StateNotSerializable(NbconvoError, TypeError):
    """A field of the state cannot be recorded as JSON and read back the same. `path` says which."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"The state cannot be recorded: {path} {why}.")
        self.path = path


class StateMismatch(NbconvoError):
    """The recorded state of a session does not fit the flow's state class any more (the cause says where)."""


class UnknownModel(NbconvoError):
    """A model was named that cannot be called here."""


class SessionBusyError(NbconvoError):
    """The session's run is at work and `busy="reject"`."""

    def __init__(self, session_id: str) -> None:
        super().__init__(
            f"Session {session_id} is busy with a turn. Await it first, or make the session with busy='queue' or busy='cancel'."
        )


class SessionEndedError(NbconvoError):
    """The conversation has ended (`state.ended`)."""

    def __init__(self, session_id: str) -> None:
        super().__init__(f"Session {session_id} has ended. Start another session, or go on with send(..., reopen=True).")


class SessionNotFound(NbconvoError, ValueError):
    """There is no session with this id in the store."""


class StepExited(NbconvoError):
    """A step called `sys.exit()` or raised KeyboardInterrupt (the cause), which would end the loop that runs all turns."""

    def __init__(self, step: str, error: BaseException) -> None:
        super().__init__(f"Step {step!r} raised {error!r}. A step cannot end the process: raise an ordinary exception.")


class NoPendingFeedback(NbconvoError, ValueError):
    """There is no feedback to resume with."""

    def __init__(self) -> None:
        super().__init__("No pending feedback context. Use from_pending() to restore a paused flow.")
