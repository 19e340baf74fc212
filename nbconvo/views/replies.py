"""From what a person would type to the JSON that an ask wants: for scripts, tests and later cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError

from nbconvo.errors import FieldProblem, InputRejected, NoPendingInput
from nbconvo.journal.files import FileStore, StoredFile, Upload
from nbconvo.protocol.secret_values import revealed
from nbconvo.protocol.secrets import without_secrets
from nbconvo.views.asks import ask_name
from nbconvo.views.form_model import FieldView
from nbconvo.views.forms import field_at
from nbconvo.views.model import AskView


class Files(Protocol):
    """Where files of replies are kept."""

    def add(self, path: Path, *, accept: str | None = None, max_bytes: int | None = None) -> StoredFile:
        """Copy a file. Raises ValueError when it is not wanted, OSError when it cannot be read."""
        ...


def reply_input(ask: AskView, value: Any, files: Files | None = None) -> Any:
    """The input for `ask` that `value` means.

    A string answers a chat, and a canvas with its new content; an option's value or label a confirmation and a choice; a path a
    file field (the file is copied to `files`, or stays where it is); a mapping or a model any ask.
    Raises `InputRejected` for an option or a file that is not there.
    """
    if isinstance(value, BaseModel):
        return revealed(value)
    match ask["kind"]:
        case "chat" if isinstance(value, str):
            return {"message": [{"type": "text", "text": value}]}
        case "confirmation" if isinstance(value, str | bool):
            return {"choice": _choice(ask, value)}
        case "canvas" if isinstance(value, str) and "canvas" in ask:
            return {"canvas": {"title": ask["canvas"]["canvas"]["title"], "content": value}}
        case "form" if "form" in ask:
            return _plain(_Typed(ask["task_id"], files).input(ask["form"], value, ()))
        case _:
            return value


def _plain(value: Any) -> Any:
    """The value as JSON; what is none is left to the ask to refuse."""
    try:
        return revealed(value)
    except PydanticSerializationError:
        return value


def shown_reply(ask: AskView, value: Any) -> Any:
    """A reply as it may be shown: without its secrets."""
    if ask["schema"] is None or not isinstance(value, Mapping):
        return value
    return without_secrets(dict(cast("Mapping[str, Any]", value)), ask["schema"])[0]


def upload_for(ask: AskView, path: Sequence[str | int], files: FileStore, filename: str, content_type: str, size: int) -> Upload:
    """Take in a file for the field at `path`. Raises `InputRejected` where no file is wanted, or not this one."""
    field = field_at(ask["form"], path) if "form" in ask else None
    try:
        if field is None or field["kind"] not in ("file", "files"):
            raise ValueError("No file is wanted here.")
        return files.begin(
            filename, size=size, content_type=content_type, accept=field.get("accept"), max_bytes=field.get("max_bytes")
        )
    except (ValueError, OSError) as error:
        raise InputRejected(ask["task_id"], str(error), [FieldProblem(tuple(path), str(error))]) from error


def find_ask(asks: Sequence[AskView], label: str | None) -> AskView:
    """The ask a reply is for: the one with this label, else the oldest. Raises `NoPendingInput`."""
    found = [ask for ask in asks if label is None or ask["label"] == label]
    if not found:
        open_asks = ", ".join(ask_name(ask) for ask in asks) or "none"
        raise NoPendingInput(f"{label!r} (open now: {open_asks})" if label is not None else "(the run asks nothing now)")
    return found[0]


def _choice(ask: AskView, value: str | bool) -> str:
    """An option's value beats another's label; the case of a label does not matter; True and False mean accept and decline."""
    wanted = {True: "accept", False: "decline"}[value] if isinstance(value, bool) else value
    for option in ask["options"]:
        if option["value"] == wanted:
            return wanted
    for option in ask["options"]:
        if option["label"].casefold() == wanted.casefold():
            return option["value"]
    names = ", ".join(f"{option['value']!r} ({option['label']})" for option in ask["options"])
    text = f"Invalid choice {wanted!r}. Must be one of: {names}"
    raise InputRejected(ask["task_id"], text, [FieldProblem(("choice",), text)])


class _Typed:
    """What was typed into the fields of one form. What is not understood stays as it is: the ask checks it."""

    def __init__(self, task_id: str, files: Files | None) -> None:
        self._task_id = task_id
        self._files = files

    def input(self, field: FieldView, value: Any, path: tuple[str | int, ...]) -> Any:
        """The input of one field."""
        match field["kind"], value:
            case "object", Mapping():
                return self._object(field, cast("Mapping[str, Any]", value), path)
            case "list" | "files" | "choices", [*elements]:
                item = field.get("item") or cast("FieldView", {**field, "kind": {"files": "file"}.get(field["kind"], "choice")})
                return [self.input(item, element, (*path, index)) for index, element in enumerate(elements)]
            case "choice", str():
                return _labelled(field, value)
            case "file", Path() | str():
                return self._file(field, value, path)
            case _:
                return value

    def _object(self, field: FieldView, value: Mapping[str, Any], path: tuple[str | int, ...]) -> dict[str, Any]:
        fields = {part["key"]: part for part in field.get("fields", [])}
        return {key: self.input(fields[key], member, (*path, key)) if key in fields else member for key, member in value.items()}

    def _file(self, field: FieldView, value: Path | str, path: tuple[str | int, ...]) -> Any:
        """A path stands for its file; an address is one already."""
        place = Path(value).expanduser()
        if isinstance(value, str) and ("://" in value or not place.is_file()):
            return value
        try:
            if self._files is None:
                stored = StoredFile(place.name, place.resolve(strict=True).as_uri(), "application/octet-stream", 0)
            else:
                stored = self._files.add(place, accept=field.get("accept"), max_bytes=field.get("max_bytes"))
        except (OSError, ValueError) as error:
            raise InputRejected(self._task_id, str(error), [FieldProblem(path, str(error))]) from error
        return stored.metadata if field.get("with_metadata") else stored.url


def _labelled(field: FieldView, value: str) -> Any:
    """The value of the option that has this value, or this label."""
    choices = field.get("choices", [])
    if any(choice["value"] == value for choice in choices):
        return value
    return next((choice["value"] for choice in choices if choice["label"].casefold() == value.casefold()), value)
