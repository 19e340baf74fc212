"""The UI components: upstream's schemas and wire form, and unlike upstream they read back as what they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from nbconvo.protocol import components, outputs

COMPONENTS = [
    "Alert", "Avatar", "Badge", "ButtonLink", "Card", "Chart", "Column", "Image", "Markdown", "PieChart", "Row", "Tooltip",
]  # fmt: skip


@pytest.mark.parametrize("name", [*COMPONENTS, "UIComponent"])
def test_the_schema_of_a_component_is_upstreams(name: str, data: Callable[[str], Any]) -> None:
    component = getattr(components, name)
    assert component.model_json_schema() == data(f"schemas/ui_{name}_validation.json")
    assert component.model_json_schema(mode="serialization") == data(f"schemas/ui_{name}_serialization.json")


TREE = components.Card(
    title="S",
    children=[
        components.Row(children=[components.Markdown(content="**x**"), components.Badge(children="Pass", variant="success")])
    ],
)


def test_components_have_upstreams_wire_form(data: Callable[[str], Any]) -> None:
    chunks = [outputs.TextOutput(text="r"), outputs.ResourceOutput(resource=outputs.UIComponentResource(component=TREE))]
    output = outputs.ChatAssistantWorkflowOutput(content=chunks)
    assert output.model_dump(mode="json") == data("ui_card_output.json")
    assert outputs.ChatAssistantWorkflowOutput.model_validate(output.model_dump(mode="json")) == output


EXAMPLES: list[components.UIComponent] = [
    components.Alert(title="T", children="c", variant="warning"),
    components.Avatar(src="s", alt="a", text="t", size="lg"),
    components.Badge(children=[components.Markdown(content="x")], variant="error", size="sm"),
    components.ButtonLink(href="https://x", children="c", variant="brand", size="md", external=True),
    components.Card(title="T", description="D", padding="lg", children=[TREE]),
    components.Chart(
        variant="line", data=[{"x": "a", "y": 1, "z": 1.5}], xAxis="x", yAxis=["y", "z"], yMin=0, yMax="auto", title="T"
    ),
    components.Column(alignment="stretch", distribution="spaceEvenly", gap="sm", children="c"),
    components.Image(src="s", alt="a", size="full"),
    components.Markdown(content="**x**"),
    components.PieChart(data=[{"name": "a", "value": 1}], title="T"),
    components.Row(alignment="baseline", distribution="spaceBetween", gap="lg", wrap=True, children="c"),
    components.Tooltip(trigger="t", children="c"),
]


def test_there_is_an_example_of_every_component_with_every_prop() -> None:
    assert [type(example).__name__ for example in EXAMPLES] == COMPONENTS
    for example in EXAMPLES:
        assert example.model_dump()["props"].keys() == type(example).model_fields.keys()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: type(example).__name__)
def test_a_component_reads_back_as_what_it_was(example: components.UIComponent) -> None:
    wire = example.model_dump(mode="json")
    for back in (components.UIComponent.model_validate(wire), type(example).model_validate(wire)):
        assert back == example
        assert type(back) is type(example)


def test_a_component_that_is_not_known_is_kept_as_it_came() -> None:
    wire = {"name": "Hologram", "props": {"depth": 3, "children": [{"name": "Badge", "props": {}}]}}
    assert components.UIComponent.model_validate(wire).model_dump(mode="json") == wire


@pytest.mark.parametrize(
    ("kind", "wire"),
    [
        (components.Badge, {"name": "Card", "props": {}}),
        (components.UIComponent, {"name": "Chart", "props": {"variant": "radar"}}),
        (components.Card, {"children": ["a", {"name": "Badge", "props": {}}]}),
    ],
)
def test_what_is_no_such_component_is_refused(kind: type[components.UIComponent], wire: Any) -> None:
    with pytest.raises(ValidationError):
        kind.model_validate(wire)


def test_our_own_chunks_are_not_in_upstreams_schema_and_read_back() -> None:
    chunks: list[Any] = [
        {"type": "image_url", "image_url": "https://x/y.png"},
        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "display", "display": {"text/plain": "x"}},
    ]
    output = outputs.ChatAssistantWorkflowOutput.model_validate({"content": chunks})
    assert output.model_dump(mode="json")["content"] == chunks
