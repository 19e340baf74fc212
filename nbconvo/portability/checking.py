"""Checking a workflow, or a source text, against what the real SDK does."""

from __future__ import annotations

import ast
import inspect
import linecache
import types
from collections.abc import Mapping
from typing import Any

from nbconvo.portability.findings import Finding, Findings
from nbconvo.portability.hits import Hit
from nbconvo.portability.needs import closure
from nbconvo.portability.program import Program
from nbconvo.portability.rules import RULES
from nbconvo.portability.text import as_python
from nbconvo.protocol.definition import definition_of


def check(workflow: type[Any] | str) -> Findings:
    """What in a workflow would hang, fail in the sandbox, or be different under the real SDK (`mistralai-workflows` 3.16).

    `workflow` is a workflow class, or source text: then all that it defines is looked at. Lines are those of the cell or the file
    in which the class stands. It is careful: an empty answer means that nothing is known, not that nothing can happen.
    Raises SyntaxError for a text that is not Python, TypeError for a class that is no workflow, OSError when its source is gone.

    >>> check('''
    ... from nbconvo.workflows import workflow
    ... @workflow.define(name="careless")
    ... class Careless:
    ...     @workflow.entrypoint
    ...     async def run(self) -> None:
    ...         raise ValueError("no")
    ... ''')[0].code
    'exception'
    """
    if isinstance(workflow, str):
        return findings_of(as_python(workflow))
    function = inspect.unwrap(definition_of(workflow).entrypoint)
    lines = linecache.getlines(function.__code__.co_filename)
    if not lines:
        raise OSError(f"The source of {workflow.__name__} is not there any more: run its cell again, or check the text.")
    return findings_of(as_python("".join(lines)), _given(function.__globals__), workflow.__name__)


def findings_of(source: str, given: Mapping[str, str | None] | None = None, only: str | None = None) -> Findings:
    """Every rule, applied to Python text; in the order of the text. For `given` and `only` see `Program`."""
    tree = ast.parse(source)
    program = Program(tree if only is None else ast.Module(closure(tree.body, only), []), given or {}, only)
    lines = source.split("\n")
    return Findings(sorted({_finding(lines, rule.code, hit) for rule in RULES for hit in rule.find(program)}))


def _finding(lines: list[str], code: str, hit: Hit) -> Finding:
    """Python counts columns in bytes, people count letters."""
    line, offset = getattr(hit.node, "lineno", 1), getattr(hit.node, "col_offset", 0)
    column = len("".join(lines[line - 1 : line]).encode()[:offset].decode(errors="replace"))
    return Finding(line, column + 1, code, hit.message, hit.fix)


def _given(namespace: Mapping[str, Any]) -> dict[str, str | None]:
    """What the names of a namespace stand for."""
    return {name: _dotted(value) for name, value in namespace.items()}


def _dotted(value: Any) -> str | None:
    if isinstance(value, types.ModuleType):
        return value.__name__
    if isinstance(value, type | types.FunctionType | types.BuiltinFunctionType):
        return f"{value.__module__}.{value.__qualname__}"
    return "typing" if type(value).__module__ == "typing" else None  # Optional, Literal and such
