"""Writes `nbconvo/portability/upstream.json` from the real SDK: its public names, their parameters, what its sandbox refuses.

Run it with a Python >= 3.12 that has `mistralai-workflows[mistralai]`, from the repository's folder:

    python tests/support/upstream_facts.py > nbconvo/portability/upstream.json
"""

from __future__ import annotations

import importlib
import inspect
import json
import operator
import sys
from collections.abc import Iterator
from importlib import metadata
from typing import Any

ROOT = "mistralai.workflows"
MODULES = [
    ROOT,
    f"{ROOT}.conversational",
    f"{ROOT}.core.task",
    f"{ROOT}.exceptions",
    f"{ROOT}.models",
    f"{ROOT}.plugins.mistralai",
    f"{ROOT}.plugins.mistralai.conversational_ui_components",
]
CLASSES = ["workflow", "workflow.unsafe", "InteractiveWorkflow"]
"""What an author uses like a module, and is none."""


def is_public(name: str, value: Any) -> bool:
    """True for what an author uses: not what a module imports from elsewhere."""
    home = value.__name__ if inspect.ismodule(value) else getattr(value, "__module__", "")
    ours = str(home).startswith(("mistralai", "temporalio")) or name.isupper() or name == "ChatInputMessageContent"
    return ours and not name.startswith("_")


def public(names: dict[str, Any]) -> dict[str, Any]:
    """The part of a namespace that an author uses."""
    return {name: value for name, value in names.items() if is_public(name, value)}


def parameters(value: Any) -> dict[str, list[str]] | None:
    """What a function can and must be called with; None when it takes any keyword, or is no function or plain class."""
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return None
    given = [one for name, one in signature.parameters.items() if name != "self" and not name.startswith("_")]
    if inspect.isclass(value) or any(one.kind in (one.VAR_KEYWORD, one.VAR_POSITIONAL) for one in given):
        return None
    required = [one.name for one in given if one.default is one.empty]
    return {"parameters": [one.name for one in given], "required": required}


def refused(matcher: Any, prefix: str = "") -> Iterator[str]:
    """Dotted names that the sandbox lets nobody call; `os.*` is all of a module."""
    for name in sorted(matcher.use):
        yield f"{prefix}.{name}".replace("__builtins__", "builtins")
    for name, child in sorted(matcher.children.items()):
        yield from refused(child, f"{prefix}.{name}" if prefix else name)


def facts() -> dict[str, Any]:
    """All of it."""
    from mistralai.workflows.core.sandbox import get_sandbox_restrictions  # pyright: ignore - the SDK is not a requirement

    root = importlib.import_module(ROOT)
    modules = {name: public(vars(importlib.import_module(name))) for name in MODULES}
    for path in CLASSES:
        cls = operator.attrgetter(path)(root)
        modules[f"{ROOT}.{path}"] = {name: getattr(cls, name) for name in dir(cls) if not name.startswith("_")}
    return {
        "version": metadata.version("mistralai-workflows"),
        "names": {
            module: {name: parameters(value) for name, value in sorted(names.items())}
            for module, names in sorted(modules.items())
        },
        "refused": list(refused(get_sandbox_restrictions().invalid_module_members)),
    }


def one_name_a_line(value: Any, depth: int = 0) -> str:
    """JSON that a difference can be read in."""
    if not isinstance(value, dict) or "required" in value:
        return json.dumps(value)
    inner = ",\n".join(f"{' ' * (depth + 1)}{json.dumps(key)}: {one_name_a_line(each, depth + 1)}" for key, each in value.items())
    return f"{{\n{inner}\n{' ' * depth}}}"


if __name__ == "__main__":
    sys.stdout.write(one_name_a_line(facts()) + "\n")
