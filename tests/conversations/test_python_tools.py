"""Python functions as tools: what a model is told about them, and how its calls are run."""

from __future__ import annotations

import asyncio
import functools
import json
import sys
import threading
from collections.abc import Callable
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from nbconvo.conversations import Allow, CallRequest, Deny, ToolBox, tool
from nbconvo.conversations.docstrings import read_docstring
from nbconvo.conversations.toolbox import LONGEST_RESULT, Decision, as_text


class Unit(Enum):
    METRIC = "metric"
    IMPERIAL = "imperial"


class Place(BaseModel):
    city: str
    country: str = "France"


@tool
def weather(place: Place, days: int = 1, unit: Unit = Unit.METRIC, *, mode: Literal["short", "long"] = "short") -> str:
    """The weather to come.

    It is always fine.

    Args:
        place: Where it is wanted,
            with the country.
        days (int): How many days.
    """
    return f"fine in {place.city}, {place.country} for {days} days ({unit.value}, {mode})"


def call(name: str, arguments: Any = "{}", call_id: str = "c1") -> dict[str, Any]:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return {"tool_call_id": call_id, "name": name, "arguments": text}


async def answer(box: ToolBox, *calls: Any) -> list[str]:
    return [result["result"] for result in await box.answer(calls)]


def test_the_schema_of_a_function() -> None:
    function = weather.schema["function"]
    assert (function["name"], function["description"]) == ("weather", "The weather to come.\n\nIt is always fine.")
    parameters = function["parameters"]
    assert (parameters["required"], parameters["additionalProperties"]) == (["place"], False)
    properties = parameters["properties"]
    assert properties["place"]["description"] == "Where it is wanted, with the country."
    assert properties["days"] == {"type": "integer", "default": 1, "description": "How many days."}
    assert properties["mode"]["enum"] == ["short", "long"]
    assert "title" not in properties["days"]


async def test_arguments_become_what_the_function_wants() -> None:
    text = await answer(ToolBox([weather]), call("weather", {"place": {"city": "Paris"}, "days": "3", "unit": "imperial"}))
    assert text == ["fine in Paris, France for 3 days (imperial, short)"]


def test_a_parameter_may_have_any_name() -> None:
    @tool(name="odd")
    def function(copy: int, _x: Annotated[int, Field(description="under", ge=0)], schema: int = 3, json: Any = None) -> None: ...

    assert list(function.schema["function"]["parameters"]["properties"]) == ["copy", "_x", "schema", "json"]
    assert function.parse('{"copy": 1, "_x": 2}') == {"copy": 1, "_x": 2, "schema": 3, "json": None}
    assert function.schema["function"]["parameters"]["properties"]["_x"]["description"] == "under"


class Shop:
    def __init__(self, price: int) -> None:
        self.price = price

    @tool(requires_confirmation=True)
    def buy(self, count: int) -> int:
        """Buy something."""
        return self.price * count

    async def sell(self, count: int) -> int:
        return -self.price * count

    def __call__(self, what: str) -> str:
        """Ask the shop."""
        return what.upper()


async def test_methods_partials_and_objects() -> None:
    shop = Shop(5)
    box = ToolBox([shop.buy, shop.sell, shop, functools.partial(weather.function, days=2)], confirm=lambda request: True)
    assert list(box.schemas[0]["function"]["parameters"]["properties"]) == ["count"]
    assert [schema["function"]["name"] for schema in box.schemas] == ["buy", "sell", "Shop", "weather"]
    given = call("buy", {"count": 2}), call("sell", {"count": 2}), call("Shop", {"what": "hi"})
    assert await answer(box, *given) == ["10", "-10", "HI"]
    assert await answer(box, call("weather", {"place": {"city": "Rome"}})) == ["fine in Rome, France for 2 days (metric, short)"]
    assert shop.buy(3) == 15
    assert Shop.buy.name == "buy"


@pytest.mark.parametrize("function", [lambda *args: None, lambda **kw: None, lambda a, /: None])
def test_what_a_model_cannot_fill(function: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match="give every parameter a name of its own"):
        ToolBox([function])


def test_what_a_box_refuses() -> None:
    with pytest.raises(ValueError, match="the same name"):
        ToolBox([weather, weather])
    with pytest.raises(ValueError, match="buy requires confirmation: pass confirm="):
        ToolBox([Shop(1).buy])
    with pytest.raises(ValueError, match="1 or more"):
        ToolBox(parallel=0)


@pytest.mark.parametrize(
    "docstring",
    [
        "Sum.\n\nParameters\n----------\na : int\n    First,\n    really.\nb\n    Second.\n\nReturns\n-------\nint\n    It.",
        "Sum.\n\n:param a: First,\n    really.\n:param int b: Second.\n:returns: It.",
        "Sum.\n\nArguments:\n    a (int): First,\n        really.\n    b: Second.\n\nRaises:\n    ValueError: never.",
    ],
)
def test_docstrings_of_all_kinds(docstring: str) -> None:
    read = read_docstring(docstring)
    assert read.text == "Sum."
    assert read.parameters == {"a": "First, really.", "b": "Second."}


# Running calls


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        (call("forecast"), "Error: there is no tool named 'forecast'. The tools are: weather."),
        (call("weather", "{not json"), "Error: the arguments do not fit. arguments: Invalid JSON"),
        (call("weather", "[1]"), "Error: the arguments do not fit. arguments: Input should be an object."),
        (call("weather"), "Error: the arguments do not fit. place: Field required."),
        (call("weather", {"place": {"city": "Rome"}, "when": 1}), "Error: the arguments do not fit. when: Extra inputs"),
    ],
)
async def test_a_wrong_call_is_answered(wrong: dict[str, Any], text: str) -> None:
    assert (await answer(ToolBox([weather]), wrong))[0].startswith(text)


