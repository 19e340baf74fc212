"""`%%convo` and `%convo` as transformations of the source: both become `await`, so that the kernel's loop is not blocked.

A magic is a plain call and could only block. Where no await can stand (a function that is not async), the magic stays a call.
"""

from __future__ import annotations

import ast
import re
import warnings

MAGIC = "%%convo"
CONVO = "__nbconvo_convo__"
"""The name that the generated source calls; a builtin while a cell runs, so it is not one of the notebook's variables."""

_LINE = re.compile(r"^(\s*(?:[\w., ]+=\s*)?)get_ipython\(\)\.run_line_magic\('convo', ", re.MULTILINE)


_QUESTION = re.compile(r"^(\s*(?:[\w., ]+=\s*)?)%convo ((?:start|append|restart) .*\w.*\?)\s*$")
"""A message with a question mark at its end, which IPython takes for a question about the line."""


def transform_cell(lines: list[str]) -> list[str]:
    """IPython's cleanup transform: a `%%convo` cell becomes one awaited call; any other cell is left as it is.

    >>> transform_cell(["%%convo --new\\n", "Hello!\\n"])
    ["await __nbconvo_convo__.cell('--new', 'Hello!\\\\n')\\n"]
    """
    if not lines or lines[0].split(maxsplit=1)[:1] != [MAGIC] or lines[0].startswith(" "):
        return [_QUESTION.sub(_call, line) for line in lines]
    return [f"await {CONVO}.cell({lines[0].removeprefix(MAGIC).strip()!r}, {''.join(lines[1:])!r})\n"]


def _call(match: re.Match[str]) -> str:
    """What IPython makes of a magic."""
    return f"{match[1]}get_ipython().run_line_magic('convo', {match[2]!r})\n"


def await_lines(lines: list[str]) -> list[str]:
    """IPython's last transform: `%convo` lines, which are calls of a magic by now, are awaited.

    >>> await_lines(["x = get_ipython().run_line_magic('convo', 'list')\\n"])
    ["x = await __nbconvo_convo__.line('list')\\n"]
    """
    source = "".join(lines)
    awaited = _LINE.sub(rf"\1await {CONVO}.line(", source)
    if awaited == source:
        return lines
    try:
        with warnings.catch_warnings(action="ignore"):  # they are told when the cell itself is compiled
            compile(awaited, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError:
        return lines
    return awaited.splitlines(keepends=True)
