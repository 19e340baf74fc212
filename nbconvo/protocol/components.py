"""The twelve UI components that a message may carry, each with its props.

Source: workflows specification, "Messages, canvases, final output" (version 1.7.0 of upstream's set; the docstrings are the
descriptions in upstream's schemas). On the wire a component is `{"name": ..., "props": {...}}`. It reads back as what it was:
upstream loses name and props of every component that crosses an activity or a child workflow.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self, TypeAlias, cast

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, model_serializer, model_validator

LLM_UI_VERSION = "1.7.0"
"""Which version of upstream's set these are."""

Size = Literal["sm", "md", "lg"]


class UIComponent(BaseModel):
    """Base class for all LLM UI components.

    Serializes to {"name": "<ClassName>", "props": {<fields>}} wire format.
    """

    @model_serializer(mode="plain")
    def _to_wire(self) -> dict[str, Any]:
        values = {name: getattr(self, name) for name in type(self).model_fields}
        return {"name": type(self).__name__, "props": {name: value for name, value in values.items() if value is not None}}

    @model_validator(mode="wrap")
    @classmethod
    def _from_wire(cls, value: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        match value:
            case {"name": str(name), "props": Mapping(), **rest} if not rest:
                props = cast("Mapping[str, Any]", value["props"])
                kind = _COMPONENTS.get(name)
                if kind is cls:
                    return handler(props)
                if cls is UIComponent:
                    return cast("Self", _Other.of(name, props) if kind is None else kind.model_validate(value))
                raise ValueError(f"this is a {name}, not a {cls.__name__}")
            case _:
                return handler(value)


Children: TypeAlias = str | list[UIComponent] | None


class _Other(UIComponent):
    """A component that this version does not know, kept as it came: from a newer platform, or of an author's own."""

    model_config = ConfigDict(extra="allow")

    @classmethod
    def of(cls, name: str, props: Mapping[str, Any]) -> Self:
        return cls.model_construct(name_on_wire=name, props_on_wire=dict(props))

    @model_serializer(mode="plain")
    def _to_wire(self) -> dict[str, Any]:
        extra = self.model_extra or {}
        return {"name": extra["name_on_wire"], "props": extra["props_on_wire"]}


class Alert(UIComponent):
    """Displays important messages with different severity levels (info, warning, error, success)"""

    title: str | None = None
    children: Children = None
    variant: Literal["info", "warning", "error", "success"] | None = None


class Avatar(UIComponent):
    """Displays a user avatar image"""

    src: str | None = None
    alt: str | None = None
    text: str | None = None
    size: Size | None = None


class Badge(UIComponent):
    """A small label for status indicators or counts"""

    children: Children = None
    variant: Literal["default", "primary", "success", "warning", "error"] | None = None
    size: Size | None = None


class ButtonLink(UIComponent):
    """A link styled as a button"""

    href: str
    children: Children = None
    variant: Literal["primary", "secondary", "soft", "ghost", "brand", "destructive"] | None = None
    size: Size | None = None
    external: bool | None = None


class Card(UIComponent):
    """A container component for displaying content with optional title and description"""

    title: str | None = None
    description: str | None = None
    padding: Size | None = None
    children: Children = None


class Chart(UIComponent):
    """Displays data visualizations (line or bar charts)"""

    variant: Literal["line", "bar"]
    data: list[dict[str, str | int | float]]
    xAxis: str  # noqa: N815 - the wire's name
    yAxis: str | list[str]  # noqa: N815 - the wire's name
    yMin: int | float | Literal["auto"] | Literal["dataMin"] | None = None  # noqa: N815 - the wire's name
    yMax: int | float | Literal["auto"] | Literal["dataMax"] | None = None  # noqa: N815 - the wire's name
    title: str | None = None


class Column(UIComponent):
    """A vertical layout container for stacking children"""

    alignment: Literal["start", "center", "end", "stretch"] | None = None
    distribution: Literal["start", "center", "end", "spaceBetween", "spaceAround", "spaceEvenly"] | None = None
    gap: Size | None = None
    children: Children = None


class Image(UIComponent):
    """Displays an image with optional styling variants"""

    src: str
    alt: str | None = None
    size: Literal["sm", "md", "lg", "full"] | None = None


class Markdown(UIComponent):
    """Renders markdown-formatted text content"""

    content: str


class PieChart(UIComponent):
    """Displays data as a pie chart with labeled segments"""

    data: list[dict[str, Any]]
    title: str | None = None


class Row(UIComponent):
    """A horizontal layout container for arranging children side by side"""

    alignment: Literal["start", "center", "end", "stretch", "baseline"] | None = None
    distribution: Literal["start", "center", "end", "spaceBetween", "spaceAround", "spaceEvenly"] | None = None
    gap: Size | None = None
    wrap: bool | None = None
    children: Children = None


class Tooltip(UIComponent):
    """Displays additional information on hover"""

    children: Children = None
    trigger: str


_COMPONENTS: dict[str, type[UIComponent]] = {
    kind.__name__: kind
    for kind in (Alert, Avatar, Badge, ButtonLink, Card, Chart, Column, Image, Markdown, PieChart, Row, Tooltip)
}
