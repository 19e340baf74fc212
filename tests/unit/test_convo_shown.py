"""What `%convo` shows: escaped, whole, and also for kinds that nobody knows yet."""

from __future__ import annotations

import ast
import asyncio
import json
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from nbconvo.conversations import Conversation, ScriptedModel, connect
from nbconvo.conversations.models import ToolCall
from nbconvo.errors import UsageError
from nbconvo.ipython import convo_blocks
from nbconvo.ipython.convo_answer import LiveAnswer
from nbconvo.ipython.convo_calls import interpolated, tools
from nbconvo.ipython.convo_error import one_line
from nbconvo.ipython.convo_results import Fields, Rows, blocks_of
from nbconvo.ipython.convo_transform import await_lines, transform_cell
from nbconvo.views.blocks import text_of

HOSTILE = "<script>alert(1)</script>"
ENTRIES: list[dict[str, Any]] = [
    {"type": "message.input", "role": "user", "content": HOSTILE},
    {"type": "tool.execution", "name": HOSTILE, "arguments": HOSTILE, "info": {"a": HOSTILE}},
    {"type": "function.call", "name": HOSTILE, "arguments": HOSTILE, "tool_call_id": "1"},
    {"type": "function.result", "result": HOSTILE, "tool_call_id": "1"},
    {"type": "agent.handoff", "next_agent_name": HOSTILE},
    {"type": "of.tomorrow", "said": HOSTILE},
    {"type": "message.output", "role": "assistant", "model": HOSTILE, "content": [
        {"type": "thinking", "thinking": [{"type": "text", "text": HOSTILE}]},
        {"type": "text", "text": HOSTILE},
        {"type": "tool_reference", "title": HOSTILE, "url": "javascript:alert(1)"},
        {"type": "tool_file", "file_name": HOSTILE},
        {"type": "image_url", "image_url": {"url": f"https://x/{HOSTILE}"}},
        {"type": "of.tomorrow", "said": HOSTILE},
    ]},
]  # fmt: skip


@pytest.mark.parametrize("shown", [convo_blocks.answer(ENTRIES, {"total_tokens": 1}), convo_blocks.transcript(ENTRIES)])
def test_everything_is_shown_and_nothing_is_active(shown: list[Any]) -> None:
    bundle = convo_blocks.mimebundle(shown)
    assert "<script" not in bundle["text/html"]
    assert "href=" not in bundle["text/html"]
    assert "of.tomorrow" in bundle["text/html"]
    assert bundle["text/plain"].count(HOSTILE) >= 11


def test_a_call_and_its_result_stand_together() -> None:
    assert text_of(convo_blocks.answer(ENTRIES[2:4])) == f"{HOSTILE}({HOSTILE})\n→ {HOSTILE}"


def test_a_long_result_is_cut_in_the_output_only() -> None:
    entry = {"type": "function.result", "result": "x" * 10_000, "tool_call_id": "1"}
    assert text_of(convo_blocks.transcript([entry])).endswith("(cut: 10000 characters in all)")


def test_tables_are_escaped_lists() -> None:
    rows = Rows([{"name": HOSTILE, "id": "ag_1"}])
    assert rows[0]["id"] == "ag_1"
    bundle = rows._repr_mimebundle_()
    assert "&lt;script&gt;" in bundle["text/html"]
    assert "<script" not in bundle["text/html"]
    assert text_of(blocks_of(Fields({"a": HOSTILE, "b": None}))) == f"field | value\na | {HOSTILE}"


def test_an_answer_is_the_reply_and_the_client_s_model() -> None:
    def add(a: int, b: int) -> int:
        """Add."""
        return a + b

    client = connect(model=ScriptedModel([ToolCall("add", {"a": 1, "b": 2}), "It is 3."]))
    live = LiveAnswer(stream=False)
    conversation: Conversation[Any] = Conversation(client, model="any", tools=[add])
    asyncio.run(live.follow(conversation.stream("1+2?", live.answer)))
    assert live.answer.text == "It is 3."
    assert [entry["type"] for entry in live.answer.entries] == ["function.call", "function.result", "message.output"]
    assert [output.type for output in live.answer.outputs] == ["function.call", "message.output"]
    assert live.answer.response.usage.total_tokens == live.answer.usage["total_tokens"] > 0


def test_a_cell_becomes_one_await() -> None:
    said = 'It\'s """quoted"""\\\n{x}\n'
    (line,) = transform_cell(["%%convo --new\n", *said.splitlines(keepends=True)])
    call = ast.parse(line).body[0].value.value
    assert [ast.literal_eval(argument) for argument in call.args] == ["--new", said]


@pytest.mark.parametrize("lines", [["%%convoy\n"], [" %%convo\n"], ["x = 1\n"], ["%convo?\n"], ["%convo append?\n"], []])
def test_other_cells_stay(lines: list[str]) -> None:
    assert transform_cell(lines) == lines


def test_a_question_is_a_message() -> None:
    lines = ["x = 1\n", "y = %convo append Why?\n"]
    made = await_lines(transform_cell(lines))
    assert made == ["x = 1\n", "y = await __nbconvo_convo__.line('append Why?')\n"]


def test_where_no_await_can_stand_the_magic_stays() -> None:
    lines = ["def f():\n", "    get_ipython().run_line_magic('convo', 'list')\n"]
    assert await_lines(lines) == lines


def test_tools_may_be_methods() -> None:
    class Shop:
        def stock(self) -> int:
            return 3

    (function,), builtin = tools("shop.stock, web_search", {"shop": Shop()})
    assert (function(), builtin) == (3, [{"type": "web_search"}])
    with pytest.raises(UsageError, match=r"'shop\.price' is neither"):
        tools("shop.price", {"shop": Shop()})


def test_only_names_in_braces_are_replaced() -> None:
    assert interpolated("{a} {a!r} {a.b} {{a}} {'a': 1}", {"a": "{b}"}) == "{b} {a!r} {a.b} {{b}} {'a': 1}"


class Model(BaseModel):
    a: int


def test_errors_of_the_client_are_one_line() -> None:
    with pytest.raises(ValidationError) as caught:
        Model.model_validate({"a": "x"})
    told = str(one_line(caught.value))
    assert told.startswith("a: Input should be a valid integer")
    assert "\n" not in told
    assert one_line(ZeroDivisionError()) is None


@pytest.mark.parametrize(
    "body", [{"detail": [{"loc": ["body", "a"], "msg": "no"}]}, {"message": {"detail": [{"loc": ["body", "a"], "msg": "no"}]}}]
)
def test_details_of_a_refusal(body: dict[str, Any]) -> None:
    from nbconvo.ipython.convo_error import _detail

    assert _detail(json.dumps(body)) == "body.a: no"
