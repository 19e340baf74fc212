"""Tools of MCP servers: listed, called, and refused where something is missing."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nbconvo.conversations.models import ToolCall
from nbconvo.engine import KernelEngine
from nbconvo.errors import ApplicationError
from nbconvo.workflows import workflow
from nbconvo.workflows.plugins.mistralai import (
    Agent,
    MCPConfig,
    MCPSSEConfig,
    MCPStdioConfig,
    MCPStreamableHTTPConfig,
    RemoteSession,
    Runner,
)
from nbconvo.workflows.plugins.mistralai import mcp as ours
from tests.support.agents import Scripted
from tests.support.executions import all_events

ROOT = Path(__file__).parents[2]
Make = Callable[..., Scripted]


def demo() -> MCPStdioConfig:
    mapping = {"THEIR_SECRET": "OUR_SECRET", "PYTHONPATH": "MCP_PATH"}
    return MCPStdioConfig(name="demo", command=sys.executable, args=["-m", "tests.support.mcp_server"], env_mapping=mapping)


@workflow.define(name="w-mcp")
class WMcp:
    """An agent with the tools of a server."""

    @workflow.entrypoint
    async def run(self) -> str:
        agent = Agent(name="clerk", mcp_clients=[demo()])
        session = RemoteSession(raise_on_tool_fail=False)
        return (await Runner.run(agent, "Go.", session=session))[0].text


async def test_an_agent_calls_the_tools_of_a_server(scripted: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_SECRET", "abracadabra-of-mine")
    monkeypatch.setenv("MCP_PATH", os.pathsep.join([str(ROOT), *filter(None, sys.path)]))
    model = scripted(
        [ToolCall("demo_add", {"a": 40, "b": 2}), ToolCall("demo_secret", {}), ToolCall("demo_add", {"a": "x"})], "Done."
    )
    async with KernelEngine() as engine:  # on the machine's clock: a program takes its time to start
        handle = await engine.start(WMcp)
        assert await handle.result() == "Done."
        assert "abracadabra" not in str([event.to_json() for event in await all_events(handle, internal=True)])
    told = [content for role, content in model.asked[-1] if role == "tool"]
    assert told[:2] == ["42", "19 letters"]
    assert '"success":false' in told[2]
    (tools,) = [request.tools for request in model.model.requests[:1]]
    assert [tool["function"]["name"] for tool in tools] == ["demo_add", "demo_secret"]


@pytest.mark.parametrize(
    ("config", "text"),
    [
        (MCPStreamableHTTPConfig(name="h", url="http://127.0.0.1:1", auth_token_env="NO_SUCH"), "'NO_SUCH' is not set here"),
        (MCPStreamableHTTPConfig(name="h", url="http://127.0.0.1:1", header_mapping={"X": "NO_SUCH"}), "'NO_SUCH' is not set"),
        (
            MCPStreamableHTTPConfig(
                name="h", url="http://127.0.0.1:1", auth_token_env="NO_SUCH", headers={"authorization": "Bearer x"}
            ),
            "not both",
        ),
    ],
)
def test_headers_that_cannot_be_made_are_refused(config: Any, text: str) -> None:
    with pytest.raises(ApplicationError, match=text) as caught:
        ours._headers(config)
    assert caught.value.non_retryable


async def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    monkeypatch.setitem(sys.modules, "mcp.client.sse", None)
    configs: list[MCPConfig] = [MCPSSEConfig(name="s", url="http://127.0.0.1:1/sse")]
    with pytest.raises(ApplicationError, match=r"pip install 'nbconvo\[mcp\]'"):
        await ours.collect_mcp_tools(ours.CollectMCPToolsParams(configs=configs))
