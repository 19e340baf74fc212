"""A value that fits a JSON schema, filled from a sentence: how the offline model calls tools and answers in JSON."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_QUOTED = re.compile(r"[\"'“‘](.+?)[\"'”’](?!\w)")  # noqa: RUF001
_NAMED = re.compile(r"(?<=[a-z,] )[A-Z][\w-]+(?: [A-Z][\w-]+)*")  # capitalised words inside a sentence
_DEEPEST = 8


def instance(schema: Schema, text: str) -> Any:
    """A value for `schema`: numbers, quoted texts and names of `text` in their order, its words where nothing else is left.

    >>> instance({"properties": {"city": {"type": "string"}, "days": {"type": "integer"}}}, "The weather in Paris for 3 days")
    {'city': 'Paris', 'days': 3}
    """
    return _Filler(schema, text).value(schema)


class _Filler:
    def __init__(self, root: Schema, text: str) -> None:
        self._definitions: Schema = root.get("$defs") or root.get("definitions") or {}
        self._text = text.strip()
        self._numbers = deque(_NUMBER.findall(text))
        self._texts = deque(_QUOTED.findall(text) or _NAMED.findall(text))

    def value(self, schema: Schema, depth: int = 0) -> Any:
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._choice(list(schema["enum"]))
        kind = schema.get("type") or ("object" if "properties" in schema else "string")
        return self._of_kind(kind if isinstance(kind, str) else kind[0], schema, depth)

    def _of_kind(self, kind: str, schema: Schema, depth: int) -> Any:
        match kind:
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, depth)
            case "integer":
                return int(float(self._number()))
            case "number":
                return float(self._number())
            case "boolean":
                return not re.search(r"\b(no|not|false|never)\b", self._text.lower())
            case "null":
                return None
            case _:
                return self._texts.popleft() if self._texts else self._text

    def _resolved(self, schema: Schema) -> Schema:
        """A reference followed, the first of alternatives that is not null taken."""
        for _ in range(_DEEPEST):
            choices: Any = next((schema[key] for key in ("anyOf", "oneOf", "allOf") if key in schema), ())
            if "$ref" in schema:
                schema = self._definitions.get(str(schema["$ref"]).rpartition("/")[2], {})
            elif choices:
                schema = next((each for each in choices if each.get("type") != "null"), {"type": "null"})
        return schema

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        properties: Schema = schema.get("properties", {})
        wanted = schema.get("required", properties)
        return {name: self.value(properties[name], depth + 1) for name in properties if name in wanted and depth < _DEEPEST}

    def _array(self, schema: Schema, depth: int) -> list[Any]:
        item = self._resolved(schema.get("items", {}))
        many = {"integer": self._numbers, "number": self._numbers, "string": self._texts}.get(item.get("type", ""))
        count = max(len(many or ()), int(schema.get("minItems", 1)))
        return [self.value(item, depth + 1) for _ in range(count)] if depth < _DEEPEST else []

    def _number(self) -> str:
        return self._numbers.popleft() if self._numbers else "0"

    def _choice(self, values: list[Any]) -> Any:
        return next((value for value in values if str(value).lower() in self._text.lower()), values[0])
