"""What a class must be to become a workflow, and what is said when it is not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from nbconvo import workflows
from nbconvo.errors import ErrorCode, WorkflowsException
from nbconvo.protocol.definition import definition_of
from nbconvo.workflows import InteractiveWorkflow, Schedule, ScheduleInterval, workflow


class Order(BaseModel):
    item: str


class Return(BaseModel):
    order: int


def define_with(method: Any, name: str = "w") -> type[Any]:
    return workflow.define(name=name)(type("Sample", (), {"run": workflow.entrypoint(method)}))


def problem(make: Any, *args: Any) -> WorkflowsException:
    with pytest.raises(WorkflowsException) as caught:
        make(*args)
    return caught.value


@pytest.mark.parametrize("name", ["w", "W-1_x", "a" * 128])
def test_a_good_name_is_taken(name: str) -> None:
    async def run(self: Any) -> None: ...

    assert definition_of(define_with(run, name)).name == name


@pytest.mark.parametrize("name", ["", "my workflow", "grüße", "a/b", "a\n"])
def test_a_bad_name_is_refused(name: str) -> None:
    error = problem(workflow.define, name)
    assert error.code is ErrorCode.WORKFLOW_DEFINITION_ERROR
    assert error.message == (
        "Workflow name is invalid. Names can only contain alphanumeric characters, hyphens (-), and underscores (_)."
    )


def test_a_name_that_is_too_long_is_told_so() -> None:
    assert problem(workflow.define, "a" * 129).message.endswith("at most 128 characters, this one has 129.")


def test_every_option_of_upstream_is_kept() -> None:
    @workflow.define(
        name="w",
        workflow_description="What it does",
        workflow_display_name="The workflow",
        is_technical=True,
        enforce_determinism=False,
        execution_timeout=timedelta(minutes=2),
        search_keys=["team"],
    )
    class Sample:
        @workflow.entrypoint
        async def run(self) -> None: ...

    definition = workflows.get_workflow_definition(Sample)
    assert (definition.title, definition.description, definition.execution_timeout) == ("The workflow", "What it does", 120)
    assert definition.options == {
        "schedules": [],
        "is_technical": True,
        "enforce_determinism": False,
        "on_behalf_of": False,
        "search_keys": ["team"],
    }


def test_a_workflow_without_a_display_name_is_called_by_its_name() -> None:
    async def run(self: Any) -> None: ...

    assert definition_of(define_with(run, "plain")).title == "plain"


def test_the_class_stays_what_it_was() -> None:
    class Sample(InteractiveWorkflow):
        @workflow.entrypoint
        async def run(self) -> None: ...

    assert workflow.define(name="w")(Sample) is Sample


def test_a_class_needs_an_entrypoint() -> None:
    error = problem(workflow.define(name="w"), type("Sample", (), {}))
    assert error.code is ErrorCode.WORKFLOW_DEFINITION_ERROR
    assert "must have an entrypoint method. Use @workflow.entrypoint on one method" in error.message


def test_an_entrypoint_is_async() -> None:
    def run(self: Any) -> None: ...

    error = problem(workflow.entrypoint, run)
    assert error.code is ErrorCode.ACTIVITY_DEFINITION_ERROR
    assert error.message == "'run' must be async function. Use `async def`."


def test_two_entrypoints_are_one_too_many() -> None:
    class Sample:
        @workflow.entrypoint
        async def one(self) -> None: ...

        @workflow.entrypoint
        async def other(self) -> None: ...

    error = problem(workflow.define(name="w"), Sample)
    assert error.code is ErrorCode.WORKFLOW_DEFINITION_ERROR
    assert error.message == "Workflow class 'Sample' has more than one entrypoint: 'one' and 'other'. Keep one."


def test_define_without_parentheses_is_an_error() -> None:
    class Sample:
        @workflow.entrypoint
        async def run(self) -> None: ...

    error = problem(workflow.define, Sample)
    assert error.code is ErrorCode.WORKFLOW_DEFINITION_ERROR
    assert "@workflow.define(name=...) with parentheses" in error.message


def test_define_with_empty_parentheses_asks_for_the_name() -> None:
    with pytest.raises(TypeError, match="name"):
        workflow.define()  # type: ignore[call-arg]


def test_on_behalf_of_excludes_schedules() -> None:
    def make() -> Any:
        return workflow.define(name="w", on_behalf_of=True, schedules=[Schedule(input=None)])

    error = problem(make)
    assert error.code is ErrorCode.WORKFLOW_DEFINITION_ERROR
    assert error.message == "on_behalf_of=True cannot be combined with schedules because scheduled workflows lack user identity"


def test_schedules_are_kept_and_warned_of() -> None:
    daily = Schedule(input={"n": 1}, intervals=[ScheduleInterval(every=timedelta(days=1))])
    with pytest.warns(DeprecationWarning, match="'schedules' parameter in @workflow.define is deprecated") as caught:
        define = workflow.define(name="w", schedules=[daily])

    async def run(self: Any) -> None: ...

    definition = definition_of(define(type("Sample", (), {"run": workflow.entrypoint(run)})))
    assert definition.options["schedules"] == [daily]
    assert caught[0].filename == __file__


def test_what_is_no_schedule_is_refused() -> None:
    deprecated = pytest.warns(DeprecationWarning, match="'schedules' parameter")
    with deprecated, pytest.raises(ValidationError, match="ScheduleDefinition"):
        workflow.define(name="w", schedules=["daily"])  # type: ignore[list-item]


def test_search_keys_are_counted() -> None:
    error = problem(lambda: workflow.define(name="w", search_keys=[f"k{n}" for n in range(21)]))
    assert error.message == "A workflow may declare at most 20 search_keys, got 21."


def test_only_a_class_is_a_workflow() -> None:
    async def run(self: Any) -> None: ...

    assert problem(workflow.define(name="w"), run).message == "@workflow.define only supports classes, got <class 'function'>"


def test_a_definition_tells_its_schemas() -> None:
    async def run(self: Any, order: Order, n: int = 1) -> int | None: ...

    shape = definition_of(define_with(run)).shape
    assert shape.input_schema()["title"] == "run_Input"
    assert shape.input_schema()["required"] == ["order"]
    assert shape.output_schema() == {
        "properties": {"result": {"title": "Result", "type": "integer"}},
        "required": ["result"],
        "title": "run_Output",
        "type": "object",
    }


def test_a_subclass_may_replace_the_entrypoint() -> None:
    class Base:
        @workflow.entrypoint
        async def run(self) -> str:
            return "base"

    @workflow.define(name="w")
    class Sample(Base):
        @workflow.entrypoint
        async def run(self) -> str:
            return "sample"

    assert definition_of(Sample).entrypoint is Sample.run


def test_a_subclass_of_a_workflow_is_not_one_by_itself() -> None:
    @workflow.define(name="w")
    class Base:
        @workflow.entrypoint
        async def run(self) -> None: ...

    class Sample(Base):
        pass

    with pytest.raises(TypeError, match="Sample is not a workflow"):
        definition_of(Sample)


@pytest.mark.parametrize("thing", [int, 5, "w", None])
def test_what_was_not_decorated_is_no_workflow(thing: Any) -> None:
    with pytest.raises(TypeError, match=r"is not a workflow: decorate the class with @workflow.define\(name=...\)"):
        definition_of(thing)


async def no_annotation(self: Any, x) -> None: ...  # type: ignore[no-untyped-def]
async def no_return(self: Any): ...  # type: ignore[no-untyped-def]
async def keywords(self: Any, **kw: int) -> None: ...
async def many(self: Any, *values: int) -> None: ...
async def keyword_only(self: Any, *, x: int) -> None: ...
async def mixed_union(self: Any, p: Order | str) -> None: ...
async def unknown_name(self: Any, p: Nowhere) -> None: ...  # type: ignore[name-defined] # noqa: F821


class Opaque:
    pass


async def opaque(self: Any) -> Opaque: ...  # type: ignore[empty-body]


@pytest.mark.parametrize(
    ("method", "text"),
    [
        (no_annotation, "Parameter 'x' in 'no_annotation' must have a type annotation."),
        (no_return, "'no_return' must have a return type annotation, use `-> None` if no return type is expected."),
        (keywords, "'keywords' has **kwargs which is not supported for this handler type."),
        (many, "'many' has *args which is not supported for this handler type."),
        (keyword_only, "Parameter 'x' of 'keyword_only' is keyword-only. Remove the `*` before it."),
        (
            mixed_union,
            "Cannot generate Pydantic model from parameters of 'mixed_union': "
            "Parameter 'p' of 'mixed_union' has unsupported union members: str. "
            "Union inputs only support Pydantic BaseModel subclasses and None. Use a dedicated BaseModel instead.",
        ),
        (unknown_name, "An annotation of 'unknown_name' cannot be resolved: name 'Nowhere' is not defined."),
        (
            opaque,
            "The result of 'opaque' is recorded as JSON, and Opaque cannot be. "
            "Return a pydantic model, a dataclass or plain data.",
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_signature_that_cannot_be_used_is_refused(method: Any, text: str) -> None:
    error = problem(define_with, method)
    assert error.code is ErrorCode.ACTIVITY_DEFINITION_ERROR
    assert error.message == text


def test_the_text_of_a_definition_error_is_upstreams() -> None:
    error = WorkflowsException("'run' must be async function.", code=ErrorCode.ACTIVITY_DEFINITION_ERROR)
    assert str(error) == (
        "invalid_request_error: 'run' must be async function. \nWorkflow Code: activity_definition_error -- HTTP status: 500)"
    )
