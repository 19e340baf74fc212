"""A recording: the replies of one session as a file that people can read and edit, and that `play` and `%%workflow` take.

    {
      "nbconvo_replies": 1,
      "workflow": "order",
      "input": {"item": "tea"},
      "replies": [
        {"ask": {"label": "sure", "kind": "confirmation", "prompt": "Sure?"}, "reply": "accept"},
        {"ask": {"label": "login", "kind": "form", "prompt": null}, "reply": {"key": null}, "fill_in": ["/key"]},
        {"ask": {"label": "name", "kind": "chat", "prompt": "Your name?"}, "no_reply": "timed_out"}
      ]
    }

The order is that of the answers. `ask` says what was answered: `label` and `kind` have to be the same when it is played (leave
one out and it may be anything), `prompt` chooses between asks that are open at once, `workflow` names the child that asked.
`reply` is what `run.reply` takes. `no_reply` says why there is none: "timed_out", "canceled" by the workflow, "failed", or "open"
when the file was saved. Secrets are never written: `fill_in` names the places where a person has to put them in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, model_validator

from nbconvo.errors import InputRejected
from nbconvo.protocol import events as ev
from nbconvo.protocol.envelope import Event
from nbconvo.protocol.secrets import without_secrets
from nbconvo.views.asks import answer_text, ask_view
from nbconvo.views.model import AskView
from nbconvo.views.replies import reply_input

NOTE = 'Secrets are not recorded: put them in where "fill_in" says, and keep the file to yourself.'

NoReply = Literal["timed_out", "canceled", "failed", "open"]
"""Why an ask has no reply."""


class RecordedAsk(BaseModel):
    """What was answered. What is left out may be anything when the reply is played."""

    model_config = ConfigDict(extra="forbid", strict=True)

    workflow: str | None = None
    label: str | None = None
    kind: str | None = None
    prompt: str | None = None

    def fits(self, ask: AskView) -> bool:
        """True when `ask` has this label and this kind."""
        wanted = self.model_fields_set
        return ("label" not in wanted or self.label == ask["label"]) and ("kind" not in wanted or self.kind == ask["kind"])

    def __str__(self) -> str:
        return repr(self.label or self.prompt or "(any)") + (f" ({self.kind})" if self.kind else "")


class RecordedReply(BaseModel):
    """One reply, or why there is none: exactly one of `reply` and `no_reply` is given."""

    model_config = ConfigDict(extra="forbid", strict=True)

    ask: RecordedAsk = RecordedAsk()
    reply: Any = None
    no_reply: NoReply | None = None
    fill_in: list[str] = []

    @model_validator(mode="after")
    def _one_of_two(self) -> RecordedReply:
        if len(self.model_fields_set & {"reply", "no_reply"}) != 1:
            raise ValueError(f'give it either a "reply" or a "no_reply" (one of {", ".join(get_args(NoReply))})')
        return self


class Recording(BaseModel):
    """What a replies file holds. `workflow` is the name of the workflow's definition, `input` what it was started with.

    `note` is for people; every other key that is not known is an error, so that a typing mistake is not silently passed over.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    nbconvo_replies: Literal[1] = 1
    note: str | None = None
    workflow: str | None = None
    input: Any = None
    fill_in: list[str] = []
    replies: list[RecordedReply]

    @property
    def has_answers(self) -> bool:
        """True when somebody answered something."""
        return any("reply" in entry.model_fields_set for entry in self.replies)


def recording(events: Iterable[Event], input_schema: Mapping[str, Any] | None = None) -> Recording:
    """The replies that an execution and its children were given. `events` are those of all of them, by time.

    `input_schema` is the JSON schema of the workflow's input, by which the secrets in that are known.
    """
    recorder = _Recorder(input_schema or {})
    for event in events:
        recorder.add(event)
    return recorder.recording()


