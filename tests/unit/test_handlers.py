"""Signals, queries and updates: what may be one, and what their arguments look like."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from nbconvo.engine import KernelEngine
from nbconvo.errors import ErrorCode, HandlerRejected, WorkflowsException
from nbconvo.workflows import get_workflow_definition, workflow


class Order(BaseModel):
    item: str


@workflow.define(name="taking")
class Taking:
    def __init__(self) -> None:
        self.taken: list[Any] = []

    @workflow.entrypoint
    async def run(self) -> list[Any]:
        await workflow.wait_condition(lambda: "end" in self.taken)
        return self.taken

    @workflow.signal()
    def end(self) -> None:
        self.taken.append("end")

    @workflow.signal(name="any", description="Takes anything.")
    def anything(self, a: int, b: str = "z", **rest: Any) -> None:
        self.taken.append([a, b, rest])

    @workflow.signal()
    async def only(self, **rest: Any) -> None:
        self.taken.append(rest)

    @workflow.signal()
    def order(self, order: Order, **rest: Any) -> None:
        self.taken.append([order.item, rest])

    @workflow.update()
    async def told(self, a: int, **rest: Any) -> dict[str, Any]:
        return {"a": a} | rest

    @workflow.query()
    def asked(self, **rest: Any) -> list[str]:
        return sorted(rest)


@pytest.mark.parametrize(
    ("signal", "value", "taken"),
    [
        ("any", {"a": 1}, [1, "z", {}]),
        ("any", {"a": "1", "b": "y", "c": 2, "d": {"e": None}}, [1, "y", {"c": 2, "d": {"e": None}}]),
        ("only", None, {}),
        ("only", {"x": 1}, {"x": 1}),
        ("order", {"order": {"item": "tea"}, "cups": 2}, ["tea", {"cups": 2}]),
    ],
)
async def test_keywords_that_no_parameter_has_are_kept(engine: KernelEngine, signal: str, value: Any, taken: Any) -> None:
    handle = await engine.start(Taking)
    await handle.signal(signal, value)
    await handle.signal("end")
    assert await handle.result() == [taken, "end"]


async def test_updates_and_queries_may_have_keywords_too(engine: KernelEngine) -> None:
    handle = await engine.start(Taking)
    assert await handle.update("told", {"a": 1, "b": 2}) == {"a": 1, "b": 2}
    assert await handle.query("asked", {"y": 1, "x": 2}) == ["x", "y"]


@pytest.mark.parametrize(
    ("signal", "value"), [("any", {"b": "y"}), ("any", {"a": "x"}), ("end", {"a": 1}), ("order", {"item": "tea"})]
)
async def test_arguments_that_do_not_fit_are_refused(engine: KernelEngine, signal: str, value: Any) -> None:
    handle = await engine.start(Taking)
    with pytest.raises(HandlerRejected):
        await handle.signal(signal, value)
    assert handle.is_running


def test_what_a_class_takes_is_told() -> None:
    handlers = get_workflow_definition(Taking).handlers
    assert {name for kind, name in handlers if kind == "signal"} == {"end", "any", "only", "order"}
    assert handlers["signal", "any"].description == "Takes anything."


def silent(self: Any) -> None: ...
def query(self: Any) -> int: ...  # type: ignore[empty-body]
async def async_query(self: Any) -> int: ...  # type: ignore[empty-body]
def no_annotation(self: Any, x) -> int: ...  # type: ignore[no-untyped-def,empty-body]
def mixed(self: Any, p: Order | str) -> int: ...  # type: ignore[empty-body]


WRONG: dict[str, tuple[Any, ErrorCode, str]] = {
    "async query": (
        lambda: workflow.query(name="q")(async_query),
        ErrorCode.REJECTED_QUERY_ERROR,
        "Query 'async_query' must be a synchronous function (def), not async def.",
    ),
    "silent query": (
        lambda: workflow.query()(silent),
        ErrorCode.REJECTED_QUERY_ERROR,
        "Query 'silent' must have a return type annotation other than None.",
    ),
    "silent update": (
        lambda: workflow.update()(silent),
        ErrorCode.WORKFLOW_UPDATE_DEFINITION_ERROR,
        "Update 'silent' must have a return type annotation other than None.",
    ),
    "no annotation": (
        lambda: workflow.signal()(no_annotation),
        ErrorCode.ACTIVITY_DEFINITION_ERROR,
        "Parameter 'x' in 'no_annotation' must have a type annotation.",
    ),
    "mixed union": (
        lambda: workflow.signal()(mixed),
        ErrorCode.WORKFLOW_SIGNAL_DEFINITION_ERROR,
        "Signal 'mixed' has invalid parameters for schema generation: Parameter 'p' of 'mixed' has unsupported union members: "
        "str. Union inputs only support Pydantic BaseModel subclasses and None. Use a dedicated BaseModel instead.",
    ),
    "no parentheses": (
        lambda: workflow.signal(silent),
        ErrorCode.WORKFLOW_DEFINITION_ERROR,
        "Use @workflow.signal() with parentheses.",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_a_handler_is_refused(name: str) -> None:
    make, code, text = WRONG[name]
    with pytest.raises(WorkflowsException) as caught:
        make()
    assert (caught.value.code, caught.value.message) == (code, text)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (
            lambda: workflow.query(name="__get_pending_inputs")(query),
            "Query name '__get_pending_inputs' is reserved by the framework. Reserved query names: __get_pending_inputs",
        ),
        (
            lambda: workflow.update(name="__submit_input")(query),
            "Update name '__submit_input' is reserved by the framework. Reserved update names: __submit_input",
        ),
    ],
    ids=["query", "update"],
)
def test_the_names_of_the_framework_are_its_own(make: Any, text: str) -> None:
    with pytest.raises(ValueError, match=f"^{text}$"):
        make()
