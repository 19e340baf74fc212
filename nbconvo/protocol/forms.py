"""Forms: `FormInput`, the base class of an ask with fields, and what is wrong with an answer, field by field.

Source: workflows specification, "Form fields" and "Validation messages". Upstream checks choices only after every other field
is right, reports only the first, and without saying which field it is; its text is kept in the error, and `form_problems`
says all of it at once.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any, Self, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, model_validator
from pydantic.fields import FieldInfo

from nbconvo.errors import FieldProblem
from nbconvo.protocol.fields import ChoiceExtra, FieldExtra, FileExtra, FileWithMetadataValue
from nbconvo.protocol.inputs import hide_our_docstring


class FormInput(BaseModel):
    """An ask with fields: subclass it with the field helpers, or any pydantic fields. Its docstring is shown above the form.

    Raises TypeError, when the class is made, for a file field whose annotation does not fit its options.

    >>> from nbconvo.protocol.fields import NumberField
    >>> class Expense(FormInput):
    ...     amount: float = NumberField("Amount in USD", minimum=0)
    >>> Expense.model_json_schema()["title"]
    'FormInput'
    """

    model_config = ConfigDict(title="FormInput", json_schema_extra=hide_our_docstring)

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Check the annotations of file fields, which pydantic would take as they are."""
        super().__pydantic_init_subclass__(**kwargs)
        for name, field in cls.model_fields.items():
            if isinstance(field.json_schema_extra, FileExtra):
                _check_annotation(name, field.annotation, field.json_schema_extra)

    @model_validator(mode="after")
    def _check_choices(self) -> Self:
        for name, extra in _choices(type(self)):
            value = getattr(self, name)
            if value is not None and (text := extra.problem(name, value)) is not None:
                raise ValueError(text)
        return self


def form_problems(model: type[BaseModel], value: Any, error: ValidationError) -> list[FieldProblem]:
    """All that is wrong with `value`, each with its path; a pattern's own `error_message` is used where there is one.

    `error` is what pydantic said of it. The checks that concern the form as a whole keep an empty path.
    """
    problems = {problem.path: problem for problem in _choice_problems(model, value, ())}
    texts = {f"Value error, {problem.message}" for problem in problems.values()}
    others = [
        FieldProblem(row["loc"], _message(model, cast("Mapping[str, Any]", row)))
        for row in error.errors(include_url=False)
        if row["msg"] not in texts
    ]
    said = {problem.path for problem in others}
    return [*others, *(problem for path, problem in problems.items() if path not in said)]


def _choice_problems(model: type[BaseModel], value: Any, path: tuple[str | int, ...]) -> Iterator[FieldProblem]:
    """What is wrong with choices whose values are of the right type, in this form and in forms inside it."""
    if not isinstance(value, Mapping):
        return
    given = cast("Mapping[str, Any]", value)
    for name, field in model.model_fields.items():
        key = field.alias or name
        if given.get(key) is None:
            continue
        if isinstance(extra := field.json_schema_extra, ChoiceExtra):
            if _fits(field, given[key]) and (text := extra.problem(name, given[key])) is not None:
                yield FieldProblem((*path, key), text)
        elif inspect.isclass(field.annotation) and issubclass(field.annotation, FormInput):
            yield from _choice_problems(field.annotation, given[key], (*path, key))


def _fits(field: FieldInfo, value: Any) -> bool:
    adapter: TypeAdapter[Any] = TypeAdapter(cast("Any", field.annotation))
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


def _message(model: type[BaseModel], row: Mapping[str, Any]) -> str:
    field = model.model_fields.get(str(row["loc"][0])) if row["loc"] else None
    extra = field.json_schema_extra if field is not None else None
    if row["type"] == "string_pattern_mismatch" and isinstance(extra, FieldExtra) and extra.error_message:
        return extra.error_message
    return row["msg"].removeprefix("Value error, ")


def _choices(model: type[BaseModel]) -> Iterator[tuple[str, ChoiceExtra]]:
    for name, field in model.model_fields.items():
        if isinstance(field.json_schema_extra, ChoiceExtra):
            yield name, field.json_schema_extra


def _check_annotation(name: str, annotation: Any, extra: FileExtra) -> None:
    """A `None` beside the type makes the field optional, no more."""
    members = [member for member in get_args(annotation) if member is not type(None)]
    if type(None) in get_args(annotation) and len(members) == 1:
        annotation = members[0]
    is_list = get_origin(annotation) is list
    element = next(iter(get_args(annotation)), str) if is_list else annotation
    has_metadata = inspect.isclass(element) and issubclass(element, FileWithMetadataValue)
    wanted = "FileWithMetadataValue" if extra.include_metadata else "str"
    begin = f"Field '{name}' has multiple={extra.multiple} but type annotation is"
    if extra.multiple and not is_list:
        raise TypeError(f"{begin} not a list. Expected list[str] or list[FileWithMetadataValue].")
    if is_list and not extra.multiple:
        raise TypeError(f"{begin} a list. Use multiple=True or change the annotation to a non-list type.")
    if has_metadata != extra.include_metadata:
        begin = f"Field '{name}' has include_metadata={extra.include_metadata} but type annotation is not {wanted}."
        raise TypeError(f"{begin} Expected {f'list[{wanted}]' if extra.multiple else wanted}.")
