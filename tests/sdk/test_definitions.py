"""What may be a workflow, a handler or an activity: the same shapes, the same refusals, told with the same words."""

from __future__ import annotations

import dataclasses
import re
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

import nbconvo.workflows
from tests.sdk import theirs

BOTH = (nbconvo.workflows, theirs.workflows)
Workflows = Any


class Order(BaseModel):
    item: str
    count: int = 1


class Return(BaseModel):
    order: int


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


async def nothing(self: Any) -> None: ...
async def model(self: Any, p: Order) -> Return: ...  # type: ignore[empty-body]
async def union(self: Any, p: Order | Return) -> Order | None: ...
async def maybe(self: Any, p: Order | None = None) -> int | None: ...
async def primitive(self: Any, a: int) -> int: ...  # type: ignore[empty-body]
async def several(self: Any, a: int, b: str = "z", c: Order | None = None) -> dict[str, Any]: ...  # type: ignore[empty-body]
async def listing(self: Any, items: list[Order]) -> list[Order]: ...  # type: ignore[empty-body]
async def either(self: Any, p: int | str) -> int | str: ...  # type: ignore[empty-body]
async def anything(self: Any, p: Any) -> Any: ...


SHAPES = [nothing, model, union, maybe, primitive, several, listing, either, anything]


def defined(workflows: Workflows, **members: Any) -> Any:
    """A workflow class with these members; logs and warnings aside."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return workflows.workflow.define(name="sample")(type("Sample", (), members))


@pytest.mark.parametrize("method", SHAPES, ids=lambda method: method.__name__)
def test_an_entrypoint_has_the_same_schemas(method: Any) -> None:
    ours, real = (
        workflows.get_workflow_definition(defined(workflows, run=workflows.workflow.entrypoint(method))) for workflows in BOTH
    )
    assert ours.shape.input_schema() == real.input_schema
    assert ours.shape.output_schema() == real.output_schema


async def keywords(self: Any, **kw: int) -> None: ...
async def no_annotation(self: Any, x) -> None: ...  # type: ignore[no-untyped-def]
async def no_return(self: Any, x: int): ...  # type: ignore[no-untyped-def]
async def mixed(self: Any, p: Order | str) -> None: ...
def sync(self: Any) -> None: ...


async def run(self: Any) -> None: ...


def query(self: Any) -> int: ...  # type: ignore[empty-body]
def silent(self: Any) -> None: ...
def mixed_query(self: Any, p: Order | str) -> int: ...  # type: ignore[empty-body]
async def async_query(self: Any) -> int: ...  # type: ignore[empty-body]


async def acting(n: int) -> int: ...  # type: ignore[empty-body]
async def untyped(n) -> int: ...  # type: ignore[empty-body,no-untyped-def]
async def unpromising(n: int): ...  # type: ignore[no-untyped-def]
def idle(n: int) -> int: ...  # type: ignore[empty-body]


WRONG: dict[str, Callable[[Workflows], Any]] = {
    "entrypoint with **kwargs": lambda w: defined(w, run=w.workflow.entrypoint(keywords)),
    "entrypoint without an annotation": lambda w: defined(w, run=w.workflow.entrypoint(no_annotation)),
    "entrypoint without a return annotation": lambda w: defined(w, run=w.workflow.entrypoint(no_return)),
    "entrypoint that is not async": lambda w: defined(w, run=w.workflow.entrypoint(sync)),
    "entrypoint with a mixed union": lambda w: defined(w, run=w.workflow.entrypoint(mixed)),
    "no entrypoint": lambda w: w.workflow.define(name="sample")(type("Sample", (), {})),
    "no class": lambda w: w.workflow.define(name="sample")(run),
    "on behalf of and schedules": lambda w: w.workflow.define(
        name="sample", on_behalf_of=True, schedules=[w.Schedule(input=None)]
    )(type("Sample", (), {"run": w.workflow.entrypoint(run)})),
    "too many search keys": lambda w: w.workflow.define(name="sample", search_keys=[f"k{n}" for n in range(21)])(
        type("Sample", (), {"run": w.workflow.entrypoint(several)})
    ),
    "async query": lambda w: w.workflow.query()(async_query),
    "silent query": lambda w: w.workflow.query(name="q")(silent),
    "silent update": lambda w: w.workflow.update(name="u")(silent),
    "query with a mixed union": lambda w: w.workflow.query()(mixed_query),
    "update with a mixed union": lambda w: w.workflow.update()(mixed_query),
    "signal with a mixed union": lambda w: w.workflow.signal()(mixed_query),
    "signal without an annotation": lambda w: w.workflow.signal()(no_annotation),
    "signal without a return annotation": lambda w: w.workflow.signal()(no_return),
    "reserved query": lambda w: w.workflow.query(name="__get_pending_inputs")(query),
    "reserved update": lambda w: w.workflow.update(name="__submit_input")(query),
    "activity that is not async": lambda w: w.activity()(idle),
    "activity without an annotation": lambda w: w.activity()(untyped),
    "activity without a return annotation": lambda w: w.activity()(unpromising),
    "activity that is a class": lambda w: w.activity()(Point),
    "activity with a reserved name": lambda w: w.activity(name="__internal__x")(acting),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_is_refused_with_the_same_words(name: str) -> None:
    ours, real = (refusal(WRONG[name], workflows) for workflows in BOTH)
    assert ours == real


def refusal(make: Callable[[Workflows], Any], workflows: Workflows) -> tuple[str, str, str]:
    """Class, code and text of the exception; addresses of objects aside."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            make(workflows)
        except (nbconvo.errors.WorkflowsException, theirs.exceptions.WorkflowsException, ValueError) as error:
            text = re.sub(r" at 0x[0-9a-f]+", "", str(getattr(error, "message", error)))
            return type(error).__name__, str(getattr(error, "code", "")), text
    raise AssertionError("nothing was refused")


