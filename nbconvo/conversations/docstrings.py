"""What a docstring says about a function and its parameters, in Google's, NumPy's and Sphinx' ways of writing it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_SECTION = re.compile(r"^(Args|Arguments|Parameters|Returns?|Yields?|Raises|Examples?|Notes?|See Also)\s*:?\s*$")
_PARAMETERS = {"Args", "Arguments", "Parameters"}
_SPHINX = re.compile(r"^:param (?:[\w\[\], .|]+ )?\*{0,2}(\w+): *(.*)$")
_GOOGLE = re.compile(r"^\*{0,2}(\w+) *(?:\([^)]*\))?: +(.*)$")
_NUMPY = re.compile(r"^\*{0,2}(\w+)(?: *:.*)?$")


@dataclass(slots=True)
class Documented:
    """The description, and one for each parameter that has one."""

    text: str = ""
    parameters: dict[str, str] = field(default_factory=dict[str, str])


def read_docstring(docstring: str) -> Documented:
    """Read a docstring whose indentation was removed (`inspect.getdoc`).

    >>> read_docstring("Weather.\\n\\nArgs:\\n    city: Where,\\n        please.\\n\\nReturns:\\n    Text.")
    Documented(text='Weather.', parameters={'city': 'Where, please.'})
    """
    text: list[str] = []
    found: dict[str, list[str]] = {}
    section, name = "", ""
    for line in docstring.splitlines():
        stripped = line.strip()
        sphinx = _SPHINX.match(stripped)
        if sphinx:
            section, name = "Args", sphinx[1]
            found[name] = [sphinx[2]]
        elif stripped.startswith(":") or set(stripped) == {"-"}:
            name = ""
        elif not line.startswith(" ") and (heading := _SECTION.match(stripped)):
            section, name = heading[1], ""
        elif section in _PARAMETERS:
            name = _parameter(line, name, found)
        elif not section:
            text.append(line)
    return Documented("\n".join(text).strip(), {key: " ".join(filter(None, lines)) for key, lines in found.items()})


def _parameter(line: str, name: str, found: dict[str, list[str]]) -> str:
    """One line of a section of parameters; returns whose description goes on."""
    depth, stripped = len(line) - len(line.lstrip()), line.strip()
    begins = (_NUMPY if depth == 0 else _GOOGLE).match(stripped) if depth <= 4 else None
    if begins:
        found[begins[1]] = [begins[2]] if begins.re is _GOOGLE else []
        return begins[1]
    if name and stripped:
        found[name].append(stripped)
    return name
