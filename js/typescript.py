"""Write `js/src/protocol.ts` from the Python types of the view and of the wire, so that both sides are typed from one source.

`python js/typescript.py` writes the file, `python js/typescript.py --check` fails when it is not up to date.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from nbconvo.widgets.messages import KernelMessage, PageMessage, WidgetState

TARGET = Path(__file__).parent / "src" / "protocol.ts"
HEADER = "// Written by js/typescript.py from nbconvo/views/model.py and nbconvo/widgets/messages.py. Do not edit.\n"
SCALARS = {"string": "string", "number": "number", "integer": "number", "boolean": "boolean", "null": "null"}


def typescript(schema: dict[str, Any]) -> str:
    """The TypeScript type of one JSON schema."""
    if "$ref" in schema:
        return schema["$ref"].rsplit("/", 1)[-1]
    if "const" in schema:
        return f'"{schema["const"]}"'
    if "enum" in schema:
        return " | ".join(f'"{value}"' for value in schema["enum"])
    if members := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(typescript(member) for member in members)
    match schema.get("type"):
        case "array":
            return f"Array<{typescript(schema['items'])}>"
        case "object":
            return "Record<string, unknown>"
        case kind:
            return SCALARS.get(str(kind), "unknown")


def interface(name: str, schema: dict[str, Any]) -> str:
    """One exported interface, its docstring as a comment."""
    required = schema.get("required", [])
    rows = [f"  {key}{'' if key in required else '?'}: {typescript(value)};" for key, value in schema["properties"].items()]
    comment = f"/** {' '.join(schema.get('description', name).split())} */"
    return "\n".join([comment, f"export interface {name} {{", *rows, "}"])


def render() -> str:
    """The whole file."""
    roots: dict[str, Any] = {"WidgetState": WidgetState, "PageMessage": PageMessage, "KernelMessage": KernelMessage}
    schemas = {name: TypeAdapter(root).json_schema(ref_template="{model}") for name, root in roots.items()}
    definitions: dict[str, Any] = {}
    for schema in schemas.values():
        definitions |= schema.pop("$defs", {})
    definitions["WidgetState"] = schemas.pop("WidgetState")
    unions = [f"export type {name} = {typescript(schema)};" for name, schema in schemas.items()]
    return "\n\n".join([HEADER, *(interface(*pair) for pair in sorted(definitions.items())), *unions]) + "\n"


if __name__ == "__main__":
    text = render()
    if "--check" in sys.argv and TARGET.read_text() != text:
        sys.exit("js/src/protocol.ts is out of date: run `python js/typescript.py`")
    TARGET.write_text(text)