async def test_what_tools_raise_is_their_answer() -> None:
    def fails() -> None:
        raise LookupError("nobody there")

    async def fails_later() -> None:
        raise TimeoutError("of its own")

    def stops() -> None:
        raise StopIteration

    def leaves() -> None:
        sys.exit(1)

    async def leaves_later() -> None:
        sys.exit(1)

    tools = [fails, fails_later, stops, leaves, leaves_later]
    assert await answer(ToolBox(tools), *(call(tool.__name__) for tool in tools)) == [
        "Error: LookupError: nobody there",
        "Error: TimeoutError: of its own",
        "Error: RuntimeError: StopIteration was raised",
        "Error: RuntimeError: SystemExit was raised",
        "Error: SystemExit: 1",
    ]


async def test_a_hook_that_fails_is_no_tool_that_fails() -> None:
    def confirm(request: CallRequest) -> bool:
        raise LookupError("no window")

    with pytest.raises(LookupError, match="no window"):
        await ToolBox([Shop(5).buy], confirm=confirm).answer([call("buy", {"count": 2})])


async def test_a_tool_that_never_returns_is_given_up() -> None:
    ended = threading.Event()

    @tool(timeout=0.05)
    def sleeps() -> None:
        ended.wait(20)

    @tool(timeout=0.05)
    async def hangs() -> None:
        await asyncio.sleep(100)

    texts = await answer(ToolBox([sleeps, hangs], parallel=2), call("sleeps"), call("hangs"))
    ended.set()
    assert texts == [f"Error: {name} did not return within 0.05 seconds." for name in ("sleeps", "hangs")]


async def test_sync_tools_leave_the_loop_alone() -> None:
    let_go = threading.Event()

    def blocks() -> bool:
        return let_go.wait(20)

    asyncio.get_running_loop().call_later(0.05, let_go.set)  # which the loop can only do while the tool blocks
    assert await answer(ToolBox([blocks]), call("blocks")) == ["true"]


@pytest.mark.parametrize(("parallel", "most"), [(1, 1), (3, 3), (10, 5)])
async def test_as_many_at_once_as_asked(parallel: int, most: int) -> None:
    running, seen = 0, 0

    async def work(number: int) -> int:
        nonlocal running, seen
        running += 1
        seen = max(seen, running)
        await asyncio.sleep(0.02)
        running -= 1
        return number

    calls = [call("work", {"number": number}, f"c{number}") for number in range(5)]
    results = await ToolBox([work], parallel=parallel).answer(calls)
    assert [(result["tool_call_id"], result["result"]) for result in results] == [
        (f"c{number}", str(number)) for number in range(5)
    ]
    assert seen == most


@pytest.mark.parametrize(
    ("decision", "text"),
    [
        (True, "10"),
        (Allow(), "10"),
        (Allow({"count": 4}), "20"),
        (Allow({"count": "many"}), "Error: the arguments do not fit. count: Input should be a valid integer"),
        (False, "Error: the user did not allow this call."),
        (None, "Error: the user did not allow this call."),
        (Deny("Too dear."), "Error: the user did not allow this call. Too dear."),
    ],
)
@pytest.mark.parametrize("is_async", [False, True])
async def test_a_person_decides(decision: Decision, text: str, is_async: bool) -> None:
    asked: list[CallRequest] = []

    def confirm(request: CallRequest) -> Any:
        asked.append(request)
        later = asyncio.get_running_loop().create_future()
        later.set_result(decision)
        return later if is_async else decision

    box = ToolBox([Shop(5).buy], confirm=confirm)
    assert (await answer(box, call("buy", {"count": 2})))[0].startswith(text)
    assert asked == [CallRequest("buy", {"count": 2}, "c1")]


async def test_cancelling_stops_async_tools_and_leaves_sync_ones() -> None:
    began, let_go, stopped = threading.Event(), threading.Event(), False

    async def hangs() -> None:
        nonlocal stopped
        try:
            await asyncio.sleep(100)
        except asyncio.CancelledError:
            stopped = True
            raise

    def blocks() -> None:
        began.set()
        let_go.wait(20)

    task = asyncio.create_task(ToolBox([hangs, blocks], parallel=2).answer([call("hangs"), call("blocks")]))
    await asyncio.to_thread(began.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    let_go.set()
    assert stopped


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("as it is", "as it is"),
        (None, "null"),
        ({"a": [1, 2.5]}, '{"a":[1,2.5]}'),
        (Place(city="Rome"), '{"city":"Rome","country":"France"}'),
        (b"\xff", '"_w=="'),
        (Shop, '"<class'),
    ],
)
def test_results_as_text(value: Any, text: str) -> None:
    assert as_text(value).startswith(text)


async def test_a_result_is_bounded() -> None:
    def long() -> str:
        return "x" * (LONGEST_RESULT + 1)

    text = (await answer(ToolBox([long]), call("long")))[0]
    assert text.endswith(f"(cut: the result has {LONGEST_RESULT + 1} characters)")


async def test_calls_of_the_client_are_taken_as_they_are(scripted: Callable[..., Any]) -> None:
    from nbconvo.conversations.models import ToolCall

    box = ToolBox([weather])
    conversations = scripted(ToolCall("weather", {"place": {"city": "Rome"}}), "Fine.").beta.conversations
    started = conversations.start(model="m", inputs="Weather?", tools=box.schemas)
    done = conversations.append(conversation_id=started.conversation_id, inputs=await box.answer(started.outputs))
    assert done.outputs[0].content == "Fine."
