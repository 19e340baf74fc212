"""Upstream's settings of workers, so that code which sets them can be imported here. Nothing here uses them.

>>> config.worker.deployment_name = "mine"
>>> config.worker.deployment_name, config.common.server_url
('mine', None)

Source: workflows specification, "Calls available inside a workflow" (`WorkflowsConfig`, `config`).
"""

from __future__ import annotations

from typing import Any


class Section:
    """A group of settings: any may be set, and one that was not is None."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return None


class WorkflowsConfig:
    """The settings of a process: `common` ones, and those of its `worker`."""

    def __init__(self) -> None:
        self.common = Section()
        self.worker = Section()


config = WorkflowsConfig()
