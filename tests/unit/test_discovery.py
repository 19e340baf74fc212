"""Upstream's names for registries and settings."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from nbconvo import workflows

WORKFLOW = """
from nbconvo.workflows import workflow

@workflow.define(name="{name}")
class {cls}:
    @workflow.entrypoint
    async def run(self) -> None: ...
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    root = tmp_path / "discovered"
    (root / "deeper").mkdir(parents=True)
    for folder in (root, root / "deeper"):
        (folder / "__init__.py").write_text("")
    (root / "one.py").write_text(WORKFLOW.format(name="one", cls="One"))
    (root / "again.py").write_text(WORKFLOW.format(name="one", cls="Again"))
    (root / "deeper" / "two.py").write_text(WORKFLOW.format(name="two", cls="Two") + "\nclass NotOne(Two): ...\n")
    (root / "broken.py").write_text("1 / 0")
    (root / "left_out.py").write_text(WORKFLOW.format(name="left-out", cls="LeftOut"))
    monkeypatch.syspath_prepend(tmp_path)
    yield "discovered"
    for name in [name for name in sys.modules if name.partition(".")[0] == "discovered"]:
        del sys.modules[name]


def test_the_workflows_of_a_package_are_found(package: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        found = workflows.discover_all_workflows_in_package(package, {"left_out"})
    assert [cls.__name__ for cls in found] == ["Again", "Two"]
    assert "discovered.broken cannot be imported: division by zero" in caplog.text
    assert "Workflow one of discovered.one is left out" in caplog.text


def test_a_package_that_is_not_there_has_none(caplog: pytest.LogCaptureFixture) -> None:
    assert workflows.discover_all_workflows_in_package("no_such_package_here") == []
    assert "No module named 'no_such_package_here'" in caplog.text


def test_nothing_is_registered_where_there_is_no_worker() -> None:
    assert workflows.get_registered_workflow_names() == []
    assert workflows.get_workflow_registration_ref("one") is None


def test_a_class_that_is_no_workflow_has_no_definition() -> None:
    with pytest.raises(TypeError, match="int is not a workflow"):
        workflows.get_workflow_definition(int)


def test_settings_of_workers_may_be_set_and_change_nothing() -> None:
    config = workflows.WorkflowsConfig()
    assert config.worker.deployment_name is None
    config.worker.deployment_name = "mine"
    assert config.worker.deployment_name == "mine"
    assert isinstance(workflows.config, workflows.WorkflowsConfig)
