"""The text of a cell as plain Python, line for line."""

from __future__ import annotations

import ast
import re

_ASSIGNED = re.compile(r"^(\s*[\w, ]+=\s*)[!%]")
_MAGIC = re.compile(r"^\s*([!%?]|[\w.]+\?{1,2}\s*$)")
_PYTHON_BELOW = ("capture", "prun", "time", "timeit", "workflow")
NOTE = "# not Python:"
"""What stands behind the place of a magic."""


def as_python(source: str) -> str:
    """The source with a note in place of its magics and shell lines; nothing else moves. Raises SyntaxError for what is left.

    Lines are tried one after the other where Python stumbles, so what only looks like a magic in the middle of a string stays.

    >>> as_python("%%workflow talk\\nx = 1")
    'pass  # not Python: %%workflow talk\\nx = 1'
    >>> as_python("%%bash\\nls")
    'pass  # not Python: %%bash\\n'
    """
    lines = source.split("\n")
    if lines[0].startswith("%%") and lines[0][2:].split(maxsplit=1)[:1] not in [[name] for name in _PYTHON_BELOW]:
        return "\n".join([_plain(lines[0]), *("" for _ in lines[1:])])
    while True:
        try:
            ast.parse("\n".join(lines))
        except SyntaxError as error:
            number = (error.lineno or 1) - 1
            if number >= len(lines) or _plain(lines[number]) == lines[number]:
                raise
            lines[number] = _plain(lines[number])
        else:
            return "\n".join(lines)


def _plain(line: str) -> str:
    """The line, with its magic as a comment; a magic's value becomes `...`."""
    if assigned := _ASSIGNED.match(line):
        return f"{assigned[1]}...  {NOTE} {line.strip()}"
    if _MAGIC.match(line):
        return f"{line[: len(line) - len(line.lstrip())]}pass  {NOTE} {line.strip()}"
    return line
