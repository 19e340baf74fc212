"""Models: every kind of callable, scripts, and the offline one."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from nbconvo.conversations import EmbeddedBackend, ScriptedModel, connect
from nbconvo.conversations.backend.interpreter import run_code
from nbconvo.conversations.models import (
    ChatRequest,
    Delay,
    Handoff,
    ModelError,
    OfflineModel,
    Thinking,
    ToolCall,
    complete,
    parts,
)
from nbconvo.conversations.models.arithmetic import calculate
from nbconvo.conversations.models.instances import instance

HI = [{"role": "user", "content": "Hi"}]


def plain(messages: Any) -> str:
    return "a b"


def several(messages: Any) -> list[Any]:
    return ["a", Delay(0), " b"]


def generator(messages: Any) -> Iterator[str]:
    yield "a"
    yield " b"


async def later(messages: Any) -> str:
    await asyncio.sleep(0)
    return "a b"


async def agenerator(messages: Any) -> AsyncIterator[str]:
    yield "a"
    await asyncio.sleep(0)
    yield " b"


async def gives_agenerator(messages: Any) -> AsyncIterator[str]:
    return agenerator(messages)


class Instance:
    async def __call__(self, messages: Any, request: ChatRequest) -> str:
        return request.messages[0]["content"].replace("Hi", "a b")


@pytest.mark.parametrize(
    "model", [plain, several, generator, later, agenerator, gives_agenerator, Instance(), lambda m: later(m)]
)
async def test_every_kind_of_callable_is_a_model(model: Any) -> None:
    assert await complete(model, HI) == "a b"


async def test_sync_models_run_off_the_loop() -> None:
    def model(messages: Any) -> str:
        return threading.current_thread().name

    assert await complete(model, HI) != threading.current_thread().name


async def test_a_model_of_async_pieces_is_closed_when_it_is_left() -> None:
    ended = asyncio.Event()

    async def model(messages: Any) -> AsyncIterator[str]:
        try:
            while True:
                yield "on"
        finally:
            ended.set()

    reply = parts(model, ChatRequest(HI))
    await anext(reply)
    await reply.aclose()
    assert ended.is_set()


async def test_a_script() -> None:
    model = ScriptedModel([["a", Thinking("hm")], plain, ModelError("down", status=429), ValueError("boom")])
    assert [part async for part in parts(model, ChatRequest(HI))] == ["a", Thinking("hm")]
    assert await complete(model, HI) == "a b"
    for error in (ModelError, ValueError):
        with pytest.raises(error):
            await complete(model, HI)
    with pytest.raises(ModelError, match="no reply for call 5"):
        await complete(model, HI)
    assert [request.messages for request in model.requests] == [HI] * 5


@pytest.mark.parametrize("is_async", [True, False])
def test_a_model_that_exits_takes_nobody_with_it(is_async: bool) -> None:
    async def later(messages: Any) -> str:
        raise SystemExit(3)

    client = connect(model=later if is_async else lambda messages: sys.exit(3))
    for _ in range(2):
        with pytest.raises(Exception, match="SystemExit"):
            client.beta.conversations.start(model="m", inputs="Hi")


def test_what_is_no_reply_is_an_error() -> None:
    client = connect(model=lambda messages: 7)
    with pytest.raises(Exception, match="made of text and parts"):
        client.beta.conversations.start(model="m", inputs="Hi")


# The offline model


def ask(text: str, *tools: dict[str, Any], **options: Any) -> list[Any]:
    before = [{"role": "user", "content": "x"}, {"role": "assistant", "content": "I am offline."}]
    return OfflineModel().answer(ChatRequest([*before, {"role": "user", "content": text}], tools, options))


def function(name: str, description: str = "", **properties: Any) -> dict[str, Any]:
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


NUMBER, TEXT = {"type": "number"}, {"type": "string"}


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        ("What is (1 + 2) * 3?", "(1 + 2) * 3 = 9"),
        ("How much is 10 divided by 4", "10 / 4 = 2.5"),
        ("2 ^ 10?", "2 ** 10 = 1024"),
        ("What is 1/0?", "You said: What is 1/0?"),
        ("9**9**9", "You said: 9**9**9"),
        ("On 2024-01-05 I was there", "You said: On 2024-01-05 I was there"),
        ("Hello", "You said: Hello"),
        ("", "You said nothing yet."),
    ],
)
def test_the_offline_model_calculates_or_repeats(said: str, reply: str) -> None:
    assert ask(said) == [reply]


def test_the_offline_model_says_what_it_is_first() -> None:
    first = OfflineModel()([{"role": "user", "content": "Hi"}])
    assert "offline" in str(first[0])


@pytest.mark.parametrize(
    ("said", "call"),
    [
        ("What will the weather be in Paris?", ToolCall("get_weather", {"city": "Paris"})),
        ("please add 2 and 40", ToolCall("add", {"a": 2.0, "b": 40.0})),
        ("12 and 30?", ToolCall("add", {"a": 12.0, "b": 30.0})),
        ("Tell me a joke", None),
    ],
)
def test_the_offline_model_calls_what_fits(said: str, call: ToolCall | None) -> None:
    reply = ask(said, function("get_weather", "The weather of a city.", city=TEXT), function("add", "Sums.", a=NUMBER, b=NUMBER))
    assert reply == ([call] if call else ["You said: Tell me a joke"])
    assert not isinstance(ask(said, function("add", "Sums.", a=NUMBER, b=NUMBER), tool_choice="none")[0], ToolCall)


def test_the_offline_model_follows_handoffs() -> None:
    tools = function("handoff_to_finance_agent", "Hand over to Finance Agent: knows budgets"), function("handoff_to_web")
    assert ask("What about the budget?", *tools) == [Handoff("finance_agent")]
    assert ask("Ask finance", *tools) == [Handoff("finance_agent")]


def test_the_offline_model_runs_code() -> None:
    tool = function("code_interpreter", code=TEXT)
    assert ask("compute 6 * 7", tool) == [ToolCall("code_interpreter", {"code": "print(6 * 7)"})]
    assert ask("run\n```python\nprint(1)\n```", tool) == [ToolCall("code_interpreter", {"code": "print(1)\n"})]


def test_values_for_a_schema() -> None:
    item = {"type": "object", "properties": {"name": TEXT, "kind": {"enum": ["big", "small"]}}}
    schema = {
        "$defs": {"Item": item, "Node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}},
        "properties": {
            "items": {"type": "array", "items": {"$ref": "#/$defs/Item"}},
            "counts": {"type": "array", "items": {"type": "integer"}},
            "fine": {"type": "boolean"},
            "note": {"anyOf": [{"type": "null"}, TEXT]},
            "node": {"$ref": "#/$defs/Node"},
            "what": {"const": 5},
            "nothing": {"type": "null"},
        },
    }
    made = instance(schema, 'a small "cat" and 3 of 4')
    assert (made["items"], made["counts"]) == ([{"name": "cat", "kind": "small"}], [3, 4])
    assert (made["fine"], made["what"], made["nothing"]) == (True, 5, None)
    assert json.dumps(made)


@pytest.mark.parametrize(
    ("hostile", "result"),
    [
        ("__import__('os').system('x') + 1", None),
        ("1 + a", None),
        ("(" * 500 + "1", None),
        ("9 ** 9 ** 9", None),
        ("10 ** 60 ** 1", "10 ** 60 ** 1 = 1e+60"),
        ("1 if 2 else 3", None),
        ("1+" * 150 + "1", None),
    ],
)
def test_arithmetic_takes_small_numbers_only(hostile: str, result: str | None) -> None:
    assert calculate(hostile) == result


# Code


async def test_code_has_limits() -> None:
    assert await run_code("import os; print(os.environ.get('HOME'), os.listdir('.'))") == "None []\n"
    assert "Stopped: the code ran longer than 0.5 seconds." in await run_code("while True: pass", seconds=0.5)
    assert "ZeroDivisionError" in await run_code("1/0")
    assert "not allowed in the code interpreter" in await run_code("import socket; socket.create_connection(('127.0.0.1', 9))")
    assert "not allowed in the code interpreter" in await run_code("import subprocess; subprocess.run(['ls'])")
    assert "MemoryError" in await run_code("x = 'x' * (4 << 30)")
    assert (await run_code("print('x' * 100_000)")).endswith("(the rest of the output was cut)")
    assert await run_code("while True: print('x' * 1000)", seconds=20) != ""


def test_code_runs_only_when_it_was_switched_on() -> None:
    outputs = []
    for backend in (EmbeddedBackend(), EmbeddedBackend(code_interpreter=True)):
        start = connect(store=backend).beta.conversations.start
        response = start(model="m", inputs="compute 6 * 7", tools=[{"type": "code_interpreter"}])
        outputs.append(response.outputs[0].info["code_output"])
    assert "was not run" in outputs[0]
    assert outputs[1] == "42\n"
