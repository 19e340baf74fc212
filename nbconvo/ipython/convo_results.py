"""How the models of the official client are shown in a notebook: transcripts and tables. The values stay what they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nbconvo.conversations.raw import plain
from nbconvo.ipython.convo_blocks import answer, mimebundle, transcript
from nbconvo.views.blocks import Block, Plain, Table, text_of

_MODELS = (
    "Agent", "AgentAliasResponse", "AgentConversation", "AgentListPage", "ConversationHistory", "ConversationMessages",
    "ConversationResponse", "ModelConversation",
)  # fmt: skip
_COLUMNS = ("name", "alias", "model", "agent_id", "version", "description", "updated_at", "id")


class _Shown:
    """A value that IPython shows by its blocks."""

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return mimebundle(blocks_of(self))

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # IPython prints lists and dicts its own way otherwise
        printer.text(text_of(blocks_of(self)))


class Fields(_Shown, dict[str, Any]):
    """Names and values: settings, or an answer that the client does not understand, as its JSON."""


class Rows(_Shown, list[Any]):
    """A list of models, shown as a table."""


def show_models(shell: Any) -> None:
    """Tell IPython how the client's models are shown. The client is not imported by this."""
    for module, name in _places():
        shell.display_formatter.mimebundle_formatter.for_type_by_name(module, name, _represent)


def hide_models(shell: Any) -> None:
    """Take that back."""
    for module, name in _places():
        shell.display_formatter.mimebundle_formatter.pop(f"{module}.{name}", None)


def _places() -> Iterable[tuple[str, str]]:
    return ((f"mistralai.client.models.{name.lower()}", name) for name in _MODELS)


def _represent(value: Any, include: object = None, exclude: object = None) -> dict[str, str]:
    return mimebundle(blocks_of(value))


def blocks_of(value: Any) -> Sequence[Block]:
    """An answer of the service: entries as a transcript, lists as a table, anything else by its fields."""
    data = plain(value)
    match data:
        case list():
            return _table(data)  # type: ignore[reportUnknownArgumentType]
        case {"entries": list(entries)} | {"messages": list(entries)}:  # type: ignore[reportUnknownVariableType]
            return transcript(entries)  # type: ignore[reportUnknownArgumentType]
        case {"outputs": list(entries)}:  # type: ignore[reportUnknownVariableType]
            return answer(entries, data.get("usage"))  # type: ignore[reportUnknownArgumentType]
        case {"data": list(rows)}:  # type: ignore[reportUnknownVariableType]
            more = data.get("next_page_token")
            return [*_table(rows), *([Plain(f"More: --page-token {more}", "em")] if more else [])]  # type: ignore[reportUnknownArgumentType]
        case _:
            return [_fields({key: each for key, each in data.items() if each not in (None, [], {})})]


def _fields(data: Mapping[str, Any]) -> Table:
    return Table(("field", "value"), [(key, _cell(value)) for key, value in data.items()])


def _table(values: Sequence[Any]) -> list[Block]:
    rows = [plain(value) for value in values]
    columns = [name for name in _COLUMNS if any(row.get(name) not in (None, "") for row in rows)]
    if not rows:
        return [Plain("None.", "em")]
    return [Table(columns, [[_cell(row.get(name)) for name in columns] for row in rows])]


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
