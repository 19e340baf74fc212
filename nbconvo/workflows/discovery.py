"""Which workflows there are.

Source: workflows specification, "Public API inventory" (`discover_all_workflows_in_package` and the registry of workers).
"""

from __future__ import annotations

import importlib
import inspect
import logging
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from nbconvo.protocol.definition import DEFINITION_ATTRIBUTE, WorkflowDefinition, definition_of

logger = logging.getLogger(__name__)


def discover_all_workflows_in_package(package_name: str, skip_modules: set[str] | None = None) -> list[type[Any]]:
    """The workflow classes of a package's modules and of its packages' modules; of those with one name, the first.

    `skip_modules` are last parts of module names. A module that cannot be imported is logged and left out, as upstream does.
    """
    found: dict[str, type[Any]] = {}
    for module in _modules(package_name, skip_modules or set()):
        for _, member in inspect.getmembers(module, inspect.isclass):
            if DEFINITION_ATTRIBUTE in vars(member):
                name = definition_of(member).name
                if found.setdefault(name, member) is not member:
                    logger.warning("Workflow %s of %s is left out: another one has its name.", name, module.__name__)
    return list(found.values())


def _modules(package_name: str, skipped: set[str]) -> Iterator[ModuleType]:
    package = _imported(package_name)
    for module in pkgutil.iter_modules(getattr(package, "__path__", []), f"{package_name}."):
        if module.name.rpartition(".")[2] in skipped:
            continue
        if module.ispkg:
            yield from _modules(module.name, skipped)
        elif (imported := _imported(module.name)) is not None:
            yield imported


def _imported(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except Exception as error:
        logger.warning("%s cannot be imported: %s", name, error)
        return None


def get_workflow_definition(workflow: type[Any]) -> WorkflowDefinition:
    """What `@workflow.define` made of a class: name, schemas, handlers, limits. Raises TypeError for any other class."""
    return definition_of(workflow)


def get_registered_workflow_names() -> list[str]:
    """The workflows that this process is registered for as a worker: none, as there are no workers here."""
    return []


def get_workflow_registration_ref(workflow_name: str) -> None:
    """The platform's registration of a workflow that this worker hosts: none, as there are no workers here."""
