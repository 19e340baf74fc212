"""Small arithmetic found in a sentence. The text is parsed and walked, never evaluated as Python."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from typing import Any

_EXPRESSION = re.compile(r"[-(]?\s*\d[\d\s.+\-*/%()^×÷−]*")  # noqa: RUF001 - as people write them
_SPELLED = {"plus": "+", "minus": "-", "times": "*", "divided by": "/", "×": "*", "÷": "/", "−": "-", "^": "**"}  # noqa: RUF001 - as people write them
_BINARY: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Mod: lambda a, b: a % b,
    ast.Pow: lambda a, b: a**b if abs(b) <= _LARGEST_POWER else _refuse(),
}
_LONGEST = 200
_LARGEST_POWER = 64


def calculate(text: str) -> str | None:
    """The first calculation in `text` and what it comes to; None when there is none, or it has no sensible value.

    >>> calculate("What is 2 + 3 * 4?")
    '2 + 3 * 4 = 14'
    >>> calculate("What is 7 divided by 2?")
    '7 / 2 = 3.5'
    >>> calculate("Call me at 12.30") is None
    True
    """
    for word, sign in _SPELLED.items():
        text = text.replace(word, sign)
    for found in _EXPRESSION.finditer(text):
        expression = found[0].strip(" .")
        value = _value(expression)
        if value is not None:
            return f"{expression} = {value:.12g}"
    return None


def _value(expression: str) -> float | None:
    if len(expression) > _LONGEST:
        return None
    try:
        tree = ast.parse(expression, mode="eval").body
        return _walk(tree) if isinstance(tree, ast.BinOp) else None
    except (SyntaxError, ValueError, ArithmeticError, RecursionError):
        return None


def _walk(node: ast.expr) -> float:
    match node:
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_walk(operand)
        case ast.BinOp(left=left, op=op, right=right):
            return _BINARY[type(op)](_walk(left), _walk(right)) if type(op) in _BINARY else _refuse()
        case _:
            return _refuse()


def _refuse() -> float:
    raise ValueError("not arithmetic")
