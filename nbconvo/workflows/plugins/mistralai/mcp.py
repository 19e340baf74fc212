"""Tools of MCP servers for agents: a program that is started (stdio), or a server (SSE, streamable HTTP).

Needs the package `mcp`, 1.24 or newer (`pip install nbconvo[mcp]`). A connection lasts for one listing or one call; both are
activities. What is recorded of a secret is the name of the environment variable that holds it. Source: workflows specification,
"Agents layer".
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict

from nbconvo.conversations.jsons import Json
from nbconvo.errors import ApplicationError
from nbconvo.workflows.activities import activity
from nbconvo.workflows.plugins.mistralai.tool import AgentTool

logger = logging.getLogger(__name__)


class _Config(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    """Stands before the names of the server's tools: `<name>_<tool>`."""


class MCPStdioConfig(_Config):
    """A server that is a program. `env_mapping` is from the program's variables to those of this process."""

    type: Literal["stdio"] = "stdio"
    command: str
    args: list[str] = []
    env_mapping: dict[str, str] | None = None
    timeout: int = 60


class MCPSSEConfig(_Config):
    """A server that speaks server-sent events. `headers` are recorded: no secrets there. `timeout` is in seconds."""

    type: Literal["sse"] = "sse"
    url: str
    timeout: int = 60
    headers: dict[str, str] | None = None


class MCPStreamableHTTPConfig(_Config):
    """A server that speaks streamable HTTP. `auth_token_env` names the variable with the bearer token, `header_mapping` the
    variables with the values of further headers; `headers` are recorded. `timeout` is in seconds. Redirects are not followed,
    since they would carry the headers elsewhere.
    """

    type: Literal["streamable_http"] = "streamable_http"
    url: str
    timeout: int = 60
    auth_token_env: str | None = None
    header_mapping: dict[str, str] | None = None
    headers: dict[str, str] | None = None
    trust_env: bool = True
    follow_redirects: bool = False


MCPConfig = MCPStdioConfig | MCPSSEConfig | MCPStreamableHTTPConfig


class CollectMCPToolsParams(BaseModel):
    """Which servers to ask."""

    configs: list[MCPConfig]


class CollectMCPToolsResult(BaseModel):
    """Their tools as the API wants them, and which server each is of."""

    tools: list[dict[str, Any]]
    tool_to_config_map: dict[str, int]


class ExecuteMCPToolParams(BaseModel):
    """A call of a tool."""

    configs: list[MCPConfig]
    tool_name: str
    tool_arguments: dict[str, Any]
    config_index: int


class ExecuteMCPToolResult(BaseModel):
    """What the tool said."""

    result: str


@activity()
async def collect_mcp_tools(params: CollectMCPToolsParams) -> CollectMCPToolsResult:
    """The tools of several servers. One that cannot be asked is told of in the log; raises RuntimeError when none can."""
    outcomes = await asyncio.gather(*map(_list_tools, params.configs), return_exceptions=True)
    tools, owners, failed = list[Json](), dict[str, int](), list[str]()
    for index, (config, outcome) in enumerate(zip(params.configs, outcomes, strict=True)):
        if isinstance(outcome, ApplicationError):
            raise outcome
        if isinstance(outcome, BaseException):
            failed.append(f"{config.name}: {_told(outcome)}")
            logger.warning("The MCP server %s cannot be asked for its tools: %s", config.name, _told(outcome))
            continue
        tools += outcome
        owners |= {tool["function"]["name"]: index for tool in outcome}
    if failed and not tools:
        raise RuntimeError(f"all mcp configs failed: {'; '.join(failed)}")
    return CollectMCPToolsResult(tools=tools, tool_to_config_map=owners)


@activity(retry_policy_max_attempts=1)
async def execute_mcp_tool(params: ExecuteMCPToolParams) -> ExecuteMCPToolResult:
    """Call a tool of a server, once. Raises RuntimeError with what the tool says when it fails."""
    config = params.configs[params.config_index]
    name = params.tool_name.removeprefix(f"{config.name}_")
    try:
        async with _session(config) as session:
            answer = (await session.call_tool(name, params.tool_arguments)).model_dump(mode="json", by_alias=True)
    except* Exception as errors:  # the streams live in task groups
        raise RuntimeError(_told(errors)) from errors
    text = "\n".join(block.get("text") or json.dumps(block) for block in answer["content"])
    if answer.get("isError"):
        raise RuntimeError(text)
    return ExecuteMCPToolResult(result=text)


