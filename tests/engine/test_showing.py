"""What a workflow shows beyond text, and asks with a canvas: recorded as upstream does, alive after any crossing."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from nbconvo.engine import KernelEngine
from nbconvo.errors import NotInWorkflow
from nbconvo.protocol.events import CustomTaskInProgress
from nbconvo.testing import JumpingClock, play
from nbconvo.views.model import TranscriptView
from nbconvo.workflows import InteractiveWorkflow, activity, execute_workflow, workflow
from nbconvo.workflows.conversational import (
    CanvasInput,
    CanvasPayload,
    CanvasResource,
    ChatAssistantWorkflowOutput,
    ImageOutput,
    ResourceOutput,
    StreamedMessage,
    TextOutput,
    UIComponentResource,
    send_assistant_message,
    show,
)
from nbconvo.workflows.display import MAX_BYTES, MAX_TEXT, as_output, set_formatter
from nbconvo.workflows.plugins import mistralai as plugin
from nbconvo.workflows.plugins.mistralai import Badge, Card, Markdown
from tests.support.executions import failure, open_asks
from tests.support.workflows import saying

BADGE = Badge(children="b", variant="success")
DRAFT = CanvasPayload(type="text/markdown", title="Draft", content="# Hello")


def shown(body: Callable[[Any], Any], replies: Any = ()) -> TranscriptView:
    return play(saying(body), replies=replies).transcript.view


def chunks_of(body: Callable[[Any], Any]) -> list[Any]:
    (item,) = shown(body)["items"]
    assert item["kind"] == "message"
    return item["chunks"]


@pytest.fixture
def formatter() -> Iterator[Callable[..., None]]:
    yield lambda data: set_formatter(lambda _: data)
    set_formatter(None)


# Messages


def test_a_canvas_comes_below_the_text() -> None:
    canvas = CanvasResource(uri="file://canvas/x", canvas=DRAFT)
    expected = [{"type": "text", "text": "Look"}, ResourceOutput(resource=canvas).model_dump(mode="json")]
    assert chunks_of(lambda _: send_assistant_message("Look", canvas=canvas)) == expected
    assert chunks_of(lambda _: send_assistant_message([TextOutput(text="Look")], canvas=canvas)) == expected
    assert expected[1]["resource"]["readonly"] is False
    assert expected[1]["resource"]["canvas"]["language"] is None


def test_components_may_be_chunks_or_the_message() -> None:
    resource = {"mimeType": "application/vnd.mistral.ui-component", "component": BADGE.model_dump(), "version": "1.7.0"}
    expected = {"type": "resource", "resource": {**resource, "display": "block"}}
    wrapped = ResourceOutput(resource=UIComponentResource(component=BADGE))
    assert chunks_of(lambda _: send_assistant_message([wrapped])) == [expected]
    assert chunks_of(lambda _: send_assistant_message(BADGE)) == [expected]
    assert chunks_of(lambda _: send_assistant_message(["Hi", BADGE, ImageOutput(image_url="https://x")])) == [
        {"type": "text", "text": "Hi"},
        expected,
        {"type": "image_url", "image_url": "https://x"},
    ]


def test_an_activity_may_say_something() -> None:
    @activity()
    async def talks() -> None:
        await send_assistant_message("from the activity")
        async with StreamedMessage() as message:
            await message.write("piece")

    async def body(_: Any) -> None:
        await talks()

    items = shown(body)["items"]
    assert [item["chunks"][0].get("text") for item in items if item["kind"] == "message"] == ["from the activity", "piece"]


async def test_nowhere_else_can_anything_be_said() -> None:
    for say in (lambda: send_assistant_message("x"), lambda: show(1), StreamedMessage().__aenter__):
        with pytest.raises(NotInWorkflow):
            await say()


def test_a_message_streams_in_by_appended_patches() -> None:
    async def body(_: Any) -> None:
        async with StreamedMessage() as message:
            await message.think("h")
            await message.think("m")
            await message.write("He")
            await message.write("llo")
            await message.add(BADGE)
            await message.write("!")

    played = play(saying(body))
    patches = [event.attributes.patches for event in played.events if isinstance(event.attributes, CustomTaskInProgress)]
    assert [[patch["op"] for patch in each or []] for each in patches] == [
        ["add"],
        ["append"],
        ["add"],
        ["append"],
        ["add"],
        ["add"],
    ]
    assert patches[3] == [{"path": "/contentChunks/1/text", "value": "llo", "op": "append"}]
    (item,) = played.transcript.view["items"]
    assert item["kind"] == "message"
    assert [chunk["type"] for chunk in item["chunks"]] == ["thinking", "text", "resource", "text"]
    assert item["chunks"][0].get("thinking") == [{"type": "text", "text": "hm"}]


def test_a_message_that_breaks_off_keeps_what_was_said() -> None:
    async def body(_: Any) -> None:
        try:
            async with StreamedMessage() as message:
                await message.write("He")
                raise ValueError("gone")
        except ValueError:
            pass

    (item,) = shown(body)["items"]
    assert item["kind"] == "message"
    assert (item["is_error"], item["streaming"], item["chunks"][0].get("text")) == (True, False, "He")


# Objects of a notebook


class Rich:
    def _repr_html_(self) -> str:
        return "<table></table>"

    def _repr_markdown_(self) -> None:
        return None

    def __repr__(self) -> str:
        return "Rich()"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, {"text/plain": "5"}),
        (Rich(), {"text/plain": "Rich()", "text/html": "<table></table>"}),
        (Rich, {"text/plain": repr(Rich)}),
        (b"x", {"text/plain": "b'x'"}),
    ],
)
def test_an_object_is_displayed_by_its_own_forms(value: Any, expected: dict[str, str]) -> None:
    assert chunks_of(lambda _: show(value)) == [{"type": "display", "display": expected}]


def test_the_notebook_knows_better(formatter: Callable[..., None]) -> None:
    png = base64.b64encode(b"x").decode()
    formatter({"text/plain": "<Figure>", "image/png": png, "text/html": "<b>x</b>"})
    expected = {"text/plain": "<Figure>", "image/png": png, "text/html": "<b>x</b>"}
    assert chunks_of(lambda _: send_assistant_message(object())) == [{"type": "display", "display": expected}]


@pytest.mark.parametrize(
    "data",
    [
        {"application/javascript": "alert(1)"},
        {"application/vnd.jupyter.widget-view+json": {"model_id": "x"}},
        {"text/html": "x" * (MAX_BYTES + 1)},
        {"application/json": {1, 2}},
        {"image/png": object()},
    ],
    ids=lambda data: next(iter(data)),
)
def test_what_runs_or_is_too_large_is_left_out(formatter: Callable[..., None], data: dict[str, Any]) -> None:
    formatter({"text/plain": "plain", **data})
    assert as_output(object()).model_dump() == {"type": "display", "display": {"text/plain": "plain"}}


def test_several_forms_together_are_bounded(formatter: Callable[..., None]) -> None:
    formatter({"text/plain": "p" * (MAX_TEXT + 5), "text/html": "x" * (MAX_BYTES - 1), "image/png": "y" * 1000})
    (kept,) = chunks_of(lambda _: show(object()))
    assert kept["display"].keys() == {"text/plain", "image/png"}
    assert len(kept["display"]["text/plain"]) == MAX_TEXT + 1


def test_a_form_may_read_files_as_figures_do(formatter: Callable[..., None]) -> None:
    def read(_: Any) -> dict[str, str]:
        with open(__file__) as file:
            return {"text/plain": file.readline().strip()}

    set_formatter(read)
    assert "What a workflow shows" in chunks_of(lambda _: show(object()))[0]["display"]["text/plain"]


# Canvases


async def test_a_canvas_that_was_never_sent_cannot_be_asked_for(engine: KernelEngine) -> None:
    async def body(self: Any) -> None:
        await self.wait_for_input(CanvasInput("file://canvas/nowhere"))

    error = await failure(await engine.start(saying(body)))
    assert error.failure_type == "ValueError"
    assert "has sent no canvas 'file://canvas/nowhere'" in error.message


def test_a_canvas_is_edited_and_sent_again() -> None:
    async def body(self: Any) -> str:
        canvas = CanvasResource(canvas=DRAFT)
        await send_assistant_message("First", canvas=canvas)
        answer = await self.wait_for_input(CanvasInput(canvas.uri, prompt="Well?"))
        async with StreamedMessage() as message:
            await message.add(CanvasResource(canvas=DRAFT))
        return f"{answer.canvas.title}: {answer.canvas.content}"

    played = play(saying(body, str), replies=["# Bye"])
    assert played.result == "Draft: # Bye"
    first, second = played.transcript.view.get("canvases", [])
    assert (len(first["versions"]), len(second["versions"])) == (2, 1)
    assert first["uri"] != second["uri"]


def test_a_reply_may_look_at_the_canvas() -> None:
    async def body(self: Any) -> str:
        canvas = CanvasResource(canvas=DRAFT)
        await send_assistant_message("First", canvas=canvas)
        return (await self.wait_for_input(CanvasInput(canvas.uri))).canvas.content

    assert play(saying(body, str), replies=[lambda ask: ask["canvas"]["canvas"]["content"] + "!"]).result == "# Hello!"


def test_the_canvas_of_a_child_can_be_asked_for() -> None:
    @workflow.define(name="drafting")
    class Drafting(InteractiveWorkflow):
        @workflow.entrypoint
        async def run(self) -> CanvasResource:
            canvas = CanvasResource(canvas=DRAFT)
            await send_assistant_message("Here", canvas=canvas)
            return canvas

    async def body(self: Any) -> str:
        canvas = await execute_workflow(Drafting, None)
        return (await self.wait_for_input(CanvasInput(canvas.uri))).canvas.content

    assert play(saying(body, str), replies=["mine"]).result == "mine"


async def test_canvas_addresses_come_out_the_same_on_replay(tmp_path: Any) -> None:
    async def body(self: Any) -> str:
        canvas = CanvasResource(canvas=DRAFT)
        await send_assistant_message("First", canvas=canvas)
        return (await self.wait_for_input(CanvasInput(canvas.uri))).canvas.content

    cls, uris = saying(body, str), []
    for _ in range(2):
        async with KernelEngine(tmp_path / "j.sqlite3", clock=JumpingClock(jumps=False)) as engine:
            handle = await engine.start(cls, id="x")
            (ask,) = await open_asks(handle)
            uris.append(ask["input_schema"]["$metadata"]["canvasUri"])
            if len(uris) == 2:
                await handle.submit_input(ask["task_id"], {"canvas": {"title": "t", "content": "c"}})
                assert await handle.result() == "c"
    assert uris[0] == uris[1]


# Crossings


@activity()
async def make_card() -> Card:
    return Card(title="T", children=[BADGE])


@activity()
async def make_output(card: Card) -> ChatAssistantWorkflowOutput:
    return ChatAssistantWorkflowOutput(content=[ResourceOutput(resource=UIComponentResource(component=card))])


def test_components_survive_activities_children_and_results() -> None:
    @workflow.define(name="carding")
    class Carding(InteractiveWorkflow):
        @workflow.entrypoint
        async def run(self) -> ChatAssistantWorkflowOutput:
            card = await make_card()
            assert type(card) is Card
            assert card.children == [BADGE]
            return await make_output(card)

    async def body(_: Any) -> ChatAssistantWorkflowOutput:
        output = await execute_workflow(Carding, None)
        return ChatAssistantWorkflowOutput(content=[*output.content, TextOutput(text="x")])

    result = play(saying(body, ChatAssistantWorkflowOutput)).result
    assert result.content[0].resource.component == Card(title="T", children=[BADGE])


def test_the_names_of_the_plugin_are_there() -> None:
    names = set(plugin.__all__)
    assert {
        "Card",
        "PieChart",
        "FormInput",
        "TodoList",
        "CanvasInput",
        "ChatAssistantWorkingTask",
        "send_assistant_message",
    } <= names
    assert all(hasattr(plugin, name) for name in names)
    assert Markdown(content="x") == plugin.Markdown(content="x")
