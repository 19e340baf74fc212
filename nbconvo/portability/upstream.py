"""Facts about the real SDK, as `tests/support/upstream_facts.py` read them from `mistralai-workflows` 3.16."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

OURS = "nbconvo.workflows"
THEIRS = "mistralai.workflows"
PLUGIN = f"{THEIRS}.plugins.mistralai"

NO_SECOND_IMPORT = frozenset({"httpx", "matplotlib", "mistralai", "numpy", "openai", "pandas", "requests", "scipy", "sklearn"})
"""Packages that the sandbox cannot import for a second time, as it does with a workflow's module (all tried, or built on one
that was)."""

_ELSEWHERE = {"ApplicationError": "temporalio.exceptions"}


@dataclass(frozen=True, slots=True)
class Call:
    """How a function of the SDK may be called, and must be."""

    parameters: tuple[str, ...]
    required: tuple[str, ...]


def canonical(path: str) -> str:
    """A dotted name with our root exchanged for theirs.

    >>> canonical("nbconvo.workflows.workflow.define")
    'mistralai.workflows.workflow.define'
    """
    return THEIRS + path[len(OURS) :] if path == OURS or path.startswith(f"{OURS}.") else path


def names_in(module: str) -> frozenset[str] | None:
    """The public names of a module of the SDK; None for a module that is not known here."""
    names = _facts()["names"].get(module)
    return None if names is None else frozenset(names)


def is_known(path: str) -> bool:
    """False for a name that its module does not have. True also where the module is not known here."""
    module, _, name = path.rpartition(".")
    names = names_in(module)
    return names is None or name in names or any(f"{each}.".startswith(f"{path}.") for each in _facts()["names"])


def is_module(path: str) -> bool:
    """True for a module of the SDK that is imported; `workflow` and `workflow.unsafe` are classes there."""
    return path in _facts()["names"] and path.rpartition(".")[2] not in ("InteractiveWorkflow", "unsafe", "workflow")


def home_of(path: str) -> str | None:
    """The dotted name under which the SDK has what we have as `path`; None when it has no such thing.

    >>> home_of("mistralai.workflows.conversational.send_assistant_message")
    'mistralai.workflows.plugins.mistralai.send_assistant_message'
    """
    if is_known(path):
        return path
    name = path.rpartition(".")[2]
    homes = [THEIRS, PLUGIN, f"{THEIRS}.exceptions", f"{THEIRS}.core.task", f"{THEIRS}.conversational"]
    modules = [module for module in homes if name in (names_in(module) or ())]
    home = modules[0] if modules else _ELSEWHERE.get(name)
    return f"{home}.{name}" if home else None


def call_of(path: str) -> Call | None:
    """How `path` is called; None when that is not known, or it takes anything."""
    module, _, name = path.rpartition(".")
    given = _facts()["names"].get(module, {}).get(name)
    return Call(tuple(given["parameters"]), tuple(given["required"])) if given else None


def is_refused(path: str) -> bool:
    """True for a function that the sandbox lets no workflow call.

    >>> is_refused("time.time"), is_refused("os.environ.get"), is_refused("uuid.uuid5")
    (True, True, False)
    """
    return path in _refused() or any(path.startswith(f"{module}.") for module in _refused_modules())


@cache
def _facts() -> dict[str, Any]:
    return json.loads(resources.files("nbconvo.portability").joinpath("upstream.json").read_text("utf-8"))


@cache
def _refused() -> frozenset[str]:
    return frozenset(_facts()["refused"])


@cache
def _refused_modules() -> tuple[str, ...]:
    return tuple(each.removesuffix(".*") for each in _refused() if each.endswith(".*"))