async def mcp_tools(configs: list[MCPConfig]) -> tuple[list[Json], dict[str, AgentTool]]:
    """The tools of an agent's servers: for the model, and for carrying them out."""
    if not configs:
        return [], {}
    found = await collect_mcp_tools(CollectMCPToolsParams(configs=configs))
    schemas = {schema["function"]["name"]: schema for schema in found.tools}
    return found.tools, {
        name: AgentTool(name, schemas[name], _call_of(configs[index], name)) for name, index in found.tool_to_config_map.items()
    }


def _call_of(config: MCPConfig, name: str) -> Any:
    async def call(arguments: Json) -> str:
        params = ExecuteMCPToolParams(configs=[config], tool_name=name, tool_arguments=arguments, config_index=0)
        return (await execute_mcp_tool(params)).result

    return call


async def _list_tools(config: MCPConfig) -> list[Json]:
    listed, page = list[Json](), Json(nextCursor=None)
    async with _session(config) as session:
        while page is not None:
            cursor = page["nextCursor"] and _mcp("mcp.types").PaginatedRequestParams(cursor=page["nextCursor"])
            page = (await session.list_tools(params=cursor)).model_dump(mode="json", by_alias=True)
            listed += page["tools"]
            page = page if page.get("nextCursor") else None
    return [_function(config.name, tool) for tool in listed]


def _function(server: str, tool: Json) -> Json:
    about = {"name": f"{server}_{tool['name']}", "description": tool.get("description") or ""}
    return {"type": "function", "function": {**about, "parameters": tool["inputSchema"]}}


@asynccontextmanager
async def _session(config: MCPConfig) -> AsyncGenerator[Any]:
    """A session that has begun. Opened and closed in one task, as its streams want it."""
    async with asyncio.timeout(config.timeout), AsyncExitStack() as stack:
        read, write, *_ = await stack.enter_async_context(await _transport(config, stack))
        session = await stack.enter_async_context(_mcp("mcp").ClientSession(read, write))
        await session.initialize()
        yield session


async def _transport(config: MCPConfig, stack: AsyncExitStack) -> Any:
    match config:
        case MCPStdioConfig():
            mcp = _mcp("mcp")
            env = None if config.env_mapping is None else _mcp("mcp.client.stdio").get_default_environment()
            env = None if env is None else env | _from_environment(config.env_mapping)
            program = mcp.StdioServerParameters(command=config.command, args=config.args, env=env)
            # A notebook's stderr is no file that a program could write to.
            return mcp.stdio_client(
                program, errlog=sys.__stderr__ or stack.enter_context(open(os.devnull, "w", encoding="utf-8"))
            )
        case MCPSSEConfig():
            return _mcp("mcp.client.sse").sse_client(config.url, headers=config.headers, timeout=config.timeout)
        case MCPStreamableHTTPConfig():
            module = _mcp("mcp.client.streamable_http")
            http: Any = getattr(module, "httpx", None) or module.httpx2  # as its version has it
            client = await stack.enter_async_context(
                http.AsyncClient(
                    headers=_headers(config),
                    timeout=config.timeout,
                    trust_env=config.trust_env,
                    follow_redirects=config.follow_redirects,
                )
            )
            return module.streamable_http_client(config.url, http_client=client)


def _headers(config: MCPStreamableHTTPConfig) -> dict[str, str]:
    headers = {**(config.headers or {}), **_from_environment(config.header_mapping)}
    if config.auth_token_env is not None:
        if "authorization" in map(str.lower, headers):
            raise _refused(f"MCP server {config.name}: give auth_token_env or an Authorization header, not both.")
        (token,) = _from_environment({"": config.auth_token_env}).values()
        headers["Authorization"] = f"Bearer {token}"
    return headers


def _from_environment(mapping: dict[str, str] | None) -> dict[str, str]:
    """The values of this process' variables, by what they are called elsewhere."""
    values = {name: (os.environ.get(variable) or "").strip() for name, variable in (mapping or {}).items()}
    for name, value in values.items():
        if not value:
            raise _refused(f"The environment variable {(mapping or {})[name]!r} is not set here, and an MCP server needs it.")
    return values


def _mcp(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise _refused("MCP servers need the package mcp: pip install 'nbconvo[mcp]'") from error


def _refused(message: str) -> ApplicationError:
    return ApplicationError(message, non_retryable=True)


def _told(error: BaseException) -> str:
    """What went wrong, inside however many groups."""
    while isinstance(error, BaseExceptionGroup):
        error = cast("BaseExceptionGroup[BaseException]", error).exceptions[0]
    return str(error) or type(error).__name__