class _Recorder:
    def __init__(self, input_schema: Mapping[str, Any]) -> None:
        self._input_schema = input_schema
        self._id: str | None = None
        self._head: dict[str, Any] = {}
        self._replies: list[RecordedReply] = []
        self._open: dict[tuple[str, str], tuple[RecordedAsk, AskView, dict[str, Any]]] = {}

    def add(self, event: Event) -> None:
        """One more event. A remote stream has no `InputReceived` and no `InputClosed`: there the task's own end says it."""
        execution = event.lineage.workflow_exec_id
        match event.attributes:
            case ev.WorkflowExecutionStarted(_, name, _, value) if self._id is None:
                self._id = execution
                self._start(name, value[0] if value else None)
            case ev.CustomTaskStarted(task_id, "wait_for_input", payload) if event.origin is None:  # not one that is asked again
                self._ask(event, task_id, payload)
            case ev.InputReceived(task_id, value):
                self._answered(execution, task_id, value)
            case ev.CustomTaskCompleted(task_id, "wait_for_input", payload):
                self._answered(execution, task_id, payload["input"])
            case ev.InputClosed(task_id, reason):
                self._closed(execution, task_id, reason)
            case ev.CustomTaskFailed(task_id, "wait_for_input"):
                self._closed(execution, task_id, "canceled")
            case _:
                pass

    def recording(self) -> Recording:
        """All of it; what is open now is so noted."""
        still_open = [RecordedReply(ask=ask, no_reply="open") for ask, _, _ in self._open.values()]
        has_secrets = "fill_in" in self._head or any(entry.fill_in for entry in self._replies)
        note = {"note": NOTE} if has_secrets else {}
        return Recording(nbconvo_replies=1, **note, **self._head, replies=[*self._replies, *still_open])

    def _start(self, workflow: str, value: Any) -> None:
        schema = self._input_schema
        lone = list(schema.get("properties", {}).values())
        if len(lone) == 1 and not isinstance(value, dict):  # one lone parameter also takes its bare value
            schema = {**schema, **lone[0]}
        shown, secrets = without_secrets(value, schema)
        self._head = {"workflow": workflow, "input": shown, **_fill_in(secrets)}

    def _ask(self, event: Event, task_id: str, payload: Any) -> None:
        view = ask_view(task_id, payload["input_schema"], payload["label"], 0.0)
        child = event.lineage.workflow_exec_id != self._id
        above = {"workflow": event.lineage.workflow_name} if child else {}
        ask = RecordedAsk(**above, label=view["label"], kind=view["kind"], prompt=view["prompt"])
        self._open[event.lineage.workflow_exec_id, task_id] = ask, view, payload["input_schema"]

    def _answered(self, execution: str, task_id: str, value: Any) -> None:
        if (asked := self._open.pop((execution, task_id), None)) is not None:
            ask, view, schema = asked
            shown, secrets = without_secrets(value, schema)
            self._replies.append(RecordedReply(ask=ask, reply=_plain(view, schema, shown), **_fill_in(secrets)))

    def _closed(self, execution: str, task_id: str, reason: str) -> None:
        if (asked := self._open.pop((execution, task_id), None)) is not None:
            why: Any = reason if reason in get_args(NoReply) else "failed"
            self._replies.append(RecordedReply(ask=asked[0], no_reply=why))


def _fill_in(secrets: list[str]) -> dict[str, Any]:
    return {"fill_in": secrets} if secrets else {}


def _plain(ask: AskView, schema: dict[str, Any], value: Any) -> Any:
    """What a person would type for `value`, where that says the same; else `value` as it is."""
    for simple in _simple(ask, schema, value):
        try:
            if reply_input(ask, simple) == value:
                return simple
        except InputRejected:
            continue
    return value


def _simple(ask: AskView, schema: dict[str, Any], value: Any) -> list[Any]:
    match ask["kind"]:
        case "chat":
            return [answer_text(schema, value)]
        case "confirmation":
            return [value["choice"]]
        case _:
            return []