def test_a_name_that_cannot_be_is_refused_with_the_same_words() -> None:
    """Upstream's is a ValidationError of its own definition, ours is like all other errors of a definition."""
    words = r"Workflow name is invalid\. Names can only contain alphanumeric characters, hyphens \(-\), and underscores \(_\)\."
    told = []
    for workflows in BOTH:
        sample = type("Sample", (), {"run": workflows.workflow.entrypoint(run)})
        with pytest.raises((nbconvo.errors.WorkflowsException, ValueError), match=words) as caught:
            workflows.workflow.define(name="my workflow")(sample)
        told.append(type(caught.value).__name__)
    assert told == ["WorkflowsException", "ValidationError"]


async def dbl(n: int) -> int:
    return n * 2


async def badret(n: int) -> int:
    return "x"  # type: ignore[return-value]


async def spelled(a: int, **rest: str) -> str:
    return f"{a} {rest}"


CALLS: dict[str, tuple[Any, tuple[Any, ...], dict[str, Any]]] = {
    "good": (dbl, (2,), {}),
    "by name": (dbl, (), {"n": 2}),
    "too many": (dbl, (1, 2), {}),
    "unknown": (dbl, (1,), {"z": 2}),
    "missing": (dbl, (), {}),
    "twice": (dbl, (1,), {"n": 2}),
    "too many and unknown": (dbl, (1, 2), {"z": 2}),
    "keywords": (spelled, (1,), {"b": "x"}),
    "keywords and missing": (spelled, (), {"b": "x"}),
    "wrong result": (badret, (1,), {}),
}


@pytest.mark.parametrize("name", CALLS)
async def test_an_activity_is_called_alike_where_no_workflow_runs(name: str) -> None:
    function, args, kwargs = CALLS[name]
    told = []
    for workflows in BOTH:
        try:
            told.append(await workflows.activity(retry_policy_max_attempts=1)(function)(*args, **kwargs))
        except (nbconvo.errors.WorkflowsException, theirs.exceptions.WorkflowsException) as error:
            told.append((str(error.code), error.message, str(error)))
    assert told[0] == told[1]
